"""Two nodes with a store each: what one of them may have when it dies waits for it, and each line is stored once."""
import json
import unittest

from weir_nodes import SystemTest, free_port, hold_for, read_lines, wait_until

TOPOLOGY = """
cluster: { name: shop, heartbeat: 200ms, down_after: 3s }
collectors:
  logs: { type: tail, path: "DIR/in/*.log", refresh_interval: 200ms }
destination_aggregators:
  core: { from: logs, buffer: { path: "DIR/disk/{node}" } }
sinks:
  archive: { type: TYPE, from: core, path: "DIR/out/{node}.EXTENSION", batch: { max_delay: DELAY } SETTINGS }
placement: { edge: [logs], core: [core], store: [archive] }
nodes:
  core-1: { listen: "127.0.0.1:CORE", as: core }
  store-1: { listen: "127.0.0.1:STORE1", as: store }
  store-2: { listen: "127.0.0.1:STORE2", as: store }
"""
WAIT = ", on_unknown: wait"


class Unknown(SystemTest):
    def setUp(self):
        super().setUp()
        self.nodes = {}
        self.sent = 0
        self.ports = {name: str(free_port()) for name in ("CORE", "STORE1", "STORE2")}
        (self.dir / "in").mkdir()

    def set_up(self, settings, delay="2s"):
        """A store has in hand for so long what it gets."""
        text = TOPOLOGY.replace("SETTINGS", settings).replace("DELAY", delay).replace("TYPE", "file").replace("EXTENSION", "jsonl")
        for name, port in self.ports.items():
            text = text.replace(name, port)
        self.topology = self.write("t.yaml", text)

    def run_node(self, *names):
        for node in names:
            self.nodes[node] = self.start(node, self.topology, "--node", node, "--as", node.split("-")[0])

    def run_all(self, settings, **options):
        self.set_up(settings, **options)
        self.run_node("store-1", "store-2", "core-1", "edge-1")
        wait_until(lambda: self.linked() == {"store-1", "store-2"}, self.logs)

    def linked(self):
        status = self.status("core-1")
        return {link["node"] for link in status["links"] if link["connected"] and "store" in link["node"]} if status else set()

    def add(self, count=40):
        self.append("in/a.log", "".join(f"line {n} {'x' * 200}\n" for n in range(self.sent, self.sent + count)))
        self.sent += count

    def stored(self):
        return [json.loads(line)["message"] for node in ("store-1", "store-2") for line in read_lines(self.path(f"out/{node}.jsonl"))]

    def logs(self):
        return f"{len(self.stored())} of {self.sent}\n" + "".join(f"{n}:\n{p.log()[-3000:]}" for n, p in self.nodes.items())

    def wanted(self):
        return [f"line {n} {'x' * 200}" for n in range(self.sent)]

    def wait_stored_once(self):
        wait_until(lambda: len(self.stored()) >= self.sent, self.logs)
        wait_until(lambda: self.actor("core-1", "core").get("events_held", 1) == 0, self.logs)
        self.assert_same_lines(self.stored(), self.wanted())
        hold_for(lambda: len(self.stored()) == self.sent, 1, "nothing comes twice")

    def wait_all_stored(self):
        """At least once; what the edge has not read yet is not in the core's figures, so those alone say nothing."""
        wait_until(lambda: not set(self.wanted()) - set(self.stored()), self.logs)
        wait_until(lambda: self.actor("core-1", "core").get("events_held", 1) == 0, self.logs)

    def problems(self, node="core-1", component="core"):
        return self.actor(node, component).get("problems", [])

    def wait_problem(self, words, node="core-1", component="core"):
        wait_until(lambda: any(words in p for p in self.problems(node, component)), lambda: f"{words}\n" + self.logs())

    def kill_with_something_under_way(self, node):
        """Chunks go to both in turn."""
        def has_some_in_hand():
            self.add()
            return self.actor(node, "archive").get("events_held", 0) > 0
        wait_until(has_some_in_hand, self.logs)
        self.nodes[node].kill()
        wait_until(lambda: node not in self.linked(), self.logs)

    def test_what_a_node_may_have_waits_for_it_and_the_rest_goes_on(self):
        self.run_all(WAIT)
        for turn in range(4):
            node = f"store-{turn % 2 + 1}"
            self.kill_with_something_under_way(node)
            self.wait_problem(f"events wait for {node}/sink/archive, which may have them")
            before = len(self.stored())
            self.add()
            wait_until(lambda: len(self.stored()) > before, self.logs)
            self.run_node(node)
            wait_until(lambda: node in self.linked(), self.logs)
        self.wait_stored_once()
        self.assertEqual(0, self.actor("core-1", "core")["sent_unsure"])

    def test_both_stores_die_and_come_back(self):
        self.run_all(WAIT)
        self.kill_with_something_under_way("store-1")
        self.add()
        self.nodes["store-2"].kill()
        self.add()
        self.run_node("store-2", "store-1")
        self.wait_stored_once()

    def test_the_sender_restarts_meanwhile_and_asks(self):
        self.run_all(WAIT)
        self.kill_with_something_under_way("store-1")
        self.nodes["core-1"].kill()
        self.run_node("core-1")
        self.wait_problem("what it held at its start waits for the word of store-1/sink/archive")
        self.add()
        before = len(self.stored())
        wait_until(lambda: len(self.stored()) > before, self.logs)  # what is new goes on
        self.run_node("store-1")
        self.wait_stored_once()

    def test_all_die_at_once_again_and_again(self):
        self.run_all(WAIT, delay="50ms")
        for turn in range(4):
            self.add(80)
            before = len(self.stored())
            wait_until(lambda: len(self.stored()) > before, self.logs)
            self.add(80)
            names = ["store-1", "core-1", "store-2", "edge-1"]
            for node in names[: 2 + turn % 3]:
                self.nodes[node].kill()
            self.run_node(*names[: 2 + turn % 3])
            wait_until(lambda: self.linked() == {"store-1", "store-2"}, self.logs)
        self.wait_stored_once()

    def test_after_its_time_it_goes_elsewhere_and_is_counted(self):
        self.run_all(WAIT + ", wait_for: 2s")
        self.kill_with_something_under_way("store-1")
        self.wait_all_stored()
        self.assertGreater(self.actor("core-1", "core")["sent_unsure"], 0)
        self.nodes["core-1"].wait_log('store-1/sink/archive may have, which did not say so within "wait_for"')
        self.assertEqual([], [p for p in self.problems() if "may have" in p])

    def test_without_it_nothing_waits(self):
        self.run_all("")
        self.add()
        self.nodes["store-1"].kill()
        self.add()
        self.wait_all_stored()
        self.assertEqual([], [p for p in self.problems() if "may have" in p])

    def test_a_node_that_drains_leaves_nothing_to_wait_for(self):
        self.run_all(WAIT)
        self.add()
        self.assertEqual(0, self.nodes["store-1"].stop(), self.logs())
        self.add()
        self.wait_stored_once()
        self.assertEqual([], [p for p in self.problems() if "may have" in p])

    def test_a_collector_whose_receivers_are_the_stores_waits_for_all_of_them(self):
        self.set_up(WAIT)
        with open(self.topology) as f:
            text = f.read()
        text = text.replace("from: core", "from: logs").replace("core: [core], ", "")
        text = "\n".join(line for line in text.split("\n") if "core" not in line and "destination" not in line)
        self.topology = self.write("direct.yaml", text)
        self.run_node("store-1", "store-2", "edge-1")
        for turn in range(3):
            self.add()
            wait_until(lambda: self.actor("edge-1", "logs").get("events_in", 0) > 0, self.logs)
            self.nodes["edge-1"].kill()
            self.nodes["store-2"].kill()
            self.run_node("edge-1")
            self.wait_problem("store-2", "edge-1", "logs")
            self.add()
            self.run_node("store-2")
            wait_until(lambda: len(self.stored()) >= self.sent, self.logs)
        wait_until(lambda: self.actor("edge-1", "logs").get("events_held", 1) == 0, self.logs)
        self.assert_same_lines(self.stored(), self.wanted())


if __name__ == "__main__":
    unittest.main()
