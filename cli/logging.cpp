#include "cli/logging.hpp"

#include "cli/figures.hpp"
#include "runtime/base/byte_buffer.hpp"
#include "runtime/codec/json_writer.hpp"
#include "runtime/event/msgpack.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <memory>

namespace weir::cli {
namespace {

/// The message on one line, with nothing that a terminal would obey: names come from clients and from files.
class plain_message final : public spdlog::custom_flag_formatter {
public:
  void format(const spdlog::details::log_msg& msg, const std::tm&, spdlog::memory_buf_t& to) override {
    const auto text = printable({msg.payload.data(), msg.payload.size()});
    to.append(text.data(), text.data() + text.size());
  }
  auto clone() const -> std::unique_ptr<custom_flag_formatter> override {
    return std::make_unique<plain_message>();
  }
};

/// The message as a JSON string: spdlog's own patterns do not escape.
class json_message final : public spdlog::custom_flag_formatter {
public:
  void format(const spdlog::details::log_msg& msg, const std::tm&, spdlog::memory_buf_t& to) override {
    packed_.clear();
    text_.clear();
    msgpack_writer{packed_}.str({msg.payload.data(), msg.payload.size()});
    append_json(text_, packed_.view());
    to.append(text_.data(), text_.data() + text_.size());
  }
  auto clone() const -> std::unique_ptr<custom_flag_formatter> override {
    return std::make_unique<json_message>();
  }

private:
  byte_buffer packed_;
  byte_buffer text_;
};

/// Keeps log lines and the live status of one terminal apart.
class sink_above final : public spdlog::sinks::sink {
public:
  sink_above(spdlog::sink_ptr to, std::shared_ptr<terminal_block> block)
      : to_(std::move(to)), block_(std::move(block)) {}
  void log(const spdlog::details::log_msg& msg) override {
    block_->write_above([&] {
      to_->log(msg);
      to_->flush();
    });
  }
  void flush() override { to_->flush(); }
  void set_pattern(const std::string& pattern) override { to_->set_pattern(pattern); }
  void set_formatter(std::unique_ptr<spdlog::formatter> formatter) override {
    to_->set_formatter(std::move(formatter));
  }

private:
  spdlog::sink_ptr to_;
  std::shared_ptr<terminal_block> block_;
};

/// Keeps what is logged, as it is shown on a terminal.
class sink_into_ring final : public spdlog::sinks::sink {
public:
  explicit sink_into_ring(std::shared_ptr<log_ring> to) : to_(std::move(to)) {}
  void log(const spdlog::details::log_msg& msg) override {
    const auto at = std::chrono::duration_cast<std::chrono::nanoseconds>(msg.time.time_since_epoch());
    to_->add(at.count(), static_cast<int>(msg.level), printable({msg.payload.data(), msg.payload.size()}));
  }
  void flush() override {}
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

private:
  std::shared_ptr<log_ring> to_;
};

auto make_sink(bool json) -> spdlog::sink_ptr {
  if (!json) {
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    formatter->add_flag<plain_message>('*').set_pattern("%Y-%m-%d %H:%M:%S.%e %^%l%$ %*");
    auto sink = std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>();
    sink->set_formatter(std::move(formatter));
    return sink;
  }
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->add_flag<json_message>('*').set_pattern(
      R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%*})");
  auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  sink->set_formatter(std::move(formatter));
  return sink;
}

} // namespace

auto set_up_logging(const log_options& options) -> std::shared_ptr<const log_ring> {
  auto sink = make_sink(options.json);
  if (options.above && ::isatty(STDERR_FILENO) == 1)
    sink = std::make_shared<sink_above>(std::move(sink), options.above);
  auto ring = std::make_shared<log_ring>();
  const auto sinks = {sink, spdlog::sink_ptr{std::make_shared<sink_into_ring>(ring)}};
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("weir", sinks.begin(), sinks.end()));
  spdlog::set_level(spdlog::level::from_str(options.level));
  return ring;
}

} // namespace weir::cli
