#include "cli/console/console.hpp"

#include "cli/console/documents.hpp"
#include "cli/console/openmetrics.hpp"
#include "cli/console/web_files.hpp"
#include "cli/json_text.hpp"
#include "cli/tell/ask_node.hpp"
#include "runtime/os/replace_files.hpp"

#include <unistd.h>

#include <tuple>

namespace weir::cli {
namespace {

constexpr auto loopback = "127.0.0.1";

auto with_node(net::tls_settings files, const std::string& node) -> net::tls_settings {
  for (auto* path : {&files.certificate, &files.key, &files.authorities, &files.revoked}) fill_in_node(*path, node);
  return files;
}

} // namespace

console::console(console_settings settings, node& of, reloads& by, const teller& tells, std::shared_ptr<net::tls_files> tls)
    : settings_(std::move(settings)),
      node_(of),
      reloads_(by),
      tells_(tells),
      tls_(std::move(tls)),
      wanted_(settings_.plan.listen.value_or(host_port{loopback, console_port})),
      own_token_(random_secret()),
      access_(settings_.plan, is_loopback(wanted_.host), tls_ != nullptr, own_token_),
      sight_(of),
      graph_feed_("graph", [this] {
        const auto plan = reloads_.plan();
        return graph_document({settings_.who, *plan}, *sight_.latest());
      }) {
  add_routes();
}

console::~console() {
  tap_feed_.stop();
  graph_feed_.stop(); // what they have of connections goes before the thread in which they live
  server_.reset();
  withdraw();
}

void console::withdraw() const {
  if (!settings_.note_path.empty()) ::unlink(settings_.note_path.c_str());
}

auto console::open(console_settings settings, node& of, reloads& by, const teller& tells) -> result<std::unique_ptr<console>> {
  auto tls = std::shared_ptr<net::tls_files>{};
  if (settings.plan.tls) {
    WEIR_TRY(tls, net::tls_files::open(with_node(*settings.plan.tls, settings.who.node)));
  }
  auto made = std::unique_ptr<console>{new console{std::move(settings), of, by, tells, std::move(tls)}};
  WEIR_CHECK(made->listen());
  return made;
}

/// Where nobody said where, several nodes of one machine take one port after the other.
auto console::listen() -> result<void> {
  auto how = http_server_settings{};
  how.tls = tls_;
  how.takes_long = [this](const http_request& what) { return routes_.takes_long(what) || !what.word("node").empty(); };
  const auto answers = [this](const http_request& what, const auto& from) { return routes_.answer(access_, what, from); };
  const auto tries = settings_.plan.listen ? std::uint16_t{1} : console_ports_tried;
  auto failure = error{};
  for (std::uint16_t i = 0; i < tries; ++i) {
    auto at = wanted_;
    if (!settings_.plan.listen) at.port = static_cast<std::uint16_t>(at.port + i);
    auto opened = http_server::open(at, how, answers);
    if (opened) return server_ = std::move(*opened), write_note();
    if (i == 0) failure = opened.failure();
  }
  return failure;
}

auto console::write_note() const -> result<void> {
  if (settings_.note_path.empty()) return {};
  return replace_files({{settings_.note_path, address() + '\n' + own_token_ + '\n', 0600}});
}

auto console::address() const -> std::string {
  auto at = wanted_;
  at.port = server_->port();
  if (is_wildcard(at.host)) at.host = "localhost";
  return (tls_ ? "https://" : "http://") + to_text(at) + '/';
}

void console::add_routes() {
  routes_.add({"GET", "/health/live", console_right::health, [this](const auto&) { return health(false); }});
  routes_.add({"GET", "/health/ready", console_right::health, [this](const auto&) { return health(true); }});
  routes_.add({"GET", "/metrics", console_right::metrics, [this](const console_call& c) {
                 const auto format = metrics_format_of(c.what.field("accept"));
                 return respond(200, type_of(format), metrics_of({node_.observe()}, format));
               }});
  add_figures();
  add_actions();
  add_topics();
  add_session();
  add_page();
  add_index();
}

/// For people who look about with curl, and for tests: what is answered where, and to whom.
void console::add_index() {
  const auto index = [this](const console_call&) {
    auto text = std::string{"{\"openapi\": \"/api/v1/openapi.json\", \"routes\": ["};
    for (const auto& r : routes_.all())
      if (r.wants != console_right::health || r.path.starts_with("/health"))
        text += (text.back() == '[' ? "{" : ", {") + ("\"method\": " + json_string(r.method)) + ", \"path\": " + json_string(r.path)
                + ", \"wants\": " + json_string(name_of(r.wants)) + '}';
    return json(text + "]}\n");
  };
  routes_.add({"GET", "/api/v1", console_right::figures, index});
}

/// Live: it answers. Ready: no actor of this node has failed.
auto console::health(bool is_ready) -> http_response {
  const auto found = is_ready ? judge(node_.observe()) : verdict{};
  auto text = "{\"status\": " + json_string(name_of(found.state)) + ", \"reasons\": " + json_list(found.reasons) + "}\n";
  return respond(found.state == cli::health::failed ? 503 : 200, "application/json", std::move(text));
}

void console::add_figures() {
  using document = std::string (*)(const console_ground&, const cluster_sight&);
  const auto add = [this](const char* path, document made) {
    routes_.add({"GET", path, console_right::figures, [this, made](const console_call&) {
                   const auto plan = reloads_.plan();
                   return json(made({settings_.who, *plan}, *sight_.latest()));
                 }});
  };
  add("/api/v1/cluster", cluster_document);
  add("/api/v1/nodes", nodes_document);
  add("/api/v1/components", components_document);
  add("/api/v1/actors", actors_document);
  add("/api/v1/links", links_document);
  add("/api/v1/graph", graph_document);
  add("/api/v1/accounts", accounts_document);
  routes_.add({"GET", "/api/v1/stream", console_right::figures, [this](const console_call& c) { return graph_feed_.join(c.from); }});
  using one_document = std::optional<std::string> (*)(const console_ground&, const cluster_sight&, const std::string&);
  const auto add_one = [this](const char* path, const char* kind, one_document made) {
    routes_.add({"GET", path, console_right::figures, [this, kind, made](const console_call& c) {
                   const auto plan = reloads_.plan();
                   auto text = made({settings_.who, *plan}, *sight_.latest(), c.parts.front());
                   return text ? json(std::move(*text)) : problem(404, "there is no " + (kind + (" " + c.parts.front())));
                 }});
  };
  add_one("/api/v1/components/*", "component", component_document);
  add_one("/api/v1/actors/*", "actor", actor_document);
  routes_.add({"GET", "/api/v1/files", console_right::contents, [this](const console_call&) {
                 const auto plan = reloads_.plan();
                 return json(files_document({settings_.who, *plan}, *sight_.latest()));
               }});
}

/// What whoever asks at the control socket is told as well.
void console::add_topics() {
  for (const auto& about : tells_.topics()) {
    const auto wants = about.what == told::figures    ? console_right::figures
                       : about.what == told::contents ? console_right::contents
                                                      : console_right::action;
    const auto method = about.what == told::action ? "POST" : "GET";
    const auto answers = [this, &about](const console_call& c) { return about.goes_on ? follow(about, c) : tell(about, c); };
    const auto takes_long = about.what != told::figures;
    const auto path = "/api/v1/" + (about.path.empty() ? about.name : about.path);
    routes_.add({method, path, wants, answers, takes_long});
    if (about.has_parts) routes_.add({method, path + "/*", wants, answers, takes_long});
  }
}

namespace {

auto question_of(const topic& about, const console_call& c) -> question {
  auto asked = question{about.name, c.parts.empty() ? std::string{} : c.parts.front(), c.what.query};
  asked.words.erase("as");
  return asked;
}

auto asker_of(const console_call& c) -> asker { return {(c.who ? c.who->name : "somebody") + ", " + c.what.peer}; }

} // namespace

auto console::follow(const topic& about, const console_call& c) -> http_response {
  auto asked = question_of(about, c);
  const auto session = c.what.word("session");
  for (const auto* own : {"alone", "among", "close", "form"}) asked.words.erase(own);
  if (!session.empty()) return tell_since(std::move(asked), session, c);
  asked.words["session"] = random_secret();
  auto begun = tap_feed_.join(c.from, [this, asked = std::move(asked), by = asker_of(c)](bool is_last) {
    auto now = asked;
    if (is_last) now.words["close"] = "yes";
    return ask_node({tells_, node_, settings_.who.node}, std::move(now), by);
  });
  return begun ? std::move(*begun) : problem(begun.failure());
}

/// Who asks has sessions of his own, whatever others call theirs.
auto console::tell_since(question asked, const std::string& session, const console_call& c) -> http_response {
  asked.words["session"] = (c.who ? c.who->name : std::string{}) + '/' + session;
  if (c.what.word("close") == "yes") asked.words["close"] = "yes";
  auto came = ask_node({tells_, node_, settings_.who.node}, std::move(asked), asker_of(c));
  return came ? respond(200, "text/plain; charset=utf-8", std::move(*came)) : problem(came.failure());
}

auto console::tell(const topic& about, const console_call& c) -> http_response {
  auto asked = question_of(about, c);
  const auto by = asker_of(c);
  auto came = ask_node({tells_, node_, settings_.who.node}, std::move(asked), by);
  return came ? json(std::move(*came)) : problem(came.failure());
}

/// A browser shows its token once, and a cookie from then on.
void console::add_session() {
  routes_.add({"POST", "/api/v1/session", console_right::figures, [this](const console_call& c) { return access_.begin_session(c.what); }});
  routes_.add({"DELETE", "/api/v1/session", console_right::figures, [this](const console_call& c) { return access_.end_session(c.who); }});
  routes_.add({"GET", "/api/v1/session", console_right::figures, [this](const console_call& c) {
                 auto text = "{\"name\": " + json_string(c.who ? c.who->name : "") + ", \"role\": "
                             + json_string(!c.who ? "figures" : c.who->role == console_role::operate ? "operate" : "view")
                             + ", \"csrf\": " + json_string(access_.csrf_of(c.who)) + ", \"node\": " + json_string(settings_.who.node)
                             + ", \"version\": " + json_string(settings_.who.version) + "}\n";
                 return json(std::move(text));
               }});
}

void console::add_page() {
  for (const auto& file : web_files())
    routes_.add({"GET", std::string{file.path}, console_right::health, [&file](const console_call& c) {
                   if (c.what.field("if-none-match") == file.tag) {
                     auto same = respond(304, std::string{file.type}, {});
                     same.fields.emplace_back("ETag", file.tag);
                     return same;
                   }
                   auto out = respond(200, std::string{file.type}, std::string{file.content});
                   out.fields.emplace_back("ETag", file.tag);
                   out.fields.emplace_back("Cache-Control", "no-cache");
                   return out;
                 }});
}

} // namespace weir::cli
