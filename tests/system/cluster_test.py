"""Nodes that find each other by a seed: they join, go, freeze and come back, and every line is stored once."""
import json
import signal
import time
import unittest

from weir_nodes import SystemTest, free_port, hold_for, read_lines, wait_until

TOPOLOGY = """
cluster: { name: shop, listen: "127.0.0.1:${PORT}", heartbeat: 200ms, down_after: 2s, seeds: ["SEED"] }
collectors:
  logs: { type: tail, path: "DIR/in-${NODE}/*.log", refresh_interval: 200ms }
destination_aggregators:
  core: { from: logs, buffer: { path: "DIR/${DISK}/{node}" } }
sinks:
  archive: { type: file, from: core, path: "DIR/all.jsonl" }
placement: { edge: [logs], core: [core], store: [archive] }
"""


class Cluster(SystemTest):
    def setUp(self):
        super().setUp()
        self.seed = free_port()
        self.topology = self.write_topology()
        self.nodes = {}
        self.sent = []

    def write_topology(self, name="weir.yaml", cluster="shop", seed=None):
        text = TOPOLOGY.replace("SEED", seed or f"127.0.0.1:{self.seed}").replace("name: shop", "name: " + cluster)
        return self.write(name, text)

    def run_node(self, node, *arguments, port=0, topology=None, log=None):
        """Its class is the first word of its name. Port 0: any."""
        p = self.start(log or node, topology or self.topology, "--node", node, "--as", node.split("-")[0], *arguments,
                       env={"PORT": str(port), "NODE": node, "DISK": "disk of " + (log or node)})
        self.nodes[log or node] = p
        return p

    def run_all(self, edges=1):
        self.run_node("store-1", port=self.seed)
        self.run_node("core-1")
        for i in range(1, edges + 1):
            self.run_node(f"edge-{i}")

    def members(self, of):
        answer = self.weir("members", of, "--json")
        if answer.returncode != 0:
            return {}
        return {m["node"]: m for m in json.loads(answer.stdout)["members"]}

    def states(self, of):
        return {name: m["state"] for name, m in self.members(of).items()}

    def wait_states(self, of, **states):
        wanted = {name.replace("_", "-"): state for name, state in states.items()}
        wait_until(lambda: self.states(of) == wanted,
                   lambda: f"{wanted}; {of} has {self.states(of)}\n{self.nodes[of].log()}")

    def add(self, edge, *lines):
        self.sent += lines
        self.append_lines(edge, lines)

    def append_lines(self, edge, lines):
        (self.dir / f"in-{edge}").mkdir(exist_ok=True)
        self.append(f"in-{edge}/a.log", "".join(line + "\n" for line in lines))

    def stored(self):
        return [json.loads(line)["message"] for line in read_lines(self.path("all.jsonl"))]

    def wait_stored(self):
        logs = lambda: "".join(f"{n}:\n{p.log()}" for n, p in self.nodes.items())
        wait_until(lambda: len(self.stored()) >= len(self.sent), logs)
        self.assert_same_lines(self.stored(), self.sent)

    def addresses_of_core(self, edge):
        status = self.status(edge)
        return {link["node"] for link in status["links"] if link["connected"]} if status else set()

    def test_nodes_join_by_a_seed_and_edges_know_no_other_edge(self):
        self.run_all(edges=2)
        self.add("edge-1", "one")
        self.add("edge-2", "two")
        self.wait_stored()
        self.wait_states("store-1", store_1="up", core_1="up", edge_1="up", edge_2="up")
        self.wait_states("edge-1", store_1="up", core_1="up", edge_1="up")
        core = self.members("edge-1")["core-1"]
        self.assertEqual((["core"], ["core"]), (core["classes"], core["components"]))
        self.assertRegex(core["address"], r"^127\.0\.0\.1:\d+$")
        self.assertEqual(core["topology"], self.members("edge-1")["edge-1"]["topology"])
        self.assertIn("edge-1 *", self.weir("members", "edge-1").stdout)

    def test_what_becomes_of_members_is_an_event(self):
        own = TOPOLOGY.replace("SEED", f"127.0.0.1:{self.seed}").replace("collectors:", "collectors:\n  own: { type: own }") \
            .replace("from: logs,", "from: [logs, own],").replace("edge: [logs], core: [core]", "edge: [logs], core: [own, core]") \
            .replace("sinks:", "sinks:\n  news: { type: file, from: core, match: weir.cluster, path: \"DIR/news.jsonl\" }") \
            .replace('archive: { type: file, from: core,', 'archive: { type: file, from: core, match: rest,') \
            .replace("store: [archive]", "store: [archive, news]")
        self.topology = self.write("own.yaml", own)
        self.run_all()
        self.wait_states("core-1", store_1="up", core_1="up", edge_1="up")
        self.nodes["edge-1"].kill()
        told = lambda: [json.loads(line) for line in read_lines(self.path("news.jsonl"))]
        down = lambda: [e for e in told() if e["what"] == "down"]
        wait_until(down, lambda: f"{told()}\n{self.nodes['core-1'].log()}")
        self.assertEqual(("core-1", "shop", "edge-1"), tuple(down()[0][k] for k in ("node", "cluster", "member")))
        self.assertIn('node "edge-1" is down: ', down()[0]["message"])

    def test_the_seed_may_come_last(self):
        edge, core = self.run_node("edge-1"), self.run_node("core-1")
        self.add("edge-1", "early")
        for p in (edge, core):
            p.wait_log(f"no other node is found: seed 127.0.0.1:{self.seed}: Connection refused; it goes on trying")
        self.run_node("store-1", port=self.seed)
        self.wait_stored()

    def test_a_node_that_joins_gets_its_share(self):
        self.run_all()
        self.add("edge-1", "before")
        self.wait_stored()
        address = self.members("edge-1")["core-1"]["address"]
        self.run_node("core-2", "--join", address, topology=self.write_topology("other.yaml", seed="127.0.0.1:1"))
        wait_until(lambda: self.addresses_of_core("edge-1") == {"core-1", "core-2"}, self.nodes["edge-1"].log)
        wait_until(lambda: self.add_one_more() and self.actor("core-2", "core").get("events_in", 0) > 3,
                   self.nodes["core-2"].log)
        self.wait_stored()
        self.assertIn("another topology file", self.weir("members", "edge-1").stdout)

    def add_one_more(self):
        self.add("edge-1", f"line {len(self.sent)}")
        return True

    def test_a_node_that_dies_is_down_and_comes_back(self):
        self.run_all()
        self.run_node("core-2")
        wait_until(lambda: self.addresses_of_core("edge-1") == {"core-1", "core-2"}, self.nodes["edge-1"].log)
        self.nodes["core-1"].kill()
        self.wait_states("store-1", store_1="up", core_1="down", core_2="up", edge_1="up")
        self.add("edge-1", "while it is away")
        self.wait_stored()
        self.run_node("core-1")
        self.wait_states("edge-1", store_1="up", core_1="up", core_2="up", edge_1="up")
        wait_until(lambda: self.addresses_of_core("edge-1") == {"core-1", "core-2"}, self.nodes["edge-1"].log)
        self.nodes["store-1"].wait_log('node "core-1" is back')

    def test_a_frozen_node_is_noticed_and_taken_back(self):
        self.run_all()
        self.run_node("core-2")
        wait_until(lambda: self.addresses_of_core("edge-1") == {"core-1", "core-2"}, self.nodes["edge-1"].log)
        self.nodes["core-1"].signal(signal.SIGSTOP)
        self.wait_states("edge-1", store_1="up", core_1="down", core_2="up", edge_1="up")
        self.add("edge-1", "past the frozen one")
        self.wait_stored()
        self.nodes["core-1"].signal(signal.SIGCONT)
        self.wait_states("edge-1", store_1="up", core_1="up", core_2="up", edge_1="up")
        self.add("edge-1", "last")
        self.wait_stored()

    def test_a_node_that_was_stopped_takes_no_other_for_down(self):
        self.run_all()
        self.run_node("core-2")
        everybody = dict(store_1="up", core_1="up", core_2="up", edge_1="up")
        for node in ("store-1", "core-1", "core-2"):
            self.wait_states(node, **everybody)
        before = self.nodes["store-1"].log().count("is down")
        self.nodes["store-1"].signal(signal.SIGSTOP)
        self.wait_states("core-1", **{**everybody, "store_1": "down"})
        time.sleep(2)  # the sleep of a machine is the matter of this test
        self.nodes["store-1"].signal(signal.SIGCONT)
        for node in ("core-1", "store-1"):
            self.wait_states(node, **everybody)
        hold_for(lambda: self.nodes["store-1"].log().count("is down") == before, 4, self.nodes["store-1"].log)
        self.add("edge-1", "after all that")
        self.wait_stored()

    def test_a_node_is_drained_as_soon_as_it_has_joined(self):
        self.run_all()
        self.wait_states("store-1", store_1="up", core_1="up", edge_1="up")
        self.run_node("core-2")
        wait_until(lambda: self.states("store-1").get("core-2") == "up", self.nodes["store-1"].log)
        drained = self.weir("drain", "core-2", "--via", "store-1")
        self.assertEqual(0, drained.returncode, drained.stderr + self.nodes["core-2"].log())

    def test_a_node_that_is_gone_for_good_is_forgotten_and_one_that_answers_is_not(self):
        self.run_all()
        self.run_node("core-2")
        self.wait_states("store-1", store_1="up", core_1="up", core_2="up", edge_1="up")
        refused = self.weir("members", "forget", "core-2", "--via", "store-1")
        self.assertEqual((1, 'weir members forget: node "core-2" answers: weir drain ends it\n'),
                         (refused.returncode, refused.stderr))
        self.nodes["core-2"].kill()
        self.wait_states("edge-1", store_1="up", core_1="up", core_2="down", edge_1="up")
        self.assertEqual(1, self.weir("reload", "core-1", "--all").returncode)
        done = self.weir("members", "forget", "core-2", "--via", "edge-1")  # which only collects, and may not
        self.assertEqual((1, 'weir members forget: node "edge-1" may not operate it\n'), (done.returncode, done.stderr))
        done = self.weir("members", "forget", "core-2", "--via", "core-1")
        self.assertEqual((0, 'node "core-2" is given up for good\n'), (done.returncode, done.stdout), done.stderr)
        self.nodes["core-1"].wait_log('node "core-2" is given up for good: uid ')
        for node in ("core-1", "store-1", "edge-1"):
            self.wait_states(node, store_1="up", core_1="up", core_2="left", edge_1="up")
        done = self.weir("reload", "core-1", "--all")
        self.assertEqual(0, done.returncode, done.stderr)
        self.run_node("core-2", log="core-2 again")
        self.wait_states("store-1", store_1="up", core_1="up", core_2="up", edge_1="up")

    def test_who_goes_says_so(self):
        self.run_all()
        self.run_node("core-2")
        self.wait_states("edge-1", store_1="up", core_1="up", core_2="up", edge_1="up")
        self.assertEqual(0, self.nodes["core-2"].stop())
        self.wait_states("edge-1", store_1="up", core_1="up", core_2="left", edge_1="up")
        self.assertNotIn('node "core-2" is down:', self.nodes["store-1"].log())
        wait_until(lambda: self.addresses_of_core("edge-1") == {"core-1"}, self.nodes["edge-1"].log)

    def test_a_name_that_runs_already_is_refused_on_both_sides(self):
        self.run_all()
        self.wait_states("edge-1", store_1="up", core_1="up", edge_1="up")
        self.env["WEIR_RUNTIME_DIR"] = self.path("elsewhere")
        twin = self.run_node("core-1", log="twin")
        twin.wait_log("another running node has the same name")
        self.nodes["store-1"].wait_log('node "core-1" is refused: another running node has the same name')
        self.assertTrue(self.nodes["core-1"].is_running())

    def test_another_cluster_is_refused_on_both_sides(self):
        self.run_all()
        stranger = self.run_node("edge-9", topology=self.write_topology("other.yaml", cluster="other"))
        stranger.wait_log('refused by "store-1": it belongs to cluster "other", this node to "shop"')
        self.nodes["store-1"].wait_log('node "edge-9" is refused: it belongs to cluster "other", this node to "shop"')
        self.wait_states("store-1", store_1="up", core_1="up", edge_1="up")
        why = 'no other node is found: refused by "store-1": it belongs to cluster "other", this node to "shop"'
        self.assertIn(why, self.weir("members", "edge-9").stdout)
        self.assertIn(why, self.weir("status", "edge-9").stdout)
        self.assertIn(why, self.weir("status", "edge-9", "--check").stdout)

    def test_a_file_of_seeds_is_read_again(self):
        seeds = self.write("seeds", "# none yet\n")
        topology = self.write_topology("by-file.yaml", seed="file://" + seeds)
        edge = self.run_node("edge-1", topology=topology)
        edge.wait_log("no other node is found")
        self.run_node("store-1", port=self.seed, topology=topology)
        self.run_node("core-1", topology=topology)
        self.write("seeds", f"127.0.0.1:{self.seed}\n")
        self.add("edge-1", "found")
        self.wait_stored()

    def test_each_restarts_in_turn_under_load(self):
        self.run_all()
        self.run_node("core-2")
        wait_until(lambda: self.addresses_of_core("edge-1") == {"core-1", "core-2"}, self.nodes["edge-1"].log)
        for node in ("core-1", "core-2", "edge-1", "store-1"):
            for _ in range(20):
                self.add_one_more()
            self.assertEqual(0, self.nodes[node].stop())
            self.add_one_more()
            self.run_node(node, port=self.seed if node == "store-1" else 0)
            self.add_one_more()
            wait_until(lambda: self.status(node), self.nodes[node].log)
        self.wait_stored()
        hold_for(lambda: len(self.stored()) == len(self.sent), 1, "nothing comes twice")


if __name__ == "__main__":
    unittest.main()
