"""The real binary within narrow limits: open files, connections, threads, memory."""
import os
import socket
import unittest

from weir_nodes import SystemTest, count_lines, free_port, wait_until

TWO_TAILS = """
collectors:
  a: { type: tail, path: "a/*.log", tag: t.a }
  b: { type: tail, path: "b/*.log", tag: t.b }
  f: { type: forward, listen: "127.0.0.1:PORT" }
source_aggregators:
  s: { from: [a, b, f], buffer: { path: buffer } }
sinks:
  files: { type: file, path: "out/{tag}.jsonl" }
  rows: { type: sqlite, path: rows.db }
"""

WIDE = """
collectors:
{collectors}
source_aggregators:
  a: {{ from: [{names}] }}
sinks:
{sinks}
"""


def wide(collectors, sinks):
    return WIDE.format(collectors="\n".join(f"  c{i}: {{ type: generate, count: 1 }}" for i in range(collectors)),
                       names=", ".join(f"c{i}" for i in range(collectors)),
                       sinks="\n".join(f'  s{i}: {{ type: "null" }}' for i in range(sinks)))


def open_files(most):
    return ("prlimit", f"--nofile={most}:{most}", "--")


def entry(tag, chunk):
    """A forward message that wants an ack: [tag, time, {"m": 1}, {"chunk": chunk}]."""
    text = lambda s: bytes([0xa0 | len(s)]) + s.encode()
    return (b"\x94" + text(tag) + b"\xce\x65\x53\xf1\x00" + b"\x81" + text("m") + b"\x01"
            + b"\x81" + text("chunk") + text(chunk))


class LimitsTest(SystemTest):
    def write_files(self, folder, count):
        for i in range(count):
            self.write(f"{folder}/{i}.log", f"line {i}\n")

    def stored(self):
        return sum(count_lines(self.path("out", name)) for name in ("t.a.jsonl", "t.b.jsonl"))

    def test_tails_and_clients_leave_the_stores_what_they_need(self):
        self.write_files("a", 300)
        self.write_files("b", 300)
        port = free_port()
        topology = self.write("t.yaml", TWO_TAILS.replace("PORT", str(port)))
        node = self.start("node", topology, "--status", "never", "--node", "n", prefix=open_files(128))
        wait_until(lambda: self.stored() == 600, lambda: f"600 lines are stored, not {self.stored()}:\n{node.log()}")
        node.wait_log("descriptors: 128 may be open: ")
        idle = []
        for _ in range(200):
            try:
                idle.append(socket.create_connection(("127.0.0.1", port), 5))
            except OSError:
                break
        self.write("a/late.log", "late\n")
        wait_until(lambda: self.stored() == 601, lambda: "a new file is read and stored:\n" + node.log())
        wait_until(lambda: self.status("n"), "status answers")
        for c in idle:
            c.close()

        def is_acked():
            with socket.create_connection(("127.0.0.1", port), 5) as client:
                client.sendall(entry("t.c", "one"))
                try:
                    return client.recv(100).endswith(b"one")
                except OSError:
                    return False
        wait_until(is_acked, lambda: "a client has its ack:\n" + node.log())
        self.assertEqual(0, node.stop())

    def test_sixty_four_descriptors_are_enough_to_follow_many_files(self):
        self.write_files("in", 1000)
        self.write("t.yaml", 'collectors: { l: { type: tail, path: "in/*.log", tag: t } }\n'
                             "sinks: { f: { type: file, path: out.jsonl } }\n")
        node = self.start("node", self.path("t.yaml"), "--status", "never", prefix=open_files(64))
        wait_until(lambda: count_lines(self.path("out.jsonl")) == 1000, lambda: "1000 lines:\n" + node.log())
        self.assertNotIn("Too many open files", node.log())
        self.assertEqual(0, node.stop())

    def test_too_few_descriptors_are_one_sentence(self):
        topology = self.write("t.yaml", TWO_TAILS.replace("PORT", str(free_port())))
        node = self.start("node", topology, prefix=open_files(40))
        self.assertEqual(1, node.end())
        self.assertRegex(node.log(), r"the limit of open files \(ulimit -n\) is 40, this topology needs at least \d+\n$")

    def test_check_says_what_the_limit_leaves(self):
        topology = self.write("t.yaml", TWO_TAILS.replace("PORT", str(free_port())))
        self.assertRegex(self.weir("check", topology).stdout,
                         r"\d+ may be open: \d+ are reserved, \d+ are for files and connections of 4 components")

    @unittest.skipIf(os.environ.get("WEIR_MEMORY_TIMES", "1") != "1", "sanitizers take all addresses for themselves")
    def test_too_few_threads_are_one_sentence(self):
        topology = self.write("t.yaml", wide(1000, 1))
        node = self.start("node", topology, "--once", prefix=("prlimit", "--as=600000000", "--"))
        self.assertEqual(1, node.end())
        self.assertRegex(node.log(), r"\d+ threads are needed, and the system gives \d+ \(.*\): see ulimit -u.*\n$")

    def test_a_thousand_components_start_and_end(self):
        topology = self.write("t.yaml", wide(400, 400))
        node = self.start("node", topology, "--once", "--status", "never")
        self.assertEqual(0, node.end(), node.log()[-2000:])
        self.assertIn("events=400 ", node.out())
        self.assertIn("lost=0", node.out())


if __name__ == "__main__":
    unittest.main()
