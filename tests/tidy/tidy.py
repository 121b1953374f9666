#!/usr/bin/env python3
"""Keeps the house: include directions, sizes, macros, CMake listings. Prints file:line of each finding.

Usage: tidy.py [ROOT]. Exit status 1 if there is an error; warnings do not fail.
"""
import pathlib
import re
import subprocess
import sys

BOXES = ["runtime", "config", "actors", "topology", "cli"]  # each may include itself and those before it
# Inside runtime. Folders not named here are on the upper floor; tail reads what parsers take, dead letters are
# JSON, log and ledger
# remember ids and positions as flow does, the wire carries what flow says.
FLOORS = {"base": 0, "os": 1, "event": 2, "measure": 2, "net": 2, "tail": 4, "log": 4, "ledger": 4, "dead_letter": 4, "expression": 4,
          "wire": 4}
UPPER_FLOOR = 3
CAF_BOXES = {"actors", "topology", "cli", "tests"}
THIRD_PARTY = re.compile(
    r"^(boost/asio|yaml-cpp/|simdjson|re2/|zlib|zstd|lz4|openssl/|sqlite3|msgpack|CLI/|curl/|hiredis/|librdkafka/|libpq)")
MACROS = {"WEIR_TRY", "WEIR_CHECK", "WEIR_ASSERT", "WEIR_TRY_JOIN_", "WEIR_TRY_NAME_"}
FUNCTION_WARN, FUNCTION_MAX = 40, 70
FILE_WARN, FILE_MAX = 400, 600
HEADER_WARN, HEADER_MAX = 120, 200
NESTING_WARN, NESTING_MAX = 3, 4
SKIPPED_FOLDERS = {"build", ".git", ".cache"}


class Report:
    def __init__(self, root):
        self.root, self.errors, self.warnings = root, 0, 0

    def error(self, path, line, text):
        self.errors += 1
        print(f"{path.relative_to(self.root)}:{line}: error: {text}")

    def warn(self, path, line, text):
        self.warnings += 1
        print(f"{path.relative_to(self.root)}:{line}: warning: {text}")


def files_of(root):
    """What git tracks or would track; without git every file."""
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-co", "--exclude-standard"],
                            capture_output=True, text=True, check=False)
    if (root / ".git").exists() and listed.returncode == 0:
        paths = [root / name for name in listed.stdout.splitlines()]
    else:
        paths = root.rglob("*")
    kept = (p for p in paths if p.is_file() and not SKIPPED_FOLDERS & set(p.relative_to(root).parts))
    return sorted(kept)


def read(path):
    return path.read_text(encoding="utf-8", errors="replace")


RAW_STRING = re.compile(r'R"([^\s()\\]{0,16})\((?:.*?)\)\1"', re.S)
TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9a-zA-Z_])\'(?:\\.|[^\'\\\n])+\'', re.S)


def without_text(source):
    """The source with comments and literals blanked, line numbers unchanged."""
    def blank(found):
        return '""' + "\n" * found.group(0).count("\n")
    return TOKEN.sub(blank, RAW_STRING.sub(blank, source))


def check_include(report, path, line, target, quoted):
    parts = path.relative_to(report.root).parts
    box = parts[0]
    if quoted and box in BOXES:
        check_direction(report, path, line, parts, target)
    if target.startswith("caf/") and box not in CAF_BOXES:
        report.error(path, line, f"<{target}> in {box}: CAF headers belong in actors, topology and cli")
    if target.startswith(("caf/io", "caf/openssl")):
        report.error(path, line, f"<{target}>: what nodes say to each other is runtime/wire")
    if path.suffix == ".hpp" and box != "tests" and THIRD_PARTY.match(target):
        if not (box == "cli" and target.startswith("CLI/")):
            report.error(path, line, f"<{target}> in a header: third-party headers belong in .cpp files")


def check_direction(report, path, line, parts, target):
    to = target.split("/")
    if to[0] == "tests":
        return report.error(path, line, f'"{target}": nothing outside of tests may see tests')
    if to[0] not in BOXES:
        return report.error(path, line, f'"{target}": includes are written from the root of the repository')
    if BOXES.index(to[0]) > BOXES.index(parts[0]):
        return report.error(path, line, f'{parts[0]} includes "{target}": '
                            "the one direction is cli, topology, actors, config, runtime")
    if parts[0] == "runtime" and to[0] == "runtime" and len(parts) > 2 and len(to) > 2:
        check_floor(report, path, line, parts[1], to[1], target)
    if parts[0] == "actors" and to[0] == "actors":
        check_plugin(report, path, line, parts, to, target)


def check_floor(report, path, line, here, there, target):
    if here == there:
        return
    mine, its = FLOORS.get(here, UPPER_FLOOR), FLOORS.get(there, UPPER_FLOOR)
    if its >= mine:
        report.error(path, line, f'runtime/{here} includes "{target}": '
                     "base carries os, os carries event, measure and net, these carry the rest; neighbours keep apart")


PLUGIN_FACES = {"actors/collectors/source.hpp", "actors/operators/operator.hpp", "actors/operators/parse.hpp",
                "actors/sinks/store.hpp", "actors/plugin.hpp"}


def check_plugin(report, path, line, parts, to, target):
    """Sources, operators and stores include neither each other nor an actor."""
    if path.suffix != ".cpp" or not re.search(r"\bregister_(source|operator|store)\s*<", read(path)):
        return
    header = report.root / target
    if target == "actors/protocol.hpp" or (header.is_file() and 'actors/protocol.hpp"' in read(header)):
        report.error(path, line, f'a plug-in includes "{target}": plug-ins know no actor')
    elif len(to) > 2 and to[1] != parts[1] and target not in PLUGIN_FACES:
        report.error(path, line, f'a plug-in includes "{target}" of another folder: plug-ins know only themselves')


def check_lines(report, path, source, code):
    for number, text in enumerate(source.split("\n"), 1):
        found = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', text)
        if found:
            check_include(report, path, number, found.group(2), found.group(1) == '"')
    for number, text in enumerate(code.split("\n"), 1):
        found = re.match(r"\s*#\s*define\s+(\w+)", text)
        if found and found.group(1) not in MACROS and not found.group(1).startswith("BOOST_TEST_"):
            report.error(path, number, f"macro {found.group(1)}: only WEIR_TRY, WEIR_CHECK and WEIR_ASSERT are macros")
        if path.parts[len(report.root.parts)] == "tests" and re.search(r"\b(sleep_for|sleep_until|usleep)\b", text):
            report.error(path, number, "a sleep in a test: wait for a condition")
    # Spelled in pieces, so that this file does not find itself.
    for word in ("TO" + "DO", "FIX" + "ME"):
        for number, text in enumerate(source.split("\n"), 1):
            if re.search(rf"\b{word}\b", text):
                report.error(path, number, f"{word}: do it or leave it out")


CONTROL = re.compile(r"(?:^|[\s;{})])(?:if|else|for|while|switch|do|try|catch)\b[^;{}]*$")
NAMESPACE = re.compile(r"\bnamespace\b[^;{}()]*$")
TYPE = re.compile(r"\b(?:class|struct|union|enum)\b[^;{}()=]*(?:\([^)]*\))?[^;{}()=]*$")
EXTERN = re.compile(r'\bextern\s*""\s*$')


def kind_of(head, enclosing):
    """What a brace opens, from the text before it: only as exact as clang-format'ed code needs."""
    if NAMESPACE.search(head) or EXTERN.search(head):
        return "namespace"
    if enclosing in ("function", "lambda", "control", "value"):
        if CONTROL.search(head):
            return "control"
        return "lambda" if re.search(r"\]\s*(?:\([^{}]*)?(?:mutable|noexcept|->[^{}]*)?\s*$", head) else "value"
    if TYPE.search(head):
        return "type"
    stripped = head.rstrip()
    if stripped.endswith((")", "const", "noexcept", "override", "final", "&")) or re.search(r"\)\s*(?:const)?\s*(?:noexcept)?\s*->[^;{}]*$", stripped) \
            or re.search(r"\)\s*(?:noexcept)?\s*:[^;]*$", stripped):
        return "function"
    return "value"


def functions_of(code):
    """(first line, last line, deepest nesting) of each function body, by counting braces."""
    stack, found, head, line = [], [], "", 1
    for c in code:
        if c == "\n":
            line += 1
        if c == "{":
            enclosing = stack[-1][0] if stack else "namespace"
            kind = kind_of(head, enclosing)
            stack.append([kind, line - head.lstrip().count("\n"), 0])
            depth = sum(1 for s in stack if s[0] == "control")
            for frame in stack:
                if frame[0] == "function":
                    frame[2] = max(frame[2], depth)
                    break
            head = ""
        elif c == "}":
            if stack:
                kind, first, nesting = stack.pop()
                if kind == "function":
                    found.append((first, line, nesting))
            head = ""
        elif c == ";" and head.count("(") <= head.count(")"):
            head = ""
        elif c == ":" and head.strip() in ("public", "private", "protected"):
            head = ""
        else:
            head += c
    return found


def check_sizes(report, path, code, lines):
    is_header = path.suffix == ".hpp"
    if lines > FILE_MAX:
        report.error(path, lines, f"{lines} lines: a file has at most {FILE_MAX}")
    elif lines > FILE_WARN:
        report.warn(path, lines, f"{lines} lines, wanted {FILE_WARN}")
    in_tests = path.parts[len(report.root.parts)] == "tests"
    if is_header and not in_tests and lines > HEADER_MAX:
        report.error(path, lines, f"{lines} lines: a header has at most {HEADER_MAX}")
    elif is_header and not in_tests and lines > HEADER_WARN:
        report.warn(path, lines, f"{lines} lines, wanted {HEADER_WARN} in a header")
    plain = re.sub(r"^\s*#.*(?:\\\n.*)*$", lambda m: "\n" * m.group(0).count("\n"), code, flags=re.M)
    for first, last, nesting in functions_of(plain):
        length = last - first + 1
        if length > FUNCTION_MAX:
            report.error(path, first, f"a function of {length} lines: at most {FUNCTION_MAX}")
        elif length > FUNCTION_WARN:
            report.warn(path, first, f"a function of {length} lines, wanted {FUNCTION_WARN}")
        if nesting > NESTING_MAX:
            report.error(path, first, f"control flow nested {nesting} deep: at most {NESTING_MAX}")
        elif nesting > NESTING_WARN:
            report.warn(path, first, f"control flow nested {nesting} deep, wanted {NESTING_WARN}")


def check_header(report, path, source):
    if not source.startswith("///"):
        report.warn(path, 1, "a header begins with a /// sentence that says what it is for")
    if "#pragma once" not in source:
        report.error(path, 1, "a header without #pragma once")


def check_listed(report, paths):
    """Every source file is named in the CMakeLists.txt of its folder or of one above it, or in full anywhere."""
    def code_of(path):
        return re.sub(r"#[^\n]*", "", read(path))
    listings = {p.parent: code_of(p) for p in paths if p.name == "CMakeLists.txt"}
    everywhere = "\n".join([*listings.values(), *(code_of(p) for p in paths if p.suffix == ".cmake")])
    for path in (p for p in paths if p.suffix == ".cpp"):
        folders = [f for f in path.parents if f in listings]
        names = [(listings[f], str(path.relative_to(f))) for f in folders]
        names.append((everywhere, str(path.relative_to(report.root))))
        named = any(re.search(r"(?<![\w/.-])(?:\$\{\w+\}/)?" + re.escape(name) + r"(?![\w.-])", text)
                    for text, name in names)
        # A loop or a function over names: foreach(name a b) … ${name}.cpp
        looped = any("${" in text and re.search(rf"(?<![\w/.-]){re.escape(path.stem)}(?![\w/.-])", text)
                     and ".cpp" in everywhere for text in (listings[f] for f in folders[:1]))
        if not named and not looped:
            report.error(path, 1, "is listed in no CMakeLists.txt")


def check(root):
    report = Report(root)
    paths = files_of(root)
    for path in paths:
        if path.suffix not in (".cpp", ".hpp"):
            continue
        source = read(path)
        code = without_text(source)
        check_lines(report, path, source, code)
        check_sizes(report, path, code, source.count("\n"))
        if path.suffix == ".hpp":
            check_header(report, path, source)
    check_listed(report, paths)
    return report


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    report = check(root)
    print(f"{report.errors} errors, {report.warnings} warnings")
    return 1 if report.errors else 0


if __name__ == "__main__":
    sys.exit(main())
