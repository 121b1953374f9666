/// What is logged while it lives, by any thread.
#pragma once

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace weir::test {

class captured_log {
public:
  captured_log() : before_(spdlog::default_logger()) {
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", sink_));
  }
  ~captured_log() { spdlog::set_default_logger(before_); }
  captured_log(const captured_log&) = delete;
  auto operator=(const captured_log&) -> captured_log& = delete;
  auto text() const -> std::string { return sink_->text(); }
  auto has(std::string_view words) const -> bool { return text().find(words) != std::string::npos; }

private:
  class text_sink final : public spdlog::sinks::base_sink<std::mutex> {
  public:
    auto text() -> std::string {
      const auto lock = std::lock_guard{mutex_};
      return text_;
    }

  private:
    void sink_it_(const spdlog::details::log_msg& message) override {
      auto line = spdlog::memory_buf_t{};
      formatter_->format(message, line);
      text_.append(line.data(), line.size());
    }
    void flush_() override {}

    std::string text_;
  };

  std::shared_ptr<text_sink> sink_ = std::make_shared<text_sink>();
  std::shared_ptr<spdlog::logger> before_;
};

} // namespace weir::test
