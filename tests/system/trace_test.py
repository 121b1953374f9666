"""`weir trace`: where is this event? Against real nodes, with stores that are away, dead letters and nodes that are down."""
import json
import unittest

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
        return wait_until(lambda: (lambda d: d if words in d["answer"] else None)(self.hops(place, via)),
                          lambda: f"{words!r}: {self.trace(place, via)}")

    def test_what_is_stored_is_found_hop_by_hop_as_far_as_who_asks_may_know(self):
        self.begin()
        self.wait_for("core-1", "files", events_out=100)
        place = self.path("in.log") + f":{50 * LINE_BYTES}"
        told = self.wait_answer(place, "It is stored in files.")
        self.assertEqual([], told["partial"])
        states = {(h["node"], h["component"]): h["state"] for h in told["hops"]}
        self.assertEqual({("edge-1", "logs"): "read", ("core-1", "core"): "passed on", ("core-1", "files"): "stored"}, states)
        text = self.trace(place)
        self.assertTrue(text.startswith("It is stored in files.\n  collector logs on edge-1: read\n"), text)
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
        self.wait_answer(chunk, "It is stored in files.")
        self.wait_answer(place, "It is stored in files.")

    def test_a_dead_letter_is_said_with_its_reason(self):
        self.begin(LINE.format(0) + "no json\n" + LINE.format(2))
        self.wait_for("core-1", "files", events_out=2)
        told = self.wait_answer(self.path("in.log") + f":{LINE_BYTES}", "It is a dead letter of logs on edge-1: ")
        self.assertIn("dead letter", [h["state"] for h in told["hops"]])
        self.wait_answer(self.path("in.log") + ":0", "It is stored in files.")

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


if __name__ == "__main__":
    unittest.main()
