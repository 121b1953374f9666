/// What a node shows to browsers and programs, and what these may have it do.
#pragma once

#include "cli/console/access.hpp"
#include "cli/console/http_server.hpp"
#include "cli/console/live_feed.hpp"
#include "cli/console/routes.hpp"
#include "cli/console/sight.hpp"
#include "cli/console/tap_feed.hpp"
#include "cli/run/reloads.hpp"
#include "cli/status/node_status.hpp"
#include "cli/tell/teller.hpp"

#include <functional>
#include <memory>
#include <string>

namespace weir::cli {

struct console_settings {
  process_identity who;
  console_plan plan;      ///< paths may have {node}
  std::string note_path;  ///< gets the address and a token, on a line each, for who may read this process's files; empty: nobody
  std::function<void(const std::string& by)> drain; ///< has the node drain
};

class console {
public:
  /// An error says why it cannot listen, or what is wrong with a file.
  static auto open(console_settings settings, node& of, reloads& by, const teller& tells) -> result<std::unique_ptr<console>>;
  ~console();
  console(const console&) = delete;
  auto operator=(const console&) -> console& = delete;

  /// For a process that ends without ending the console: removes what it has left in the file system.
  void withdraw() const;
  /// "http://127.0.0.1:7480/".
  auto address() const -> std::string;

private:
  console(console_settings settings, node& of, reloads& by, const teller& tells, std::shared_ptr<net::tls_files> tls);
  auto listen() -> result<void>;
  auto write_note() const -> result<void>;
  void add_routes();
  void add_figures();
  void add_actions();
  void add_topics();
  auto tell(const topic& about, const console_call& c) -> http_response;
  /// Of one that goes on.
  auto follow(const topic& about, const console_call& c) -> http_response;
  /// Of one that goes on, what came since that session asked last.
  auto tell_since(question asked, const std::string& session, const console_call& c) -> http_response;
  void add_session();
  void add_page();
  void add_index();
  auto begin_change(reloads::request wanted, const console_call& c) -> http_response;
  auto change_document(const std::string& number) const -> http_response;
  auto health(bool is_ready) -> http_response;

  const console_settings settings_;
  node& node_;
  reloads& reloads_;
  const teller& tells_;
  const std::shared_ptr<net::tls_files> tls_;
  const host_port wanted_;
  const std::string own_token_;
  console_access access_;
  sight_keeper sight_;
  live_feed graph_feed_;
  tap_feed tap_feed_;
  route_table routes_;
  std::unique_ptr<http_server> server_;
};

} // namespace weir::cli
