#include "actors/sinks/objects/bucket_ledger.hpp"

#include "actors/sinks/objects/object_names.hpp"
#include "runtime/flow/trim.hpp"

#include <algorithm>
#include <charconv>

namespace weir {
namespace {

constexpr auto number_digits = std::size_t{20};
constexpr auto key_number_digits = std::size_t{12};
constexpr auto commit_tries_max = 20;
constexpr auto put_tries_max = 3;

auto padded(std::uint64_t number, std::size_t digits) -> std::string {
  const auto text = std::to_string(number);
  return std::string(digits - std::min(digits, text.size()), '0') + text;
}

/// The one that stands behind the directory; nothing if there is none.
auto number_in(std::string_view key, std::size_t directory_bytes) -> std::optional<std::uint64_t> {
  if (key.size() < directory_bytes + number_digits) return std::nullopt;
  auto number = std::uint64_t{0};
  const auto* begin = key.data() + directory_bytes;
  const auto read = std::from_chars(begin, begin + number_digits, number);
  if (read.ec != std::errc{} || read.ptr != begin + number_digits) return std::nullopt;
  return number;
}

} // namespace

auto bucket_plan::has_fresh() const -> bool {
  return std::any_of(fresh.begin(), fresh.end(), [](const auto& f) { return f.has_value(); });
}

bucket_ledger::bucket_ledger(object_bucket& bucket, bucket_ledger_settings settings, const clock& time, random_source random,
                             const growth_settings& growth)
    : bucket_(bucket), settings_(std::move(settings)), time_(time), random_(std::move(random)), state_(settings_.keep) {
  if (growth.files != nullptr) book_.emplace(*growth.files, growth.rotate, growth.place, growth.run, time_);
}

auto bucket_ledger::place(std::string_view kind, std::uint64_t number) const -> std::string {
  return settings_.directory + std::string{kind} + '/' + padded(number, number_digits);
}

auto bucket_ledger::failed(error why) -> error {
  is_open_ = false;
  return why;
}

auto bucket_ledger::open() -> result<void> {
  is_open_ = false;
  if (life_.empty()) WEIR_CHECK(begin_life());
  if (book_) book_->begin(random_());
  WEIR_CHECK(load());
  WEIR_CHECK(bring_all_home());
  is_open_ = true;
  return {};
}

auto bucket_ledger::begin_life() -> result<void> {
  const auto key = settings_.directory + "begin";
  auto found = bucket_.get(key);
  if (!found && found.failure().code == errc::not_found) {
    WEIR_CHECK(bucket_.put_if_absent(key, hex_digits_of(random_()).substr(0, 8)));
    found = bucket_.get(key);
  }
  if (!found) return found.failure();
  WEIR_TRY(const auto takes_no_notice, bucket_.put_if_absent(key, *found));
  if (takes_no_notice) return error{errc::unavailable, settings_.no_conditions};
  life_ = *found;
  return {};
}

auto bucket_ledger::newest_snapshot() -> result<std::uint64_t> {
  const auto directory = settings_.directory + "snapshot/";
  WEIR_TRY(const auto keys, bucket_.list(directory));
  auto newest = std::uint64_t{0};
  for (const auto& key : keys)
    if (key.size() == directory.size() + number_digits) newest = std::max(newest, number_in(key, directory.size()).value_or(0));
  return newest;
}

auto bucket_ledger::load_snapshot() -> result<void> {
  WEIR_TRY(const auto number, newest_snapshot());
  state_.clear();
  open_.clear();
  done_.clear();
  if (book_) book_->clear();
  end_ = number;
  if (number == 0) return {};
  WEIR_TRY(const auto bytes, bucket_.get(place("snapshot", number)));
  auto read = decode_bucket_snapshot(bytes);
  if (!read || !state_.apply(read->record, seconds_of(time_.wall_ns())))
    return error{errc::failed, "the ledger's object " + place("snapshot", number) + " is none of this version's"};
  open_ = std::move(read->open);
  if (book_)
    for (const auto& f : read->files) book_->take(f);
  return {};
}

auto bucket_ledger::load() -> result<void> {
  auto loaded = load_snapshot();
  // A newer one may have taken its place meanwhile.
  for (auto left = put_tries_max; left > 0 && !loaded && loaded.failure().code == errc::not_found; --left) loaded = load_snapshot();
  if (!loaded && loaded.failure().code == errc::not_found) return error{errc::unavailable, loaded.failure().what};
  WEIR_CHECK(loaded);
  return catch_up();
}

/// Whoever was away for long may see, or put, an entry where others have removed one.
auto bucket_ledger::check_reach(std::uint64_t first) -> result<void> {
  WEIR_TRY(const auto snapshot, newest_snapshot());
  if (first + settings_.kept > snapshot) return {};
  return error{errc::unavailable, "others have written much while this writer was away"};
}

auto bucket_ledger::catch_up() -> result<void> {
  const auto first = end_ + 1;
  for (;;) {
    const auto bytes = bucket_.get(place("log", end_ + 1));
    if (!bytes && bytes.failure().code == errc::not_found) return end_ < first ? result<void>{} : check_reach(first);
    if (!bytes) return bytes.failure();
    const auto read = decode_entry(*bytes);
    if (!read) return error{errc::failed, "the ledger's object " + place("log", end_ + 1) + " is none of this version's"};
    WEIR_CHECK(take(end_ + 1, *read));
  }
}

auto bucket_ledger::take(std::uint64_t number, const bucket_entry& e) -> result<void> {
  end_ = number;
  if (number > e.base + settings_.staged_base_max) return {}; // void: what it staged may be gone
  if (!state_.apply(e.record, seconds_of(time_.wall_ns())))
    return error{errc::failed, "the ledger's object " + place("log", number) + " is damaged"};
  for (const auto done : e.done) open_.erase(done);
  if (!e.objects.empty()) open_[number] = e.objects;
  if (!book_) return {};
  for (const auto& f : e.files) book_->take(f);
  for (const auto& made : e.finished) book_->take_finished(made);
  return {};
}

auto bucket_ledger::plan_for(std::span<const chunk_ptr> chunks) const -> bucket_plan {
  auto made = bucket_plan{};
  auto part = state_.part_for(chunks);
  for (const auto& c : chunks) {
    auto fresh = part.add(*c, seconds_of(time_.wall_ns()));
    made.has_known = made.has_known || !fresh || !is_whole(*c, *fresh);
    made.fresh.push_back(std::move(fresh));
  }
  made.regrouped = part.take_regrouped();
  made.record = part.take_record({});
  return made;
}

auto bucket_ledger::commit(const batch& b) -> result<void> {
  is_unsure_ = false;
  if (!is_open_) WEIR_CHECK(open());
  for (auto left = commit_tries_max; left > 0; --left) {
    const auto done = try_commit(b);
    if (!done) return failed(done.failure());
    if (*done) return {};
  }
  return error{errc::unavailable, "other writers were in the way " + std::to_string(commit_tries_max) + " times"};
}

auto bucket_ledger::try_commit(const batch& b) -> result<bool> {
  auto plan = plan_for(b.chunks);
  if (plan.has_known) WEIR_CHECK(bring_all_home());
  WEIR_TRY(const auto objects, b.build(plan));
  if (!plan.has_fresh()) return true;
  WEIR_TRY(const auto staged, stage(objects));
  if (auto confirmed = b.confirm ? b.confirm() : result<void>{}; !confirmed) {
    unstage(staged);
    return confirmed.failure();
  }
  WEIR_TRY(const auto number, claim(staged, objects, b, plan));
  if (!number) return unstage(staged), false;
  WEIR_CHECK(bring_home(*number));
  is_unsure_ = false;
  if (book_) (void)book_->finish_some(); // what does not get there now does later
  if (*number % settings_.snapshot_every == 0) (void)keep_up(); // it is due again
  return true;
}

auto bucket_ledger::stage(const std::vector<new_object>& objects) -> result<bucket_entry> {
  auto made = bucket_entry{};
  made.writer = random_();
  made.base = end_;
  if (book_ && book_->grows()) {
    WEIR_CHECK(stage_growing(objects, made));
    return made;
  }
  for (const auto& o : objects) {
    const auto key = place("staged", made.base) + '-' + hex_digits_of(made.writer) + '-' + std::to_string(made.objects.size());
    WEIR_CHECK(bucket_.put(key, o.bytes, settings_.form));
    made.objects.push_back({key, {}});
  }
  return made;
}

auto bucket_ledger::stage_growing(const std::vector<new_object>& objects, bucket_entry& e) -> result<void> {
  auto n = 0;
  for (const auto& o : objects) {
    const auto slot = o.prefix + '\n' + o.ending;
    WEIR_TRY(const auto is_in, book_->append(slot, o.bytes));
    if (is_in) continue;
    auto path = place("staged", e.base) + '-' + hex_digits_of(e.writer) + '-' + std::to_string(n++);
    WEIR_CHECK(bucket_.put(path, o.bytes, settings_.form));
    const auto named = new_object{o.prefix, o.ending, {}};
    book_->note_made(slot, std::move(path), o.bytes.size(), [this, named](std::uint64_t number) { return key_of(named, number); });
  }
  return {};
}

/// If that fails they are found later, when nothing can name them any more.
void bucket_ledger::unstage(const bucket_entry& e) {
  for (const auto& o : e.objects) (void)bucket_.remove(o.staged);
  if (!book_) return;
  for (const auto& path : book_->drop()) (void)bucket_.remove(path);
}

auto bucket_ledger::key_of(const new_object& o, std::uint64_t number) const -> std::string {
  return o.prefix + settings_.name + '-' + life_ + '-' + padded(number, key_number_digits) + o.ending;
}

/// With what depends on its number, and on what is known before it.
void bucket_ledger::fill(bucket_entry& e, const std::vector<new_object>& objects, std::uint64_t number) const {
  for (std::size_t i = 0; i < e.objects.size(); ++i) e.objects[i].key = key_of(objects[i], number);
  e.done = done_;
  if (!book_) return;
  e.files = book_->entry_of(number);
  e.finished = book_->finished();
}

auto bucket_ledger::claim(bucket_entry e, const std::vector<new_object>& objects, const batch& b, bucket_plan& plan)
    -> result<std::optional<std::uint64_t>> {
  while (end_ < e.base + settings_.staged_base_max / 10) {
    const auto number = end_ + 1;
    fill(e, objects, number);
    e.record = plan.record;
    is_unsure_ = true;
    WEIR_TRY(const auto is_ours, put_entry(number, e));
    if (is_ours) {
      WEIR_CHECK(check_reach(number));
      WEIR_CHECK(take(number, e));
      done_.clear();
      if (book_) book_->committed();
      return std::optional{number};
    }
    is_unsure_ = false;
    WEIR_CHECK(catch_up());
    if (end_ < number) return error{errc::unavailable, "others have written much while this writer was away"};
    auto now = plan_for(b.chunks);
    if (now.fresh != plan.fresh || (book_ && !book_->is_still_ours())) break;
    plan = std::move(now);
  }
  return std::optional<std::uint64_t>{};
}

/// Whether this number is ours. An error: it may be, or become ours yet.
auto bucket_ledger::put_entry(std::uint64_t number, const bucket_entry& e) -> result<bool> {
  const auto key = place("log", number);
  const auto bytes = encode(e);
  auto put = result<bool>{false};
  for (auto left = put_tries_max; left > 0; --left) {
    put = bucket_.put_if_absent(key, bytes);
    if (put) break;
  }
  if (!put || *put) return put;
  const auto there = bucket_.get(key);
  if (!there && there.failure().code == errc::not_found) return false;
  if (!there) return there.failure();
  const auto read = decode_entry(*there);
  return read && read->writer == e.writer;
}

auto bucket_ledger::bring_home(std::uint64_t number) -> result<void> {
  const auto found = open_.find(number);
  if (found == open_.end()) return {};
  for (const auto& o : found->second) {
    auto moved = bucket_.move(o.staged, o.key, settings_.form);
    // Another may be at the same object, and some servers get into trouble over that.
    for (auto left = put_tries_max; left > 1 && !moved && moved.failure().code != errc::not_found; --left)
      moved = bucket_.move(o.staged, o.key, settings_.form);
    // Somebody has been here.
    if (!moved && moved.failure().code == errc::not_found) continue;
    WEIR_CHECK(moved);
  }
  open_.erase(found);
  done_.push_back(number);
  return {};
}

auto bucket_ledger::bring_all_home() -> result<void> {
  while (!open_.empty()) WEIR_CHECK(bring_home(open_.begin()->first));
  return {};
}

auto bucket_ledger::up_to_date() -> result<const ledger_state*> {
  if (!is_open_) WEIR_CHECK(open());
  auto done = catch_up();
  if (done) done = bring_all_home();
  if (!done) return failed(done.failure());
  return &state_;
}

auto bucket_ledger::tidy(bool is_last) -> result<std::optional<std::chrono::seconds>> {
  if (!book_ || (!is_open_ && is_last)) return std::optional<std::chrono::seconds>{};
  if (!is_open_) WEIR_CHECK(open());
  if (is_last) book_->close_all();
  if (book_->is_any_due())
    if (const auto closed = close_files(); !closed) return failed(closed.failure());
  WEIR_CHECK(book_->finish_some());
  return book_->wait();
}

auto bucket_ledger::close_files() -> result<void> {
  auto nothing = plan_for({});
  auto e = bucket_entry{};
  e.writer = random_();
  e.base = end_;
  WEIR_TRY(const auto number, claim(std::move(e), {}, {}, nothing));
  is_unsure_ = false;
  if (number && *number % settings_.snapshot_every == 0) (void)keep_up();
  return {};
}

auto bucket_ledger::keep_up() -> result<void> {
  state_.forget(seconds_of(time_.wall_ns()));
  auto now = bucket_snapshot{open_, state_.snapshot()};
  if (book_)
    for (const auto& [path, f] : book_->known()) now.files.push_back(f);
  WEIR_CHECK(bucket_.put_if_absent(place("snapshot", end_), encode(now)));
  WEIR_CHECK(remove_numbers_below("snapshot", end_));
  if (end_ > settings_.kept) WEIR_CHECK(remove_numbers_below("log", end_ - settings_.kept + 1));
  if (end_ > settings_.staged_base_max) WEIR_CHECK(remove_numbers_below("staged", end_ - settings_.staged_base_max));
  return {};
}

auto bucket_ledger::remove_numbers_below(std::string_view kind, std::uint64_t number) -> result<void> {
  const auto directory = settings_.directory + std::string{kind} + '/';
  WEIR_TRY(const auto keys, bucket_.list(directory));
  const auto is_needed = [&](const std::string& key) {
    for (const auto& [of, objects] : open_)
      for (const auto& o : objects)
        if (o.staged == key) return true;
    return book_ && book_->needs(key);
  };
  for (const auto& key : keys) {
    const auto its = number_in(key, directory.size());
    if (its && *its < number && !is_needed(key)) WEIR_CHECK(bucket_.remove(key));
  }
  return {};
}

} // namespace weir
