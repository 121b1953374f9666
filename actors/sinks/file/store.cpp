#include "actors/sinks/file/device.hpp"
#include "actors/sinks/file/settings.hpp"
#include "actors/sinks/store.hpp"
#include "runtime/codec/path_template.hpp"
#include "runtime/ledger/appended_files.hpp"

#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>

namespace weir {
namespace {

class file_store final : public store {
public:
  static auto promise(const file_settings& s) -> store_promise;
  static auto claims(const file_settings& s, const plugin_context& where) -> plugin_claims;
  using settings = file_settings;
  /// The ledger and its lock, and for a moment a new ledger and a directory.
  static auto descriptors(const settings&) -> descriptor_need { return {4, true}; }
  file_store(settings s, const plugin_context& context);

  auto open() -> result<void> override;
  auto commit(const commit_batch& batch) -> result<committed> override;
  auto knowledge(const std::string& source) -> result<stream_knowledge> override;
  auto known_ids(const std::vector<id_range>& asked) -> result<std::vector<id_range>> override;
  auto idle() -> result<void> override;
  auto expire() -> result<expired> override;
  /// The end of the sink, or of its actor: files get their names if all in them is committed.
  ~file_store() override;
  file_store(const file_store&) = delete;
  auto operator=(const file_store&) -> file_store& = delete;

private:
  auto take_over() -> result<void>;
  auto add_batch(const commit_batch& batch, committed& done) -> result<void>;
  void tell_findings();
  auto add_run(const event_run& run, committed& done) -> result<void>;
  auto add_part(const event_run& run, std::uint64_t at, std::string_view& entries, committed& done)
      -> result<written_run>;
  auto choose_target(std::string_view tag, std::int64_t time_ns) -> result<void>;
  auto is_name_taken(const error& why) const -> bool;
  auto is_ledger(std::string_view path) const -> bool;

  settings settings_;
  std::string node_;
  std::string component_;
  retention keep_;
  const class clock& clock_;
  file_system& disk_;
  descriptor_budget* descriptors_;
  path_template path_;
  std::string own_ledger_; ///< its path, if the settings name one
  std::string problem_;    ///< of the path, with the names of this place filled in
  std::unique_ptr<event_writer> format_;
  std::optional<file_ledger> ledger_;   ///< absent: devices only
  std::optional<appended_files> files_; ///< absent: not opened yet
  bool is_settled_ = false;             ///< all that is in the files is committed
  byte_buffer discarded_;

  /// Where the next event goes, while `tag` and the times stay the same.
  struct {
    appended_files::target* file = nullptr; ///< absent: the events are refused
    std::string_view refusal;
    std::string tag;
    write_bounds bounds;
    bool is_chosen = false;
  } target_;
  std::string rendered_;
};

/// A block stays in the second-level cache until it is written. Compression wants more at once.
constexpr auto block_bytes = std::size_t{256} << 10;
constexpr auto compressed_block_bytes = std::size_t{1} << 20;

auto files_options(const file_settings& s, descriptor_budget* descriptors) -> appended_files_options {
  auto options = appended_files_options{};
  options.descriptors = descriptors;
  options.open_max = s.max_open;
  options.is_durable = s.sync == file_sync::always;
  options.rotate_bytes = s.rotate.size.value;
  options.rotate_age = s.rotate.age;
  options.renames_finished = s.finish == file_finish::rename;
  options.open_device = open_device;
  if (s.compress != compression::none)
    options.encode = [method = s.compress](std::string_view block, byte_buffer& out) {
      return compress(method, block, out);
    };
  return options;
}

/// Whether the nodes write to one directory, each to files of its own.
auto is_shared_directory(const file_settings& s, const path_template& path, const path_template::names& here)
    -> bool {
  const auto elsewhere = path_template::compile(s.path, {here.node + '2', here.component});
  return s.path.find("{node}") != std::string::npos && elsewhere
         && elsewhere->common_directory() == path.common_directory();
}

auto ledger_settings(const file_settings& s, const path_template& path, const path_template::names& here)
    -> file_ledger_settings {
  auto made = file_ledger_settings{};
  auto name = here.component;
  if (is_shared_directory(s, path, here)) name += '-' + here.node;
  std::replace(name.begin(), name.end(), '/', '_');
  const auto directory = path.common_directory();
  made.path = (directory == "." ? std::string{} : directory + '/') + ".weir-" + name + ".ledger";
  if (!s.ledger.empty()) made.path = s.ledger;
  made.is_durable = s.sync == file_sync::always;
  made.keeps_idle = s.finish == file_finish::rename || s.rotate.age.count() > 0;
  return made;
}

file_store::file_store(settings s, const plugin_context& context)
    : settings_(std::move(s)),
      node_(context.node),
      component_(context.component),
      keep_(context.keep),
      clock_(*context.clock),
      disk_(*context.files),
      descriptors_(context.descriptors),
      format_(make_event_writer(options_of(settings_.format))) {
  auto compiled = path_template::compile(settings_.path, {context.node, context.component});
  if (compiled)
    path_ = std::move(*compiled), path_.in_zone(zone_of_names(settings_.time_zone));
  else
    problem_ = "path has " + compiled.failure().what;
  if (!settings_.ledger.empty())
    own_ledger_ = std::filesystem::path{settings_.ledger}.lexically_normal().native();
  target_.bounds.bytes_max = 0;
}

/// Why it keeps no ledger; empty: it does. What /dev/stdout leads to is decided when it runs.
auto why_no_ledger(const file_settings& s) -> std::string {
  const auto is_one = (s.path.starts_with("/dev/") && !s.path.starts_with("/dev/shm/")) || is_device(s.path);
  return is_one ? '"' + s.path + "\" is no regular file and gives nothing back" : std::string{};
}

auto limits_of(const file_settings& s) -> kept_limits { return {s.retention.age, s.retention.size.value}; }

auto file_store::promise(const file_settings& s) -> store_promise {
  auto made = store_promise{};
  made.expires_every = interval_of(limits_of(s));
  made.why_none = why_no_ledger(s);
  if (made.why_none.empty()) made.knows_by = store_promise::memory::ledger;
  if (made.has_memory() && s.sync != file_sync::always)
    made.at_power_cut = {"\"sync: os\" acknowledges what is not on the device yet", "sync"};
  made.why_not_more = made.has_memory() ? "its ledger is a file that one at a time writes"
                                        : "the lines of several would be mixed up";
  return made;
}

/// The directory that all files of a path template are in.
auto root_of(const std::string& path) -> std::string {
  const auto fixed = path.substr(0, path.find_first_of("{%"));
  const auto slash = fixed.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : fixed.substr(0, slash);
}

auto file_store::claims(const file_settings& s, const plugin_context& where) -> plugin_claims {
  auto made = plugin_claims{};
  if (s.path.empty()) return made;
  made.held.push_back({claim::kind::file, s.path, "path"});
  if (!s.ledger.empty()) made.held.push_back({claim::kind::file, s.ledger, "ledger"});
  made.data = stored_data{s.path, {"find", root_of(s.path), "-type", "f", "-exec", "tail", "-n", "3", "{}", "+"}};
  auto path = s.path;
  for (const auto& [name, value] :
       {std::pair{std::string_view{"{node}"}, where.node}, {"{component}", where.component}})
    for (auto at = path.find(name); at != std::string::npos; at = path.find(name, at + value.size()))
      path.replace(at, name.size(), value);
  const auto compiled = path_template::compile(s.path, {where.node, where.component});
  if (!compiled || !why_no_ledger(s).empty()) return made;
  made.ledger = ledger_settings(s, *compiled, {where.node, where.component}).path;
  made.writes = {path, made.ledger, made.ledger + ".lock", made.ledger + ".new", made.ledger + ".damaged"};
  return made;
}

file_store::~file_store() {
  if (!is_settled_) return;
  if (const auto done = files_->finish(); !done) spdlog::warn("sink {}: {}", component_, done.failure().what);
  tell_findings();
}

void file_store::tell_findings() {
  for (const auto& sentence : files_->take_findings()) spdlog::error("sink {}: {}", component_, sentence);
}

auto file_store::open() -> result<void> {
  if (!problem_.empty()) return error{errc::failed, problem_};
  if (!files_) {
    // What is no file can take nothing back, so there is nothing to remember of it.
    if (path_.uses_tag() || path_.uses_time() || !is_device(settings_.path)) {
      auto where = ledger_settings(settings_, path_, {node_, component_});
      where.holder = "sink " + component_ + " of node " + node_ + ", pid " + std::to_string(::getpid());
      where.keep = keep_;
      where.time = &clock_;
      ledger_.emplace(disk_, std::move(where));
    }
    files_.emplace(disk_, ledger_ ? &*ledger_ : nullptr, clock_, files_options(settings_, descriptors_));
  }
  return take_over();
}

auto file_store::take_over() -> result<void> {
  is_settled_ = false;
  if (auto done = files_->rollback(); !done) {
    auto why = done.failure();
    // A person can mend it: no reason to give up events.
    if (why.code == errc::rejected) why.code = errc::unavailable;
    return why;
  }
  tell_findings();
  is_settled_ = true;
  return {};
}

auto file_store::knowledge(const std::string& source) -> result<stream_knowledge> {
  if (!files_ || !is_settled_) WEIR_CHECK(open());
  return ledger_ ? ledger_->knowledge(source) : stream_knowledge{};
}

auto file_store::known_ids(const std::vector<id_range>& asked) -> result<std::vector<id_range>> {
  if (!files_ || !is_settled_) WEIR_CHECK(open());
  auto found = std::vector<id_range>{};
  for (const auto& r : asked)
    if (ledger_)
      for (const auto& part : ledger_->ids().common(r)) found.push_back(part);
  return found;
}

auto file_store::idle() -> result<void> {
  if (!is_settled_) return {};
  auto done = files_->idle();
  is_settled_ = static_cast<bool>(done);
  tell_findings();
  return done;
}

auto expired_text(const file_settings& s, const files_to_go& gone) -> std::string {
  auto bytes = std::uint64_t{0};
  for (const auto* some : {&gone.too_old, &gone.too_much})
    for (const auto& f : *some) bytes += f.bytes;
  auto text = "deleted " + std::to_string(gone.too_old.size() + gone.too_much.size()) + " files with " + to_text(byte_count{bytes}) + ":";
  if (!gone.too_old.empty()) text += ' ' + std::to_string(gone.too_old.size()) + " not written to for " + to_text(s.retention.age);
  if (!gone.too_much.empty())
    text += (gone.too_old.empty() ? " " : ", ") + std::to_string(gone.too_much.size()) + " as all had more than " + to_text(s.retention.size);
  return text + "; the last is " + (gone.too_much.empty() ? gone.too_old : gone.too_much).back().path;
}

auto file_store::expire() -> result<expired> {
  if (!is_settled_) WEIR_CHECK(take_over());
  WEIR_TRY(const auto gone, files_->expire(path_.common_directory(), limits_of(settings_)));
  tell_findings();
  const auto files = gone.too_old.size() + gone.too_much.size();
  if (files == 0) return expired{};
  return expired{files, "expired files", expired_text(settings_, gone)};
}

auto file_store::commit(const commit_batch& batch) -> result<committed> {
  auto done = committed{};
  if (!is_settled_) WEIR_CHECK(take_over()); // of a batch whose failure could not be undone then
  files_->begin();
  is_settled_ = false;
  target_.is_chosen = false;
  auto state = add_batch(batch, done);
  if (state && batch.confirm && ledger_) state = batch.confirm(done.refused);
  if (!state) {
    auto why = state.failure();
    why.code = errc::unavailable;
    if (const auto undone = take_over(); !undone) why.what += "; then " + undone.failure().what;
    return why;
  }
  auto written = files_->commit();
  if (!written) return written.failure();
  done.bytes = *written;
  is_settled_ = true;
  tell_findings();
  return done;
}

auto file_store::add_batch(const commit_batch& batch, committed& done) -> result<void> {
  if (ledger_) done.forgotten_id_s = ledger_->client_ids().crowded_out_s().value_or(0);
  for (std::size_t i = 0; i < batch.chunks.size(); ++i) {
    const auto fresh = ledger_ ? ledger_->add(*batch.chunks[i]) : all_of(*batch.chunks[i]);
    if (!fresh) {
      ++done.repeated_chunks;
      continue;
    }
    if (ledger_) done.regrouped += ledger_->take_regrouped();
    auto state = result<void>{};
    for_each_run(batch, i, *fresh, [&](const event_run& run) {
      if (state) state = add_run(run, done);
    });
    WEIR_CHECK(state);
  }
  return {};
}

auto file_store::add_run(const event_run& run, committed& done) -> result<void> {
  auto entries = run.entries;
  auto seen = std::uint64_t{0};
  format_->begin_section(run.tag);
  while (!entries.empty()) {
    WEIR_TRY(const auto written, add_part(run, seen, entries, done));
    seen += written.events;
    if (written.why == written_run::stop::malformed) break;
  }
  if (seen < run.events) refuse(done, "malformed entry", run, seen, run.events - seen);
  return {};
}

/// Writes the events that go to one file, from number `at` of the run on, as far as a block of it has room.
auto file_store::add_part(const event_run& run, std::uint64_t at, std::string_view& entries, committed& done)
    -> result<written_run> {
  auto time_ns = std::int64_t{0};
  auto rest = entries;
  if (!take_entry_head(rest, time_ns)) return written_run{0, written_run::stop::malformed};
  WEIR_CHECK(choose_target(run.tag, time_ns));
  auto* file = target_.file;
  if (file == nullptr) {
    discarded_.clear();
    const auto discarded = format_->write(discarded_, entries, target_.bounds);
    refuse(done, target_.refusal, run, at, discarded.events);
    return discarded;
  }
  if (file->is_new && file->pending.empty() && settings_.format.header)
    file->pending.append(csv_header(settings_.format.columns));
  const auto written = format_->write(file->pending, entries, target_.bounds);
  done.events += written.events;
  if (file->pending.size() >= target_.bounds.bytes_max) WEIR_CHECK(files_->flush(*file));
  return written;
}

auto file_store::choose_target(std::string_view tag, std::int64_t time_ns) -> result<void> {
  auto& t = target_;
  if (t.is_chosen && t.bounds.contains(time_ns) && (!path_.uses_tag() || t.tag == tag)) return {};
  t.bounds = path_.times_around(time_ns);
  t.bounds.bytes_max = settings_.compress == compression::none ? block_bytes : compressed_block_bytes;
  t.tag = tag;
  t.is_chosen = true;
  t.file = nullptr;
  t.refusal = path_.render(tag, time_ns, rendered_);
  if (t.refusal.empty() && path_.uses_tag() && is_ledger(rendered_)) t.refusal = "path is that of a ledger";
  if (!t.refusal.empty()) return {};
  auto opened = files_->open(rendered_, t.bounds.end_ns);
  if (opened) return t.file = *opened, result<void>{};
  if (!is_name_taken(opened.failure())) return opened.failure();
  t.refusal = "path is no file";
  return {};
}

/// Whether the tag is what makes the path impossible: a directory has that name, or a file that of a
/// directory. Then it must not stop the events of other tags.
auto file_store::is_name_taken(const error& why) const -> bool {
  struct stat status {};
  return why.code == errc::rejected && path_.uses_tag() && ::stat(path_.directory().c_str(), &status) == 0
         && S_ISDIR(status.st_mode);
}

/// Ours, with what is kept beside it, or that of another sink.
auto file_store::is_ledger(std::string_view path) const -> bool {
  const auto name = path.substr(path.rfind('/') + 1);
  if (name.starts_with(".weir-") && name.find(".ledger") != std::string_view::npos) return true;
  return !own_ledger_.empty()
         && std::filesystem::path{path}.lexically_normal().native().starts_with(own_ledger_);
}

const register_store<file_store> registered_file{"file", "Appends events to files, each chunk exactly once."};

} // namespace

void validate(const file_settings& s, config::settings_reader& reader) {
  validate(s.format, reader);
  validate_name_zone(s.time_zone, s.path, reader);
  if (s.max_open == 0) reader.complain("max_open", "\"max_open\" wants 1 or more, not 0");
  if (s.retention.size.value > 0 && s.rotate.size.value == 0 && s.rotate.age.count() == 0 && s.path.find('%') == std::string::npos)
    reader.complain("retention", "\"retention\" with a \"size\" wants whole files to delete: \"rotate\", or a time in \"path\"");
  if (s.retention.size.value > 0 && s.retention.size.value < s.rotate.size.value)
    reader.complain("retention", "\"retention\" keeps " + to_text(s.retention.size) + ", less than the " + to_text(s.rotate.size)
                                     + " that \"rotate\" lets one file have");
  if (s.path.empty() && !reader.is_given("path")) return; // reported already
  const auto compiled = path_template::compile(s.path, {"node", "component"});
  if (!compiled) reader.complain("path", "\"path\" has " + compiled.failure().what);
}

} // namespace weir
