#include "actors/collectors/kubernetes/open_files.hpp"
#include "actors/collectors/kubernetes/output_book.hpp"
#include "actors/collectors/source.hpp"
#include "runtime/measure/observation.hpp"
#include "runtime/os/owned_fd.hpp"
#include "runtime/tail/tailer.hpp"

#include <spdlog/spdlog.h>
#include <sys/epoll.h>

#include <array>
#include <deque>

namespace weir {
namespace {

/// Longer lines of a file than this are none that an engine has written.
constexpr auto file_line_bytes_max = std::size_t{1} << 20;
constexpr auto complaints_per_read = std::size_t{20};
constexpr auto tag_names = std::array<std::string_view, 4>{"{namespace}", "{pod}", "{container}", "{node}"};

class kubernetes_source final : public source {
public:
  static constexpr bool resumes = true;
  static constexpr bool gives_events = true;
  using settings = kubernetes_settings;

  /// inotify, two sockets and what waits for them, and the file that is looked at.
  static auto descriptors(const settings&) -> descriptor_need { return {6, true}; }
  static auto tags(const settings& s) -> std::vector<tag_shape> { return {shape_of_template(s.tag, tag_names)}; }
  static auto claims(const settings& s, const plugin_context&) -> plugin_claims {
    auto made = plugin_claims{.reads = {patterns_of(s), excluded_patterns_of(s), "path"}};
    if (!s.cache.empty()) made.held.push_back({claim::kind::file, s.cache, "cache"});
    return made;
  }

  kubernetes_source(const settings& s, const plugin_context& context)
      : component_(context.component),
        clock_(*context.clock),
        settings_(s),
        feed_(s, node_name_of(s), clock_),
        book_(s, node_name_of(s), feed_),
        files_(s.max_line.value),
        pieces_(made_pieces(clock_)),
        tailer_(options_of(context), clock_) {}

  auto open(const resume_info& resume) -> result<void> override {
    feed_.open();
    WEIR_CHECK(tailer_.open(resume.covered, resume.elsewhere));
    if (!feed_.is_asking()) return {};
    epoll_ = owned_fd{::epoll_create1(EPOLL_CLOEXEC)};
    for (const auto fd : {tailer_.wake_fd(), feed_.fd()}) {
      auto event = epoll_event{};
      event.events = EPOLLIN;
      if (fd >= 0 && ::epoll_ctl(epoll_.fd(), EPOLL_CTL_ADD, fd, &event) != 0) return error_from_errno("epoll_ctl", errno);
    }
    return {};
  }

  auto read(intake& out, std::size_t budget) -> result<read_status> override {
    feed_.drive();
    look_at_waiting();
    tailer_.look();
    auto done = std::size_t{0};
    while (done < budget) {
      const auto block = tailer_.next(std::max<std::size_t>(budget - done, 4096));
      if (!block) break;
      take_block(out, *block);
      done += block->bytes.size();
    }
    const auto has_more = done >= budget || tailer_.has_more();
    if (!has_more) cut_old(out);
    log_complaints();
    if (has_more) return read_status::more;
    return tailer_.is_finished() ? read_status::finished : read_status::idle;
  }

  auto standing() const -> std::vector<position_range> override { return tailer_.standing(); }
  void acknowledge(std::span<const position_range> safe) override {
    tailer_.acknowledge(safe);
    for (const auto& range : safe)
      if (const auto uid = files_.acknowledge(range); !uid.empty()) feed_.cache().unpin(uid, clock_.monotonic());
  }
  auto wake_fd() const -> int override { return epoll_.is_open() ? epoll_.fd() : tailer_.wake_fd(); }
  auto wake_at() const -> std::optional<monotonic_time> override;
  auto summary() const -> std::string override {
    return tailer_.summary() + (settings_.metadata ? ", " + std::to_string(feed_.pods()) + " pods known" : "");
  }
  void observe(observation& to) const override;

private:
  static auto made_pieces(const class clock& time) -> container_pieces {
    auto made = container_pieces::make(time);
    WEIR_ASSERT(made);
    return std::move(*made);
  }
  auto options_of(const plugin_context& context) -> tail_options {
    auto options = tail_options{};
    options.paths = patterns_of(settings_);
    options.exclude = excluded_patterns_of(settings_);
    options.from_end = settings_.start == pod_logs_start::end;
    options.once = context.once;
    options.expects_files = false;
    options.line_bytes_max = file_line_bytes_max;
    options.unit = text_unit::byte;
    options.descriptors = context.descriptors;
    options.refresh_interval = settings_.refresh_interval;
    options.rotated_beside = true;
    options.waits = [this](const auto& path, const auto& place) { return waits(path, place); };
    return options;
  }

  /// A pod that is not known yet is waited for a while.
  auto waits(const std::string& path, const std::string& place) -> bool {
    if (!feed_.is_asking()) return false;
    auto& container = book_.of(path, place);
    if (!container.uid.empty()) return false;
    const auto now = clock_.monotonic();
    if (!container.known_by) container.known_by = now + settings_.metadata_wait;
    if (now >= *container.known_by) return false;
    look_again_at_ = look_again_at_ ? std::min(*look_again_at_, *container.known_by) : *container.known_by;
    return true;
  }
  void look_at_waiting() {
    const auto version = feed_.cache().version();
    const auto is_news = std::exchange(seen_version_, version) != version;
    if (!look_again_at_ || (!is_news && clock_.monotonic() < *look_again_at_)) return;
    look_again_at_.reset();
    tailer_.look_again();
  }

  void take_block(intake& out, const line_block& block);
  void take_line(intake& out, open_file& file, known_container& container, std::string_view line, std::uint64_t at);
  void cut(intake& out, const std::string& stream, open_file& file);
  void cut_old(intake& out);
  void put(intake& out, const known_container& container, const joined_line& line);
  void put(intake& out, const known_container& container, const container_piece& piece, std::uint64_t at, bool is_cut);
  auto write_parsed(msgpack_writer& write, line_parser& parser, std::string_view text, event_view& event) -> std::uint32_t;
  void log_complaints();

  std::string component_;
  const class clock& clock_;
  kubernetes_settings settings_;
  metadata_feed feed_;
  output_book book_;
  open_files files_;
  container_pieces pieces_;
  tailer tailer_;
  owned_fd epoll_; ///< of what the tailer and the feed wait for
  byte_buffer record_;
  byte_buffer fields_; ///< that a parser found
  std::string padded_;
  std::uint64_t seen_version_ = 0;
  std::optional<monotonic_time> look_again_at_; ///< when the first file that waits has done so for long enough
  std::deque<std::string> complaints_;
  std::vector<std::string> problems_told_;
};

void kubernetes_source::take_block(intake& out, const line_block& block) {
  out.enter(block.stream);
  if (block.is_for_all) return out.tell_all(block.stream, block.begin, block.end());
  if (block.path.empty()) return out.covered(block.stream, block.begin, block.end());
  const auto stream = std::string{block.stream};
  auto& file = files_.of(stream);
  // What comes behind a part that is known from before does not go on with what came ahead of it.
  if (file.joiner.is_open() && file.read_to != block.begin) cut(out, stream, file);
  if (!file.joiner.is_open()) file.from = block.begin;
  auto& container = book_.of(block.path, block.place);
  if (file.uid.empty() && !container.uid.empty()) feed_.cache().pin(file.uid = container.uid);
  file.path = block.path;
  file.place = block.place;
  const auto begin = block.begin + block.skipped;
  const auto counts = for_each_line(block.bytes, block.is_cut, file_line_bytes_max, [&](std::string_view line) {
    const auto at = static_cast<std::size_t>(line.data() - block.bytes.data());
    const auto is_at_line = at > 0 && block.bytes[at - 1] == '\n';
    if (out.unsaved_bytes() > unsaved_bytes_max && is_at_line && !file.joiner.is_open()) {
      out.covered(stream, file.from, begin + at);
      file.from = begin + at;
    }
    take_line(out, file, container, line, begin + at);
  });
  tailer_.note_lines(counts, block.stream);
  file.read_to = block.end();
  files_.cover(out, stream, file);
}

void kubernetes_source::take_line(intake& out, open_file& file, known_container& container, std::string_view line,
                                  std::uint64_t at) {
  // What no engine wrote has no stream, and its time is that of now.
  const auto piece = pieces_.split(line).value_or(container_piece{clock_.wall_ns(), {}, line, false});
  if (!file.joiner.is_open() && !piece.is_partial) return put(out, container, piece, at, false);
  file.touched = clock_.monotonic();
  if (!files_.add(file, piece, at)) return;
  for (const auto& whole : files_.take(file)) put(out, container, whole);
}

/// Gives up waiting for the rest of a line.
void kubernetes_source::cut(intake& out, const std::string& stream, open_file& file) {
  out.enter(stream);
  const auto& container = book_.of(file.path, file.place);
  for (const auto& line : files_.take(file)) put(out, container, line);
  files_.cover(out, stream, file);
}

void kubernetes_source::cut_old(intake& out) {
  if (!files_.has_open()) return;
  const auto is_last = tailer_.is_finished();
  const auto now = clock_.monotonic();
  for (auto& [stream, file] : files_.all())
    if (file.joiner.is_open() && (is_last || files_.is_over_full() || now - file.touched >= settings_.partial_timeout))
      cut(out, stream, file);
}

void kubernetes_source::put(intake& out, const known_container& container, const joined_line& line) {
  put(out, container, {line.time_ns, line.stream, line.text, false}, line.position, line.is_cut);
}

void kubernetes_source::put(intake& out, const known_container& container, const container_piece& piece, std::uint64_t at,
                            bool is_cut) {
  const auto& output = container.output(piece.stream);
  if (output.is_excluded) return out.drop("excluded");
  const auto is_unknown = piece.stream.empty();
  auto event = event_view{container.tag, piece.time_ns, {}, is_unknown};
  record_.clear();
  auto write = msgpack_writer{record_};
  const auto mark = write.open();
  auto count = std::uint32_t{0};
  const auto text = [&](std::string_view key, std::string_view value) { write.str(key), write.str(value), ++count; };
  if (output.parser != nullptr && !is_cut && !is_unknown) count = write_parsed(write, *output.parser, piece.text, event);
  if (count == 0) text(settings_.key, piece.text);
  if (!is_unknown) text("stream", piece.stream);
  if (is_unknown) text("parse_error", "the line is neither of CRI nor of Docker's json-file");
  if (is_cut) write.str("partial"), write.boolean(true), ++count;
  write.str("kubernetes");
  write.raw(container.fields);
  write.close_map(mark, count + 1);
  out.born_at(at);
  out.event(event.with(record_.view()));
}

/// The fields of the text, but those that are ours; or none if it does not parse.
auto kubernetes_source::write_parsed(msgpack_writer& write, line_parser& parser, std::string_view text, event_view& event)
    -> std::uint32_t {
  padded_.assign(text).append(line_padding, ' ');
  fields_.clear();
  auto to = msgpack_writer{fields_};
  const auto parsed = parser.parse({padded_.data(), text.size()}, to);
  if (!parsed.ok()) return 0;
  if (parsed.has_time) event.time_ns = parsed.time_ns;
  auto count = std::uint32_t{0};
  auto read = msgpack_reader{fields_.view()};
  for (auto left = parsed.fields; left > 0; --left) {
    const auto* const begin = read.at();
    auto key = std::string_view{};
    if (!read.str(key) || !read.skip()) break;
    if (key == "stream" || key == "kubernetes" || key == "partial") continue;
    write.raw({begin, static_cast<std::size_t>(read.at() - begin)});
    ++count;
  }
  return count;
}

auto kubernetes_source::wake_at() const -> std::optional<monotonic_time> {
  auto first = tailer_.wake_at();
  const auto sooner = [&](std::optional<monotonic_time> at) {
    if (at && (!first || *at < *first)) first = at;
  };
  sooner(feed_.wake_at());
  sooner(look_again_at_);
  if (const auto touched = files_.first_touched())
    sooner(*touched + std::chrono::duration_cast<monotonic_time::duration>(settings_.partial_timeout));
  return first;
}

void kubernetes_source::observe(observation& to) const {
  to.problems = tailer_.problems();
  for (auto& problem : feed_.problems()) to.problems.push_back(std::move(problem));
  auto now = tailer_.figures(files_told_max);
  for (auto& f : now.shown) to.files.push_back({std::move(f.path), f.offset, f.size, f.read_ns, std::move(f.problem)});
  to.files_left_out = now.count - now.shown.size();
  if (now.unread_bytes > 0) to.detail += ", " + to_text(byte_count{now.unread_bytes}) + " unread";
}

void kubernetes_source::log_complaints() {
  for (auto& text : tailer_.take_complaints()) complaints_.push_back(std::move(text));
  for (auto& text : book_.take_complaints()) complaints_.push_back(std::move(text));
  auto problems = feed_.problems();
  for (const auto& problem : problems)
    if (std::find(problems_told_.begin(), problems_told_.end(), problem) == problems_told_.end()) complaints_.push_back(problem);
  problems_told_ = std::move(problems);
  for (auto i = std::size_t{0}; i < complaints_per_read && !complaints_.empty(); ++i) {
    spdlog::warn("{}: {}", component_, complaints_.front());
    complaints_.pop_front();
  }
}

const register_source<kubernetes_source> registered_kubernetes{"kubernetes", std::string{kubernetes_settings::help}};

} // namespace
} // namespace weir
