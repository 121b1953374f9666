"""What a client is told at each level of `ack:`, while the store is away and when it is back."""
import os
import socket
import time
import unittest

from mini_msgpack import pack, unpack
from weir_nodes import SystemTest, free_port, hold_for, wait_until

TIERS = """
collectors:
  in: { type: forward, listen: "127.0.0.1:PORT", ack: LEVEL }
source_aggregators:
  local: { from: [in], buffer: BUFFER }
destination_aggregators:
  core: { from: [local], buffer: { path: "DIR/core" } }
sinks:
  down: { type: file, from: [core], path: "DIR/down/out", format: raw, retry: { first: 50ms, max: 100ms } }
"""

ON_DISK = '{ path: "DIR/local" }'
IN_MEMORY = "{ type: memory }"


class Client:
    """Sends events, and remembers which chunks were acked."""

    def __init__(self, port):
        self.socket = wait_until(lambda: self.connected(port), "a connection")
        self.acked = []

    @staticmethod
    def connected(port):
        try:
            return socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            return None

    def send(self, chunk):
        self.socket.sendall(pack(["a", [[int(time.time()), {"log": chunk}]], {"chunk": chunk}]))

    def is_acked(self, chunk):
        try:
            while got := self.socket.recv(4096, socket.MSG_DONTWAIT):
                self.acked.append(unpack(got)["ack"])
        except BlockingIOError:
            pass
        return chunk in self.acked


class AckTest(SystemTest):
    """The store cannot be opened while a file lies where its directory should be."""

    def run_at(self, level, buffer=ON_DISK):
        self.write("down", "in the way")
        port = free_port()
        self.write("t.yaml", TIERS.replace("BUFFER", buffer).replace("LEVEL", level).replace("PORT", str(port)))
        self.node = self.start("node", self.path("t.yaml"), "--node", "node", "--drain-timeout", "20s")
        self.client = Client(port)
        self.client.send("first")

    def bring_up(self):
        os.remove(self.path("down"))

    def wait_ack(self, chunk):
        wait_until(lambda: self.client.is_acked(chunk), f"the ack of {chunk}")

    def holds_ack(self, chunk):
        self.wait_for("node", "core", events_in=1)
        hold_for(lambda: not self.client.is_acked(chunk), 1, f"no ack of {chunk}")

    def tearDown(self):
        self.client.socket.close() if hasattr(self, "client") else None
        super().tearDown()

    def test_received_is_told_at_once(self):
        self.run_at("received", IN_MEMORY)
        self.wait_ack("first")

    def test_durable_is_told_when_the_next_disk_has_it(self):
        self.run_at("durable")
        self.wait_ack("first")

    def test_stored_is_told_when_it_is_stored_and_soon_then(self):
        self.run_at("stored")
        self.holds_ack("first")
        self.bring_up()
        self.wait_ack("first")
        began = time.monotonic()
        for n in range(5):
            self.client.send(f"more-{n}")
            self.wait_ack(f"more-{n}")
        self.assertLess(time.monotonic() - began, 15, "each waits for its store alone, for no timer")

    def test_who_waits_for_a_store_that_is_away_does_not_hold_up_the_end(self):
        self.run_at("stored")
        self.holds_ack("first")
        self.assertEqual(0, self.node.stop())
        self.assertFalse(self.client.is_acked("first"))

    def test_replicated_wants_replicas(self):
        self.write("t.yaml", TIERS.replace("BUFFER", ON_DISK).replace("LEVEL", "replicated").replace("PORT", "24224"))
        told = self.weir("check", self.path("t.yaml"))
        self.assertEqual(2, told.returncode)
        self.assertIn('"ack: replicated" wants "replicas" of all that it sends to, and source aggregator "local" has none', told.stderr)

    def test_a_source_without_clients_has_no_ack(self):
        self.write("t.yaml", 'collectors:\n  in: { type: tail, path: "DIR/x.log", ack: stored }\nsinks:\n  out: { type: stdout }\n')
        told = self.weir("check", self.path("t.yaml"))
        self.assertIn('"ack" does nothing here: nobody waits for an answer of tail', told.stderr)

    def test_what_received_costs_is_told(self):
        self.write("t.yaml", TIERS.replace("BUFFER", ON_DISK).replace("LEVEL", "received").replace("PORT", "24224"))
        told = self.weir("check", self.path("t.yaml"))
        self.assertIn('"ack: received" answers before an event is safe', told.stdout + told.stderr)


if __name__ == "__main__":
    unittest.main()
