"""Nodes of the real binary on a network that flips bits, cuts connections in the middle of a frame and holds them up."""
import os
import random
import socket
import threading
import time
import unittest

from weir_nodes import SystemTest, count_lines, free_port, read_lines, wait_until

TOPOLOGY = """
collectors: { logs: { type: tail, path: "DIR/in/*.log" } }
destination_aggregators: { core: { from: logs, buffer: { path: "DIR/buffer" } } }
sinks: { out: { type: file, from: core, path: "DIR/out.raw", format: raw } }
placement: { edge: [logs], core: [core, out] }
nodes:
  edge-1: { listen: "127.0.0.1:EDGE", as: edge }
  core-1: { listen: "127.0.0.1:CORE", as: core }
"""


class Proxy:
    """Between the two; `harm` is what it does to a piece: returns it changed, or None to cut behind its first half."""

    def __init__(self, port):
        self.to = port
        self.port = free_port()
        self.harm = lambda piece: piece
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                client.close()
                continue
            for ends in ((client, server), (server, client)):
                threading.Thread(target=self.carry, args=ends, daemon=True).start()

    def carry(self, source, sink):
        try:
            while piece := source.recv(65536):
                changed = self.harm(piece)
                sink.sendall(piece[:len(piece) // 2] if changed is None else changed)
                if changed is None:
                    break
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        source.close()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Network(SystemTest):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("in"))
        core = free_port()
        self.proxy = Proxy(core)
        self.addCleanup(self.proxy.close)
        self.random = random.Random(1)
        text = TOPOLOGY.replace("EDGE", str(free_port()))
        self.core = self.start_node(self.write("core.yaml", text.replace("CORE", str(core))), "core-1", "core")
        edge = self.write("edge.yaml", text.replace("CORE", str(self.proxy.port)))
        self.edge = self.start_node(edge, "edge-1", "edge")
        self.lines = []

    def send(self, pieces, is_enough):
        """Lines until the network was bad enough; then waits until all are stored."""
        give_up = time.monotonic() + 60
        while len(self.lines) < pieces * 1000 or not is_enough():
            self.assertLess(time.monotonic(), give_up, self.edge.log() + self.core.log())
            fresh = [b"line %d %s" % (len(self.lines) + n, b"x" * 100) for n in range(1000)]
            self.append("in/a.log", b"".join(line + b"\n" for line in fresh))
            self.lines += fresh
            time.sleep(0.01)
        self.proxy.harm = lambda piece: piece
        wait_until(lambda: count_lines(self.path("out.raw")) >= len(self.lines),
                   lambda: self.edge.log() + self.core.log())
        for node in (self.edge, self.core):
            self.assertEqual(0, node.stop(), node.log())
        self.assert_same_lines(read_lines(self.path("out.raw")), self.lines)

    def damaged(self):
        return self.actor("core-1", "core").get("damaged", 0)

    def test_a_body_that_arrives_damaged_is_asked_for_again_and_counted(self):
        def flip(piece):
            if len(piece) < 5000 or self.random.random() < 0.5:
                return piece
            at = self.random.randrange(3000, len(piece) - 100)
            return piece[:at] + bytes([piece[at] ^ 0x10]) + piece[at + 1:]
        self.proxy.harm = flip
        self.send(20, lambda: self.damaged() >= 5)
        self.assertIn("a chunk from edge-1/collector/logs arrived damaged; it is asked for again", self.core.log())

    def test_a_connection_that_is_cut_in_a_frame_loses_and_doubles_nothing(self):
        cuts = []

        def cut(piece):
            if self.random.random() > 0.05:
                return piece
            cuts.append(len(piece))
            return None
        self.proxy.harm = cut
        self.send(20, lambda: len(cuts) >= 4)


if __name__ == "__main__":
    unittest.main()
