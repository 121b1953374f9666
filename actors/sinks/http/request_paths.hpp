/// What a request says beside its body: paths with {tag} and strftime of the event's time, and fields.
//
//  What becomes of a tag in a path: actors/sinks/network/name_part.hpp.
#pragma once

#include "actors/sinks/network/settings.hpp"
#include "runtime/codec/path_template.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

/// Why this makes no paths; empty if there is nothing to say.
auto problem_of_request_path(const std::string& text) -> std::string;

class request_paths {
public:
  /// Of a path that has no problem.
  request_paths(const std::string& text, std::string_view node, std::string_view component, time_zone zone = {});

  void begin_tag(std::string_view tag);
  /// Of an event of the tag; why it has none, else empty.
  auto of(std::int64_t time_ns, std::string& out) const -> std::string_view;
  /// The times around this one that have the same path.
  auto times_around(std::int64_t time_ns) const -> write_bounds { return form_.times_around(time_ns); }

private:
  path_template form_;
  std::string tag_;
};

/// Whether a field of a request can be called so, or have this.
auto is_header_name(std::string_view text) -> bool;
auto is_header_value(std::string_view text) -> bool;
/// A field that the client writes itself.
auto is_own_header(std::string_view name) -> bool;
/// Complains about "headers" that no request can have, or that the client writes itself.
void check_headers(const config::string_map& headers, config::settings_reader& reader);
/// Complains about a "token_header" that is none, or has no token.
void check_token_header(const std::string& name, const store_auth& auth, config::settings_reader& reader);
/// Complains about a "path" that is not the same for all events, or is none.
void check_plain_path(const std::string& path, config::settings_reader& reader);
/// Complains about a "max_request" outside of 1 KiB to 64 MiB.
void check_request_size(byte_count size, config::settings_reader& reader);
/// A name for a message, whatever is in it.
auto excerpt_of_name(std::string_view name) -> std::string;

} // namespace weir
