/// What two nodes ask each other over their connection, whichever of them dialled: figures, and commands.
#pragma once

#include "actors/protocol.hpp"
#include "actors/system/node_wire.hpp"
#include "runtime/measure/board_registry.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// With this before it a command only asks for figures: who may observe a node may have that.
inline constexpr std::string_view figures_word = "figures ";

/// To a connection or a node link: has the other node do something. Answered with a text for people, or why it did not.
struct node_command {
  std::string what;    ///< "drain", "reload", …
  std::string content; ///< a file that goes with it
  std::string by;      ///< who wants it, for the other's log
};

/// What came of one of these at one node.
struct node_answer {
  std::string node;
  result<std::string> came;
};
/// With a node that may have to read a file, and try it.
inline constexpr auto inquiry_patience = duration{std::chrono::seconds{65}};

/// What this node says to others that ask.
struct node_answers {
  std::shared_ptr<const board_registry> boards = {}; ///< absent: there are none
  /// Does it, or has it done, and calls back once, from any thread. Must be quick. Absent: nothing is done.
  std::function<void(const std::string& node, const node_command& wanted, std::function<void(result<std::string>)> done)>
      obey = {};
};

/// Of one connection; its actor's.
class peer_questions {
public:
  using figures = std::vector<observation>;
  void ask(node_wire& over, caf::typed_response_promise<figures> answer);
  void ask(node_wire& over, const node_command& what, caf::typed_response_promise<std::string> answer);
  /// Of what is neither a question nor an answer nothing comes.
  void take(const wire::frame& what, const std::shared_ptr<node_wire>& over, const std::string& node,
            const node_answers& answers, const std::function<bool(right)>& may);

private:
  void on(const wire::observed& note);
  void on(const wire::commanded& note);

  std::uint64_t last_ = 0;
  std::map<std::uint64_t, caf::typed_response_promise<figures>> observing_;
  std::map<std::uint64_t, caf::typed_response_promise<std::string>> commanding_;
};

} // namespace weir

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::node_command)
