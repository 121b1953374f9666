"""Disk buffers of the real binary: a stopped store beside running ones, a backlog larger than memory, kills."""
import os
import shutil
import signal
import sqlite3
import time
import unittest

from weir_nodes import SystemTest, count_lines, free_port, wait_until

MIB = 1 << 20
BACKLOG = int(os.environ.get("WEIR_BACKLOG_MIB", "300")) * MIB
MEMORY_TIMES = int(os.environ.get("WEIR_MEMORY_TIMES", "1"))
RSS_MAX_KIB = 128 * 1024 * MEMORY_TIMES
PATIENCE = 600

THREE_SINKS = """
collectors: {{ logs: {{ type: tail, path: "{path}/in/*.log" }} }}
source_aggregators:
  local: {{ from: logs, buffer: {{ path: "{path}/buffer", max_size: 40GiB, sync: {sync} }} }}
sinks:
  archive: {{ type: file, path: "{path}/out/archive.raw", format: raw, sync: os }}
  counted: {{ type: "null" }}
  store: {{ type: sqlite, path: "{path}/weir.db", retry: {{ first: 200ms, max: 1s }} }}
"""


class Backlogs(SystemTest):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("in"))

    def write_numbered(self, name, size):
        """A file of about `size` bytes of lines that no other file has; returns their number."""
        pad = name + "x" * 1000
        count = 0
        with open(self.path(name), "w", buffering=MIB) as f:
            while f.tell() < size:
                f.write("".join(f"{count + i:012d} {pad}\n" for i in range(5000)))
                count += 5000
        return count

    def rows(self):
        db = sqlite3.connect(f"file:{self.path('weir.db')}?mode=ro", uri=True, timeout=30)
        try:
            return db.execute("SELECT count(*), count(DISTINCT record) FROM events").fetchone()
        except sqlite3.OperationalError:  # no table yet
            return 0, 0
        finally:
            db.close()

    def lock_database(self, weir):
        wait_until(lambda: os.path.exists(self.path("weir.db")) and self.rows()[0] > 0, weir.log)
        lock = sqlite3.connect(self.path("weir.db"), isolation_level=None, timeout=60)
        lock.execute("BEGIN IMMEDIATE")
        return lock

    def test_a_stopped_store_leaves_the_others_alone_and_gets_everything_later(self):
        topology = self.write("t.yaml", THREE_SINKS.format(path=self.dir, sync="interval"))
        self.write("in/first.log", "one line\n")
        weir = self.start("weir", topology, "--node", "weir")
        lock = self.lock_database(weir)
        count = 1 + self.write_numbered("in/big.log", BACKLOG)
        wait_until(lambda: count_lines(self.path("out/archive.raw")) == count, weir.log, PATIENCE)
        wait_until(lambda: self.actor(weir.name, "counted").get("events_out") == count, weir.log, PATIENCE)
        self.assertLess(weir.peak_rss_kib(), RSS_MAX_KIB, weir.log())
        lock.execute("COMMIT")
        lock.close()
        wait_until(lambda: self.rows()[0] >= count, lambda: f"{self.rows()} of {count}\n" + weir.log(), PATIENCE)
        self.assertEqual((count, count), self.rows())
        self.assertLess(weir.peak_rss_kib(), RSS_MAX_KIB, weir.log())
        self.assertEqual(0, weir.stop(), weir.log())
        verify = self.weir("buffer", "verify", self.path("buffer"), timeout=PATIENCE)
        self.assertEqual(0, verify.returncode, verify.stdout + verify.stderr)

    def test_a_backlog_outlives_its_process_and_ends_in_the_store_once(self):
        topology = self.write("t.yaml", THREE_SINKS.format(path=self.dir, sync="always"))
        self.write("in/first.log", "one line\n")
        weir = self.start("weir", topology)
        lock = self.lock_database(weir)
        count = 1 + self.write_numbered("in/big.log", 40 * MIB)
        wait_until(lambda: count_lines(self.path("out/archive.raw")) == count, weir.log, PATIENCE)
        weir.kill()
        lock.execute("COMMIT")
        lock.close()
        os.remove(self.path("in/big.log"))  # what is stored now comes from the buffer
        again = self.start("again", topology, "--node", "a-container-with-another-name", "--once")
        self.assertEqual(0, again.end(PATIENCE), again.log())
        self.assertEqual((count, count), self.rows())
        self.assertEqual(count, count_lines(self.path("out/archive.raw")))

    @unittest.skipUnless("WEIR_RATES" in os.environ, "by hand: WEIR_RATES=pairs, at least 3, on a quiet machine")
    def test_a_store_that_is_stopped_costs_the_others_nothing(self):
        """Time and CPU seconds of the two others for the next 512 MiB, beside a backlog of 1 GiB and without."""
        pairs = int(os.environ["WEIR_RATES"])
        ratios = {"wall": [], "cpu": []}
        self.write_numbered("first.txt", 1024 * MIB)
        self.write_numbered("second.txt", 512 * MIB)
        for _ in range(pairs):
            without, beside = self.rates(False), self.rates(True)
            for what in ratios:
                ratios[what].append(beside[what] / without[what])
            print(f"without {without}, beside a backlog {beside}")
        for what, all_of_it in ratios.items():
            middle = sorted(all_of_it)[pairs // 2]
            print(f"{what}: {middle:.3f} times that without ({', '.join(f'{r:.3f}' for r in all_of_it)})")
            self.assertLess(middle, 1.1, what)

    def rates(self, has_backlog):
        directory = self.path(f"rates-{has_backlog}")
        os.makedirs(os.path.join(directory, "in"))
        text = THREE_SINKS.format(path=directory, sync="always")
        if not has_backlog:
            text = text[:text.index("  store:")]
        topology = self.write("rates.yaml", text)
        with open(os.path.join(directory, "in/a.log"), "w") as f:
            f.write("one line\n")
        weir = self.start("rates", topology, "--node", "weir")
        archive = os.path.join(directory, "out/archive.raw")
        size = os.path.getsize(os.path.join(directory, "in/a.log"))
        wait_until(lambda: os.path.exists(archive) and os.path.getsize(archive) == size, weir.log)
        if has_backlog:
            wait_until(lambda: self.actor("weir", "store").get("events_out") == 1, weir.log)
            lock = sqlite3.connect(os.path.join(directory, "weir.db"), isolation_level=None, timeout=60)
            lock.execute("BEGIN IMMEDIATE")
        for name in ("first.txt", "second.txt"):
            os.link(self.path(name), os.path.join(directory, "in", name + ".log"))
            size += os.path.getsize(self.path(name))
            wall, cpu = time.monotonic(), weir.cpu_seconds()
            wait_until(lambda: os.path.getsize(archive) == size, weir.log, PATIENCE)  # status asks the stopped one, too
            figures = {"wall": round(time.monotonic() - wall, 2), "cpu": round(weir.cpu_seconds() - cpu, 2)}
        if has_backlog:
            self.assertLess(self.actor("weir", "store")["events_out"], 100_000)
            lock.close()
        weir.kill()
        shutil.rmtree(directory)
        return figures

    def test_a_buffer_that_another_process_holds_is_refused_by_name(self):
        topology = self.write("t.yaml", THREE_SINKS.format(path=self.dir, sync="always"))
        first = self.start("first", topology)
        wait_until(lambda: os.path.exists(self.path("buffer", "lock")), first.log)
        second = self.weir("run", topology)
        self.assertNotEqual(0, second.returncode)
        self.assertIn(f"pid {first.pid}", second.stderr)

    def test_a_collector_goes_on_where_a_store_stands(self):
        """Without any buffer: the positions come from the stores' ledgers."""
        topology = self.write("t.yaml", f"""
collectors: {{ logs: {{ type: tail, path: "{self.path('in')}/*.log" }} }}
sinks:
  archive: {{ type: file, path: "{self.path('out')}/archive.raw", format: raw }}
  store: {{ type: sqlite, path: "{self.path('weir.db')}" }}
""")
        count = 0
        for round_number in range(4):
            count += self.write_numbered(f"in/{round_number}.log", 8 * MIB)
            weir = self.start(f"round-{round_number}", topology)
            wait_until(lambda: count_lines(self.path("out/archive.raw")) > count - 5000, weir.log, PATIENCE)
            weir.kill()
        self.assert_ends_well(self.start("last", topology, "--once"), patience=PATIENCE)
        self.assertEqual((count, count), self.rows())
        self.assertEqual(count, count_lines(self.path("out/archive.raw")))

    def test_a_collector_on_another_node_goes_on_where_its_aggregator_stands(self):
        topology = self.write("t.yaml", f"""
collectors: {{ logs: {{ type: tail, path: "{self.path('in')}/*.log" }} }}
destination_aggregators: {{ core: {{ from: logs, buffer: {{ path: "{self.path('buffer')}" }} }} }}
sinks: {{ archive: {{ type: file, path: "{self.path('out')}/archive.raw", format: raw }} }}
placement: {{ edge: [logs], core: [core, archive] }}
nodes:
  edge-1: {{ listen: "127.0.0.1:{free_port()}", as: [edge] }}
  core-1: {{ listen: "127.0.0.1:{free_port()}", as: [core] }}
""")
        count = 0
        core = self.start_node(topology, "core-1", "core")
        for round_number in range(3):
            count += self.write_numbered(f"in/{round_number}.log", 20 * MIB)
            edge = self.start_node(topology, "edge-1", "edge")
            some = count - 10000
            wait_until(lambda: count_lines(self.path("out/archive.raw")) > some, edge.log, PATIENCE)
            (edge if round_number != 1 else core).kill()
            if round_number == 1:
                core = self.start_node(topology, "core-1", "core")
                edge.kill()
        edge = self.start_node(topology, "edge-1", "edge", "--once")
        self.assert_ends_well(edge, patience=PATIENCE)
        wait_until(lambda: count_lines(self.path("out/archive.raw")) >= count, core.log, PATIENCE)
        self.assertEqual(0, core.stop(), core.log())
        self.assertEqual(count, count_lines(self.path("out/archive.raw")))


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    unittest.main()
