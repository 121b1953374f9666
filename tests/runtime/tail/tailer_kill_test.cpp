#include "tests/runtime/tail/resume_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <random>

using namespace weir;
using namespace weir::test;

namespace {

/// One inode and what was written to it since it was made or cut off.
struct written_file {
  std::string path;
  int id = 0;
  int lines = 0;
  std::string pending; ///< of the line that is being written
  std::string partial; ///< what of it is written
  bool is_out = false; ///< left the pattern: its writer has let go of it
};

/// Writers, rotators and a tail that is killed again and again while some of what it handed on is under way.
class mortal_world {
public:
  explicit mortal_world(unsigned seed)
      : random_(seed), rotated_match_(seed % 2 == 0), tail_(directory_, rotated_match_ ? "*.log*" : "*.log") {
    tail_.options.open_files_max = seed % 3 == 0 ? 3 : 0;
    tail_.options.inotify = seed % 4 != 1;
    for (int i = 0; i < 3; ++i) make("log" + std::to_string(i) + ".log");
    look();
  }

  void step() {
    switch (pick(20)) {
    case 0: return rotate();
    case 1: return cut_off();
    case 2:
    case 3: return kill();
    case 4: return tail_.clock.advance(std::chrono::milliseconds{pick(1500)});
    case 5:
    case 6:
    case 7: return look();
    case 8:
    case 9: return tail_.settle(pick(20));
    default: return write_some();
    }
  }

  void finish() {
    for (auto& file : files_) complete(file);
    if (tail_.tail == nullptr || pick(2) == 0) kill();
    tail_.clock.advance(std::chrono::minutes{1});
    tail_.run_for(std::chrono::seconds{3});
    auto missing = std::size_t{0};
    auto repeated = std::size_t{0};
    auto got = std::map<std::string, int>{};
    for (const auto& line : tail_.safe) ++got[line];
    for (const auto& [line, count] : got) repeated += count > 1 ? 1 : 0;
    for (const auto& line : expected_) missing += got.contains(line) ? 0 : 1;
    BOOST_TEST(missing == 0U);
    BOOST_TEST(repeated == 0U);
    BOOST_TEST(got.size() == expected_.size());
    BOOST_TEST(tail_.nothing_straddles);
    BOOST_TEST(tail_.put_again == 0U);
    // A file may have three names, and replaced content is forgotten when something of the new one is safe.
    BOOST_TEST(tail_.streams() <= 3 * files_.size() + 3);
  }

private:
  auto pick(std::size_t below) -> std::size_t {
    return std::uniform_int_distribution<std::size_t>{0, below - 1}(random_);
  }

  void make(const std::string& name) {
    auto& file = files_.emplace_back();
    file.path = directory_ / name;
    file.id = static_cast<int>(files_.size());
    write(file.path, "");
  }

  auto any() -> written_file& {
    for (;;) {
      auto& file = files_[files_.size() - 1 - pick(std::min<std::size_t>(files_.size(), 5))];
      if (!file.is_out) return file;
      if (pick(4) == 0) make("more" + std::to_string(files_.size()) + ".log");
    }
  }

  void put(written_file& file, std::size_t size) {
    if (file.pending.empty())
      file.pending = std::to_string(file.id) + " " + std::to_string(++file.lines) + " "
                     + std::string(pick(20) == 0 ? pick(3000) : pick(60), 'x') + "\n";
    const auto part = file.pending.substr(0, size);
    append(file.path, part);
    file.partial += part;
    file.pending.erase(0, part.size());
    if (!file.pending.empty()) return;
    file.partial.pop_back();
    expected_.push_back(std::exchange(file.partial, {}));
  }

  void write_some() {
    auto& file = any();
    for (auto count = pick(30); count > 0; --count)
      put(file, pick(4) == 0 ? 1 + pick(40) : std::string::npos);
  }

  void complete(written_file& file) {
    while (!file.partial.empty()) put(file, std::string::npos);
  }

  /// While it runs or while it does not; what has left the pattern is found again by what is known of it.
  void rotate() {
    auto& file = any();
    const auto name = file.path.substr(file.path.rfind('/') + 1);
    if (!name.ends_with(".log")) return;
    if (!rotated_match_) {
      complete(file);
      if (file.lines == 0) put(file, std::string::npos);
      make_known(file);
      file.is_out = true;
    }
    const auto old = file.path;
    file.path = old + "." + std::to_string(++rotations_);
    std::filesystem::rename(old, file.path);
    if (pick(4) != 0) make(name);
  }

  /// Something of it is safe.
  void make_known(written_file& file) {
    const auto is_known = [&] {
      return std::any_of(tail_.safe.begin(), tail_.safe.end(), [&](const std::string& line) {
        return line.starts_with(std::to_string(file.id) + " ");
      });
    };
    if (!is_known()) look_at_everything();
  }

  void look_at_everything() {
    tail_.clock.advance(std::chrono::minutes{1});
    tail_.run();
  }

  /// As logrotate with copytruncate, while the tail is behind or away. The head has to be long enough to be told
  /// from others'.
  void copy_and_cut_off(written_file& file) {
    complete(file);
    write_to(file, 60);
    look_at_everything();
    if (pick(3) == 0) kill();
    write_to(file, pick(40));
    if (pick(2) == 0) look();
    std::filesystem::copy_file(file.path, file.path + "." + std::to_string(++rotations_));
    write(file.path, "");
    write_to(file, pick(20));
  }

  void cut_off() {
    auto& file = any();
    if (!rotated_match_ && pick(2) == 0) return copy_and_cut_off(file);
    look_at_everything(); // what was not safe before is lost to any reader
    const auto is_down = pick(2) == 0;
    if (is_down) kill();
    file.partial.clear();
    file.pending.clear();
    write(file.path, "");
    if (pick(2) == 0) write_to(file, pick(60));
  }

  void write_to(written_file& file, std::size_t count) {
    for (; count > 0; --count) put(file, std::string::npos);
  }

  void kill() {
    const auto most =
        std::array{resumed_tail::fate::safe, resumed_tail::fate::lost, resumed_tail::fate::elsewhere};
    tail_.kill([&] { return most[pick(3)]; });
  }

  void look() {
    if (!tail_.options.inotify) tail_.clock.advance(std::chrono::seconds{1});
    tail_.read(pick(2) == 0 ? SIZE_MAX : pick(6), 1 + pick(9000));
  }

  std::mt19937 random_;
  bool rotated_match_;
  scratch_directory directory_;
  resumed_tail tail_;
  std::vector<written_file> files_;
  lines expected_;
  int rotations_ = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(killed_tailing)

BOOST_AUTO_TEST_CASE(every_line_arrives_once_however_often_the_tail_dies_and_whatever_is_lost_with_it) {
  for (auto seed = 1U; seed <= 60; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      auto w = mortal_world{seed};
      for (int i = 0; i < 300; ++i) w.step();
      w.finish();
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
