"""Edge, core and store as three processes: what one process gives they give too."""
import itertools
import json
import unittest

from weir_nodes import SystemTest, free_port, read_lines, wait_until

TOPOLOGY = """
cluster: {{ name: test }}
collectors:
  logs: {{ type: tail, path: "{dir}/in/**/*.log", tag: "{{name}}" }}
source_aggregators:
  local: {{ from: logs }}
destination_aggregators:
  core: {{ from: local }}
sinks:
  archive: {{ type: file, from: core, path: "{dir}/{out}/all.jsonl" }}
  tagged: {{ type: file, from: core, path: "{dir}/{out}/{{tag}}.raw", format: raw }}
placement:
  edge: [logs, local]
  core: [core]
  store: [archive, tagged]
nodes:
  edge-1:  {{ listen: "127.0.0.1:{ports[0]}", as: edge }}
  core-1:  {{ listen: "127.0.0.1:{ports[1]}", as: core }}
  store-1: {{ listen: "127.0.0.1:{ports[2]}", as: store }}
"""
NODES = [("edge-1", "edge"), ("core-1", "core"), ("store-1", "store")]


class ThreeProcesses(SystemTest):
    def setUp(self):
        super().setUp()
        self.lines = [f"line {i} of file {f} " + "x" * (i % 97) for f in range(5) for i in range(4000)]
        for f in range(5):
            self.write(f"in/{f % 2}/{f}.log", "".join(l + "\n" for l in self.lines if f"file {f} " in l))

    def topology(self, out):
        ports = [free_port() for _ in range(3)]
        return self.write(out + ".yaml", TOPOLOGY.format(dir=self.dir, out=out, ports=ports))

    def stored(self, out):
        """What matters of every event: its tag and record, without the time of its reading."""
        events = [json.loads(line) for line in read_lines(self.path(out, "all.jsonl"))]
        return [json.dumps({k: v for k, v in e.items() if k != "time"}, sort_keys=True) for e in events]

    def check_summary(self, process, events):
        self.assertEqual((str(events), "0"), (process.summary().get("events"), process.summary().get("lost")),
                         process.out() + process.log())

    def test_one_process_and_three_store_the_same(self):
        alone = self.start("alone", self.topology("alone"), "--once")
        self.assert_ends_well(alone)
        self.check_summary(alone, len(self.lines))
        topology = self.topology("three")
        three = [self.start_node(topology, *n, "--once") for n in NODES]
        self.assert_ends_well(*three)
        self.check_summary(three[0], len(self.lines))
        self.check_summary(three[2], 2 * len(self.lines))
        self.assert_same_lines(self.stored("three"), self.stored("alone"))
        self.assertEqual(len(self.lines), len(self.stored("three")))
        for f in range(5):
            self.assert_same_lines(read_lines(self.path("three", f"{f}.log.raw")), read_lines(self.path(f"in/{f % 2}/{f}.log")))

    def test_any_order_of_starting_will_do(self):
        for number, order in enumerate(itertools.permutations(NODES)):
            with self.subTest(order=[n for n, _ in order]):
                topology = self.topology(f"order{number}")
                running = []
                for node, class_name in order:
                    running.append(self.start_node(topology, node, class_name, "--once"))
                    # The next one comes when this one is up and has found nobody.
                    wait_until(lambda: "cannot be reached" in running[-1].log() or node == "store-1"
                               or len(running) == 3 or "connected to node" in running[-1].log(), running[-1].log)
                self.assert_ends_well(*running)
                self.assertEqual(len(self.lines), len(self.stored(f"order{number}")))
                for p in running:
                    p.name += str(number)

    def test_without_once_they_run_until_told_and_follow_the_file(self):
        topology = self.topology("follow")
        three = [self.start_node(topology, *n) for n in NODES]
        raw = self.path("follow", "0.log.raw")
        wait_until(lambda: len(read_lines(raw)) == 4000, lambda: three[2].log())
        self.append("in/0/0.log", "one more\n")
        wait_until(lambda: read_lines(raw)[-1:] == [b"one more"], lambda: three[2].log())
        for p in three:
            self.assertEqual(0, p.stop(), p.log())
            self.assertTrue(p.log())


if __name__ == "__main__":
    unittest.main(verbosity=2)
