#include "actors/sinks/hdfs/hdfs_directory.hpp"
