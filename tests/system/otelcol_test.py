"""The store `forward` with an OpenTelemetry Collector at the other end: a receiver that is not ours."""
import collections
import json
import random
import signal
import time

from peer_stores import Server, main
from weir_nodes import SystemTest, wait_until

WAIT = 120
KILLS = 10
SMALL = "writers: 2, max_message: 8KiB"

SENDER = """
collectors:
  logs: { type: tail, path: "DIR/in.log", tag: app.log, parse: { format: json }, refresh_interval: 200ms }
destination_aggregators:
  local: { from: [logs], buffer: { path: "DIR/local" } }
sinks:
  center: { type: forward, from: [local], retry: { first: 100ms, max: 500ms }, endpoints: "127.0.0.1:PORT", REST }
"""


class OtelCollector(SystemTest):
    def setUp(self):
        super().setUp()
        self.server = Server("otelcol", self.path("peer"))
        self.server.start()

    def tearDown(self):
        self.server.signal(signal.SIGCONT)
        self.server.stop()
        super().tearDown()

    def add(self, begin, end):
        with open(self.path("in.log"), "a", encoding="ascii") as f:
            f.writelines(f'{{"n": {n}, "text": "event {n}"}}\n' for n in range(begin, end))

    def send(self, rest, count):
        self.add(0, count)
        topology = SENDER.replace("PORT", str(self.server.port)).replace("REST", rest)
        return self.start("sender", self.write("sender.yaml", topology), "--node", "sender")

    def records(self):
        """What the collector has, as (tag, n, nanoseconds)."""
        found = []
        try:
            with open(self.path("peer", "received"), encoding="utf-8") as f:
                lines = [line for line in f if line.endswith("\n")]
        except FileNotFoundError:
            return found
        for line in lines:
            for resource in json.loads(line)["resourceLogs"]:
                for scope in resource["scopeLogs"]:
                    for record in scope["logRecords"]:
                        of = {a["key"]: a["value"] for a in record["attributes"]}
                        found.append((of["fluent.tag"]["stringValue"], int(of["n"]["intValue"]), int(record["timeUnixNano"])))
        return found

    def wait_received(self, count):
        wait_until(lambda: len({n for _, n, _ in self.records()}) >= count, lambda: f"{count} records, of which there are "
                   f"{len(self.records())}\n" + self.processes[-1].log()[-2000:], WAIT)

    def test_it_acknowledges_what_it_takes_plain_and_compressed(self):
        self.send("compress: none", 5000)
        self.wait_received(5000)
        self.wait_for("sender", "local", events_held=0)
        records = self.records()
        self.assertEqual({"app.log"}, {tag for tag, _, _ in records})
        self.assertEqual({1}, set(collections.Counter(n for _, n, _ in records).values()))
        self.assertTrue(all(time > 10**18 for _, _, time in records))

    def test_it_takes_gzip(self):
        self.send("compress: gzip, max_message: 64KiB", 5000)
        self.wait_received(5000)
        self.wait_for("sender", "local", events_held=0)

    def test_nothing_is_lost_when_the_sender_is_killed_and_what_comes_twice_is_counted(self):
        chance = random.Random(KILLS)
        sender = self.send(SMALL, 20000)
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.05, 1))
            sender.kill()
            sender = self.send(SMALL, 0)
        self.assert_nothing_lost(20000)

    def test_a_frozen_one_gets_again_what_it_has_not_acknowledged(self):
        sender = self.send(SMALL + ", ack_timeout: 1s", 100)
        self.wait_received(100)
        self.server.signal(signal.SIGSTOP)
        self.add(100, 5000)
        sender.wait_log("for 1s")
        self.server.signal(signal.SIGCONT)
        self.assert_nothing_lost(5000)

    def assert_nothing_lost(self, count):
        self.wait_received(count)
        self.wait_for("sender", "local", events_held=0)
        counts = collections.Counter(n for _, n, _ in self.records())
        self.assertEqual(set(range(count)), set(counts))
        print(f"{count} there, {sum(counts.values()) - count} of them twice")


if __name__ == "__main__":
    main()
