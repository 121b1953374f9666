#include "runtime/event/repeated_keys.hpp"

#include "runtime/event/msgpack.hpp"
#include "tests/support/msgpack_build.hpp"
#include "tests/support/msgpack_text.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <set>

using namespace weir;
using namespace weir::test;

namespace {

auto resolved(std::string_view record) -> std::string {
  auto keys = repeated_keys{};
  auto bytes = byte_buffer{};
  bytes.append(record);
  const auto repeated = keys.is_in(record);
  keys.resolve(bytes);
  BOOST_TEST(repeated == (bytes.view() != record));
  BOOST_TEST(!keys.is_in(bytes.view()));
  return text_of(bytes.view());
}

/// A random value whose keys are few, so that many are repeated.
void put_value(byte_buffer& out, std::mt19937& random, unsigned depth) {
  auto write = msgpack_writer{out};
  const auto kind = random() % (depth > 5 ? 3 : 6);
  if (kind == 0) return write.str(std::string(random() % 40, 'v'));
  if (kind == 1) return write.integer(static_cast<std::int32_t>(random()));
  if (kind == 2) return write.nil();
  const auto count = random() % 40 == 0 ? 20U : static_cast<unsigned>(random() % 5);
  if (kind == 3) {
    write.array(count);
    for (auto i = 0U; i < count; ++i) put_value(out, random, depth + 1);
    return;
  }
  write.map(count);
  for (auto i = 0U; i < count; ++i) {
    const auto name = std::string(random() % 3, static_cast<char>('a' + random() % 4));
    if (random() % 8 == 0)
      write.bin(name);
    else if (random() % 8 == 0)
      write.integer(static_cast<std::int32_t>(random() % 3));
    else
      write.str(name);
    put_value(out, random, depth + 1);
  }
}

/// The slow and plain way: pairs from the end, each key once.
void put_resolved(byte_buffer& out, msgpack_reader& read) {
  auto count = std::uint32_t{0};
  auto bytes = std::string_view{};
  if (read.array(count)) {
    msgpack_writer{out}.array(count);
    for (; count > 0; --count) put_resolved(out, read);
    return;
  }
  if (!read.map(count)) {
    read.value(bytes);
    return out.append(bytes);
  }
  auto pairs = std::vector<std::pair<std::string, std::string>>{};
  auto names = std::vector<std::string>{};
  for (; count > 0; --count) {
    auto text = std::string_view{};
    auto peek = msgpack_reader{read.rest()};
    read.value(bytes);
    names.push_back(peek.str_or_bin(text) ? "text " + std::string{text} : "other " + std::string{bytes});
    auto value = byte_buffer{};
    const auto key = std::string{bytes};
    put_resolved(value, read);
    pairs.emplace_back(key, std::string{value.view()});
  }
  auto kept = std::vector<std::pair<std::string, std::string>>{};
  for (std::size_t i = 0; i < pairs.size(); ++i)
    if (std::find(names.begin() + static_cast<std::ptrdiff_t>(i) + 1, names.end(), names[i]) == names.end())
      kept.push_back(pairs[i]);
  msgpack_writer{out}.map(static_cast<std::uint32_t>(kept.size()));
  for (const auto& [key, value] : kept) out.append(key), out.append(value);
}

} // namespace

BOOST_AUTO_TEST_SUITE(repeated_keys_)

BOOST_AUTO_TEST_CASE(the_last_of_a_key_stays_where_it_is) {
  BOOST_TEST(resolved(packed({{"a", 1}, {"b", 2}, {"a", 3}})) == R"({"b":2,"a":3})");
  BOOST_TEST(resolved(packed({{"a", 1}, {"a", 2}, {"a", 3}})) == R"({"a":3})");
  BOOST_TEST(resolved(packed({{"a", 1}, {"b", 2}})) == R"({"a":1,"b":2})");
  BOOST_TEST(resolved(packed({{"a", packed({{"b", 1}, {"b", 2}})}, {"c", 3}})) == R"({"a":{"b":2},"c":3})");
  BOOST_TEST(resolved(packed({{"a", packed({{"a", 1}})}, {"b", packed({{"a", 1}})}}))
             == R"({"a":{"a":1},"b":{"a":1}})");
}

// Goal: whatever the shape, what is left is what the plain way leaves. Method: random trees, both ways.
BOOST_AUTO_TEST_CASE(random_trees_end_as_by_the_plain_way) {
  auto random = std::mt19937{7};
  auto keys = repeated_keys{};
  for (auto i = 0; i < 5000; ++i) {
    auto record = byte_buffer{};
    put_value(record, random, 0);
    auto wanted = byte_buffer{};
    auto read = msgpack_reader{record.view()};
    put_resolved(wanted, read);
    const auto before = std::string{text_of(record.view())};
    const auto repeated = keys.is_in(record.view());
    keys.resolve(record);
    BOOST_TEST_REQUIRE(text_of(record.view()) == text_of(wanted.view()), before);
    BOOST_TEST_REQUIRE(repeated == (text_of(record.view()) != before));
  }
}

BOOST_AUTO_TEST_CASE(large_maps_take_no_quadratic_time_and_keep_their_header) {
  auto record = byte_buffer{};
  auto write = msgpack_writer{record};
  const auto count = 200'000U;
  write.map(count);
  for (auto i = 0U; i < count; ++i) write.str(std::to_string(i / 2)), write.integer(i);
  auto keys = repeated_keys{};
  BOOST_TEST(keys.is_in(record.view()));
  keys.resolve(record);
  BOOST_TEST(!keys.is_in(record.view()));
  auto read = msgpack_reader{record.view()};
  auto left = std::uint32_t{0};
  BOOST_TEST(read.map(left));
  BOOST_TEST(left == count / 2);
  BOOST_TEST(*find_path(record.view(), "0").data() == 1);
}

BOOST_AUTO_TEST_CASE(what_is_no_value_is_not_stepped_over) {
  auto keys = repeated_keys{};
  const auto record = std::string{packed({{"a", 1}, {"b", packed({{"c", 1}})}})};
  for (auto size = std::size_t{0}; size < record.size(); ++size)
    BOOST_TEST(keys.skip_distinct(std::string_view{record}.substr(0, size)) == 0U);
  BOOST_TEST(keys.skip_distinct(record + "more") == record.size());
  BOOST_TEST(keys.skip_distinct("\xdf\xff\xff\xff\xff") == 0U);
  BOOST_TEST(keys.skip_distinct(std::string(100'000, '\x81')) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
