"""Sinks of the real binary whose stores cannot be used: what the log says, and that all goes on afterwards."""
import json
import os
import shutil
import sqlite3
import time
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

ROUTED = """
collectors:
  logs: { type: tail, path: "DIR/in.log", parse: { format: json }, process: [ retag: { tag: "${who}" } ] }
source_aggregators: { local: { BUFFER } }
sinks:
  a: { type: file, path: "DIR/out/a", match: ["a.**", "!a.debug"] }
  b: { type: file, path: "DIR/out/b", match: "{b,b2}" }
"""
REST = '  rest: { type: file, path: "DIR/out/rest", match: [rest, "!noise"] }\n'


class Sinks(SystemTest):
    def tags_in(self, name):
        return sorted(json.loads(line)["tag"] for line in read_lines(self.path("out", name)))

    def test_what_no_sink_takes_is_dropped_counted_by_tag_and_told(self):
        for buffer in ("", 'buffer: { path: "DIR/buffer" }'):
            with self.subTest(buffer=buffer):
                self.write("in.log", "".join(json.dumps({"who": name}) + "\n"
                                             for name in ["a.x", "a.debug", "c", "b", "c", "a"]))
                topology = self.write("t.yaml", ROUTED.replace("BUFFER", buffer))
                node = self.start("node", topology, "--node", "node")
                self.wait_for("node", "logs", events_in=6, events_out=3, events_held=0)
                logs = self.actor("node", "logs")
                self.assertEqual({"no sink": 3}, logs["dropped"])
                self.assertEqual({"a.debug": 1, "c": 2}, logs["no_sink"])
                self.assertTrue(self.status("node")["balanced"])
                node.wait_log('dropped 3 events that the "match" of no sink takes: c 2, a.debug 1')
                self.assertEqual(0, node.stop(), node.log())
                self.assertEqual(["a", "a.x"], self.tags_in("a"))
                shutil.rmtree(self.path("out"))

    def test_what_a_sink_does_not_take_is_not_read_again_for_it_at_each_start(self):
        first = "".join(json.dumps({"who": "a.x", "n": n}) + "\n" for n in range(500))
        self.write("in.log", first + json.dumps({"who": "b"}) + "\n")
        topology = self.write("t.yaml", ROUTED.replace("source_aggregators: { local: { BUFFER } }\n", ""))
        node = self.start("node", topology, "--node", "node")
        self.wait_for("node", "logs", events_in=501, events_held=0)
        self.assertEqual(0, node.stop(), node.log())
        with open(self.path("in.log"), "a") as log:
            log.write("".join(json.dumps({"who": "a.x", "n": n}) + "\n" for n in range(500, 510)))
        node = self.start("node", topology, "--node", "node")
        self.wait_for("node", "a", events_out=10)
        self.wait_for("node", "logs", events_in=10, events_held=0)
        self.assertEqual(0, node.stop(), node.log())
        self.assertEqual(list(range(510)), [json.loads(line)["n"] for line in read_lines(self.path("out", "a"))])
        self.assertEqual(["b"], self.tags_in("b"))

    def test_a_batch_that_is_never_full_is_stored_when_its_time_is_over(self):
        self.write("in.log", "")
        settings = DIRECT.replace("blocked/", "").replace("raw }", "raw, batch: { max_delay: 200ms } }")
        node = self.start("node", self.write("t.yaml", settings), "--node", "node")
        self.wait_for("node", "out", state="running")
        begun = time.monotonic()
        for number in range(20):  # each alone, and nothing else happens
            with open(self.path("in.log"), "a") as log:
                log.write(f"{number}\n")
            wait_until(lambda: len(read_lines(self.path("out.raw"))) > number, node.log)
        self.assertLess(time.monotonic() - begun, 15)  # probes of links come every 5 s
        self.assertEqual(0, node.stop(), node.log())

    def test_the_rest_takes_what_the_others_leave(self):
        self.write("in.log", "".join(json.dumps({"who": name}) + "\n"
                                     for name in ["a.x", "a.debug", "c", "b", "noise"]))
        ended = self.weir("run", self.write("t.yaml", ROUTED.replace("BUFFER", "") + REST), "--once")
        self.assertEqual(0, ended.returncode, ended.stderr)
        self.assertEqual([["a.x"], ["b"], ["a.debug", "c"]], [self.tags_in(name) for name in ("a", "b", "rest")])
        self.assertIn("no sink takes: noise 1", ended.stderr)

    def test_a_sink_that_is_new_to_a_buffer_gets_all_or_what_comes_now_and_one_that_goes_is_told(self):
        blocked = '  blocked: { type: file, path: "DIR/blocked/x", start: all }\n'
        late = '  late: { type: file, path: "DIR/out/late", start: START }\n'
        head = ROUTED.split("sinks:")[0].replace("BUFFER", 'buffer: { path: "DIR/buffer" }') + "sinks:\n"
        self.write("blocked", "a file where a directory should be")
        self.write("in.log", '{"who":"a"}\n' * 10)
        node = self.start("node", self.write("t.yaml", head + blocked), "--node", "node")
        self.wait_for("node", "local", events_in=10)
        self.assertEqual(0, node.stop(), node.log())
        node = self.start("node", self.write("t.yaml", head + blocked + late.replace("START", "all")), "--node", "node")
        wait_until(lambda: len(self.tags_in("late")) == 10, node.log)
        self.assertIn('"late" is new and gets all that is here: 10 events, from 20', node.log())
        self.assertEqual(0, node.stop(), node.log())
        os.remove(self.path("out/late"))
        renamed = late.replace("late:", "other:").replace("START", "now")
        node = self.start("node", self.write("t.yaml", head + renamed), "--node", "node")
        self.append("in.log", '{"who":"b"}\n')
        wait_until(lambda: self.tags_in("late") == ["b"], node.log)
        self.assertIn('"other" is new and starts now; it does not get the 10 events that are here', node.log())
        self.assertIn('"blocked" reads from it no more; 10 events that it had not got', node.log())
        self.assertEqual(0, node.stop(), node.log())

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
