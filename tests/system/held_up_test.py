"""One store that is down, a buffer that is full or removed: what goes on, what is told, and that nothing is lost."""
import os
import shutil
import socket
import unittest

from weir_nodes import SIGTERM, SystemTest, count_lines, free_port, hold_for, read_lines, wait_until

PAIR = """
collectors:
  in: { type: tail, path: "DIR/in.log" }
sinks:
  up: { type: file, path: "DIR/up.out", format: raw }
  down: { type: file, path: "DIR/down/out", format: raw, retry: { first: 50ms, max: 100ms } }
"""

FORWARD = """
collectors:
  in: { type: forward, listen: "127.0.0.1:PORT" }
sinks:
  down: { type: file, path: "DIR/down/out", format: raw, retry: { first: 50ms, max: 100ms } }
"""

BUFFERED = """
collectors:
  in: { type: tail, path: "DIR/in.log" }
source_aggregators:
  local: { buffer: { path: "DIR/buffer", max_size: MAX } }
sinks:
  down: { type: file, path: "DIR/down/out", format: raw, retry: { first: 50ms, max: 100ms } }
"""


def connects(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


class HeldUp(SystemTest):
    """The store of the sink "down" cannot be opened while a file lies where its directory should be."""

    def setUp(self):
        super().setUp()
        self.write("down", "in the way")
        self.wanted = []

    def run_node(self, topology=None, drain_timeout="1s"):
        if topology:
            self.write("t.yaml", topology)
        return self.start("node", self.path("t.yaml"), "--node", "node", "--drain-timeout", drain_timeout)

    def bring_up(self):
        os.remove(self.path("down"))

    def add(self, count, size=100):
        lines = [f"{len(self.wanted) + n:08}".ljust(size, ".") for n in range(count)]
        self.append("in.log", "".join(line + "\n" for line in lines))
        self.wanted += [line.encode() for line in lines]

    def stored(self, name):
        return read_lines(self.path(name))

    def wait_stored(self, name, count):
        wait_until(lambda: count_lines(self.path(name)) >= count, lambda: f"{count} lines in {name}, not "
                   f"{count_lines(self.path(name))}")

    def test_one_store_that_is_down_at_the_start_does_not_hold_up_another(self):
        self.add(1000)
        node = self.run_node(PAIR)
        self.wait_stored("up.out", 1000)
        self.add(1000)
        self.wait_stored("up.out", 2000)
        self.bring_up()
        self.wait_stored("down/out", 2000)
        self.add(10)
        for name in ("up.out", "down/out"):
            self.wait_stored(name, 2010)
        self.assertEqual(0, node.stop())
        for name in ("up.out", "down/out"):
            self.assert_same_lines(self.stored(name), self.wanted)

    def test_what_a_store_lacks_is_read_again_when_it_is_there_after_all(self):
        self.bring_up()
        self.add(1000)
        node = self.run_node(PAIR)
        self.wait_stored("down/out", 1000)
        kept = self.path("kept")
        os.rename(self.path("down"), kept)
        self.write("down", "in the way")
        self.add(500)
        self.wait_stored("up.out", 1500)
        node.kill()
        self.add(500)
        node = self.run_node()
        self.wait_stored("up.out", 2000)
        self.bring_up()
        os.rename(kept, self.path("down"))
        self.wait_stored("down/out", 2000)
        self.assertEqual(0, node.stop())
        for name in ("up.out", "down/out"):
            self.assert_same_lines(self.stored(name), self.wanted)

    def test_others_go_on_until_the_bound_that_check_names(self):
        topology = self.write("t.yaml", PAIR)
        checked = self.weir("check", topology).stdout
        self.assertIn('if "down" stops, the others behind "in" go on for at most 8MiB', checked)
        self.add(9000, 999)
        node = self.run_node()
        self.wait_stored("up.out", 7000)
        hold_for(lambda: count_lines(self.path("up.out")) < 9000, 1, "the bound")
        self.bring_up()
        for name in ("up.out", "down/out"):
            self.wait_stored(name, 9000)
            self.assert_same_lines(self.stored(name), self.wanted)
        self.assertEqual(0, node.stop())

    def test_a_listener_opens_while_its_only_store_is_down(self):
        port = free_port()
        node = self.run_node(FORWARD.replace("PORT", str(port)))
        wait_until(lambda: connects(port), lambda: "a listener:\n" + node.log())
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"\x93\xa1t\x91\x92\x01\x81\xa1k\xa1v\x81\xa5chunk\xa1x")  # [t, [[1, {k: v}]], {chunk: x}]
            client.settimeout(1)
            self.assertRaises(socket.timeout, client.recv, 1)
            self.bring_up()
            client.settimeout(60)
            self.assertEqual(b"\x81\xa3ack\xa1x", client.recv(100))
        self.assertEqual(0, node.stop())
        self.assertEqual(1, count_lines(self.path("down/out")))

    def test_a_node_whose_store_never_came_ends_when_it_is_told(self):
        node = self.run_node(PAIR, "30s")
        node.wait_log("begins before node/sink/down has said")
        self.assertEqual(0, node.stop(20))  # nothing is left for the store, so nothing is waited for

    def test_a_full_buffer_is_told_and_when_it_has_room_again(self):
        self.add(3000, 999)
        node = self.run_node(BUFFERED.replace("MAX", "2MiB"))
        node.wait_log("has reached its 2MiB: its senders wait until some of it is stored")
        self.assertIn("full, its senders wait", self.actor("node", "local")["detail"])
        self.bring_up()
        self.wait_stored("down/out", 3000)
        node.wait_log("the buffer has room again")
        self.assertEqual(0, node.stop())
        self.assert_same_lines(self.stored("down/out"), self.wanted)

    def test_a_buffer_that_is_removed_comes_again_with_what_it_held(self):
        self.add(1000)
        node = self.run_node(BUFFERED.replace("MAX", "64MiB"))
        self.wait_for("node", "local", events_held=1000)
        wait_until(lambda: self.actor("node", "in")["events_held"] == 0, "all is acked")
        shutil.rmtree(self.path("buffer"))
        node.wait_log("its files are there again")
        self.add(1000)
        self.wait_for("node", "local", events_held=2000)
        node.kill()
        node = self.run_node()
        self.bring_up()
        self.wait_stored("down/out", 2000)
        node.signal(SIGTERM)
        self.assert_ends_well(node)
        self.assert_same_lines(self.stored("down/out"), self.wanted)


if __name__ == "__main__":
    unittest.main()
