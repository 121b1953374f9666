#include "runtime/expression/functions.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>

using namespace weir;

BOOST_AUTO_TEST_SUITE(expression_reference)

namespace {

auto cell(std::string_view text) -> std::string {
  auto out = std::string{};
  for (const auto c : text) out += c == '|' ? "\\|" : std::string{c};
  return out;
}

auto table() -> std::string {
  auto text = std::string{"| function | gives |\n| --- | --- |\n"};
  for (const auto& f : expr::all_functions())
    text += "| `" + cell(f.name) + '(' + cell(f.arguments) + ")` | " + cell(f.help) + " |\n";
  return text;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_documentation_has_all_functions) {
  const auto path = std::string{WEIR_SOURCE_DIR} + "/docs/expressions.md";
  auto file = std::ifstream{path, std::ios::binary};
  auto text = std::string{std::istreambuf_iterator<char>{file}, {}};
  constexpr auto opening = std::string_view{"expression_test -->\n"};
  const auto begin = text.find(opening) + opening.size();
  const auto end = text.find("<!-- to here -->");
  BOOST_TEST_REQUIRE((begin < end && end != std::string::npos));
  if (std::getenv("WEIR_REWRITE_REFERENCE") != nullptr) {
    text.replace(begin, end - begin, table());
    std::ofstream{path, std::ios::binary} << text;
  }
  BOOST_TEST((text.find(table(), begin) == begin),
             "docs/expressions.md is behind the code; run: WEIR_REWRITE_REFERENCE=1 build/debug/expression_test");
}

BOOST_AUTO_TEST_SUITE_END()
