#include "runtime/os/time_zone.hpp"

#include "runtime/base/scan.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace weir {
namespace {

constexpr auto tzif_bytes_max = std::size_t{1} << 20;

auto big_endian(std::string_view bytes) -> std::int64_t {
  auto value = static_cast<std::int64_t>(static_cast<signed char>(bytes.front()));
  for (const auto byte : bytes.substr(1)) value = value * 256 + static_cast<unsigned char>(byte);
  return value;
}

auto read_small_file(const std::string& path) -> std::optional<std::string> {
  auto* file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr) return std::nullopt;
  auto bytes = std::string(tzif_bytes_max, '\0');
  bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file));
  std::fclose(file);
  return bytes;
}

/// The counts of a TZif header, RFC 8536 section 3.1.
struct tzif_header {
  std::size_t ut, standard, leap, times, types, chars;

  auto body_bytes(std::size_t time_bytes) const -> std::size_t {
    return times * (time_bytes + 1) + types * 6 + chars + leap * (time_bytes + 4) + standard + ut;
  }
};

auto read_header(std::string_view bytes) -> std::optional<tzif_header> {
  if (bytes.size() < 44 || bytes.substr(0, 4) != "TZif") return std::nullopt;
  std::size_t counts[6];
  for (std::size_t i = 0; i < 6; ++i) {
    const auto count = big_endian(bytes.substr(20 + i * 4, 4));
    if (count < 0 || count > static_cast<std::int64_t>(tzif_bytes_max)) return std::nullopt;
    counts[i] = static_cast<std::size_t>(count);
  }
  return tzif_header{counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]};
}

/// The date part of a rule: day `weekday` (0 Sunday) of week 1..5 (5: the last) of a month.
struct rule_day {
  unsigned month = 0, week = 0, weekday = 0;
  std::int64_t seconds = 7200; ///< wall clock of the change, from midnight
};

auto midnight(int year, const rule_day& rule) -> std::int64_t {
  using namespace std::chrono;
  const auto m = std::chrono::year{year} / std::chrono::month{rule.month};
  const auto w = std::chrono::weekday{rule.weekday};
  const auto day = rule.week == 5 ? sys_days{m / w[last]} : sys_days{m / w[rule.week]};
  return duration_cast<seconds>(day.time_since_epoch()).count();
}

/// Reads the rules of POSIX.1 section 8.3 that the zone database uses.
class rule_scanner {
public:
  explicit rule_scanner(std::string_view text) : rest_(text) {}

  auto done() const -> bool { return rest_.empty(); }
  auto literal(char wanted) -> bool {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  auto name(std::string& out) -> bool {
    const auto quoted = literal('<');
    const auto size = std::min(quoted ? rest_.find('>') : rest_.find_first_of("+-0123456789,"), rest_.size());
    out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return !out.empty() && (!quoted || literal('>'));
  }
  /// [+-]hh[:mm[:ss]]
  auto time(std::int64_t& out) -> bool {
    const auto negative = literal('-');
    if (!negative) literal('+');
    auto part = 0U;
    if (!number(part)) return false;
    out = part * std::int64_t{3600};
    if (literal(':') && number(part)) out += part * std::int64_t{60};
    if (literal(':') && number(part)) out += part;
    if (negative) out = -out;
    return true;
  }
  auto day(rule_day& out) -> bool {
    if (!literal(',') || !literal('M') || !number(out.month) || !literal('.') || !number(out.week))
      return false;
    if (!literal('.') || !number(out.weekday)) return false;
    if (literal('/') && !time(out.seconds)) return false;
    return out.month >= 1 && out.month <= 12 && out.week >= 1 && out.week <= 5 && out.weekday <= 6;
  }
  auto at_rule() const -> bool { return rest_.empty() || rest_.front() == ','; }

private:
  auto number(unsigned& out) -> bool {
    const auto digits = scan::leading_digits(rest_, 3);
    if (digits == 0) return false;
    out = static_cast<unsigned>(scan::to_number(rest_.substr(0, digits)));
    rest_.remove_prefix(digits);
    return true;
  }

  std::string_view rest_;
};

auto fixed_offset(std::string_view text) -> std::optional<std::int32_t> {
  if (text.size() < 3 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  auto offset = std::int32_t{0};
  const auto used = scan::zone_offset(text, offset);
  if (used != text.size()) return std::nullopt;
  return offset;
}

auto zone_path(std::string_view name) -> std::string {
  if (name != "local") return "/usr/share/zoneinfo/" + std::string{name};
  const auto* set = std::getenv("TZ"); // read while starting, before anyone could change it
  if (set == nullptr || *set == '\0' || *set == ':' || *set == '/') return "/etc/localtime";
  return "/usr/share/zoneinfo/" + std::string{set};
}

auto is_zone_name(std::string_view name) -> bool {
  const auto allowed = [](char c) {
    return scan::is_alpha(c) || scan::is_digit(c) || c == '/' || c == '_' || c == '+' || c == '-';
  };
  return scan::is_alpha(name.front()) && std::all_of(name.begin(), name.end(), allowed);
}

} // namespace

auto time_zone::named(std::string_view name) -> result<time_zone> {
  auto zone = time_zone{};
  if (name.empty() || name == "UTC" || name == "Z" || name == "GMT") return zone;
  if (const auto offset = fixed_offset(name)) {
    zone.first_offset_ = *offset;
    return zone;
  }
  if (is_zone_name(name)) {
    const auto bytes = read_small_file(zone_path(name));
    if (!bytes && name == "local") return zone;
    if (bytes)
      if (auto read = from_tzif(*bytes)) return std::move(*read);
  }
  return error{errc::not_found,
               "\"" + std::string{name}
                   + "\" is no zone; wanted UTC, local, an offset like +02:00, or a name like Europe/Berlin"};
}

auto time_zone::from_tzif(std::string_view bytes) -> std::optional<time_zone> {
  const auto first = read_header(bytes);
  if (!first || bytes[4] < '2' || bytes.size() - 44 < first->body_bytes(4)) return std::nullopt;
  bytes.remove_prefix(44 + first->body_bytes(4));
  const auto header = read_header(bytes);
  if (!header || header->types == 0 || bytes.size() - 44 < header->body_bytes(8)) return std::nullopt;
  const auto times = bytes.substr(44, header->times * 8);
  const auto indexes = bytes.substr(44 + times.size(), header->times);
  const auto types = bytes.substr(44 + times.size() + indexes.size(), header->types * 6);
  const auto chars = bytes.substr(44 + times.size() + indexes.size() + types.size(), header->chars);
  auto zone = time_zone{};
  for (std::size_t i = 0; i < header->types; ++i) {
    const auto at = std::min<std::size_t>(static_cast<unsigned char>(types[i * 6 + 5]), chars.size());
    const auto name = chars.substr(at, chars.find('\0', at) - at);
    zone.names_.push_back({std::string{name}, static_cast<std::int32_t>(big_endian(types.substr(i * 6, 4)))});
  }
  zone.first_offset_ = zone.names_.front().offset;
  auto last_change = std::int64_t{0};
  for (std::size_t i = 0; i < header->times; ++i) {
    const auto type = static_cast<unsigned char>(indexes[i]);
    if (type >= zone.names_.size()) return std::nullopt;
    last_change = big_endian(times.substr(i * 8, 8));
    zone.add_change(last_change, zone.names_[type].offset);
  }
  const auto footer = bytes.substr(44 + header->body_bytes(8));
  if (footer.size() > 2) zone.extend(footer.substr(1, footer.find('\n', 1) - 1), last_change);
  return zone;
}

void time_zone::add_change(std::int64_t utc, std::int32_t offset) {
  constexpr auto far = std::int64_t{1} << 40;
  const auto before = periods_.empty() ? first_offset_ : periods_.back().offset;
  const auto near = std::clamp(utc, -far, far);
  const auto from = near + std::max(before, offset);
  if (!periods_.empty() && from < periods_.back().local_from) return;
  periods_.push_back({from, near, offset});
}

void time_zone::extend(std::string_view rule, std::int64_t last_change) {
  auto scanner = rule_scanner{rule};
  std::string standard_name;
  std::string summer_name;
  auto west = std::int64_t{0};
  if (!scanner.name(standard_name) || !scanner.time(west) || scanner.done()) return;
  const auto standard = -west;
  west = -(standard + 3600);
  if (!scanner.name(summer_name) || (!scanner.at_rule() && !scanner.time(west))) return;
  const auto summer = -west;
  auto begin = rule_day{};
  auto end = rule_day{};
  constexpr auto day = std::int64_t{86400};
  if (!scanner.day(begin) || !scanner.day(end) || standard < -day || standard > day || summer < -day
      || summer > day)
    return;
  const auto first_year =
      static_cast<int>(1970 + std::clamp<std::int64_t>(last_change, 0, day * 366 * 130) / (day * 365));
  for (auto year = first_year; year <= 2100; ++year) {
    auto changes = std::array{std::pair{midnight(year, begin) + begin.seconds - standard, summer},
                              std::pair{midnight(year, end) + end.seconds - summer, standard}};
    std::sort(changes.begin(), changes.end());
    for (const auto& [utc, offset] : changes)
      if (utc > last_change) add_change(utc, static_cast<std::int32_t>(offset));
  }
}

auto time_zone::to_utc(std::int64_t local_seconds) const -> std::int64_t {
  const auto after = std::upper_bound(periods_.begin(), periods_.end(), local_seconds,
                                      [](std::int64_t at, const period& p) { return at < p.local_from; });
  return local_seconds - (after == periods_.begin() ? first_offset_ : std::prev(after)->offset);
}

auto time_zone::around(std::int64_t utc_seconds) const -> span {
  const auto after =
      std::upper_bound(periods_.begin(), periods_.end(), utc_seconds, [](std::int64_t at, const period& p) { return at < p.utc_from; });
  auto found = span{.offset = first_offset_};
  if (after != periods_.end()) found.end = after->utc_from;
  if (after != periods_.begin()) found.offset = std::prev(after)->offset, found.from = std::prev(after)->utc_from;
  return found;
}

auto time_zone::offset_of(std::string_view abbreviation) const -> std::optional<std::int32_t> {
  const auto found =
      std::find_if(names_.rbegin(), names_.rend(), [&](const auto& n) { return n.name == abbreviation; });
  if (found == names_.rend()) return std::nullopt;
  return found->offset;
}

} // namespace weir
