"""The sink `opentelemetry` with an OpenTelemetry Collector, and with a VictoriaLogs, which takes OTLP too."""
import json
import tempfile
import urllib.request

from peer_stores import AtLeastOnceStore, PeerStore, Server, main
from weir_nodes import wait_until

KEEPING = ("timeout: { connect: 2s, request: 3s }, batch: { max_size: 64KiB, max_delay: 20ms }, retry: { first: 100ms, max: 1s }")
DIRECT = """
collectors: { logs: { type: tail, path: "DIR/in/*.log", tag: web, parse: { format: json } } }
sinks: { store: { from: logs, SINK } }
"""


class Collector(AtLeastOnceStore):
    test_the_writers_process_is_killed_again_and_again = PeerStore.check_killed_writer
    test_the_server_hangs = PeerStore.check_frozen_server
    test_two_nodes_with_four_writers_each_export = PeerStore.check_two_nodes

    @classmethod
    def make_server(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="weir-test-")
        return Server("otelcol", cls.folder.name + "/server")

    def test_the_server_is_started_again_and_again(self):
        self.check_killed_server(gently=True)

    def sink(self):
        return (f'type: opentelemetry, endpoints: "http://127.0.0.1:{self.server.port + 1}", resource: {{ service.name: {self.table} }}, ' + KEEPING)

    def records(self):
        """What the collector has of this test: records as it writes them."""
        try:
            with open(self.server.folder + "/received", encoding="utf-8") as f:
                lines = [line for line in f if line.endswith("\n") and self.table in line]
        except FileNotFoundError:
            return []
        return [record for line in lines for resource in json.loads(line)["resourceLogs"]
                if any(a["value"].get("stringValue") == self.table for a in resource["resource"]["attributes"])
                for scope in resource["scopeLogs"] for record in scope["logRecords"]]

    def messages(self):
        return [r["body"]["stringValue"] for r in self.records()]

    def uids(self):
        return [a["value"]["stringValue"] for r in self.records() for a in r["attributes"] if a["key"] == "log.record.uid"]

    def wait_stored_once(self, node="one"):
        super().wait_stored_once(node)
        self.assertEqual(self.writer.count, len(set(self.uids())))
        self.assertEqual(len(set(zip(self.messages(), self.uids()))), self.writer.count)

    def test_fields_get_to_where_they_belong(self):
        self.write("in/b.log", '{"message": "hi", "level": "Error", "trace_id": "00112233445566778899aabbccddeeff", "n": 1, "m": {"a": [1.5, null]}}\n')
        self.start("one", self.write("t.yaml", DIRECT.replace("SINK", self.sink())), "--node", "one")
        wait_until(lambda: self.records(), "it is there", 60)
        record = self.records()[0]
        self.assertEqual(("hi", 17, "Error", "00112233445566778899aabbccddeeff"),
                         (record["body"]["stringValue"], record["severityNumber"], record["severityText"], record["traceId"]))
        found = {a["key"]: a["value"] for a in record["attributes"]}
        self.assertEqual(({"intValue": "1"}, {"stringValue": "web"}), (found["n"], found["tag"]))
        self.assertEqual({"kvlistValue": {"values": [{"key": "a", "value": {"arrayValue": {"values": [{"doubleValue": 1.5}, {}]}}}]}}, found["m"])

    def test_check_connects_and_says_what_is_wrong(self):
        done = self.weir("check", "--connect", self.write("t.yaml", DIRECT.replace("SINK", self.sink())))
        self.assertIn("  store (opentelemetry): all is there\n", done.stdout)
        done = self.weir("check", "--connect", self.write("w.yaml", DIRECT.replace("SINK", self.sink() + ", path: /elsewhere")))
        self.assertEqual(1, done.returncode)
        self.assertIn(f"http://127.0.0.1:{self.server.port + 1} answered 404", done.stdout)
        self.assertEqual([], self.records())


class VictoriaLogs(AtLeastOnceStore):
    test_the_writers_process_is_killed_again_and_again = PeerStore.check_killed_writer

    @classmethod
    def make_server(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="weir-test-")
        return Server("victorialogs", cls.folder.name + "/server")

    def sink(self):
        return (f'type: opentelemetry, endpoints: "http://127.0.0.1:{self.server.port}", path: /insert/opentelemetry/v1/logs, '
                f"resource: {{ service.name: {self.table} }}, compress: zstd, " + KEEPING)

    def messages(self):
        url = f"http://127.0.0.1:{self.server.port}/select/logsql/query?query=service.name:{self.table}"
        try:
            with urllib.request.urlopen(url, timeout=20) as answer:
                return [json.loads(line)["_msg"] for line in answer]
        except OSError:
            return []


if __name__ == "__main__":
    main()
