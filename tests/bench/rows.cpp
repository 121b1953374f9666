#include "tests/bench/rows.hpp"

#include "tests/bench/sockets.hpp"

#include <filesystem>

namespace weir::bench {

namespace {

auto expect_lines(const workspace& at, measurement measured) -> result<measurement> {
  const auto lines = count_lines(at.output());
  std::filesystem::remove(at.output());
  if (lines == at.events) return measured;
  return error{errc::failed,
               "the output holds " + std::to_string(lines) + " lines, not " + std::to_string(at.events)};
}

auto bare_over_file(const workspace& at, std::string name, std::string input, std::uint64_t bytes)
    -> result<measurement> {
  const auto writes = name.ends_with("-file");
  WEIR_TRY(const auto used,
           weigh({at.self, "--bare", std::move(name), std::move(input), at.output()}, at.log()));
  const auto measured = measurement{used, at.events, bytes};
  return writes ? expect_lines(at, measured) : result<measurement>{measured};
}

auto run_bare_json_null(const workspace& at) {
  return bare_over_file(at, "json-null", at.json(), at.json_bytes);
}
auto run_bare_json_file(const workspace& at) {
  return bare_over_file(at, "json-file", at.json(), at.json_bytes);
}
auto run_bare_nginx_null(const workspace& at) {
  return bare_over_file(at, "nginx-null", at.nginx(), at.nginx_bytes);
}
auto run_bare_nginx_file(const workspace& at) {
  return bare_over_file(at, "nginx-file", at.nginx(), at.nginx_bytes);
}

/// The load comes from a process of its own, which is not weighed.
auto send_load(const workspace& at, std::uint16_t port, int connections) -> result<void> {
  WEIR_CHECK(weigh({at.self, "--forward-client", std::to_string(port), std::to_string(connections),
                    std::to_string(at.events)},
                   at.log("client")));
  return {};
}

template <int Connections> auto run_bare_forward(const workspace& at) -> result<measurement> {
  const auto port = free_port();
  WEIR_TRY(auto server, process::start({at.self, "--bare", "forward-null", std::to_string(port),
                                        std::to_string(at.events)},
                                       at.log()));
  WEIR_CHECK(send_load(at, port, Connections));
  WEIR_TRY(const auto used, server.wait());
  return measurement{used, at.events, at.json_bytes};
}

} // namespace

auto all_rows() -> const std::vector<row>& {
  static const auto rows = std::vector<row>{
      {"bare json-null", "", 0, run_bare_json_null},
      {"bare json-file", "", 0, run_bare_json_file},
      {"bare nginx-null", "", 0, run_bare_nginx_null},
      {"bare nginx-file", "", 0, run_bare_nginx_file},
      {"bare forward-null 1", "", 0, run_bare_forward<1>},
      {"bare forward-null 8", "", 0, run_bare_forward<8>},
      {"bare forward-null 64", "", 0, run_bare_forward<64>},
  };
  return rows;
}

} // namespace weir::bench
