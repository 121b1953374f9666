"""Routes of an aggregator, and expressions in operators, of the real binary: each event once in each output that takes it."""
import json
import unittest

from weir_nodes import SIGKILL, SystemTest, read_lines, wait_until

TOPOLOGY = """
collectors:
  app:
    type: tail
    path: "DIR/in.log"
    tag: app
    parse: json
    process:
      - filter: n % 10 != 9
      - set: { class: 'if(n % 3 == 0, "bad", "good")', seen: n + 1 }
        when: n >= 0
destination_aggregators:
  core:
    from: [app]
    buffer: { path: "DIR/core" }
    route: { bad: class == "bad", even: n % 2 == 0 }
    route_to: POLICY
sinks:
  bad: { type: file, from: [core.bad], path: "DIR/out/bad.jsonl" }
  even: { type: file, from: [core.even], path: "DIR/out/even.jsonl" }
  rest: { type: file, from: [core.rest], path: "DIR/out/rest.jsonl" }
  all: { type: file, from: [core], path: "DIR/out/all.jsonl" }
"""
COUNT = 30000


def wanted(policy):
    numbers = [n for n in range(COUNT) if n % 10 != 9]
    bad = [n for n in numbers if n % 3 == 0]
    even = [n for n in numbers if n % 2 == 0 and (policy == "all" or n % 3 != 0)]
    return {"bad": bad, "even": even, "rest": [n for n in numbers if n % 3 != 0 and n % 2 != 0], "all": numbers}


class Routes(SystemTest):
    def stored(self, sink):
        return sorted(json.loads(line)["n"] for line in read_lines(self.path("out", sink + ".jsonl")))

    def check(self, policy):
        for sink, numbers in wanted(policy).items():
            self.assertEqual(numbers, self.stored(sink), f"{sink} with route_to: {policy}")

    def run_to_the_end(self, topology):
        node = self.start("node", topology, "--node", "node", "--once")
        self.assertEqual(0, node.end(), node.log())

    def test_each_event_is_once_in_each_route_that_takes_it(self):
        for policy in ("first", "all"):
            with self.subTest(policy):
                self.tearDown()
                self.setUp()
                self.write_numbers("in.log", COUNT)
                self.run_to_the_end(self.write("t.yaml", TOPOLOGY.replace("POLICY", policy)))
                self.check(policy)

    def test_a_kill_loses_and_repeats_nothing(self):
        topology = self.write("t.yaml", TOPOLOGY.replace("POLICY", "first"))
        self.write_numbers("in.log", COUNT // 2)
        node = self.start("node", topology, "--node", "node")
        wait_until(lambda: self.actor("node", "all").get("events_out", 0) > 0, "some are stored")
        node.signal(SIGKILL)
        node.end()
        self.append("in.log", "".join(f'{{"n": {n}}}\n' for n in range(COUNT // 2, COUNT)))
        self.run_to_the_end(topology)
        self.check("first")

    def test_what_others_routes_take_is_counted_and_accounts_balance(self):
        self.write_numbers("in.log", COUNT)
        self.start("node", self.write("t.yaml", TOPOLOGY.replace("POLICY", "first")), "--node", "node")
        numbers = wanted("first")
        self.wait_for("node", "bad", events_out=len(numbers["bad"]))
        self.wait_for("node", "rest", events_out=len(numbers["rest"]))
        self.wait_for("node", "all", events_out=len(numbers["all"]))
        self.assertEqual(len(numbers["all"]) - len(numbers["bad"]), self.actor("node", "bad")["dropped"]["other route"])
        self.assertTrue(self.status("node")["balanced"])


if __name__ == "__main__":
    unittest.main()
