/// How commands ask a running node of this machine, or by it another one, what it has to tell.
#pragma once

#include "cli/command.hpp"
#include "cli/tell/question.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace CLI {
class App;
}

namespace weir::cli {

struct whom_to_ask {
  std::string node; ///< empty: the only one that runs here
  std::string via;  ///< the one of this machine that passes it on
};

void add_options_of(CLI::App& sub, whom_to_ask& whom);

/// A text for people, or one JSON object.
enum class answer_form { text, json };

/// What it says; or the exit status, when why not has been said.
auto ask_running(const whom_to_ask& whom, question what, std::string_view command, session& s,
                 answer_form as = answer_form::text) -> std::variant<std::string, int>;

} // namespace weir::cli
