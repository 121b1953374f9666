"""How long the stores that are files keep what they have, of the real binary."""
import json
import os
import sqlite3
import time
import unittest

from weir_nodes import SystemTest, wait_until

FILES = """
collectors: { logs: { type: tail, path: "DIR/in.log" } }
sinks: { out: { type: file, path: "DIR/out/{tag}/out.raw", format: raw, rotate: { size: 1B }, retention: RETENTION } }
"""
ROWS = """
collectors: { logs: { type: tail, path: "DIR/in.log", parse: { format: json, time_key: time, time_format: "%s" } } }
sinks: { out: { type: sqlite, path: "DIR/events.db", full_text: [record], retention: RETENTION } }
"""


class Retention(SystemTest):
    def add(self, text):
        with open(self.path("in.log"), "a") as log:
            log.write(text)

    def node(self, topology, retention):
        self.write("in.log", "")
        return self.start("node", self.write("t.yaml", topology.replace("RETENTION", retention)), "--node", "node")

    def files(self):
        return sorted(os.path.join(at, name) for at, _, names in os.walk(self.path("out")) for name in names if not name.startswith(".weir"))

    def content(self, name):
        with open(name) as f:
            return f.read()

    def noted(self):
        return self.actor("node", "out").get("noted", {})

    def test_files_go_by_age_though_nothing_comes_and_others_stay(self):
        node = self.node(FILES, "{ age: 3s }")
        for n in range(4):
            self.add(f"line {n}\n")
            self.wait_for("node", "out", events_out=n + 1)
        self.assertEqual(4, len(self.files()))
        mine = self.write("out/in.log/mine.raw", "somebody's\n")
        os.utime(mine, (1, 1))
        wait_until(lambda: self.files() == [mine], lambda: f"only its files are gone: {self.files()}")
        node.wait_log("not written to for 3s")
        wait_until(lambda: self.noted().get("expired files") == 4, "they are counted")
        self.add("a new one\n")
        wait_until(lambda: len(self.files()) == 2, "the next is written")
        self.assertTrue(self.status("node")["balanced"])
        self.assertEqual(0, node.stop(), node.log())

    def test_files_go_by_size_the_oldest_first_also_those_of_an_earlier_process(self):
        node = self.node(FILES, "{ size: 1GiB }")
        for n in range(6):
            self.add(f"{n}" * 1000 + "\n")
            self.wait_for("node", "out", events_out=n + 1)
        self.assertEqual(0, node.stop(), node.log())
        for n, name in enumerate(sorted(self.files(), key=self.content)):
            os.utime(name, (time.time() - 100 + n,) * 2)
        topology = self.write("t.yaml", FILES.replace("RETENTION", "{ size: 3500B }").replace("DIR", str(self.path("."))))
        node = self.start("node", topology, "--node", "node")
        wait_until(lambda: len(self.files()) == 3, lambda: f"those above the size are gone: {self.files()}")
        self.assertEqual(["3", "4", "5"], sorted(self.content(name)[0] for name in self.files()))
        node.wait_log("as all had more than 3500B")
        self.assertEqual(0, node.stop(), node.log())

    def rows(self, sql):
        with sqlite3.connect(self.path("events.db")) as database:
            return database.execute(sql).fetchall()

    def test_rows_go_by_their_time_out_of_the_index_of_words_too(self):
        node = self.node(ROWS, "{ age: 20s }")
        now = int(time.time())
        self.add("".join(json.dumps({"time": now - 7200 if n % 2 else now + 7200, "word": f"word{n}"}) + "\n" for n in range(10_001)))
        self.wait_for("node", "out", events_out=10_001)
        left = "SELECT count(*), min(json_extract(record, '$.word') = 'word0') FROM events"
        wait_until(lambda: self.rows(left)[0][0] == 5001, lambda: f"the old rows are gone: {self.rows(left)}")
        words = "SELECT count(*) FROM events_fts WHERE events_fts MATCH '{}'"
        self.assertEqual([(0,)], self.rows(words.format("word1")))
        self.assertEqual([(1,)], self.rows(words.format("word2")))
        node.wait_log("5000 older than 20s")
        wait_until(lambda: self.noted().get("expired rows") == 5000, "they are counted")
        # What was deleted was stored: it does not come again.
        self.assertEqual(0, node.stop(), node.log())
        node = self.start("node", self.path("t.yaml"), "--node", "node")
        self.add(json.dumps({"time": now + 7200, "word": "last"}) + "\n")
        wait_until(lambda: self.rows(left)[0][0] == 5002, lambda: f"one more: {self.rows(left)}")
        self.assertEqual(0, node.stop(), node.log())

    def test_rows_go_by_size(self):
        node = self.node(ROWS, "{ size: 4MiB }")
        now = int(time.time())
        for part in range(4):
            self.add("".join(json.dumps({"time": now + part, "part": part, "fill": "x" * 300}) + "\n" for _ in range(10_000)))
        self.wait_for("node", "out", events_out=40_000)
        used = "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
        wait_until(lambda: self.rows(used)[0][0] <= 4 << 20, lambda: f"it is small enough: {self.rows(used)}")
        node.wait_log("as the database had more than 4MiB")
        self.assertEqual([(3,)], self.rows("SELECT max(json_extract(record, '$.part')) FROM events"))
        self.assertGreater(self.rows("SELECT min(json_extract(record, '$.part')) FROM events")[0][0], 0)
        self.assertEqual(0, node.stop(), node.log())


if __name__ == "__main__":
    unittest.main()
