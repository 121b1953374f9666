#include "runtime/dead_letter/dead_letter_file.hpp"
#include "tests/support/directory.hpp"
#include "tests/support/entries.hpp"
#include "tests/support/faulty_file_system.hpp"
#include "tests/support/memory_file_system.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>

using namespace weir;

namespace {

/// The real one, but its write or sync number `fail_at` fails; a failing write leaves half of it.
class failing_files final : public file_system {
public:
  explicit failing_files(int fail_at) : left_(fail_at) {}

  struct failing_file final : weir::file {
    failing_file(std::shared_ptr<weir::file> f, failing_files& by) : real(std::move(f)), owner(by) {}
    auto write_at(std::uint64_t offset, std::span<const std::string_view> parts) -> result<void> override {
      if (!owner.fails()) return real->write_at(offset, parts);
      const auto half = parts[0].substr(0, parts[0].size() / 2);
      WEIR_CHECK(real->write_at(offset, {&half, 1}));
      return error{errc::unavailable, "no space left"};
    }
    auto read_at(std::uint64_t at, char* out, std::size_t size) const -> result<std::size_t> override {
      return real->read_at(at, out, size);
    }
    auto sync() -> result<void> override {
      return owner.fails() ? result<void>{error{errc::unavailable, "input/output error"}} : real->sync();
    }
    auto reserve(std::uint64_t size) -> result<void> override { return real->reserve(size); }
    auto truncate(std::uint64_t size) -> result<void> override { return real->truncate(size); }
    auto size() const -> result<std::uint64_t> override { return real->size(); }
    auto inode() const -> result<std::uint64_t> override { return real->inode(); }
    std::shared_ptr<weir::file> real;
    failing_files& owner;
  };

  auto fails() -> bool { return --left_ == 0; }
  auto has_failed() const -> bool { return left_ <= 0; }

  auto open(const std::string& path, open_mode mode) -> result<std::shared_ptr<weir::file>> override {
    WEIR_TRY(auto f, real_file_system().open(path, mode));
    return std::shared_ptr<weir::file>{std::make_shared<failing_file>(std::move(f), *this)};
  }
  auto list(const std::string& d) -> result<std::vector<std::string>> override {
    return real_file_system().list(d);
  }
  auto make_directories(const std::string& d) -> result<void> override {
    return real_file_system().make_directories(d);
  }
  auto rename(const std::string& a, const std::string& b) -> result<void> override {
    return real_file_system().rename(a, b);
  }
  auto remove(const std::string& path) -> result<void> override { return real_file_system().remove(path); }
  auto sync_directory(const std::string& d) -> result<void> override {
    return real_file_system().sync_directory(d);
  }
  auto lock(const std::string& path, std::string_view holder) -> result<std::unique_ptr<file_lock>> override {
    return real_file_system().lock(path, holder);
  }

private:
  int left_;
};

auto of_chunk(std::uint64_t sequence, std::uint64_t index) -> dead_letter {
  auto letter = dead_letter{};
  letter.reason = "refused";
  letter.from = "n/sink/s";
  letter.tag = "t";
  letter.bytes = "entry " + std::to_string(sequence) + '.' + std::to_string(index);
  letter.chunk = {7, sequence};
  letter.index = index;
  return letter;
}

auto of_stream(const std::string& line, std::uint64_t begin, std::uint64_t end) -> dead_letter {
  auto letter = dead_letter{};
  letter.reason = "no JSON";
  letter.from = "n/collector/c";
  letter.tag = "t";
  letter.is_line = true;
  letter.bytes = line;
  letter.stream = "8:42\xff";
  letter.begin = begin;
  letter.end = end;
  return letter;
}

/// Of what was read from these positions of one stream.
auto of_place(dead_letter letter, std::uint64_t begin, std::uint64_t end) -> dead_letter {
  const auto positions = std::vector<position_range>{{"8:41", begin, end}, {"8:42\xff", begin, end}};
  letter.place = std::make_shared<const chunk_place>(chunk_place{"n/collector/c", positions});
  return letter;
}

using letters = std::vector<dead_letter>;

/// What the letters in the file are about, in order.
auto bytes_in(const std::string& path) -> std::vector<std::string> {
  auto found = std::vector<std::string>{};
  auto reader = dead_letter_reader{};
  auto in = std::ifstream{path, std::ios::binary};
  for (auto line = std::string{}; std::getline(in, line);) {
    auto letter = reader.read(line);
    BOOST_TEST_REQUIRE(bool{letter});
    found.push_back(letter->bytes);
  }
  return found;
}

using texts = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(dead_letter_files)

BOOST_AUTO_TEST_CASE(nothing_is_made_before_the_first_letter) {
  const auto dir = test::temporary_directory{};
  const auto path = dir.path() + "/deep/er/x.jsonl";
  auto kept = dead_letter_file{real_file_system(), path};
  BOOST_TEST(bool{kept.add({})});
  BOOST_TEST(!real_file_system().open(path, open_mode::read));
  BOOST_TEST(bool{kept.add(letters{of_chunk(1, 0)})});
  BOOST_TEST(bytes_in(path) == texts{"entry 1.0"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_a_sink_refuses_again_after_a_crash_is_there_once) {
  const auto dir = test::temporary_directory{};
  const auto path = dir.path() + "/x.jsonl";
  BOOST_TEST(bool{dead_letter_file(real_file_system(), path).add(letters{of_chunk(1, 0), of_chunk(1, 4)})});
  auto next = dead_letter_file{real_file_system(), path};
  BOOST_TEST(bool{next.add(letters{of_chunk(1, 0), of_chunk(1, 4), of_chunk(2, 0)})});
  BOOST_TEST(bool{next.add(letters{of_chunk(2, 0)})}); // a commit that was tried again
  BOOST_TEST(bytes_in(path) == (texts{"entry 1.0", "entry 1.4", "entry 2.0"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(lines_that_are_read_again_after_a_crash_are_there_once_and_equal_ones_each) {
  const auto dir = test::temporary_directory{};
  const auto path = dir.path() + "/x.jsonl";
  BOOST_TEST(bool{dead_letter_file(real_file_system(), path)
                      .add(letters{of_stream("a", 0, 50), of_stream("b", 50, 90), of_stream("b", 50, 90)})});
  auto next = dead_letter_file{real_file_system(), path};
  // From 50 on again, in other steps; a third b is new, and so is the a that is not read again.
  BOOST_TEST(bool{next.add(letters{of_stream("b", 50, 120), of_stream("b", 50, 120), of_stream("b", 50, 120),
                                   of_stream("a", 50, 120)})});
  BOOST_TEST(bytes_in(path) == (texts{"a", "b", "b", "b", "a"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_a_sink_refuses_again_in_other_chunks_is_there_once_and_equal_events_each) {
  const auto dir = test::temporary_directory{};
  const auto path = dir.path() + "/x.jsonl";
  const auto event = [](std::uint64_t chunk, std::uint64_t index, int number, int read_at) {
    auto letter = of_chunk(chunk, index);
    letter.bytes = test::entry_of(read_at, test::record("n", number));
    return letter;
  };
  BOOST_TEST(
      bool{dead_letter_file(real_file_system(), path)
               .add(letters{of_place(event(1, 0, 1, 5), 0, 50), of_place(event(1, 1, 2, 5), 0, 50),
                            of_place(event(2, 0, 2, 5), 50, 90), of_place(event(3, 0, 3, 5), 90, 95)})});
  auto next = dead_letter_file{real_file_system(), path};
  // From 50 on again, as other chunks with other times. A second 2 is new; so is a 1, for that was before 50.
  const auto again = letters{of_place(event(7, 0, 2, 6), 50, 80), of_place(event(8, 0, 3, 6), 80, 120),
                             of_place(event(8, 1, 2, 6), 80, 120), of_place(event(8, 2, 1, 6), 80, 120)};
  BOOST_TEST(bool{next.add(again)});
  BOOST_TEST(bool{next.add(again)}); // a commit that was tried again
  const auto first = test::entry_of(5, test::record("n", 1));
  BOOST_TEST(bytes_in(path).size() == 6U);
  BOOST_TEST(bytes_in(path)[0] == first);
  BOOST_TEST(bytes_in(path)[4] == again[2].bytes);
  BOOST_TEST(bytes_in(path)[5] == again[3].bytes);
}

BOOST_AUTO_TEST_CASE(a_torn_last_line_is_cut_wherever_it_was_torn) {
  const auto dir = test::temporary_directory{};
  const auto path = dir.path() + "/x.jsonl";
  BOOST_TEST(bool{dead_letter_file(real_file_system(), path).add(letters{of_chunk(1, 0), of_chunk(1, 1)})});
  const auto whole = test::content_of(path);
  const auto first = whole.find('\n') + 1;
  for (auto size = first; size < whole.size(); ++size) {
    std::ofstream{path, std::ios::binary} << whole.substr(0, size);
    auto next = dead_letter_file{real_file_system(), path};
    BOOST_TEST(bool{next.add(letters{of_chunk(1, 0), of_chunk(1, 1)})});
    BOOST_TEST(bytes_in(path) == (texts{"entry 1.0", "entry 1.1"}), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(whichever_write_or_sync_fails_every_letter_is_there_once_in_the_end) {
  for (auto step = 1;; ++step) {
    const auto dir = test::temporary_directory{};
    const auto path = dir.path() + "/x.jsonl";
    auto files = failing_files{step};
    auto kept = dead_letter_file{files, path};
    for (std::uint64_t i = 1; i <= 3; ++i) {
      const auto some = letters{of_chunk(i, 0), of_stream("line", i * 10, i * 10 + 10)};
      if (!kept.add(some)) BOOST_TEST(bool{kept.add(some)});
    }
    BOOST_TEST(bytes_in(path) == (texts{"entry 1.0", "line", "entry 2.0", "line", "entry 3.0", "line"}),
               boost::test_tools::per_element());
    if (!files.has_failed()) break;
  }
}

/// After a failed sync the system says of later ones that all is well, also to a process that knows nothing of it.
BOOST_AUTO_TEST_CASE(what_an_earlier_process_could_not_sync_is_written_again_before_it_is_relied_on) {
  const auto path = std::string{"/letters/x.jsonl"};
  auto disk = test::memory_file_system{};
  auto faults = test::faulty_file_system{disk};
  {
    auto first = dead_letter_file{faults, path};
    BOOST_TEST(bool{first.prepare()});
    faults.arm({{test::file_call::sync, 1, test::fault_kind::io_error, 1}});
    BOOST_TEST(!first.add(letters{of_chunk(1, 0)}));
  }
  disk.kill();
  auto second = dead_letter_file{disk, path};
  BOOST_TEST(bool{second.add(letters{of_chunk(1, 0)})});
  const auto written = disk.content(path);
  BOOST_TEST(!written.empty());
  disk.crash(1, test::memory_file_system::survival::lose);
  BOOST_TEST(disk.content(path) == written);
}

BOOST_AUTO_TEST_CASE(a_file_that_was_taken_away_is_begun_again) {
  const auto dir = test::temporary_directory{};
  const auto path = dir.path() + "/x.jsonl";
  auto kept = dead_letter_file{real_file_system(), path};
  BOOST_TEST(bool{kept.add(letters{of_chunk(1, 0)})});
  BOOST_TEST(bool{real_file_system().rename(path, path + ".old")});
  BOOST_TEST(bool{kept.add(letters{of_chunk(2, 0)})});
  BOOST_TEST(bytes_in(path) == texts{"entry 2.0"}, boost::test_tools::per_element());
  std::ofstream{path, std::ios::trunc};
  BOOST_TEST(bool{kept.add(letters{of_chunk(3, 0)})});
  BOOST_TEST(bytes_in(path) == texts{"entry 3.0"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
