"""`weir run`: ends by itself, by signals and by failures, and what it says then."""
import json
import re
import socket
import unittest

from weir_nodes import SIGINT, SIGTERM, SystemTest

TO_FILE = """
collectors:
  logs: { type: tail, path: DIR/in.log, parse: { format: json } }
source_aggregators:
  local: { from: [logs] }
sinks:
  files: { type: file, from: [local], path: "DIR/out/all.jsonl" }
"""
RESULT = re.compile(r"events=(\d+) bytes=(\d+) seconds=(\d+\.\d+) lost=(\d+)\n")


class RunTest(SystemTest):
    def stored(self):
        return [json.loads(line)["n"] for line in (self.dir / "out/all.jsonl").read_text().splitlines()]

    def start_with_blocked_store(self, *words, count=50):
        self.write_numbers("in.log", count)
        self.write("out", "a file, where a directory is wanted")
        node = self.start("n", self.write("t.yaml", TO_FILE), "--node", "n", *words)
        self.wait_for("n", "files", state="retrying", events_held=count)
        return node

    def test_once_stores_all_and_its_only_line_is_the_result(self):
        self.write_numbers("in.log", 2000)
        done = self.weir("run", self.write("t.yaml", TO_FILE), "--once")
        self.assertEqual(done.returncode, 0, done.stderr)
        result = RESULT.fullmatch(done.stdout)
        self.assertTrue(result, done.stdout)
        self.assertEqual((result[1], result[4]), ("2000", "0"))
        self.assertEqual(sorted(self.stored()), list(range(2000)))

    def test_a_signal_drains_what_was_read(self):
        for number in (SIGTERM, SIGINT):
            with self.subTest(signal=number):
                self.write_numbers("in.log", 3000)
                node = self.start(f"n-{number}", self.write("t.yaml", TO_FILE), "--node", "n")
                self.wait_for("n", "logs", events_in=3000)
                status, out, err = self.finish(node, number)
                self.assertEqual((status, out), (0, ""), err)
                self.assertIn("stopping", err)
                self.assertEqual(sorted(self.stored()), list(range(3000)))
                (self.dir / "out/all.jsonl").unlink()

    def test_what_a_drain_could_not_store_is_said(self):
        node = self.start_with_blocked_store("--drain-timeout", "200ms")
        status, out, err = self.finish(node, SIGTERM)
        self.assertEqual((status, out), (1, ""))
        self.assertIn("not drained within 200ms: 50 events were not confirmed", err)
        self.assertEqual(list(self.sockets.iterdir()), [])

    def test_once_that_is_stopped_says_what_is_lost_on_its_last_line(self):
        node = self.start_with_blocked_store("--once", "--drain-timeout", "200ms")
        status, out, _ = self.finish(node, SIGTERM)
        self.assertEqual(status, 1)
        self.assertTrue(RESULT.fullmatch(out), out)
        self.assertTrue(out.endswith(" lost=50\n"), out)

    def test_a_drain_goes_on_when_the_store_comes_back(self):
        node = self.start_with_blocked_store("--drain-timeout", "60s")
        node.signal(SIGTERM)
        self.wait_for("n", "logs", state="draining")
        (self.dir / "out").unlink()
        status, _, err = self.finish(node)
        self.assertEqual(status, 0, err)
        self.assertEqual(sorted(self.stored()), list(range(50)))

    def test_a_second_signal_stops_at_once(self):
        node = self.start_with_blocked_store("--drain-timeout", "1h")
        node.signal(SIGTERM)
        self.wait_for("n", "logs", state="draining")
        status, _, err = self.finish(node, SIGTERM)
        self.assertEqual(status, 1)
        self.assertIn("stopped at once", err)
        self.assertEqual(list(self.sockets.iterdir()), [])

    def test_a_port_in_use_is_one_clear_message(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            done = self.weir("run", self.write("t.yaml", 'collectors: {apps: {type: forward, listen: "127.0.0.1:%d"}}\n'
                                               'sinks: {nowhere: {type: "null"}}\n' % port))
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn(f"cannot listen on 127.0.0.1:{port}: Address already in use", done.stderr)

    def test_wrong_use_and_configuration_end_with_2_and_start_nothing(self):
        good = self.write("t.yaml", TO_FILE)
        wrong = [("no-such-file.yaml",), (self.write("b.yaml", "collectors: 3\n"),), (good, "--node", "a/b"),
                 (good, "--drain-timeout", "5"), (good, "--as", "edge"), (good, "--status", "often"),
                 (good, "--log-level", "loud"), (good, "--onse"), ()]
        for words in wrong:
            with self.subTest(words=words):
                done = self.weir("run", *words)
                self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
                self.assertNotEqual(done.stderr, "")
        self.assertFalse((self.dir / "out").exists())

    def test_logs_are_json_lines_if_asked_for(self):
        node = self.start_with_blocked_store("--log-json", "--drain-timeout", "100ms")
        _, _, err = self.finish(node, SIGTERM)
        lines = [json.loads(line) for line in err.splitlines()]
        self.assertGreater(len(lines), 1)
        for line in lines:
            self.assertEqual(list(line), ["time", "level", "message"])
        self.assertIn("50 events were not confirmed", lines[-1]["message"])

    def test_the_log_level_says_how_much(self):
        node = self.start_with_blocked_store("--log-level", "error", "--drain-timeout", "100ms")
        _, _, err = self.finish(node, SIGTERM)
        self.assertEqual(len(err.splitlines()), 1, err)

    def test_the_live_status_is_drawn_if_asked_for(self):
        self.write_numbers("in.log", 20)
        done = self.weir("run", self.write("t.yaml", TO_FILE), "--once", "--status", "always")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("20 events in, 20 stored\n", done.stdout)
        self.assertTrue(RESULT.fullmatch(done.stdout.splitlines(True)[-1]), done.stdout)


if __name__ == "__main__":
    unittest.main()
