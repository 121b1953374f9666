"""What collectors and nodes go on with when their names have changed."""
import sqlite3
import unittest

from weir_nodes import SystemTest, wait_until

ALONE = """
collectors:
  NAME: { type: tail, path: "DIR/in.log"WAS }
sinks:
  table: { type: sqlite, from: [NAME], path: "DIR/events.db" }
"""
PLACED = """
collectors:
  logs: { type: tail, path: "DIR/in.log" }
source_aggregators:
  local: { from: [logs], buffer: { path: "DIR/buffer" } }
sinks:
  table: { type: sqlite, from: [local], path: "DIR/events.db" }
placement: { all: [logs, local, table] }
"""


class Renamed(SystemTest):
    def setUp(self):
        super().setUp()
        self.lines = 0

    def more(self, count=300):
        with open(self.path("in.log"), "a") as f:
            f.writelines(f"line {n}\n" for n in range(self.lines, self.lines + count))
        self.lines += count

    def rows(self):
        with sqlite3.connect(self.path("events.db"), timeout=60) as db:
            if not db.execute("select 1 from sqlite_master where name = 'events'").fetchall():
                return []  # the sink has not come to it
            return [r[0] for r in db.execute("select json_extract(record, '$.message') from events order by rowid")]

    def run_until_stored(self, name, topology, *words):
        """Each line once, whatever came before."""
        self.more()
        node = self.start(name, topology, *words)
        node.wait_log(" runs ")
        wait_until(lambda: f"line {self.lines - 1}" in self.rows(), node.log)
        self.assertEqual(0, node.stop(), node.log())
        self.assertEqual([f"line {n}" for n in range(self.lines)], self.rows())
        return node.log()

    def test_a_collector_goes_on_where_it_was_under_its_oldest_name(self):
        for name, was in (("first", ""), ("second", ", was: [first]"), ("third", ", was: [first, second]"),
                          ("first", "")):
            text = ALONE.replace("NAME", name).replace("WAS", was)
            self.run_until_stored(name + was[:4].strip(", "), self.write("t.yaml", text), "--node", "node")

    def test_a_node_goes_on_where_it_was_under_its_oldest_name(self):
        topology = self.write("t.yaml", PLACED)
        self.run_until_stored("a", topology, "--node", "edge-1", "--as", "all")
        log = self.run_until_stored("b", topology, "--node", "edge-2", "--as", "all", "--was", "edge-1")
        self.assertIn('go on where node "edge-1" was', log)
        self.run_until_stored("c", topology, "--node", "edge-1", "--as", "all")

    def test_a_node_that_has_its_name_from_the_host_keeps_the_first_one(self):
        topology = self.write("t.yaml", PLACED)
        (self.dir / "buffer").mkdir()
        self.write("buffer/source-name", "edge-of-yesterday\n")
        self.run_until_stored("a", topology, "--node", "edge-of-yesterday", "--as", "all")
        log = self.run_until_stored("b", topology, "--as", "all")
        self.assertIn('go on where node "edge-of-yesterday" was', log)

    def test_was_that_does_nothing_is_refused(self):
        alone = self.write("t.yaml", ALONE.replace("NAME", "logs").replace("WAS", ""))
        done = self.weir("run", alone, "--node", "n", "--was", "o")
        self.assertEqual(2, done.returncode)
        self.assertIn("--was does nothing here", done.stderr)
        placed = self.write("p.yaml", PLACED)
        done = self.weir("run", placed, "--node", "n", "--as", "all", "--was", "a b")
        self.assertEqual(2, done.returncode)
        self.assertIn("--was wants letters", done.stderr)


if __name__ == "__main__":
    unittest.main()
