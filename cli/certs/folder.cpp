#include "cli/certs/folder.hpp"

#include "runtime/codec/time_text.hpp"
#include "runtime/os/file_system.hpp"
#include "runtime/os/paths.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <sstream>

namespace weir::cli {
namespace {

constexpr auto text_bytes_max = std::uint64_t{1} << 20;
constexpr auto issued_bytes_max = std::uint64_t{64} << 20; ///< a million lines

auto read_bounded(const std::string& path, std::uint64_t bytes_max) -> result<std::string> {
  const auto opened = real_file_system().open(path, open_mode::read);
  if (!opened) return opened.failure();
  WEIR_TRY(const auto size, (*opened)->size());
  if (size > bytes_max)
    return error{errc::limit, path + " has " + std::to_string(size) + " bytes; wants " + std::to_string(bytes_max)
                                  + " at most"};
  auto text = std::string(size, '\0');
  WEIR_TRY(const auto read, (*opened)->read_at(0, text.data(), text.size()));
  text.resize(read);
  return text;
}

auto about(const std::string& path, const error& why) -> error { return {why.code, path + ": " + why.what}; }

auto line_of(const certs::issued& one) -> std::string {
  return one.what.serial + ' ' + second_text(one.what.ends) + ' ' + one.what.names.hosts.front() + '\n';
}

} // namespace

auto second_text(std::chrono::sys_seconds time) -> std::string {
  auto text = std::string(second_text_bytes, '\0');
  write_second_text(text.data(), time.time_since_epoch().count());
  text.back() = 'Z';
  return text;
}

auto read_text(const std::string& path) -> result<std::string> { return read_bounded(path, text_bytes_max); }

auto key_path_of(const std::string& certificate_path) -> std::string {
  const auto is_pem = certificate_path.ends_with(".pem");
  return certificate_path.substr(0, certificate_path.size() - (is_pem ? 4 : 0)) + ".key";
}

certificate_folder::certificate_folder(std::string path) : path_(std::move(path)) {
  while (path_.size() > 1 && path_.ends_with('/')) path_.pop_back();
}

auto certificate_folder::make() const -> result<void> {
  WEIR_CHECK(make_directories(real_file_system(), directory_of(path_), true));
  if (::mkdir(path_.c_str(), 0700) == 0) return real_file_system().sync_directory(directory_of(path_));
  const auto number = errno;
  return number == EEXIST ? result<void>{} : error_from_errno("cannot make " + path_, number);
}

auto certificate_folder::hold() -> result<void> {
  lock_ = owned_fd{::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  auto number = errno;
  if (!lock_.is_open())
    return error{number == ENOENT ? errc::not_found : errc::failed,
                 "cannot open " + path_ + ": " + describe_errno(number)};
  while (::flock(lock_.fd(), LOCK_EX) != 0) {
    number = errno;
    // A network's file system may know no locks of directories.
    if (number == EBADF || number == ENOLCK || number == EOPNOTSUPP) return {};
    if (number != EINTR) return error_from_errno("cannot lock " + path_, number);
  }
  return {};
}

auto certificate_folder::certificate_path(const std::string& node) const -> std::string {
  auto name = node;
  std::replace(name.begin(), name.end(), '*', '_');
  return path_ + '/' + name + ".pem";
}

auto certificate_folder::load_authority() const -> result<certs::authority> {
  WEIR_TRY(auto certificate, read_text(authority_path()));
  WEIR_TRY(auto key, read_text(key_path_of(authority_path())));
  auto loaded = certs::authority::load({std::move(certificate), std::move(key)});
  if (!loaded) return about(authority_path() + " and its key", loaded.failure());
  return loaded;
}

auto certificate_folder::load_crl(const x509_st& authority) const -> result<certs::crl_handle> {
  const auto text = read_bounded(crl_path(), issued_bytes_max);
  if (!text && text.failure().code == errc::not_found) return certs::crl_handle{};
  if (!text) return text.failure();
  auto read = certs::crl_of(*text);
  if (!read) return error{errc::malformed, crl_path() + ": there is no list of what is revoked in it; wants PEM"};
  if (!certs::is_signed_by(*read, authority))
    return error{errc::malformed, crl_path() + " was not signed by " + authority_path()};
  return read;
}

auto certificate_folder::load_issued() const -> result<std::vector<issued_line>> {
  const auto text = read_bounded(issued_path(), issued_bytes_max);
  auto lines = std::vector<issued_line>{};
  if (!text && text.failure().code == errc::not_found) return lines;
  if (!text) return text.failure();
  auto from = std::istringstream{*text};
  for (auto one = issued_line{}; from >> one.serial >> one.end >> one.name;) lines.push_back(one);
  return lines;
}

auto certificate_folder::node_certificates() const -> result<std::vector<std::string>> {
  WEIR_TRY(const auto names, real_file_system().list(path_));
  auto paths = std::vector<std::string>{};
  for (const auto& name : names) {
    const auto path = path_ + '/' + name;
    if (name.ends_with(".pem") && !name.starts_with('.') && path != authority_path() && path != crl_path())
      paths.push_back(path);
  }
  return paths;
}

auto certificate_folder::store(const std::vector<certs::issued>& made) const -> result<void> {
  const auto former = read_bounded(issued_path(), issued_bytes_max);
  if (!former && former.failure().code != errc::not_found) return former.failure();
  auto files = std::vector<new_file>{{issued_path(), former ? *former : std::string{}, 0600}};
  for (const auto& one : made) {
    const auto path = certificate_path(one.what.names.hosts.front());
    files.front().content += line_of(one);
    files.push_back({key_path_of(path), one.files.key, 0600});
    files.push_back({path, one.files.certificate, 0644});
  }
  return replace_files(files);
}

} // namespace weir::cli
