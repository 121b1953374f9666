"""The sink `opensearch` and a real OpenSearch: whatever dies or hangs meanwhile, each event is there once."""
import json
import os
import random
import shutil
import signal
import tempfile
import threading
import time
import unittest
import urllib.request

from peer_server import Door, PeerServer, make_certificate
from weir_nodes import SystemTest, differences, free_port, read_lines, wait_until

# Events without a time of their own, in indices by day; retries come soon.
TOPOLOGY = """
collectors:
  logs: { type: tail, path: "DIR/in.log", tag: web, parse: { format: json } }
source_aggregators:
  local: { from: [logs], buffer: { path: "DIR/buffer" } }
sinks:
  search:
    type: opensearch
    endpoints: ["http://127.0.0.1:PORT"]
    index: "NAME-{tag}-%Y.%m.%d"
    retry: { first: 100ms, max: 1s }
    writers: 4
    MORE
"""

CLUSTER = """
cluster: { name: shop, heartbeat: 200ms }
collectors:
  logs: { type: tail, path: "DIR/in/*.log", parse: { format: json }, refresh_interval: 200ms }
sinks:
  search: { type: opensearch, from: [logs], endpoints: ["http://127.0.0.1:PORT"], index: NAME, writers: 4, batch: { max_size: 32KiB } }
placement: { edge: [logs], store: [search] }
nodes:
  store-1: { listen: "127.0.0.1:STORE1", as: store }
  store-2: { listen: "127.0.0.1:STORE2", as: store }
"""


def request(port, path, body=None, method=None):
    sent = urllib.request.Request(f"http://127.0.0.1:{port}{path}", json.dumps(body).encode() if body is not None else None,
                                  {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(sent, timeout=60) as answer:
        return json.load(answer)


class Load(threading.Thread):
    """Appends numbered lines until it is stopped."""

    def __init__(self, path, first=0):
        super().__init__(daemon=True)
        self.path, self.count, self.first, self.over = path, 0, first, threading.Event()

    def run(self):
        while not self.over.wait(0.01):
            with open(self.path, "a") as f:
                begin = self.first + self.count
                f.write("".join(f'{{"n": {n}, "text": "{"x" * (n * 7919 % 90)}"}}\n' for n in range(begin, begin + 40)))
            self.count += 40

    def stop(self):
        self.over.set()
        self.join()
        return self.count


class WithServer(SystemTest):
    SETTINGS = ""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="weir-peer-")
        cls.server = PeerServer("opensearch", os.path.join(cls.folder, "server"), OPENSEARCH_OPTIONS=cls.SETTINGS)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def setUp(self):
        super().setUp()
        self.name = self.id().rsplit(".", 1)[1].replace("test_", "")[:60].lower()

    def topology(self, more="batch: { max_size: 64KiB }", port=None, text=TOPOLOGY):
        return self.write("t.yaml", text.replace("PORT", str(port or self.server.port)).replace("NAME", self.name)
                          .replace("MORE", more))

    def ask(self, path, body=None, method=None, port=None):
        return request(port or self.server.port, path, body, method)

    def count(self, port=None):
        try:
            self.ask(f"/{self.name}*/_refresh", method="POST", port=port)
            return self.ask(f"/{self.name}*/_count", port=port)["count"]
        except OSError:
            return 0

    def numbers(self, port=None):
        """The field n of all documents."""
        self.ask(f"/{self.name}*/_refresh", method="POST", port=port)
        page = self.ask(f"/{self.name}*/_search?scroll=1m", {"size": 10000, "_source": ["n"], "sort": ["_doc"]}, port=port)
        found = []
        while page["hits"]["hits"]:
            found += [hit["_source"]["n"] for hit in page["hits"]["hits"]]
            page = self.ask("/_search/scroll", {"scroll": "1m", "scroll_id": page["_scroll_id"]}, port=port)
        return found

    def expect_all(self, count, log, port=None, patience=120):
        wait_until(lambda: self.count(port) >= count, lambda: f"{self.count(port)} of {count}\n{log()[-3000:]}", patience)
        self.assertEqual("", differences(self.numbers(port), range(count)))


class OpenSearch(WithServer):
    def test_killed_at_any_moment(self):
        topology = self.topology()
        load = Load(self.path("in.log"))
        load.start()
        chance = random.Random(17)
        kills = 0
        end = time.monotonic() + 60
        while time.monotonic() < end:
            node = self.start(f"killed-{kills}", topology, "--node", "node")
            time.sleep(chance.uniform(0.1, 2.5))
            self.assertTrue(node.is_running(), node.log())
            node.kill()
            kills += 1
        count = load.stop()
        node = self.start("last", topology, "--node", "node")
        self.expect_all(count, node.log)
        self.assertEqual(0, node.stop(), node.log())
        self.assertGreater(kills, 20)
        print(f"{kills} kills, {count} events", end=" ", flush=True)

    def test_server_killed(self):
        node = self.start("node", self.topology("timeout: { connect: 2s, request: 20s }\n    batch: { max_size: 64KiB }"), "--node", "node")
        load = Load(self.path("in.log"))
        load.start()
        for wanted in (1, 20000):
            wait_until(lambda: self.count() >= wanted, node.log)
            self.server.kill()
            self.server.start()
        wait_until(lambda: self.count() >= 30000, node.log)
        self.expect_all(load.stop(), node.log)
        self.assertEqual(0, node.stop(), node.log())

    def test_server_frozen(self):
        node = self.start("node", self.topology("timeout: { request: 5s }"), "--node", "node")
        load = Load(self.path("in.log"))
        load.start()
        wait_until(lambda: self.count() > 0, node.log)
        self.server.signal(signal.SIGSTOP)
        time.sleep(30)
        self.server.signal(signal.SIGCONT)
        node.wait_log("no whole answer from http://127.0.0.1:")
        self.expect_all(load.stop(), node.log)
        self.assertEqual(0, node.stop(), node.log())

    def test_refused_events(self):
        count = 20000
        template = "template: { mappings: { properties: { n: { type: long } } } }"
        self.write("in.log", "".join(json.dumps({"n": "none" if n % 100 == 13 else n}) + "\n" for n in range(count)))
        node = self.start("node", self.topology(template), "--node", "node")
        good = [n for n in range(count) if n % 100 != 13]
        wait_until(lambda: self.count() >= len(good), node.log)
        self.assertEqual("", differences(self.numbers(), good))
        letters = lambda: [json.loads(line) for line in read_lines(self.path("buffer/dead-letters/search.jsonl"))]
        wait_until(lambda: len(letters()) == count // 100, node.log)
        self.assertEqual({"rejected: mapper_parsing_exception: failed to parse field [n] of type [long]"},
                         {letter["reason"] for letter in letters()})
        self.assertEqual(0, node.stop(), node.log())

    def test_two_nodes_with_four_writers_each(self):
        text = CLUSTER.replace("STORE1", str(free_port())).replace("STORE2", str(free_port()))
        topology = self.topology(text=text)
        checked = self.weir("check", topology)
        self.assertEqual(0, checked.returncode, checked.stderr)
        self.assertIn("exactly once", checked.stdout)
        count = 60000
        for part in range(6):
            self.write(f"in/{part}.log", "".join(f'{{"n": {n}}}\n' for n in range(part * 10000, part * 10000 + 10000)))
        nodes = [self.start_node(topology, f"store-{i}", "store") for i in (1, 2)]
        edge = self.start_node(topology, "edge-1", "edge")
        chance = random.Random(3)
        for round_number in range(6):
            time.sleep(chance.uniform(0.3, 1.5))
            victim = round_number % 2
            nodes[victim].kill()
            nodes[victim] = self.start_node(topology, f"store-{victim + 1}", "store")
            if round_number % 3 == 2:
                edge.kill()
                edge = self.start_node(topology, "edge-1", "edge")
        self.expect_all(count, lambda: "".join(p.log()[-1500:] for p in (edge, *nodes)))

    def test_what_is_wrong_is_one_clear_line(self):
        self.write("in.log", '{"n": 1}\n')
        certificate = make_certificate(self.folder, "good")
        expired = make_certificate(self.folder, "old", end="20210101000000Z")
        closed = Door(self.server.port, certificate, "weir", "right")
        old = Door(self.server.port, expired)
        trust = f"tls: {{ ca: {certificate[0]} }}"
        cases = {
            "host": (f"endpoints: [\"127.0.0.1:{free_port()}\"]", "cannot reach http://127.0.0.1:"),
            "name": ("endpoints: [\"http://search.invalid:9200\"]", "cannot reach http://search.invalid:9200: could not resolve host"),
            "password": (f"endpoints: [\"https://127.0.0.1:{closed.port}\"], auth: {{ user: weir, password: geheim }}, {trust}",
                         "does not take the login (401): security_exception: wrong name or password"),
            "authority": (f"endpoints: [\"https://127.0.0.1:{closed.port}\"], tls: {{}}", "self-signed certificate"),
            "expired": (f"endpoints: [\"https://127.0.0.1:{old.port}\"], tls: {{ ca: {expired[0]} }}", "certificate has expired"),
            "index": (f"endpoints: [\"http://127.0.0.1:{self.server.port}\"], index: nowhere, create: false",
                      'there is no index "nowhere", and "create: false" makes none'),
        }
        for name, (settings, wanted) in cases.items():
            with self.subTest(name):
                topology = self.write(f"{name}.yaml", f"""
collectors: {{ logs: {{ type: tail, path: "DIR/in.log", parse: {{ format: json }} }} }}
sinks: {{ search: {{ type: opensearch, {settings} }} }}
""")
                node = self.start(name, topology, "--node", name)
                node.wait_log(wanted)
                self.assertNotIn("geheim", node.log())
                told = [line for line in node.log().splitlines() if wanted in line]
                self.assertEqual(1, len(told), node.log())
                node.kill()
        node = self.start("right", self.write("right.yaml", f"""
collectors: {{ logs: {{ type: tail, path: "DIR/in.log", parse: {{ format: json }} }} }}
sinks:
  search:
    {{ type: opensearch, endpoints: ["https://127.0.0.1:{closed.port}"], auth: {{ user: weir, password: right }}, {trust}, index: {self.name} }}
"""), "--node", "right")
        wait_until(lambda: self.count() == 1, node.log)
        self.assertGreater(closed.answers[200], 1)
        self.assertEqual(0, node.stop(), node.log())
        for door in (closed, old):
            door.close()


class SmallOpenSearch(WithServer):
    """One to which it is soon too much."""
    SETTINGS = "http.max_content_length=256kb indexing_pressure.memory.limit=600kb"

    def test_much_at_once(self):
        """413 and 429: all gets in, by less at a time."""
        count = 40000
        self.write("in.log", "".join(json.dumps({"n": n, "text": "y" * 200}) + "\n" for n in range(count)))
        door = Door(self.server.port)
        self.addCleanup(door.close)
        node = self.start("node", self.topology("batch: { max_size: 2MiB }", door.port), "--node", "node")
        self.expect_all(count, node.log)
        self.assertEqual(0, node.stop(), node.log())
        self.assertGreater(door.answers[413], 0, door.answers)
        self.assertGreater(door.answers[429], 0, door.answers)


if __name__ == "__main__":
    unittest.main()
