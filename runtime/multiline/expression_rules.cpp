#include "runtime/multiline/line_rules.hpp"

#include <re2/re2.h>

namespace weir {
namespace {

auto line_options() -> RE2::Options {
  auto options = RE2::Options{};
  options.set_encoding(RE2::Options::EncodingLatin1); // any bytes are a line
  options.set_log_errors(false);
  options.set_max_mem(std::int64_t{16} << 20);
  return options;
}

class line_expression {
public:
  /// Empty: it is not given.
  explicit line_expression(const std::string& text)
      : is_given_(!text.empty()), expression_(text, line_options()) {}

  auto is_given() const -> bool { return is_given_; }
  auto fits(std::string_view line) const -> bool {
    return is_given_ && RE2::PartialMatch({line.empty() ? "" : line.data(), line.size()}, expression_);
  }
  auto check(const char* key) const -> result<void> {
    if (is_given_ && !expression_.ok()) return error{errc::failed, std::string{key} + ": " + expression_.error()};
    return {};
  }

private:
  bool is_given_;
  RE2 expression_;
};

class expression_rules final : public line_rules {
public:
  explicit expression_rules(const line_expressions& e) : start_(e.start), go_on_(e.go_on), end_(e.end) {}

  auto check() const -> result<void> {
    if (!start_.is_given() && !go_on_.is_given() && !end_.is_given())
      return error{errc::failed, "start: wants an expression for start, continue or end"};
    WEIR_CHECK(start_.check("start"));
    WEIR_CHECK(go_on_.check("continue"));
    return end_.check("end");
  }

  auto begin(std::string_view line, group_place& /*at*/) const -> line_fate override {
    if (start_.is_given() && !start_.fits(line)) return line_fate::apart;
    return of_member(line);
  }

  auto go_on(std::string_view line, group_place& /*at*/) const -> line_fate override {
    if (end_.fits(line)) return line_fate::last;
    if (start_.fits(line)) return line_fate::apart;
    if (go_on_.is_given() && !go_on_.fits(line)) return line_fate::apart;
    return line_fate::whole;
  }

  auto wants_last() const -> bool override { return end_.is_given(); }

private:
  auto of_member(std::string_view line) const -> line_fate { return end_.fits(line) ? line_fate::last : line_fate::whole; }

  line_expression start_;
  line_expression go_on_;
  line_expression end_;
};

} // namespace

auto make_rules(const line_expressions& expressions) -> result<std::unique_ptr<line_rules>> {
  auto rules = std::make_unique<expression_rules>(expressions);
  WEIR_CHECK(rules->check());
  return std::unique_ptr<line_rules>{std::move(rules)};
}

} // namespace weir
