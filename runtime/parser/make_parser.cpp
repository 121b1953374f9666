#include "runtime/os/clock.hpp"
#include "runtime/parser/parsers.hpp"

namespace weir {
namespace {

class plain_parser final : public line_parser {
public:
  explicit plain_parser(field_rules rules)
      : rules_(std::move(rules)), message_(make_column(rules_, "message")) {}

  auto parse(std::string_view line, msgpack_writer& out) -> parsed_line override {
    auto fields = field_writer{rules_, out};
    fields.put(message_, line);
    return fields.done();
  }

private:
  field_rules rules_;
  column message_;
};

} // namespace

auto make_plain_parser(const parser_settings& settings, const clock& now) -> made_parser {
  WEIR_TRY(auto rules, field_rules::make(settings, {}, now));
  WEIR_CHECK(rules.check_names({"message"}));
  return std::unique_ptr<line_parser>{std::make_unique<plain_parser>(std::move(rules))};
}

auto make_parser(const parser_settings& settings) -> made_parser {
  return make_parser(settings, system_clock());
}

auto make_parser(const parser_settings& settings, const clock& now) -> made_parser {
  switch (settings.format) {
  case line_format::none: return make_plain_parser(settings, now);
  case line_format::json: return make_json_parser(settings, now);
  case line_format::regex: return make_regex_parser(settings, now);
  case line_format::grok: return make_grok_parser(settings, now);
  case line_format::nginx: return make_nginx_parser(settings, now);
  case line_format::apache2: return make_apache2_parser(settings, now);
  case line_format::syslog: return make_syslog_parser(settings, now);
  case line_format::ltsv: return make_ltsv_parser(settings, now);
  case line_format::logfmt: return make_logfmt_parser(settings, now);
  case line_format::key_value: return make_key_value_parser(settings, now);
  case line_format::csv: return make_csv_parser(settings, now);
  case line_format::cef: return make_cef_parser(settings, now);
  case line_format::leef: return make_leef_parser(settings, now);
  case line_format::klog: return make_klog_parser(settings, now);
  case line_format::xml: return make_xml_parser(settings, now);
  case line_format::url: return make_url_parser(settings, now);
  case line_format::user_agent: return make_user_agent_parser(settings, now);
  case line_format::docker: return make_docker_parser(settings, now);
  case line_format::cri: return make_cri_parser(settings, now);
  case line_format::container: return make_container_parser(settings, now);
  }
  return error{errc::failed, "format: no such parser"};
}

} // namespace weir
