#include "topology/console_spec.hpp"

#include "config/settings_reader.hpp"
#include "topology/draft.hpp"

namespace weir {
namespace {

constexpr auto token_bytes_min = std::size_t{16};
constexpr auto password_bytes_min = std::size_t{8};

auto key_of(const console_token_spec& spec) -> console_key { return {spec.name, spec.token.value, spec.role}; }
auto key_of(const console_user_spec& spec) -> console_key { return {spec.name, spec.password.value, spec.role}; }

void read_auth(console_plan& to, const console_auth_spec& spec) {
  for (const auto& t : spec.tokens) to.tokens.push_back(key_of(t));
  for (const auto& u : spec.users) to.users.push_back(key_of(u));
  if (!spec.roles) return;
  to.viewers = spec.roles->view;
  to.operators = spec.roles->operate;
}

auto knows_anybody(const console_plan& plan) -> bool {
  return !plan.tokens.empty() || !plan.users.empty() || !plan.viewers.empty() || !plan.operators.empty();
}

void check_exposure(draft& d, const config::value& written, const console_spec& spec) {
  if (!d.plan.console.listen || is_loopback(d.plan.console.listen->host)) return;
  const auto& where = written.find("listen")->where;
  const auto what = "console: listens on " + d.plan.console.listen->host + ", which is not loopback; ";
  if (!spec.tls && !spec.insecure)
    d.complain(where, what + "without TLS whoever is on the way reads what it shows",
               "\"tls: {certificate, key}\" encrypts it; \"insecure: true\" allows it without, in a network that you trust");
  if (!knows_anybody(d.plan.console))
    d.complain(where, what + "nobody is known who may look", "\"auth\" wants a token, a user or roles of certificates");
}

} // namespace

void validate(const console_token_spec& spec, config::settings_reader& reader) {
  if (spec.token.value.size() < token_bytes_min)
    reader.complain("token", "\"token\" wants " + std::to_string(token_bytes_min) + " characters or more");
}

void validate(const console_user_spec& spec, config::settings_reader& reader) {
  if (spec.password.value.size() < password_bytes_min)
    reader.complain("password", "\"password\" wants " + std::to_string(password_bytes_min) + " characters or more");
  if (spec.name.find(':') != std::string::npos) reader.complain("name", "\"name\" cannot have a colon (RFC 7617)");
}

void validate(const console_spec& spec, config::settings_reader& reader) {
  if (reader.is_given("listen"))
    if (const auto at = parse_endpoint(spec.listen); !at || !at->path.empty())
      reader.complain("listen", "\"listen\" wants host:port, not \"" + spec.listen + '"', "such as 127.0.0.1:7480");
  if (spec.auth && spec.auth->roles && (!spec.tls || spec.tls->client_ca.empty()))
    reader.complain("auth", "\"roles\" are of certificates, and without \"client_ca\" under \"tls\" nobody shows one");
}

void read_console(draft& d, const config::value& root) {
  const auto* found = root.find("console");
  if (found == nullptr || found->type == config::value::kind::null) return;
  if (!found->is_map()) return d.complain(found->where, "\"console\" wants a map of settings, not " + found->describe());
  const auto spec = config::read_settings<console_spec>(*found, "console", d.problems);
  auto& to = d.plan.console;
  if (const auto at = parse_endpoint(spec.listen); at && at->path.empty()) to.listen = at->at;
  if (spec.tls) to.tls = net::tls_settings{spec.tls->certificate, spec.tls->key, spec.tls->client_ca};
  if (spec.auth) read_auth(to, *spec.auth);
  to.names = spec.names;
  to.has_open_metrics = spec.metrics == metrics_access::open;
  check_exposure(d, *found, spec);
}

} // namespace weir
