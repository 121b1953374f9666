/// What WebHDFS and HttpFS say in JSON. Total: any bytes are a valid argument.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// The two do not agree on statuses; the name of the exception says what it is.
struct hdfs_refusal {
  std::string exception; ///< "FileNotFoundException"; empty: it is none of theirs
  std::string message;   ///< one line
};
auto hdfs_refusal_of(std::string_view body) -> hdfs_refusal;

/// Of {"boolean": true}.
auto hdfs_boolean_of(std::string_view body) -> std::optional<bool>;

struct hdfs_file {
  std::string name; ///< empty where a file itself was asked for
  bool is_directory = false;
  std::uint64_t bytes = 0;
};
/// Of {"FileStatus": {...}}.
auto hdfs_file_of(std::string_view body) -> std::optional<hdfs_file>;
/// Of {"FileStatuses": {"FileStatus": [...]}}.
auto hdfs_files_of(std::string_view body) -> std::optional<std::vector<hdfs_file>>;

/// One line about an answer that is no success, for whoever has to mend it. `what`: "write to /logs".
auto hdfs_refusal_text(int status, std::string_view body, const std::string& from, std::string_view what) -> std::string;

} // namespace weir
