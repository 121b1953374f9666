#include "tests/actors/operators/operator_contract.hpp"
#include "tests/support/msgpack_build.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> allocations{0};

auto counted(std::size_t size) noexcept -> void* {
  ++allocations;
  auto* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  return memory;
}

} // namespace

auto operator new(std::size_t size) -> void* { return counted(size); }
auto operator new[](std::size_t size) -> void* { return counted(size); }
auto operator new(std::size_t size, const std::nothrow_t&) noexcept -> void* { return counted(size); }
auto operator new[](std::size_t size, const std::nothrow_t&) noexcept -> void* { return counted(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(allocation)

namespace {

struct counting_output final : event_output {
  std::uint64_t events = 0;
  void put(const event_view&) override { ++events; }
  void drop(std::string_view, std::uint64_t count) override { events += count; }
};

/// Allocations of 1000 events after as many that warmed the scratch memory up.
auto allocations_of(std::string_view type, const config::value& settings) -> std::size_t {
  const auto tried = make_operator(type, settings);
  const auto record = packed({{"message", "GET /shop/cart"},
                              {"json", R"({"a":1,"b":["x"]})"},
                              {"code", 503},
                              {"k", packed({{"host", "a"}})}});
  auto out = counting_output{};
  const auto run = [&] {
    for (int i = 0; i < 1000; ++i) tried->apply({"web.access", i, record}, out);
  };
  run();
  const auto before = allocations.load();
  run();
  const auto after = allocations.load();
  BOOST_TEST(out.events == 2000U);
  BOOST_TEST(before > 0U, "making the operator is counted");
  return after - before;
}

} // namespace

BOOST_AUTO_TEST_CASE(no_operator_allocates_for_an_event) {
  BOOST_TEST(allocations_of("grep", map_of({{"keep", map_of({{"code", "^5"}, {"message", "shop"}})}})) == 0U);
  BOOST_TEST(allocations_of("retag", map_of({{"tag", "${k.host}.${tag[1]}.${code}"}})) == 0U);
  const auto rule = map_of({{"field", "message"}, {"regex", "/([a-z]+)/"}, {"tag", "shop.${1}"}});
  BOOST_TEST(allocations_of("retag", map_of({{"rules", list_of({rule})}})) == 0U);
  BOOST_TEST(
      allocations_of("record", map_of({{"remove", list_of({"k.host", "x"})},
                                       {"rename", map_of({{"code", "status"}})},
                                       {"add", map_of({{"text", "${code} ${k}"}, {"h", "${k.host}"}})}}))
      == 0U);
  BOOST_TEST(allocations_of("filter", map_of({{"keep", "code >= 500 && lower(message) =~ /^get .*cart$/ && concat(k, 1) != message"}})) == 0U);
  BOOST_TEST(allocations_of("set", map_of({{"code", "code + 1"}, {"k.text", "replace(message, /[a-z]+/, \"x\")"}, {"parts", "split(message, \"/\")"}}))
             == 0U);
  BOOST_TEST(allocations_of("parse", map_of({{"format", "json"}, {"field", "json"}})) == 0U);
  for (const auto* format : {"key_value", "user_agent"})
    BOOST_TEST(allocations_of("parse", map_of({{"format", format}, {"field", "message"}})) == 0U, format);
  BOOST_TEST(allocations_of("keep", map_of({{"fields", list_of({"mess*", "k.*"})}})) == 0U);
  BOOST_TEST(allocations_of("remove", map_of({{"fields", list_of({"code", "**.host"})}})) == 0U);
  BOOST_TEST(allocations_of("rename", map_of({{"fields", map_of({{"k.*", "kube.*"}, {"code", "status"}})}})) == 0U);
  BOOST_TEST(allocations_of("nest", map_of({{"fields", "c*"}, {"under", "x.y"}})) == 0U);
  BOOST_TEST(allocations_of("flatten", map_of({})) == 0U);
  BOOST_TEST(allocations_of("convert", map_of({{"types", map_of({{"code", "string"}, {"k.*", "int"}})}})) == 0U);
  BOOST_TEST(allocations_of("json", map_of({{"field", "k"}, {"to", "text"}})) == 0U);
  BOOST_TEST(allocations_of("sample", map_of({{"rate", "2"}})) == 0U);
  BOOST_TEST(allocations_of("dedupe", map_of({{"fields", "code"}})) == 0U);
  BOOST_TEST(allocations_of("throttle", map_of({{"events", "5"}, {"by", "code"}})) == 0U);
  BOOST_TEST(allocations_of("redact", map_of({{"what", list_of({"mail", "card", "ip", "token"})}})) == 0U);
  BOOST_TEST(allocations_of("parse", map_of({{"format", "logfmt"}, {"field", "message"}})) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
