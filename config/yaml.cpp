#include "config/yaml.hpp"

#include "config/environment.hpp"
#include "config/yaml_tree.hpp"
#include "runtime/base/result.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <set>
#include <unordered_map>

namespace weir::config {
namespace {

namespace fs = std::filesystem;

auto read_file(const fs::path& path) -> result<std::string> {
  auto ignored = std::error_code{};
  if (fs::is_directory(path, ignored)) return error{errc::failed, "it is a directory; wants a YAML file"};
  errno = 0;
  auto file = std::ifstream{path, std::ios::binary};
  if (!file) return error{errc::not_found, describe_errno(errno)};
  auto text = std::string(file_bytes_max + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return error{errc::unavailable, describe_errno(errno)};
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > file_bytes_max)
    return error{errc::limit,
                 "it has more than " + std::to_string(file_bytes_max >> 20) + " MiB, the most that is read"};
  return text;
}

auto to_text(const place& where) -> std::string {
  return where.file + ':' + std::to_string(where.line) + ':' + std::to_string(where.column);
}

/// Loads a file and what it includes, depth first, and joins their sections.
class loader {
public:
  loader(diagnostics& problems, const std::vector<std::string>& sections)
      : problems_(problems), sections_(sections) {}

  auto load(const fs::path& path, const place& asked_at) -> std::optional<value> {
    const auto name = path.string();
    const auto text = read_file(path);
    if (!text) return refuse(asked_at, "cannot read \"" + name + "\": " + text.failure().what);
    const auto found_before = problems_.size();
    auto root = parse_yaml(*text, name, problems_);
    if (!root) return std::nullopt;
    if (root->type == value::kind::null)
      return refuse(root->where, "the file is empty; wants a map of sections such as collectors and sinks");
    if (!root->is_map() || !has_section(*root)) problems_.resize(found_before); // they may quote it
    if (!root->is_map())
      return refuse(root->where,
                    "wants a map of sections, not " + (root->is_scalar() ? "a text" : root->describe()));
    if (!has_section(*root))
      return refuse({name, 1, 1}, "it is no topology: it has no section such as collectors or sinks");
    root->where = {name, 1, 1};
    fill_variables(*root, problems_);
    open_.push_back(identity(path));
    include_into(*root, path);
    open_.pop_back();
    return root;
  }

private:
  static auto identity(const fs::path& path) -> std::string {
    auto ec = std::error_code{};
    const auto real = fs::canonical(path, ec);
    return ec ? path.lexically_normal().string() : real.string();
  }

  auto refuse(const place& where, std::string what, std::string hint = {}) -> std::nullopt_t {
    problems_.push_back({diagnostic::severity::error, where, std::move(what), std::move(hint)});
    return std::nullopt;
  }

  auto has_section(const value& root) const -> bool {
    return sections_.empty() || std::any_of(root.members.begin(), root.members.end(), [&](const auto& m) {
             return nearest(m.key, sections_).has_value();
           });
  }

  void include_into(value& root, const fs::path& path) {
    const auto at = std::find_if(root.members.begin(), root.members.end(),
                                 [](const auto& m) { return m.key == "include"; });
    if (at == root.members.end()) return;
    const auto wanted = std::move(at->content);
    root.members.erase(at);
    if (wanted.is_scalar()) return include_one(root, path, wanted);
    if (!wanted.is_sequence())
      return void(refuse(wanted.where, "\"include\" wants a list of files, not " + wanted.describe()));
    for (const auto& item : wanted.items) include_one(root, path, item);
  }

  void include_one(value& root, const fs::path& path, const value& item) {
    if (!item.is_scalar() || item.scalar.empty())
      return void(refuse(item.where, "\"include\" wants names of files in its list, not " + item.describe()));
    const auto target = (path.parent_path() / item.scalar).lexically_normal();
    const auto id = identity(target);
    if (std::find(open_.begin(), open_.end(), id) != open_.end())
      return void(
          refuse(item.where, "\"" + target.string() + "\" includes itself, directly or through others"));
    if (open_.size() >= include_depth_max)
      return void(
          refuse(item.where, "files include files more than " + std::to_string(include_depth_max) + " deep"));
    if (seen_.size() >= files_max && !seen_.contains(id))
      return void(refuse(item.where, "more than " + std::to_string(files_max) + " files are included"));
    if (!seen_.insert(id).second) return; // two files may include a common third
    if (auto part = load(target, item.where)) merge(root, std::move(*part));
  }

  void merge(value& root, value part) {
    for (auto& section : part.members) {
      const auto same = [&](const auto& m) { return m.key == section.key; };
      const auto known = std::find_if(root.members.begin(), root.members.end(), same);
      if (known == root.members.end())
        root.members.push_back(std::move(section));
      else if (known->content.type == value::kind::null)
        known->content = std::move(section.content);
      else if (section.content.type != value::kind::null)
        merge_section(*known, std::move(section));
    }
  }

  void merge_section(value::member& into, value::member section) {
    if (!into.content.is_map() || !section.content.is_map())
      return void(refuse(section.where, "the section \"" + section.key + "\" wants to be a map here and at "
                                            + to_text(into.where) + " to be joined"));
    auto known = std::unordered_map<std::string, place>{};
    for (const auto& m : into.content.members) known.emplace(m.key, m.where);
    for (auto& m : section.content.members) {
      const auto [at, is_new] = known.emplace(m.key, m.where);
      if (is_new)
        into.content.members.push_back(std::move(m));
      else
        refuse(m.where,
               section.key + ": \"" + m.key + "\" is defined twice; first at " + to_text(at->second));
    }
  }

  diagnostics& problems_;
  const std::vector<std::string>& sections_;
  std::vector<std::string> open_; ///< from the first file to the one being read
  std::set<std::string> seen_;
};

} // namespace

auto load_file(const std::string& path, diagnostics& problems, const std::vector<std::string>& sections)
    -> std::optional<value> {
  return loader{problems, sections}.load(path, {path, 0, 0});
}

} // namespace weir::config
