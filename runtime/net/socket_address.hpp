/// Names and numbers of sockets, as the system has them.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/net/address.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <functional>
#include <memory>
#include <string>

namespace weir::net {

using found_addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

/// At least one; blocks while a name is looked up. `is_own`: to listen on.
auto look_up(const host_port& at, bool is_own) -> result<found_addresses>;

/// In numbers: 127.0.0.1:7400; empty if it is none of the internet's.
auto to_text(const sockaddr_storage& address, socklen_t size) -> std::string;

} // namespace weir::net
