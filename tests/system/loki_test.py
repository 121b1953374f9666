"""The sink `loki` with a VictoriaLogs, which has Loki's push API."""
import json
import tempfile
import urllib.request

from peer_stores import AtLeastOnceStore, PeerStore, Server, main
from weir_nodes import wait_until


class Loki(AtLeastOnceStore):
    test_the_writers_process_is_killed_again_and_again = PeerStore.check_killed_writer
    test_the_server_hangs = PeerStore.check_frozen_server
    test_two_nodes_with_four_writers_each_push = PeerStore.check_two_nodes

    @classmethod
    def make_server(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="weir-test-")
        return Server("victorialogs", cls.folder.name + "/server")

    def test_the_server_is_started_again_and_again(self):
        self.check_killed_server(gently=True)

    def sink(self):
        return (f'type: loki, endpoints: "http://127.0.0.1:{self.server.port}", path: /insert/loki/api/v1/push, '
                f"static_labels: {{ job: {self.table} }}, line: message, timeout: {{ connect: 2s, request: 3s }}, "
                "batch: { max_size: 64KiB, max_delay: 20ms }, retry: { first: 100ms, max: 1s }")

    def entries(self, query):
        url = f"http://127.0.0.1:{self.server.port}/select/logsql/query?query={query}"
        try:
            with urllib.request.urlopen(url, timeout=20) as answer:
                return [json.loads(line) for line in answer]
        except OSError:
            return []

    def messages(self):
        return [e["_msg"] for e in self.entries(f"job:{self.table}")]

    def direct(self, more):
        return self.write("t.yaml", 'collectors: { logs: { type: tail, path: "DIR/in/*.log", tag: "we\\"b{", parse: { format: json } } }\n'
                          "sinks: { store: { from: logs, " + self.sink() + more + " } }\n")

    def test_labels_metadata_and_a_tag_of_any_bytes_arrive(self):
        self.write("in/b.log", "".join(f'{{"message": "m{n}", "level": "l{n % 7}", "trace": "t{n}"}}\n' for n in range(100)))
        self.start("one", self.direct(", labels: [level], labels_max: 3, metadata: { id: trace }"), "--node", "one")
        wait_until(lambda: len(self.messages()) == 100, lambda: f"{len(self.messages())}", 60)
        found = self.entries(f"job:{self.table}")
        self.assertEqual({'we"b{'}, {e["tag"] for e in found})
        self.assertEqual({"l0", "l1", "l2", "other"}, {e["level"] for e in found})
        self.assertEqual({f"t{n}" for n in range(100)}, {e["id"] for e in found})

    def test_check_connects_and_says_what_is_wrong(self):
        done = self.weir("check", "--connect", self.direct(""))
        self.assertIn("  store (loki): all is there\n", done.stdout)
        self.assertEqual([], self.messages())
        text = self.direct("")
        with open(text, encoding="utf-8") as f:
            wrong = f.read().replace("/insert/loki/api/v1/push", "/loki/api/v1/push")
        done = self.weir("check", "--connect", self.write("w.yaml", wrong))
        self.assertEqual(1, done.returncode)
        self.assertIn(f"http://127.0.0.1:{self.server.port} answered 4", done.stdout)


if __name__ == "__main__":
    main()
