// Requests to the console: however their bytes are cut, what is made of them is the same, and bounded.
#include "cli/console/http_text.hpp"
#include "cli/console/request_reader.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

using namespace weir::cli;

/// Of whole ones: what is wrong with others may be seen earlier or later.
void add_text(std::string& to, const request_reader::outcome& came) {
  const auto* whole = std::get_if<whole_request>(&came);
  if (whole == nullptr) return;
  to += whole->what.method + ' ' + percent_encoded(whole->what.path) + ' ' + whole->what.body + '\n';
  for (const auto& [name, value] : whole->what.fields) to += name + ':' + value + ';';
  for (const auto& [name, value] : whole->what.query) to += name + '=' + value + ';';
  to += accepts_gzip(whole->what.field("accept-encoding")) ? cookie_of(whole->what.field("cookie"), "a") : "";
}

/// What comes of all of it, given in parts of at most `step` bytes.
auto read_in_steps(std::string_view bytes, std::size_t step) -> std::string {
  auto reader = request_reader{{}};
  auto text = std::string{};
  while (!bytes.empty()) {
    const auto part = bytes.substr(0, std::min(step, reader.room_bytes()));
    if (part.empty()) std::abort(); // it has taken or refused what was there
    bytes.remove_prefix(part.size());
    std::memcpy(reader.room(), part.data(), part.size());
    reader.add(part.size());
    while (true) {
      const auto came = reader.next();
      add_text(text, came);
      if (std::holds_alternative<bad_request>(came)) return text;
      if (std::holds_alternative<wants_more>(came)) break;
    }
  }
  return text;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::string_view{reinterpret_cast<const char*>(data), size};
  if (read_in_steps(bytes, SIZE_MAX) != read_in_steps(bytes, 7)) std::abort();
  return 0;
}
