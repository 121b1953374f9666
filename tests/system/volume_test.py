"""Large inputs, stopped stores, real logs and processes at rest."""
import glob
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest

from weir_nodes import LOGHUB, SOURCE, SystemTest, count_lines, free_port, hold_for, read_lines, wait_until

MIB = 1 << 20
PAUSED_INPUT = int(os.environ.get("WEIR_PAUSED_MIB", "600")) * MIB
THREE_INPUT = int(os.environ.get("WEIR_THREE_MIB", "100")) * MIB
MEMORY_TIMES = int(os.environ.get("WEIR_MEMORY_TIMES", "1"))  # a sanitizer keeps shadows and freed blocks
RSS_MAX_KIB = 256 * 1024 * MEMORY_TIMES


class Volumes(SystemTest):
    def write_numbered(self, name, size):
        """A file of about `size` bytes of different lines; returns their number."""
        pad = "x" * 180
        count = 0
        with open(self.path(name), "w", buffering=MIB) as f:
            while f.tell() < size:
                f.write("".join(f"{count + i:012d} {pad}\n" for i in range(20000)))
                count += 20000
        return count

    def check_memory(self, process):
        self.assertLess(process.peak_rss_kib(), RSS_MAX_KIB, process.log())

    def test_a_locked_database_holds_the_reader_within_256_mib(self):
        count = self.write_numbered("big.log", PAUSED_INPUT)
        topology = self.write("t.yaml", f"""
collectors: {{ logs: {{ type: tail, path: "{self.path('big.log')}" }} }}
source_aggregators: {{ local: {{ from: logs }} }}
destination_aggregators: {{ core: {{ from: local }} }}
sinks: {{ db: {{ type: sqlite, from: core, path: "{self.path('weir.db')}", retry: {{ first: 200ms, max: 1s }} }} }}
""")
        self.write("none.log", "")
        weir = self.start("warm", topology)
        wait_until(lambda: os.path.exists(self.path("weir.db")), weir.log)
        wait_until(lambda: self.stored() > 1000, weir.log)
        lock = sqlite3.connect(self.path("weir.db"), isolation_level=None, timeout=60)
        lock.execute("BEGIN IMMEDIATE")
        before = self.stored()
        hold_for(lambda: weir.is_running() and weir.rss_kib() < RSS_MAX_KIB, 10, lambda: f"{weir.rss_kib()} KiB")
        self.assertEqual(before, self.stored())
        lock.execute("COMMIT")
        lock.close()
        wait_until(lambda: self.stored() >= count, lambda: f"{count} rows, not {self.stored()}\n" + weir.log(), 300)
        self.check_memory(weir)
        self.assertEqual(0, weir.stop(), weir.log())
        db = sqlite3.connect(self.path("weir.db"))
        distinct = db.execute("SELECT count(*), count(DISTINCT record) FROM (SELECT record FROM events)").fetchone()
        self.assertEqual((count, count), distinct)

    def stored(self):
        try:
            db = sqlite3.connect(f"file:{self.path('weir.db')}?mode=ro", uri=True)
            try:
                return db.execute("SELECT coalesce(max(rowid), 0) FROM events").fetchone()[0]
            finally:
                db.close()
        except sqlite3.OperationalError:
            return 0

    def test_a_reader_of_stdout_that_pauses_holds_the_rest_back(self):
        count = self.write_numbered("big.log", PAUSED_INPUT)
        topology = self.write("t.yaml", f"""
collectors: {{ logs: {{ type: tail, path: "{self.path('big.log')}" }} }}
sinks: {{ out: {{ type: stdout, format: raw }} }}
""")
        weir = self.start("weir", topology, "--once", stdout=subprocess.PIPE)
        hold_for(lambda: weir.is_running() and weir.rss_kib() < RSS_MAX_KIB, 10, lambda: f"{weir.rss_kib()} KiB")
        peak = weir.peak_rss_kib()
        number = 0
        last = b""
        for line in weir.child.stdout:
            if b"events=" in line:
                last = line
                continue
            if int(line[:12]) != number:
                self.fail(f"line {number} wanted, not {line[:12]}")
            number += 1
            if number % 100000 == 0:
                peak = weir.peak_rss_kib()
        weir.child.stdout.close()
        self.assertEqual(count, number)
        self.assertIn(b"lost=0", last)
        self.assertEqual(0, weir.end())
        self.assertLess(peak, RSS_MAX_KIB)

    def test_a_large_file_goes_through_three_processes_with_equal_counts(self):
        count = self.write_numbered("big.log", THREE_INPUT)
        topology = self.write("t.yaml", f"""
collectors: {{ logs: {{ type: tail, path: "{self.path('big.log')}" }} }}
source_aggregators: {{ local: {{ from: logs }} }}
destination_aggregators: {{ core: {{ from: local }} }}
sinks: {{ archive: {{ type: file, from: core, path: "{self.path('out.raw')}", format: raw }} }}
placement: {{ edge: [logs, local], core: [core], store: [archive] }}
nodes:
  e: {{ listen: "127.0.0.1:{free_port()}", as: edge }}
  c: {{ listen: "127.0.0.1:{free_port()}", as: core }}
  s: {{ listen: "127.0.0.1:{free_port()}", as: store }}
""")
        three = [self.start_node(topology, n, c, "--once") for n, c in (("s", "store"), ("c", "core"), ("e", "edge"))]
        peaks = {}

        def ended():
            for p in three:
                if p.is_running():
                    peaks[p.name] = max(peaks.get(p.name, 0), p.peak_rss_kib())
            return not any(p.is_running() for p in three)

        wait_until(ended, lambda: "\n".join(p.log() for p in three), 600)
        self.assert_ends_well(*three)
        print(f"\n  peaks in KiB: {peaks}")
        for p in three:
            if "events" in p.summary() and p.name != "c":
                self.assertEqual((str(count), "0"), (p.summary()["events"], p.summary()["lost"]))
        self.assertEqual(os.path.getsize(self.path("big.log")), os.path.getsize(self.path("out.raw")))
        compared = subprocess.run(["sort", "-c", self.path("out.raw")], capture_output=True)
        self.assertEqual(0, compared.returncode, compared.stderr)
        self.assertEqual(0, subprocess.run(["cmp", self.path("big.log"), self.path("out.raw")]).returncode)


def lines_of(path):
    """Of a log as people count them: CRLF is a line end, and the last one may lack its own."""
    with open(path, "rb") as f:
        text = f.read()
    lines = text.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    return [l[:-1] if l.endswith(b"\r") else l for l in lines]


class RealLogs(SystemTest):
    def test_loghub_files_compare_equal_line_by_line(self):
        files = glob.glob(os.path.join(LOGHUB, "*.log"))
        if not files:
            self.skipTest("no loghub files")
        topology = self.write("t.yaml", f"""
collectors: {{ logs: {{ type: tail, path: "{os.path.abspath(LOGHUB)}/*.log", tag: "{{name}}" }} }}
source_aggregators: {{ local: {{ from: logs }} }}
destination_aggregators: {{ core: {{ from: local }} }}
sinks:
  raw: {{ type: file, from: core, path: "{self.path('raw')}/{{tag}}", format: raw }}
  json: {{ type: file, from: core, path: "{self.path('json')}/{{tag}}" }}
  db: {{ type: sqlite, from: core, path: "{self.path('weir.db')}" }}
""")
        weir = self.start("weir", topology, "--once")
        self.assert_ends_well(weir)
        db = sqlite3.connect(self.path("weir.db"))
        for path in files:
            with self.subTest(file=os.path.basename(path)):
                wanted = lines_of(path)
                tag = os.path.basename(path)
                self.assertEqual(wanted, read_lines(self.path("raw", tag)))
                text = [l.decode(errors="replace") for l in wanted]
                self.assertEqual(text, [json.loads(l)["message"] for l in read_lines(self.path("json", tag))])
                rows = db.execute("SELECT record FROM events WHERE tag = ? ORDER BY rowid", (tag,))
                self.assertEqual(text, [json.loads(r)["message"] for r, in rows])

    def test_the_logs_of_this_machine_are_stored_once_each_by_the_quickstart(self):
        with open(os.path.join(SOURCE, "config", "quickstart.yaml")) as f:
            text = f.read().replace("127.0.0.1:24224", f"127.0.0.1:{free_port()}")
        # A copy, since the real ones may grow while they are counted.
        os.mkdir(self.path("log"))
        found = 0
        for path in glob.glob("/var/log/**/*.log", recursive=True):
            if os.path.isfile(path) and os.access(path, os.R_OK):
                target = self.path("log" + path[len("/var/log"):])
                os.makedirs(os.path.dirname(target), exist_ok=True)
                shutil.copyfile(path, target)
                found += 1
        if found == 0:
            self.skipTest("no readable logs under /var/log")
        topology = self.write("quickstart.yaml", text.replace("/var/log/", self.path("log") + "/"))
        weir = self.start("weir", topology, "--once")
        self.assert_ends_well(weir)
        db = sqlite3.connect(self.path("weir-data/weir.db"))
        total = 0
        for path in glob.glob(self.path("log/**/*.log"), recursive=True):
            tag = path.strip("/").replace("/", ".")
            rows = [json.loads(r)["message"] for r, in
                    db.execute("SELECT record FROM events WHERE tag = ? ORDER BY rowid", (tag,))]
            self.assertEqual([l.decode(errors="replace") for l in lines_of(path)], rows, path)
            total += len(rows)
        self.assertEqual(str(total), weir.summary()["events"])
        self.assertEqual("0", weir.summary()["lost"])
        self.assertEqual(total, db.execute("SELECT count(*) FROM events").fetchone()[0])

    def test_the_quickstart_itself_stores_every_log_of_this_machine(self):
        with open(os.path.join(SOURCE, "config", "quickstart.yaml")) as f:
            topology = self.write("quickstart.yaml", f.read().replace("127.0.0.1:24224", f"127.0.0.1:{free_port()}"))
        weir = self.start("weir", topology, "--once")
        self.assert_ends_well(weir)
        self.assertEqual("0", weir.summary()["lost"])
        self.assertTrue(os.path.exists(self.path("weir-data/weir.db")))


class AtRest(SystemTest):
    def cpu_share(self, processes, seconds=10):
        before = [p.cpu_seconds() for p in processes]
        began = time.monotonic()
        hold_for(lambda: all(p.is_running() for p in processes), seconds, "the processes")
        passed = time.monotonic() - began
        return [(p.cpu_seconds() - b) / passed for p, b in zip(processes, before)]

    def test_two_connected_processes_cost_under_one_percent_of_a_core(self):
        self.write("in.log", "one\n")
        topology = self.write("t.yaml", f"""
collectors: {{ logs: {{ type: tail, path: "{self.path('*.log')}", exclude: "{self.path('?dge.log')}" }} }}
destination_aggregators: {{ core: {{ from: logs }} }}
sinks: {{ archive: {{ type: file, from: core, path: "{self.path('out.raw')}", format: raw }} }}
placement: {{ edge: [logs], core: [core, archive] }}
nodes:
  e: {{ listen: "127.0.0.1:{free_port()}", as: edge }}
  c: {{ listen: "127.0.0.1:{free_port()}", as: core }}
""".replace("*.log", "in.log"))
        two = [self.start_node(topology, "e", "edge"), self.start_node(topology, "c", "core")]
        wait_until(lambda: count_lines(self.path("out.raw")) == 1, two[0].log)
        shares = self.cpu_share(two)
        print(f"\n  at rest: {[f'{s:.2%}' for s in shares]} of a core, {[p.rss_kib() for p in two]} KiB")
        for share in shares:
            self.assertLess(share, 0.01)

    def test_the_quickstart_at_rest_is_under_40_mib(self):
        with open(os.path.join(SOURCE, "config", "quickstart.yaml")) as f:
            topology = self.write("quickstart.yaml", f.read().replace("127.0.0.1:24224", f"127.0.0.1:{free_port()}"))
        weir = self.start("weir", topology)
        wait_until(lambda: os.path.exists(self.path("weir-data/weir.db")), weir.log)
        share = self.cpu_share([weir])[0]
        print(f"\n  quickstart at rest: {weir.rss_kib()} KiB (peak {weir.peak_rss_kib()}), {share:.2%} of a core")
        self.assertLess(weir.rss_kib(), 40 * 1024 * MEMORY_TIMES)
        self.assertEqual(0, weir.stop(), weir.log())


if __name__ == "__main__":
    unittest.main(verbosity=2)
