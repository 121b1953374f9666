#include "tests/bench/bare/bare.hpp"
#include "tests/bench/bare/entry_output.hpp"
#include "tests/bench/bare/lines.hpp"

#include <ctime>

namespace weir::bench {

namespace {

/// Cuts a line from the left; what does not fit makes it fail for good.
class cutter {
public:
  explicit cutter(std::string_view line) : at_(line.data()), end_(line.data() + line.size()) {}
  auto failed() const -> bool { return failed_; }
  /// Up to `stop`, which is stepped over.
  auto until(char stop) -> std::string_view {
    const auto* const found =
        static_cast<const char*>(std::memchr(at_, stop, static_cast<std::size_t>(end_ - at_)));
    if (found == nullptr) return failed_ = true, std::string_view{};
    const auto part = std::string_view{at_, static_cast<std::size_t>(found - at_)};
    at_ = found + 1;
    return part;
  }
  void step(std::string_view expected) {
    if (static_cast<std::size_t>(end_ - at_) < expected.size()
        || std::memcmp(at_, expected.data(), expected.size()) != 0)
      return void(failed_ = true);
    at_ += expected.size();
  }

private:
  const char* at_;
  const char* end_;
  bool failed_ = false;
};

auto two_digits(const char* at) -> int { return (at[0] - '0') * 10 + (at[1] - '0'); }

auto month_of(std::string_view name) -> int {
  static constexpr std::string_view names = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const auto found = names.find(name);
  return found == std::string_view::npos ? 0 : static_cast<int>(found / 3);
}

/// "01/Mar/2026:12:00:00 +0000"; days are worked out once per day.
auto seconds_of(std::string_view text) -> std::uint32_t {
  static thread_local char day[12] = {};
  static thread_local auto midnight = std::time_t{0};
  if (text.size() != 26) return 0;
  if (std::memcmp(day, text.data(), 11) != 0) {
    auto parts = std::tm{};
    parts.tm_mday = two_digits(text.data());
    parts.tm_mon = month_of(text.substr(3, 3));
    parts.tm_year = two_digits(text.data() + 7) * 100 + two_digits(text.data() + 9) - 1900;
    midnight = timegm(&parts);
    std::memcpy(day, text.data(), 11);
  }
  const auto zone = (two_digits(text.data() + 22) * 60 + two_digits(text.data() + 24)) * 60;
  const auto clock =
      (two_digits(text.data() + 12) * 60 + two_digits(text.data() + 15)) * 60 + two_digits(text.data() + 18);
  return static_cast<std::uint32_t>(midnight + clock - (text[21] == '-' ? -zone : zone));
}

void pack_field(packer& out, std::string_view key, std::string_view value) {
  out.str(key);
  out.str(value);
}

/// remote - user [time] "method path protocol" code size "referer" "agent"
auto pack_line(std::string_view line, packer& out) -> bool {
  auto cut = cutter{line};
  const auto remote = cut.until(' ');
  cut.step("- ");
  const auto user = cut.until(' ');
  cut.step("[");
  const auto time = cut.until(']');
  cut.step(" \"");
  const auto method = cut.until(' ');
  const auto path = cut.until(' ');
  cut.until('"');
  cut.step(" ");
  const auto code = cut.until(' ');
  const auto size = cut.until(' ');
  cut.step("\"");
  const auto referer = cut.until('"');
  cut.step(" \"");
  const auto agent = cut.until('"');
  if (cut.failed()) return false;
  out.entry_head(seconds_of(time), 0);
  out.byte(0x88);
  pack_field(out, "remote", remote);
  pack_field(out, "user", user);
  pack_field(out, "method", method);
  pack_field(out, "path", path);
  pack_field(out, "code", code);
  pack_field(out, "size", size);
  pack_field(out, "referer", referer);
  pack_field(out, "agent", agent);
  return true;
}

} // namespace

auto bare_nginx(const std::string& input, const std::string& output) -> result<counted> {
  auto lines = line_file{input};
  if (!lines.is_open()) return error_from_errno("cannot open " + input, errno);
  auto entries = entry_output{output};
  if (!entries.is_open()) return error_from_errno("cannot create " + output, errno);
  auto bad = std::uint64_t{0};
  WEIR_TRY(const auto bytes, lines.for_each([&](std::string_view line) {
    auto out = entries.begin(line.size());
    if (!pack_line(line, out)) return void(++bad);
    entries.done(out);
  }));
  if (bad > 0) return error{errc::malformed, std::to_string(bad) + " lines are not nginx's combined log"};
  WEIR_TRY(const auto events, entries.finish());
  return counted{events, bytes};
}

} // namespace weir::bench
