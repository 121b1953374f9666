#include "runtime/cluster/seed.hpp"

#include "runtime/base/utf8.hpp"
#include "runtime/cluster/srv_lookup.hpp"
#include "runtime/net/socket_address.hpp"
#include "runtime/os/file_system.hpp"
#include "runtime/os/random.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <random>
#include <set>
#include <utility>

namespace weir {
namespace {

constexpr auto dns_a_scheme = std::string_view{"dns+a"};
constexpr auto dns_srv_scheme = std::string_view{"dns+srv"};
constexpr auto file_scheme = std::string_view{"file"};
constexpr auto scheme_end = std::string_view{"://"};

constexpr auto seed_file_bytes_max = std::size_t{64} << 10;
constexpr auto seed_lines_max = std::size_t{1024};
constexpr auto seed_line_bytes_max = std::size_t{1024};

auto wrong_seed(std::string_view wanted, std::string_view found) -> error {
  return {errc::malformed, std::string{wanted} + ", not \"" + std::string{found} + '"'};
}

auto no_known_form(std::string_view text) -> error {
  return wrong_seed("wants host:port, dns+a://name:port, dns+srv://name or file:///path", text);
}

auto parse_one_node(seed::kind kind, std::string_view text) -> result<seed> {
  WEIR_TRY(auto at, parse_host_port(text));
  if (is_wildcard(at.host)) return wrong_seed("wants host:port of one node", text);
  return seed{kind, std::move(at.host), at.port};
}

auto parse_dns_a(std::string_view text) -> result<seed> {
  auto parsed = parse_one_node(seed::kind::dns_a, text);
  if (!parsed) return error{errc::malformed, "dns+a:// " + parsed.failure().what};
  return parsed;
}

auto parse_dns_srv(std::string_view text) -> result<seed> {
  if (text.find(':') != std::string_view::npos)
    return wrong_seed("dns+srv:// wants a name without a port, which its record has", text);
  if (!is_dns_name(text)) return wrong_seed("dns+srv:// wants a name such as _weir._tcp.example.com", text);
  return seed{seed::kind::dns_srv, std::string{text}, 0};
}

auto parse_seed_path(std::string_view text) -> result<seed> {
  if (!text.starts_with('/') || text.find('\0') != std::string_view::npos)
    return wrong_seed("file:// wants an absolute path", text);
  return seed{seed::kind::file, std::string{text}, 0};
}

auto nothing_found(std::string_view where, std::string_view why) -> error {
  return {errc::unavailable, std::string{where} + ": " + std::string{why}};
}

auto without_repeats(std::vector<host_port> all) -> std::vector<host_port> {
  auto known = std::set<std::pair<std::string, std::uint16_t>>{};
  const auto is_repeat = [&](const host_port& at) { return !known.emplace(at.host, at.port).second; };
  auto kept = std::vector<host_port>{};
  std::copy_if(all.begin(), all.end(), std::back_inserter(kept), [&](const auto& at) { return !is_repeat(at); });
  return kept;
}

auto resolve_dns_a(const seed& s) -> result<std::vector<host_port>> {
  const auto found = net::look_up(s.name, std::to_string(s.port), false);
  if (!found) return nothing_found(to_text(s), found.failure().what);
  auto all = std::vector<host_port>{};
  for (const auto* one = found->get(); one != nullptr; one = one->ai_next) {
    auto address = sockaddr_storage{};
    std::memcpy(&address, one->ai_addr, one->ai_addrlen);
    if (auto at = net::to_host_port(address, one->ai_addrlen)) all.push_back(std::move(*at));
  }
  if (all.empty()) return nothing_found(to_text(s), "the name has no address");
  all = without_repeats(std::move(all));
  // The system sorts them for one who connects to the first only (RFC 6724).
  std::shuffle(all.begin(), all.end(), std::mt19937_64{random_id()});
  return all;
}

auto resolve_dns_srv(const seed& s) -> result<std::vector<host_port>> {
  auto found = look_up_srv(s.name);
  if (!found) return nothing_found(to_text(s), found.failure().what);
  auto random = std::mt19937_64{random_id()};
  return without_repeats(in_order(std::move(*found), random));
}

auto read_seed_file(const std::string& path) -> result<std::string> {
  auto ignored = std::error_code{};
  // A pipe would be waited for.
  if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored))
    return nothing_found(path, "wants a text file");
  const auto opened = real_file_system().open(path, open_mode::read);
  if (!opened) return error{errc::unavailable, opened.failure().what};
  auto text = std::string(seed_file_bytes_max + 1, '\0');
  const auto size = (*opened)->read_at(0, text.data(), text.size());
  if (!size) return error{errc::unavailable, size.failure().what};
  if (*size > seed_file_bytes_max) return nothing_found(path, "it has more than 64 KiB, the most that is read");
  text.resize(*size);
  return text;
}

/// Without its comment and the space around it.
auto seed_in_line(std::string_view line) -> std::string_view {
  constexpr auto space = std::string_view{" \t\r"};
  line = line.substr(0, line.find('#'));
  line.remove_prefix(std::min(line.find_first_not_of(space), line.size()));
  return line.substr(0, line.find_last_not_of(space) + 1);
}

auto parse_seed_line(std::string_view line) -> result<seed> {
  if (line.size() > seed_line_bytes_max)
    return error{errc::malformed, "wants a seed of at most 1024 bytes, not of " + std::to_string(line.size())};
  auto parsed = parse_seed(line);
  if (parsed && parsed->is == seed::kind::file) return wrong_seed("wants a seed that is no file itself", line);
  return parsed;
}

struct placed_seed {
  std::string where; ///< path:line
  seed what;
};

auto parse_seed_file(const std::string& path, std::string_view text) -> result<std::vector<placed_seed>> {
  auto seeds = std::vector<placed_seed>{};
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  for (auto number = std::size_t{1}; !text.empty(); ++number) {
    auto where = path + ':' + std::to_string(number);
    if (number > seed_lines_max) return nothing_found(where, "wants at most 1024 lines");
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = seed_in_line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    auto parsed = parse_seed_line(line);
    if (!parsed) return nothing_found(where, parsed.failure().what);
    seeds.push_back({std::move(where), std::move(*parsed)});
  }
  return seeds;
}

/// A name that is not found spoils nothing while another seed is.
auto resolve_file(const std::string& path) -> result<std::vector<host_port>> {
  WEIR_TRY(const auto text, read_seed_file(path));
  WEIR_TRY(const auto seeds, parse_seed_file(path, text));
  auto problem = nothing_found(path, "wants a seed a line, and has none");
  auto lines = std::vector<std::vector<host_port>>{};
  for (const auto& one : seeds) {
    auto found = resolve(one.what);
    if (found) lines.push_back(std::move(*found));
    else problem = nothing_found(one.where, found.failure().what);
  }
  if (lines.empty()) return problem;
  // Lines change places, what one line gives does not: it has an order of its own.
  std::shuffle(lines.begin(), lines.end(), std::mt19937_64{random_id()});
  auto all = std::vector<host_port>{};
  for (const auto& line : lines) all.insert(all.end(), line.begin(), line.end());
  return without_repeats(std::move(all));
}

} // namespace

auto parse_seed(std::string_view text) -> result<seed> {
  const auto end = text.find(scheme_end);
  if (end == std::string_view::npos) {
    // No host has these: a scheme is meant.
    if (text.find_first_of("/+") != std::string_view::npos) return no_known_form(text);
    return parse_one_node(seed::kind::address, text);
  }
  const auto scheme = text.substr(0, end);
  const auto rest = text.substr(end + scheme_end.size());
  if (scheme == dns_a_scheme) return parse_dns_a(rest);
  if (scheme == dns_srv_scheme) return parse_dns_srv(rest);
  if (scheme == file_scheme) return parse_seed_path(rest);
  return no_known_form(text);
}

auto to_text(const seed& s) -> std::string {
  const auto with = [](std::string_view scheme, const std::string& rest) {
    return std::string{scheme}.append(scheme_end).append(rest);
  };
  switch (s.is) {
  case seed::kind::address: break;
  case seed::kind::dns_a: return with(dns_a_scheme, to_text(host_port{s.name, s.port}));
  case seed::kind::dns_srv: return with(dns_srv_scheme, s.name);
  case seed::kind::file: return with(file_scheme, s.name);
  }
  return to_text(host_port{s.name, s.port});
}

auto resolve(const seed& s) -> result<std::vector<host_port>> {
  switch (s.is) {
  case seed::kind::address: break;
  case seed::kind::dns_a: return resolve_dns_a(s);
  case seed::kind::dns_srv: return resolve_dns_srv(s);
  case seed::kind::file: return resolve_file(s.name);
  }
  return std::vector{host_port{s.name, s.port}};
}

} // namespace weir
