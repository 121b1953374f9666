"""`weir run`: ends by itself, by signals and by failures, and what it says then."""
import json
import os
import pathlib
import re
import signal
import socket
import unittest

from weir_nodes import SIGINT, SIGTERM, SystemTest, free_port, wait_until

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

    def takes_signals(self, node):
        blocked = re.search(r"SigBlk:\s*(\w+)", (pathlib.Path("/proc") / str(node.pid) / "status").read_text())[1]
        # While it makes a thread all are blocked for a moment.
        return int(blocked, 16) >> (SIGTERM - 1) & 1 and not int(blocked, 16) >> (signal.SIGALRM - 1) & 1

    def start_with_blocked_store(self, *words, count=50):
        self.write("out", "a file, where a directory is wanted")
        # A tail would ask the store where to go on before it reads anything.
        made = f"""type: generate, count: {count}, template: '{{"n":"${{n}}"}}'"""
        topology = TO_FILE.replace("type: tail, path: DIR/in.log, parse: { format: json }", made)
        node = self.start("n", self.write("t.yaml", topology), "--node", "n", *words)
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
                for name in ("in.log", "out/all.jsonl"):  # in the same file its lines would be known again
                    (self.dir / name).unlink()

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
        node.wait_log("stopping:")  # two at once are one
        status, _, err = self.finish(node, SIGTERM)
        self.assertEqual(status, 1)
        self.assertIn("stopped at once", err)
        self.assertEqual(list(self.sockets.iterdir()), [])

    def test_signals_that_mean_nothing_end_nothing_and_sigquit_drains(self):
        self.write_numbers("in.log", 100)
        node = self.start("n", self.write("t.yaml", TO_FILE), "--node", "n")
        self.wait_for("n", "files", events_out=100)
        for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGHUP):
            node.signal(number)
        node.wait_log("nothing changes")
        self.append("in.log", '{"n": 100}\n')
        self.wait_for("n", "files", events_out=101)
        self.append("in.log", '{"n": 101}\n')
        self.wait_for("n", "logs", events_in=102)
        status, _, err = self.finish(node, signal.SIGQUIT)
        self.assertEqual(status, 0, err)
        self.assertEqual(sorted(self.stored()), list(range(102)))

    def test_signals_that_are_ignored_by_who_starts_it_are_taken_all_the_same(self):
        """A shell ignores SIGQUIT for what it starts in the background, nohup SIGHUP."""
        self.write_numbers("in.log", 10)
        node = self.start("n", self.write("t.yaml", TO_FILE), "--node", "n",
                          prefix=("sh", "-c", "trap '' QUIT HUP; exec \"$@\"", "sh"))
        self.wait_for("n", "files", events_out=10)
        node.signal(signal.SIGHUP)
        node.wait_log("nothing changes")
        self.assertEqual(self.finish(node, signal.SIGQUIT)[0], 0)

    def test_a_run_tells_its_start_and_its_end(self):
        self.write_numbers("in.log", 10)
        topology = self.write("t.yaml", TO_FILE)
        node = self.start("n", topology, "--node", "n")
        self.wait_for("n", "files", events_out=10)
        lines = self.finish(node, SIGTERM)[2].splitlines()
        self.assertRegex("\n".join(lines), rf"info weir \d\S+ runs {re.escape(topology)} as node n: collector logs \(tail\); "
                                   r"source aggregator local; sink files \(file\)\n")
        self.assertTrue(lines[-1].endswith("info ended: stored 10"), lines)

    def test_what_waits_in_a_buffer_on_disk_is_told_with_its_place(self):
        self.write_numbers("in.log", 50)
        self.write("out", "a file, where a directory is wanted")
        text = TO_FILE.replace("from: [logs] }", "from: [logs], buffer: { path: DIR/buffer } }")
        node = self.start("n", self.write("t.yaml", text), "--node", "n", "--drain-timeout", "20s")
        self.wait_for("n", "logs", events_out=50)
        _, _, err = self.finish(node, SIGTERM)
        self.assertIn(f"stored 0; 50 wait in {self.dir}/buffer and are safe there\n", err)

    def test_nothing_is_printed_into_a_file_where_a_standard_stream_is_closed(self):
        self.write_numbers("in.log", 50)
        text = TO_FILE.replace("from: [logs] }", "from: [logs], buffer: { path: DIR/buffer } }")
        topology = self.write("t.yaml", text)
        done = self.weir("run", topology, "--once", "--status", "always", capture_output=False,
                         preexec_fn=lambda: [os.close(fd) for fd in (0, 1, 2)])
        self.assertEqual(done.returncode, 0)
        self.assertEqual(sorted(self.stored()), list(range(50)))
        self.assertEqual(self.weir("buffer", "verify", f"{self.dir}/buffer").returncode, 0)

    def test_a_start_that_hangs_can_be_stopped(self):
        # Opening a FIFO for reading waits for somebody who writes.
        text = TO_FILE.replace("from: [logs] }", "from: [logs], buffer: { path: DIR/buffer } }")
        topology = self.write("t.yaml", text)
        self.write_numbers("in.log", 1)
        self.assertEqual(self.weir("run", topology, "--once").returncode, 0)
        for segment in (self.dir / "buffer").glob("*.log"):
            segment.unlink()
            os.mkfifo(segment)
        node = self.start("n", topology, "--node", "n")
        wait_until(lambda: self.takes_signals(node), "it takes signals")
        status, _, err = self.finish(node, SIGTERM)
        self.assertEqual(status, 0)
        self.assertIn("stopped before the start was complete", err)

    def test_a_port_in_use_is_one_clear_message(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            done = self.weir("run", self.write("t.yaml", 'collectors: {apps: {type: forward, listen: "127.0.0.1:%d"}}\n'
                                               'sinks: {nowhere: {type: "null"}}\n' % port))
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(len([line for line in done.stderr.splitlines() if " info " not in line]), 1, done.stderr)
        self.assertIn(f"cannot listen on 127.0.0.1:{port}: Address already in use", done.stderr)

    def test_nothing_is_read_before_all_doors_are_open(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            names = [f"c{n}" for n in range(100)]
            collectors = [f"{name}: {{ type: generate }}" for name in names]
            for what in ('apps: { type: forward, listen: "127.0.0.1:%d" }' % port, "apps: { type: generate }"):
                done = self.weir("run", self.write("t.yaml", f"""
collectors: {{ {", ".join(collectors + [what])} }}
sinks: {{ out: {{ type: file, from: [{", ".join(names)}, apps], path: "{self.dir}/out" }} }}
placement: {{ all: [{", ".join(names)}, apps, out] }}
nodes: {{ n: {{ listen: 127.0.0.1:{free_port() if "forward" in what else port}, as: all }} }}
"""), "--node", "n")
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn(f"127.0.0.1:{port}: Address already in use", done.stderr)
                self.assertFalse((self.dir / "out").exists())

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

    def test_nothing_in_a_log_line_is_obeyed_by_a_terminal_or_makes_another_line(self):
        topology = self.write("t.yaml", 'collectors: { c: { type: tail, path: "/no\\e[31m/x\\nforged.log" } }\n'
                                        'sinks: { o: { type: "null" } }\n')
        done = self.weir("run", topology, "--once")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('"/no?[31m/x?forged.log": no file matches', done.stderr)
        self.assertNotIn("\x1b", done.stderr)

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
