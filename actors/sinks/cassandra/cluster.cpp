#include "actors/sinks/cassandra/cluster.hpp"

#include "actors/sinks/cassandra/requests.hpp"
#include "actors/sinks/cassandra/settings.hpp"
#include "runtime/os/random.hpp"

#include <poll.h>

#include <algorithm>
#include <charconv>
#include <thread>

namespace weir {
namespace {

/// Tickets of requests to prepare a statement; all others are below.
constexpr auto prepare_ticket = std::uint32_t{1} << 31U;
constexpr auto learn_every = std::chrono::minutes{5};
constexpr auto requests_at_once = overload_pace::bounds{.min = 1, .max = cql_connection::requests_max, .step = 8};
constexpr auto nodes_max = std::size_t{cassandra_nodes_max};

auto names_of_endpoints(const std::vector<std::string>& endpoints) -> std::vector<std::string> {
  auto names = std::vector<std::string>{};
  for (const auto& e : endpoints)
    if (const auto at = host_of_endpoint(e, cassandra_port)) names.push_back(to_text(*at));
  return names;
}

/// A set of texts, as the server has tokens.
auto tokens_of(const std::string* set) -> std::vector<std::int64_t> {
  auto tokens = std::vector<std::int64_t>{};
  if (set == nullptr) return tokens;
  auto from = cql_reader{*set};
  for (auto left = from.i32(); left > 0 && !from.failed(); --left) {
    const auto text = from.bytes().value_or(std::string_view{});
    auto token = std::int64_t{0};
    const auto* end = text.data() + text.size();
    if (std::from_chars(text.data(), end, token).ptr == end && !text.empty()) tokens.push_back(token);
  }
  return tokens;
}

/// Of 4 or 16 bytes; empty if it is none that can be dialled.
auto address_text(const std::string* bytes) -> std::string {
  if (bytes == nullptr || bytes->find_first_not_of('\0') == std::string::npos) return {};
  char text[64] = "";
  if (bytes->size() == 4) {
    const auto part = [&](std::size_t i) { return static_cast<unsigned char>((*bytes)[i]); };
    std::snprintf(text, sizeof text, "%u.%u.%u.%u", part(0), part(1), part(2), part(3));
    return text;
  }
  if (bytes->size() != 16) return {};
  auto written = std::string{};
  for (std::size_t i = 0; i < 16; i += 2) {
    std::snprintf(text, sizeof text, "%s%x", i == 0 ? "" : ":",
                  static_cast<unsigned>(static_cast<unsigned char>((*bytes)[i])) << 8U | static_cast<unsigned char>((*bytes)[i + 1]));
    written += text;
  }
  return written;
}

} // namespace

cql_cluster::cql_cluster(cql_cluster_settings settings, const class clock& clock)
    : settings_(std::move(settings)), clock_(clock),
      contacts_(names_of_endpoints(settings_.endpoints), endpoint_choice::order::rotate),
      health_({}, endpoint_choice::order::first) {}

auto cql_cluster::make_node(std::string name) -> cluster_node { return {std::move(name), nullptr, overload_pace{requests_at_once}, {}}; }

void cql_cluster::close() {
  for (auto& n : nodes_) n.connection.reset();
}

auto cql_cluster::route_to(const std::string& name) -> result<cql_route> {
  WEIR_TRY(const auto at, host_of_endpoint(name, cassandra_port));
  const auto& s = settings_.network;
  auto made = cql_route{.at = at, .user = s.auth.user, .password = s.auth.password.value};
  if (!s.tls) return made;
  if (tls_) {
    WEIR_CHECK(tls_->renew());
  } else {
    auto files = net::tls_settings{s.tls->certificate, s.tls->key, s.tls->ca};
    if (s.tls->ca.empty()) files.trust = net::tls_trust::system;
    if (s.tls->verify == store_verify::none) files.trust = net::tls_trust::anybody;
    WEIR_TRY(tls_, net::tls_files::open(std::move(files)));
  }
  made.tls = tls_->current();
  made.name = s.tls->server_name.empty() ? at.host : s.tls->server_name;
  made.checks_name = s.tls->verify == store_verify::full;
  return made;
}

auto cql_cluster::connect(cluster_node& to) -> result<void> {
  const auto named = [&](const error& why) { return error{why.code, to.name + ": " + why.what}; };
  const auto route = route_to(to.name);
  if (!route) return named(route.failure());
  auto opened = cql_connection::open(*route, settings_.network.timeout.connect);
  if (!opened) return named(opened.failure());
  to.connection = std::move(*opened);
  to.ids.assign(statements_.size(), {});
  return {};
}

auto cql_cluster::open() -> result<void> {
  const auto is_connected = std::any_of(nodes_.begin(), nodes_.end(), [](const auto& n) { return n.connection != nullptr; });
  if (!is_connected) return connect_first();
  if (clock_.monotonic() - learned_ < learn_every) return {};
  learned_ = clock_.monotonic();
  // Who is told nothing new goes on with whom there was.
  if (const auto learned = learn(); !learned) problem_ = learned.failure().what;
  return {};
}

auto cql_cluster::connect_first() -> result<void> {
  auto why = error{errc::failed, "there are no endpoints"};
  for (std::size_t tried = 0; tried < contacts_.size(); ++tried) {
    const auto number = contacts_.next(clock_.monotonic());
    auto first = make_node(contacts_.name(number));
    const auto connected = connect(first);
    if (connected) {
      contacts_.worked(number);
      nodes_.clear();
      nodes_.push_back(std::move(first));
      learned_ = clock_.monotonic();
      return learn();
    }
    contacts_.failed(number, clock_.monotonic(), random_id());
    const auto& what = connected.failure().what;
    why = {connected.failure().code, tried == 0 ? what : why.what + "; " + what};
  }
  return why;
}

auto cql_cluster::learn() -> result<void> {
  if (!settings_.discover) {
    auto all = std::vector<found_node>{};
    for (std::size_t i = 0; i < contacts_.size(); ++i) all.push_back({contacts_.name(i), {}});
    take_nodes(std::move(all));
    return {};
  }
  const auto from = std::find_if(nodes_.begin(), nodes_.end(), [](const auto& n) { return n.connection != nullptr; });
  auto found = find_nodes(*from);
  if (!found) return error{found.failure().code, from->name + ": " + found.failure().what};
  take_nodes(std::move(*found));
  return {};
}

auto cql_cluster::query(cluster_node& at, std::string_view text) -> result<cql_rows> {
  auto body = byte_buffer{};
  append_cql_query(body, text, {}, cql_consistency::local_one);
  WEIR_TRY(const auto answer, at.connection->ask(cql_opcode::query, body.view(), settings_.network.timeout.request));
  if (answer.kind == cql_opcode::error) return error{errc::unavailable, to_text(read_cql_error(answer.body))};
  return read_cql_rows(answer.body);
}

/// Of the data center of the one that is asked, itself first.
auto cql_cluster::find_nodes(cluster_node& from) -> result<std::vector<found_node>> {
  WEIR_TRY(const auto own, query(from, "SELECT data_center, partitioner, tokens FROM system.local"));
  const auto is_known = own.text(0, "partitioner").ends_with("Murmur3Partitioner");
  const auto tokens_in = [&](const cql_rows& rows, std::size_t row) {
    return is_known ? tokens_of(rows.at(row, "tokens")) : std::vector<std::int64_t>{};
  };
  auto found = std::vector<found_node>{{from.name, tokens_in(own, 0)}};
  const auto own_port = std::to_string(parse_host_port(from.name).value().port);
  auto others = query(from, "SELECT data_center, tokens, native_address, native_port FROM system.peers_v2");
  // Before Cassandra 4, and in ScyllaDB.
  if (!others) others = query(from, "SELECT data_center, tokens, rpc_address AS native_address, peer FROM system.peers");
  if (!others) return others.failure();
  for (std::size_t i = 0; i < others->rows.size() && found.size() < nodes_max; ++i) {
    if (others->text(i, "data_center") != own.text(0, "data_center")) continue;
    auto host = address_text(others->at(i, "native_address"));
    if (host.empty()) host = address_text(others->at(i, "peer"));
    if (host.empty()) continue;
    const auto port = others->number(i, "native_port");
    const auto bracketed = host.find(':') == std::string::npos ? host : '[' + host + ']';
    found.push_back({bracketed + ':' + (port ? std::to_string(*port) : own_port), tokens_in(*others, i)});
  }
  return found;
}

void cql_cluster::take_nodes(std::vector<found_node> found) {
  auto nodes = std::vector<cluster_node>{};
  auto names = std::vector<std::string>{};
  auto tokens = std::vector<std::pair<std::int64_t, std::size_t>>{};
  for (auto& f : found) {
    for (const auto token : f.tokens) tokens.emplace_back(token, nodes.size());
    const auto known = std::find_if(nodes_.begin(), nodes_.end(), [&](const auto& n) { return n.name == f.name; });
    nodes.push_back(known == nodes_.end() ? make_node(f.name) : std::move(*known));
    names.push_back(std::move(f.name));
  }
  nodes_ = std::move(nodes);
  health_ = endpoint_choice{std::move(names), endpoint_choice::order::first};
  ring_ = token_ring{std::move(tokens)};
}

auto cql_cluster::statement(const std::string& text) -> std::uint32_t {
  const auto known = std::find(statements_.begin(), statements_.end(), text);
  if (known != statements_.end()) return static_cast<std::uint32_t>(known - statements_.begin());
  statements_.push_back(text);
  for (auto& n : nodes_) n.ids.resize(statements_.size());
  return static_cast<std::uint32_t>(statements_.size() - 1);
}

auto cql_cluster::can_be_used(std::size_t number) -> bool {
  auto& n = nodes_[number];
  if (n.connection) return true;
  if (health_.is_left_out(number, clock_.monotonic())) return false;
  const auto connected = connect(n);
  if (connected) return health_.worked(number), true;
  problem_ = connected.failure().what;
  health_.failed(number, clock_.monotonic(), random_id());
  return false;
}

auto cql_cluster::is_ready(std::size_t number, std::uint32_t statement) -> bool {
  auto& n = nodes_[number];
  const auto now = clock_.monotonic();
  const auto is_full = n.connection->under_way() >= std::min<std::uint64_t>(n.pace.permits(), cql_connection::requests_max);
  if (is_full || n.pace.wait(now) > duration{0}) return false;
  auto& known = n.ids[statement];
  if (!known.id.empty()) return true;
  if (!known.is_asked) {
    auto body = byte_buffer{};
    put_cql_long_string(body, statements_[statement]);
    n.connection->send(cql_opcode::prepare, body.view(), prepare_ticket | statement, now);
    known.is_asked = true;
  }
  return false;
}

auto cql_cluster::choose(std::int64_t token, std::uint32_t statement) -> result<std::optional<std::size_t>> {
  auto chosen = std::optional<std::size_t>{};
  auto is_any_up = false;
  const auto takes = [&](std::size_t number) {
    if (!can_be_used(number)) return false;
    is_any_up = true;
    if (is_ready(number, statement)) chosen = number;
    return chosen.has_value();
  };
  if (ring_.walk(token, takes)) return chosen;
  // Those without tokens; of equals another one each time.
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (takes((turn_ + i) % nodes_.size())) return turn_ = *chosen + 1, chosen;
  if (!is_any_up) return error{errc::unavailable, problem_};
  return chosen;
}

void cql_cluster::send(std::size_t number, cql_opcode kind, std::string_view body, std::uint32_t ticket) {
  nodes_[number].connection->send(kind, body, ticket, clock_.monotonic());
}

auto cql_cluster::under_way() const -> std::size_t {
  auto all = std::size_t{0};
  for (const auto& n : nodes_) all += n.connection ? n.connection->under_way() : 0;
  return all;
}

void cql_cluster::overloaded(std::size_t number) {
  auto& n = nodes_[number];
  n.pace.overloaded(n.connection->under_way() + 1, clock_.monotonic(), {}, random_id());
}

auto cql_cluster::pause() const -> duration {
  auto least = duration{0};
  for (const auto& n : nodes_) {
    if (!n.connection) continue;
    const auto its = n.pace.wait(clock_.monotonic());
    least = least == duration{0} ? its : std::min(least, its);
  }
  return least;
}

void cql_cluster::lose(std::size_t number, const error& why, const listener& tell) {
  auto& n = nodes_[number];
  problem_ = n.name + ": " + why.what;
  health_.failed(number, clock_.monotonic(), random_id());
  const auto tickets = n.connection->tickets();
  n.connection.reset();
  for (const auto ticket : tickets)
    if ((ticket & prepare_ticket) == 0) tell.lost(ticket);
}

auto cql_cluster::take_prepared(std::size_t number, const cql_answer& answer) -> result<void> {
  auto& known = nodes_[number].ids[answer.ticket & ~prepare_ticket];
  known.is_asked = false;
  if (answer.kind == cql_opcode::error) return error{errc::unavailable, nodes_[number].name + ": " + to_text(read_cql_error(answer.body))};
  WEIR_TRY(known.id, read_cql_prepared(answer.body));
  return {};
}

auto cql_cluster::take_answers(std::size_t number, const listener& tell) -> result<void> {
  auto& connection = nodes_[number].connection;
  auto came = connection->exchange(clock_.monotonic());
  while (came) {
    const auto answer = connection->next();
    if (!answer) came = answer.failure();
    if (!answer || !*answer) break;
    health_.worked(number);
    if (((*answer)->ticket & prepare_ticket) != 0)
      WEIR_CHECK(take_prepared(number, **answer));
    else
      tell.answered(number, **answer);
  }
  const auto& patience = settings_.network.timeout.request;
  if (came && connection->under_way() > 0 && clock_.monotonic() - connection->since() > patience)
    came = error{errc::unavailable, "it has not answered for " + to_text(patience)};
  if (!came) lose(number, came.failure(), tell);
  return {};
}

auto cql_cluster::wait(monotonic_time until, const listener& tell) -> result<void> {
  WEIR_TRY(const auto has_come, take_all_answers(tell));
  if (has_come) return {};
  auto waits = std::vector<pollfd>{};
  for (const auto& n : nodes_) {
    if (!n.connection || n.connection->under_way() == 0) continue;
    waits.push_back(n.connection->waits());
    until = std::min(until, n.connection->since() + settings_.network.timeout.request + std::chrono::milliseconds{1});
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock_.monotonic()).count();
  (void)::poll(waits.data(), waits.size(), static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000)));
  WEIR_CHECK(take_all_answers(tell));
  return {};
}

/// Sends what waits, too. Whether something has come, or is lost.
auto cql_cluster::take_all_answers(const listener& tell) -> result<bool> {
  auto has_come = false;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const auto before = nodes_[i].connection ? nodes_[i].connection->under_way() : 0;
    if (before == 0) continue;
    WEIR_CHECK(take_answers(i, tell));
    has_come = has_come || !nodes_[i].connection || nodes_[i].connection->under_way() < before;
  }
  return has_come;
}

auto cql_cluster::ask_once(cql_opcode kind, std::string_view body) -> result<std::variant<cql_rows, cql_error>> {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const auto number = (turn_ + i) % nodes_.size();
    if (!can_be_used(number)) continue;
    turn_ = number;
    const auto answer = nodes_[number].connection->ask(kind, body, settings_.network.timeout.request);
    if (!answer) {
      lose(number, answer.failure(), {{}, [](std::uint32_t) {}});
      continue;
    }
    if (answer->kind == cql_opcode::error) return std::variant<cql_rows, cql_error>{read_cql_error(answer->body)};
    WEIR_TRY(auto rows, read_cql_rows(answer->body));
    return std::variant<cql_rows, cql_error>{std::move(rows)};
  }
  return error{errc::unavailable, problem_};
}

auto cql_cluster::ask(cql_opcode kind, std::string_view body) -> result<cql_rows> {
  const auto until = clock_.monotonic() + settings_.network.timeout.request;
  for (auto failures = std::uint32_t{1};; ++failures) {
    WEIR_TRY(auto answer, ask_once(kind, body));
    if (auto* rows = std::get_if<cql_rows>(&answer)) return std::move(*rows);
    const auto& why = std::get<cql_error>(answer);
    const auto remedy = remedy_for(why);
    auto text = nodes_[turn_ % nodes_.size()].name + ": " + to_text(why);
    if (remedy == cql_remedy::stop) return error{errc::failed, std::move(text)};
    if (remedy == cql_remedy::without || remedy == cql_remedy::prepare) return error{errc::rejected, std::move(text)};
    const auto pause = backoff_delay({std::chrono::milliseconds{50}, std::chrono::seconds{5}}, failures, random_id());
    if (clock_.monotonic() + pause > until) return error{errc::unavailable, std::move(text)};
    ++turn_;
    std::this_thread::sleep_for(pause);
  }
}

} // namespace weir
