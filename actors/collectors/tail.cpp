#include "actors/collectors/source.hpp"
#include "runtime/codec/text_encoding.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/measure/observation.hpp"
#include "runtime/os/own_files.hpp"
#include "runtime/tail/compressed_files.hpp"
#include "runtime/tail/own_output.hpp"
#include "runtime/tail/tailer.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace weir {
namespace {

enum class tail_start { beginning, end };

constexpr auto names_of(tail_start*) {
  return std::array<std::pair<std::string_view, tail_start>, 2>{
      {{"beginning", tail_start::beginning}, {"end", tail_start::end}}};
}

static_assert(block_reader::padding_bytes >= line_padding);

/// Complaints that one read() may log; the rest follows with the next ones.
constexpr auto complaints_per_read = std::size_t{20};

class tail_source final : public source {
public:
  static constexpr bool resumes = true;
  /// Names of the fields that say where a line was; empty: none does.
  struct line_place {
    std::string path;
    std::string name;
    std::string inode;
    std::string offset;
    auto is_wanted() const -> bool { return !(path + name + inode + offset).empty(); }
  };
  struct settings {
    std::vector<std::string> path;
    std::vector<std::string> exclude;
    tail_start start = tail_start::beginning;
    bool follow = true;
    byte_count max_line{1 << 20};
    std::string encoding;
    compression compressed = compression::none;
    line_place metadata;
    duration ignore_older{0};
    bool delete_after_read = false;
    std::uint32_t max_files_open = 0;
    std::string tag = "{path}";
    duration refresh_interval = std::chrono::seconds{10};
    duration poll_interval = std::chrono::seconds{1};
    bool inotify = true;
  };

  /// What tells of changes, and what is looked at for a moment.
  static auto descriptors(const settings&) -> descriptor_need { return {2, true}; }
  static auto tags(const settings& s) -> std::vector<tag_shape>;
  static auto claims(const settings& s, const plugin_context&) -> plugin_claims {
    return {.reads = {s.path, s.exclude, "path"}};
  }

  tail_source(const settings& s, const plugin_context& context)
      : component_(context.component),
        clock_(*context.clock),
        line_bytes_max_(s.max_line.value),
        place_(s.metadata),
        encoding_(s.encoding),
        files_(make_feed(s, context)) {}

  auto open(const resume_info& resume) -> result<void> override {
    if (!encoding_.empty()) {
      WEIR_TRY(decoder_, text_decoder::open(encoding_));
    }
    return files_->open(resume.covered, resume.elsewhere);
  }

  auto read(intake& out, std::size_t budget) -> result<read_status> override {
    files_->look();
    const auto now_ns = clock_.wall_ns();
    auto done = std::size_t{0};
    while (done < budget) {
      const auto block = files_->next(std::max<std::size_t>(budget - done, 4096));
      if (!block) break;
      out.enter(block->stream);
      if (block->is_for_all) {
        out.tell_all(block->stream, block->begin, block->end());
        continue;
      }
      put_lines(out, *block, now_ns);
      done += block->bytes.size();
    }
    log_complaints();
    if (done >= budget || files_->has_more()) return read_status::more;
    return files_->is_finished() ? read_status::finished : read_status::idle;
  }

  auto standing() const -> std::vector<position_range> override { return files_->standing(); }
  void acknowledge(std::span<const position_range> safe) override { files_->acknowledge(safe); }
  auto wake_fd() const -> int override { return files_->wake_fd(); }
  auto wake_at() const -> std::optional<monotonic_time> override { return files_->wake_at(); }
  auto summary() const -> std::string override { return files_->summary(); }
  void observe(observation& to) const override {
    to.problems = files_->problems();
    auto now = files_->figures(files_told_max);
    for (auto& f : now.shown)
      to.files.push_back({std::move(f.path), f.offset, f.size, f.read_ns, std::move(f.problem)});
    to.files_left_out = now.count - now.shown.size();
    if (undecodable_ > 0) to.noted["not of the encoding"] += undecodable_;
    if (now.unread_bytes > 0) to.detail += ", " + to_text(byte_count{now.unread_bytes}) + " unread";
  }

private:
  void put_lines(intake& out, const line_block& block, std::int64_t now_ns) {
    auto saved = std::size_t{0};
    // What is no text comes before the first line.
    const auto begin = block.begin + block.skipped;
    begin_places(block);
    const auto put = [&](std::string_view line, bool is_piece) {
      const auto at = static_cast<std::size_t>(line.data() - block.bytes.data());
      if (out.unsaved_bytes() > unsaved_bytes_max && at > saved && ends_line(block.bytes.substr(0, at), block.unit)) {
        out.covered(block.stream, saved > 0 ? begin + saved : block.begin, begin + at);
        saved = at;
      }
      attach_place(out, begin + at, is_piece);
      out.born_at(begin + at);
      out.line(block.tag, now_ns, as_utf8(line, block.unit));
    };
    const auto counts = for_each_line(block.bytes, block.is_cut, line_bytes_max_, put, block.unit, block.goes_on);
    files_->note_lines(counts, block.stream);
    out.covered(block.stream, saved > 0 ? begin + saved : block.begin, block.end());
  }

  /// What is the same for all lines of a block.
  void begin_places(const line_block& block) {
    places_.clear();
    placed_ = 0;
    is_attached_ = !place_.is_wanted();
    auto write = msgpack_writer{places_};
    const auto add = [&](const std::string& key, auto&& put_value) {
      if (key.empty()) return;
      write.str(key);
      put_value();
      ++placed_;
    };
    add(place_.path, [&] { write.str(block.path); });
    add(place_.name, [&] { write.str(block.path.substr(block.path.rfind('/') + 1)); });
    add(place_.inode, [&] { write.unsigned_integer(block.inode); });
  }

  /// Pieces of a line that is too long say that they are some.
  void attach_place(intake& out, std::uint64_t offset, bool is_piece) {
    const auto changes = is_piece || !place_.offset.empty();
    if (is_attached_ && !changes) return;
    const auto fixed_bytes = places_.size();
    auto count = placed_;
    auto write = msgpack_writer{places_};
    if (!place_.offset.empty()) write.str(place_.offset), write.unsigned_integer(offset), ++count;
    if (is_piece) write.str("partial"), write.boolean(true), ++count;
    out.attach(places_.view(), count);
    places_.truncate(fixed_bytes);
    is_attached_ = !changes;
  }

  auto as_utf8(std::string_view line, text_unit unit) -> std::string_view {
    auto* decoder = unit == text_unit::byte || (decoder_ && decoder_->unit() == unit) ? decoder_.get() : decoder_of_pairs(unit);
    if (decoder == nullptr) return line;
    decoded_.clear();
    undecodable_ += decoder->decode(line, decoded_);
    std::fill_n(decoded_.tail(line_padding), line_padding, '\0');
    return decoded_.view();
  }

  /// Of files whose mark says what they are.
  auto decoder_of_pairs(text_unit unit) -> text_decoder* {
    auto& decoder = pair_decoders_[unit == text_unit::little_pair ? 0 : 1];
    if (!decoder)
      if (auto made = text_decoder::open(unit == text_unit::little_pair ? "UTF-16LE" : "UTF-16BE"))
        decoder = std::move(*made);
    return decoder.get();
  }

  static auto make_feed(const settings& s, const plugin_context& context) -> std::unique_ptr<line_feed> {
    if (s.compressed == compression::none) return std::make_unique<tailer>(options_of(s, context), *context.clock);
    return std::make_unique<compressed_files>(options_of(s, context), s.compressed, *context.clock);
  }

  static auto options_of(const settings& s, const plugin_context& context) -> tail_options {
    return {.paths = s.path,
            .exclude = s.exclude,
            .from_end = s.start == tail_start::end,
            .once = context.once || !s.follow,
            .inotify = s.inotify,
            .line_bytes_max = s.max_line.value,
            .open_files_max = s.max_files_open,
            .descriptors = context.descriptors,
            .refresh_interval = s.refresh_interval,
            .poll_interval = s.poll_interval,
            .tag = s.tag,
            .unit = unit_of(s.encoding),
            .ignore_older = s.ignore_older,
            .delete_read = s.delete_after_read,
            .is_own = is_own_file(s)};
  }

  static auto unit_of(const std::string& encoding) -> std::optional<text_unit> {
    if (encoding.empty()) return std::nullopt;
    const auto decoder = text_decoder::open(encoding);
    return decoder ? std::optional{(*decoder)->unit()} : std::nullopt;
  }

  static auto is_own_file(const settings& s) -> std::function<bool(const file_key&, const std::string&)> {
    auto searched = std::vector<std::string>{};
    for (const auto& path : s.path) searched.push_back(std::filesystem::absolute(path).lexically_normal());
    return [output = own_output{own_files_here().claimed(), searched}](const auto& key, const auto& place) {
      return own_files_here().contains(key.device, key.inode, key.birth_ns) || output.has(place);
    };
  }

  void log_complaints() {
    for (auto& text : files_->take_complaints()) complaints_.push_back(std::move(text));
    for (auto i = std::size_t{0}; i < complaints_per_read && !complaints_.empty(); ++i) {
      spdlog::warn("{}: {}", component_, complaints_.front());
      complaints_.pop_front();
    }
  }

  std::string component_;
  const class clock& clock_;
  std::size_t line_bytes_max_;
  line_place place_;
  byte_buffer places_; ///< fields of `place_`, and how many
  std::uint32_t placed_ = 0;
  bool is_attached_ = false; ///< the intake has them
  std::string encoding_;
  std::unique_ptr<text_decoder> decoder_; ///< none: UTF-8
  std::array<std::unique_ptr<text_decoder>, 2> pair_decoders_;
  byte_buffer decoded_;
  std::uint64_t undecodable_ = 0;
  std::unique_ptr<line_feed> files_;
  std::deque<std::string> complaints_;
};

/// What {path} can be for the files of a pattern. Only what stands before and behind its wildcards is known,
/// and of relative paths, and such with dots or slashes to spare, nothing.
auto path_shape(const std::string& pattern) -> tag_shape {
  constexpr auto wild = std::string_view{"*?[]{}\\"};
  if (!pattern.starts_with('/') || pattern.find("//") != std::string::npos
      || pattern.find("/.") != std::string::npos)
    return {};
  const auto dotted = [](std::string path) {
    std::replace(path.begin(), path.end(), '/', '.');
    return path;
  };
  const auto path = pattern.substr(1);
  const auto first = path.find_first_of(wild);
  if (first == std::string::npos) return exact_tag(dotted(path));
  auto behind = path.substr(path.find_last_of(wild) + 1);
  if (behind.starts_with('/')) behind.erase(0, 1); // `**` may stand for no directory at all
  return {{dotted(path.substr(0, first)), dotted(behind)}};
}

auto tail_source::tags(const settings& s) -> std::vector<tag_shape> {
  constexpr auto paths_max = std::size_t{64};
  constexpr auto names = std::array{std::string_view{"{path}"}, std::string_view{"{name}"}};
  auto all = shape_of_template(s.tag, names);
  const auto by_path = shape_of_template(s.tag, std::span{names}.first(1));
  const auto is_path_alone = all == by_path && by_path.parts.size() == 2;
  if (!is_path_alone || s.path.size() > paths_max) return {std::move(all)};
  auto found = std::vector<tag_shape>{};
  for (const auto& path : s.path) {
    auto shape = path_shape(path);
    shape.parts.front().insert(0, by_path.parts.front());
    shape.parts.back() += by_path.parts.back();
    found.push_back(std::move(shape));
  }
  return found;
}

template <class Visitor> void describe(Visitor& v, tail_source::line_place& s) {
  v.field("path", s.path, "Field for the path under which the file was first seen.");
  v.field("name", s.name, "Field for its name without directories.");
  v.field("inode", s.inode, "Field for the number of its inode.");
  v.field("offset", s.offset, "Field for where in the file the line begins, in bytes.");
}

template <class Visitor> void describe(Visitor& v, tail_source::settings& s) {
  v.required("path", s.path,
             "Files to read: patterns with *, ?, [a-z], {a,b} and ** (any number of directories).");
  v.field("exclude", s.exclude, "Files to leave out; a pattern without a slash is about the name alone.");
  v.field(
      "start", s.start,
      "Where to begin with files that are there at the first start; later ones begin at their beginning.");
  v.field("follow", s.follow, "false: read what is there, then finish.");
  v.field("max_line", s.max_line, "Longer lines are delivered in pieces of this size, each with \"partial\": true.");
  v.field("encoding", s.encoding,
          "Of the files, as iconv calls it: latin1, shift_jis, gb18030, utf-16le; default: UTF-8, or UTF-16 where a file begins "
          "with its byte order mark.");
  v.field("compressed", s.compressed,
          "gzip or zstd: each file is read once, as if it was not compressed; what grows later is not read.");
  v.field("metadata", s.metadata, "Fields that say where a line was.");
  v.field("ignore_older", s.ignore_older,
          "Leaves alone files that have not been written for so long when they are found, until they are written; 0s: none.");
  v.field("delete_after_read", s.delete_after_read,
          "Deletes a file when all of it is safe and nobody has it open for writing.");
  v.field("max_files_open", s.max_files_open,
          "So many files are kept open at once, those that were read last; the others keep their positions. 0: as many as there "
          "are, within the limit of the process.");
  v.field("tag", s.tag, "{path}: the path with dots for slashes, without the first; {name}: the file name.");
  v.field("refresh_interval", s.refresh_interval,
          "Time between looks at all files, beside what inotify tells.");
  v.field("poll_interval", s.poll_interval,
          "The same where inotify does not work: network file systems, watch limit reached.");
  v.field("inotify", s.inotify, "false: poll everything.");
}

/// What is given and does nothing beside the rest.
void check_looks(const tail_source::settings& s, config::settings_reader& reader) {
  if (!s.follow) {
    for (const auto* key : {"refresh_interval", "poll_interval", "inotify"})
      reader.refuse_useless(key, "with \"follow: false\" the files are looked at once");
    if (s.start == tail_start::end)
      reader.complain("start", "\"start: end\" with \"follow: false\" reads nothing", "take one of them out");
  } else if (s.compressed != compression::none) {
    for (const auto* key : {"poll_interval", "inotify", "max_files_open"})
      reader.refuse_useless(key, "compressed files are looked for every \"refresh_interval\", and read one at a time");
    if (s.start == tail_start::end) reader.complain("start", "\"start: end\" is for files that grow; compressed ones are read once");
  } else if (!s.inotify) {
    reader.refuse_useless("refresh_interval", "with \"inotify: false\" all is looked at every \"poll_interval\"");
  }
}

void check_encoding(const tail_source::settings& s, config::settings_reader& reader) {
  if (reader.is_given("encoding") && s.encoding.empty()) return reader.complain("encoding", "\"encoding\" wants a name");
  if (s.encoding.empty()) return;
  if (const auto decoder = text_decoder::open(s.encoding); !decoder) reader.complain("encoding", decoder.failure().what);
}

void validate(const tail_source::settings& s, config::settings_reader& reader) {
  check_looks(s, reader);
  if (const auto paths = glob_set::parse(s.path, "/"); !paths) reader.complain("path", paths.failure().what);
  if (const auto excluded = glob_set::parse(s.exclude, "/", true); !excluded)
    reader.complain("exclude", excluded.failure().what);
  if (s.max_line.value == 0 || s.max_line.value > (64U << 20U))
    reader.complain("max_line", "\"max_line\" wants 1B..64MiB, not " + to_text(s.max_line));
  check_encoding(s, reader);
  if (s.delete_after_read && s.start == tail_start::end)
    reader.complain("delete_after_read", "\"delete_after_read\" with \"start: end\" would delete what was never read");
  if (s.tag.empty())
    reader.complain("tag", "\"tag\" is empty, a tag or a template such as {path} was wanted");
  for (const auto& [key, interval] :
       {std::pair{"refresh_interval", s.refresh_interval}, {"poll_interval", s.poll_interval}})
    if (interval < std::chrono::milliseconds{10})
      reader.complain(key, "\"" + std::string{key} + "\" wants 10ms or more, not " + to_text(interval));
}

const register_source<tail_source> registered_tail{"tail", "Follows files through rotation, line by line."};

} // namespace
} // namespace weir
