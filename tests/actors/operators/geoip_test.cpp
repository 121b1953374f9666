#include "tests/actors/operators/operator_contract.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/directory.hpp"
#include "tests/support/msgpack_build.hpp"

#include <fstream>

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(geoip)

namespace {

/// Values as a MaxMind database has them: a control byte of type and size, and what is behind it.
/// https://maxmind.github.io/MaxMind-DB/
namespace mmdb {

auto head(int type, std::size_t size) -> std::string {
  auto out = std::string{};
  const auto low = size < 29 ? size : std::size_t{29};
  out += static_cast<char>((type <= 7 ? type << 5 : 0) | static_cast<int>(low));
  if (type > 7) out += static_cast<char>(type - 7);
  if (size >= 29) out += static_cast<char>(size - 29);
  return out;
}
auto text(const std::string& bytes) -> std::string { return head(2, bytes.size()) + bytes; }
/// Of 2, 4 or 8 bytes.
auto number(std::uint64_t value, std::size_t bytes) -> std::string {
  auto out = head(bytes == 2 ? 5 : bytes == 4 ? 6 : 9, bytes);
  for (auto at = bytes; at-- > 0;) out += static_cast<char>(value >> (8 * at));
  return out;
}
auto real(double value) -> std::string {
  auto bits = __builtin_bswap64(std::bit_cast<std::uint64_t>(value));
  return head(3, 8) + std::string{reinterpret_cast<const char*>(&bits), 8};
}
auto map(std::initializer_list<std::pair<std::string, std::string>> pairs) -> std::string {
  auto out = head(7, pairs.size());
  for (const auto& [key, value] : pairs) out += text(key) + value;
  return out;
}
auto list(std::initializer_list<std::string> items) -> std::string {
  auto out = head(11, items.size());
  for (const auto& item : items) out += item;
  return out;
}

/// A tree for IPv4 in which the addresses with a first bit of 0 have `data`, and the others nothing.
auto database(const std::string& data) -> std::string {
  constexpr auto nodes = 1U;
  const auto record = [](std::uint32_t value) {
    return std::string{static_cast<char>(value >> 16), static_cast<char>(value >> 8), static_cast<char>(value)};
  };
  const auto meta = map({{"node_count", number(nodes, 4)},
                         {"record_size", number(24, 2)},
                         {"ip_version", number(4, 2)},
                         {"database_type", text("Test")},
                         {"languages", list({text("en")})},
                         {"binary_format_major_version", number(2, 2)},
                         {"binary_format_minor_version", number(0, 2)},
                         {"build_epoch", number(1, 8)},
                         {"description", map({})}});
  return record(nodes + 16) + record(nodes) + std::string(16, '\0') + data + "\xab\xcd\xefMaxMind.com" + meta;
}

} // namespace mmdb

auto city(const std::string& name) -> std::string {
  using namespace mmdb;
  return database(map({{"city", map({{"names", map({{"en", text(name)}})}})},
                       {"country", map({{"iso_code", text("DE")}})},
                       {"location", map({{"latitude", real(48.5)}})},
                       {"subdivisions", list({map({{"names", map({{"en", text("Bavaria")}})}})})},
                       {"autonomous_system_number", number(64512, 4)}}));
}

void write_file(const std::string& path, const std::string& content) { std::ofstream{path, std::ios::binary | std::ios::trunc} << content; }

} // namespace

BOOST_AUTO_TEST_CASE(what_the_database_has_about_an_address_goes_into_a_map) {
  const auto folder = temporary_directory{};
  write_file(folder / "city.mmdb", city("Munich"));
  const auto tried = make_operator("geoip", map_of({{"database", folder / "city.mmdb"}, {"field", "client.ip"}}));
  BOOST_TEST(outcome(*tried, packed({{"client", packed({{"ip", "10.1.2.3"}})}}), "t")
             == R"(t {"client":{"ip":"10.1.2.3"},"geo":{"as_number":64512,"city":"Munich","country_code":"DE","latitude":48.5,"region":"Bavaria"}})");
  for (const auto* address : {"200.1.2.3", "no address", "::1", ""})
    BOOST_TEST(outcome(*tried, packed({{"client", packed({{"ip", address}})}}), "t").find("geo") == std::string::npos, address);
  check_operator_contract(*tried);
}

BOOST_AUTO_TEST_CASE(fields_and_their_place_are_chosen) {
  const auto folder = temporary_directory{};
  write_file(folder / "city.mmdb", city("Munich"));
  const auto tried = make_operator("geoip", map_of({{"database", folder / "city.mmdb"}, {"field", "ip"}, {"to", "a.b"},
                                                    {"fields", map_of({{"town", "city.names.en"}, {"none", "city"}})}}));
  BOOST_TEST(outcome(*tried, packed({{"ip", "10.1.2.3"}}), "t") == R"(t {"ip":"10.1.2.3","a":{"b":{"town":"Munich"}}})");
}

BOOST_AUTO_TEST_CASE(a_database_that_changes_is_read_again_and_a_broken_one_is_not) {
  const auto folder = temporary_directory{};
  const auto path = folder / "city.mmdb";
  write_file(path, city("Munich"));
  auto log = captured_log{};
  auto now = manual_clock{};
  auto problems = config::diagnostics{};
  const auto factory = plugin_registry<event_operator>::find("geoip")->configure(
      map_of({{"database", path}, {"field", "ip"}, {"fields", map_of({{"c", "city.names.en"}})}}), "geoip", problems, {});
  const auto tried = factory({.component = "c", .node = "n", .clock = &now});
  const auto found = [&](const std::string& content) {
    write_file(path, content);
    now.advance(std::chrono::seconds{2});
    return outcome(*tried, packed({{"ip", "1.2.3.4"}}), "t");
  };
  BOOST_TEST(found(city("Augsburg")) == R"(t {"ip":"1.2.3.4","geo":{"c":"Augsburg"}})");
  BOOST_TEST(found("nonsense") == R"(t {"ip":"1.2.3.4","geo":{"c":"Augsburg"}})");
  BOOST_TEST(log.text().find("stays") != std::string::npos);
}

// Goal: a damaged database gives wrong answers or none, and nothing worse. Method: each byte changed in turn.
BOOST_AUTO_TEST_CASE(a_damaged_database_is_harmless) {
  const auto folder = temporary_directory{};
  const auto whole = city("Munich");
  auto log = captured_log{};
  for (std::size_t at = 0; at < whole.size(); at += 3) {
    auto damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x5a);
    write_file(folder / "x.mmdb", damaged);
    const auto tried = make_operator("geoip", map_of({{"database", folder / "x.mmdb"}, {"field", "ip"}}));
    BOOST_TEST(!outcome(*tried, packed({{"ip", "1.2.3.4"}}), "t").empty());
  }
}

BOOST_AUTO_TEST_CASE(check_finds_what_is_wrong) {
  BOOST_TEST(findings("geoip", map_of({{"database", "/nowhere/x.mmdb"}, {"field", "ip"}}))
             == "geoip: \"database\": there is no /nowhere/x.mmdb here");
  BOOST_TEST(findings("geoip", map_of({{"database", "/"}, {"field", "ip"}, {"fields", map_of({{"a", "b..c"}})}, {"to", ".x"}}))
             == "geoip: \"to\" \".x\": a path wants names between its dots, none of them empty\n"
                "geoip: \"fields\": \"a\": a path wants names between its dots, none of them empty");
}

BOOST_AUTO_TEST_SUITE_END()
