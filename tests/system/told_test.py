"""What a node tells beside its figures, at the console and to commands: its log, its plan, how it was."""
import http.client
import json
import os
import time
import unittest
import urllib.parse

from signal import SIGSTOP

from weir_nodes import TWO_NODES, SystemTest, count_lines, free_port, read_lines, wait_until

PIPELINE = """
cluster: { name: shop }
collectors:
  logs: { type: tail, path: DIR/in.log, parse: { format: json } }
source_aggregators:
  local: { from: [logs] }
sinks:
  files: { type: file, from: [local], path: "DIR/out/all.jsonl" }
"""

SECRETS = """
cluster: { name: shop }
collectors:
  in:
    type: forward
    listen: 127.0.0.1:PORT
    security:
      shared_key: ${WEIR_TEST_SECRET}
      users: [{ username: a, password: "inline-secret-words" }]
      clients: [{ network: 10.0.0.0/8, shared_key: { file: DIR/secret.txt } }]
sinks:
  files: { type: file, from: [in], path: "DIR/out/all.jsonl" }
console:
  auth:
    tokens:
      - { name: t, token: "inline-secret-token", role: operate }
      - { name: u, token: "${WEIR_TEST_SECRET}", role: view }
    users: [{ name: b, password: { file: DIR/secret.txt } }]
"""


LETTERS = """
cluster: { name: shop }
collectors:
  app: { type: tail, path: DIR/in.log, parse: { format: json, on_error: dead_letter } }
  again: { type: forward, listen: "127.0.0.1:PORT" }
source_aggregators:
  local: { from: [app, again], buffer: { path: "DIR/buffer" } }
sinks:
  all: { type: file, from: local, path: "DIR/all.raw", format: raw }
"""


class Told(SystemTest):
    def console(self, node):
        """Address and token, as the node leaves them for who may read its files."""
        note = os.path.join(self.sockets, node + ".console")
        wait_until(lambda: os.path.exists(note), "a console of " + node)
        with open(note) as f:
            address, token = f.read().split()
        return urllib.parse.urlparse(address).netloc, token

    def call(self, node, path, method="GET", token=None):
        """Status and answer; with the node's own token if none is given, "" for none."""
        netloc, own = self.console(node)
        connection = http.client.HTTPConnection(netloc, timeout=60)
        token = own if token is None else token
        try:
            connection.request(method, "/api/v1/" + path, headers={"Authorization": "Bearer " + token} if token else {})
            answer = connection.getresponse()
            body = answer.read().decode()
            return answer.status, json.loads(body) if body.startswith("{") else body
        finally:
            connection.close()

    def told(self, node, path, method="GET"):
        status, answer = self.call(node, path, method)
        self.assertEqual(200, status, answer)
        return answer


class ToldTest(Told):
    def start_one(self):
        self.write("in.log", '{"n": 1}\n')
        node = self.start("edge-1", self.write("t.yaml", PIPELINE), "--node", "edge-1")
        self.wait_for("edge-1", "files", events_out=1)
        return node

    def start_two(self):
        self.write("in.log", "")
        text = TWO_NODES.replace("PORT1", str(free_port())).replace("PORT2", str(free_port()))
        topology = self.write("t.yaml", text)
        core = self.start_node(topology, "core-1", "core")
        edge = self.start_node(topology, "edge-1", "edge")
        wait_until(lambda: any(link["connected"] for link in (self.status("edge-1") or {"links": []})["links"]), "a link")
        return core, edge

    def test_the_log_is_told_to_who_has_the_token(self):
        self.start_one()
        told = self.told("shop.edge-1", "logs?text=runs")
        self.assertEqual(1, len(told["entries"]))
        entry = told["entries"][0]
        self.assertEqual("info", entry["level"])
        self.assertIn("collector logs (tail)", entry["text"])
        self.assertTrue(entry["at"].endswith("Z"))
        self.assertEqual([], self.told("shop.edge-1", f"logs?since={told['next']}&text=runs")["entries"])
        self.assertEqual(401, self.call("shop.edge-1", "logs", token="")[0])
        self.assertEqual(400, self.call("shop.edge-1", "logs?level=loud")[0])
        printed = self.weir("logs", "edge-1", "--text", "runs")
        self.assertEqual(0, printed.returncode, printed.stderr)
        self.assertIn(entry["text"], printed.stdout)

    def test_followed_lines_come_once_each(self):
        self.start_one()
        first = self.told("shop.edge-1", "logs")
        self.assertEqual(0, self.weir("reload", "edge-1").returncode)
        def later():
            return [e["seq"] for e in self.told("shop.edge-1", f"logs?since={first['next']}")["entries"]]
        seen = wait_until(later, "a line about the reload")
        self.assertEqual(first["next"], seen[0])

    def test_the_log_level_changes_while_it_runs(self):
        self.start_one()
        self.assertEqual("info\n", self.weir("log-level").stdout)
        changed = self.weir("log-level", "error")
        self.assertEqual("error\n", changed.stdout, changed.stderr)
        self.assertEqual("error", self.told("shop.edge-1", "log-level?level=info", "POST")["before"])
        self.assertIn("log level error instead of info: asked for by uid", self.weir("logs").stdout)
        self.assertEqual(405, self.call("shop.edge-1", "log-level?level=info", "GET")[0])
        self.assertEqual(2, self.weir("log-level", "loud").returncode)

    def test_the_plan_is_told_and_whether_the_file_is_another_one_by_now(self):
        self.start_one()
        told = self.told("shop.edge-1", "config")
        self.assertEqual(self.path("t.yaml"), told["path"])
        self.assertFalse(told["changed_on_disk"])
        self.assertEqual(["logs", "local", "files"], [c["name"] for c in told["plan"]["components"]])
        self.assertEqual(json.loads(self.weir("plan", "t.yaml", "--format", "json").stdout)["guarantees"],
                         told["plan"]["guarantees"])
        self.append("t.yaml", "# other\n")
        other = self.told("shop.edge-1", "config")
        self.assertTrue(other["changed_on_disk"])
        self.assertEqual(told["fingerprint"], other["fingerprint"])
        self.assertEqual(0, self.weir("reload", "edge-1").returncode)
        self.assertNotEqual(told["fingerprint"], self.told("shop.edge-1", "config")["fingerprint"])

    def test_no_secret_is_told_wherever_it_stands(self):
        self.write("secret.txt", "secret-of-a-file\n")
        self.start("edge-1", self.write("t.yaml", SECRETS.replace("PORT", str(free_port()))), "--node", "edge-1",
                   "--log-level", "debug", env={"WEIR_TEST_SECRET": "secret-of-the-environment"})
        wait_until(lambda: self.status("edge-1"), "the start")
        for path in ("config", "logs?limit=10000", "cluster", "nodes", "components", "actors", "graph", "links", "files"):
            said = json.dumps(self.told("shop.edge-1", path))
            for secret in ("secret-of-a-file", "secret-of-the-environment", "inline-secret"):
                self.assertNotIn(secret, said, path)

    def test_each_actor_tells_how_busy_it_is_and_how_long_chunks_took_to_it(self):
        self.write("in.log", "")
        topology = PIPELINE.replace("local: { from: [logs] }", 'local: { from: [logs], buffer: { path: "DIR/buffer" } }')
        self.start("edge-1", self.write("t.yaml", topology), "--node", "edge-1")
        wait_until(lambda: self.status("edge-1"), "the start")
        for n in range(3):
            self.append("in.log", f'{{"n": {n}}}\n')
            self.wait_for("edge-1", "files", events_out=n + 1)
        logs, local, files = (self.actor("edge-1", c) for c in ("logs", "local", "files"))
        for actor in (logs, local, files):
            self.assertGreater(actor["busy_seconds"], 0, actor)
            self.assertEqual(("", 0), (actor["busy_with"], actor["busy_with_seconds"]))
        for actor in (logs, files): # have threads of their own
            self.assertGreater(actor["cpu_seconds"], 0, actor)
        self.assertEqual(3, local["arrival_seconds"]["count"])
        self.assertEqual(3, files["stored_seconds"]["count"])
        self.assertGreaterEqual(files["stored_seconds"]["sum"], files["arrival_seconds"]["sum"])
        self.assertGreaterEqual(local["sync_seconds"]["count"], 1)
        self.assertGreaterEqual(local["log_segments"], 1)
        self.assertGreater(local["log_bytes"], 0)
        def links(component):
            return [(link["peer"], link["sent_chunks"] >= 3, link["in_flight_bytes"], link["credit_bytes"] > 0)
                    for link in self.actor("edge-1", component)["links"]]
        for component, peer in ("logs", "edge-1/source_aggregator/local"), ("local", "edge-1/sink/files"):
            wait_until(lambda: links(component) == [(peer, True, 0, True)], lambda: f"links of {component}: {links(component)}")

    def test_how_figures_were_is_kept_and_told_by_second(self):
        self.start_one()
        def latest(name):
            answer = self.told("shop.edge-1", f"history?series={name}&from=600")
            self.assertEqual((1, 600, []), (answer["step"], len(answer["series"].get(name, [None] * 600)), answer["partial"]))
            return [n for n in answer["series"].get(name, []) if n is not None]
        wait_until(lambda: 1 in latest("files.events_out"), "a second with what was stored")
        self.append("in.log", '{"n": 2}\n' * 9)
        wait_until(lambda: 10 in latest("files.events_out"), "a second with what was stored later")
        self.assertGreater(sum(latest("files.events_out_per_second")), 0)
        self.assertGreater(max(latest("files.commit_seconds_p99")), 0)
        names = self.told("shop.edge-1", "history")
        self.assertIn("local.events_held", names["names"])
        self.assertEqual([600, 21600, 604800], [s["seconds"] for s in names["steps"]])
        self.assertEqual(200, self.call("shop.edge-1", "history?series=no.such", token="")[0])
        self.assertEqual(400, self.call("shop.edge-1", "history?series=files.events_out&step=x")[0])

    def test_any_node_tells_how_the_others_were_and_who_is_missing(self):
        core, edge = self.start_two()
        self.append("in.log", "a\nb\n")
        def seen():
            answer = self.told("shop.core-1", "history?series=logs.events_in,files.events_out&from=60")
            rows = answer["series"]
            return answer if 2 in rows.get("logs.events_in", []) and 2 in rows.get("files.events_out", []) else None
        self.assertEqual([], wait_until(seen, "both nodes' figures")["partial"])
        self.assertEqual({}, self.told("shop.core-1", "history?series=logs.events_in&node=core-1")["series"])
        edge.signal(SIGSTOP)
        began = time.monotonic()
        answer = self.told("shop.core-1", "history?series=logs.events_in,files.events_out&from=60")
        self.assertLess(time.monotonic() - began, 4)
        self.assertIn("edge-1", answer["partial"][0])
        self.assertIn("files.events_out", answer["series"])

    def test_a_sink_that_is_paused_stores_nothing_until_it_is_resumed(self):
        self.start_one()
        paused = self.weir("pause", "files")
        self.assertEqual("edge-1/sink/files\n", paused.stdout, paused.stderr)
        self.append("in.log", '{"n": 2}\n')
        sink = self.wait_for("edge-1", "files", state="paused", events_held=1)
        self.assertIn("it is paused, by uid", sink["problems"][0])
        self.assertEqual(1, sink["events_out"])
        self.assertEqual({"done": ["edge-1/sink/files"]}, self.told("shop.edge-1", "resume?component=files", "POST"))
        self.wait_for("edge-1", "files", state="running", events_out=2)
        self.assertIn("pause", self.weir("logs", "--text", "asked for by uid").stdout)

    def test_a_node_that_is_asked_to_stop_stores_what_waits_for_a_paused_sink(self):
        node = self.start_one()
        self.assertEqual(0, self.weir("pause", "files").returncode)
        self.append("in.log", '{"n": 2}\n')
        self.wait_for("edge-1", "files", state="paused", events_held=1)
        self.assertEqual(0, node.stop(), node.log())
        self.assertEqual(2, count_lines(self.path("out/all.jsonl")))

    def test_a_store_that_failed_is_tried_at_once_when_that_is_asked_for(self):
        self.write("in.log", '{"n": 1}\n')
        self.write("out", "no directory")
        topology = PIPELINE.replace("from: [local], path", "from: [local], retry: { first: 1h, max: 1h }, path")
        self.start("edge-1", self.write("t.yaml", topology), "--node", "edge-1")
        sink = self.wait_for("edge-1", "files", state="retrying")
        self.assertGreaterEqual(sink["retries"], 1)
        os.unlink(self.path("out"))
        self.assertEqual(0, self.weir("retry", "files").returncode)
        self.wait_for("edge-1", "files", state="running", events_out=1)

    def test_an_actor_is_restarted_by_its_address_and_nothing_is_lost(self):
        self.start_one()
        for n, address in enumerate(("edge-1/collector/logs", "edge-1/source_aggregator/local", "edge-1/sink/files")):
            self.assertEqual(address + "\n", self.weir("restart", address).stdout)
            component = address.rsplit("/", 1)[1]
            actor = self.wait_for("edge-1", component, restarts=1)
            self.append("in.log", f'{{"n": {n + 2}}}\n')
            wait_until(lambda: count_lines(self.path("out/all.jsonl")) == n + 2, "what came after the restart")
            self.assertIn("restart asked for by uid", actor["last_error"])
        self.assertEqual(1, self.weir("restart", "nobody").returncode)
        self.assertEqual(1, self.weir("pause", "logs").returncode)
        self.assertEqual(400, self.call("shop.edge-1", "pause", "POST")[0])

    def test_what_a_disk_buffer_holds_is_told(self):
        self.write("in.log", "bad\n")
        self.start("edge-1", self.write("t.yaml", LETTERS.replace("PORT", str(free_port()))), "--node", "edge-1")
        wait_until(lambda: self.status("edge-1"), "the start")
        self.assertEqual([{"component": "local", "path": self.path("buffer")}], self.told("shop.edge-1", "buffers")["buffers"])
        held = self.told("shop.edge-1", "buffers/local")["buffers"][0]
        self.assertEqual(json.loads(self.weir("buffer", "ls", self.path("buffer"), "--json").stdout)["path"], held["path"])
        self.assertEqual(404, self.call("shop.edge-1", "buffers/all")[0])

    def test_dead_letters_are_listed_shown_in_full_and_sent_again(self):
        port = free_port()
        self.write("in.log", b"bad 1\nb\xff\x01d 2\n")
        self.start("edge-1", self.write("t.yaml", LETTERS.replace("PORT", str(port))), "--node", "edge-1")
        def listed():
            told = self.told("shop.edge-1", "dead-letters")
            return told if len(told["entries"]) == 2 else None
        told = wait_until(listed, "two letters")
        self.assertEqual(["app"], [f["component"] for f in told["files"]])
        self.assertEqual(2, sum(g["count"] for g in told["groups"]))
        newest, oldest = told["entries"]
        self.assertEqual("bad 1", oldest["preview"])
        whole = self.told("shop.edge-1", "dead-letters/" + newest["id"])
        self.assertEqual(b"b\xff\x01d 2".hex(), whole["hex"])
        self.assertEqual(newest["reason"], whole["reason"])
        self.assertEqual(404, self.call("shop.edge-1", "dead-letters/app:1")[0])
        page = self.told("shop.edge-1", "dead-letters?limit=1")
        self.assertEqual([newest["id"]], [e["id"] for e in page["entries"]])
        older = self.told("shop.edge-1", "dead-letters?limit=1&before=" + page["next"])
        self.assertEqual(([oldest["id"]], False), ([e["id"] for e in older["entries"]], "next" in older))
        self.assertEqual([], self.told("shop.edge-1", "dead-letters?tag=other")["entries"])
        self.assertEqual(401, self.call("shop.edge-1", "dead-letters", token="")[0])
        to = f"&to=127.0.0.1:{port}"
        one = self.told("shop.edge-1", f"dead-letters/replay?ids={newest['id']}{to}", "POST")
        replay = "dead-letters/replay?component=app" + to
        self.assertEqual({"sent": 1, "damaged": 0}, one)
        wait_until(lambda: read_lines(self.path("all.raw")) == [b"b\xff\x01d 2"], "the letter that was chosen")
        self.assertEqual(2, self.told("shop.edge-1", replay, "POST")["sent"])
        self.assertEqual(0, self.told("shop.edge-1", replay, "POST")["sent"])
        wait_until(lambda: b"bad 1" in read_lines(self.path("all.raw")), "the others")
        self.assertEqual(400, self.call("shop.edge-1", "dead-letters/replay?component=app&to=198.51.100.1:1", "POST")[0])

    def test_another_node_tells_who_may_operate_it(self):
        self.start_two()
        self.assertTrue(self.told("shop.core-1", "logs?node=edge-1&text=runs")["entries"])
        status, answer = self.call("shop.edge-1", "logs?node=core-1")
        self.assertEqual(409, status)
        self.assertIn("may not operate it", answer["error"])
        self.assertIn("may not operate this node", self.weir("logs", "core-1").stdout)
        printed = self.weir("logs", "edge-1", "--via", "core-1", "--text", "runs")
        self.assertIn("as node edge-1", printed.stdout, printed.stderr)
        self.assertEqual(404, self.call("shop.core-1", "logs?node=nobody")[0])


if __name__ == "__main__":
    unittest.main()
