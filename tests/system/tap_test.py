"""Events as they pass, on three nodes under load: what is shown is true, what is not is counted, and nobody waits for a viewer."""
import http.client
import json
import os
import socket
import time
import unittest
import urllib.parse

from told_test import Told
from weir_nodes import count_lines, free_port, wait_until

TOPOLOGY = """
cluster: { name: shop }
collectors:
  gen: { type: generate, tag: web.load, rate: RATE }
  logs: { type: tail, path: DIR/in.log, tag: app.log }
destination_aggregators:
  core: { from: [gen, logs], buffer: { path: DIR/disk } }
sinks:
  all: { type: file, from: [core], path: "DIR/out.jsonl" }
  webs: { type: "null", from: [core], match: "web.**" }
  more: { type: "null", from: [core] }
placement:
  edge: [gen, logs]
  core: [core]
  store: [all, webs, more]
nodes:
  edge-1: { listen: 127.0.0.1:PORT1, as: edge }
  core-1: { listen: 127.0.0.1:PORT2, as: core }
  store-1: { listen: 127.0.0.1:PORT3, as: store }
"""
BINARY = b"bytes \xff\xfe\x00\x1b[31m \xc3\x28 end"


class Stream:
    """One who listens."""

    def __init__(self, netloc, path, token, receive_bytes=None):
        host, port = netloc.split(":")
        self.line = http.client.HTTPConnection(host, int(port), timeout=30)
        if receive_bytes:
            self.line.sock = socket.socket()
            self.line.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
            self.line.sock.settimeout(30)
            self.line.sock.connect((host, int(port)))
        self.line.request("GET", "/api/v1/tap?" + path, headers={"Authorization": "Bearer " + token} if token else {})
        self.answer = self.line.getresponse()
        self.status = self.answer.status
        self.counts = {}
        self.problems = []

    def refusal(self):
        text = self.answer.read().decode()
        self.line.close()
        return self.status, json.loads(text)["error"] if text.startswith("{") else text

    def next(self):
        """The kind of the next message and what it has."""
        kind, text = "", ""
        while True:
            row = self.answer.readline()
            if not row:
                raise AssertionError("the stream ended")
            row = row.decode()  # or it is no UTF-8
            if row == "\n" and kind:
                break
            name, _, value = row.rstrip("\n").partition(": ")
            kind, text = (value, text) if name == "event" else (kind, value) if name == "data" else (kind, text)
        what = json.loads(text)
        if kind == "seen":
            self.counts = what
        if kind == "problem":
            self.problems.append(what["text"])
        return kind, what

    def events(self, count):
        found = []
        while len(found) < count:
            kind, what = self.next()
            if kind == "line":
                found.append(what)
        return found

    def until(self, holds):
        while not holds(self):
            self.next()

    def close(self):
        self.answer.close()
        self.line.close()


class TapTest(Told):
    def setUp(self):
        super().setUp()
        self.streams = []

    def tearDown(self):
        for s in self.streams:
            s.close()
        super().tearDown()

    def start_three(self, rate=20000):
        self.write("in.log", "")
        text = TOPOLOGY.replace("RATE", str(rate))
        for n in (1, 2, 3):
            text = text.replace(f"PORT{n}", str(free_port()))
        topology = self.write("t.yaml", text)
        for node, name in ("store-1", "store"), ("core-1", "core"), ("edge-1", "edge"):
            self.start_node(topology, node, name)
        if rate:
            wait_until(lambda: (self.actor("store-1", "webs") or {"events_out": 0})["events_out"] > 0, "what is stored")

    def tap(self, node, path, token=None, **options):
        netloc, own = self.console("shop." + node)
        made = Stream(netloc, path, own if token is None else token, **options)
        self.streams.append(made)
        return made

    def tell(self, node, question):
        """What the control socket says, and whether it was done."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(20)
            s.connect(os.path.join(self.sockets, f"shop.{node}.sock"))
            s.sendall(f"tell {question}\n".encode())
            answer = b"".join(iter(lambda: s.recv(65536), b""))
        first, _, rest = answer.decode().partition("\n")
        return first == "done", rest

    def assert_counts_add_up(self, counts):
        self.assertEqual(counts["passed"], counts["shown"] + counts["unfit"] + counts["left_out"], counts)

    def test_what_passes_any_component_is_shown_wherever_it_runs(self):
        self.start_three()
        for component, end, node in (("gen", "exit", "edge-1"), ("core", "entry", "core-1"), ("core", "exit", "core-1"),
                                     ("webs", "entry", "store-1"), ("all", "exit", "store-1")):
            with self.subTest(component=component, at=end):
                stream = self.tap("core-1", f"component={component}&at={end}")
                found = stream.events(20)
                self.assertEqual(({node}, {"web.load"}), ({e["node"] for e in found}, {e["tag"] for e in found}))
                self.assertEqual({"edge-1/collector/gen"}, {e["source"] for e in found})
                numbers = [e["record"]["n"] for e in found]
                self.assertEqual(len(numbers), len(set(numbers)))
                stream.until(lambda s: s.counts.get("left_out", 0) > 0)
                self.assert_counts_add_up(stream.counts)
                self.assertEqual([], stream.problems)

    def test_all_that_fits_is_shown_once(self):
        self.start_three(rate=1)
        places = [f"component={c}&at={end}&tag=app.**"
                  for c, end in (("", ""), ("core", "entry"), ("core", "exit"), ("all", "entry"), ("all", "exit"), ("more", "exit"))]
        streams = [self.tap("core-1", place) for place in places]
        self.append("in.log", "".join(f"line {n}\n" for n in range(150)))
        for place, stream in zip(places, streams):
            with self.subTest(place=place):
                found = stream.events(150)
                self.assertEqual([f"line {n}" for n in range(150)], [e["record"]["message"] for e in found])
                stream.until(lambda s: s.counts.get("shown") == 150)
                self.assertEqual(0, stream.counts["left_out"])
                self.assert_counts_add_up(stream.counts)

    def test_tags_and_conditions_are_those_of_the_topology_file(self):
        self.start_three()
        where = urllib.parse.quote('{n: "77$", method: "^(GET|PUT)$"}')
        found = self.tap("core-1", f"component=core&where={where}").events(10)
        self.assertTrue(all(str(e["record"]["n"]).endswith("77") and e["record"]["method"] in ("GET", "PUT") for e in found), found)
        stream = self.tap("core-1", "component=core&tag=" + urllib.parse.quote("** !web.**"))
        self.append("in.log", "one and only\n")
        self.assertEqual("one and only", stream.events(1)[0]["record"]["message"])
        text = self.tap("core-1", "component=all&where=" + urllib.parse.quote("needle in it"))
        self.append("in.log", "hay\na needle in it\n")
        self.assertEqual("a needle in it", text.events(1)[0]["record"]["message"])

    def test_bytes_that_are_no_text_break_nothing(self):
        self.start_three(rate=1)
        stream = self.tap("core-1", "component=all&tag=app.**")
        self.append("in.log", BINARY + b"\n" + b"x" * 300000 + b"\xff\n")
        whole, large = stream.events(2)
        self.assertIn("[31m", whole["record"]["message"])
        self.assertGreater(large["bytes"], 300000)
        self.assertLess(len(large["text"]), 70000)
        printed = self.weir("tap", "all", "--via", "core-1", "--tag", "web.**", "-n", "1")
        self.assertEqual(0, printed.returncode, printed.stderr)

    def test_nothing_waits_for_a_viewer_who_reads_nothing(self):
        self.start_three(rate=1)
        stalled = self.tap("core-1", "component=all&at=exit&tag=app.**", receive_bytes=4096)
        other = self.tap("core-1", "component=all&at=exit&tag=app.**")
        block = ("y" * 30000 + "\n") * 100
        for n in range(12):
            self.append("in.log", block)
            wait_until(lambda: count_lines(self.path("out.jsonl")) >= 100 * (n + 1), "what is stored")
            other.until(lambda s: s.counts.get("passed", 0) - s.counts.get("unfit", 0) >= 100 * (n + 1))
        lines = 0
        while stalled.counts.get("passed", 0) - stalled.counts.get("unfit", 0) < 1200:
            lines += stalled.next()[0] == "line"
        self.assertGreater(stalled.counts["left_out"], 0)
        self.assertEqual(stalled.counts["shown"], lines)
        self.assert_counts_add_up(stalled.counts)

    def test_a_viewer_who_reads_nothing_for_half_a_minute_is_let_go(self):
        self.start_three(rate=1)
        stalled = self.tap("core-1", "component=all&at=exit&tag=app.**", receive_bytes=4096)
        others = [self.tap("core-1", "component=more&tag=app.none") for _ in range(15)]
        self.assertEqual({200}, {s.status for s in (stalled, *others)})
        self.assertEqual(503, self.tap("core-1", "component=more").status)
        block = ("y" * 30000 + "\n") * 100
        began = time.monotonic()
        for n in range(8):
            self.append("in.log", block)
            wait_until(lambda: count_lines(self.path("out.jsonl")) >= 100 * (n + 1), "what is stored")
        # All sixteen places are taken until the one that reads nothing has lost its own.
        # How much the kernel takes for it first is not to be known.
        wait_until(lambda: self.append("in.log", block[:3 * 30001]) or self.is_there_room(), "the end of the stalled stream", patience=90)
        self.assertGreater(time.monotonic() - began, 20)
        for s in others:
            s.until(lambda x: x.counts)  # they are there still

    def is_there_room(self):
        one = self.tap("core-1", "component=more")
        self.streams.pop().close()
        return one.status == 200

    def test_a_session_is_asked_instead_of_a_stream(self):
        self.start_three(rate=1)
        netloc, token = self.console("shop.core-1")

        def ask(**words):
            line = http.client.HTTPConnection(netloc, timeout=30)
            line.request("GET", "/api/v1/tap?" + urllib.parse.urlencode(words), headers={"Authorization": "Bearer " + token})
            answer = line.getresponse()
            text = answer.read().decode()
            line.close()
            return answer.status, text.splitlines()

        first = ask(component="all", tag="app.**", session="mine")
        self.assertEqual((200, ["0 0 0 0"]), first)
        self.append("in.log", "one\n")
        found = []
        wait_until(lambda: found.extend(ask(component="all", tag="app.**", session="mine")[1][1:]) or found, "the line")
        self.assertEqual("one", json.loads(found[0])["record"]["message"])
        self.assertEqual(200, ask(component="all", session="mine", close="yes")[0])
        self.assertEqual(404, ask(component="nobody", session="mine")[0])

    def test_who_may_not_look_or_asks_for_nonsense_is_told_why(self):
        self.start_three()
        self.assertEqual(401, self.tap("core-1", "component=core", token="").refusal()[0])
        for status, words, why in ((404, "component=nobody", "no component"), (409, "component=gen&at=entry", "has an exit"),
                                   (400, "component=core&at=middle", "wants entry or exit"), (400, "component=core&tag={a", '"tag"'),
                                   (400, "component=core&where={n:%20%22(%22}", "RE2"), (400, "component=core&where={", '"where"')):
            with self.subTest(words=words):
                got, said = self.tap("core-1", words.replace("{", "%7B").replace("}", "%7D")).refusal()
                self.assertEqual(status, got, said)
                self.assertIn(why, said)
        edge = self.tap("edge-1", "component=all")
        edge.until(lambda s: s.problems)
        self.assertRegex(edge.problems[0], "may not operate it|not connected")
        self.assertEqual(1, self.weir("tap", "nobody", "--via", "core-1").returncode)

    def test_there_are_sixteen_taps_and_more_are_refused(self):
        self.start_three()
        open_ones = [self.tap("core-1", "component=core") for _ in range(16)]
        for one in open_ones:
            self.assertEqual(200, one.status)
            one.events(1)
        for _ in range(4):
            status, why = self.tap("core-1", "component=core").refusal()
            self.assertEqual(503, status)
            self.assertRegex(why, "taps are open|too many are watching")
        self.assertEqual(200, self.call("shop.core-1", "cluster")[0])
        for one in open_ones[:2]:
            one.close()
        wait_until(lambda: self.tap("core-1", "component=core").status == 200, "a tap that is free")

    def test_a_tap_that_nobody_asks_ends_by_itself(self):
        self.start_three()
        for n in range(16):
            self.assertTrue(self.tell("core-1", f"tap?component=core&session={n}")[0])
        done, why = self.tell("core-1", "tap?component=core&session=more")
        self.assertFalse(done)
        self.assertIn("so many taps are open", why)
        began = time.monotonic()
        wait_until(lambda: self.tell("core-1", "tap?component=core&session=more")[0], "the end of those that nobody asks")
        self.assertGreater(time.monotonic() - began, 3)
        self.assertFalse(self.tell("core-1", "tap?component=core")[0])

    def test_the_command_prints_events_and_ends_after_so_many(self):
        self.start_three()
        printed = self.weir("tap", "all", "--at", "exit", "--via", "core-1", "-n", "5", "--json")
        self.assertEqual(0, printed.returncode, printed.stderr)
        self.assertEqual({"store-1"}, {json.loads(line)["node"] for line in printed.stdout.splitlines()})
        self.assertEqual(5, len(printed.stdout.splitlines()))
        at_one = self.weir("tap", "--node", "edge-1", "-n", "2", "--where", '{method: "GET"}')
        self.assertEqual(2, len(at_one.stdout.splitlines()), at_one.stderr)
        self.assertIn('"web.load" {"n":', at_one.stdout)
        nothing = self.weir("tap", "all", "--node", "core-1", "-n", "1")
        self.assertEqual((1, True), (nothing.returncode, 'nothing of "all" runs on this node' in nothing.stderr), nothing.stderr)


if __name__ == "__main__":
    unittest.main()
