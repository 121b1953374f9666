"""Who exports logs by OTLP to the source `opentelemetry`: the SDK of Python, the OpenTelemetry Collector, and our own sink."""
import json
import os
import random
import subprocess
import sys
import time

from peer_stores import Server, main
from weir_nodes import SystemTest, count_lines, free_port, read_lines, wait_until

TAKING = """
collectors:
  telemetry: { type: opentelemetry, listen: "127.0.0.1:HTTP", listen_grpc: "127.0.0.1:GRPC" MORE }
destination_aggregators:
  core: { from: telemetry, buffer: { path: "DIR/disk" } }
sinks:
  archive: { type: file, from: core, path: "DIR/out/all.jsonl" }
"""
SENDING = """
collectors:
  logs: { type: tail, path: "DIR/in.log", tag: app.log, parse: { format: json }, refresh_interval: 200ms }
destination_aggregators:
  local: { from: logs, buffer: { path: "DIR/sent" } }
sinks:
  center: { from: local, SINK }
"""
SDK = """
import logging, sys
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
way, port, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
if way == "grpc":
    from grpc import Compression
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
    exporter = OTLPLogExporter(endpoint=f"127.0.0.1:{port}", insecure=True, compression=Compression.Gzip)
else:
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    exporter = OTLPLogExporter(endpoint=f"http://127.0.0.1:{port}/v1/logs", compression=Compression.Gzip)
provider = LoggerProvider(resource=Resource.create({"service.name": "shop"}))
provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
log = logging.getLogger("shop.web")
log.addHandler(LoggingHandler(logger_provider=provider))
log.setLevel(logging.INFO)
for n in range(count):
    log.warning("event %d", n, extra={"n": n})
provider.force_flush(60000)
provider.shutdown()
"""


class OtlpInput(SystemTest):
    def setUp(self):
        super().setUp()
        self.http, self.grpc = free_port(), free_port()

    def take(self, more=""):
        text = TAKING.replace("HTTP", str(self.http)).replace("GRPC", str(self.grpc)).replace("MORE", more)
        node = self.start("taking", self.write("taking.yaml", text), "--node", "taking")
        wait_until(lambda: "taking" in self.weir("status", "taking").stdout, lambda: node.log())
        return node

    def stored(self):
        return [json.loads(line) for line in read_lines(self.path("out/all.jsonl"))]

    def wait_stored(self, count, patience=120):
        wait_until(lambda: count_lines(self.path("out/all.jsonl")) >= count,
                   lambda: f"{count_lines(self.path('out/all.jsonl'))} of {count} are stored\n{self.processes[-1].log()[-3000:]}", patience)


class PythonSdk(OtlpInput):
    def export(self, way, port, count=2000):
        found = subprocess.run([sys.executable, "-c", "import opentelemetry.sdk._logs, opentelemetry.exporter.otlp.proto." + way],
                               capture_output=True, check=False)
        if found.returncode != 0:
            self.skipTest(f"this Python has no OpenTelemetry SDK with an exporter by {way}")
        self.take()
        done = subprocess.run([sys.executable, "-W", "ignore", "-c", SDK, way, str(port), str(count)], capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(0, done.returncode, done.stderr)
        self.wait_stored(count)
        events = self.stored()
        self.assertEqual(list(range(count)), sorted(e["n"] for e in events))
        one = next(e for e in events if e["n"] == 7)
        self.assertEqual(("event 7", "opentelemetry", "shop", "shop.web"),
                         (one["message"], one["tag"], one["resource"]["service.name"], one["scope"]["name"]))
        self.assertIn(one["level"], ("WARN", "WARNING"))

    def test_by_http(self):
        self.export("http", self.http)

    def test_by_grpc(self):
        self.export("grpc", self.grpc)


class OwnSink(OtlpInput):
    def test_what_our_sink_sends_is_what_was_sent(self):
        count = 3000
        self.take()
        self.write("in.log", "".join(f'{{"n": {n}, "message": "event {n}", "level": "warn", "deep": {{"a": [1, "x", null]}}}}\n' for n in range(count)))
        sink = f'type: opentelemetry, endpoints: "http://127.0.0.1:{self.http}", record_uid: false'
        self.start("sending", self.write("sending.yaml", SENDING.replace("SINK", sink)), "--node", "sending")
        self.wait_stored(count)
        events = self.stored()
        self.assertEqual(list(range(count)), sorted(e["n"] for e in events))
        for event in events:
            del event["time"]
        self.assertIn({"tag": "app.log", "n": 7, "message": "event 7", "level": "warn", "deep": {"a": [1, "x", None]}}, events)


class Collector(OtlpInput):
    """The OpenTelemetry Collector reads forward from a Weir and passes it on by OTLP; we are killed meanwhile."""

    def pass_on(self, way, port):
        self.take()
        exporter = f"  {way}: {{ endpoint: '{port}', tls: {{ insecure: true }}, retry_on_failure: {{ initial_interval: 100ms, max_interval: 500ms, max_elapsed_time: 0 }} }}"
        server = Server("otelcol", self.path("peer"), OTELCOL_EXPORTER=exporter, OTELCOL_EXPORTER_NAME=way)
        server.start()
        self.addCleanup(server.stop)
        count, chance = 20_000, random.Random(3)
        self.write("in.log", "".join(f'{{"n": {n}}}\n' for n in range(count)))
        sink = f'type: forward, endpoints: "127.0.0.1:{server.port}", max_message: 16KiB'
        self.start("sending", self.write("sending.yaml", SENDING.replace("SINK", sink)), "--node", "sending")
        for _ in range(4):
            time.sleep(chance.uniform(0.2, 0.8))
            [p for p in self.processes if p.name == "taking"][-1].kill()
            self.take()
        wait_until(lambda: len({e["n"] for e in self.stored()}) == count, lambda: f"{len({e['n'] for e in self.stored()})} of {count}", 120)
        print(f"{way}: {count} there, {count_lines(self.path('out/all.jsonl')) - count} of them twice")

    def test_by_grpc(self):
        self.pass_on("otlp", f"127.0.0.1:{self.grpc}")

    def test_by_http(self):
        self.pass_on("otlphttp", f"http://127.0.0.1:{self.http}")


if __name__ == "__main__":
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    main()
