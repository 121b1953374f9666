#include "tests/bench/bare/bare.hpp"

#include <cstdio>
#include <cstdlib>

namespace weir::bench {

namespace {

auto run_named(const std::string& name, const std::string& first, const std::string& second)
    -> result<counted> {
  if (name == "json-null") return bare_json(first, {});
  if (name == "json-file") return bare_json(first, second);
  if (name == "nginx-null") return bare_nginx(first, {});
  if (name == "nginx-file") return bare_nginx(first, second);
  if (name == "forward-null")
    return bare_forward(static_cast<std::uint16_t>(std::atoi(first.c_str())),
                        std::strtoull(second.c_str(), nullptr, 10));
  if (name == "syslog-null")
    return bare_syslog(static_cast<std::uint16_t>(std::atoi(first.c_str())), std::strtoull(second.c_str(), nullptr, 10));
  return error{errc::not_found, "no bare loop is called \"" + name + "\""};
}

} // namespace

auto run_bare(const std::vector<std::string>& arguments) -> int {
  auto given = arguments;
  given.resize(3);
  const auto done = run_named(given[0], given[1], given[2]);
  if (!done) return std::fprintf(stderr, "bare %s: %s\n", given[0].c_str(), done.failure().what.c_str()), 1;
  std::printf("events=%llu bytes=%llu\n", static_cast<unsigned long long>(done->events),
              static_cast<unsigned long long>(done->bytes));
  return 0;
}

} // namespace weir::bench
