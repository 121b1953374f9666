"""The sink `opensearch` and a real OpenSearch: whatever dies or hangs meanwhile, each event is there once."""
import json
import shutil
import tempfile
import urllib.request

from door import Door, fingerprint, make_certificate
from peer_stores import PeerStore, Server, main
from weir_nodes import differences, free_port, read_lines, wait_until

PICKY = """
collectors: { logs: { type: tail, path: "DIR/numbers.log", parse: { format: json } } }
source_aggregators: { local: { from: [logs], buffer: { path: "DIR/buffer" } } }
sinks: { store: { from: local, SINK } }
"""


class Searched(PeerStore):
    SETTINGS = ""

    @classmethod
    def make_server(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="weir-test-")
        return Server("opensearch", cls.folder.name + "/server", OPENSEARCH_OPTIONS=cls.SETTINGS)

    def sink(self, port=None):
        return f'type: opensearch, endpoints: ["http://127.0.0.1:{port or self.server.port}"], {self.index()}, {self.QUICK}'

    # Small commits, so that there is always one under way; no long pauses.
    QUICK = "timeout: { request: 4s }, batch: { max_size: 32KiB }, retry: { first: 100ms, max: 1s }"

    def index(self):
        return f'index: "{self.table}-{{tag}}-%Y.%m.%d"'

    def ask(self, path, body=None, method=None):
        sent = urllib.request.Request(f"http://127.0.0.1:{self.server.port}{path}", json.dumps(body).encode() if body is not None else None,
                                      {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(sent, timeout=60) as answer:
            return json.load(answer)

    def stored(self, field):
        """That field of all documents; none while the server does not answer."""
        try:
            self.ask(f"/{self.table}*/_refresh", method="POST")
            page = self.ask(f"/{self.table}*/_search?scroll=1m", {"size": 10000, "_source": [field], "sort": ["_doc"]})
            found = []
            while page["hits"]["hits"]:
                found += [hit["_source"][field] for hit in page["hits"]["hits"]]
                page = self.ask("/_search/scroll", {"scroll": "1m", "scroll_id": page["_scroll_id"]})
            return found
        except OSError:
            return []

    def messages(self):
        return self.stored("message")


class OpenSearch(Searched):
    test_killed_writer = PeerStore.check_killed_writer
    test_killed_server = PeerStore.check_killed_server
    test_frozen_server = PeerStore.check_frozen_server
    test_two_nodes = PeerStore.check_two_nodes

    def test_weir_check_promises_it(self):
        self.begin()
        checked = self.weir("check", self.topology)
        self.assertEqual(0, checked.returncode, checked.stderr)
        self.assertIn("exactly once", checked.stdout)

    def test_refused_events(self):
        count = 20000
        self.write("numbers.log", "".join(json.dumps({"n": "none" if n % 100 == 13 else n}) + "\n" for n in range(count)))
        more = "template: { mappings: { properties: { n: { type: long } } } }"
        node = self.start("node", self.write("t.yaml", PICKY.replace("SINK", f"{self.sink()}, {more}")), "--node", "node")
        good = [n for n in range(count) if n % 100 != 13]
        wait_until(lambda: len(self.stored("n")) >= len(good), node.log)
        self.assertEqual("", differences(self.stored("n"), good))
        letters = lambda: [json.loads(line) for line in read_lines(self.path("buffer/dead-letters/store.jsonl"))]
        wait_until(lambda: len(letters()) == count // 100, node.log)
        self.assertEqual({"rejected: mapper_parsing_exception: failed to parse field [n] of type [long]"},
                         {letter["reason"] for letter in letters()})
        self.assertEqual(0, node.stop(), node.log())

    def test_what_is_wrong_is_one_clear_line(self):
        self.write("in.log", '{"n": 1}\n')
        certificate = make_certificate(self.folder.name, "good")
        expired = make_certificate(self.folder.name, "old", end="20210101000000Z")
        closed = Door(self.server.port, certificate, "weir", "right")
        old = Door(self.server.port, expired)
        trust = f"tls: {{ ca: {certificate[0]} }}"
        cases = {
            "host": (f"endpoints: [\"127.0.0.1:{free_port()}\"]", "cannot reach http://127.0.0.1:"),
            "name": ("endpoints: [\"http://search.invalid:9200\"]", "cannot reach http://search.invalid:9200: could not resolve host"),
            "password": (f"endpoints: [\"https://127.0.0.1:{closed.port}\"], auth: {{ user: weir, password: geheim }}, {trust}",
                         "does not take the login (401): security_exception: wrong name or password"),
            "authority": (f"endpoints: [\"https://127.0.0.1:{closed.port}\"], tls: {{}}", "self-signed certificate"),
            "fingerprint": (f"endpoints: [\"https://127.0.0.1:{closed.port}\"], ca_fingerprint: {fingerprint(expired[0])}", "self-signed certificate"),
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
        for n, sure in enumerate([trust, f"ca_fingerprint: \"{fingerprint(certificate[0])}\""], start=1):
            topology = self.write(f"right-{n}.yaml", f"""
collectors: {{ logs: {{ type: tail, path: "DIR/in.log", parse: {{ format: json }} }} }}
sinks:
  search:
    {{ type: opensearch, endpoints: ["https://127.0.0.1:{closed.port}"], auth: {{ user: weir, password: right }}, {sure}, index: "{self.table}-{n}" }}
""")
            node = self.start(f"right-{n}", topology, "--node", f"right-{n}")
            wait_until(lambda: self.stored("n") == [1] * n, node.log)
            self.assertEqual(0, node.stop(), node.log())
        self.assertGreater(closed.answers[200], 1)
        for door in (closed, old):
            door.close()


    def test_certificates(self):
        """One for another name than the address's; one of this side's; an authority that is put right while it runs."""
        folder = self.folder.name
        server, client = (make_certificate(folder, name, names="DNS:search.example") for name in ("server", "client"))
        door = Door(self.server.port, server, clients=client[0])
        self.addCleanup(door.close)
        self.write("in.log", '{"n": 1}\n')
        shutil.copy(client[0], self.path("ca.pem"))
        topology = self.write("t.yaml", f"""
collectors: {{ logs: {{ type: tail, path: "DIR/in.log", parse: {{ format: json }} }} }}
sinks:
  search:
    type: opensearch
    endpoints: ["https://127.0.0.1:{door.port}"]
    tls: {{ ca: DIR/ca.pem, certificate: {client[0]}, key: {client[1]} NAME }}
    index: {self.table}
    retry: {{ max: 1s }}
""")
        with open(topology) as f:
            text = f.read()
        node = self.start("unnamed", self.write("t.yaml", text.replace("NAME", "")), "--node", "node")
        node.wait_log("self-signed certificate")
        shutil.copy(server[0], self.path("ca.pem"))
        node.wait_log("no alternative certificate subject name matches")
        node.kill()
        node = self.start("named", self.write("t.yaml", text.replace("NAME", ", server_name: search.example")), "--node", "node")
        wait_until(lambda: self.stored("n") == [1], node.log)
        self.assertEqual(0, node.stop(), node.log())


class DataStream(Searched):
    """It gets another index now and then."""
    test_killed_writer = PeerStore.check_killed_writer

    def index(self):
        return f"data_stream: {self.table}"

    def test_rolled_over_while_writers_die(self):
        self.begin()
        kills = 0
        for _ in range(12):
            node = self.run_one(kills)
            wait_until(lambda: self.actor("one", "store").get("events_out", 0) > 0, node.log)
            self.ask(f"/{self.table}/_rollover", method="POST")
            node.kill()
            kills += 1
        self.run_one(kills)
        self.wait_stored_once()


class SmallOpenSearch(Searched):
    """One to which it is soon too much."""
    SETTINGS = "http.max_content_length=256kb indexing_pressure.memory.limit=600kb"
    QUICK = "batch: { max_size: 2MiB }, writers: 4"

    def test_much_at_once(self):
        """413 and 429: all gets in, by less at a time."""
        count = 40000
        self.write("numbers.log", "".join(json.dumps({"n": n, "text": "y" * 200}) + "\n" for n in range(count)))
        door = Door(self.server.port)
        self.addCleanup(door.close)
        node = self.start("node", self.write("t.yaml", PICKY.replace("SINK", self.sink(door.port))), "--node", "node")
        wait_until(lambda: len(self.stored("n")) >= count, node.log, 120)
        self.assertEqual("", differences(self.stored("n"), range(count)))
        self.assertEqual(0, node.stop(), node.log())
        self.assertGreater(door.answers[413], 0, door.answers)
        self.assertGreater(door.answers[429], 0, door.answers)


if __name__ == "__main__":
    main()
