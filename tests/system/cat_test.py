"""`weir cat` sends lines to a forward collector."""
import json
import unittest

from weir_nodes import SIGTERM, SystemTest, free_port, wait_until

TOPOLOGY = """
collectors:
  apps: {{ type: forward, listen: "127.0.0.1:{port}" }}
sinks:
  files: {{ type: file, from: [apps], path: "DIR/out.jsonl" }}
"""


class CatTest(SystemTest):
    def cat(self, port, data, *words):
        return self.weir("cat", "-p", str(port), *words, input=data, text=False)

    def test_lines_become_events_and_are_stored_when_it_ends(self):
        port = free_port()
        node = self.start("n", self.write("t.yaml", TOPOLOGY.format(port=port)), "--node", "n")
        wait_until(lambda: self.status("n"), "the node runs")
        lines = [f"line {n} " + "x" * (n % 400) for n in range(20_000)]
        done = self.cat(port, ("\r\n".join(lines)).encode(), "-t", "test.lines", "-H", "127.0.0.1")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))
        stored = [json.loads(line) for line in (self.dir / "out.jsonl").read_text().splitlines()]
        self.assertEqual([event["message"] for event in stored], lines)
        self.assertEqual({event["tag"] for event in stored}, {"test.lines"})
        self.assertEqual(self.finish(node, SIGTERM)[0], 0)

    def test_nobody_listening_is_a_failure(self):
        done = self.cat(free_port(), b"x\n")
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertIn(b"weir cat: cannot connect to 127.0.0.1:", done.stderr)

    def test_wrong_use_ends_with_2(self):
        for port in ("0", "65536", "http"):
            self.assertEqual(self.cat(port, b"").returncode, 2, port)


if __name__ == "__main__":
    unittest.main()
