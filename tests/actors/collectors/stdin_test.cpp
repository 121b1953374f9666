#include "tests/actors/collectors/fake_intake.hpp"
#include "tests/runtime/tail/tail_fixture.hpp"

#include <fcntl.h>

using namespace weir;
using namespace weir::test;
using boost::test_tools::per_element;

namespace {

/// Makes `fd` the standard input of this process for a while.
class borrowed_stdin {
public:
  explicit borrowed_stdin(int fd) : saved_(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10)) {
    ::dup2(fd, STDIN_FILENO);
    ::close(fd);
  }
  ~borrowed_stdin() {
    ::dup2(saved_, STDIN_FILENO);
    ::close(saved_);
  }
  borrowed_stdin(const borrowed_stdin&) = delete;
  auto operator=(const borrowed_stdin&) -> borrowed_stdin& = delete;

private:
  int saved_;
};

struct pipe_ends {
  pipe_ends() { BOOST_TEST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0); }
  void put(std::string_view text) {
    BOOST_TEST(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  int ends[2] = {-1, -1};
};

} // namespace

BOOST_AUTO_TEST_SUITE(stdin_source)

BOOST_AUTO_TEST_CASE(a_byte_order_mark_at_the_beginning_is_no_text) {
  auto pipe = pipe_ends{};
  const auto borrowed = borrowed_stdin{pipe.ends[0]};
  auto source = make_source("stdin", {}, {});
  auto out = fake_intake{};
  BOOST_TEST_REQUIRE(static_cast<bool>(source->open({})));
  pipe.put("\xef\xbb\xbfone\n");
  BOOST_TEST((*source->read(out, 1000) == read_status::idle));
  pipe.put("\xef\xbb\xbftwo\n");
  BOOST_TEST((*source->read(out, 1000) == read_status::idle));
  ::close(pipe.ends[1]);
  BOOST_TEST((*source->read(out, 1000) == read_status::finished));
  BOOST_TEST(out.lines == (lines{"one", "\xef\xbb\xbftwo"}), per_element());
  BOOST_TEST(out.covered_to.at("!stdin") == 14U);
}

BOOST_AUTO_TEST_CASE(a_pipe_gives_lines_as_they_come_and_ends_with_its_writer) {
  auto pipe = pipe_ends{};
  const auto borrowed = borrowed_stdin{pipe.ends[0]};
  auto source = make_source("stdin", {{"tag", "in"}}, {});
  auto out = fake_intake{};
  BOOST_TEST_REQUIRE(static_cast<bool>(source->open({})));
  BOOST_TEST(source->wake_fd() == STDIN_FILENO);
  BOOST_TEST((*source->read(out, 1000) == read_status::idle));
  pipe.put("one\r\ntw");
  BOOST_TEST((*source->read(out, 1000) == read_status::idle));
  pipe.put("o\nend");
  BOOST_TEST((*source->read(out, 1000) == read_status::idle));
  BOOST_TEST(out.lines == (lines{"one", "two"}), per_element());
  BOOST_TEST((::fcntl(STDIN_FILENO, F_GETFL) & O_NONBLOCK) == 0);
  ::close(pipe.ends[1]);
  BOOST_TEST((*source->read(out, 1000) == read_status::finished));
  BOOST_TEST(out.lines == (lines{"one", "two", "end"}), per_element());
  BOOST_TEST(out.tags.front() == "in");
  BOOST_TEST(out.covered_to.at("!stdin") == 12U);
  BOOST_TEST(out.is_gapless);
}

BOOST_AUTO_TEST_CASE(a_file_needs_no_waking_and_is_resumed) {
  const auto directory = scratch_directory{};
  auto expected = lines{};
  for (int i = 0; i < 100'000; ++i) expected.push_back(std::to_string(i));
  auto text = std::string{};
  for (const auto& line : expected) text += line + "\n";
  append(directory / "in", text);
  const auto borrowed = borrowed_stdin{::open((directory / "in").c_str(), O_RDONLY)};
  auto out = fake_intake{};
  auto status = read_status::more;
  while (status == read_status::more) {
    auto source = make_source("stdin", {}, {});
    BOOST_TEST_REQUIRE(static_cast<bool>(source->open(out.resume())));
    BOOST_TEST(source->wake_fd() == -1);
    status = *source->read(out, 100'000);
  }
  BOOST_TEST((status == read_status::finished));
  BOOST_TEST((out.lines == expected));
}

BOOST_AUTO_TEST_CASE(an_endless_line_takes_bounded_memory) {
  const auto directory = scratch_directory{};
  append(directory / "in", std::string(2'500'000, 'x') + "\ny");
  const auto borrowed = borrowed_stdin{::open((directory / "in").c_str(), O_RDONLY)};
  auto source = make_source("stdin", {{"max_line", "1MB"}}, {});
  auto out = fake_intake{};
  BOOST_TEST_REQUIRE(static_cast<bool>(source->open({})));
  while (*source->read(out, 1'000'000) == read_status::more) {
  }
  BOOST_TEST_REQUIRE(out.lines.size() == 4U);
  BOOST_TEST(out.lines[0].size() == 1'000'000U);
  BOOST_TEST(out.lines[2].size() == 500'000U);
  BOOST_TEST(out.lines[3] == "y");
}

BOOST_AUTO_TEST_SUITE_END()
