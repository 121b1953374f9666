"""Operators at an aggregator and at a sink: each line once, what they drop counted, and each dead letter once."""
import json
import os
import time
import unittest

from weir_nodes import SystemTest, count_lines, read_lines, wait_until

TOPOLOGY = """
collectors:
  app: { type: tail, path: "DIR/in/*.log", tag: raw }
source_aggregators:
  local:
    from: app
    BUFFER
    process:
      - parse: { format: json, field: message, on_error: dead_letter }
      - grep: { drop: { level: ^debug$ } }
      - retag: { tag: "app.${level}" }
sinks:
  good:
    type: file
    from: local
    match: "app.**"
    path: "DIR/out/{tag}.raw"
    process:
      - parse: { format: json, field: inner, on_error: dead_letter }
      - grep: { drop: { k: "7$" } }
      - retag: { match: app.warn, tag: warnings }
  other: { type: file, from: local, match: "raw.**", path: "DIR/out/raw" }
dead_letters: { path: "DIR/letters" }
"""


class Processes(SystemTest):
    def setUp(self):
        super().setUp()
        os.makedirs(self.path("in"))
        self.next = 0
        self.stored = {"app.info": [], "warnings": []}
        self.letters = {"local": [], "good": []}
        self.dropped = {"local": 0, "good": 0}

    def add(self, count):
        """Of two sinks only one takes what the aggregator makes of it."""
        text = ""
        for n in range(self.next, self.next + count):
            level = "debug" if n % 7 == 1 else "warn" if n % 3 == 0 else "info"
            inner = "no json" if n % 11 == 2 else json.dumps({"k": n})
            text += f"bad {n}\n" if n % 5 == 0 else json.dumps({"level": level, "n": n, "inner": inner}) + "\n"
            if n % 5 == 0:
                self.letters["local"].append(f"bad {n}")
            elif level == "debug":
                self.dropped["local"] += 1
            elif n % 11 == 2:
                self.letters["good"].append(n)
            elif n % 10 == 7:
                self.dropped["good"] += 1
            else:
                self.stored["warnings" if level == "warn" else "app.info"].append(n)
        self.next += count
        self.append("in/a.log", text)

    def kept(self, component):
        return [json.loads(line)["record"] for line in read_lines(self.path("letters", component + ".jsonl"))]

    def is_all_stored(self):
        return all(count_lines(self.path("out", tag + ".raw")) >= len(numbers) for tag, numbers in self.stored.items())

    def assert_all_in_place(self):
        for tag, numbers in self.stored.items():
            self.assert_same_lines([json.loads(line)["n"] for line in read_lines(self.path("out", tag + ".raw"))], numbers)
        self.assert_same_lines([record["message"] for record in self.kept("local")], self.letters["local"])
        self.assert_same_lines([record["n"] for record in self.kept("good")], self.letters["good"])

    def check_counts(self, topology):
        """Of a process that was not killed."""
        counts = {name: (self.dropped[name], len(self.letters[name])) for name in self.dropped}
        node = self.start("counting", topology, "--node", "counting")
        self.add(700)
        want = {name: {"filtered": self.dropped[name] - before, "unparsed": len(self.letters[name]) - letters}
                for name, (before, letters) in counts.items()}
        for name in ("local", "good"):
            actor = self.wait_for("counting", name, dropped=want[name], events_held=0)
            self.assertEqual(actor["events_in"], actor["events_out"] + sum(want[name].values()), name)
            self.assertEqual(want[name]["unparsed"], sum(actor["dead_letters"].values()), name)
        self.assertEqual(0, node.stop(), node.log())

    def check(self, buffer):
        topology = self.write("t.yaml", TOPOLOGY.replace("BUFFER", buffer))
        for attempt in range(6):
            node = self.start(f"node-{attempt}", topology)
            self.add(3000)
            before = count_lines(self.path("out", "app.info.raw"))
            wait_until(lambda: count_lines(self.path("out", "app.info.raw")) > before, "some lines")
            time.sleep(0.004 * attempt)
            node.kill()
        node = self.start("last", topology, "--node", "last")
        wait_until(lambda: self.status("last"), "the last node")
        wait_until(self.is_all_stored, "all lines")
        self.assertEqual(0, node.stop(), node.log())
        self.assert_all_in_place()
        self.check_counts(topology)
        self.assert_all_in_place()

    def test_with_a_disk_buffer_kills_lose_and_double_nothing(self):
        self.check('buffer: { path: "DIR/buffer" }')

    def test_with_a_memory_buffer_kills_lose_and_double_nothing(self):
        self.check("buffer: { type: memory }")


if __name__ == "__main__":
    unittest.main()
