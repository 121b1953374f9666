"""What a sink gets that is added behind collectors."""
import sqlite3
import unittest

from weir_nodes import SystemTest, wait_until

DIRECT = """
collectors:
  logs: { type: tail, path: "DIR/in.log" }
sinks:
SINKS"""
BEHIND_MEMORY = """
collectors:
  logs: { type: tail, path: "DIR/in.log" }
source_aggregators:
  local: { from: [logs] }
sinks:
SINKS"""


class Added(SystemTest):
    def setUp(self):
        super().setUp()
        self.lines = 0

    def rows(self, sink):
        with sqlite3.connect(self.path(f"{sink}.db"), timeout=60) as db:
            if not db.execute("select 1 from sqlite_master where name = 'events'").fetchall():
                return []  # the sink has not come to it
            return [r[0] for r in db.execute("select json_extract(record, '$.message') from events order by rowid")]

    def write_lines(self, count):
        with open(self.path("in.log"), "a") as f:
            f.writelines(f"line {n}\n" for n in range(self.lines, self.lines + count))
        self.lines += count

    def write_until_settled(self):
        """Chunks say once a second what every sink has."""
        self.write_lines(1)
        if not self.rows("a"):
            return False
        with sqlite3.connect(self.path("a.db"), timeout=60) as db:
            return db.execute("select 1 from weir_settled where last > 0").fetchall()

    def run_with(self, name, text, sinks):
        """Stores 300 more lines; `sinks`: by name, with further settings."""
        parent = "local" if "local" in text else "logs"
        lines = "".join(f'  {sink}: {{ type: sqlite, from: [{parent}], path: "DIR/{sink}.db"{more} }}\n'
                        for sink, more in sinks.items())
        self.write_lines(300)
        node = self.start(name, self.write("t.yaml", text.replace("SINKS", lines)), "--node", "node")
        node.wait_log(" runs ")
        wait_until(self.write_until_settled, node.log)
        for sink in sinks:
            wait_until(lambda: f"line {self.lines - 1}" in self.rows(sink), node.log)
        self.assertEqual(0, node.stop(), node.log())

    def assert_once_from(self, first, sink):
        found = self.rows(sink)
        self.assertEqual(len(set(found)), len(found))
        missing = {f"line {n}" for n in range(first, self.lines)} - set(found)
        self.assertEqual([], sorted(missing)[:3])

    def check(self, text):
        self.run_with("one", text, {"a": ""})
        first_of_b = self.lines
        self.run_with("two", text, {"a": "", "b": ""})
        self.assertNotIn("line 0", self.rows("b"))
        self.run_with("three", text, {"a": "", "b": "", "c": ", start: all"})
        self.assert_once_from(0, "c")
        self.run_with("four", text, {"a": "", "b": "", "c": ", start: all"})
        for sink, first in (("a", 0), ("b", first_of_b), ("c", 0)):
            self.assert_once_from(first, sink)

    def test_behind_a_collector(self):
        self.check(DIRECT)

    def sinks_text(self, text, sinks):
        parent = "local" if "local" in text else "logs"
        return self.write("t.yaml", text.replace("SINKS", "".join(
            f'  {sink}: {{ type: sqlite, from: [{parent}], path: "DIR/{sink}.db"{more} }}\n' for sink, more in sinks.items())))

    def check_reload(self, text):
        """Lines come all the time; who is added by a reload gets those from before as well, without a new start."""
        sinks = {"a": "", "b": ""}
        self.write_lines(300)
        node = self.start("one", self.sinks_text(text, sinks), "--node", "node")
        node.wait_log(" runs ")
        wait_until(self.write_until_settled, node.log)
        for name, more in (("now", ""), ("all", ", start: all"), ("more", ", start: all")):
            self.assertTrue(name != "all" or "line 0" not in self.rows("now"))
            sinks[name] = more
            self.write_lines(1000)
            self.sinks_text(text, sinks)
            done = self.weir("reload", "node")
            self.assertEqual(0, done.returncode, done.stdout + done.stderr + node.log())
            self.assertIn(f"added: {name}", done.stdout)
            self.write_lines(300)
        for sink in sinks:
            wait_until(lambda: f"line {self.lines - 1}" in self.rows(sink), node.log)
        for sink in ("all", "more"):
            wait_until(lambda: len(self.rows(sink)) >= self.lines, lambda: f"{sink} has {len(self.rows(sink))}" + node.log())
        self.assertEqual(0, node.stop(), node.log())
        node = self.start("two", self.path("t.yaml"), "--node", "node")
        self.write_lines(1)
        for sink in sinks:
            wait_until(lambda: f"line {self.lines - 1}" in self.rows(sink), node.log)
        self.assertEqual(0, node.stop(), node.log())
        for sink in ("a", "b", "all", "more"):
            self.assert_once_from(0, sink)
        self.assert_once_from(1301, "now")

    def test_by_a_reload_behind_a_collector(self):
        self.check_reload(DIRECT)

    def test_by_a_reload_behind_a_memory_buffer(self):
        self.check_reload(BEHIND_MEMORY)

    def test_behind_a_memory_buffer(self):
        self.check(BEHIND_MEMORY)

    def test_by_a_reload_while_another_store_is_down(self):
        text = DIRECT + '  down: { type: file, from: [logs], path: "DIR/in.log/no.jsonl" }\n'
        self.write_lines(300)
        node = self.start("one", self.sinks_text(text, {"a": ""}), "--node", "node", "--drain-timeout", "1s")
        wait_until(lambda: len(self.rows("a")) == 300, node.log)
        self.sinks_text(text, {"a": "", "all": ", start: all"})
        done = self.weir("reload", "node")
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        self.assertIn("logs: what it has could not be passed on within 5s, so who is new gets what was there before when",
                      done.stdout)
        self.write_lines(300)
        wait_until(lambda: len(self.rows("a")) == 600, node.log)
        wait_until(lambda: f"line {self.lines - 1}" in self.rows("all"), node.log)
        node.stop()
        node = self.start("two", self.path("t.yaml"), "--node", "node", "--drain-timeout", "1s")
        wait_until(lambda: len(self.rows("all")) == 600, node.log)
        node.stop()
        for sink in ("a", "all"):
            self.assert_once_from(0, sink)

    def test_start_without_anything_older_is_refused(self):
        text = """
collectors: { in: { type: generate } }
sinks: { out: { type: "null", from: [in], start: all } }
"""
        done = self.weir("check", self.write("t.yaml", text))
        self.assertEqual(2, done.returncode)
        self.assertIn('"start" is about what was there before', done.stderr)


if __name__ == "__main__":
    unittest.main()
