/// A directory of HDFS as a bucket: what is put in it is there whole or not at all, by a name of its own and a rename.
//
//  RENAME is atomic and replaces nothing. Its false may mean that there is one, that there is no directory, or that the file has
//  been renamed before (the answer was lost, or somebody else did it): so it is looked.
//
//  put_if_absent: CREATE KEY.tmp-RANDOM, RENAME to KEY        what is left of it lies beside the key, and goes when that goes
//  move:          RENAME, with MKDIRS where that is missing
#pragma once

#include "actors/sinks/hdfs/webhdfs.hpp"
#include "actors/sinks/objects/bucket.hpp"
#include "actors/sinks/objects/growing_file.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// One thread's. Keys are paths without the first slash. Errors are errc::unavailable, and name endpoint and reason.
class hdfs_directory final : public object_bucket, public file_appender {
public:
  using random_source = std::function<std::uint64_t()>;
  hdfs_directory(const hdfs_settings& s, const class clock& clock, random_source random);

  auto put(const std::string& key, std::string_view bytes, const object_form& form) -> result<void> override;
  auto put_if_absent(const std::string& key, std::string_view bytes) -> result<bool> override;
  auto get(const std::string& key) -> result<std::string> override;
  auto move(const std::string& from, const std::string& to, const object_form& form) -> result<void> override;
  auto remove(const std::string& key) -> result<void> override;
  auto list(const std::string& prefix) -> result<std::vector<std::string>> override;

  auto append(const std::string& path, std::string_view bytes, std::uint64_t before) -> result<bool> override;
  auto finish(const growing_file& f) -> result<bool> override;

  /// What is wrong with an endpoint, or with the directory there; looks and changes nothing.
  void examine(const std::string& directory, std::vector<std::string>& wrong);
  void close() { web_.close(); }

private:
  auto create(const std::string& key, std::string_view bytes, const std::string& form) -> result<void>;
  auto rename(const std::string& from, const std::string& to) -> result<bool>;
  auto exists(const std::string& key) -> result<bool>;
  auto bytes_of(const std::string& key) -> result<std::uint64_t>;
  auto cut(const std::string& path, std::uint64_t bytes) -> result<bool>;
  auto make_directory_of(const std::string& key) -> result<void>;
  auto examine_at(std::size_t endpoint, const std::string& directory) -> result<void>;

  webhdfs web_;
  random_source random_;
  std::string file_form_;      ///< of files with events: "&replication=2&permission=640"
  std::string directory_form_; ///< and of their directories
};

} // namespace weir
