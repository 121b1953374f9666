#include "topology/draft.hpp"
#include "topology/read_chain.hpp"
#include "topology/routing.hpp"
#include "topology/spec.hpp"

#include <algorithm>

namespace weir {
namespace {

using config::value;

/// Points the reader of an unknown key to the page that lists the known ones.
void add_help(config::diagnostics& problems, std::size_t from, const std::string& page) {
  for (auto i = from; i < problems.size(); ++i)
    if (problems[i].what.find(": unknown key ") != std::string::npos
        && problems[i].hint.find("weir help") == std::string::npos)
      problems[i].hint += (problems[i].hint.empty() ? "`weir help " : "  `weir help ") + page + "` lists all";
}

/// The plug-in that `type` names; says what there is if none does.
template <class Interface>
auto find_plugin(draft& d, const draft_component& c, const std::string& type) -> const plugin<Interface>* {
  const auto* written = c.written.find("type");
  if (written == nullptr || !written->is_scalar()) return nullptr; // was reported as missing
  if (const auto* found = plugin_registry<Interface>::find(type)) return found;
  const auto names = plugin_registry<Interface>::names();
  auto hint = did_you_mean(type, names);
  if (plugin_registry<source>::find(type)) hint = '"' + type + "\" is a type of collectors";
  if (plugin_registry<store>::find(type)) hint = '"' + type + "\" is a type of sinks";
  d.complain(written->where, c.owner() + ": unknown type \"" + type + "\"; wants one of " + list_names(names),
             hint);
  return nullptr;
}

/// Keys that all components of a tier have, read without complaints about the plug-in's.
template <class Spec> auto read_common(draft& d, const draft_component& c) -> Spec {
  auto spec = Spec{};
  auto reader = config::settings_reader{c.written, c.owner(), d.problems};
  describe(reader, spec);
  if constexpr (requires { validate(std::as_const(spec), reader); }) validate(std::as_const(spec), reader);
  return spec;
}

template <class Interface>
auto configure(draft& d, const draft_component& c, const std::string& type, std::vector<std::string> common)
    -> typename plugin<Interface>::factory {
  const auto* found = find_plugin<Interface>(d, c, type);
  if (found == nullptr) return {};
  const auto before = d.problems.size();
  auto factory = found->configure(c.written, c.owner(), d.problems, std::move(common));
  add_help(d.problems, before, std::string{tier_name(c.plan.in)} + ' ' + type);
  return factory;
}

/// A source whose lines may come in pieces has a setting for whether these are joined.
auto gift_of(const source_plugin& known, const value& written) -> source_gift {
  if (!known.gives_events) return source_gift::lines;
  const auto has_pieces = [](const auto& f) { return f.key == "join_pieces"; };
  const auto* joins = written.find("join_pieces");
  const auto is_off = joins != nullptr && joins->is_scalar() && joins->scalar == "false";
  const auto joined = std::any_of(known.fields.begin(), known.fields.end(), has_pieces) && !is_off;
  return joined ? source_gift::pieces : source_gift::events;
}

void read_collector(draft& d, draft_component& c) {
  const auto spec = read_common<collector_spec>(d, c);
  c.plan.type = spec.type;
  auto details = collector_plan{};
  details.labels = spec.labels;
  details.make_source =
      configure<source>(d, c, spec.type, {"type", "parse", "multiline", "process", "labels", "dead_letter", "ack", "was", "from"});
  if (const auto* from = c.written.find("from"))
    d.complain(from->where,
               c.owner() + ": \"from\" belongs to aggregators and sinks; a collector reads from outside");
  const auto* known = plugin_registry<source>::find(spec.type);
  if (known != nullptr) details.tags = known->tags(c.written);
  details.ack = spec.ack;
  if (const auto* given = c.written.find("ack"); given != nullptr && known != nullptr)
    if (const auto clients = known->clients(c.written); !clients || !clients->have_answers)
      d.complain(given->where, c.owner() + ": \"ack\" does nothing here: nobody waits for an answer of " + spec.type);
  if (!spec.was.empty()) details.oldest_name = spec.was.front();
  if (known != nullptr && !known->resumes && !spec.was.empty())
    d.complain(c.written.find("was")->where, c.owner() + ": \"was\" does nothing here: " + spec.type
                                                 + " keeps no positions");
  const auto before = d.problems.size();
  read_chain(c.written, c.owner(), d.problems, details,
             known != nullptr ? gift_of(*known, c.written) : source_gift::lines);
  add_help(d.problems, before, "operator");
  c.plan.details = std::move(details);
}

auto read_operators(draft& d, const draft_component& c) -> process_plan {
  const auto before = d.problems.size();
  auto made = read_process(c.written, c.owner(), d.problems);
  add_help(d.problems, before, "operator");
  return made;
}

void read_aggregator(draft& d, draft_component& c) {
  const auto before = d.problems.size();
  const auto spec = config::read_settings<aggregator_spec>(c.written, c.owner(), d.problems);
  add_help(d.problems, before, "aggregator");
  c.plan.type = "aggregator";
  c.plan.starts_now = spec.start == start_with::now;
  c.plan.starts_at_all = spec.start == start_with::all;
  auto details = aggregator_plan{spec.batch, buffer_of(spec.buffer), 1, spec.balance};
  if (const auto count = parse_instances(spec.instances)) details.instances = *count;
  read_routes(d, c, spec.route_to);
  details.process = read_operators(d, c);
  details.replicas = spec.replicas;
  details.waits_for_replicas = spec.when_short == short_policy::block;
  c.plan.details = std::move(details);
}

/// What is said of commits, against what the store can do.
void read_promise(draft& d, const draft_component& c, const sink_spec& spec, const store_promise& promise,
                  sink_plan& out) {
  if (promise.takes_all)
    for (const std::string_view key : {"retry", "dead_letter"})
      if (const auto* given = c.written.find(key); given && (key == "retry" || !sets_aside(c.written)))
        d.complain(given->where, c.owner() + ": \"" + std::string{key} + "\" does nothing here: a store of the type " + spec.type
                                     + " takes everything");
  out.batch = {spec.batch.max_size.value_or(byte_count{promise.batch_bytes}), spec.batch.max_events,
               spec.batch.max_delay};
  out.expires_every = promise.expires_every;
  const auto writers = parse_writers(spec.writers, promise.writers_max);
  if (!writers) return; // was reported
  out.writers = std::min(*writers, promise.writers_max);
  if (*writers > promise.writers_max)
    d.complain(c.written.find("writers")->where,
               c.owner() + ": \"writers\" wants at most " + std::to_string(promise.writers_max)
                   + " with this store, not " + spec.writers + ": " + promise.why_not_more,
               "several sinks, each with a \"match\" and a store of its own, write side by side");
}

void read_sink(draft& d, draft_component& c) {
  const auto spec = read_common<sink_spec>(d, c);
  c.plan.type = spec.type;
  c.plan.starts_now = spec.start == start_with::now;
  c.plan.starts_at_all = spec.start == start_with::all;
  auto details = sink_plan{};
  details.make_store = configure<store>(
      d, c, spec.type, {"type", "from", "match", "start", "writers", "batch", "process", "retry", "on_unknown", "wait_for",
                          "dead_letter"});
  if (const auto* known = plugin_registry<store>::find(spec.type))
    read_promise(d, c, spec, known->promise(c.written), details);
  details.process = read_operators(d, c);
  if (auto match = match_of(spec.match)) {
    details.match = std::move(match->pattern);
    details.is_rest = match->is_rest;
  }
  if (spec.on_unknown == unknown_policy::wait) details.unsure_for = spec.wait_for;
  details.retry = {spec.retry.first, spec.retry.max, std::nullopt};
  if (const auto limit = parse_give_up(spec.retry.give_up_after)) details.retry.give_up_after = *limit;
  c.plan.details = std::move(details);
}

void read_references(draft_component& c) {
  const auto* from = c.written.find("from");
  c.has_from = from != nullptr;
  if (from == nullptr) return;
  if (from->is_scalar()) c.from.push_back({from->scalar, from->where});
  for (const auto& item : from->items)
    if (item.is_scalar()) c.from.push_back({item.scalar, item.where});
}

/// Adds a component unless its name is taken or its settings are no map.
void read_component(draft& d, tier t, const value::member& m) {
  auto c = draft_component{};
  c.plan.name = m.key;
  c.plan.in = t;
  c.plan.where = m.where;
  c.written = m.content;
  c.written.where = m.where;
  if (c.written.type == value::kind::null) c.written.type = value::kind::map;
  for (auto& key : c.written.members) // `type: null` means the sink of that name
    if (key.key == "type" && key.content.scalar == "null") key.content.type = value::kind::scalar;
  if (!is_valid_name(m.key))
    d.complain(m.where, c.owner() + ": a name wants letters, digits and _ . - only, 128 at most");
  read_references(c);
  for (const auto& r : c.from) d.mentioned.insert({r.name, r.name.substr(0, r.name.rfind('.'))});
  if (const auto* taken = d.find(m.key))
    return d.complain(m.where, c.owner() + ": the name is taken by " + taken->owner() + " in line "
                                   + std::to_string(taken->plan.where.line));
  if (!c.written.is_map())
    d.complain(m.content.where, c.owner() + ": wants a map of settings, not " + m.content.describe());
  else if (t == tier::collector)
    read_collector(d, c);
  else if (t == tier::sink)
    read_sink(d, c);
  else
    read_aggregator(d, c);
  d.by_name.emplace(m.key, d.components.size());
  d.components.push_back(std::move(c));
}

} // namespace

void read_components(draft& d, const value& root) {
  for (const auto t : all_tiers) {
    const auto section = std::string{section_name(t)};
    const auto* found = root.find(section);
    if (found == nullptr || found->type == value::kind::null) continue;
    if (!found->is_map()) {
      d.complain(found->where, '"' + section + "\" wants a map of names, not " + found->describe());
      continue;
    }
    for (const auto& m : found->members) read_component(d, t, m);
  }
}

} // namespace weir
