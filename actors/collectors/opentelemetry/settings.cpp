#include "actors/collectors/opentelemetry/settings.hpp"

namespace weir {

void validate(const otlp_source_settings& s, config::settings_reader& reader) {
  if (s.web.listen.empty() && s.listen_grpc.empty()) reader.complain("listen", "\"listen\" or \"listen_grpc\" wants an address");
  check_web_places(s.web.listen, "listen", reader);
  check_web_places(s.listen_grpc, "listen_grpc", reader);
  check_web(s.web, reader);
  if (!s.web.tag.empty()) reader.refuse_useless("tag_attribute", "\"tag\" replaces all tags");
}

} // namespace weir
