"""`weir trace`: where is this event? Against real nodes, with stores that are away, dead letters and nodes that are down."""
import json
import re
import shutil
import unittest
from signal import SIGCONT, SIGSTOP, SIGTERM

from weir_nodes import SIGKILL, SystemTest, free_port, wait_until

NODES = """
cluster: { name: shop }
collectors:
  logs: { type: tail, path: DIR/in.log, tag: web, parse: { format: json, on_error: dead_letter } }
destination_aggregators:
  core: { from: [logs], buffer: { path: "DIR/buffer" } }
sinks:
  files: { type: file, from: [core], path: "DIR/out/{tag}.jsonl" }
placement: { edge: [logs], core: [core, files] }
nodes:
  core-1: { listen: "127.0.0.1:PORT", as: core }
"""
LINE = '{{"n": "{:06d}"}}\n'
LINE_BYTES = len(LINE.format(0))
STORED = r"^It is stored in files at 20[-:0-9T]+Z\.$"


class TraceTest(SystemTest):
    def begin(self, first="".join(LINE.format(n) for n in range(100))):
        self.write("in.log", first)
        self.topology = self.write("t.yaml", NODES.replace("PORT", str(free_port())))
        self.core = self.start("core-1", self.topology, "--node", "core-1", "--as", "core")
        self.edge = self.start("edge-1", self.topology, "--node", "edge-1", "--as", "edge")

    def trace(self, place, via="core-1", *words):
        done = self.weir("trace", place, "--via", via, *words)
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout

    def hops(self, place, via="core-1"):
        return json.loads(self.trace(place, via, "--json"))

    def wait_answer(self, place, words, via="core-1"):
        return wait_until(lambda: (lambda d: d if re.search(words, d["answer"]) else None)(self.hops(place, via)),
                          lambda: f"{words!r}: {self.trace(place, via)}")

    def test_what_is_stored_is_found_hop_by_hop_as_far_as_who_asks_may_know(self):
        self.begin()
        self.wait_for("core-1", "files", events_out=100)
        place = self.path("in.log") + f":{50 * LINE_BYTES}"
        told = self.wait_answer(place, STORED)
        self.assertEqual([], told["partial"])
        states = {(h["node"], h["component"]): h["state"] for h in told["hops"]}
        self.assertEqual({("edge-1", "logs"): "read", ("core-1", "core"): "passed on", ("core-1", "files"): "stored"}, states)
        text = self.trace(place)
        self.assertTrue(text.startswith("It is stored in files at 20"), text)
        # An edge may not operate cores, and so is not told: it says what it knows itself, and whom it could not ask.
        told = self.hops(place, "edge-1")
        self.assertEqual("It was read by logs on edge-1; 1 node was not asked.", told["answer"])
        self.assertIn("may not operate", told["partial"][0])

    def test_a_relative_path_and_what_is_not_written_yet(self):
        self.begin()
        self.wait_for("core-1", "files", events_out=100)
        answer = self.wait_answer("in.log:100000", "It is not written yet by logs on edge-1")["answer"]
        self.assertIn(f"the file ends before it, at {100 * LINE_BYTES:,}", answer)
        self.assertIn("No collector that is seen from here reads that file.", self.trace("/no/such:1"))

    def test_an_event_is_found_on_whatever_node_by_what_it_says(self):
        self.begin()
        self.wait_for("core-1", "files", events_out=100)

        def find(via):
            done = self.weir("trace", "--text", '"000050"', "--via", via, "--json")
            self.assertEqual(0, done.returncode, done.stderr)
            return json.loads(done.stdout)
        place = self.path("in.log") + f":{50 * LINE_BYTES}"
        told = wait_until(lambda: (lambda d: d if d["events"] and d["events"][0]["place"] == place and re.search(STORED, d["events"][0]["answer"]) else None)(
            find("core-1")), lambda: str(find("core-1")))
        self.assertEqual((1, "edge-1", "logs"), (len(told["events"]), told["events"][0]["node"], told["events"][0]["component"]))
        self.assertEqual([], told["partial"])
        self.assertIn("what files on core-1 has stored is not looked through", told["limits"][0])
        told = find("edge-1")
        self.assertEqual("It was read by logs on edge-1; 1 node was not asked.", told["events"][0]["answer"])
        self.assertIn("may not operate", told["partial"][0])

    def test_what_waits_for_a_store_is_in_a_buffer_behind_others_and_its_chunk_can_be_traced(self):
        self.write("out", "a file, where a directory is wanted")
        self.begin()
        self.wait_for("core-1", "files", state="retrying")
        place = self.path("in.log") + f":{99 * LINE_BYTES}"
        told = self.wait_answer(place, "It is in the buffer of core on core-1 for files, behind ")
        hop = next(h for h in told["hops"] if h["component"] == "core")
        self.assertEqual((["files"], "waits"), (hop["waits_for"], hop["mood"]))
        self.append("in.log", LINE.format(100))
        # A chunk of its own, behind the hundred.
        later = self.wait_answer(self.path("in.log") + f":{100 * LINE_BYTES}", "behind 100 others")
        chunk = next(h["chunk"] for h in later["hops"] if h["component"] == "core")
        self.assertNotEqual(chunk, hop["chunk"])
        listed = self.weir("buffer", "ls", "--chunks", self.path("buffer")).stdout
        self.assertIn(chunk.split("/")[0], listed)
        by_chunk = self.hops(chunk, "core-1")
        self.assertIn("It is in the buffer of core on core-1 for files, behind 100 others.", by_chunk["answer"])
        self.assertEqual("edge-1/collector/logs", next(h["source"] for h in by_chunk["hops"] if h["component"] == "core"))
        (self.dir / "out").unlink()
        self.weir("retry", "files", "--node", "core-1")
        self.wait_answer(chunk, STORED)
        self.wait_answer(place, STORED)

    def test_a_dead_letter_is_said_with_its_reason(self):
        self.begin(LINE.format(0) + "no json\n" + LINE.format(2))
        self.wait_for("core-1", "files", events_out=2)
        told = self.wait_answer(self.path("in.log") + f":{LINE_BYTES}", "It is a dead letter of logs on edge-1: ")
        self.assertIn("dead letter", [h["state"] for h in told["hops"]])
        self.wait_answer(self.path("in.log") + ":0", STORED)

    def test_a_node_that_is_down_is_named(self):
        self.begin()
        self.wait_for("core-1", "files", events_out=100)
        self.core.signal(SIGKILL)
        self.core.end()
        told = wait_until(lambda: (lambda d: d if any("core-1" in p for p in d["partial"]) else None)(
            self.hops(self.path("in.log") + f":{10 * LINE_BYTES}", "edge-1")), "core-1 is missing")
        self.assertEqual("It was read by logs on edge-1; 1 node was not asked.", told["answer"])

    def test_what_makes_no_sense_is_said(self):
        self.begin()
        wait_until(lambda: self.status("edge-1"), "edge-1 runs")
        for place in ("x", ":5", "file:", "file:x", "xyz/5"):
            done = self.weir("trace", place, "--via", "edge-1")
            self.assertEqual(2, done.returncode, place)
            self.assertIn("FILE:OFFSET", done.stderr)


ONE = """
cluster: { name: shop }
console: { listen: "127.0.0.1:0" }
collectors:
  logs: { type: tail, path: DIR/in.log, tag: app.log }
  odd: { type: tail, path: DIR/odd.log, tag: app.odd, parse: { format: json, on_error: dead_letter } }
destination_aggregators:
  core: { from: [logs, odd], buffer: { path: "DIR/buffer" } }
sinks:
  rows: { type: sqlite, from: [core], path: "DIR/made/weir.db"FULL }
"""


class FindTest(SystemTest):
    """By what an event says."""

    def begin(self, full=""):
        self.write("in.log", "".join(f"line {n:04}\n" for n in range(1000)))
        self.write("odd.log", '{"a": "good one"}\nno json, bad one\n')
        self.node = self.start("edge-1", self.write("t.yaml", ONE.replace("FULL", full)), "--node", "edge-1")

    def find(self, *words):
        done = self.weir("trace", *words, "--json")
        self.assertEqual(0, done.returncode, done.stderr)
        return json.loads(done.stdout)

    def wait_found(self, state, place, *words):
        """Until the first one has that answer and place; all that was found."""
        def looks():
            done = self.weir("trace", *words, "--json")
            told = json.loads(done.stdout) if done.returncode == 0 else {"events": []}
            first = told["events"][0] if told["events"] else {"answer": "", "place": ""}
            return told if re.search(state, first["answer"]) and re.search(place, first["place"]) else None
        return wait_until(looks, lambda: f"{state!r} and {place!r} in {self.weir('trace', *words)}")

    def test_what_is_stored_is_found_once_with_its_place_and_its_hops(self):
        self.begin()
        self.wait_for("edge-1", "rows", events_out=1001)
        told = self.wait_found(r"^It is stored in rows at 20[-:0-9T]+Z\.$", "in.log", "--text", "line 0500")
        self.assertEqual("1 event has it.", told["answer"])
        event = told["events"][0]
        self.assertEqual((self.path("in.log") + ":5000", "app.log", "line 0500"), (event["place"], event["tag"], event["text"]))
        self.assertEqual({"read", "passed on", "stored"}, {h["state"] for h in event["hops"]})
        # The same as by its place.
        by_place = json.loads(self.weir("trace", event["place"], "--json").stdout)
        self.assertEqual(by_place["answer"], event["answer"])
        newest = self.find("--tag", "app.log", "-n", "5")
        self.assertEqual([f"line {n:04}" for n in range(999, 994, -1)], [e["text"] for e in newest["events"]])
        self.assertTrue(newest["more"])
        self.assertEqual([], self.find("--tag", "web.**", "--text", "line")["events"])
        self.assertEqual([], self.find("--text", "line 0500", "--since", "2099-01-01T00:00:00Z")["events"])
        self.assertEqual(1, len(self.find("--text", "line 0500", "--since", "1h")["events"]))

    def test_rows_whose_file_is_gone_are_found_in_the_store(self):
        self.begin(full=", full_text: [message]")
        self.wait_for("edge-1", "rows", events_out=1001)
        self.write("in.log", "")
        self.node.signal(SIGTERM)
        self.node.end()
        shutil.rmtree(self.path("buffer"))
        self.node = self.start("edge-1", self.path("t.yaml"), "--node", "edge-1")
        told = self.wait_found(r"^It is stored in rows at 20[-:0-9T]+Z\.$", r"row \d+ of events in .*weir.db", "--text", "0500")
        self.assertIn("line 0500", told["events"][0]["text"])

    def test_a_dead_letter_is_found_by_its_text_with_the_line_it_was(self):
        self.begin()
        told = self.wait_found("It is a dead letter of odd on edge-1: ", "odd.log", "--text", "bad one")
        self.assertEqual(1, len(told["events"]), told)
        self.assertEqual(self.path("odd.log") + ":18", told["events"][0]["place"])

    def test_what_waits_is_found_in_the_buffer(self):
        self.write("made", "a file, where a directory is wanted")
        self.begin()
        self.wait_for("edge-1", "rows", state="retrying")
        told = self.wait_found("It is in the buffer of core on edge-1 for rows, behind ", "in.log:5000$", "--text", "line 0500")
        self.assertEqual(1, len(told["events"]), told)
        self.write("in.log", "")
        self.wait_found("It is in the buffer of core on edge-1 for rows, behind ", "event [0-9]+ of chunk [0-9a-f]{16}/[0-9]+", "--text", "line 0500")
        text = self.weir("trace", "--text", "line 0500").stdout
        self.assertIn("1 event has it.", text)
        self.assertIn("    destination_aggregator core on edge-1: waits", text)

    def test_what_is_not_read_yet_is_found_in_its_file(self):
        self.begin()
        self.wait_for("edge-1", "rows", events_out=1001)
        self.node.signal(SIGSTOP)
        self.append("in.log", "x" * 9 + "\n" + "a needle\n")
        self.node.signal(SIGCONT)
        # Whether it is read by then or not: it is found.
        self.wait_found("It ", "in.log:10010$", "--text", "a needle")

    def test_what_cannot_be_looked_for_is_said(self):
        self.begin()
        wait_until(lambda: self.status("edge-1"), "edge-1 runs")
        for status, words in ((2, ()), (2, ("x:1", "--text", "y")), (1, ("--text", "a\nb")), (1, ("--text", "x", "--since", "yesterday")),
                              (1, ("--tag", "{a"))):
            done = self.weir("trace", *words)
            self.assertEqual(status, done.returncode, (words, done.stderr))
            self.assertTrue(done.stderr, words)


if __name__ == "__main__":
    unittest.main()
