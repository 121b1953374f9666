#include "runtime/codec/time_text.hpp"
#include "runtime/expression/functions.hpp"
#include "runtime/os/clock.hpp"
#include "runtime/os/host_name.hpp"
#include "runtime/parser/time_format.hpp"

#include <cstdio>
#include <ctime>
#include <utility>

namespace weir::expr {
namespace {

auto zone_of(std::span<const value> constants) -> result<time_zone> {
  return constants.size() < 2 ? time_zone{} : time_zone::named(constants[1].text);
}

struct reading_time final : preparation {
  explicit reading_time(time_parser p) : parser(std::move(p)) {}
  time_parser parser;
};

auto prepare_reading(std::span<const value> constants, const surroundings& around)
    -> result<std::unique_ptr<preparation>> {
  WEIR_TRY(auto zone, zone_of(constants));
  const auto format = constants.empty() ? std::string_view{} : constants[0].text;
  WEIR_TRY(auto parser, time_parser::compile(format, std::move(zone), *around.now));
  return std::unique_ptr<preparation>{std::make_unique<reading_time>(std::move(parser))};
}

auto parse_time(const call_input& in) -> value {
  const auto made = static_cast<const reading_time&>(*in.prepared).parser.parse(in.arguments[0].text);
  return made ? value::with(kind::time, *made) : value{};
}

/// strftime() has no fractions: the format is in pieces, with a fraction of so many digits behind each.
struct writing_time final : preparation {
  struct piece {
    std::string format;
    int digits = 0;
  };
  std::vector<piece> pieces;
  time_zone zone;
};

auto pieces_of(std::string_view format) -> std::vector<writing_time::piece> {
  auto made = std::vector<writing_time::piece>{{}};
  for (std::size_t i = 0; i < format.size(); ++i) {
    const auto letter = format[i] == '%' && i + 1 < format.size() ? format[i + 1] : '\0';
    const auto digits = letter == 'L' ? 3 : letter == 'f' ? 6 : letter == 'N' ? 9 : 0;
    if (digits == 0) made.back().format += format[i];
    if (digits == 0 && letter != '\0') made.back().format += letter;
    if (letter != '\0') ++i;
    if (digits == 0) continue;
    made.back().digits = digits;
    made.emplace_back();
  }
  return made;
}

auto prepare_writing(std::span<const value> constants, const surroundings& /*around*/)
    -> result<std::unique_ptr<preparation>> {
  constexpr auto known = std::string_view{"aAbBcCdDeFgGhHIjklmMnprRStTuUVwWxXyYzLfN%"};
  const auto format = constants[0].text;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    if (++i == format.size()) return error{errc::failed, "the format ends with a %; write %% for one"};
    if (known.find(format[i]) == std::string_view::npos)
      return error{errc::failed, std::string{"%"} + format[i] + " is no part of a time"};
  }
  auto made = std::make_unique<writing_time>();
  WEIR_TRY(made->zone, zone_of(constants));
  made->pieces = pieces_of(format);
  return std::unique_ptr<preparation>{std::move(made)};
}

/// What a clock there shows.
auto parts_at(std::int64_t second, const time_zone& zone) -> std::tm {
  const auto offset = zone.around(second).offset;
  const auto shown = static_cast<std::time_t>(second + offset);
  auto parts = std::tm{};
  gmtime_r(&shown, &parts);
  parts.tm_gmtoff = offset;
  return parts;
}

auto format_time(const call_input& in) -> value {
  const auto& how = static_cast<const writing_time&>(*in.prepared);
  const auto second = second_of(in.arguments[0].number);
  const auto ns = static_cast<long>(in.arguments[0].number - second * 1'000'000'000);
  const auto parts = parts_at(second, how.zone);
  char text[512];
  auto size = std::size_t{0};
  for (const auto& p : how.pieces) {
    size += std::strftime(text + size, sizeof text - size, p.format.c_str(), &parts);
    if (sizeof text - size < 16) return {};
    auto divisor = 1L;
    for (auto digits = p.digits; digits < 9; ++digits) divisor *= 10;
    if (p.digits > 0) size += static_cast<std::size_t>(std::snprintf(text + size, 16, "%0*ld", p.digits, ns / divisor));
  }
  return in.texts.copy({text, size});
}

auto now_time(const call_input& in) -> value { return value::with(kind::time, in.around.now->wall_ns()); }
auto node_name(const call_input& in) -> value { return value::of(std::string_view{in.around.node}); }
auto machine_name(const call_input&) -> value {
  static const auto name = own_host_name();
  return value::of(std::string_view{name});
}

auto of_around(std::string_view name, std::string_view help, kinds gives, value (*call)(const call_input&)) -> function {
  auto made = function{name, "", help, gives, {}, 0, 0, call};
  made.is_pure = false;
  return made;
}

} // namespace

auto time_functions() -> std::vector<function> {
  return {
      of_around("now", "The time of the clock.", times, now_time),
      of_around("node", "The name of the node.", texts, node_name),
      of_around("hostname", "The name of the machine.", texts, machine_name),
      {"parse_time", "text, [format], [zone]", "A time from its text; formats as under time_format.", times, {texts, texts, texts}, 1, 3,
       parse_time, 1, prepare_reading},
      {"format_time", "time, format, [zone]", "A time as strftime writes it; %L, %f and %N are fractions of 3, 6 and 9 digits.",
       texts, {times, texts, texts}, 2, 3, format_time, 1, prepare_writing},
  };
}

} // namespace weir::expr
