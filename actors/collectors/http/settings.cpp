#include "actors/collectors/http/settings.hpp"

#include <algorithm>
#include <set>

namespace weir {
namespace {

void check_endpoints(const http_source_settings& s, config::settings_reader& reader) {
  auto seen = std::set<std::string_view>{};
  for (const auto& name : s.endpoints) {
    if (std::find(http_endpoint_names.begin(), http_endpoint_names.end(), name) == http_endpoint_names.end())
      reader.complain("endpoints", "\"endpoints\" wants fluentd, hec, elasticsearch and loki, not \"" + name + '"');
    else if (!seen.insert(name).second)
      reader.complain("endpoints", "\"endpoints\" has \"" + name + "\" twice");
  }
  if (s.endpoints.empty()) reader.complain("endpoints", "\"endpoints\" wants one at least");
  if (!seen.contains("fluentd")) {
    reader.refuse_useless("time_key", "it is for the endpoint \"fluentd\"");
    reader.refuse_useless("keep_time_key", "it is for the endpoint \"fluentd\"");
  } else if (s.time_key.empty()) {
    reader.refuse_useless("keep_time_key", "no field is the time");
  }
}

} // namespace

void validate(const http_cors& s, config::settings_reader& reader) {
  if (s.origins.empty()) reader.complain("origins", "\"origins\" wants one at least");
  for (const auto& o : s.origins)
    if (o != "*" && o.find("://") == std::string::npos)
      reader.complain("origins", "an origin wants to be as https://shop.example, not \"" + o + '"');
}

void validate(const http_source_settings& s, config::settings_reader& reader) {
  if (s.web.listen.empty()) reader.complain("listen", "\"listen\" wants an address");
  check_web_places(s.web.listen, "listen", reader);
  check_web(s.web, reader);
  check_endpoints(s, reader);
}

} // namespace weir
