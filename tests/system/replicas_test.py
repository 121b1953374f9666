"""Aggregators that keep copies for each other: a node dies, with its disk or without, and each line is stored once."""
import json
import shutil
import signal
import unittest

from weir_nodes import SystemTest, free_port, hold_for, read_lines, wait_until

TOPOLOGY = """
cluster: { name: shop, listen: "127.0.0.1:${PORT}", heartbeat: 200ms, down_after: 1s, seeds: ["127.0.0.1:SEED"],
           zone: "${ZONE}" }
collectors:
  logs: { type: tail, path: "DIR/in/*.log", refresh_interval: 200ms }
destination_aggregators:
  core: { from: logs, buffer: { path: "DIR/disk/{node}" }, replicas: 2, when_short: SHORT }
sinks:
  archive: { type: file, from: core, path: "DIR/out/all.jsonl" }
placement: { edge: [logs], core: [core], store: [archive] }
"""


class Replicas(SystemTest):
    def setUp(self):
        super().setUp()
        self.seed = free_port()
        self.nodes = {}
        self.sent = []
        self.topology = self.write_topology("block")
        (self.dir / "in").mkdir()

    def write_topology(self, short):
        return self.write(short + ".yaml", TOPOLOGY.replace("SEED", str(self.seed)).replace("SHORT", short))

    def run_node(self, node, zone="here", topology=None):
        p = self.start(node, topology or self.topology, "--node", node, "--as", node.split("-")[0],
                       env={"PORT": str(self.seed if node == "core-1" else 0), "ZONE": zone})
        self.nodes[node] = p
        return p

    def run_cores(self, count=3, **options):
        self.run_node("edge-1", **options)
        for i in range(1, count + 1):
            self.run_node(f"core-{i}", **options)
        wait_until(lambda: len(self.cores()) == count, lambda: self.nodes["edge-1"].log())

    def cores(self):
        status = self.status("edge-1")
        return {link["node"] for link in status["links"] if link["connected"] and "core" in link["node"]} if status else set()

    def add(self, count=1):
        lines = [f"line {len(self.sent) + i}" for i in range(count)]
        self.sent += lines
        self.append("in/a.log", "".join(line + "\n" for line in lines))

    def stored(self):
        return [json.loads(line)["message"] for line in read_lines(self.path("out/all.jsonl"))]

    def logs(self):
        return "".join(f"{n}:\n{p.log()}" for n, p in self.nodes.items())

    def wait_stored(self):
        wait_until(lambda: len(self.stored()) >= len(self.sent), self.logs)
        self.assert_same_lines(self.stored(), self.sent)

    def held(self, node):
        found = self.actor(node, "core") or {}
        return found.get("events_held", 0), found.get("copies_held", 0)

    def wait_acked(self):
        """All lines are safe with the cores, and in copies of others."""
        wait_until(lambda: self.actor("edge-1", "logs").get("events_held", 1) == 0, self.logs)
        wait_until(lambda: sum(self.held(n)[0] for n in self.nodes if "core" in n) == len(self.sent), self.logs)

    def fill(self, batches=30):
        """Without a store. Small chunks, so that each core gets some."""
        for _ in range(batches):
            self.add(2)
            wait_until(lambda: self.actor("edge-1", "logs").get("events_in", 0) == len(self.sent), self.logs)
        self.wait_acked()

    def test_each_chunk_has_a_copy_elsewhere_and_copies_go_when_it_is_stored(self):
        self.run_cores(2)
        self.fill()
        held = [self.held("core-1"), self.held("core-2")]
        self.assertEqual((held[0][0], held[1][0]), (held[1][1], held[0][1]))
        self.assertGreater(min(h[0] for h in held), 0)
        self.run_node("store-1")
        self.wait_stored()
        wait_until(lambda: [self.held("core-1"), self.held("core-2")] == [(0, 0), (0, 0)], self.logs)
        hold_for(lambda: len(self.stored()) == len(self.sent), 1, "nothing comes twice")

    def test_a_node_that_dies_with_its_disk_loses_nothing(self):
        self.run_cores()
        self.fill()
        self.assertGreater(self.held("core-2")[0], 0)
        self.nodes["core-2"].kill()
        shutil.rmtree(self.path("disk/core-2"))
        self.run_node("store-1")
        self.wait_stored()
        self.assertTrue(any("core-2/destination_aggregator/core is not there; it passes on" in self.nodes[n].log()
                            for n in ("core-1", "core-3")))

    def test_a_node_that_comes_back_empty_at_once_loses_nothing(self):
        self.run_cores()
        self.fill()
        self.assertGreater(self.held("core-2")[0], 0)
        self.nodes["core-2"].kill()
        shutil.rmtree(self.path("disk/core-2"))
        self.run_node("core-2")
        self.run_node("store-1")
        self.wait_stored()

    def wait_whole(self, *nodes):
        """Each line that a core is to pass on is on another disk, too, as far as they know."""
        def whole():
            cores = [self.actor(n, "core") or {} for n in nodes]
            return (all(c.get("copies_lacking", 1) == 0 for c in cores)
                    and sum(c.get("events_held", 0) for c in cores) >= len(self.sent)
                    and sum(c.get("copies_held", 0) for c in cores) >= len(self.sent))
        wait_until(whole, self.logs)

    def lose_disk(self, node, topology=None):
        """Others see that it is gone; then it is there again, without what it had."""
        self.nodes[node].kill()
        shutil.rmtree(self.path(f"disk/{node}"))
        others = [n for n in self.nodes if n.startswith("core-") and n != node]
        self.run_node(node, topology=topology)
        wait_until(lambda: any(f"lack a copy since {node}/destination_aggregator/core went; they are copied to" in
                               self.nodes[n].log() for n in others), self.logs)

    def test_one_disk_after_the_other_is_lost_before_there_is_a_store(self):
        self.run_cores()
        self.fill()
        self.wait_whole("core-1", "core-2", "core-3")
        for node in ("core-1", "core-2", "core-3"):
            self.lose_disk(node)
            self.wait_whole("core-1", "core-2", "core-3")
        self.assertIn("nothing lacks a copy any more", self.nodes["core-1"].log() + self.nodes["core-2"].log())
        self.run_node("store-1")
        self.wait_stored()
        wait_until(lambda: all(self.held(n) == (0, 0) for n in ("core-1", "core-2", "core-3")), self.logs)
        hold_for(lambda: len(self.stored()) == len(self.sent), 1, "nothing comes twice")

    def test_what_came_while_a_node_was_away_is_copied_when_it_is_back(self):
        degrade = self.write_topology("degrade")
        self.run_cores(2, topology=degrade)
        wait_until(lambda: self.cores() == {"core-1", "core-2"}, self.logs)
        self.nodes["core-2"].kill()
        wait_until(lambda: "it goes on with fewer" in self.weir("status", "edge-1").stdout, self.logs)
        self.add(30)
        wait_until(lambda: self.held("core-1")[0] == len(self.sent), self.logs)
        wait_until(lambda: "30 events are on the disks of fewer than 2 nodes" in self.weir("status", "core-1").stdout, self.logs)
        self.run_node("core-2", topology=degrade)
        self.wait_whole("core-1", "core-2")
        self.assertNotIn("fewer", self.weir("status", "core-1").stdout)
        self.assertNotIn("fewer", self.weir("status", "edge-1").stdout)
        self.nodes["core-1"].kill()
        shutil.rmtree(self.path("disk/core-1"))
        self.run_node("core-1", topology=degrade)
        self.run_node("store-1", topology=degrade)
        self.wait_stored()
        hold_for(lambda: len(self.stored()) == len(self.sent), 1, "nothing comes twice")

    def test_what_a_drained_node_had_copies_of_is_copied_among_the_others(self):
        self.run_cores()
        self.fill()
        self.nodes["core-3"].signal(signal.SIGTERM)
        self.nodes["core-3"].end()
        shutil.rmtree(self.path("disk/core-3"))
        wait_until(lambda: any("lack a copy" in self.nodes[n].log() for n in ("core-1", "core-2")), self.logs)
        self.wait_whole("core-1", "core-2")
        self.run_node("store-1")
        self.wait_stored()

    def test_a_node_that_comes_back_with_its_disk_repeats_nothing(self):
        self.run_cores()
        self.fill()
        self.nodes["core-2"].kill()
        wait_until(lambda: any("is not there; it passes on" in self.nodes[n].log() for n in ("core-1", "core-3")), self.logs)
        self.run_node("core-2")
        self.run_node("store-1")
        self.wait_stored()
        hold_for(lambda: len(self.stored()) == len(self.sent), 1, "nothing comes twice")

    def test_all_restart_with_what_they_hold(self):
        self.run_cores()
        self.fill()
        for node in ("edge-1", "core-1", "core-2", "core-3"):
            self.nodes[node].kill()
        for node in ("edge-1", "core-1", "core-2", "core-3"):
            self.run_node(node)
        self.run_node("store-1")
        self.wait_stored()
        self.add(5)
        self.wait_stored()
        hold_for(lambda: len(self.stored()) == len(self.sent), 1, "nothing comes twice")

    def test_with_too_few_nodes_it_waits_and_says_for_what(self):
        self.run_cores(1)
        self.run_node("store-1")
        self.add(3)
        wait_until(lambda: "core wants 2 nodes for each chunk and 1 is there: it waits" in self.weir("status", "edge-1").stdout,
                   self.logs)
        self.assertEqual([], self.stored())
        self.run_node("core-2")
        self.wait_stored()

    def test_with_too_few_nodes_it_may_go_on_and_says_so(self):
        degrade = self.write_topology("degrade")
        self.run_cores(1, topology=degrade)
        self.run_node("store-1", topology=degrade)
        self.add(3)
        self.wait_stored()
        self.assertIn("1 is there: it goes on with fewer", self.weir("status", "edge-1").stdout)
        self.run_node("core-2", topology=degrade)
        wait_until(lambda: self.cores() == {"core-1", "core-2"}, self.logs)
        self.add(3)
        self.wait_stored()
        self.nodes["core-2"].kill()
        self.add(3)
        self.wait_stored()

    def test_in_one_process_one_copy_is_enough(self):
        self.add(3)
        alone = self.start("alone", self.topology, "--once", env={"PORT": str(self.seed), "ZONE": "here"})
        self.assertEqual(0, alone.end(), alone.log())
        self.wait_stored()

    def test_copies_go_to_another_zone(self):
        self.run_node("edge-1")
        for node, zone in (("core-1", "a"), ("core-2", "a"), ("core-3", "b")):
            self.run_node(node, zone=zone)
        wait_until(lambda: len(self.cores()) == 3, self.logs)
        self.fill()
        in_a = self.held("core-1")[0] + self.held("core-2")[0]
        self.assertEqual(in_a, self.held("core-3")[1])

    def test_lines_flow_on_while_cores_are_killed_and_frozen(self):
        self.run_cores()
        self.run_node("store-1")
        for turn in range(6):
            node = f"core-{turn % 3 + 1}"
            self.add(20)
            if turn % 2:
                self.nodes[node].signal(signal.SIGSTOP)
                self.add(20)
                wait_until(lambda: node not in self.cores(), self.logs)
                self.nodes[node].signal(signal.SIGCONT)
            else:
                self.nodes[node].kill()
                if turn == 4:
                    shutil.rmtree(self.path(f"disk/{node}"))
                self.add(20)
                self.run_node(node)
            wait_until(lambda: len(self.cores()) == 3, self.logs)
        self.wait_stored()
        hold_for(lambda: len(self.stored()) == len(self.sent), 1, "nothing comes twice")


if __name__ == "__main__":
    unittest.main()
