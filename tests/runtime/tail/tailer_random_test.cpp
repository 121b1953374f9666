#include "tests/runtime/tail/tail_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>
#include <set>

using namespace weir;
using namespace weir::test;

namespace {

/// One inode and what was written to it since it was made or cut off.
struct model_file {
  std::string path; ///< empty: deleted
  std::string link; ///< a second name, if any
  int id = 0;
  int lines = 0;
  std::string pending;   ///< of the line that is being written
  std::string partial;   ///< what of it is written
  bool was_seen = false; ///< the tailer looked since it was made
  bool is_out = false;   ///< no name that matches is left
};

/// Writers and rotators that keep account of every line that a tail owes us.
class world {
public:
  world(unsigned seed, bool rotated_names_match)
      : random_(seed),
        rotated_names_match_(rotated_names_match),
        tail_(directory_, rotated_names_match ? "*.log*" : "*.log") {
    tail_.options.line_bytes_max = 4096;
    tail_.options.open_files_max = seed % 3 == 0 ? 3 : 0;
    tail_.options.inotify = seed % 4 != 1;
    for (int i = 0; i < 3; ++i) make("log" + std::to_string(i) + ".log");
    look(true);
  }

  void step() {
    switch (pick(20)) {
    case 0: return rotate();
    case 1: return remove();
    case 2: return cut_off();
    case 3: return restart();
    case 4: return link();
    case 5: return tail_.clock.advance(std::chrono::milliseconds{pick(1500)});
    case 6:
    case 7:
    case 8: return look(false);
    case 9: return look(true);
    default: return write_some();
    }
  }

  void finish() {
    for (auto& file : files_)
      if (!file.path.empty() && !file.is_out) complete(file);
    tail_.clock.advance(std::chrono::minutes{1});
    look(true);
    for (auto& line : tail_.read_for(std::chrono::seconds{3})) take(std::move(line));
    BOOST_TEST(got_.size() == expected_.size());
    auto missing = lines{};
    for (const auto& line : expected_)
      if (!got_.contains(line)) missing.push_back(line);
    BOOST_TEST(missing.empty(), missing.size() << " lines are missing, the first is " << missing.front());
    BOOST_TEST(repeated_ == 0);
    BOOST_TEST(disordered_ == 0);
    BOOST_TEST(unknown_ == 0);
    BOOST_TEST(tail_.coverage_is_gapless);
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

  /// A random file that has a name.
  auto any() -> model_file& {
    for (;;) {
      auto& file = files_[files_.size() - 1 - pick(std::min<std::size_t>(files_.size(), 6))];
      if (!file.path.empty() && !file.is_out) return file;
      if (pick(3) == 0) make("more" + std::to_string(files_.size()) + ".log");
    }
  }

  void put(model_file& file, std::size_t size) {
    if (file.pending.empty()) {
      file.pending = std::to_string(file.id) + " " + std::to_string(++file.lines) + " "
                     + std::string(pick(20) == 0 ? pick(3000) : pick(60), 'x') + "\n";
    }
    const auto part = file.pending.substr(0, size);
    append(file.path, part);
    file.partial += part;
    file.pending.erase(0, part.size());
    if (file.pending.empty()) {
      file.partial.pop_back();
      expected_.insert(std::exchange(file.partial, {}));
    }
  }

  void write_some() {
    auto& file = any();
    for (auto count = pick(30); count > 0; --count)
      put(file, pick(4) == 0 ? 1 + pick(40) : std::string::npos);
  }

  void complete(model_file& file) {
    while (!file.partial.empty()) put(file, std::string::npos);
  }

  /// Nothing more will be written to it: what is there of the last line is a line.
  void end(model_file& file) {
    file.pending.clear();
    if (!file.partial.empty()) expected_.insert(std::exchange(file.partial, {}));
  }

  void rotate() {
    auto& file = any();
    if (!rotated_names_match_ && (!file.was_seen || !file.link.empty())) return;
    const auto old = file.path;
    const auto name = old.substr(old.rfind('/') + 1);
    file.path = directory_ / (name.substr(0, name.find('.')) + ".log." + std::to_string(++rotations_));
    std::filesystem::rename(old, file.path);
    if (!rotated_names_match_) {
      file.is_out = true;
      end(file);
    }
    if (pick(4) != 0) make(name);
  }

  void remove() {
    auto& file = any();
    if (!file.was_seen) return;
    if (tail_.options.open_files_max > 0) { // nothing holds a file that had to be closed
      complete(file);
      look(true);
    }
    end(file);
    std::filesystem::remove(std::exchange(file.path, {}));
    if (!file.link.empty()) std::filesystem::remove(std::exchange(file.link, {}));
    has_deleted_ = true;
  }

  void cut_off() {
    auto& file = any();
    look(true); // what was not read before is lost to any reader
    if (file.path.empty()) return;
    file.partial.clear();
    file.pending.clear();
    write(file.path, "");
    if (pick(2) == 0) look(false);
  }

  void link() {
    auto& file = any();
    if (!file.link.empty()) return std::filesystem::remove(std::exchange(file.link, {})), void();
    file.link = directory_ / ("link" + std::to_string(++rotations_) + ".log");
    std::filesystem::create_hard_link(file.path, file.link);
  }

  void restart() {
    // What has no name any more, or none that leads to it, ends with the process that held it.
    if (has_deleted_ || !rotated_names_match_) look(true);
    tail_.start();
  }

  void look(bool whole) {
    if (!tail_.options.inotify) tail_.clock.advance(std::chrono::seconds{1});
    if (!tail_.tail) tail_.start();
    auto out = lines{};
    tail_.tail->look();
    for (auto blocks = whole ? SIZE_MAX : pick(4); blocks > 0 && tail_.take_block(out, 1 + pick(9000));
         --blocks) {
    }
    for (auto& line : out) take(std::move(line));
    for (auto& file : files_) file.was_seen = true;
    if (whole) has_deleted_ = false;
  }

  void take(std::string line) {
    auto id = 0;
    auto number = 0;
    const auto is_whole = std::count(line.begin(), line.end(), ' ') == 2;
    if (is_whole && std::sscanf(line.c_str(), "%d %d", &id, &number) == 2) {
      disordered_ += number < last_[id] ? 1 : 0;
      last_[id] = number;
    }
    unknown_ += expected_.contains(line) ? 0 : 1;
    repeated_ += got_.insert(std::move(line)).second ? 0 : 1;
  }

  std::mt19937 random_;
  bool rotated_names_match_;
  scratch_directory directory_;
  tail_harness tail_;
  std::vector<model_file> files_;
  std::set<std::string> expected_, got_;
  std::map<int, int> last_;
  int rotations_ = 0;
  int repeated_ = 0;
  int disordered_ = 0;
  int unknown_ = 0;
  bool has_deleted_ = false;
};

} // namespace

BOOST_AUTO_TEST_SUITE(random_tailing)

BOOST_AUTO_TEST_CASE(what_was_written_arrives_once_whatever_happens_to_the_files) {
  for (auto seed = 1U; seed <= 36; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      auto w = world{seed, seed % 2 == 0};
      for (int i = 0; i < 300; ++i) w.step();
      w.finish();
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
