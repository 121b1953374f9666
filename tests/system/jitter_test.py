"""A network that is slow and uneven, but loses nothing: nobody is taken for down, and every line is stored once."""
import json
import queue
import random
import socket
import threading
import time
import unittest

from weir_nodes import SystemTest, free_port, hold_for, read_lines, wait_until

TOPOLOGY = """
cluster: { name: shop, listen: "127.0.0.1:${PORT}", advertise: "127.0.0.1:${SEEN}", heartbeat: 1s, down_after: 5s,
           seeds: ["127.0.0.1:SEED"] }
collectors:
  logs: { type: tail, path: "DIR/in/*.log", refresh_interval: 200ms }
destination_aggregators:
  core: { from: logs, buffer: { path: "DIR/disk" } }
sinks:
  archive: { type: file, from: core, path: "DIR/all.jsonl" }
placement: { edge: [logs], core: [core], store: [archive] }
"""

JITTER = 0.5  # seconds at most
LASTS = 15  # three times down_after


class DelayingProxy:
    """Passes on what comes for `to`, in order, each piece after a time of its own."""

    def __init__(self, to):
        self.to = to
        self.port = free_port()
        self.pieces = 0
        self.longest = 0.0  # seconds that a piece was kept
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.run(self.accept)

    def run(self, work, *arguments):
        threading.Thread(target=work, args=arguments, daemon=True).start()

    def accept(self):
        while True:
            try:
                guest, _ = self.listener.accept()
                host = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                return
            for source, target in ((guest, host), (host, guest)):
                kept = queue.Queue()
                self.run(self.receive, source, kept)
                self.run(self.send, kept, target)

    def receive(self, source, kept):
        while True:
            try:
                piece = source.recv(65536)
            except OSError:
                piece = b""
            now = time.monotonic()
            kept.put((now, now + random.uniform(0, JITTER), piece))
            if not piece:
                return

    def send(self, kept, target):
        while True:
            came, due, piece = kept.get()
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                if not piece:
                    return target.shutdown(socket.SHUT_WR)
                target.sendall(piece)
            except OSError:
                return
            self.pieces += 1
            self.longest = max(self.longest, time.monotonic() - came)

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Jitter(SystemTest):
    def run_node(self, node, port, seen=None):
        env = {"PORT": str(port), "SEEN": str(seen or port)}
        return self.start_node(self.topology, node, node.split("-")[0], env=env)

    def run_all(self):
        seed, core = free_port(), free_port()
        self.topology = self.write("weir.yaml", TOPOLOGY.replace("SEED", str(seed)))
        self.proxy = DelayingProxy(core)
        self.addCleanup(self.proxy.close)
        (self.dir / "in").mkdir()
        self.nodes = [self.run_node("store-1", seed), self.run_node("core-1", core, self.proxy.port),
                      self.run_node("edge-1", free_port())]  # it does not listen

    def logs(self):
        return "".join(f"{p.name}:\n{p.log()}" for p in self.nodes)

    def lost(self):
        return any(words in self.logs() for words in ("is down", "is not connected any more"))

    def stored(self):
        return [json.loads(line)["message"] for line in read_lines(self.path("all.jsonl"))]

    def test_half_a_second_of_jitter_takes_nobody_down(self):
        self.run_all()
        sent = []

        def add():
            sent.append(f"line {len(sent)}")
            self.append("in/a.log", sent[-1] + "\n")
            return True

        add()
        wait_until(lambda: len(self.stored()) == 1, self.logs)
        hold_for(lambda: add() and not self.lost(), LASTS, self.logs)
        wait_until(lambda: len(self.stored()) >= len(sent), self.logs)
        self.assert_same_lines(self.stored(), sent)
        self.assertFalse(self.lost())
        self.assertGreater(self.proxy.pieces, LASTS)  # a pulse a second at least went that way
        print(f"{len(sent)} lines; {self.proxy.pieces} pieces, kept for {self.proxy.longest * 1000:.0f} ms at most; suspected "
              f"{self.logs().count('is suspect')} times", flush=True)


if __name__ == "__main__":
    unittest.main()
