#include "runtime/multiline/trace_shapes.hpp"

#include "runtime/base/scan.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace weir::trace_shapes {
namespace {

using line_text = std::string_view;

auto trimmed(line_text line) -> line_text {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return line;
}

/// glibc's search is many times as fast as that of std::string_view.
auto has(line_text line, line_text word) -> bool {
  return ::memmem(line.data(), line.size(), word.data(), word.size()) != nullptr;
}

auto begins_with_one_of(line_text line, std::initializer_list<line_text> words) -> bool {
  return std::any_of(words.begin(), words.end(), [&](line_text w) { return line.starts_with(w); });
}

auto is_word(char c) -> bool { return scan::is_alpha(c) || scan::is_digit(c) || c == '_'; }
auto is_upper(char c) -> bool { return static_cast<unsigned char>(c - 'A') < 26; }

/// Whether `name` ends as the names of errors do.
auto ends_as_error(line_text name) -> bool {
  constexpr auto endings = std::array{line_text{"Exception"}, line_text{"Error"}, line_text{"Throwable"}};
  for (const auto ending : endings) {
    if (!name.ends_with(ending)) continue;
    const auto before = name.size() - ending.size();
    if (before == 0) return true;
    const auto c = name[before - 1];
    return is_word(c) || c == '.' || c == '$' || c == ' ' || c == '\\' || c == ':';
  }
  return false;
}

/// `name` without ` [CODE]` behind it, as Node.js writes it.
auto without_code(line_text name) -> line_text {
  if (!name.ends_with(']')) return name;
  const auto open = name.rfind(" [");
  return open == line_text::npos ? name : name.substr(0, open);
}

/// `a.b.Class` or `Outer$Inner`, and nothing or a colon behind it.
auto is_class(line_text line) -> bool {
  auto at = std::size_t{0};
  auto part = std::size_t{0};
  for (; at < line.size() && (is_word(line[at]) || line[at] == '.' || line[at] == '$'); ++at)
    if (line[at] == '.' || line[at] == '$') part = at + 1;
  if (part == 0 || part >= at || !is_upper(line[part])) return false;
  return at == line.size() || line.substr(at).starts_with(": ");
}

/// Where in the line `:12:in ` stands behind a file; npos if it does not.
auto ruby_place(line_text line) -> std::size_t {
  const auto* const in = static_cast<const char*>(::memmem(line.data(), line.size(), ":in ", 4));
  if (in == nullptr) return line_text::npos;
  const auto at = static_cast<std::size_t>(in - line.data());
  auto digits = at;
  while (digits > 0 && scan::is_digit(line[digits - 1])) --digits;
  return digits < at && digits > 1 && line[digits - 1] == ':' ? at : line_text::npos;
}

/// `:12` at its end, behind a name with this ending.
auto ends_with_place(line_text line, line_text ending) -> bool {
  auto end = line.size();
  while (end > 0 && scan::is_digit(line[end - 1])) --end;
  return end < line.size() && end > 0 && line[end - 1] == ':' && line.substr(0, end - 1).ends_with(ending);
}

} // namespace

auto is_blank(line_text line) -> bool { return line.find_first_not_of(" \t\r") == line_text::npos; }
auto is_indented(line_text line) -> bool { return !line.empty() && (line.front() == ' ' || line.front() == '\t') && !is_blank(line); }

auto is_log_line(line_text line) -> bool {
  if (line.empty()) return false;
  const auto first = line.front();
  if (scan::is_digit(first) || first == '[' || first == '{' || first == '<') return true;
  return begins_with_one_of(line, {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"});
}

auto is_message(line_text line) -> bool { return !is_log_line(line); }

auto is_caret(line_text line) -> bool {
  const auto marks = trimmed(line);
  return !marks.empty() && marks.find_first_not_of("^~ ") == line_text::npos && marks.find('^') != line_text::npos;
}

auto is_error(line_text line) -> bool {
  for (auto at = line.find(':'); at != line_text::npos; at = line.find(':', at + 1))
    if (at > 4 && ends_as_error(without_code(line.substr(0, at)))) return true;
  return line.size() > 4 && line.find(' ') == line_text::npos && ends_as_error(trimmed(line));
}

auto is_java_head(line_text line) -> bool {
  if (line.empty()) return false;
  return line.starts_with("Exception in thread \"") || is_class(line) || is_error(line);
}

auto is_at_frame(line_text line) -> bool { return is_indented(line) && trimmed(line).starts_with("at "); }

auto is_java_cause(line_text line) -> bool {
  return begins_with_one_of(trimmed(line), {"Caused by: ", "Suppressed: ", "nested exception is:", "Wrapped by: "});
}

/// Left out because they are those of the exception around it.
auto is_java_more(line_text line) -> bool {
  const auto rest = trimmed(line);
  return is_indented(line) && rest.starts_with("... ")
         && (rest.ends_with(" more") || rest.ends_with(" common frames omitted") || has(rest, " frames truncated"));
}

auto is_java_message(line_text line) -> bool { return is_message(line) && !is_java_head(line); }

auto is_dotnet_head(line_text line) -> bool {
  return begins_with_one_of(line, {"Unhandled exception. ", "Unhandled Exception: "}) || (is_error(line) && has(line, "Exception"));
}

auto is_dotnet_bare_head(line_text line) -> bool { return line == "Unhandled Exception:"; }
auto is_dotnet_inner(line_text line) -> bool { return trimmed(line).starts_with("---> "); }
auto is_dotnet_end_of_inner(line_text line) -> bool { return trimmed(line).starts_with("--- End of "); }

auto is_traceback(line_text line) -> bool { return line.ends_with("Traceback (most recent call last):") && !is_group_traceback(line); }
auto is_group_traceback(line_text line) -> bool { return trimmed(line).starts_with("+ Exception Group Traceback ("); }

auto is_python_prelude(line_text line) -> bool {
  return (line.starts_with("Exception in thread ") && line.ends_with(':') && line.find('"') == line_text::npos)
         || begins_with_one_of(line, {"Exception ignored in", "Task exception was never retrieved", "Exception in callback ",
                                      "Future exception was never retrieved"});
}

auto is_python_task(line_text line) -> bool {
  return begins_with_one_of(line, {"future: <", "handle: <", "task: <", "protocol: ", "transport: "});
}

auto is_python_file(line_text line) -> bool { return is_indented(line) && trimmed(line).starts_with("File \"") && has(line, "\", line "); }

/// `package.Error: text` or `KeyError`.
auto is_python_error(line_text line) -> bool {
  auto at = std::size_t{0};
  while (at < line.size() && (is_word(line[at]) || line[at] == '.' || (line[at] < 0))) ++at;
  return at > 0 && !scan::is_digit(line.front()) && (at == line.size() || line.substr(at).starts_with(": ") || line.substr(at) == ":");
}

auto is_python_chain(line_text line) -> bool {
  return line == "The above exception was the direct cause of the following exception:"
         || line == "During handling of the above exception, another exception occurred:";
}

auto is_python_group(line_text line) -> bool {
  const auto rest = trimmed(line);
  return is_indented(line) && (rest.front() == '|' || rest.front() == '+');
}

auto is_go_panic(line_text line) -> bool {
  if (begins_with_one_of(line, {"panic: ", "fatal error: ", "SIGQUIT: ", "SIGABRT: ", "SIGSEGV: ", "runtime: goroutine stack exceeds"}))
    return true;
  return has(line, ": panic serving ") || has(line, " panic: ");
}

auto is_go_detail(line_text line) -> bool {
  return begins_with_one_of(line, {"[signal ", "\t", "PC=", "panic: ", "fatal error: ", "runtime: ", "[recovered]"});
}

auto is_goroutine(line_text line) -> bool {
  return (line.starts_with("goroutine ") && line.ends_with(":") && has(line, " [")) || line == "runtime stack:";
}

/// `main.f(0x1, …)`: a name without blanks, up to a closing parenthesis; or what has begun the goroutine.
auto is_go_call(line_text line) -> bool {
  if (line.starts_with("created by ")) return true;
  if (!line.ends_with(')') || is_indented(line)) return false;
  const auto name = line.substr(0, line.find(' '));
  return name.find('(') != line_text::npos && name.find('(') > 0 && name.find(':') == line_text::npos;
}

auto is_go_file(line_text line) -> bool { return line.starts_with('\t'); }
auto is_go_elided(line_text line) -> bool {
  return (line.starts_with("...") && line.ends_with(" elided...")) || line.starts_with("goroutine running on ");
}
auto is_go_exit(line_text line) -> bool { return line.starts_with("exit status "); }

auto is_go_register(line_text line) -> bool {
  const auto blank = line.find(' ');
  return blank != line_text::npos && blank >= 2 && blank <= 6 && trimmed(line.substr(blank)).starts_with("0x");
}

auto is_ruby_head(line_text line) -> bool {
  if (is_indented(line)) return false;
  if (line.starts_with("#<Thread:")) return has(line, "terminated with exception");
  const auto at = ruby_place(line);
  return at != line_text::npos && has(line.substr(at), "': ");
}

/// `… (ArgumentError)` of Logger, `ArgumentError (text):` of Rails.
auto is_ruby_summary(line_text line) -> bool {
  if (line.ends_with(')')) return ends_as_error(line.substr(0, line.size() - 1));
  return line.ends_with("):") && is_upper(line.front()) && ends_as_error(line.substr(0, line.find(" (")));
}

auto is_ruby_syntax(line_text line) -> bool { return has(line, ": syntax error"); }

auto is_ruby_frame(line_text line) -> bool {
  const auto at = ruby_place(line);
  return at != line_text::npos && (is_indented(line) || !has(line.substr(at), "': "));
}

auto is_ruby_levels(line_text line) -> bool { return is_indented(line) && line.ends_with(" levels..."); }
auto is_ruby_message(line_text line) -> bool { return is_message(line) && !is_ruby_head(line) && !is_ruby_summary(line); }

auto is_php_head(line_text line) -> bool {
  return has(line, "PHP Fatal error:  Uncaught ") || line.starts_with("Fatal error: Uncaught ") || has(line, "\"[object] (")
         || (ends_with_place(line, ".php") && is_error(line));
}

auto is_php_stack(line_text line) -> bool {
  return line == "Stack trace:" || line == "[stacktrace]" || line == "PHP Stack trace:";
}

auto is_php_frame(line_text line) -> bool {
  const auto number = line.starts_with('#') ? line.substr(1) : line.starts_with("PHP ") ? trimmed(line.substr(3)) : line_text{};
  return !number.empty() && scan::is_digit(number.front());
}

auto is_php_next(line_text line) -> bool { return line.starts_with("Next ") || line.starts_with("[previous exception] "); }
auto is_php_last(line_text line) -> bool { return line.starts_with("  thrown in ") || line.starts_with("\"}"); }
auto is_php_message(line_text line) -> bool { return is_message(line) && !is_php_head(line); }

/// `/app/x.js:3`, alone in its line.
auto is_node_source(line_text line) -> bool {
  if (line.empty() || !scan::is_digit(line.back()) || line.find(' ') != line_text::npos) return false;
  if (!begins_with_one_of(line, {"/", "file:///", "node:", "webpack:"})) return false;
  constexpr auto endings = std::array{line_text{"js"}, line_text{"ts"}, line_text{"jsx"}, line_text{"tsx"}};
  return line.starts_with("node:")
         || std::any_of(endings.begin(), endings.end(), [&](line_text e) { return ends_with_place(line, e); });
}

auto is_node_code(line_text line) -> bool { return !is_caret(line); }
auto is_node_open_frame(line_text line) -> bool { return is_at_frame(line) && line.ends_with(" {"); }
auto is_node_left_out(line_text line) -> bool { return is_indented(line) && has(line, " lines matching cause stack trace ..."); }
auto is_node_close(line_text line) -> bool { return line == "}" || line == "},"; }
auto is_node_hint(line_text line) -> bool { return line.starts_with("(Use `node "); }
auto is_node_version(line_text line) -> bool { return line.starts_with("Node.js v"); }

} // namespace weir::trace_shapes
