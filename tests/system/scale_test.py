"""`weir scale`: more and fewer instances of an aggregator while data flows, and every line is stored once."""
import json
import os
import subprocess
import unittest

from reload_test import Client, Lines, ReloadTest
from weir_nodes import BINARY, SystemTest, count_lines, free_port, read_lines, wait_until

TOPOLOGY = {
    "collectors": {
        "logs": '{ type: tail, path: "DIR/in.log", tag: web.logs }',
        "apps": '{ type: forward, listen: "127.0.0.1:PORT" }',
    },
    "source_aggregators": {"local": '{ from: [logs, apps], buffer: { path: "DIR/local" } }'},
    "destination_aggregators": {"core": '{ from: [local], instances: 2, buffer: { path: "DIR/core" } }'},
    "sinks": {"files": '{ type: file, from: [core], path: "DIR/out/files.jsonl", retry: { first: 50ms, max: 100ms } }'},
}


class ScaleTest(ReloadTest):
    def setUp(self):
        super().setUp()
        self.topology = {section: dict(components) for section, components in TOPOLOGY.items()}

    def run_node(self, drain_timeout="10s"):
        self.node = self.start("node", self.save(), "--node", "n", "--drain-timeout", drain_timeout)
        wait_until(lambda: self.status("n"), lambda: "the node answers:\n" + self.node.log())
        return self.node

    def put_under_load(self):
        self.load = [Lines(self.path("in.log")), Client(self.port)]
        for one in self.load:
            one.start()
        self.flows()

    def stored(self):
        return count_lines(self.path("out/files.jsonl"))

    def flows(self):
        """Waits until what is written now has come through, and more has come meanwhile."""
        written, acked = self.load[0].count, self.load[1].acked
        wait_until(lambda: self.load[1].acked > acked + 50 and self.stored() > written + acked,
                   lambda: "the load goes on:\n" + self.node.log()[-4000:])

    def scale(self, *words, status=0):
        done = self.weir("scale", *words)
        self.assertEqual(status, done.returncode, done.stdout + done.stderr + self.node.log()[-4000:])
        return done.stdout + done.stderr

    def instances(self, component):
        status = self.status("n")
        return sorted(a["address"] for a in status["actors"] if a["component"] == component) if status else []

    def wait_instances(self, component, *addresses):
        wanted = [f"n/{a}" for a in addresses]
        wait_until(lambda: self.instances(component) == wanted,
                   lambda: f"{wanted}, not {self.instances(component)}\n{self.node.log()[-4000:]}")

    def end_load(self):
        return [line for one in self.load for line in one.stop()]

    def assert_stored_once(self, wanted):
        get = lambda: self.lines_of("out/files.jsonl")
        wait_until(lambda: len(get()) >= len(wanted), lambda: f"{len(wanted)} lines, not {len(get())}:\n{self.node.log()[-4000:]}")
        self.assert_same_lines(get(), wanted)

    def lines_in(self, status):
        return [line.strip() for line in self.weir("status", "n").stdout.splitlines() if line.strip().startswith(status)]


class Scale(ScaleTest):
    def test_more_and_fewer_of_them_while_data_flows(self):
        self.run_node()
        self.put_under_load()
        self.assertIn("core: 4 instances instead of 2; the file says 2\n", self.scale("core=4"))
        core = "destination_aggregator/core/{}".format
        self.wait_instances("core", *map(core, range(4)))
        self.assertEqual(["core, instances 4 (file: 2)"], self.lines_in("core"))
        self.assertEqual({"core": {"instances": 4, "file": 2}}, self.status("n")["scaled"])
        self.flows()
        got = lambda: [a["events_in"] > 0 for a in self.status("n")["actors"] if a["component"] == "core"]
        wait_until(lambda: all(got()), "all of them get something")
        self.scale("core=1")
        self.wait_instances("core", core(0))
        self.flows()
        self.scale("core=3")
        self.scale("local=3")  # the first of them, which has no number, stays as it is
        local = "source_aggregator/local"
        self.wait_instances("local", local, local + "/1", local + "/2")
        self.flows()
        self.scale("local=1")
        self.assertIn("core: 2 instances instead of 3, as the file says\n", self.scale("core=2"))
        self.wait_instances("core", core(0), core(1))
        self.wait_instances("local", local)
        self.assertEqual(["core"], self.lines_in("core"))
        self.assertEqual({}, self.status("n")["scaled"])
        self.flows()
        self.assertIn("(by uid ", self.node.log())
        wanted = self.end_load()
        self.assert_stored_once(wanted)
        self.assertEqual(0, self.node.stop(), self.node.log())
        self.assert_stored_once(wanted)

    def test_the_number_holds_until_the_file_has_another_one_or_the_process_ends(self):
        self.run_node()
        self.scale("core=4")
        self.change("sinks", "more", '{ type: "null", from: [core] }')
        self.reload()
        self.assertEqual(4, len(self.instances("core")))
        self.change("destination_aggregators", "core", '{ from: [local], instances: 3, buffer: { path: "DIR/core" } }')
        self.assertIn("another number of instances: core", self.reload())
        self.wait_instances("core", *(f"destination_aggregator/core/{i}" for i in range(3)))
        self.assertEqual({}, self.status("n")["scaled"])
        self.scale("core=5")
        self.assertEqual(0, self.node.stop(), self.node.log())
        self.run_node()
        self.assertEqual(3, len(self.instances("core")))

    def test_what_cannot_be_done_is_said_in_a_sentence(self):
        self.run_node()
        for word, sentence in {
            "cor=2": 'there is no component "cor"; did you mean "core"?',
            "files=2": '"files" is a sink, and only aggregators have instances',
            "logs=2": '"logs" is a collector, and only aggregators have instances',
            "core=0": '"core" wants a number from 1 to 1024 or auto, not "0"',
            "core=1025": '"core" wants a number from 1 to 1024 or auto, not "1025"',
            "core": 'wants COMPONENT=N, not "core"',
        }.items():
            self.assertEqual(f"weir scale: {sentence}\n", self.scale(word, status=1))
        self.assertEqual(2, len(self.instances("core")))
        self.assertIn('node "m" does not run on this machine', self.weir("scale", "core=2", "--via", "m", "--node", "x").stderr)


class Blocked(ScaleTest):
    """The store cannot be opened while a file lies where its directory should be: so all instances hold something."""

    def setUp(self):
        super().setUp()
        self.write("out", "in the way")

    def fill_all(self, count):
        self.load = [Lines(self.path("in.log")), Client(self.port)]
        for one in self.load:
            one.start()
        held = lambda: [a["events_held"] for a in (self.status("n") or {"actors": []})["actors"] if a["component"] == "core"]
        wait_until(lambda: len(held()) == count and all(held()), lambda: f"all {count} hold something: {held()}")

    def bring_up(self):
        os.remove(self.path("out"))

    def test_a_kill_while_there_are_more_than_the_file_says_loses_and_repeats_nothing(self):
        self.run_node()
        self.scale("core=4")
        self.fill_all(4)
        wanted = self.end_load()
        self.node.kill()
        self.run_node()
        self.node.wait_log("core: the file says 2 instances, and on disk there is something that 4 had")
        self.bring_up()
        self.wait_instances("core", "destination_aggregator/core/0", "destination_aggregator/core/1")
        self.assert_stored_once(wanted)
        self.assertEqual(0, self.node.stop(), self.node.log())
        self.run_node()
        self.assertEqual(2, len(self.instances("core")))
        self.assert_stored_once(wanted)

    def test_kills_in_the_middle_of_scaling_lose_and_repeat_nothing(self):
        self.bring_up()
        self.run_node()
        self.put_under_load()
        for number in (6, 1, 4, 2):
            scaling = subprocess.Popen([BINARY, "scale", f"core={number}"], cwd=self.dir, env=self.env,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            log = lambda: self.node.log()
            wait_until(lambda: len(self.instances("core")) != 2 or scaling.poll() is not None, log)
            self.node.kill()
            scaling.wait()
            self.run_node()
            self.flows()
        self.assert_stored_once(self.end_load())

    def test_what_goes_ends_later_if_it_cannot_pass_on_what_it_has(self):
        self.run_node(drain_timeout="2s")
        self.fill_all(2)
        scaling = subprocess.Popen([BINARY, "scale", "core=1"], cwd=self.dir, env=self.env, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True)
        wait_until(lambda: [a["state"] for a in self.status("n")["actors"] if a["component"] == "core"] == ["running", "draining"],
                   self.node.log)
        self.assertEqual("weir scale: another reload is under way\n", self.scale("core=3", status=1))
        self.assertIn("n/destination_aggregator/core/1: is not done yet; it ends when it has passed on what it has",
                      scaling.communicate()[0])
        self.assertIn("core/1 is still on its way out", self.scale("core=2", status=1))
        self.bring_up()
        self.wait_instances("core", "destination_aggregator/core/0")
        self.flows()
        self.scale("core=2")
        self.flows()
        self.assert_stored_once(self.end_load())


CLUSTER = """
cluster: { name: shop, listen: "127.0.0.1:${PORT}", heartbeat: 200ms, down_after: 2s, seeds: ["127.0.0.1:SEED"] }
collectors:
  logs: { type: tail, path: "DIR/in.log", refresh_interval: 200ms }
destination_aggregators:
  core: { from: logs, buffer: { path: "DIR/disk/{node}" } }
sinks:
  archive: { type: file, from: core, path: "DIR/all.jsonl" }
placement: { edge: [logs], core: [core], store: [archive] }
"""


class AnotherNode(SystemTest):
    def run_node(self, node, port=0):
        p = self.start(node, self.path("weir.yaml"), "--node", node, "--as", node.split("-")[0], env={"PORT": str(port)})
        wait_until(lambda: self.status(node), p.log)
        return p

    def setUp(self):
        super().setUp()
        self.seed = free_port()
        self.write("weir.yaml", CLUSTER.replace("SEED", str(self.seed)))
        self.nodes = {"store-1": self.run_node("store-1", self.seed), "edge-1": self.run_node("edge-1")}

    def reasons(self, node):
        status = self.status(node)
        return [r for r in status["reasons"] if "waits for" in r] if status else []

    def test_one_that_lacks_a_class_says_for_whom_it_waits_and_another_node_scales_what_it_has(self):
        reason = "edge-1/collector/logs: waits for a node of class core: nobody there hosts core"
        wait_until(lambda: self.reasons("edge-1") == [reason], lambda: f"{self.reasons('edge-1')}")
        self.write("in.log", "".join(f"early {n}\n" for n in range(100)))
        self.run_core()
        self.assertEqual([], self.reasons("edge-1"))
        done = self.weir("scale", "core=3", "--node", "core-1", "--via", "store-1")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertIn("core: 3 instances instead of 1; the file says 1", done.stdout)
        self.nodes["core-1"].wait_log("scale core=3 (by node store-1, uid ")
        core = lambda: [a for a in self.status("core-1")["actors"] if a["component"] == "core"]
        self.assertEqual(3, len(core()))
        refused = self.weir("scale", "core=2", "--node", "core-1", "--via", "edge-1")
        self.assertEqual(1, refused.returncode)
        self.assertIn('weir scale: core-1: node "edge-1" may not operate it', refused.stderr)
        wrong = self.weir("scale", "core=2", "--node", "edge-1")
        self.assertIn('"core" is placed on class "core", and node "edge-1" is of class "edge"', wrong.stderr)
        self.assertIn("nodes run on this machine; name one", self.weir("scale", "core=2").stderr)
        self.append("in.log", "".join(f"late {n}\n" for n in range(100)))
        wanted = [f"early {n}" for n in range(100)] + [f"late {n}" for n in range(100)]
        self.wait_stored(wanted)
        self.weir("scale", "core=1", "--node", "core-1", "--via", "store-1")
        wait_until(lambda: len(core()) == 1, lambda: "".join(self.weir("status", n).stdout + p.log() for n, p in self.nodes.items()))
        self.assert_it_says_when_the_class_is_gone()
        self.wait_stored(wanted + ["last"])

    def run_core(self):
        self.nodes["core-1"] = self.run_node("core-1")
        self.wait_stored([f"early {n}" for n in range(100)])

    def assert_it_says_when_the_class_is_gone(self):
        self.nodes["core-1"].kill()
        wait_until(lambda: self.reasons("edge-1"), self.nodes["edge-1"].log)
        self.append("in.log", "last\n")
        self.nodes["core-1"] = self.run_node("core-1")

    def wait_stored(self, wanted):
        get = lambda: [json.loads(line)["message"] for line in read_lines(self.path("all.jsonl"))]
        wait_until(lambda: len(get()) >= len(wanted), lambda: "".join(f"{n}:\n{p.log()}" for n, p in self.nodes.items()))
        self.assert_same_lines(get(), wanted)


if __name__ == "__main__":
    unittest.main()
