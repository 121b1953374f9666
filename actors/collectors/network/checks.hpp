/// What settings of sources that listen have to be, whichever source has them.
#pragma once

#include "config/settings.hpp"

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

void check_message_limit(byte_count max_message, config::settings_reader& reader);
void check_receive_buffer(byte_count receive_buffer, config::settings_reader& reader);
void check_connections(std::uint32_t max_connections, duration message_timeout, config::settings_reader& reader);
void check_socket_mode(const std::string& octal, config::settings_reader& reader, std::string_view key = "socket_mode");
/// Of what check_socket_mode() has found to be one.
auto socket_mode_of(const std::string& octal) -> mode_t;

} // namespace weir
