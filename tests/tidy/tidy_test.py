#!/usr/bin/env python3
"""Shows that tidy.py fails on each thing it is there to find, in a small tree of its own."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

TIDY = pathlib.Path(__file__).with_name("tidy.py")
HEADER = "/// A part.\n#pragma once\n"


def findings(files):
    """Exit status and output of tidy.py on a tree of `files` (path to text), all listed in CMake."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        listed = "\n".join(name for name in files if name.endswith(".cpp"))
        for name, text in {"CMakeLists.txt": listed, **files}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        done = subprocess.run([sys.executable, str(TIDY), folder], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout


class Tidy(unittest.TestCase):
    def assert_fails(self, files, wanted):
        status, output = findings(files)
        self.assertEqual(status, 1, output)
        self.assertIn(wanted, output)

    def assert_passes(self, files):
        status, output = findings(files)
        self.assertEqual(status, 0, output)

    def test_a_house_in_order_passes(self):
        self.assert_passes({
            "runtime/base/a.hpp": HEADER,
            "runtime/event/b.cpp": '#include "runtime/base/a.hpp"\n#include <simdjson.h>\n',
            "actors/sinks/c.cpp": '#include <caf/actor.hpp>\n#include "config/d.hpp"\n#include "runtime/base/a.hpp"\n',
            "cli/main.cpp": '#include "topology/plan.hpp"\n#include "actors/protocol.hpp"\n',
            "tests/a_test.cpp": '#include "cli/main.hpp"\n#include "tests/support/x.hpp"\n',
        })

    def test_an_include_that_points_up_fails_with_its_place(self):
        chain = ["runtime/base", "config", "actors/sinks", "topology", "cli"]
        for low in range(len(chain)):
            for high in range(low + 1, len(chain)):
                source = f'\n#include "{chain[high]}/a.hpp"\n'
                self.assert_fails({f"{chain[low]}/bad.cpp": source}, f"{chain[low]}/bad.cpp:2: error:")

    def test_an_include_that_points_up_inside_of_runtime_fails(self):
        for low, high in [("base", "os"), ("os", "event"), ("event", "codec"), ("codec", "parser"), ("flow", "log")]:
            self.assert_fails({f"runtime/{low}/a.cpp": f'#include "runtime/{high}/b.hpp"\n'}, f"runtime/{low}/a.cpp:1: error:")

    def test_nobody_sees_tests(self):
        self.assert_fails({"runtime/base/a.cpp": '#include "tests/support/x.hpp"\n'}, "may see tests")

    def test_caf_stays_above_config(self):
        self.assert_fails({"runtime/flow/a.cpp": "#include <caf/actor.hpp>\n"}, "<caf/actor.hpp> in runtime")
        self.assert_fails({"config/a.hpp": HEADER + "#include <caf/actor.hpp>\n"}, "config/a.hpp:3: error:")

    def test_third_party_headers_stay_in_sources(self):
        for header in ("simdjson.h", "re2/re2.h", "zstd.h", "yaml-cpp/yaml.h", "sqlite3.h", "openssl/evp.h", "msgpack.hpp"):
            self.assert_fails({"actors/a.hpp": HEADER + f"#include <{header}>\n"}, f"<{header}> in a header")
        self.assert_passes({"cli/a.hpp": HEADER + "#include <CLI/CLI.hpp>\n#include <spdlog/spdlog.h>\n"})

    def test_plugins_know_no_actor_and_no_other_kind(self):
        plugin = "const register_store<s> registered{};\n"
        self.assert_fails({"actors/sinks/a.cpp": '#include "actors/protocol.hpp"\n' + plugin}, "plug-ins know no actor")
        writer = HEADER + '#include "actors/protocol.hpp"\n'
        self.assert_fails({"actors/sinks/a.cpp": '#include "actors/sinks/writer.hpp"\n' + plugin,
                           "actors/sinks/writer.hpp": writer}, "plug-ins know no actor")
        self.assert_fails({"actors/sinks/a.cpp": '#include "actors/collectors/lines.hpp"\n' + plugin}, "another folder")

    def test_long_functions_fail_and_longer_than_wanted_ones_warn(self):
        def function(lines):
            return "auto f(int a) -> int {\n" + "  a += 1; // {\n" * (lines - 2) + "}\n"
        self.assert_fails({"cli/a.cpp": "\n" + function(71)}, "cli/a.cpp:2: error: a function of 71 lines")
        status, output = findings({"cli/a.cpp": function(70)})
        self.assertEqual(status, 0)
        self.assertIn("cli/a.cpp:1: warning: a function of 70 lines", output)
        self.assertNotIn("function", findings({"cli/a.cpp": "namespace weir {\n" + function(30) * 3 + "}\n"})[1])

    def test_methods_and_constructors_are_functions_too(self):
        body = " {\n" + "  ++a_;\n" * 80 + "}\n"
        for head in ("void f() const noexcept", "explicit c(int a) : a_(a)", "auto f() -> std::vector<int>", "void f() override"):
            source = "namespace weir {\nclass c {\npublic:\n" + head + body + "};\n}\n"
            self.assert_fails({"cli/a.cpp": source}, "a function of 82 lines")

    def test_deep_nesting_fails(self):
        deep = "void f() {\n" + "if (a) {\n" * 5 + "}\n" * 5 + "}\n"
        self.assert_fails({"cli/a.cpp": deep}, "nested 5 deep")

    def test_long_files_and_headers_fail(self):
        self.assert_fails({"cli/a.cpp": "\n" * 601}, "at most 600")
        self.assert_fails({"cli/a.hpp": HEADER + "\n" * 199}, "at most 200")

    def test_words_of_the_unfinished_and_sleeps_in_tests_fail(self):
        self.assert_fails({"cli/a.cpp": "// TO" + "DO later\n"}, "cli/a.cpp:1: error:")
        self.assert_fails({"tests/a.cpp": "void f() { std::this_thread::sleep_for(1s); }\n"}, "wait for a condition")
        self.assert_passes({"cli/a.cpp": "void f() { std::this_thread::sleep_for(1s); }\n"})

    def test_a_fourth_macro_fails(self):
        self.assert_fails({"cli/a.cpp": "#define MORE 1\n"}, "macro MORE")
        self.assert_passes({"cli/a.cpp": 'auto text = R"(\n#define MORE 1\n)";\n'})

    def test_a_file_that_no_listing_names_fails(self):
        self.assert_fails({"cli/CMakeLists.txt": "add_executable(weir main.cpp) # extra.cpp", "cli/main.cpp": "",
                           "CMakeLists.txt": "", "cli/extra.cpp": ""}, "cli/extra.cpp:1: error: is listed in no")


if __name__ == "__main__":
    unittest.main()
