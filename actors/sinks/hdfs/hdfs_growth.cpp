// Files of HDFS that grow.
//
//  An append that broke may leave some of its bytes, and the file open to whoever appended (a data node, for WebHDFS) until that
//  is seen to be gone, which takes a minute. TRUNCATE takes the file from it and cuts what is too much, both in the background:
//  it says true when the file has that length and nobody writes to it. Before that the file gets another name, so that an append
//  that was asked for and is still on its way finds none.

#include "actors/sinks/hdfs/hdfs_directory.hpp"

namespace weir {
namespace {

auto is_still_written(const hdfs_answer& a) -> bool {
  return a.is("AlreadyBeingCreatedException") || a.is("RecoveryInProgressException") || a.is("LeaseExpiredException")
         || a.is("RetriableException");
}

} // namespace

auto hdfs_directory::bytes_of(const std::string& key) -> result<std::uint64_t> {
  auto answer = web_.ask({"GET", '/' + key, "op=GETFILESTATUS"});
  if (answer && answer->is("FileNotFoundException")) return error{errc::not_found, "there is no /" + key};
  if (!answer) return answer.failure();
  const auto file = hdfs_file_of(answer->body);
  if (!answer->is_success() || !file) return answer->refused("look at /" + key);
  return file->bytes;
}

auto hdfs_directory::append(const std::string& path, std::string_view bytes, std::uint64_t before) -> result<bool> {
  const auto what = "append to /" + path;
  auto answer = web_.transfer({"POST", '/' + path, "op=APPEND"}, bytes);
  if (!answer) return error{errc::unavailable, "cannot " + what + ": " + answer.failure().what};
  if (answer->is("FileNotFoundException")) return error{errc::not_found, "there is no /" + path};
  if (answer->is("UnsupportedOperationException")) return false;
  if (!answer->is_success() || !answer->is_sent_on) return answer->refused(what);
  WEIR_TRY(const auto there, bytes_of(path));
  if (there == before + bytes.size()) return true;
  return error{errc::unavailable, "/" + path + " has " + std::to_string(there) + " bytes, where " + std::to_string(before + bytes.size()) + " were expected"};
}

/// False: not yet.
auto hdfs_directory::cut(const std::string& path, std::uint64_t bytes) -> result<bool> {
  WEIR_TRY(const auto answer, web_.ask({"POST", '/' + path, "op=TRUNCATE&newlength=" + std::to_string(bytes)}));
  if (answer.is_success()) return hdfs_boolean_of(answer.body).value_or(false);
  if (answer.is("FileNotFoundException")) return error{errc::not_found, "there is no /" + path};
  if (is_still_written(answer)) return false;
  WEIR_TRY(const auto there, bytes_of(path));
  if (there < bytes)
    return error{errc::unavailable, "/" + path + " has " + std::to_string(there) + " bytes, and " + std::to_string(bytes) + " were stored: some are lost"};
  return answer.refused("cut /" + path);
}

auto hdfs_directory::finish(const growing_file& f) -> result<bool> {
  const auto closing = f.made + ".closed";
  WEIR_TRY(const auto is_renamed, rename(f.made, closing));
  const auto is_cut = cut(closing, f.bytes);
  if (!is_cut && is_cut.failure().code == errc::not_found) {
    if (is_renamed) return false;
    // Somebody has been here, unless it did not get that name.
    WEIR_TRY(const auto is_there, exists(f.made));
    return !is_there;
  }
  if (!is_cut || !*is_cut) return is_cut;
  const auto moved = move(closing, f.key, {});
  if (!moved && moved.failure().code != errc::not_found) return moved.failure();
  return true;
}

} // namespace weir
