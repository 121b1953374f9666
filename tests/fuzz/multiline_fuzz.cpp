/// Lines through an assembler: the first byte picks rules and limits, NUL bytes are timeouts. Every line comes out, once and
/// in order, and nothing is held after the end.
#include "runtime/base/assert.hpp"
#include "runtime/multiline/line_assembler.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

using namespace weir;

namespace {

class ordered_lines final : public group_output {
public:
  std::uint64_t next = 0;
  std::size_t bytes = 0;

  void put_line(const group_line& line) override { note(line); }
  void put_group(const std::vector<group_line>& lines, group_ending, bool) override {
    for (const auto& line : lines) note(line);
  }

private:
  void note(const group_line& line) {
    WEIR_ASSERT(line.first == next && line.last == next);
    ++next;
    bytes += line.text.size();
  }
};

auto all_rules() -> std::vector<std::unique_ptr<line_rules>> {
  using enum trace_language;
  auto made = std::vector<std::unique_ptr<line_rules>>{};
  made.push_back(make_rules(std::array{java, python, go, ruby, php, dotnet, node}));
  for (const auto l : {java, python, go, ruby, php, dotnet, node}) made.push_back(make_rules(std::array{l}));
  for (const auto& e : {line_expressions{"^>", "", ""}, {"", "^ ", ""}, {"", "", "^;"}, {"^>", "", "^;"}, {"^>", "^ ", "^;"}})
    made.push_back(std::move(*make_rules(e)));
  return made;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto rules = all_rules();
  if (size == 0) return 0;
  auto out = ordered_lines{};
  const auto limits = assembler_limits{data[0] % 2 == 0 ? 1000U : 4U, data[0] % 3 == 0 ? 64U : 65536U};
  auto assembler = line_assembler{*rules[data[0] / 6 % rules.size()], limits, out};
  auto rest = std::string_view{reinterpret_cast<const char*>(data) + 1, size - 1};
  auto number = std::uint64_t{0};
  auto bytes = std::size_t{0};
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line == std::string_view{"\0", 1}) {
      assembler.flush(group_ending::timeout);
      WEIR_ASSERT(out.next == number);
      continue;
    }
    assembler.take({line, line, 0, number, number}, {});
    ++number;
    bytes += line.size();
  }
  assembler.flush(group_ending::whole);
  WEIR_ASSERT(assembler.is_empty() && out.next == number && out.bytes == bytes);
  return 0;
}
