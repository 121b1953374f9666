"""Sinks of the real binary whose stores cannot be used: what the log says, and that all goes on afterwards."""
import json
import os
import sqlite3
import unittest

from weir_nodes import SystemTest, hold_for, read_lines, wait_until

DIRECT = """
collectors: { logs: { type: tail, path: "DIR/in.log" } }
sinks: { out: { type: file, path: "DIR/blocked/out.raw", format: raw } }
"""

PICKY = """
collectors: { logs: { type: tail, path: "DIR/in.log", parse: { format: json } } }
sinks: { out: { type: sqlite, path: "DIR/events.db" } }
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
        self.assertIn("the store can be used again", complaints()[-1])
        self.assertEqual("running", self.actor("node", "out")["state"])
        self.assertEqual(0, node.stop(), node.log())

    def test_rows_that_a_users_table_does_not_take_are_letters_and_all_others_are_stored_once(self):
        with sqlite3.connect(self.path("events.db")) as db:
            db.execute("create table events(time integer not null, tag text not null, record text not null, "
                       "check(json_extract(record, '$.n') % 97 <> 13))")
        node = self.start("node-0", self.write("t.yaml", PICKY), "--node", "node")
        for attempt in range(1, 5):
            self.append("in.log", "".join(json.dumps({"n": n}) + "\n"
                                          for n in range(5000 * (attempt - 1), 5000 * attempt)))
            wait_until(lambda: self.stored() and self.stored()[-1] > 5000 * (attempt - 1) + 1000, node.log)
            node.kill()
            node = self.start(f"node-{attempt}", self.path("t.yaml"), "--node", "node")
        wanted = [n for n in range(20000) if n % 97 != 13]
        wait_until(lambda: len(self.stored()) >= len(wanted), node.log)
        self.assertEqual(wanted, sorted(self.stored()))
        letters = [json.loads(line) for line in read_lines(self.path("weir-data/dead-letters/out.jsonl"))]
        self.assertEqual([n for n in range(20000) if n % 97 == 13], sorted(a["record"]["n"] for a in letters))
        self.assertRegex(letters[0]["reason"], "^rejected: CHECK constraint failed")
        self.assertEqual("", self.actor("node", "out")["last_error"])
        self.assertEqual(0, node.stop(), node.log())

    def stored(self):
        with sqlite3.connect(f"file:{self.path('events.db')}?mode=ro", uri=True) as db:
            return [row[0] for row in db.execute("select json_extract(record, '$.n') from events order by rowid")]

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
