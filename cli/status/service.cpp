#include "cli/status/service.hpp"

#include "cli/console/documents.hpp"
#include "cli/console/openmetrics.hpp"
#include "cli/status/headline.hpp"
#include "cli/tell/ask_node.hpp"
#include "runtime/os/clock.hpp"
#include "runtime/os/whole_file.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <sstream>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

constexpr auto redraw_interval = 1s;
constexpr auto rate_interval = 250ms;

} // namespace

status_service::status_service(process_identity who, node& of, reloads& by, const teller& tells,
                               std::function<void(const std::string&)> drain, status_outlets to)
    : who_(std::move(who)), node_(of), reloads_(by), tells_(tells), drain_(std::move(drain)), to_(std::move(to)), sight_(of), stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  WEIR_ASSERT(stop_.is_open());
  thread_ = std::thread{[this] { work(); }};
}

status_service::~status_service() {
  const auto one = std::uint64_t{1};
  const auto written = write(stop_.fd(), &one, sizeof one);
  WEIR_ASSERT(written == sizeof one);
  thread_.join();
  if (to_.terminal) {
    draw();
    to_.terminal->finish();
  }
}

void status_service::withdraw() {
  if (to_.socket) to_.socket->withdraw();
  if (to_.terminal) to_.terminal->finish();
}

void status_service::work() {
  auto next = steady::now();
  while (true) {
    if (to_.terminal && steady::now() >= next) {
      draw();
      next = steady::now() + redraw_interval;
    }
    const auto until = to_.terminal ? next : steady::now() + 1h;
    if (!wait(true, until)) return;
  }
}

auto status_service::wait(bool for_clients, time_point when) -> bool {
  const auto listening = for_clients && to_.socket ? to_.socket->fd() : -1;
  pollfd waits[] = {{stop_.fd(), POLLIN, 0}, {listening, POLLIN, 0}};
  const auto left = std::max<std::int64_t>(0, (when - steady::now()) / 1ms + 1);
  poll(waits, 2, static_cast<int>(left));
  if (waits[0].revents != 0) return false;
  if (waits[1].revents != 0) to_.socket->converse(stop_.fd(), [this](auto request, const auto& by) { return answer(request, by); });
  return true;
}

namespace {

/// "up core-2\nup edge-1\n": those who may be told something.
auto others_text(const std::vector<member_view>& all) -> std::string {
  auto text = std::string{};
  for (const auto& m : all)
    if (!m.is_self && m.who.state != member_state::left) text += std::string{name_of(m.who.state)} + ' ' + m.who.node + '\n';
  return text.empty() ? "none\n" : text;
}

auto order_text(const result<std::string>& came) -> std::string {
  return came ? "done\n" + *came : "refused\n" + came.failure().what + '\n';
}

} // namespace

/// "drain": this node; "drain NODE": another one; "forget NODE": it is gone for good; "hand NODE": it is to have this node's
/// topology file.
auto status_service::order(std::string_view request, const std::string& by) -> std::string {
  const auto space = request.find(' ');
  const auto other = space == std::string_view::npos ? std::string{} : std::string{request.substr(space + 1)};
  if (request == "drain") {
    drain_(by);
    return order_text(std::string{"it drains\n"});
  }
  if (request.starts_with("drain ")) return order_text(node_.command(other, {"drain", {}, by}));
  if (request.starts_with("forget ")) return order_text(node_.forget(other, by));
  const auto content = read_whole(reloads_.topology());
  return order_text(content ? node_.command(other, {"reload", *content, by}) : content);
}

/// "scale COMPONENT=N": this node; "scale NODE COMPONENT=N": another one.
auto status_service::scale(std::string_view request, const std::string& by) -> std::string {
  auto words = std::istringstream{std::string{request}};
  auto word = std::string{}, first = std::string{}, second = std::string{};
  words >> word >> first >> second;
  if (second.empty()) return answer_scale(reloads_, first, by);
  return order_text(node_.command(first, {"scale " + second, {}, by}));
}

auto status_service::tell(std::string_view asked, const std::string& by) -> result<std::string> {
  WEIR_TRY(auto what, parse_question(asked));
  return ask_node({tells_, node_, who_.node}, std::move(what), {by});
}

/// What the console tells at the same paths; nothing if it is none of them.
auto status_service::document(std::string_view request) -> std::optional<std::string> {
  if (request == "metrics") return metrics_of({node_.observe()}, metrics_format::openmetrics);
  using document_of = std::pair<std::string_view, std::string (*)(const console_ground&, const cluster_sight&)>;
  constexpr auto made = std::array{document_of{"graph", graph_document}, document_of{"actors", actors_document},
                                   document_of{"accounts", accounts_document}};
  const auto* const wanted = std::find_if(made.begin(), made.end(), [&](const auto& d) { return d.first == request; });
  if (wanted == made.end()) return std::nullopt;
  const auto plan = reloads_.plan();
  return wanted->second({who_, *plan}, *sight_.latest());
}

auto status_service::answer(std::string_view request, const std::string& by) -> std::string {
  if (request.starts_with("tell ")) return order_text(tell(request.substr(5), by));
  if (request.starts_with("check")) return check(request);
  if (request.starts_with("reload")) return answer_reload(reloads_, request, by);
  if (request.starts_with("scale ")) return scale(request, by);
  if (request.starts_with("drain") || request.starts_with("hand ") || request.starts_with("forget ")) return order(request, by);
  if (request == "others") return others_text(node_.members());
  if (auto told = document(request)) return std::move(*told);
  if (request == "status") return status_json(look());
  if (request == "status text") return status_text(with_headline(measure()));
  if (request == "cluster") return cluster_json(look(), node_.observe_cluster());
  if (request == "cluster text") return cluster_text(with_headline(measure()), node_.observe_cluster());
  if (request == "members") return members_json(who_, node_.members(), node_.why_alone());
  if (request == "members text") return members_text(who_, system_clock().wall_ns(), node_.members(), node_.why_alone());
  return "unknown request; wants status, cluster or members, with text behind it or not, graph, actors, accounts, metrics, check, reload, scale, drain, forget, hand, tell or others\n";
}

/// "check [cluster] [NANOSECONDS]".
auto status_service::check(std::string_view request) const -> std::string {
  auto words = std::istringstream{std::string{request}};
  auto word = std::string{};
  auto of_cluster = false;
  auto max_delay = std::optional<duration>{};
  while (words >> word)
    if (word == "cluster")
      of_cluster = true;
    else if (word != "check")
      max_delay = duration{std::strtoll(word.c_str(), nullptr, 10)};
  const auto nodes = of_cluster ? node_.observe_cluster() : std::vector{node_.observe()};
  return check_text(who_.node, judge_all(nodes, max_delay));
}

auto status_service::look() const -> node_status {
  auto s = node_status{who_, {}, {}, node_.observe(), {}, {}};
  s.uptime = steady::now() - began_;
  s.now_ns = system_clock().wall_ns();
  s.scaled = scaled_in(*reloads_.plan());
  return s;
}

auto status_service::measure() -> node_status {
  auto before = look();
  wait(false, steady::now() + rate_interval);
  auto now = look();
  now.before = std::move(before.seen.actors);
  now.between = now.uptime - before.uptime;
  return now;
}

/// As seen from here, which may be a part of it.
auto status_service::with_headline(node_status s) -> node_status {
  const auto plan = reloads_.plan();
  const auto seen = sight_.latest();
  s.told = headline_of({who_.node, *seen, flows_of(*plan, *seen)}).text;
  return s;
}

/// Of what is here: nobody else is asked for it each second.
auto status_service::stuck_here(const node_status& s) const -> std::string {
  auto seen = cluster_sight{s.now_ns, {}, {s.seen}, {}, {}};
  add_rates(s.before, s.seen.actors, std::chrono::duration<double>(s.between).count(), seen.rates);
  const auto plan = reloads_.plan();
  auto flows = flows_of(*plan, seen);
  for (auto& f : flows) f.is_hidden = f.actors == 0; // it may be on another node
  return headline_of({who_.node, seen, flows}).stuck;
}

void status_service::draw() {
  auto now = look();
  now.before = std::move(drawn_.seen.actors);
  now.between = now.uptime - drawn_.uptime;
  now.stuck = stuck_here(now);
  to_.terminal->draw(live_lines(now, {to_.terminal->width(), to_.terminal->height()}));
  drawn_ = std::move(now);
}

} // namespace weir::cli
