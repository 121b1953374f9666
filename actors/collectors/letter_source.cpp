#include "actors/collectors/letter_source.hpp"

#include "runtime/base/assert.hpp"
#include "runtime/parser/parser_settings.hpp"
#include "runtime/tail/tailer.hpp"

#include <spdlog/spdlog.h>

namespace weir {
namespace {

/// A letter holds the line or record twice, as text and in Base64.
constexpr auto letter_bytes_max = std::size_t{64} << 20;

/// Names are no patterns.
auto escaped(const std::string& path) -> std::string {
  auto text = std::string{};
  for (const auto c : path) {
    if (std::string_view{"*?[]{}\\"}.find(c) != std::string_view::npos) text += '\\';
    text += c;
  }
  return text;
}

auto options_of(const std::shared_ptr<dead_letter_file>& letters, const plugin_context& context)
    -> tail_options {
  auto options = tail_options{};
  options.paths = {escaped(letters->path())};
  options.once = context.once;
  options.expects_files = false;
  options.line_bytes_max = letter_bytes_max;
  options.descriptors = context.descriptors;
  options.safe_bytes = [letters](std::uint64_t inode) { return letters->safe_bytes(inode); };
  return options;
}

auto make_letter_parser() -> std::unique_ptr<line_parser> {
  auto settings = parser_settings{};
  settings.format = line_format::json;
  settings.time_key = "at";
  settings.time_format = "iso8601";
  settings.keep_time_key = true;
  auto made = make_parser(settings);
  WEIR_ASSERT(made); // of constants
  return std::move(*made);
}

class letter_source final : public source {
public:
  letter_source(std::shared_ptr<dead_letter_file> letters, const plugin_context& context)
      : component_(context.component),
        clock_(*context.clock),
        letters_(std::move(letters)),
        parser_(make_letter_parser()),
        tailer_(options_of(letters_, context), *context.clock) {}

  auto open(const resume_info& resume) -> result<void> override {
    (void)is_prepared(); // the directory is there to be watched
    return tailer_.open(resume.covered, resume.elsewhere);
  }

  auto read(intake& out, std::size_t budget) -> result<read_status> override {
    if (!is_prepared()) return read_status::idle;
    tailer_.look();
    auto done = std::size_t{0};
    while (done < budget) {
      const auto block = tailer_.next(std::max<std::size_t>(budget - done, 4096));
      if (!block) break;
      (void)for_each_line(block->bytes, block->is_cut, letter_bytes_max,
                          [&](std::string_view line) {
                            const auto at = static_cast<std::size_t>(line.data() - block->bytes.data());
                            out.born_at(block->begin + block->skipped + at);
                            put(line, out);
                          });
      out.covered(block->stream, block->begin, block->end());
      done += block->bytes.size();
    }
    for (const auto& text : tailer_.take_complaints()) spdlog::warn("{}: {}", component_, text);
    if (done >= budget || tailer_.has_more()) return read_status::more;
    return tailer_.is_finished() ? read_status::finished : read_status::idle;
  }

  void acknowledge(std::span<const position_range> safe) override { tailer_.acknowledge(safe); }
  auto wake_fd() const -> int override { return tailer_.wake_fd(); }
  auto wake_at() const -> std::optional<monotonic_time> override {
    const auto again = is_prepared_ ? std::nullopt : std::optional{tried_at_ + std::chrono::seconds{1}};
    return again ? again : tailer_.wake_at();
  }
  auto summary() const -> std::string override { return "reads " + letters_->path(); }

private:
  /// Before that nobody knows what is whole in the file.
  auto is_prepared() -> bool {
    if (is_prepared_) return true;
    tried_at_ = clock_.monotonic();
    const auto done = letters_->prepare();
    is_prepared_ = bool{done};
    if (!is_prepared_ && std::exchange(problem_, done.failure().what) != done.failure().what)
      spdlog::warn("{}: {}", component_, problem_);
    return is_prepared_;
  }

  /// What somebody else wrote into the file goes on as a line.
  void put(std::string_view line, intake& out) {
    record_.clear();
    auto write = msgpack_writer{record_};
    const auto mark = write.open();
    const auto parsed = parser_->parse(line, write);
    if (!parsed.ok()) return out.line(component_, clock_.wall_ns(), line);
    write.close_map(mark, parsed.fields);
    auto tag = std::string_view{};
    if (!msgpack_reader{find_field(record_.view(), "tag")}.str(tag) || tag.empty()) tag = component_;
    out.event({tag, parsed.has_time ? parsed.time_ns : clock_.wall_ns(), record_.view(), !parsed.has_time});
  }

  std::string component_;
  const class clock& clock_;
  std::shared_ptr<dead_letter_file> letters_;
  std::unique_ptr<line_parser> parser_;
  tailer tailer_;
  byte_buffer record_;
  std::string problem_;
  monotonic_time tried_at_{};
  bool is_prepared_ = false;
};

} // namespace

auto make_letter_source(std::shared_ptr<dead_letter_file> letters) -> source_plugin::factory {
  return [letters = std::move(letters)](const plugin_context& context) {
    return std::make_unique<letter_source>(letters, context);
  };
}

} // namespace weir
