/// The parsers behind make_parser(), one file each.
#pragma once

#include "runtime/parser/field_types.hpp"
#include "runtime/parser/parser_settings.hpp"

namespace weir {

using made_parser = result<std::unique_ptr<line_parser>>;

auto make_plain_parser(const parser_settings& settings, const clock& now) -> made_parser;
auto make_json_parser(const parser_settings& settings, const clock& now) -> made_parser;
auto make_regex_parser(const parser_settings& settings, const clock& now) -> made_parser;
auto make_grok_parser(const parser_settings& settings, const clock& now) -> made_parser;
auto make_nginx_parser(const parser_settings& settings, const clock& now) -> made_parser;
auto make_apache2_parser(const parser_settings& settings, const clock& now) -> made_parser;
auto make_syslog_parser(const parser_settings& settings, const clock& now) -> made_parser;
auto make_ltsv_parser(const parser_settings& settings, const clock& now) -> made_parser;
auto make_logfmt_parser(const parser_settings& settings, const clock& now) -> made_parser;
auto make_key_value_parser(const parser_settings& settings, const clock& now) -> made_parser;
auto make_csv_parser(const parser_settings& settings, const clock& now) -> made_parser;
auto make_cef_parser(const parser_settings& settings, const clock& now) -> made_parser;
auto make_leef_parser(const parser_settings& settings, const clock& now) -> made_parser;
auto make_klog_parser(const parser_settings& settings, const clock& now) -> made_parser;
auto make_xml_parser(const parser_settings& settings, const clock& now) -> made_parser;
auto make_url_parser(const parser_settings& settings, const clock& now) -> made_parser;
auto make_user_agent_parser(const parser_settings& settings, const clock& now) -> made_parser;
auto make_docker_parser(const parser_settings& settings, const clock& now) -> made_parser;
auto make_cri_parser(const parser_settings& settings, const clock& now) -> made_parser;
auto make_container_parser(const parser_settings& settings, const clock& now) -> made_parser;

} // namespace weir
