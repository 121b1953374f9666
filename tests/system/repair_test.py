"""Processes that die, hang, come back or should not be let in: every line in the store once."""
import os
import signal
import socket
import subprocess
import threading
import time
import unittest

from weir_nodes import SystemTest, count_lines, free_port, hold_for, read_lines, wait_until

TOPOLOGY = """
cluster: {{ name: {cluster} }}
collectors:
  logs: {{ type: tail, path: "{dir}/in/*.log" }}
source_aggregators:
  local: {{ from: logs }}
destination_aggregators:
  core: {{ from: local, balance: {balance} }}
sinks:
  archive: {{ type: file, from: core, path: "{dir}/out.raw", format: raw }}
placement:
  edge: [logs, local]
  core: [core]
  store: [archive]
nodes:
"""


class Writer(threading.Thread):
    """Appends numbered lines to a file until stopped."""

    def __init__(self, path, pause=0.001):
        super().__init__(daemon=True)
        self.path, self.pause, self.written, self.stopping = path, pause, 0, False

    def run(self):
        with open(self.path, "a", buffering=1) as f:
            while not self.stopping:
                f.write("".join(f"line {self.written + i}\n" for i in range(20)))
                self.written += 20
                time.sleep(self.pause)

    def stop(self):
        self.stopping = True
        self.join()
        return [b"line %d" % i for i in range(self.written)]


class RepairTest(SystemTest):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("in"))
        self.out = self.path("out.raw")
        self.ports = {}

    def topology(self, nodes, balance="round_robin", cluster="test", name="t.yaml"):
        """`nodes`: name -> class, or (class, port)."""
        text = TOPOLOGY.format(dir=self.dir, balance=balance, cluster=cluster)
        for node, what in nodes.items():
            class_name, port = what if isinstance(what, tuple) else (what, self.ports.setdefault(node, free_port()))
            text += f'  {node}: {{ listen: "127.0.0.1:{port}", as: {class_name} }}\n'
        return self.write(name, text)

    def wait_stored(self, count, patience=None):
        wait_until(lambda: count_lines(self.out) >= count,
                   lambda: f"{count} lines stored, not {count_lines(self.out)}:\n" + "\n".join(
                       p.name + ":\n" + p.log()[-1500:] for p in self.processes), patience)

    def settle(self, writer):
        """Stops the writer and checks that each of its lines is stored once."""
        lines = writer.stop()
        self.wait_stored(len(lines))
        self.assert_same_lines(read_lines(self.out), lines)

    def start_writer(self, pause=0.001):
        writer = Writer(self.path("in/a.log"), pause)
        writer.start()
        self.addCleanup(writer.stop)
        return writer


class Restarts(RepairTest):
    def run_with_core_restarts(self, stop_core, times):
        topology = self.topology({"edge-1": "edge", "core-1": "core", "store-1": "store"})
        self.start_node(topology, "edge-1", "edge")
        self.start_node(topology, "store-1", "store")
        core = self.start_node(topology, "core-1", "core")
        writer = self.start_writer()
        for _ in range(times):
            self.wait_stored(count_lines(self.out) + 5000)
            stop_core(core)
            core = self.start_node(topology, "core-1", "core")
        self.settle(writer)

    def test_a_core_killed_under_load_neither_loses_nor_repeats(self):
        self.run_with_core_restarts(lambda core: core.kill(), 4)

    def test_a_core_stopped_under_load_neither_loses_nor_repeats(self):
        def stop(core):
            self.assertEqual(0, core.stop(), core.log())
        self.run_with_core_restarts(stop, 4)

    def test_a_store_stopped_under_load_neither_loses_nor_repeats(self):
        topology = self.topology({"edge-1": "edge", "core-1": "core", "store-1": "store"})
        self.start_node(topology, "edge-1", "edge")
        self.start_node(topology, "core-1", "core")
        writer = self.start_writer()
        for _ in range(3):
            store = self.start_node(topology, "store-1", "store")
            self.wait_stored(count_lines(self.out) + 5000)
            self.assertEqual(0, store.stop(), store.log())
        self.start_node(topology, "store-1", "store")
        self.settle(writer)

    def test_a_store_killed_under_load_loses_nothing(self):
        topology = self.topology({"edge-1": "edge", "core-1": "core", "store-1": "store"})
        self.start_node(topology, "edge-1", "edge")
        self.start_node(topology, "core-1", "core")
        writer = self.start_writer()
        for _ in range(3):
            store = self.start_node(topology, "store-1", "store")
            self.wait_stored(count_lines(self.out) + 5000)
            store.kill()
        self.start_node(topology, "store-1", "store")
        lines = set(writer.stop())
        # What was committed and not yet acked comes again: its ledger died with the process.
        wait_until(lambda: set(read_lines(self.out)) >= lines, lambda: "all lines stored")


class Failover(RepairTest):
    def share(self, process):
        return process.log().count("has connected")

    def test_a_core_that_hangs_is_replaced_and_may_come_back(self):
        topology = self.topology({"edge-1": "edge", "core-1": "core", "core-2": "core", "store-1": "store"})
        edge = self.start_node(topology, "edge-1", "edge")
        self.start_node(topology, "store-1", "store")
        first = self.start_node(topology, "core-1", "core")
        self.start_node(topology, "core-2", "core")
        for core in ("core-1", "core-2"):
            edge.wait_log(f'connected to node "{core}"')
        writer = self.start_writer()
        self.wait_stored(5000)
        first.signal(signal.SIGSTOP)
        edge.wait_log('node "core-1" is not connected any more')
        self.wait_stored(count_lines(self.out) + 20000)  # what the first had came over the second
        began = time.monotonic()
        hold_for(lambda: first.is_running() and time.monotonic() >= began, 3, "the pause")
        first.signal(signal.SIGCONT)
        wait_until(lambda: edge.log().count('connected to node "core-1"') == 2, edge.log)
        self.wait_stored(count_lines(self.out) + 5000)
        self.settle(writer)

    def test_a_lone_core_that_hangs_comes_back(self):
        topology = self.topology({"edge-1": "edge", "core-1": "core", "store-1": "store"})
        edge = self.start_node(topology, "edge-1", "edge")
        self.start_node(topology, "store-1", "store")
        core = self.start_node(topology, "core-1", "core")
        writer = self.start_writer()
        self.wait_stored(5000)
        core.signal(signal.SIGSTOP)
        edge.wait_log('node "core-1" is not connected any more')
        core.signal(signal.SIGCONT)
        self.wait_stored(count_lines(self.out) + 20000)
        self.settle(writer)

    def test_a_store_and_an_edge_that_hang_come_back(self):
        topology = self.topology({"edge-1": "edge", "core-1": "core", "store-1": "store"})
        edge = self.start_node(topology, "edge-1", "edge")
        store = self.start_node(topology, "store-1", "store")
        core = self.start_node(topology, "core-1", "core")
        writer = self.start_writer()
        self.wait_stored(5000)
        store.signal(signal.SIGSTOP)
        core.wait_log('node "store-1" is not connected any more')
        store.signal(signal.SIGCONT)
        self.wait_stored(count_lines(self.out) + 20000)
        edge.signal(signal.SIGSTOP)
        hold_for(core.is_running, 7, "the core")
        edge.signal(signal.SIGCONT)
        self.wait_stored(count_lines(self.out) + 20000)
        self.settle(writer)

    def run_two_cores(self, balance):
        topology = self.topology({"edge-1": "edge", "core-1": "core", "core-2": "core", "store-1": "store"}, balance)
        edge = self.start_node(topology, "edge-1", "edge")
        self.start_node(topology, "store-1", "store")
        cores = [self.start_node(topology, n, "core") for n in ("core-1", "core-2")]
        for core in ("core-1", "core-2"):
            edge.wait_log(f'connected to node "{core}"')
        for core in cores:
            core.wait_log('connected to node "store-1"')
        return cores

    def test_two_cores_share_the_load(self):
        self.run_two_cores("round_robin")
        with open(self.path("in/a.log"), "w") as f:
            f.writelines(f"line {i} {'x' * 200}\n" for i in range(400000))
        self.wait_stored(400000)
        shares = [self.actor(name, "core")["events_in"] for name in ("core-1", "core-2")]
        self.assertGreater(min(shares), 0.25 * max(shares), shares)

    def test_failover_uses_one_core_until_it_dies(self):
        cores = self.run_two_cores("failover")
        lines = [b"line %d %s" % (i, b"x" * 200) for i in range(200000)]
        self.write("in/a.log", b"".join(l + b"\n" for l in lines))
        self.wait_stored(len(lines))
        self.assertEqual(self.actor("core-2", "core")["events_in"], 0)
        cores[0].kill()
        more = [b"more %d" % i for i in range(20000)]
        self.append("in/a.log", b"".join(l + b"\n" for l in more))
        self.wait_stored(len(lines) + len(more))
        self.assert_same_lines(read_lines(self.out), lines + more)


class Strangers(RepairTest):
    def check_flow(self, topology):
        self.start_node(topology, "store-1", "store")
        self.start_node(topology, "core-1", "core")
        edge = self.start_node(topology, "edge-1", "edge")
        self.append("in/a.log", "".join(f"line {i}\n" for i in range(1000)))
        began = time.monotonic()
        self.wait_stored(1000)
        self.assertLess(time.monotonic() - began, 10, edge.log())
        return edge

    def test_a_listener_that_never_speaks_stalls_nobody(self):
        with socket.socket() as mute:
            mute.bind(("127.0.0.1", 0))
            mute.listen(64)
            nodes = {"core-0": ("core", mute.getsockname()[1]), "core-1": "core", "store-1": "store", "edge-1": "edge"}
            self.check_flow(self.topology(nodes)).wait_log('node "core-0"')

    def test_a_black_hole_stalls_nobody(self):
        with socket.socket() as hole:
            hole.bind(("127.0.0.1", 0))
            hole.listen(0)
            fill = []
            for _ in range(4):  # once its queue is full the system drops what comes
                s = socket.socket()
                s.setblocking(False)
                s.connect_ex(hole.getsockname())
                fill.append(s)
            nodes = {"core-0": ("core", hole.getsockname()[1]), "core-1": "core", "store-1": "store", "edge-1": "edge"}
            self.check_flow(self.topology(nodes)).wait_log('node "core-0"')
            for s in fill:
                s.close()

    def test_noise_on_the_node_port_harms_nobody(self):
        topology = self.topology({"edge-1": "edge", "core-1": "core", "store-1": "store"})
        self.check_flow(topology)
        for noise in (b"GET / HTTP/1.0\r\n\r\n", os.urandom(5000), b"\0" * 100):
            with socket.create_connection(("127.0.0.1", self.ports["core-1"])) as s:
                s.sendall(noise)
        self.append("in/a.log", "".join(f"more {i}\n" for i in range(1000)))
        self.wait_stored(2000)

    def test_a_node_of_another_cluster_is_refused_with_the_reason(self):
        nodes = {"edge-1": "edge", "core-1": "core", "store-1": "store"}
        ours = self.topology(nodes)
        theirs = self.topology(nodes, cluster="other", name="other.yaml")
        core = self.start_node(ours, "core-1", "core")
        core.wait_log("cannot be reached")
        edge = self.start_node(theirs, "edge-1", "edge")
        for p in (edge, core):
            p.wait_log('"other"')
            self.assertIn("refused", p.log())

    def test_a_second_node_of_one_name_is_refused_with_the_reason(self):
        nodes = {"edge-1": "edge", "core-1": "core", "store-1": "store"}
        ours = self.topology(nodes)
        core = self.start_node(ours, "core-1", "core")
        self.start_node(ours, "store-1", "store")
        first = self.start_node(ours, "edge-1", "edge")
        first.wait_log('connected to node "core-1"')
        twin = self.topology({**nodes, "edge-1": ("edge", free_port())}, name="twin.yaml")
        second = self.start("twin", twin, "--node", "edge-1", "--as", "edge",
                            env={"WEIR_RUNTIME_DIR": self.path("in")})  # as if on another machine
        for p in (second, core):
            p.wait_log("another running node has the same name")
        first.kill()
        second.wait_log('connected to node "core-1"')

    def test_two_processes_of_one_pid_know_each_other(self):
        pid_1 = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
        if subprocess.run([*pid_1, "true"], capture_output=True).returncode != 0:
            self.skipTest("may not make process namespaces")
        topology = self.topology({"edge-1": "edge", "core-1": "core", "store-1": "store"})
        for node, class_name in (("store-1", "store"), ("core-1", "core"), ("edge-1", "edge")):
            self.start_node(topology, node, class_name, prefix=pid_1)  # as in containers on one host
        self.append("in/a.log", "".join(f"line {i}\n" for i in range(1000)))
        self.wait_stored(1000)


if __name__ == "__main__":
    unittest.main(verbosity=2)
