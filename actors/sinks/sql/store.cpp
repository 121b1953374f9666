#include "actors/sinks/sql/store.hpp"

#include "actors/sinks/sql/loading.hpp"
#include "runtime/codec/event_writer.hpp"
#include "runtime/codec/json_writer.hpp"
#include "runtime/os/random.hpp"

#include <algorithm>
#include <utility>

namespace weir {
namespace {

/// Others come in between at most so often before the sink is told to wait.
constexpr auto tries_max = 16;
/// Tables that are remembered; a template with the tag in it may make many.
constexpr auto shapes_max = std::size_t{10'000};

auto without_nul(std::string_view text, std::string& scratch) -> std::string_view {
  if (text.find('\0') == std::string_view::npos) [[likely]] return text;
  scratch.assign(text);
  std::replace(scratch.begin(), scratch.end(), '\0', ' ');
  return scratch;
}

auto fresh_events(const ledger_plan& plan, std::size_t chunk) -> const std::vector<index_range>* {
  return plan.fresh[chunk] ? &*plan.fresh[chunk] : nullptr;
}

} // namespace

sql_store::sql_store(sql_settings settings, const plugin_context& context)
    : settings_(std::move(settings)), columns_(read_columns(settings_.columns)), clock_(*context.clock),
      ledger_name_(settings_.ledger.empty() ? context.component : settings_.ledger), keep_(context.keep),
      endpoints_(settings_.network.endpoints, endpoint_choice::order::first),
      names_(table_names::compile(settings_.table, {context.node, context.component})) {
  if (names_) names_->in_zone(zone_of_names(settings_.time_zone));
}

auto sql_store::promise() -> store_promise {
  auto made = store_promise{.knows_by = store_promise::memory::shared_ledger};
  made.writers_max = store_writers_max;
  return made;
}

auto sql_store::blamed(error why) -> error {
  if (why.code == errc::rejected) return why;
  if (why.code == errc::unavailable) endpoints_.failed(endpoint_, clock_.monotonic(), random_id());
  why.what = endpoints_.name(endpoint_) + ": " + why.what;
  return why;
}

auto sql_store::open() -> result<void> {
  if (!names_) return names_.failure();
  auto why = error{};
  for (std::size_t tried = 0; tried < endpoints_.size(); ++tried) {
    const auto number = endpoints_.next(clock_.monotonic());
    const auto opened = open_endpoint(number);
    if (opened) return endpoints_.worked(number), opened;
    endpoints_.failed(number, clock_.monotonic(), random_id());
    auto text = endpoints_.name(number) + ": " + opened.failure().what;
    why = {opened.failure().code, why.what.empty() ? std::move(text) : why.what + "; " + text};
  }
  return why;
}

auto sql_store::open_endpoint(std::size_t number) -> result<void> {
  database_.reset();
  shapes_.clear();
  endpoint_ = number;
  WEIR_TRY(auto connected, connect(endpoints_.name(number)));
  if (!ledger_) ledger_.emplace(connected->dialect(), ledger_name_, keep_, clock_);
  WEIR_CHECK(ledger_->prepare(*connected));
  database_ = std::move(connected);
  // What is wrong with it is better told now than with the first event.
  if (names_->is_one()) WEIR_CHECK(shape_of(names_->of({}, 0)));
  return {};
}

auto sql_store::examine() -> std::optional<std::vector<std::string>> {
  auto wrong = std::vector<std::string>{};
  if (!names_) return wrong.push_back(names_.failure().what), wrong;
  for (std::size_t i = 0; i < endpoints_.size(); ++i) examine(endpoints_.name(i), wrong);
  return wrong;
}

void sql_store::examine(const std::string& endpoint, std::vector<std::string>& wrong) {
  const auto note = [&](const std::string& what) { wrong.push_back(endpoint + ": " + what); };
  const auto database = connect(endpoint);
  if (!database) return note(database.failure().what);
  auto is_there = false;
  auto table = std::string{};
  if (names_->is_one()) {
    table = names_->of({}, 0);
    const auto shape = (*database)->shape_of(table, columns_);
    is_there = shape || shape.failure().code != errc::not_found;
    const auto missing = is_there ? (*database)->missing_columns(table, columns_) : std::vector<field_column>{};
    const auto is_mended = settings_.evolve && missing && !missing->empty();
    if (!shape && is_there && !is_mended) note(shape.failure().what);
    if (!is_there && !settings_.create) note("there is no table \"" + table + "\", and \"create: false\" says not to make it");
  }
  const auto rights = (*database)->lacking_rights(table, is_there);
  if (!rights) return note(rights.failure().what);
  if (!rights->empty()) note(*rights);
}

template <class Work> auto sql_store::with_session(Work&& work) -> decltype(work(std::declval<sql_driver&>())) {
  const auto was_open = database_ != nullptr;
  if (!was_open) WEIR_CHECK(open());
  auto done = work(*database_);
  if (!done && done.failure().code == errc::unavailable && was_open) {
    // It may have ended while nothing was to do; nothing was begun.
    WEIR_CHECK(open());
    done = work(*database_);
  }
  if (done) return done;
  database_.reset();
  return done;
}

auto sql_store::knowledge(const std::string& source) -> result<stream_knowledge> {
  auto known = with_session([&](auto& in) { return ledger_->knowledge(in, source); });
  if (known) return known;
  return blamed(known.failure());
}

auto sql_store::known_ids(const std::vector<id_range>& asked) -> result<std::vector<id_range>> {
  auto known = with_session([&](auto& in) { return ledger_->known_ids(in, asked); });
  if (known) return known;
  return blamed(known.failure());
}

template <class Work> auto sql_store::in_transaction(Work&& work) -> result<void> {
  auto& in = *database_;
  WEIR_CHECK(in.execute(std::string{in.dialect().begin}));
  auto done = work(in);
  if (done) done = in.execute("COMMIT");
  if (done) return done;
  const auto is_to_be_repeated = in.is_to_be_repeated();
  if (!in.execute("ROLLBACK")) database_.reset();
  if (is_to_be_repeated) return error{errc::limit, done.failure().what};
  return done;
}

auto sql_store::keep_up() -> result<void> {
  auto done = in_transaction([&](auto& in) -> result<void> {
    WEIR_CHECK(ledger_->take_turn(in));
    return ledger_->keep_up(in);
  });
  // What others do at the same time is no reason to wait: it is due again.
  if (!done && done.failure().code == errc::limit) return {};
  return done;
}

auto sql_store::commit(const commit_batch& batch) -> result<committed> {
  for (auto tries = 0; tries < tries_max; ++tries) {
    const auto tried = try_commit(batch);
    if (!tried) {
      auto why = blamed(tried.failure());
      if (why.code != errc::rejected) database_.reset();
      return why;
    }
    if (*tried) return endpoints_.worked(endpoint_), **tried;
    if (database_ == nullptr) WEIR_CHECK(open());
  }
  return error{errc::unavailable, "other writers were in the way " + std::to_string(tries_max) + " times"};
}

auto sql_store::try_commit(const commit_batch& batch) -> result<std::optional<committed>> {
  WEIR_TRY(const auto known, with_session([&](auto& in) { return ledger_->look(in, batch.chunks); }));
  if (ledger_->is_upkeep_due()) WEIR_CHECK(keep_up());
  if (shapes_.size() > shapes_max) shapes_.clear();
  const auto plan = plan_commit(batch.chunks, known);
  auto done = committed{};
  done.forgotten_id_s = ledger_->crowded_out_s();
  auto tables = rows_by_table{};
  WEIR_CHECK(fill(batch, plan, tables, done));
  auto is_overtaken = false;
  auto state = in_transaction([&](auto& in) -> result<void> {
    WEIR_CHECK(load(tables, done));
    WEIR_CHECK(ledger_->take_turn(in));
    WEIR_TRY(const auto now_known, ledger_->look(in, batch.chunks));
    const auto now = plan_commit(batch.chunks, now_known);
    is_overtaken = now.fresh != plan.fresh;
    if (is_overtaken) return error{errc::limit, "others have stored some of it meanwhile"};
    WEIR_CHECK(ledger_->add(in, now));
    return batch.confirm ? batch.confirm(done.refused) : result<void>{};
  });
  if (state) return std::optional{std::move(done)};
  if (is_overtaken || state.failure().code == errc::limit) return std::optional<committed>{};
  return state.failure();
}

auto sql_store::fill(const commit_batch& batch, const ledger_plan& plan, rows_by_table& tables, committed& done) -> result<void> {
  done.regrouped = plan.regrouped;
  for (std::size_t i = 0; i < batch.chunks.size(); ++i) {
    const auto* fresh = fresh_events(plan, i);
    if (fresh == nullptr) {
      ++done.repeated_chunks;
      continue;
    }
    auto state = result<void>{};
    for_each_run(batch, i, *fresh, [&](const event_run& run) {
      if (state) state = add_run(run, tables, done);
    });
    WEIR_CHECK(state);
  }
  for (const auto& [name, rows] : tables) {
    WEIR_TRY(const auto* shape, shape_of(name));
    WEIR_CHECK(database_->prepare_for(*shape, rows.time_min_ns, rows.time_max_ns));
  }
  return {};
}

auto sql_store::add_run(const event_run& run, rows_by_table& tables, committed& done) -> result<void> {
  tag_.clear();
  append_valid_text(tag_, run.tag);
  auto scratch = std::string{};
  const auto tag = without_nul(tag_.view(), scratch);
  auto entries = run.entries;
  auto seen = std::uint64_t{0};
  auto time_ns = std::int64_t{0};
  auto name = std::string{};
  const table_shape* shape = nullptr;
  table_rows* to = nullptr;
  for (; !entries.empty(); ++seen) {
    json_.clear();
    if (!take_entry_head(entries, time_ns) || msgpack_reader{entries}.peek() != msgpack_type::map) break;
    const auto before = entries;
    if (!take_json(json_, entries)) break;
    if (const auto& its = names_->of(run.tag, time_ns); to == nullptr || its != name) {
      name = its;
      WEIR_TRY(shape, shape_of(name));
      to = &tables[name];
    }
    to->time_min_ns = std::min(to->time_min_ns, time_ns);
    to->time_max_ns = std::max(to->time_max_ns, time_ns);
    replace_nul_escapes(json_, 0);
    database_->encode(*shape, {time_ns, tag, json_.view(), before.substr(0, before.size() - entries.size())}, to->rows);
    to->rows.ends.push_back(to->rows.bytes.size());
    to->rows.events.push_back({run.first.chunk, run.first.index + seen});
  }
  if (seen < run.events) refuse(done, "malformed entry", run, seen, run.events - seen);
  return {};
}

auto sql_store::load(const rows_by_table& tables, committed& done) -> result<void> {
  for (const auto& [name, of] : tables) {
    WEIR_TRY(const auto* shape, shape_of(name));
    auto refused = std::uint64_t{0};
    WEIR_CHECK(load_rows(*database_, *shape, of.rows, [&](std::size_t row, const std::string& reason) {
      ++refused;
      done.refused.push_back({"rejected: " + reason, of.rows.events[row], 1});
    }));
    done.events += of.rows.size() - refused;
    done.bytes += of.rows.bytes.size();
  }
  std::stable_sort(done.refused.begin(), done.refused.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return {};
}

auto sql_store::shape_of(const std::string& table) -> result<const table_shape*> {
  const auto found = shapes_.find(table);
  if (found != shapes_.end()) return &found->second;
  WEIR_TRY(auto shape, find_shape(table));
  return &shapes_.insert_or_assign(table, std::move(shape)).first->second;
}

auto sql_store::find_shape(const std::string& table) -> result<table_shape> {
  auto& in = *database_;
  auto shape = in.shape_of(table, columns_);
  if (shape) return shape;
  if (shape.failure().code != errc::not_found) {
    if (!settings_.evolve) return shape;
    WEIR_TRY(const auto missing, in.missing_columns(table, columns_));
    if (missing.empty()) return shape;
    WEIR_CHECK(in.add_columns(table, missing));
    return in.shape_of(table, columns_);
  }
  if (!settings_.create)
    return error{errc::failed, "there is no table \"" + table + "\", and \"create: false\" says not to make it"};
  WEIR_CHECK(in.make_table(table, columns_));
  return in.shape_of(table, columns_);
}

} // namespace weir
