#include "cli/top/asking.hpp"

#include "cli/control_socket.hpp"
#include "cli/json_document.hpp"

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto figures_patience = 5s;
constexpr auto log_lines_first = 500;

auto log_question(std::uint64_t since) -> std::string {
  return since == 0 ? "logs?limit=" + std::to_string(log_lines_first) : "logs?since=" + std::to_string(since);
}

class socket_source final : public figures_source {
public:
  socket_source(std::string name, std::string path) : name_(std::move(name)), path_(std::move(path)) {}

  auto ask(const std::string& document) -> result<std::string> override { return cli::ask(path_, document, figures_patience); }
  auto ask_log(std::uint64_t since) -> result<std::string> override { return tell(log_question(since)); }
  auto ask_tap(const question& what) -> result<std::string> override { return tell(to_text(what)); }
  auto name() const -> std::string override { return "node " + name_; }

private:
  auto tell(const std::string& what) const -> result<std::string> {
    WEIR_TRY(auto answer, cli::ask(path_, "tell " + what, figures_patience));
    if (take_line(answer) == "done") return answer;
    return error{errc::rejected, take_line(answer)};
  }

  const std::string name_;
  const std::string path_;
};

class console_source final : public figures_source {
public:
  explicit console_source(http_client by) : by_(std::move(by)) {}

  auto ask(const std::string& document) -> result<std::string> override {
    WEIR_TRY(auto came, by_.get("/api/v1/" + document, figures_patience));
    if (came.status == 200) return std::move(came.body);
    const auto told = json_document::read(came.body);
    const auto why = told ? told->root()["error"].text() : std::string{};
    const auto needs_token = came.status == 401 || came.status == 403;
    return error{needs_token ? errc::rejected : errc::unavailable,
                 (why.empty() ? "it answers with status " + std::to_string(came.status) : why)
                     + (came.status == 401 ? " (--token, WEIR_TOKEN, or #token= behind the address)" : "")};
  }
  auto ask_log(std::uint64_t since) -> result<std::string> override { return ask(log_question(since)); }
  auto ask_tap(const question& what) -> result<std::string> override { return ask(to_text(what)); }
  auto name() const -> std::string override { return by_.where(); }

private:
  const http_client by_;
};

} // namespace

auto make_socket_source(std::string name, std::string path) -> std::unique_ptr<figures_source> {
  return std::make_unique<socket_source>(std::move(name), std::move(path));
}

auto make_console_source(http_client by) -> std::unique_ptr<figures_source> { return std::make_unique<console_source>(std::move(by)); }

} // namespace weir::cli
