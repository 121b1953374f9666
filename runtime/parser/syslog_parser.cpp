#include "runtime/parser/parsers.hpp"
#include "runtime/parser/syslog_line.hpp"

namespace weir {
namespace {

class syslog_parser final : public line_parser {
public:
  explicit syslog_parser(field_rules rules) : rules_(std::move(rules)) {}

  auto parse(std::string_view line, msgpack_writer& out) -> parsed_line override {
    const auto found = split_syslog(line);
    if (!found.problem.empty()) return {.problem = found.problem};
    auto fields = field_writer{rules_, out};
    const auto put = [&](column& to, std::string_view value) {
      if (value.data() != nullptr) fields.put(to, value);
    };
    put(pri_, found.priority);
    put(time_, found.time);
    put(host_, found.host);
    put(ident_, found.ident);
    put(pid_, found.pid);
    put(msgid_, found.msgid);
    put(extradata_, found.data);
    put(message_, found.message);
    return fields.done();
  }

private:
  field_rules rules_;
  column pri_ = make_column(rules_, "pri"), time_ = make_column(rules_, "time"),
         host_ = make_column(rules_, "host"), ident_ = make_column(rules_, "ident"),
         pid_ = make_column(rules_, "pid"), msgid_ = make_column(rules_, "msgid"),
         extradata_ = make_column(rules_, "extradata"), message_ = make_column(rules_, "message");
};

} // namespace

auto make_syslog_parser(const parser_settings& settings, const clock& now) -> made_parser {
  const auto defaults = format_defaults{.time_key = "time", .time_format = "syslog", .types = "pri:integer"};
  WEIR_TRY(auto rules, field_rules::make(settings, defaults, now));
  WEIR_CHECK(rules.check_names({"pri", "time", "host", "ident", "pid", "msgid", "extradata", "message"}));
  return std::unique_ptr<line_parser>{std::make_unique<syslog_parser>(std::move(rules))};
}

} // namespace weir
