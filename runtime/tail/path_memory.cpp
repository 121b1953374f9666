#include "runtime/tail/path_memory.hpp"

#include "runtime/os/owned_fd.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace weir {
namespace {

auto begin_alike(std::string_view a, std::string_view b) -> bool {
  const auto size = std::min(a.size(), b.size());
  return size > 0 && a.substr(0, size) == b.substr(0, size);
}

/// Where the digits lie in which two names differ, if that is all; empty otherwise.
struct numbered_name {
  std::string_view before, number, behind;
};

auto split_at_difference(std::string_view name, std::string_view other) -> numbered_name {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto differ = std::mismatch(name.begin(), name.end(), other.begin(), other.end()).first;
  auto begin = static_cast<std::size_t>(differ - name.begin());
  auto end = begin;
  while (begin > 0 && is_digit(name[begin - 1])) --begin;
  while (end < name.size() && is_digit(name[end])) ++end;
  return {name.substr(0, begin), name.substr(begin, end - begin), name.substr(end)};
}

auto number_of(std::string_view digits) -> std::optional<std::uint64_t> {
  auto number = std::uint64_t{0};
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return problem == std::errc{} && end == digits.data() + digits.size() ? std::optional{number} : std::nullopt;
}

} // namespace

auto is_in_a_row(std::string_view before, std::string_view between, std::string_view now) -> bool {
  const auto first = split_at_difference(before, now), last = split_at_difference(now, before);
  if (first.before != last.before || first.behind != last.behind) return false;
  if (between.size() <= first.before.size() + first.behind.size()) return false;
  if (!between.starts_with(first.before) || !between.ends_with(first.behind)) return false;
  const auto middle = between.substr(first.before.size(),
                                     between.size() - first.before.size() - first.behind.size());
  const auto a = number_of(first.number), b = number_of(middle), c = number_of(last.number);
  return a && b && c && *a < *b && *b < *c;
}

auto is_packed(std::string_view path) -> bool {
  constexpr auto packed = std::array{".gz", ".xz", ".bz2", ".zst", ".lz4", ".zip"};
  return std::any_of(packed.begin(), packed.end(), [&](const char* end) { return path.ends_with(end); });
}

void path_memory::remember(const std::string& stream) {
  const auto identity = parse_stream(stream);
  if (identity && !identity->path.empty()) remember(*identity);
}

void path_memory::remember(const stream_identity& identity) {
  auto& known = known_[identity.lay_at()];
  known.path = identity.path;
  known.birth_ns = std::max(known.birth_ns, identity.key.birth_ns);
  if (identity.head.length > 0) known.heads.push_back(identity.head);
  known.was_cut_off = known.was_cut_off || identity.generation > 0;
}

void path_memory::note_copy(const std::string& place, std::int64_t birth_ns) {
  if (const auto known = known_.find(place); known != known_.end())
    known->second.copy_ns = std::max(known->second.copy_ns, birth_ns);
}

auto path_memory::is_unseen(const std::string& first_path, const std::string& path, const file_stat& status,
                            const successor& now) const -> bool {
  const auto& known = known_.at(first_path);
  if (!status.is_regular() || known.birth_ns == 0 || status.key.birth_ns <= known.birth_ns) return false;
  // Older than what has the path now; or, where files are copied and cut off, younger than the first such
  // copy.
  const auto is_later_copy = known.copy_ns != 0 && status.key.birth_ns > known.copy_ns;
  if (known.was_cut_off && !is_later_copy) return false;
  if ((status.key.birth_ns >= now.birth_ns && !is_later_copy) || is_packed(path)) return false;
  const auto file = owned_fd{::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)};
  if (!file.is_open()) return false;
  const auto head = std::string{read_head(file.fd(), head_bytes_max)};
  if (is_later_copy && now.fd >= 0 && begin_alike(head, read_head(now.fd, head_bytes_max))) return false;
  return std::none_of(known.heads.begin(), known.heads.end(), [&](const head_print& print) {
    return print_of(std::string_view{head}.substr(0, print.length)) == print;
  });
}

} // namespace weir
