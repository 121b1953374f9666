"""A collector in front of a memory buffer, which keeps nothing: it asks the stores behind it how far they have come, and
these take what is new of the little that is read again."""
import random
import sqlite3
import threading
import time
import unittest

from weir_nodes import SystemTest, differences, read_lines, wait_until

TOPOLOGY = """
collectors:
  logs: { type: tail, path: "DIR/in.log" }
source_aggregators:
  local: { from: [logs], buffer: { type: memory } }
sinks:
  files: { type: file, from: [local], path: "DIR/out/all.raw", format: raw }
  table: { type: sqlite, from: [local], path: "DIR/events.db" }
"""
KILLS = 50
WAIT = 120


class Writer(threading.Thread):
    """Appends numbered lines until it is stopped."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path, self.count, self.stopped = path, 0, threading.Event()

    def write(self, lines):
        with open(self.path, "ab") as f:
            f.write(b"".join(b"line %d %s\n" % (n, b"." * (n * 7919 % 90)) for n in range(self.count, self.count + lines)))
        self.count += lines

    def run(self):
        while not self.stopped.wait(0.01):
            self.write(50)

    def stop(self):
        self.stopped.set()
        self.join()


class Killed(SystemTest):
    def rows(self, what):
        with sqlite3.connect(self.path("events.db"), timeout=WAIT) as db:
            return [row[0] for row in db.execute(f"select {what} from events")]

    def test_every_line_is_in_each_store_once_after_fifty_kills(self):
        topology = self.write("t.yaml", TOPOLOGY)
        writer = Writer(self.path("in.log"))
        writer.write(100)  # a file is known again by its first KiB
        writer.start()
        chance = random.Random(KILLS)
        for number in range(KILLS):
            node = self.start(f"killed-{number}", topology, "--node", "node")
            time.sleep(chance.uniform(0.05, 0.8))
            self.assertTrue(node.is_running(), node.log())
            node.kill()
        node = self.start("stopped", topology, "--node", "node")
        node.wait_log(" runs ")
        self.assertEqual(0, node.stop(), node.log())
        node = self.start("last", topology, "--node", "node")
        writer.stop()
        wait_until(lambda: self.rows("count(*)")[0] >= writer.count, node.log, WAIT)
        wait_until(lambda: len(read_lines(self.path("out/all.raw"))) >= writer.count, node.log, WAIT)
        self.wait_for("node", "local", events_held=0)
        for name in ("files", "table"):
            taken = self.actor("node", name)["events_in"]
            self.assertLess(taken, writer.count / 2, "all was read again")
        self.assertEqual(0, node.stop(), node.log())
        wanted = read_lines(self.path("in.log"))
        self.assertEqual(writer.count, len(wanted))
        self.assertEqual("", differences(read_lines(self.path("out/all.raw")), wanted))
        messages = self.rows("json_extract(record, '$.message')")
        self.assertEqual("", differences([text.encode() for text in messages], wanted))


if __name__ == "__main__":
    unittest.main()
