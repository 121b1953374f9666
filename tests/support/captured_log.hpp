/// What is logged while it lives, by any thread.
#pragma once

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <sstream>
#include <string>
#include <string_view>

namespace weir::test {

class captured_log {
public:
  captured_log() : before_(spdlog::default_logger()) {
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text_);
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", std::move(sink)));
  }
  ~captured_log() { spdlog::set_default_logger(before_); }
  auto text() const -> std::string { return text_.str(); }
  auto has(std::string_view words) const -> bool { return text().find(words) != std::string::npos; }

private:
  std::ostringstream text_;
  std::shared_ptr<spdlog::logger> before_;
};

} // namespace weir::test
