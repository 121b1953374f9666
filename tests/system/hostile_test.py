"""Who comes to the port of a node and means no good: the node lives, stays small, serves its own and says little."""
import json
import os
import resource
import socket
import struct
import time
import unittest

from mini_msgpack import pack, unpack
from weir_nodes import SystemTest, count_lines, free_port, wait_until

TOPOLOGY = """
cluster: { name: shop }
collectors: { logs: { type: tail, path: "DIR/in/*.log" } }
source_aggregators: { local: { from: logs } }
destination_aggregators: { core: { from: local } }
sinks: { archive: { type: file, from: core, path: "DIR/out.raw", format: raw } }
placement: { edge: [logs, local], core: [core, archive] }
nodes:
  core-1: { listen: "127.0.0.1:CORE", as: core }
"""
RSS_MAX_KIB = int(os.environ.get("WEIR_MEMORY_TIMES", "1")) * (64 << 10)  # half of it was never seen
WARNINGS_MAX = 40       # a minute has twenty, and a test lasts no longer than two

VERSION = 6
HELLO, WELCOME, MEMBERS, PULSE, BYE, GONE, OBSERVE, OBSERVED, COMMAND, GOSSIP, COMMANDED = range(1, 12)
OPEN_LINK, TRANSFER, FEEDBACK, PROBE, REOPEN, CLOSE, ASK, KNOWN = range(16, 24)
KNOWN_KINDS = [*range(HELLO, COMMANDED + 1), *range(OPEN_LINK, KNOWN + 1)]


def text(value):
    return struct.pack("<I", len(value)) + value.encode()


def frame(kind, payload=b"", flags=0, length=None):
    return struct.pack("<BBBBI", 0x57, 2, kind, flags, len(payload) if length is None else length) + payload


def hello(node="guest-1", cluster="shop", classes=("edge",), version=VERSION, run=1):
    return frame(HELLO, pack({"version": version, "cluster": cluster, "node": node, "incarnation": run,
                              "classes": classes}))


def listed(items):
    return struct.pack("<I", len(items)) + b"".join(items)


def member(node, run, address, state=1, serves=1):
    """An entry of gossip: of the components it says that it hosts the sink."""
    return (text(node) + struct.pack("<QQBQ", run, 9, state, run) + text(address) + listed([text("core")]) + text("")
            + listed([text("archive")]) + bytes([serves]) + text("0") + struct.pack("<IQ", VERSION, 0))


def gossip(members):
    """About members; the frame has its size before it."""
    content = listed([]) * 4 + listed(members) + struct.pack("<Q", time.time_ns())
    return struct.pack("<I", len(content)) + content


class Guest:
    """Speaks as a node would, or not."""

    def __init__(self, port, **options):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.settimeout(30)
        if options.pop("greets", True):
            self.send(hello(**options))
            self.welcome = self.receive()

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            pass  # it was closed

    def receive(self):
        """(kind, payload), or None at the end."""
        head = self.exactly(8)
        if head is None:
            return None
        _, _, kind, _, length = struct.unpack("<BBBBI", head)
        return kind, self.exactly(length)

    def next_of(self, kind):
        """The payload of the next frame of the kind; those before it are not looked at."""
        while (got := self.receive()) is not None:
            if got[0] == kind:
                return got[1]
        raise AssertionError(f"it closes before frame {kind}")

    def exactly(self, size):
        data = b""
        while len(data) < size:
            try:
                piece = self.socket.recv(size - len(data))
            except ConnectionError:
                return None
            if not piece:
                return None
            data += piece
        return data

    def member(self, component):
        """The handle of an actor of the component."""
        kind, payload = self.welcome
        assert kind == WELCOME
        for member in unpack(payload)["members"]:
            if member["component"] == component:
                return member["handle"]
        raise AssertionError(f"no {component} among the members")

    def end(self):
        """What it says when it closes; reads to the end."""
        why = ""
        while (got := self.receive()) is not None:
            if got[0] == BYE:
                why = unpack(got[1])["why"]
            if got[0] == WELCOME:
                why = unpack(got[1])["refused"]
        return why

    def close(self):
        self.socket.close()


def routed(to, sender, payload):
    return struct.pack("<II", to, sender) + payload


def open_link(to, sender, link=1):
    return frame(OPEN_LINK, routed(to, sender, struct.pack("<Q", link) + text("guest-1/source_aggregator/local")))


class Hostile(SystemTest):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("in"))
        self.port = free_port()
        self.topology = self.write("t.yaml", TOPOLOGY.replace("CORE", str(self.port)))
        self.core = self.start_node(self.topology, "core-1", "core")
        self.edge = self.start_node(self.topology, "edge-1", "edge")
        self.edge.wait_log('connected to node "core-1"')
        self.written = 0
        self.check_lives()

    def check_lives(self):
        """Its own are served, it is small, and its log is short."""
        self.append("in/a.log", "".join(f"line {self.written + n}\n" for n in range(1000)))
        self.written += 1000
        wait_until(lambda: count_lines(self.path("out.raw")) >= self.written,
                   lambda: self.core.log()[-4000:] + self.edge.log()[-4000:])
        self.assertTrue(self.core.is_running())
        self.assertLess(self.core.peak_rss_kib(), RSS_MAX_KIB)
        self.assertLess(self.core.log().count("warning"), WARNINGS_MAX, self.core.log()[-4000:])
        self.assertEqual(1, self.edge.log().count("connected to node"), self.edge.log())

    def guest(self, **options):
        made = Guest(self.port, **options)
        self.addCleanup(made.close)
        return made

    def test_garbage_and_oversized_frames_end_their_connection(self):
        basp = struct.pack(">BBHIQQQ", 0, 0, 0, 0xFFFFFFFF, 3, 0, 0)  # what CAF's port took for a length
        nested = frame(KNOWN, b"\x01\0\0\0" * 1000)
        noise = [os.urandom(5000) for _ in range(50)]
        sizes = [frame(kind, length=0xFFFFFFFF) for kind in range(256)]
        before = [frame(kind, b"\0" * 64) for kind in range(2, 256) if kind != BYE]
        maps = [frame(HELLO, b"\x91" * 4000), frame(HELLO, b"\xdf\xff\xff\xff\xff"),
                frame(HELLO, pack({"classes": 0}).replace(b"\xce\0\0\0\0", b"\xdd\0\0\x0f\0" + b"\x01" * 0xF00))]
        for what in [b"GET / HTTP/1.0\r\n\r\n", basp, nested, *maps, b"\0" * 100, *noise, *sizes, *before]:
            stranger = self.guest(greets=False)
            stranger.send(what)
            if len(what) == 72 and what[2] not in KNOWN_KINDS:
                stranger.socket.shutdown(socket.SHUT_WR)  # a later version's frame, which is skipped
            stranger.end()
            stranger.close()
        self.check_lives()
        self.assertIn("what it sends is no frame of a node", self.core.log())

    def test_frames_of_a_guest_that_announce_four_gigabytes_are_not_waited_for(self):
        for kind in [*range(1, 10), *range(16, 24), 77]:
            guest = self.guest()
            guest.send(frame(kind, length=0xFFFFFFFF))
            self.assertIn("of 4294967295 bytes, more than", guest.end())
        guest = self.guest()
        guest.send(frame(TRANSFER, routed(guest.member("core"), 1, b"\0" * 20) + b"\xff" * 100, length=1 << 28))
        guest.send(b"x" * (32 << 20))
        guest.close()  # in the middle of a frame that nobody wanted
        self.check_lives()

    def test_five_thousand_idle_connections_keep_nobody_out(self):
        wanted = 5000
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < wanted + 200:
            self.skipTest(f"may open {hard} files only")
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted + 200, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        idle = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(wanted)]
        try:
            late = self.start_node(self.topology, "edge-2", "edge")
            late.wait_log('connected to node "core-1"')
            self.check_lives()
            self.assertIn("connections have not said who they are", self.core.log())
            open_files = len(os.listdir(f"/proc/{self.core.pid}/fd"))
            self.assertLess(open_files, 400)
        finally:
            for s in idle:
                s.close()

    def test_short_of_descriptors_it_goes_on_when_they_come_back(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        used = len(os.listdir(f"/proc/{self.core.pid}/fd"))
        resource.prlimit(self.core.pid, resource.RLIMIT_NOFILE, (used + 20, hard))
        idle = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(100)]
        self.core.wait_log("cannot accept a connection: Too many open files")
        before = self.core.cpu_seconds()
        began = time.monotonic()
        wait_until(lambda: time.monotonic() > began + 2, "two seconds")
        self.assertLess(self.core.cpu_seconds() - before, 0.5)  # it does not spin
        for s in idle:
            s.close()
        resource.prlimit(self.core.pid, resource.RLIMIT_NOFILE, (soft, hard))
        self.assertEqual(WELCOME, self.guest().welcome[0])
        self.check_lives()

    def test_a_thousand_short_connections_cost_little(self):
        for n in range(1000):
            with socket.create_connection(("127.0.0.1", self.port)) as s:
                if n % 2:
                    s.sendall(hello()[: n % 40])
        self.check_lives()
        wait_until(lambda: len(os.listdir(f"/proc/{self.core.pid}/fd")) < 60, "its descriptors")

    def test_slow_and_half_closed_strangers_are_cut_off(self):
        slow = [self.guest(greets=False) for _ in range(50)]
        half = [self.guest(greets=False) for _ in range(50)]
        for guest in half:
            guest.send(hello()[:20])
            guest.socket.shutdown(socket.SHUT_WR)
        for guest in half:
            guest.end()
        began = time.monotonic()
        for byte in hello()[:8]:  # one a second
            for guest in slow:
                guest.send(bytes([byte]))
            wait_until(lambda until=time.monotonic() + 1: time.monotonic() > until, "a second")
        for guest in slow:
            guest.end()
        self.assertLess(time.monotonic() - began, 15)
        self.check_lives()
        self.assertIn("did not say who it is in time", self.core.log())

    def test_foreign_and_doubled_names_are_refused_with_the_reason(self):
        self.assertIn('belongs to cluster "other"', self.guest(cluster="other").welcome[1].decode(errors="replace"))
        self.assertIn("has this node's own name", self.guest(node="core-1").welcome[1].decode(errors="replace"))
        self.assertIn("has the same name", self.guest(node="edge-1").welcome[1].decode(errors="replace"))
        self.assertIn("protocol version 4", self.guest(version=4).welcome[1].decode(errors="replace"))
        refused = self.guest(cluster="other")
        refused.send(frame(OBSERVE, b"\0" * 8))
        refused.end()
        self.check_lives()

    def test_a_flood_of_refused_nodes_does_not_fill_the_log(self):
        for n in range(500):
            guest = self.guest(node=f"stranger-{n}", cluster="other")
            self.assertIn('belongs to cluster "other"', guest.welcome[1].decode(errors="replace"))
            guest.close()
        self.check_lives()

    def test_what_a_class_may_not_send_is_refused(self):
        other = self.guest(node="core-2", classes=("core",))
        other.send(open_link(other.member("core"), 1))
        self.core.wait_log('node "core-2" (127.0.0.1:')
        self.assertIn("open_link is refused: it may not send to this component", self.core.log())
        other.send(frame(PULSE, text("core-2") + struct.pack("<Q", 1)))
        other.next_of(PULSE)  # it goes on

    def test_a_node_that_collects_may_neither_see_nor_command_others(self):
        guest = self.guest()
        question = struct.pack("<Q", 7)
        guest.send(frame(OBSERVE, question))
        self.assertIn(b"may not observe", guest.next_of(OBSERVED))
        for what in ("drain", "reload", "x" * 100_000):
            guest.send(frame(COMMAND, question + text(what) + text("") + text("uid 0")))
            self.assertIn(b"may not operate", guest.next_of(COMMANDED))
        guest.send(frame(OBSERVED, question + text("") + text("no figures")))  # nobody asked
        guest.send(frame(COMMANDED, question + text("") + text("done")))
        guest.send(frame(COMMAND, b"exit"))
        self.assertIn("its fields are cut", guest.end())
        self.check_lives()

    def members(self):
        answer = self.weir("members", "core-1", "--json")
        return {m["node"]: (m["state"], m["address"]) for m in json.loads(answer.stdout)["members"]}

    def test_a_node_that_collects_speaks_of_nobody_but_itself(self):
        before = self.members()
        guest = self.guest()
        run = time.time_ns()
        lies = [member("core-1", run, "gone", state=3), member("core-9", run, "203.0.113.9:7400"),
                member("edge-1", run, "203.0.113.9:7400", serves=0), member("guest-1", run, "203.0.113.9:7400")]
        guest.send(frame(GOSSIP, gossip(lies)))
        guest.send(frame(GOSSIP, gossip([member("guest-1", run, "", serves=0)])))
        wait_until(lambda: "guest-1" in self.members(), lambda: f"{self.members()}")
        self.assertEqual({**before, "guest-1": ("up", "")}, self.members())
        for _ in range(200):
            guest.send(frame(GOSSIP, text("x" * 500)))
        self.check_lives()

    def test_what_only_a_host_may_send_ends_the_connection(self):
        for kind in (WELCOME, MEMBERS, FEEDBACK, REOPEN, KNOWN, HELLO):
            guest = self.guest()
            guest.send(frame(kind, b"\0" * 50))
            self.assertIn("of 50 bytes, which it may not send", guest.end())
        guest = self.guest()
        guest.send(frame(99, b"exit", flags=1))
        self.assertIn("not known here and marked critical", guest.end())
        self.check_lives()

    def test_chunks_without_a_link_or_credit_go_nowhere(self):
        guest = self.guest()
        to = guest.member("core")
        chunk = struct.pack("<III", 0, 0, 0)
        transfer = frame(TRANSFER, routed(to, 1, struct.pack("<QQI", 1, 1, 1) + chunk))
        for _ in range(10_000):
            guest.send(transfer)
        self.core.wait_log("transfer_chunks is refused: there is no such link")
        self.check_lives()

    def test_fifty_thousand_links_of_one_guest_are_bounded(self):
        guest = self.guest()
        to = guest.member("core")
        guest.socket.settimeout(60)
        for first in range(0, 50_000, 1000):
            guest.send(b"".join(open_link(to, n + 1, n + 1) for n in range(first, first + 1000)))
        self.core.wait_log("actors that send, which is as many as may be")
        self.check_lives()
        guest.close()
        self.core.wait_log('node "guest-1" has gone')
        self.check_lives()

    def test_a_flood_of_control_frames_ends_the_connection(self):
        guest = self.guest()
        pulse = frame(PULSE, text("guest-1") + struct.pack("<Q", 1))
        for _ in range(200):
            guest.send(pulse * 1000)
        self.core.wait_log("more than 10000 frames a second")
        self.check_lives()


if __name__ == "__main__":
    unittest.main(verbosity=2)
