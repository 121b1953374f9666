/// The nodes of a cluster: which of them has what, connections to them, and the statements that they have prepared.
#pragma once

#include "actors/sinks/cassandra/connection.hpp"
#include "actors/sinks/cassandra/token.hpp"
#include "actors/sinks/network/endpoint_choice.hpp"
#include "actors/sinks/network/overload_pace.hpp"
#include "runtime/net/tls_files.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace weir {

struct cql_cluster_settings {
  std::vector<std::string> endpoints; ///< host:port
  network_settings network;
  bool discover = true; ///< asks the first that answers for the others
};

/// One thread's; blocks within the timeouts of its settings.
class cql_cluster {
public:
  cql_cluster(cql_cluster_settings settings, const class clock& clock);

  /// Connected to one node at least, and told of the others, anew if they were asked long ago. The error names endpoints.
  auto open() -> result<void>;
  void close();

  /// Asks any node, nothing else being under way; repeats what may come later. errc::rejected: the statement is not for this
  /// server, errc::unavailable: not now, errc::failed: not before somebody changes something.
  auto ask(cql_opcode kind, std::string_view body) -> result<cql_rows>;

  /// The number of a statement that any node will be ready to execute.
  auto statement(const std::string& text) -> std::uint32_t;
  /// A node that takes a request for the token, best one that has it; nothing: none just now. The error: none at all.
  auto choose(std::int64_t token, std::uint32_t statement) -> result<std::optional<std::size_t>>;
  auto id_at(std::size_t node, std::uint32_t statement) const -> std::string_view { return nodes_[node].ids[statement].id; }
  void send(std::size_t node, cql_opcode kind, std::string_view body, std::uint32_t ticket);
  auto under_way() const -> std::size_t;

  struct listener {
    std::function<void(std::size_t node, const cql_answer&)> answered;
    std::function<void(std::uint32_t ticket)> lost; ///< nobody knows what became of it
  };
  /// Until something has come or `until` is over. The error: a statement that nodes refuse to prepare.
  auto wait(monotonic_time until, const listener& tell) -> result<void>;

  void worked(std::size_t node) { nodes_[node].pace.worked(nodes_[node].connection->under_way() + 1); }
  void overloaded(std::size_t node);
  void forget_statement(std::size_t node, std::uint32_t statement) { nodes_[node].ids[statement] = {}; }
  auto name(std::size_t node) const -> const std::string& { return nodes_[node].name; }
  /// Until some node may be asked again; none waits: nothing.
  auto pause() const -> duration;
  /// Why the latest node failed, with its name.
  auto problem() const -> const std::string& { return problem_; }

private:
  struct prepared {
    std::string id; ///< empty: it is not
    bool is_asked = false;
  };
  struct cluster_node {
    std::string name;
    std::unique_ptr<cql_connection> connection; ///< null: there is none
    overload_pace pace;
    std::vector<prepared> ids; ///< by statement
  };
  struct found_node {
    std::string name;
    std::vector<std::int64_t> tokens;
  };
  static auto make_node(std::string name) -> cluster_node;
  auto route_to(const std::string& name) -> result<cql_route>;
  auto connect(cluster_node& to) -> result<void>;
  auto connect_first() -> result<void>;
  auto learn() -> result<void>;
  auto find_nodes(cluster_node& from) -> result<std::vector<found_node>>;
  void take_nodes(std::vector<found_node> found);
  auto query(cluster_node& at, std::string_view text) -> result<cql_rows>;
  auto is_ready(std::size_t number, std::uint32_t statement) -> bool;
  auto can_be_used(std::size_t number) -> bool;
  void lose(std::size_t number, const error& why, const listener& tell);
  auto take_answers(std::size_t number, const listener& tell) -> result<void>;
  auto take_all_answers(const listener& tell) -> result<bool>;
  auto take_prepared(std::size_t number, const cql_answer& answer) -> result<void>;
  auto ask_once(cql_opcode kind, std::string_view body) -> result<std::variant<cql_rows, cql_error>>;

  cql_cluster_settings settings_;
  const class clock& clock_;
  endpoint_choice contacts_;
  endpoint_choice health_; ///< of nodes_
  std::shared_ptr<net::tls_files> tls_;
  std::vector<cluster_node> nodes_;
  token_ring ring_;
  std::vector<std::string> statements_;
  monotonic_time learned_{};
  std::size_t turn_ = 0;
  std::string problem_;
};

} // namespace weir
