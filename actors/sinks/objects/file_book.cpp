#include "actors/sinks/objects/file_book.hpp"
