/// Answers what a node is asked beside its figures: by a browser, at the control socket, or by another node.
#pragma once

#include "cli/tell/question.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace weir::cli {

/// What who asks has to be allowed.
enum class told { figures, contents, action };

/// Who asks, for the log.
struct asker {
  std::string name;
};

struct topic {
  std::string name; ///< of the questions; beneath it (name/…) as well, if `has_parts`
  told what = told::contents;
  bool has_parts = false;
  /// One JSON object and a line feed, or with as=text a text for people. May block; in any thread.
  std::function<result<std::string>(const question&, const asker&)> answer;
  std::string path = {}; ///< under /api/v1/; empty: its name
  bool goes_on = false;  ///< the console asks again and again, with a session= of its own, and the last time with close=
};

class teller {
public:
  ~teller();
  teller() = default;
  teller(const teller&) = delete;
  auto operator=(const teller&) -> teller& = delete;

  /// Before anybody asks.
  void add(topic t) { topics_.push_back(std::move(t)); }
  auto topics() const -> const std::vector<topic>& { return topics_; }
  /// From now on there is something to tell.
  void begin();
  /// Who is asked is waited for no longer than that question takes; from then on nobody is answered.
  void stop();

  auto answer(const question& what, const asker& by) const -> result<std::string>;
  /// The same for "tell QUESTION" of another node, in threads of its own; figures alone are told to "figures QUESTION".
  /// Calls back once; returns at once.
  void answer_aside(std::string_view command, asker by, std::function<void(result<std::string>)> done);

private:
  struct errand {
    question what;
    asker by;
    std::function<void(result<std::string>)> done;
  };
  auto find(std::string_view name) const -> const topic*;
  auto read_command(std::string_view command) const -> result<question>;
  void work();

  std::vector<topic> topics_;
  mutable std::mutex guard_;
  std::condition_variable came_;
  std::deque<errand> waiting_;
  bool is_begun_ = false;
  bool is_over_ = false;
  std::vector<std::thread> threads_; ///< one more with each errand, until there are enough
};

/// What another node is sent for a question of that kind.
auto command_for(told what, const question& asked) -> std::string;

} // namespace weir::cli
