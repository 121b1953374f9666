#include "cli/certs/actions.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace weir::cli {
namespace {

constexpr auto days_max = 36'500;
constexpr auto days_of_authority = 3'650;
constexpr auto days_of_node = 365;

using certs_action = int (*)(const certs_line&, session&);

/// With its folder, and what it does.
auto declare_action(CLI::App& certs, session& s, const char* name, const char* help, certs_action act)
    -> std::pair<CLI::App*, certs_line*> {
  auto* sub = certs.add_subcommand(name, help);
  auto line = std::make_shared<certs_line>();
  sub->add_option("--dir", line->directory, "The authority's directory")->type_name("DIR")->capture_default_str();
  sub->callback([line, act, &s] { s.chosen = [line, act, &s] { return act(*line, s); }; });
  return {sub, line.get()};
}

void add_days(CLI::App& sub, certs_line& line, int days) {
  line.days = days;
  sub.add_option("--days", line.days, "How long it is good for")
      ->type_name("DAYS")
      ->check(CLI::Range(1, days_max).description(""))
      ->capture_default_str();
}

void add_algorithm(CLI::App& sub, certs_line& line, const char* help) {
  sub.add_option("--algorithm", line.algorithm, help)->type_name("NAME")->check(
      CLI::IsMember({"p256", "ed25519"}).description(""));
}

void add_init(CLI::App& certs, session& s) {
  auto [sub, line] = declare_action(certs, s, "init", "Make an authority: DIR/ca.pem and DIR/ca.key", init_authority);
  sub->add_option("--name", line->cluster, "The cluster's name, for people to tell it by")
      ->type_name("CLUSTER")
      ->capture_default_str();
  add_days(*sub, *line, days_of_authority);
  add_algorithm(*sub, *line, "Of its key: p256 or ed25519; p256 if nothing is said");
}

void add_node(CLI::App& certs, session& s) {
  auto [sub, line] =
      declare_action(certs, s, "node", "Make certificates for nodes: DIR/NAME.pem and DIR/NAME.key", make_certificates);
  sub->add_option("names", line->names, "Names of nodes, as in `weir run --node NAME`; \"*.edge.shop\" for all such")
      ->type_name("NAME")
      ->required();
  sub->add_option("--host", line->hosts,
                  "A host name or an address under which the node is dialled, too; may be repeated")
      ->type_name("HOST")
      ->allow_extra_args(false);
  add_days(*sub, *line, days_of_node);
  add_algorithm(*sub, *line, "Of its key: p256 or ed25519; as the authority's if nothing is said");
}

void add_renew(CLI::App& certs, session& s) {
  auto [sub, line] = declare_action(certs, s, "renew", "Make new certificates with new keys, of the same names",
                                    renew_certificates);
  sub->add_option("names", line->names,
                  "Names of nodes, whatever their end; if there are none, all whose end is near")
      ->type_name("NAME");
  add_days(*sub, *line, days_of_node);
  sub->add_option("--within", line->within_days, "How many days off an end is near")
      ->type_name("DAYS")
      ->check(CLI::Range(0, days_max).description(""))
      ->capture_default_str();
}

void add_revoke(CLI::App& certs, session& s) {
  auto [sub, line] = declare_action(certs, s, "revoke", "List a node's certificates, older ones too, in DIR/crl.pem",
                                    revoke_certificates);
  sub->add_option("names", line->names, "Names of nodes, as they were made")->type_name("NAME")->required();
}

void add_show(CLI::App& certs, session& s) {
  auto [sub, line] = declare_action(certs, s, "show", "Print whose certificates they are, until when and what is wrong",
                                    show_certificates);
  sub->add_option("files", line->names, "PEM files; if there are none, those in DIR")->type_name("FILE");
  sub->add_flag("--json", line->json, "For programs");
}

} // namespace

void add_certs(CLI::App& weir, session& s) {
  auto* sub = weir.add_subcommand("certs", "Make and look at certificates, for clusters that have no authority");
  sub->require_subcommand(1);
  sub->footer("\nExamples:\n"
              "  weir certs init --name shop\n"
              "  weir certs node core-1 --host core-1.shop.lan --host 10.0.0.7\n"
              "  weir certs node edge-1 edge-2 '*.edge.shop'\n"
              "  weir certs renew --within 30\n"
              "  weir certs show\n\n"
              "A node gets ca.pem and its own NAME.pem and NAME.key; ca.key stays where it is. Whoever has a key may\n"
              "go by every name in its certificate. What is there is never overwritten but by `renew`, which puts the\n"
              "key in place first and then the certificate.\n"
              "Exit status: 0 done, 1 failed, 2 wrong use.");
  // Behind the footer, which they take over.
  add_init(*sub, s);
  add_node(*sub, s);
  add_renew(*sub, s);
  add_revoke(*sub, s);
  add_show(*sub, s);
}

} // namespace weir::cli
