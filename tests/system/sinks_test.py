"""Sinks of the real binary whose stores cannot be used: what the log says, and that all goes on afterwards."""
import json
import os
import unittest

from weir_nodes import SystemTest, hold_for, read_lines, wait_until

DIRECT = """
collectors: { logs: { type: tail, path: "DIR/in.log" } }
sinks: { out: { type: file, path: "DIR/blocked/out.raw", format: raw } }
"""

BY_TAG = """
collectors:
  logs: { type: tail, path: "DIR/in.log", parse: { format: json }, process: [ retag: { tag: "${who}" } ] }
sinks: { out: { type: file, path: "DIR/out/{tag}" } }
"""


class Sinks(SystemTest):
    def test_a_store_that_cannot_be_opened_is_told_of_now_and_then_and_used_when_it_can(self):
        self.write("blocked", "a file where a directory should be")
        self.write("in.log", "one\ntwo\n")
        node = self.start("node", self.write("t.yaml", DIRECT), "--node", "node")
        complaints = lambda: [line for line in node.log().splitlines() if "node/sink/out: " in line]
        wait_until(complaints, node.log)
        # The collector asks each second; the pauses are 1, 2, 4, … seconds.
        hold_for(lambda: len(complaints()) <= 3, 5, node.log)
        self.assertEqual("retrying", self.actor("node", "out")["state"])
        os.remove(self.path("blocked"))
        wait_until(lambda: read_lines(self.path("blocked/out.raw")) == [b"one", b"two"], node.log)
        self.assertIn("the store can be opened", complaints()[-1])
        self.assertEqual("running", self.actor("node", "out")["state"])
        self.assertEqual(0, node.stop(), node.log())

    def test_no_tag_leads_into_the_ledger(self):
        names = [".weir-out.ledger" + end for end in ("", ".lock", ".new", ".damaged")]
        self.write("in.log", "".join(json.dumps({"who": name}) + "\n" for name in ["good", *names]))
        topology = self.write("t.yaml", BY_TAG)
        for _ in range(2):
            ended = self.weir("run", topology, "--once")
            self.assertEqual(0, ended.returncode, ended.stderr)
        self.assertEqual(1, len(read_lines(self.path("out/good"))))
        letters = [json.loads(line) for line in read_lines(self.path("weir-data/dead-letters/out.jsonl"))]
        self.assertEqual(names, [letter["tag"] for letter in letters])
        self.assertNotIn("error", ended.stderr)


if __name__ == "__main__":
    unittest.main()
