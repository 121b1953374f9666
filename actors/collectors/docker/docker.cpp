#include "actors/collectors/docker/container_book.hpp"
#include "actors/collectors/source.hpp"
#include "runtime/measure/observation.hpp"
#include "runtime/parser/parser_settings.hpp"
#include "runtime/tail/tailer.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

namespace weir {
namespace {

/// While the engine is being asked about the container whose lines are next.
constexpr auto engine_look = std::chrono::milliseconds{5};

auto log_options(const docker_settings& s, const plugin_context& context) -> tail_options {
  return {.paths = {s.path + "/*/*-json.log"},
          .exclude = {},
          .from_end = s.start == docker_start::end,
          .once = context.once,
          .line_bytes_max = s.max_line.value,
          .descriptors = context.descriptors,
          .tag = "{path}"};
}

auto make_line_parser() -> std::unique_ptr<line_parser> {
  auto settings = parser_settings{};
  settings.format = line_format::docker;
  auto made = make_parser(settings);
  WEIR_ASSERT(made);
  return std::move(*made);
}

class docker_source final : public source {
public:
  using settings = docker_settings;
  static constexpr bool resumes = true;
  static constexpr bool gives_events = true;

  static auto descriptors(const settings&) -> descriptor_need { return {3, true}; }
  static auto tags(const settings& s) -> std::vector<tag_shape> {
    constexpr auto names = std::array{std::string_view{"{id}"}, std::string_view{"{image}"}, std::string_view{"{name}"}};
    return {shape_of_template(s.tag, names)};
  }
  static auto claims(const settings& s, const plugin_context&) -> plugin_claims {
    return {.reads = {{s.path + "/*/*-json.log"}, {}, "path"}};
  }

  docker_source(const settings& s, const plugin_context& context)
      : component_(context.component),
        clock_(*context.clock),
        line_bytes_max_(s.max_line.value),
        tailer_(log_options(s, context), *context.clock),
        containers_(s, *context.clock),
        parser_(make_line_parser()) {}

  auto open(const resume_info& resume) -> result<void> override { return tailer_.open(resume.covered, resume.elsewhere); }

  auto read(intake& out, std::size_t budget) -> result<read_status> override {
    if (!waiting_) tailer_.look();
    auto done = std::size_t{0};
    while (done < budget) {
      if (!waiting_) waiting_ = tailer_.next(std::max<std::size_t>(budget - done, 4096));
      if (!waiting_) break;
      if (!deliver(out, *waiting_)) {
        look_at_ = clock_.monotonic() + engine_look;
        return read_status::idle;
      }
      done += waiting_->bytes.size();
      waiting_.reset();
    }
    log_complaints();
    if (done >= budget || tailer_.has_more()) return read_status::more;
    return tailer_.is_finished() ? read_status::finished : read_status::idle;
  }

  auto standing() const -> std::vector<position_range> override { return tailer_.standing(); }
  void acknowledge(std::span<const position_range> safe) override { tailer_.acknowledge(safe); }
  auto wake_fd() const -> int override { return tailer_.wake_fd(); }
  auto wake_at() const -> std::optional<monotonic_time> override {
    return waiting_ ? std::optional{look_at_} : tailer_.wake_at();
  }
  auto summary() const -> std::string override {
    return std::to_string(containers_.size()) + " containers, " + tailer_.summary();
  }
  void observe(observation& to) const override {
    to.problems = tailer_.problems();
    if (const auto unknown = containers_.unknown(); unknown > 0)
      to.problems.push_back("nothing is known of " + std::to_string(unknown) + " containers but their id");
    if (unparsed_ > 0) to.noted["no line of json-file"] += unparsed_;
  }

private:
  /// False: nobody knows yet whose lines they are.
  auto deliver(intake& out, const line_block& block) -> bool {
    const auto* const from = block.bytes.empty() ? nullptr : containers_.find(container_id_of(block.tag));
    if (from == nullptr && !block.bytes.empty()) return false;
    out.enter(block.stream);
    if (block.is_for_all) return out.tell_all(block.stream, block.begin, block.end()), true;
    const auto text_begin = block.begin + block.skipped;
    auto saved = block.begin;
    const auto counts = for_each_line(block.bytes, block.is_cut, line_bytes_max_, [&](std::string_view line) {
      if (!from->is_wanted) return;
      const auto at = static_cast<std::size_t>(line.data() - block.bytes.data());
      if (out.unsaved_bytes() > unsaved_bytes_max && at > 0 && block.bytes[at - 1] == '\n') {
        out.covered(block.stream, saved, text_begin + at);
        saved = text_begin + at;
      }
      out.born_at(text_begin + at);
      put_line(out, *from, line);
    });
    tailer_.note_lines(counts, block.stream);
    out.covered(block.stream, saved, block.end());
    return true;
  }

  void put_line(intake& out, const container& from, std::string_view line) {
    record_.clear();
    auto write = msgpack_writer{record_};
    const auto mark = write.open();
    const auto parsed = parser_->parse(line, write);
    auto fields = parsed.fields;
    if (!parsed.ok()) {
      ++unparsed_;
      record_.truncate(mark + 1);
      write.str("log");
      write.str(line);
      write.str("parse_error");
      write.str(parsed.problem);
      fields = 2;
    }
    write.raw(from.fields);
    write.close_map(mark, fields + from.field_count);
    const auto time_ns = parsed.has_time ? parsed.time_ns : clock_.wall_ns();
    out.event({from.tag, time_ns, record_.view(), !parsed.has_time});
  }

  void log_complaints() {
    for (const auto& text : tailer_.take_complaints()) spdlog::warn("{}: {}", component_, text);
    for (const auto& text : containers_.take_complaints()) spdlog::warn("{}: {}", component_, text);
  }

  std::string component_;
  const class clock& clock_;
  std::size_t line_bytes_max_;
  tailer tailer_;
  container_book containers_;
  std::unique_ptr<line_parser> parser_;
  std::optional<line_block> waiting_; ///< for what the engine says of its container
  monotonic_time look_at_{};          ///< whether it has said it
  byte_buffer record_;
  std::uint64_t unparsed_ = 0;
};

const register_source<docker_source> registered_docker{
    "docker", "Reads the logs of Docker's containers, with their names, images and labels."};

} // namespace
} // namespace weir
