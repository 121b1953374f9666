#include "actors/sinks/hdfs/hdfs_directory.hpp"

#include "actors/sinks/objects/object_names.hpp"

#include <algorithm>

namespace weir {
namespace {

auto directory_of_key(const std::string& key) -> std::string {
  const auto slash = key.rfind('/');
  return slash == std::string::npos ? std::string{} : key.substr(0, slash);
}

auto file_form_of(const hdfs_settings& s) -> std::string {
  auto made = std::string{};
  if (s.replication > 0) made += "&replication=" + std::to_string(s.replication);
  if (!s.permission.empty()) made += "&permission=" + s.permission;
  return made;
}

/// Who may read the files may look into the directory.
auto directory_form_of(const hdfs_settings& s) -> std::string {
  if (s.permission.empty()) return {};
  auto made = s.permission;
  for (auto i = made.size() - 3; i < made.size(); ++i)
    if (made[i] >= '4') made[i] = static_cast<char>(made[i] | 1);
  return "&permission=" + made;
}

auto no_file(const std::string& key) -> error { return {errc::not_found, "there is no /" + key}; }

auto wanted_success(result<hdfs_answer> answer, const std::string& what) -> result<hdfs_answer> {
  if (!answer) return error{errc::unavailable, "cannot " + what + ": " + answer.failure().what};
  if (!answer->is_success()) return answer->refused(what);
  return answer;
}

auto wanted_boolean(result<hdfs_answer> answer, const std::string& what) -> result<bool> {
  WEIR_TRY(const auto got, wanted_success(std::move(answer), what));
  const auto said = hdfs_boolean_of(got.body);
  if (!said) return error{errc::unavailable, "cannot " + what + ": " + got.from + " answered with something else than WebHDFS does"};
  return *said;
}

} // namespace

hdfs_directory::hdfs_directory(const hdfs_settings& s, const class clock& clock, random_source random)
    : web_(s, clock), random_(std::move(random)), file_form_(file_form_of(s)), directory_form_(directory_form_of(s)) {}

auto hdfs_directory::create(const std::string& key, std::string_view bytes, const std::string& form) -> result<void> {
  const auto what = "write /" + key;
  WEIR_TRY(const auto done, wanted_success(web_.transfer({"PUT", '/' + key, "op=CREATE&overwrite=true" + form}, bytes), what));
  if (!done.is_sent_on) return error{errc::unavailable, "cannot " + what + ": " + done.from + " wanted no bytes, as WebHDFS does"};
  return {};
}

auto hdfs_directory::put(const std::string& key, std::string_view bytes, const object_form& /*form*/) -> result<void> {
  return create(key, bytes, file_form_);
}

auto hdfs_directory::rename(const std::string& from, const std::string& to) -> result<bool> {
  const auto query = "op=RENAME&destination=" + percent_encoded_name('/' + to);
  auto answer = web_.ask({"PUT", '/' + from, query});
  if (answer && (answer->is("FileAlreadyExistsException") || answer->is("FileNotFoundException"))) return false;
  return wanted_boolean(std::move(answer), "rename /" + from + " to /" + to);
}

auto hdfs_directory::exists(const std::string& key) -> result<bool> {
  auto answer = web_.ask({"GET", '/' + key, "op=GETFILESTATUS"});
  if (answer && answer->is("FileNotFoundException")) return false;
  WEIR_CHECK(wanted_success(std::move(answer), "look at /" + key));
  return true;
}

auto hdfs_directory::make_directory_of(const std::string& key) -> result<void> {
  const auto path = '/' + directory_of_key(key);
  WEIR_TRY(const auto is_there, wanted_boolean(web_.ask({"PUT", path, "op=MKDIRS" + directory_form_}), "make the directory " + path));
  if (!is_there) return error{errc::unavailable, "cannot make the directory " + path};
  return {};
}

auto hdfs_directory::put_if_absent(const std::string& key, std::string_view bytes) -> result<bool> {
  const auto made = key + ".tmp-" + hex_digits_of(random_());
  WEIR_CHECK(create(made, bytes, {}));
  // Its directory is there: the file lies in it. If the answer is lost, and this one ours, whoever asked finds that out.
  WEIR_TRY(const auto is_ours, rename(made, key));
  if (is_ours) return true;
  WEIR_TRY(const auto is_taken, exists(key));
  (void)remove(made);
  if (is_taken) return false;
  return error{errc::unavailable, "/" + made + " did not become /" + key};
}

auto hdfs_directory::get(const std::string& key) -> result<std::string> {
  auto answer = web_.transfer({"GET", '/' + key, "op=OPEN"});
  if (answer && answer->is("FileNotFoundException")) return no_file(key);
  WEIR_TRY(auto got, wanted_success(std::move(answer), "read /" + key));
  return std::move(got.body);
}

auto hdfs_directory::move(const std::string& from, const std::string& to, const object_form& /*form*/) -> result<void> {
  WEIR_TRY(auto is_done, rename(from, to));
  if (is_done) return {};
  WEIR_TRY(auto is_there, exists(from));
  if (!is_there) return no_file(from);
  WEIR_CHECK(make_directory_of(to));
  WEIR_TRY(is_done, rename(from, to));
  if (is_done) return {};
  WEIR_TRY(is_there, exists(from));
  if (!is_there) return no_file(from);
  return error{errc::unavailable, "cannot rename /" + from + ": there is another /" + to};
}

auto hdfs_directory::remove(const std::string& key) -> result<void> {
  WEIR_CHECK(wanted_boolean(web_.ask({"DELETE", '/' + key, "op=DELETE&recursive=false"}), "delete /" + key));
  return {};
}

auto hdfs_directory::list(const std::string& prefix) -> result<std::vector<std::string>> {
  const auto directory = directory_of_key(prefix);
  auto answer = web_.ask({"GET", '/' + directory, "op=LISTSTATUS"});
  auto keys = std::vector<std::string>{};
  if (answer && answer->is("FileNotFoundException")) return keys;
  WEIR_TRY(const auto got, wanted_success(std::move(answer), "list /" + directory));
  const auto files = hdfs_files_of(got.body);
  if (!files) return error{errc::unavailable, "cannot list /" + directory + ": " + got.from + " answered with something else than WebHDFS does"};
  for (const auto& f : *files) {
    auto key = (directory.empty() ? "" : directory + '/') + f.name;
    if (!f.is_directory && key.starts_with(prefix)) keys.push_back(std::move(key));
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

/// The directory, or the one in which it would be made.
auto hdfs_directory::examine_at(std::size_t endpoint, const std::string& directory) -> result<void> {
  for (auto path = directory;;) {
    WEIR_TRY(const auto found, web_.ask_at(endpoint, {"GET", '/' + path, "op=GETFILESTATUS"}));
    const auto what = "write to /" + path;
    if (found.is("FileNotFoundException") && !path.empty()) {
      path = directory_of_key(path);
      continue;
    }
    if (found.is("StandbyException")) return {};
    if (!found.is_success()) return found.refused("look at /" + path);
    const auto file = hdfs_file_of(found.body);
    if (!file) return error{errc::unavailable, found.from + " speaks no WebHDFS"};
    if (!file->is_directory) return error{errc::unavailable, "/" + path + " at " + found.from + " is no directory"};
    WEIR_TRY(const auto checked, web_.ask_at(endpoint, {"GET", '/' + path, "op=CHECKACCESS&fsaction=-wx"}));
    return checked.is_success() ? result<void>{} : checked.refused(what);
  }
}

void hdfs_directory::examine(const std::string& directory, std::vector<std::string>& wrong) {
  for (std::size_t i = 0; i < web_.endpoint_count(); ++i)
    if (const auto looked = examine_at(i, directory); !looked) wrong.push_back(looked.failure().what);
  if (!wrong.empty()) return;
  // Each is well; that they all stand by is seen by asking them in turn.
  const auto any = web_.ask({"GET", "/", "op=GETFILESTATUS"});
  if (any && any->is("StandbyException")) wrong.push_back("no name node is active: " + any->refused("look at /").what);
}

} // namespace weir
