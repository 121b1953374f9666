"""Tails of the real binary that meet what a sink of the same topology writes, or wrote in an earlier run."""
import os
import shutil
import sqlite3
import unittest

from weir_nodes import SystemTest, read_lines

TAIL = 'collectors: { logs: { type: tail, path: "DIR/in/**", COLLECTOR } }\n'


class OwnOutput(SystemTest):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("in"))

    def run_once(self, sinks, collector="tag: t"):
        topology = self.write("t.yaml", TAIL.replace("COLLECTOR", collector) + "sinks:\n" + sinks)
        done = self.weir("run", topology, "--once")
        self.assertEqual(0, done.returncode, done.stderr)
        return done

    def stored(self, *but):
        """Lines of all files below in/ but those that were there for the tail."""
        found = []
        for directory, _, names in os.walk(self.path("in")):
            for name in names:
                path = os.path.join(directory, name)
                if name not in but and not name.startswith("."):
                    found += [line.decode() for line in read_lines(path)]
        return found

    def test_what_earlier_runs_wrote_into_the_folder_is_never_read(self):
        for path in ("{tag}.log", "%Y-%m-%d.log", "%A.log", "sub/{tag}/%H.log", "fixed.log"):
            with self.subTest(path=path):
                shutil.rmtree(self.path("in"))
                os.mkdir(self.path("in"))
                for n in range(4):
                    self.append("in/a.log", f"line {n}\n")
                    self.run_once(f'  out: {{ type: file, path: "DIR/in/{path}", format: raw }}\n')
                self.assertEqual([f"line {n}" for n in range(4)], sorted(self.stored("a.log")))

    def test_what_earlier_runs_wrote_is_not_read_under_another_name(self):
        self.write("in/a.log", "one\n")
        sink = '  out: { type: file, path: "DIR/in/{tag}.log", format: raw, rotate: { size: 1B } }\n'
        for n in range(3):
            self.run_once(sink)
            self.append("in/a.log", f"more {n}\n")
            os.rename(self.path("in", "t.log"), self.path("in", f"renamed by hand {n}"))
        os.link(self.path("in", "renamed by hand 0"), self.path("in", "hard.log"))
        os.symlink(self.path("in", "renamed by hand 1"), self.path("in", "soft.log"))
        self.run_once(sink)
        self.assertEqual(["more 0", "more 1", "more 2", "one"],
                         sorted(self.stored("a.log", "hard.log", "soft.log")))

    def test_a_database_and_its_journals_are_not_read_by_whatever_name(self):
        self.write("in/a.log", "one\n")
        self.write("out/x", "")
        os.symlink(self.path("out", "real.db"), self.path("in", "linked.db"))
        sinks = '  db: { type: sqlite, path: "DIR/in/events.db" }\n  two: { type: sqlite, path: "DIR/in/linked.db" }\n'
        for n in range(3):
            self.run_once(sinks)
            if n == 0:
                os.link(self.path("out", "real.db"), self.path("in", "hard.db"))
        for name in ("in/events.db", "out/real.db"):
            with sqlite3.connect(self.path(name)) as database:
                self.assertEqual(1, database.execute("SELECT count(*) FROM events").fetchone()[0])

    def test_check_warns_of_it_by_name(self):
        text = TAIL + 'sinks: { out: { type: file, path: "DIR/in/{tag}.log" } }\n'
        done = self.weir("check", self.write("t.yaml", text.replace("COLLECTOR", "tag: t")))
        self.assertEqual(0, done.returncode)
        self.assertIn('collector "logs": its "path" can match what sink "out" writes', done.stdout + done.stderr)
        done = self.weir("check", self.write("t.yaml", text.replace("COLLECTOR", 'tag: t, exclude: "t.log"')
                                             .replace("{tag}", "t")))
        self.assertNotIn("can match", done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
