"""What every store behind a network is put through, with its real server: a test of one gives its sink and how to read it.

WEIR_PEER_SECONDS says how long each kind of fault lasts (5; a whole minute is 60).
"""
import collections
import os
import random
import signal
import subprocess
import sys
import threading
import time
import unittest

from weir_nodes import SOURCE, SystemTest, differences, free_port, wait_until

PEERS = os.path.join(SOURCE, "tests", "peers")
SECONDS = float(os.environ.get("WEIR_PEER_SECONDS", "5"))
ONE_NODE = """
collectors:
  logs: { type: tail, path: "DIR/in/*.log", refresh_interval: 200ms }
destination_aggregators:
  core: { from: logs, buffer: { path: "DIR/disk/{node}" } }
sinks:
  store: { from: core, SINK }
"""
TWO_STORES = """
cluster: { name: shop, heartbeat: 200ms, down_after: 3s }
collectors:
  logs: { type: tail, path: "DIR/in/*.log", refresh_interval: 200ms }
destination_aggregators:
  core: { from: logs, buffer: { path: "DIR/disk/{node}" } }
sinks:
  store: { from: core, SINK, writers: 4 }
placement: { edge: [logs], core: [core], store: [store] }
nodes:
  core-1: { listen: "127.0.0.1:PORT0", as: core }
  store-1: { listen: "127.0.0.1:PORT1", as: store }
  store-2: { listen: "127.0.0.1:PORT2", as: store }
"""


class Server:
    """One that a script of tests/peers starts."""

    def __init__(self, name, folder, **environment):
        self.name, self.folder, self.port = name, str(folder), free_port()
        self.environment = {**os.environ, **environment}

    def run(self, *words):
        return subprocess.run(words, env=self.environment, capture_output=True, text=True, check=False, timeout=600)

    def start(self):
        done = self.run(os.path.join(PEERS, self.name, "start"), self.folder, str(self.port))
        if done.returncode == 77:
            raise unittest.SkipTest(done.stderr.strip())
        if done.returncode != 0:
            raise AssertionError(done.stderr)

    def stop(self):
        self.run(os.path.join(PEERS, "stop"), self.folder)

    def pid(self):
        with open(os.path.join(self.folder, "pid")) as f:
            return int(f.read())

    def is_running(self):
        try:
            with open(f"/proc/{self.pid()}/stat") as f:
                return f.read().rsplit(")", 1)[1].split()[0] not in "ZX"
        except OSError:
            return False

    def signal(self, number):
        """All its processes: those of its group, and their children, which may have groups of their own."""
        parents = {}
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                try:
                    with open(f"/proc/{entry}/stat") as f:
                        parents[int(entry)] = int(f.read().rsplit(")", 1)[1].split()[1])
                except OSError:
                    pass
        ours = {self.pid()}
        while True:
            more = {p for p, parent in parents.items() if parent in ours} - ours
            if not more:
                break
            ours |= more
        for p in ours:
            try:
                os.kill(p, number)
            except ProcessLookupError:
                pass


class SmallDisk:
    """A file system of so many bytes, that can be filled up. Only where this process may mount."""

    def __init__(self, folder, size):
        self.folder, self.filler = str(folder), os.path.join(str(folder), "filler")
        os.makedirs(self.folder)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", self.folder], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise unittest.SkipTest("no mounts: " + done.stderr.strip())

    def fill(self):
        with open(self.filler, "ab", buffering=0) as f:
            try:
                while True:
                    f.write(b"x" * 65536)
            except OSError:
                pass

    def empty(self):
        if os.path.exists(self.filler):
            os.remove(self.filler)

    def remove(self):
        subprocess.run(["umount", "-l", self.folder], check=False)


class Writer(threading.Thread):
    """Appends numbered lines to a file until it is stopped."""

    def __init__(self, path, rate=4000):
        super().__init__(daemon=True)
        self.path, self.each, self.count, self.over = path, rate // 20, 0, threading.Event()

    def write(self, lines):
        with open(self.path, "a") as f:
            f.write("".join(f"line {n} {'.' * (n * 7919 % 90)}\n" for n in range(self.count, self.count + lines)))
        self.count += lines

    def run(self):
        while not self.over.wait(0.05):
            self.write(self.each)

    def stop(self):
        self.over.set()
        self.join()


class PeerStore(SystemTest):
    """A subclass has make_server(), sink() and messages(); cases begin with check_."""

    server = None

    @classmethod
    def setUpClass(cls):
        cls.server = cls.make_server()
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.signal(signal.SIGCONT)
        cls.server.stop()

    def setUp(self):
        super().setUp()
        (self.dir / "in").mkdir()
        self.table = "t" + os.urandom(6).hex()
        self.writer = Writer(self.path("in", "a.log"))
        self.chance = random.Random(7)

    def tearDown(self):
        self.writer.over.set()
        super().tearDown()

    def run_one(self, number):
        return self.start(f"one-{number}", self.topology, "--node", "one")

    def begin(self, text=ONE_NODE):
        for n in range(3):
            text = text.replace(f"PORT{n}", str(free_port()))
        self.topology = self.write("t.yaml", text.replace("SINK", self.sink()))
        self.writer.write(100)  # a file is known again by its first KiB
        self.writer.start()

    def wanted(self):
        return [f"line {n} {'.' * (n * 7919 % 90)}" for n in range(self.writer.count)]

    def wait_stored_once(self, node="one"):
        self.writer.stop()
        wanted = self.writer.count
        wait_until(lambda: len(self.messages()) >= wanted, lambda: f"{len(self.messages())} of {wanted}\n" + self.processes[-1].log()[-3000:], 120)
        self.assertEqual("", differences(self.messages(), self.wanted()))

    def check_killed_writer(self):
        self.begin()
        until = time.monotonic() + SECONDS
        kills = 0
        while time.monotonic() < until:
            node = self.run_one(kills)
            time.sleep(self.chance.uniform(0.2, 1.2))
            self.assertTrue(node.is_running(), node.log())
            node.kill()
            kills += 1
        self.assertGreater(kills, 3)
        self.run_one(kills)
        self.wait_stored_once()

    def check_killed_server(self, gently=False):
        """Gently: a server that keeps in memory for a while what it has acknowledged, so that a kill loses it."""
        self.begin()
        node = self.run_one(0)
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            time.sleep(self.chance.uniform(0.5, 1.5))
            if not gently:
                self.server.signal(signal.SIGKILL)
            self.server.stop()
            self.server.start()
        self.wait_stored_once()
        self.assertTrue(node.is_running(), node.log())

    def check_frozen_server(self):
        """For longer than the sink waits for an answer: it does not know then what is stored."""
        self.begin()
        self.run_one(0)
        wait_until(lambda: self.messages(), "something is stored")
        self.server.signal(signal.SIGSTOP)
        try:
            time.sleep(max(SECONDS, 5))  # that is what is wanted: so long it says nothing
            wait_until(lambda: self.actor("one", "store").get("last_error"), "the sink tells of it")
        finally:
            self.server.signal(signal.SIGCONT)
        self.wait_stored_once()

    def check_full_disk(self, size):
        """Of a server of its own. What it has no room for waits; a server may also end itself."""
        disk = SmallDisk(self.path("small"), size)
        self.server = self.make_server(os.path.join(disk.folder, "server"))
        try:
            self.server.start()
            self.begin()
            node = self.run_one(0)
            wait_until(lambda: self.messages(), "something is stored")
            disk.fill()
            self.writer.each *= 20
            wait_until(lambda: self.actor("one", "store").get("last_error"), "the sink tells of it", 120)
            why = self.actor("one", "store")["last_error"]
            self.writer.each = 200
            disk.empty()
            if not self.server.is_running():
                self.server.stop()
                self.server.start()
            self.wait_stored_once()
            self.assertTrue(node.is_running(), node.log())
            print(f"said: {why}", end=" ", flush=True)
        finally:
            self.server.stop()
            disk.remove()

    def check_two_nodes(self):
        self.begin(TWO_STORES)
        nodes = {}
        for name in ("store-1", "store-2", "core-1", "edge-1"):
            nodes[name] = self.start_node(self.topology, name, name.split("-")[0])
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            time.sleep(self.chance.uniform(0.3, 1.5))
            name = self.chance.choice(list(nodes))
            nodes[name].kill()
            nodes[name] = self.start_node(self.topology, name, name.split("-")[0])
        self.wait_stored_once("core-1")


class AtLeastOnceStore(PeerStore):
    """All is stored, and what came again is told."""

    def wait_stored_once(self, node="one"):
        self.writer.stop()
        wanted = set(self.wanted())
        wait_until(lambda: len(set(self.messages())) >= len(wanted),
                   lambda: f"lacking {sorted(wanted - set(self.messages()))[:50]}\n" + self.processes[-1].log()[-3000:], 120)
        counts = collections.Counter(self.messages())
        self.assertEqual(wanted, set(counts))
        print(f"{len(wanted)} events, {counts.total() - len(wanted)} came again", end=" ", flush=True)


def main():
    """As unittest.main(), and 77 if nothing could be tried."""
    result = unittest.main(exit=False).result
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(77 if result.skipped and result.testsRun == 0 else 0)
