"""A cluster on five hosts of its own: what the network between them does is noticed, heals, and costs no line.

Hosts are network namespaces (network_hosts.py); where they may not be made these tests are skipped.
"""
import itertools
import json
import re
import shutil
import signal
import sys
import threading
import time
import unittest

from network_hosts import NetworkHosts, why_no_hosts
from weir_nodes import PATIENCE, SystemTest, hold_for, read_lines, wait_until

TOPOLOGY = """
cluster: { name: shop, listen: "${HERE}:7400", heartbeat: 200ms, down_after: 2s, seeds: ["SEED:7400"],
           tls: { certificate: "DIR/certs/${NODE}.pem", key: "DIR/certs/${NODE}.key", ca: "DIR/certs/ca.pem" } }
collectors:
  logs: { type: tail, path: "DIR/in-${NODE}/*.log", refresh_interval: 200ms }
destination_aggregators:
  core: { from: logs, buffer: { path: "DIR/disk/{node}" } }
sinks:
  archive: { type: file, from: core, path: "DIR/all.jsonl" }
placement: { edge: [logs], core: [core], store: [archive] }
"""

EDGES, CORES, STORE = ("edge-1", "edge-2"), ("core-1", "core-2"), "store-1"
SERVING = (*CORES, STORE)
NODES = (*EDGES, *SERVING)
DOWN_AFTER = 2
MARGIN = 10  # for a machine that is busy with other tests
LINES_APART = 0.01


class Writer:
    """Appends lines to the logs of both edges in turn, as long as it is entered."""

    def __init__(self, append):
        self.append = append
        self.ends = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()

    def run(self):
        for n in itertools.count():
            self.append(EDGES[n % len(EDGES)])
            if self.ends.wait(LINES_APART):
                return

    def __exit__(self, *failure):
        self.ends.set()
        self.thread.join()


class Hosts(SystemTest):
    def setUp(self):
        super().setUp()
        self.hosts = NetworkHosts(NODES)
        self.nodes = {}
        self.sent = []
        self.here = lambda node: self.hosts[node].v4
        for words in (["init"], ["node", *NODES]):
            done = self.weir("certs", *words, "--dir", self.path("certs"))
            self.assertEqual(0, done.returncode, done.stderr)
        for edge in EDGES:
            (self.dir / f"in-{edge}").mkdir()

    def tearDown(self):
        super().tearDown()
        self.hosts.close()

    # Nodes.

    def run_node(self, node):
        env = {"HERE": self.here(node), "NODE": node}
        self.nodes[node] = self.start_node(self.topology, node, node.split("-")[0], env=env,
                                           prefix=self.hosts[node].prefix)

    def run_all(self):
        self.topology = self.write("weir.yaml", TOPOLOGY.replace("SEED", self.here(STORE)))
        for node in NODES:
            self.run_node(node)
        self.wait_healed()

    def logs(self):
        return "".join(f"{node}:\n{p.log()}" for node, p in self.nodes.items())

    # Lines.

    def add(self, edge):
        line = f"{edge} line {len(self.sent)}"
        self.sent.append(line)
        self.append(f"in-{edge}/a.log", line + "\n")

    def add_to_each(self, lines=10):
        for _ in range(lines):
            for edge in EDGES:
                self.add(edge)

    def stored(self):
        return [json.loads(line)["message"] for line in read_lines(self.path("all.jsonl"))]

    def wait_stored(self):
        wait_until(lambda: len(self.stored()) >= len(self.sent),
                   lambda: f"{len(self.sent)} lines; {len(self.stored())} are stored\n{self.logs()}")
        self.assert_same_lines(self.stored(), self.sent)

    def hold_stored(self):
        self.wait_stored()
        hold_for(lambda: len(self.stored()) == len(self.sent), 1, "nothing comes twice")

    # What the nodes make of each other.

    def states(self, of):
        answer = self.weir("members", of, "--json")
        members = json.loads(answer.stdout)["members"] if answer.returncode == 0 else []
        return {m["node"]: m["state"] for m in members}

    def reached(self, by):
        """The nodes that it is connected with, whoever dialled."""
        status = self.status(by)
        return {link["node"] for link in status["links"] if link["connected"]} if status else set()

    def is_noticed(self, by, gone):
        """By those that serve as a state; by an edge as a connection that it has no more."""
        if by in EDGES:
            return not self.reached(by) & set(gone)
        states = self.states(by)
        return bool(states) and all(states.get(node) == "down" for node in gone)

    def sees_all(self, node):
        known = SERVING + ((node,) if node in EDGES else EDGES)
        linked = CORES if node in EDGES else NODES if node in CORES else SERVING
        return (self.states(node) == dict.fromkeys(known, "up")
                and self.reached(node) >= set(linked) - {node})

    def wait_healed(self):
        """Everybody sees everybody, and is connected again with those it can judge; returns the seconds it took."""
        return self.wait_each([(node, lambda node=node: self.sees_all(node)) for node in NODES], PATIENCE)

    def wait_noticed(self, views):
        """Of each node those that it has to see gone, at the latest soon after `down_after`; returns the seconds it took."""
        wanted = [(by, lambda by=by, gone=gone: self.is_noticed(by, gone)) for by, gone in views.items() if gone]
        return self.wait_each(wanted, DOWN_AFTER + MARGIN)

    def wait_lost(self, mute, deaf, known):
        """In the log, once more than `known`: to the members it comes back at once, since others hear it still."""
        return self.wait_each([(deaf, lambda: self.times_lost(mute, deaf) > known)], DOWN_AFTER + MARGIN)

    def times_lost(self, mute, deaf):
        return len(re.findall(f'node "{mute}" is (?:down|not connected any more)', self.nodes[deaf].log()))

    def wait_each(self, wanted, patience):
        begin = time.monotonic()
        open_ones = dict(wanted)

        def is_done():
            for node in [node for node, holds in open_ones.items() if holds()]:
                del open_ones[node]
            return not open_ones

        wait_until(is_done, lambda: "".join(f"{node}: {self.states(node)}\n" for node in open_ones) + self.logs(), patience)
        return time.monotonic() - begin

    def says(self, *words):
        print(f"{self.id().rsplit('.', 1)[1]}:", *words, flush=True)

    # The tests.

    def check_joined(self):
        self.run_all()
        self.add_to_each()
        self.hold_stored()
        members = json.loads(self.weir("members", STORE, "--json").stdout)["members"]
        self.assertEqual({node: f"{self.here(node)}:7400" if node in SERVING else "" for node in NODES},
                         {m["node"]: m["address"] for m in members})

    def test_hosts_join_by_one_seed(self):
        self.check_joined()

    def test_hosts_join_by_one_seed_over_ipv6(self):
        self.here = lambda node: f"[{self.hosts[node].v6}]"
        self.check_joined()

    def views_of(self, side):
        """Who of this side has to see whom of the other one gone: whoever it was connected to.

        Those that serve are connected with each other, edges with the cores only: so without a core on a side nobody
        there can tell that an edge is away.
        """
        away = [node for node in NODES if node not in side]
        can_judge_edges = any(core in side for core in CORES)
        gone = [node for node in away if node in SERVING or can_judge_edges]
        return {node: [other for other in gone if node in SERVING or other in CORES] for node in side}

    def check_split(self, side):
        rest = [node for node in NODES if node not in side]
        self.hosts.split(side)
        self.add_to_each()
        noticed = self.wait_noticed({**self.views_of(side), **self.views_of(rest)})
        for half in (side, rest):
            for node in (n for n in half if n in SERVING):
                states = self.states(node)
                self.assertEqual([], [n for n in half if states[n] == "down"], f"{node} can reach them\n{self.logs()}")
        self.add_to_each()
        self.hosts.join()
        healed = self.wait_healed()
        self.says(f"{' '.join(side)} | {' '.join(rest)}: noticed after {noticed:.1f} s, healed after {healed:.1f} s")
        self.wait_stored()

    def test_every_split_in_two_is_noticed_and_heals(self):
        self.run_all()
        first, *others = NODES
        for size in range(len(others)):
            for with_first in itertools.combinations(others, size):
                self.check_split([first, *with_first])
        self.hold_stored()

    def check_away(self, gone, begin, end):
        """One host is away from begin() to end(); what was written meanwhile is stored by the others."""
        others = [node for node in NODES if node != gone]
        begin()
        noticed = self.wait_noticed({node: self.views_of(others)[node] for node in others})
        self.add_to_each()
        end()
        self.says(f"{gone}: noticed after {noticed:.1f} s, back after {self.wait_healed():.1f} s")
        self.hold_stored()

    def test_a_pulled_cable_is_noticed(self):
        self.run_all()
        for node in ("core-1", "edge-1", STORE):
            self.check_away(node, self.hosts[node].pull_cable, self.hosts[node].plug_cable)

    def test_a_paused_machine_is_noticed_and_taken_back(self):
        self.run_all()
        for node in ("core-1", "edge-1", STORE):
            process = self.nodes[node]
            self.check_away(node, lambda: process.signal(signal.SIGSTOP), lambda: process.signal(signal.SIGCONT))

    def test_loss_in_one_direction_is_noticed_by_the_side_that_does_not_hear(self):
        self.run_all()
        for mute, deaf in (("core-1", "core-2"), ("core-1", STORE), ("edge-1", "core-1"), ("core-1", "edge-1")):
            known = self.times_lost(mute, deaf)
            self.hosts[mute].lose_what_goes_to(self.hosts[deaf])
            self.add_to_each()
            noticed = self.wait_lost(mute, deaf, known)
            self.add_to_each()
            self.hosts[mute].lose_nothing_to(self.hosts[deaf])
            self.says(f"{mute} to {deaf}: noticed after {noticed:.1f} s, healed after {self.wait_healed():.1f} s")
            self.hold_stored()

    def test_a_node_that_loses_its_disk_comes_back_empty(self):
        self.run_all()
        self.add_to_each()
        self.hold_stored()
        self.nodes["core-2"].kill()
        shutil.rmtree(self.path("disk/core-2"))
        self.wait_noticed({node: ["core-2"] for node in NODES if node != "core-2"})
        self.add_to_each()
        self.wait_stored()
        self.run_node("core-2")
        self.wait_healed()
        wait_until(lambda: self.add_to_each(1) or self.actor("core-2", "core").get("events_in", 0) > 3, self.logs)
        self.hold_stored()

    def test_each_restarts_in_turn_while_lines_come(self):
        self.run_all()
        with Writer(self.add):
            for node in NODES:
                self.assertEqual(0, self.nodes[node].stop(), self.nodes[node].log())
                self.run_node(node)
                self.wait_healed()
        self.hold_stored()
        self.says(f"{len(self.sent)} lines")


if __name__ == "__main__":
    if why_no_hosts():
        print("skipped:", why_no_hosts())
        sys.exit(77)
    unittest.main()
