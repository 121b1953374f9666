"""`weir status` against running nodes: the tree, the accounts, the cluster, the control socket."""
import fcntl
import os
import socket
import stat
import unittest

from weir_nodes import SIGKILL, SIGTERM, TWO_NODES, SystemTest, free_port, wait_until

PIPELINE = """
cluster: { name: shop }
collectors:
  logs: { type: tail, path: DIR/in.log, parse: { format: json } }
source_aggregators:
  local: { from: [logs] }
destination_aggregators:
  core: { from: [local] }
sinks:
  db: { type: sqlite, from: [core], path: DIR/weir.db }
  files: { type: file, from: [core], path: "DIR/out/{tag}.jsonl" }
"""


def accounts(actor):
    return actor["events_out"] + actor["events_held"] + sum(actor["dropped"].values())


class StatusTest(SystemTest):
    def start_pipeline(self, count=1000):
        self.write_numbers("in.log", count)
        node = self.start("edge-1", self.write("t.yaml", PIPELINE), "--node", "edge-1")
        for sink in ("db", "files"):
            self.wait_for("edge-1", sink, events_out=count)
        return node

    def two_nodes(self):
        return self.write("t.yaml", TWO_NODES.replace("PORT1", str(free_port())).replace("PORT2", str(free_port())))

    def test_every_actor_tells_its_figures_and_the_accounts_balance(self):
        self.start_pipeline()
        for component in ("logs", "local", "core"):
            self.wait_for("edge-1", component, events_held=0, events_out=1000)
        status = self.status("edge-1")
        self.assertEqual((status["cluster"], status["node"]), ("shop", "edge-1"))
        self.assertEqual(status["pid"], self.processes[0].pid)
        self.assertGreater(status["uptime_seconds"], 0)
        self.assertIs(status["balanced"], True)
        self.assertEqual([a["component"] for a in status["actors"]], ["logs", "local", "core", "db", "files"])
        for actor in status["actors"]:
            self.assertEqual(actor["events_in"], accounts(actor), actor["address"])
            self.assertEqual((actor["state"], actor["restarts"], actor["last_error"]), ("running", 0, ""))

    def test_the_tree_names_tiers_components_and_actors(self):
        self.start_pipeline()
        answer = self.weir("status")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        lines = answer.stdout.splitlines()
        self.assertTrue(lines[1].startswith("node edge-1 of cluster shop, weir 0."), lines[0])
        for line in ("collectors", "  logs (tail)", "source aggregators", "  local", "destination aggregators",
                     "sinks", "  db (sqlite)", "  files (file)"):
            self.assertIn(line, lines)
        self.assertTrue(any(line.startswith("    edge-1/sink/db") and "1,000" in line for line in lines), lines)

    def test_an_unreachable_store_shows_what_is_held_and_why(self):
        self.write_numbers("in.log", 10)
        self.write("out", "a file, where a directory is wanted")
        self.start("edge-1", self.write("t.yaml", PIPELINE), "--node", "edge-1")
        sink = self.wait_for("edge-1", "files", state="retrying", events_held=10)
        self.assertIn("cannot", sink["last_error"])
        self.assertGreater(sink["delay_seconds"], 0)
        self.assertIn("last error, ", self.weir("status", "edge-1").stdout)

    def test_the_cluster_is_all_nodes_and_says_who_cannot_be_reached(self):
        self.write_numbers("in.log", 100)
        topology = self.two_nodes()
        self.start("edge-1", topology, "--node", "edge-1", "--as", "edge")
        wait_until(lambda: self.status("edge-1"), "edge-1 runs")
        first = self.weir("status", "--cluster")
        self.assertIn("node core-1: no figures: ", first.stdout)
        self.start("core-1", topology, "--node", "core-1", "--as", "core")
        self.wait_for("core-1", "files", events_out=100)
        both = self.weir("status", "shop.core-1", "--cluster", "--json")
        for part in ('"node":"core-1"', '"address":"core-1/sink/files"', '"address":"edge-1/collector/logs"'):
            self.assertIn(part, both.stdout)
        many = self.weir("status")
        self.assertEqual(many.returncode, 2)
        self.assertIn("weir status shop.core-1\n  weir status shop.edge-1", many.stderr)

    def test_a_node_that_is_down_degrades_those_who_send_to_it_and_a_core_shows_who_feeds_it(self):
        self.write_numbers("in.log", 100)
        topology = self.two_nodes()
        self.start("edge-1", topology, "--node", "edge-1", "--as", "edge")
        reason = lambda: [r for r in (self.status("edge-1") or {}).get("reasons", []) if "node core-1 is not connected: " in r]
        wait_until(reason, "edge-1 says that core-1 is not connected")
        self.assertEqual(self.status("edge-1")["health"], "degraded")
        self.assertEqual(self.weir("status", "edge-1", "--check").returncode, 1)
        core = self.start("core-1", topology, "--node", "core-1", "--as", "core")
        self.wait_for("core-1", "files", events_out=100)
        link, = self.status("core-1")["links"]
        self.assertEqual((link["node"], link["dialled"], link["connected"]), ("edge-1", False, True))
        self.assertEqual(self.actor("core-1", "core")["senders"], ["edge-1/collector/logs"])
        self.assertIn("fed by edge-1\n", self.weir("status", "core-1").stdout)
        wait_until(lambda: self.weir("status", "edge-1", "--check").returncode == 0, "edge-1 is well")
        self.finish(self.processes[0], SIGTERM)
        wait_until(lambda: not self.status("core-1")["links"][0]["connected"], "core-1 shows that edge-1 went")
        self.assertIn("edge-1: gone for", self.weir("status", "core-1").stdout)
        self.finish(core, SIGTERM)

    def test_check_ends_with_0_1_or_2(self):
        self.assertEqual(self.weir("status", "--check").returncode, 2)
        node = self.start_pipeline()
        done = wait_until(lambda: (lambda d: d if d.returncode == 0 else None)(self.weir("status", "--check")), "ok")
        self.assertEqual((done.stdout, done.stderr), ("node edge-1: ok\n", ""))
        self.assertEqual(self.weir("status", "--check", "--max-delay", "1h").returncode, 0)
        self.assertEqual(self.weir("status", "--check", "--json").returncode, 2)
        for words in (("--max-delay", "1h"), ("--check", "--max-delay", "soon")):
            done = self.weir("status", *words)
            self.assertEqual((done.returncode, done.stdout), (2, ""), words)
            self.assertIn("--max-delay", done.stderr)
        self.finish(node, SIGTERM)

    def test_check_of_a_store_that_does_not_take_data_is_degraded_with_the_reason(self):
        self.write_numbers("in.log", 10)
        self.write("out", "a file, where a directory is wanted")
        self.start("edge-1", self.write("t.yaml", PIPELINE), "--node", "edge-1")
        self.wait_for("edge-1", "files", state="retrying", events_held=10)
        done = self.weir("status", "--check")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertTrue(done.stdout.startswith("node edge-1: degraded\n"), done.stdout)
        self.assertIn("  edge-1/sink/files: ", done.stdout)
        late = self.weir("status", "--check", "--max-delay", "1ms")
        self.assertIn("old, more than 1ms\n", late.stdout)

    def test_a_store_that_hangs_is_shown_with_what_it_holds_and_ends_with_the_drain(self):
        self.write_numbers("in.log", 50)
        (self.dir / "out").mkdir()
        os.mkfifo(self.dir / "out/all.jsonl")  # opening it waits for somebody who reads
        text = PIPELINE.replace("from: [logs] }", "from: [logs], buffer: { path: DIR/buffer } }")
        text = text.replace("out/{tag}.jsonl", "out/all.jsonl")
        node = self.start("edge-1", self.write("t.yaml", text), "--node", "edge-1", "--drain-timeout", "1s")
        self.wait_for("edge-1", "files", answers=True, events_held=50)
        self.wait_for("edge-1", "logs", events_out=50)
        late = wait_until(lambda: (lambda d: d if d.returncode == 1 else None)(
            self.weir("status", "--check", "--max-delay", "100ms")), "what hangs is late")
        self.assertIn("  edge-1/sink/files: holds what is ", late.stdout)
        self.assertIs(self.status("edge-1")["balanced"], True)
        code, _, err = self.finish(node, SIGTERM)
        self.assertEqual(code, 1)
        self.assertRegex(err, r"not drained within 1s: .* 50 wait in \S+/buffer and are safe there")

    @unittest.skipUnless(os.geteuid() == 0, "wants to give a directory to somebody else")
    def test_a_directory_of_somebody_else_is_not_used_by_root_neither(self):
        self.write_numbers("in.log", 1)
        other = self.dir / "other"
        other.mkdir(mode=0o700)
        os.chown(other, 12345, 12345)
        (self.dir / "link").symlink_to(other)
        topology = self.write("t.yaml", PIPELINE)
        for directory, words in (("other", "belongs to another user"), ("link", "is no directory"),
                                 ("link/", "is no directory")):
            env = {**self.env, "WEIR_RUNTIME_DIR": f"{self.dir}/{directory}"}
            done = self.weir("run", topology, "--once", env=env)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(words, done.stderr)
            self.assertEqual(list(other.iterdir()), [])
            self.assertIn(words, self.weir("status", env=env).stderr)

    def test_a_second_node_of_the_name_is_refused_and_the_first_goes_on(self):
        node = self.start_pipeline()
        second = self.weir("run", str(self.dir / "t.yaml"), "--node", "edge-1")
        self.assertEqual(second.returncode, 1)
        self.assertEqual(second.stdout, "")
        self.assertIn('node "edge-1" of cluster "shop" runs already on this machine', second.stderr)
        self.assertEqual(self.status("edge-1")["pid"], node.pid)

    def test_nodes_without_a_name_run_side_by_side(self):
        self.write_numbers("in.log", 10)
        # Stores belong to one sink of one node: these two have none.
        topology = self.write("t.yaml", PIPELINE.replace("type: sqlite", 'type: "null"')
                              .replace(", path: DIR/weir.db", "").replace("type: file", 'type: "null"')
                              .replace(', path: "DIR/out/{tag}.jsonl"', ""))
        first, second = self.start("first", topology), self.start("second", topology)
        wait_until(lambda: len(list(self.sockets.glob("*.sock"))) == 2, "both have a socket")
        self.assertEqual(self.weir("status").returncode, 2)
        for node in (first, second):
            self.assertEqual(self.finish(node, SIGTERM)[0], 0)

    def test_a_node_that_can_be_seen_ends_in_order(self):
        topology = self.write("t.yaml", 'collectors: { c: { type: forward, listen: "127.0.0.1:0" } }\n'
                                        'sinks: { o: { type: "null" } }\n')
        for _ in range(10):
            node = self.start("node", topology)
            while not list(self.sockets.glob("*.sock")):
                self.assertTrue(node.is_running())
            self.assertEqual(self.finish(node, SIGTERM)[0], 0)

    def test_the_socket_is_private_goes_with_the_node_and_a_stale_one_is_replaced(self):
        node = self.start_pipeline()
        path = self.sockets / "shop.edge-1.sock"
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(self.sockets).st_mode), 0o700)
        self.finish(node, SIGKILL)
        self.assertTrue(path.exists())
        again = self.start("edge-1", str(self.dir / "t.yaml"), "--node", "edge-1")
        self.wait_for("edge-1", "files", events_held=0)
        self.assertEqual(self.status("edge-1")["pid"], again.pid)
        self.finish(again, SIGTERM)
        self.assertFalse(path.exists())

    def test_a_stale_socket_is_no_node(self):
        self.finish(self.start_pipeline(), SIGKILL)
        answer = self.weir("status")
        self.assertEqual((answer.returncode, answer.stdout), (1, ""))
        self.assertEqual(answer.stderr, "weir status: no node runs on this machine for this user\n")
        self.assertEqual(list(self.sockets.iterdir()), [])

    def test_the_socket_of_a_node_that_starts_is_not_taken_for_a_stale_one(self):
        self.sockets.mkdir(mode=0o700)
        path = self.sockets / "shop.edge-1.sock"
        with socket.socket(socket.AF_UNIX) as starting:
            starting.bind(str(path))  # it does not listen yet
            lock = os.open(self.sockets, os.O_RDONLY)
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertEqual(self.weir("status").returncode, 1)
            self.assertTrue(path.exists())
            os.close(lock)
            self.assertEqual(self.weir("status").returncode, 1)
            self.assertFalse(path.exists())

    def test_a_mistyped_name_is_refused_with_the_nearest(self):
        self.start_pipeline()
        answer = self.weir("status", "shop.egde-1")
        self.assertEqual(answer.returncode, 1)
        self.assertIn('did you mean "shop.edge-1"?', answer.stderr)

    def test_silent_and_senseless_clients_hold_up_nobody(self):
        self.start_pipeline()
        path = str(self.sockets / "shop.edge-1.sock")
        silent = [socket.socket(socket.AF_UNIX) for _ in range(3)]
        for client in silent:
            client.connect(path)
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(path)
            client.sendall(b"\xff\x00 what?\n")
            self.assertIn(b"unknown request", client.recv(1000))
        self.assertIsNotNone(self.status("edge-1"))
        for client in silent:
            client.close()

    def test_a_directory_that_others_may_write_to_is_not_used(self):
        self.sockets.mkdir()
        self.sockets.chmod(0o777)
        self.write_numbers("in.log", 1)
        done = self.weir("run", self.write("t.yaml", PIPELINE), "--once")
        self.assertEqual(done.returncode, 0)
        self.assertIn("others may write to", done.stderr)


if __name__ == "__main__":
    unittest.main()
