/// Names and numbers of sockets, as the system has them.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/net/address.hpp"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <memory>
#include <optional>
#include <string>

namespace weir::net {

using found_addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

/// At least one, of any port if it is empty; blocks while a name is looked up. `is_own`: to listen on, and then an empty
/// host is every address.
auto look_up(const std::string& host, const std::string& port, bool is_own) -> result<found_addresses>;

/// Of a path of at most 107 bytes.
auto unix_address(const std::string& path) -> sockaddr_un;

/// In numbers; nothing if it is none of the internet's. IPv4 that was mapped into IPv6 is IPv4.
auto to_host_port(const sockaddr_storage& address, socklen_t size) -> std::optional<host_port>;
/// 127.0.0.1:7400; empty if it is none of the internet's.
auto to_text(const sockaddr_storage& address, socklen_t size) -> std::string;

} // namespace weir::net
