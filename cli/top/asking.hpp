/// Whom `weir top` asks for its figures: a node of this machine by its control socket, or a console by its address.
#pragma once

#include "cli/tell/question.hpp"
#include "cli/top/http_client.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace weir::cli {

class figures_source {
public:
  virtual ~figures_source() = default;
  /// "graph", "actors" or "accounts", as under /api/v1/. Blocks for some seconds at most. rejected: it may not be told.
  virtual auto ask(const std::string& document) -> result<std::string> = 0;
  /// Lines of the log from that number on; 0: the last ones.
  virtual auto ask_log(std::uint64_t since) -> result<std::string> = 0;
  /// A to_text(tap_news) of what came since that session asked last.
  virtual auto ask_tap(const question& what) -> result<std::string> = 0;
  virtual auto name() const -> std::string = 0;
};

auto make_socket_source(std::string name, std::string path) -> std::unique_ptr<figures_source>;
auto make_console_source(http_client by) -> std::unique_ptr<figures_source>;

} // namespace weir::cli
