"""Dead letters with a sink of their own: each of them once in it, whatever is killed when."""
import json
import os
import socket
import time
import unittest

from weir_nodes import SystemTest, count_lines, free_port, read_lines, wait_until

TOPOLOGY = """
dead_letter: letters
collectors:
  app:
    type: tail
    path: "DIR/in/*.log"
    parse: { format: json, on_error: dead_letter }
    process: [ retag: { tag: "${who}" } ]
sinks:
  good: { type: file, from: app, path: "DIR/out/{tag}.raw" }
  letters: { type: file, path: "DIR/letters.json" }
"""

REPLAYED = """
collectors:
  app: { type: tail, path: "DIR/in/*.log", parse: { format: json, on_error: dead_letter } }
  again: { type: forward, listen: "127.0.0.1:PORT" }
source_aggregators:
  local: { from: [app, again], buffer: { path: "DIR/buffer" } }
sinks:
  all: { type: file, from: local, path: "DIR/all.raw", format: raw }
"""

SPREAD = """
dead_letter: letters
collectors:
  app:
    type: tail
    path: "DIR/in/*.log"
    parse: { format: json, on_error: dead_letter }
    process: [ retag: { tag: "${who}" } ]
source_aggregators:
  local: { from: app, buffer: { path: "DIR/buffer" } }
sinks:
  good: { type: file, from: local, path: "DIR/out/{tag}.raw" }
  letters: { type: sqlite, path: "DIR/letters.db" }
placement:
  edge: [app, local]
  store: [good]
  post: [letters]
nodes:
"""


class DeadLetters(SystemTest):
    def setUp(self):
        super().setUp()
        os.makedirs(self.path("in"))
        self.good, self.bad, self.outside = [], [], []

    def add(self, count):
        """Every seventh line is no JSON, the tag of every eleventh leaves the store's directory."""
        text = ""
        for _ in range(count):
            n = len(self.good) + len(self.bad) + len(self.outside)
            if n % 7 == 3:
                self.bad.append(f"bad {n}")
                text += self.bad[-1] + "\n"
                continue
            who, kept = ("../out", self.outside) if n % 11 == 5 else ("a", self.good)
            kept.append(n)
            text += json.dumps({"who": who, "n": n}) + "\n"
        self.append("in/a.log", text)

    def letters(self):
        return [json.loads(line) for line in read_lines(self.path("letters.json"))]

    def assert_all_in_place(self, letters=None):
        letters = self.letters() if letters is None else letters
        self.assert_same_lines([a["line"] for a in letters if "line" in a], self.bad)
        self.assert_same_lines([a["record"]["n"] for a in letters if "record" in a], self.outside)
        stored = [json.loads(line)["n"] for line in read_lines(self.path("out", "a.raw"))]
        self.assert_same_lines(stored, self.good)

    def run_once(self, topology):
        ended = self.weir("run", topology, "--once")
        self.assertEqual(0, ended.returncode, ended.stderr)
        return ended.stdout

    def test_each_letter_is_in_its_sink_once_however_often_it_runs(self):
        topology = self.write("t.yaml", TOPOLOGY)
        self.add(3000)
        self.assertIn("events=3000 ", self.run_once(topology))
        self.assert_all_in_place()
        for letter in self.letters():
            self.assertIn(letter["reason"], ("path leaves the directory", "the line is not a JSON object"))
            self.assertRegex(letter["from"], "/sink/good$" if "record" in letter else "/collector/app$")
        self.run_once(topology)
        self.add(1000)
        self.run_once(topology)
        self.assert_all_in_place()

    def test_letters_are_delivered_while_it_runs_and_before_it_ends(self):
        topology = self.write("t.yaml", TOPOLOGY)
        node = self.start("node", topology)
        self.add(100)
        wait_until(lambda: len(self.letters()) == len(self.bad) + len(self.outside), "the first letters")
        self.add(5000)
        wait_until(lambda: len(self.letters()) > 200, "more letters")
        self.assertEqual(0, node.stop(), node.log())
        before = len(self.letters())
        self.assertEqual(before, sum(count_lines(self.path("weir-data", "dead-letters", name))
                                     for name in ("app.jsonl", "good.jsonl")))
        self.run_once(topology)
        self.assert_all_in_place()

    def kill_again_and_again(self, topology):
        for attempt in range(12):
            node = self.start(f"node-{attempt}", topology)
            self.add(3000)
            wait_until(lambda: len(self.letters()) > attempt * 300, "some letters")
            time.sleep(0.003 * attempt)
            node.kill()
        self.run_once(topology)
        self.assert_all_in_place()

    def test_a_kill_at_any_instant_neither_loses_nor_doubles_a_letter(self):
        """Without a buffer: what is read again has other chunks, and is known by where it was read."""
        self.kill_again_and_again(self.write("t.yaml", TOPOLOGY))

    def test_so_it_is_with_a_buffer(self):
        buffered = 'sinks:\n  good: { type: file, from: local,'
        self.kill_again_and_again(self.write("t.yaml", TOPOLOGY.replace("sinks:\n  good: { type: file, from: app,",
            'source_aggregators:\n  local: { from: app, buffer: { path: "DIR/buffer" } }\n' + buffered)))

    def test_letters_go_to_a_sink_of_another_node(self):
        nodes = {"edge-1": "edge", "store-1": "store", "post-1": "post"}
        topology = self.write("t.yaml", SPREAD + "".join(
            f'  {name}: {{ listen: "127.0.0.1:{free_port()}", as: {kind} }}\n' for name, kind in nodes.items()))
        running = {name: self.start_node(topology, name, kind) for name, kind in nodes.items()}
        self.add(2000)
        wait_until(lambda: len(self.rows()) >= 100, "letters at the other node")
        for name in ("store-1", "edge-1", "post-1"):
            self.add(2000)
            running[name].kill()
            running[name] = self.start_node(topology, name, nodes[name])
        wait_until(lambda: len(self.rows()) >= len(self.bad) + len(self.outside)
                   and count_lines(self.path("out", "a.raw")) >= len(self.good), lambda: f"all letters, not {len(self.rows())}")
        self.assert_all_in_place(self.rows())

    def test_replayed_letters_are_stored_once_however_often_they_are_replayed(self):
        port = str(free_port())
        topology = self.write("t.yaml", REPLAYED.replace("PORT", port))
        bad = [b"bad %d" % n for n in range(2000)]
        self.write("in/a.log", b"".join(line + b"\n" for line in bad))
        self.run_once_without_clients(topology)
        file = self.path("buffer", "dead-letters", "app.jsonl")
        for attempt in range(3):
            node = self.start(f"node-{attempt}", topology)
            wait_until(lambda: self.listens(int(port)), "the forward collector")
            for _ in range(2):
                done = self.weir("replay", file, "--again", "--to", "127.0.0.1:" + port)
                self.assertEqual(0, done.returncode, done.stderr)
                self.assertIn("2000 sent and confirmed", done.stdout)
            wait_until(lambda: count_lines(self.path("all.raw")) >= len(bad), "the replayed lines")
            if attempt == 1:
                node.kill()
            else:
                self.assertEqual(0, node.stop(), node.log())
        self.assert_same_lines(read_lines(self.path("all.raw")), bad)

    def test_no_node_starts_whose_letters_have_no_place(self):
        self.write("weir-data", "a file where a directory should be")
        topology = self.write("t.yaml", TOPOLOGY)
        self.add(100)
        ended = self.weir("run", topology, "--once")
        self.assertEqual(1, ended.returncode, ended.stderr)
        self.assertIn('no place for the dead letters of "', ended.stderr)
        self.assertIn("weir-data/dead-letters/", ended.stderr)
        self.assertFalse(os.path.exists(self.path("out")))
        self.write("t.yaml", TOPOLOGY + 'dead_letters: { path: "DIR/else/where" }\n')
        self.run_once(topology)
        self.assert_all_in_place()
        self.assertEqual(len(self.bad), count_lines(self.path("else/where/app.jsonl")))

    def test_a_file_of_letters_that_is_full_or_not_wanted_holds_nothing_up(self):
        full = "dead_letters: { max_size: 1KiB }\n" + TOPOLOGY.replace("dead_letter: letters\n", "")
        self.add(2000)
        ended = self.weir("run", self.write("t.yaml", full), "--once")
        self.assertEqual(0, ended.returncode, ended.stderr)
        self.assertRegex(ended.stderr, 'app: [0-9]+ dead letters are lost, counted as "dead letter lost": .* is full')
        stored = [json.loads(line)["n"] for line in read_lines(self.path("out", "a.raw"))]
        self.assert_same_lines(stored, self.good)
        for name in ("app.jsonl", "good.jsonl"):
            path = self.path("weir-data", "dead-letters", name)
            self.assertLessEqual(os.path.getsize(path) if os.path.exists(path) else 0, 1024)

    @staticmethod
    def listens(port):
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", port)) == 0

    def run_once_without_clients(self, topology):
        node = self.start("first", topology)
        file = self.path("buffer", "dead-letters", "app.jsonl")
        wait_until(lambda: count_lines(file) == 2000, "the letters")
        self.assertEqual(0, node.stop(), node.log())

    def rows(self):
        import sqlite3
        if not os.path.exists(self.path("letters.db")):
            return []
        with sqlite3.connect(f"file:{self.path('letters.db')}?mode=ro", uri=True) as db:
            try:
                return [json.loads(row[0]) for row in db.execute("select record from events")]
            except sqlite3.OperationalError:
                return []


if __name__ == "__main__":
    unittest.main()
