/// A forward source alone: prints `listening on …`, then each event as a JSON line; acknowledges at once.
/// Arguments: key=value for listen, shared_key, username, password and count. Ends once `count` events came
/// and its standard input is closed: a client that looks at its connection after sending must find it open.
#include "actors/collectors/forward/source.hpp"
#include "runtime/codec/json_writer.hpp"

#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace weir;

class printing_intake final : public intake {
public:
  void line(std::string_view, std::int64_t, std::string_view) override {}
  void event(const event_view& e) override {
    auto line = byte_buffer{};
    writer_.begin_section(e.tag);
    auto record = e.record;
    writer_.append_line(line, e.time_ns, record);
    std::fwrite(line.data(), 1, line.size(), stdout);
    ++count;
  }
  void entries(std::string_view tag, std::string_view body, std::uint32_t) override {
    auto read = entry_reader{body};
    for (auto e = entry{}; read.next(e);) event({tag, e.time_ns, e.record});
  }
  void drop(std::string_view reason, std::uint64_t events) override {
    std::printf("dropped %llu: %.*s\n", static_cast<unsigned long long>(events),
                static_cast<int>(reason.size()), reason.data());
  }
  void covered(std::string_view stream, std::uint64_t begin, std::uint64_t end) override {
    positions.push_back({std::string{stream}, begin, end});
  }

  std::vector<position_range> positions;
  std::uint64_t count = 0;

private:
  json_writer writer_;
};

struct options {
  forward_settings settings;
  std::uint64_t count = UINT64_MAX;
};

auto parse(int argc, char** argv) -> options {
  auto out = options{};
  out.settings.listen = {"127.0.0.1:0"};
  auto security = forward_security{};
  for (int i = 1; i < argc; ++i) {
    const auto text = std::string_view{argv[i]};
    const auto key = text.substr(0, text.find('='));
    const auto value = std::string{text.substr(key.size() + 1)};
    if (key == "listen") out.settings.listen = {value};
    if (key == "count") out.count = std::stoull(value);
    if (key == "shared_key") security.shared_key.value = value;
    if (key == "username") security.users.push_back({value, {}});
    if (key == "password" && !security.users.empty()) security.users.back().password.value = value;
  }
  if (!security.shared_key.value.empty()) out.settings.security = security;
  return out;
}

auto serve(source& from, printing_intake& out, std::uint64_t count) -> int {
  constexpr auto patience_ms = 60'000;
  for (;;) {
    const auto status = from.read(out, std::size_t{1} << 20);
    if (!status) return std::fprintf(stderr, "%s\n", status.failure().what.c_str()), 1;
    std::fflush(stdout);
    from.acknowledge(std::exchange(out.positions, {}));
    const auto complete = out.count >= count && from.is_settled();
    pollfd wake[] = {{from.wake_fd(), POLLIN, 0}, {complete ? STDIN_FILENO : -1, POLLIN, 0}};
    if ((complete || *status == read_status::idle) && ::poll(wake, 2, patience_ms) == 0) return 1;
    if (complete && wake[1].revents != 0) return 0;
  }
}

} // namespace

int main(int argc, char** argv) {
  auto given = parse(argc, argv);
  auto context = plugin_context{};
  context.component = "forward";
  auto from = forward_source{std::move(given.settings), context};
  if (const auto opened = from.open({}); !opened) {
    std::fprintf(stderr, "%s\n", opened.failure().what.c_str());
    return 1;
  }
  std::printf("%s\n", from.summary().c_str());
  std::fflush(stdout);
  auto out = printing_intake{};
  return serve(from, out, given.count);
}
