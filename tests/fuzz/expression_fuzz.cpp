/// Expressions and records of anybody: what compiles runs on whatever bytes, and finds the fields that paths find.
#include "runtime/base/assert.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/event/record_path.hpp"
#include "runtime/expression/expression.hpp"
#include "runtime/expression/field_finder.hpp"

#include <cstdint>

using namespace weir;

namespace {

void check_value(expression& tried, const event_view& event) {
  auto out = byte_buffer{};
  const auto is_there = tried.append_value(event, out);
  auto read = msgpack_reader{out.view()};
  WEIR_ASSERT(is_there ? read.skip() && read.at_end() : out.empty());
  auto again = byte_buffer{};
  tried.append_value(event, again);
  WEIR_ASSERT(again.size() == out.size());
}

void check_finder(std::string_view record) {
  auto finder = expr::field_finder{};
  constexpr std::string_view paths[] = {"a", "a.b", "a.b.c", "path", "user.id", "x"};
  for (const auto p : paths) finder.add(p);
  finder.begin(record);
  for (std::uint32_t i = 0; i < std::size(paths); ++i) WEIR_ASSERT(finder.bytes(i) == find_path(record, paths[i]));
}

} // namespace

/// The text of the expression, a NUL, a record.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auto stopped = manual_clock{};
  const auto bytes = std::string_view{reinterpret_cast<const char*>(data), size};
  const auto text = bytes.substr(0, bytes.find('\0'));
  const auto record = bytes.substr(std::min(text.size() + 1, bytes.size()));
  check_finder(record);
  auto problems = expression_problems{};
  auto made = expression::compile(text, {"node", &stopped}, problems);
  WEIR_ASSERT(made.has_value() == problems.empty());
  for (const auto& p : problems) WEIR_ASSERT(p.at <= text.size() && !p.what.empty());
  if (!made) return 0;
  const auto event = event_view{"web.access", 1'700'000'000'000'000'000, record};
  made->holds(event);
  check_value(*made, event);
  return 0;
}
