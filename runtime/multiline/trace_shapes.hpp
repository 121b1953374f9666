/// What lines of stack traces look like; each looks at one line, and most at its first characters alone.
#pragma once

#include <string_view>

namespace weir::trace_shapes {

// Of all languages.
auto is_blank(std::string_view line) -> bool;
auto is_indented(std::string_view line) -> bool;
/// Begins as lines of a log do: with a digit, a bracket or a level. Such a line is no part of a message.
auto is_log_line(std::string_view line) -> bool;
auto is_message(std::string_view line) -> bool;
auto is_caret(std::string_view line) -> bool;

// Java and what runs like it.
/// A class whose name ends in Exception, Error or Throwable, at a colon or alone: `x.YException: text`.
auto is_error(std::string_view line) -> bool;
/// `Exception in thread "main" …`, is_error(), or a class in a package alone or before a colon.
auto is_java_head(std::string_view line) -> bool;
auto is_at_frame(std::string_view line) -> bool;
auto is_java_cause(std::string_view line) -> bool;
auto is_java_more(std::string_view line) -> bool;
auto is_java_message(std::string_view line) -> bool;

// .NET
auto is_dotnet_head(std::string_view line) -> bool;
auto is_dotnet_bare_head(std::string_view line) -> bool;
auto is_dotnet_inner(std::string_view line) -> bool;
auto is_dotnet_end_of_inner(std::string_view line) -> bool;

// Python
auto is_traceback(std::string_view line) -> bool;
auto is_group_traceback(std::string_view line) -> bool;
auto is_python_prelude(std::string_view line) -> bool;
auto is_python_task(std::string_view line) -> bool;
auto is_python_file(std::string_view line) -> bool;
auto is_python_error(std::string_view line) -> bool;
auto is_python_chain(std::string_view line) -> bool;
auto is_python_group(std::string_view line) -> bool;

// Go
auto is_go_panic(std::string_view line) -> bool;
auto is_go_detail(std::string_view line) -> bool;
auto is_goroutine(std::string_view line) -> bool;
auto is_go_call(std::string_view line) -> bool;
auto is_go_file(std::string_view line) -> bool;
auto is_go_elided(std::string_view line) -> bool;
auto is_go_register(std::string_view line) -> bool;
auto is_go_exit(std::string_view line) -> bool;

// Ruby
auto is_ruby_head(std::string_view line) -> bool;
auto is_ruby_summary(std::string_view line) -> bool;
auto is_ruby_syntax(std::string_view line) -> bool;
auto is_ruby_frame(std::string_view line) -> bool;
auto is_ruby_levels(std::string_view line) -> bool;
auto is_ruby_message(std::string_view line) -> bool;

// PHP
auto is_php_head(std::string_view line) -> bool;
auto is_php_stack(std::string_view line) -> bool;
auto is_php_frame(std::string_view line) -> bool;
auto is_php_next(std::string_view line) -> bool;
auto is_php_last(std::string_view line) -> bool;
auto is_php_message(std::string_view line) -> bool;

// Node.js
auto is_node_source(std::string_view line) -> bool;
auto is_node_code(std::string_view line) -> bool;
auto is_node_open_frame(std::string_view line) -> bool;
auto is_node_left_out(std::string_view line) -> bool;
auto is_node_close(std::string_view line) -> bool;
auto is_node_hint(std::string_view line) -> bool;
auto is_node_version(std::string_view line) -> bool;

} // namespace weir::trace_shapes
