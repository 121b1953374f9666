#include "actors/sinks/format_settings.hpp"
#include "actors/sinks/refusals.hpp"
#include "actors/sinks/store.hpp"
#include "runtime/codec/compression.hpp"
#include "runtime/codec/path_template.hpp"
#include "runtime/os/appended_files.hpp"

#include <sys/stat.h>

namespace weir {
namespace {

enum class file_sync { os, always };

constexpr auto names_of(file_sync*) {
  return std::array<std::pair<std::string_view, file_sync>, 2>{
      {{"os", file_sync::os}, {"always", file_sync::always}}};
}

class file_store final : public store {
public:
  struct settings {
    std::string path;
    format_settings format;
    compression compress = compression::none;
    std::uint32_t max_open = 256;
    file_sync sync = file_sync::os;
  };
  file_store(settings s, const plugin_context& context);

  auto open() -> result<void> override;
  auto commit(const commit_batch& batch) -> result<committed> override;
  auto idle() -> result<void> override {
    files_.close_all();
    return {};
  }

private:
  auto add_section(const section& s, std::string_view entries, committed& done) -> result<void>;
  auto add_run(std::string_view tag, std::string_view& entries, committed& done) -> result<written_run>;
  auto choose_target(std::string_view tag, std::int64_t time_ns) -> result<void>;
  auto is_name_taken(const error& why) const -> bool;

  settings settings_;
  const class clock& clock_;
  path_template path_;
  std::string problem_; ///< of the path, with the names of this place filled in
  std::unique_ptr<event_writer> format_;
  appended_files files_;
  byte_buffer discarded_;

  /// Where the next event goes, while `tag` and the times stay the same.
  struct {
    appended_files::file* file = nullptr; ///< absent: the events are refused
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

auto files_options(const file_store::settings& s) -> appended_files_options {
  auto options = appended_files_options{.open_max = s.max_open, .sync = s.sync == file_sync::always};
  if (s.compress != compression::none)
    options.encode = [method = s.compress](std::string_view block, byte_buffer& out) {
      return compress(method, block, out);
    };
  return options;
}

file_store::file_store(settings s, const plugin_context& context)
    : settings_(std::move(s)),
      clock_(*context.clock),
      format_(make_event_writer(options_of(settings_.format))),
      files_(files_options(settings_)) {
  auto compiled = path_template::compile(settings_.path, {context.node, context.component});
  if (compiled)
    path_ = std::move(*compiled);
  else
    problem_ = "path has " + compiled.failure().what;
  target_.bounds.bytes_max = 0;
}

auto file_store::open() -> result<void> {
  if (!problem_.empty()) return error{errc::failed, problem_};
  return files_.rollback();
}

auto file_store::commit(const commit_batch& batch) -> result<committed> {
  auto done = committed{};
  auto state = files_.rollback(); // of a batch whose failure could not be undone then
  if (!state) return state.failure();
  files_.begin(clock_.monotonic());
  target_.is_chosen = false;
  for_each_matching(batch, [&](const chunk&, const section& s, std::string_view entries) {
    if (state) state = add_section(s, entries, done);
  });
  if (!state) {
    auto why = state.failure();
    why.code = errc::unavailable;
    if (const auto undone = files_.rollback(); !undone) why.what += "; then " + undone.failure().what;
    return why;
  }
  WEIR_TRY(done.bytes, files_.commit());
  return done;
}

auto file_store::add_section(const section& s, std::string_view entries, committed& done) -> result<void> {
  auto seen = std::uint64_t{0};
  format_->begin_section(s.tag);
  while (!entries.empty()) {
    WEIR_TRY(const auto run, add_run(s.tag, entries, done));
    seen += run.events;
    if (run.why == written_run::stop::malformed) break;
  }
  if (seen < s.count) refuse(done, "malformed entry", s.tag, entries, s.count - seen);
  return {};
}

/// Writes the events that go to one file, as far as a block of it has room.
auto file_store::add_run(std::string_view tag, std::string_view& entries, committed& done)
    -> result<written_run> {
  auto time_ns = std::int64_t{0};
  auto rest = entries;
  if (!take_entry_head(rest, time_ns)) return written_run{0, written_run::stop::malformed};
  WEIR_CHECK(choose_target(tag, time_ns));
  auto* file = target_.file;
  if (file == nullptr) {
    discarded_.clear();
    rest = entries;
    const auto run = format_->write(discarded_, entries, target_.bounds);
    refuse(done, target_.refusal, tag, rest.substr(0, rest.size() - entries.size()), run.events);
    return run;
  }
  if (file->is_new && file->pending.empty() && settings_.format.header)
    file->pending.append(csv_header(settings_.format.columns));
  const auto run = format_->write(file->pending, entries, target_.bounds);
  done.events += run.events;
  if (file->pending.size() >= target_.bounds.bytes_max) WEIR_CHECK(files_.flush(*file));
  return run;
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
  if (!t.refusal.empty()) return {};
  auto opened = files_.open(rendered_);
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

template <class Visitor> void describe(Visitor& v, file_store::settings& s) {
  v.required(
      "path", s.path,
      "Where to write; {tag}, {node}, {component} and strftime of the event time (UTC), as in %Y-%m-%d.");
  describe(v, s.format);
  v.field("compress", s.compress,
          "none, gzip or zstd; each commit appends whole members, so zcat reads the file at any time.");
  v.field("max_open", s.max_open, "Files open at the same time.");
  v.field("sync", s.sync,
          "os: the system writes to the device when it likes; always: each commit waits for the device.");
}

void validate(const file_store::settings& s, config::settings_reader& reader) {
  validate(s.format, reader);
  if (s.max_open == 0) reader.complain("max_open", "\"max_open\" wants 1 or more, not 0");
  if (s.path.empty() && !reader.is_given("path")) return; // reported already
  const auto compiled = path_template::compile(s.path, {"node", "component"});
  if (!compiled) reader.complain("path", "\"path\" has " + compiled.failure().what);
}

const register_store<file_store> registered{"file",
                                            "Appends events to files, each batch whole or not at all."};

} // namespace
} // namespace weir
