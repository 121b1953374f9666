"""What only one of two aggregators got is known again where the other one alone says where to go on."""
import json
import os
import shutil
import unittest

from weir_nodes import SystemTest, free_port, read_lines, wait_until

TOPOLOGY = """
cluster: {{ name: test }}
collectors:
  logs: {{ type: tail, path: "{dir}/in/*.log", start: {start}, refresh_interval: 200ms }}
{between}
destination_aggregators:
  core: {{ from: {sender}, balance: failover, buffer: {{ type: disk, path: "{dir}/buffer/{{node}}", max_size: {size} }} }}
sinks:
  archive: {{ type: file, from: core, path: "{dir}/all.jsonl" }}
placement:
  edge: [logs{local}]
  core: [core]
  store: [archive]
nodes:
  edge-1:  {{ listen: "127.0.0.1:{ports[0]}", as: edge }}
  core-1:  {{ listen: "127.0.0.1:{ports[1]}", as: core }}
  core-2:  {{ listen: "127.0.0.1:{ports[2]}", as: core }}
  store-1: {{ listen: "127.0.0.1:{ports[3]}", as: store }}
"""
CLASSES = {"edge-1": "edge", "core-1": "core", "core-2": "core", "store-1": "store"}
IN_MEMORY = "source_aggregators: { local: { from: logs, buffer: { type: memory } } }"


class StandIn(SystemTest):
    def run_nodes(self, start="beginning", between="", size="1GiB"):
        """All four; core-1 gets everything as long as it is there."""
        sender, local = ("local", ", local") if between else ("logs", "")
        self.topology = self.write("weir.yaml", TOPOLOGY.format(
            dir=self.dir, start=start, between=between, size=size, sender=sender, local=local,
            ports=[free_port() for _ in range(4)]))
        self.nodes = {}
        for node in ("store-1", "core-1", "core-2"):
            self.start_one(node)
        wait_until(lambda: all("connected to node" in self.nodes[n].log() for n in ("core-1", "core-2")),
                   lambda: self.nodes["core-1"].log() + self.nodes["core-2"].log())
        self.start_one("edge-1")

    def start_one(self, node):
        self.nodes[node] = self.start_node(self.topology, node, CLASSES[node])

    def stored(self):
        return [json.loads(line)["message"] for line in read_lines(self.path("all.jsonl"))]

    def await_line(self, line):
        wait_until(lambda: line in self.stored(), lambda: "".join(p.log() for p in self.nodes.values()))

    def lines(self, what, begin, end):
        return [f"{what} {i}" for i in range(begin, end)]

    def add(self, lines):
        self.append("in/a.log", "".join(line + "\n" for line in lines))
        self.await_line(lines[-1])

    def await_all_links(self):
        log = self.nodes["edge-1"].log
        wait_until(lambda: all(f'connected to node "{n}"' in log() for n in ("core-1", "core-2")), log)

    def lose_core_1_and_start_again(self):
        for node in ("edge-1", "core-1"):
            self.nodes[node].kill()
        self.start_one("edge-1")

    def check_cut_off(self):
        self.write("in/a.log", "")
        self.await_all_links()
        self.add(self.lines("first", 0, 200))
        self.write("in/a.log", "".join(line + "\n" for line in self.lines("second", 0, 50)))
        self.await_line("second 49")
        self.add(self.lines("second", 50, 200))
        self.lose_core_1_and_start_again()
        self.add(self.lines("second", 200, 300))
        self.start_one("core-1")
        self.add(self.lines("second", 300, 400))
        self.assert_same_lines(self.stored(), self.lines("first", 0, 200) + self.lines("second", 0, 400))

    def test_content_behind_a_cut_keeps_its_name(self):
        self.run_nodes()
        self.check_cut_off()

    def test_content_behind_a_cut_keeps_its_name_through_a_memory_buffer(self):
        self.run_nodes(between=IN_MEMORY)
        self.check_cut_off()

    def fill_until_nothing_is_read(self):
        """More than buffers and windows hold, while the store is away; returns the lines."""
        self.write("in/a.log", "")
        self.await_all_links()
        self.nodes["store-1"].kill()
        lines = [f"first {i} " + "x" * 4000 for i in range(20000)]
        self.append("in/a.log", "".join(line + "\n" for line in lines))
        wait_until(lambda: self.actor("edge-1", "logs").get("state") == "waiting for demand", self.nodes["edge-1"].log)
        return lines

    def check_rest(self, first):
        self.append("in/a.log", "".join(line + "\n" for line in self.lines("second", 0, 50)))
        self.start_one("store-1")
        self.lose_core_1_and_start_again()
        wait_until(lambda: len(self.stored()) >= len(first) + 50, lambda: f"{len(self.stored())} lines are stored")
        self.start_one("core-1")
        self.add(self.lines("second", 50, 100))
        self.assert_same_lines(self.stored(), first + self.lines("second", 0, 100))

    def test_the_rest_of_a_rotated_file_is_read(self):
        self.run_nodes(size="8MiB")
        first = self.fill_until_nothing_is_read()
        os.rename(self.path("in/a.log"), self.path("in/a.log.1"))
        self.check_rest(first)

    def test_the_rest_of_a_file_that_was_copied_and_cut_off_is_read(self):
        self.run_nodes(size="8MiB")
        first = self.fill_until_nothing_is_read()
        shutil.copy(self.path("in/a.log"), self.path("in/a.log.1"))
        os.truncate(self.path("in/a.log"), 0)
        self.check_rest(first)

    def test_what_was_not_wanted_at_the_first_start_is_not_read_later(self):
        self.write("in/a.log", "".join(line + "\n" for line in self.lines("old", 0, 200)))
        self.run_nodes(start="end")
        self.await_all_links()
        wait_until(lambda: "1 file" in self.actor("edge-1", "logs").get("detail", ""), self.nodes["edge-1"].log)
        self.add(self.lines("new", 0, 100))
        self.lose_core_1_and_start_again()
        self.add(self.lines("new", 100, 200))
        self.start_one("core-1")
        self.add(self.lines("new", 200, 300))
        self.assert_same_lines(self.stored(), self.lines("new", 0, 300))


if __name__ == "__main__":
    unittest.main(verbosity=2)
