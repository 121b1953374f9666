"""Clients of the source `http`: those that repeat a request until it is answered, curl, our own sinks, and those who mean no good."""
import gzip
import http.client
import json
import os
import random
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
import unittest
import uuid

from weir_nodes import SystemTest, count_lines, free_port, read_lines, wait_until

SECONDS = float(os.environ.get("WEIR_PEER_SECONDS", "10"))
RSS_MAX_KIB = int(os.environ.get("WEIR_MEMORY_TIMES", "1")) * (192 << 10)
TAKING = """
collectors:
  web: { type: http, listen: "127.0.0.1:PORT" MORE }
destination_aggregators:
  core: { from: web, buffer: { path: "DIR/disk" } }
sinks:
  archive: { type: file, from: core, path: "DIR/out/all.jsonl" }
"""
SENDING = """
collectors:
  logs: { type: tail, path: "DIR/in.log", tag: app.log, parse: { format: json }, refresh_interval: 200ms }
destination_aggregators:
  local: { from: logs, buffer: { path: "DIR/sent" } }
sinks:
  center: { from: local, batch: { max_size: 64KiB, max_delay: 20ms }, SINK }
"""


class HttpInput(SystemTest):
    def setUp(self):
        super().setUp()
        self.port = free_port()

    def take(self, more=""):
        topology = self.write("taking.yaml", TAKING.replace("PORT", str(self.port)).replace("MORE", more))
        node = self.start("taking", topology, "--node", "taking")
        wait_until(self.is_open, lambda: "it listens\n" + node.log())
        return node

    def is_open(self):
        try:
            return self.ask("GET", "/health")[0] == 200
        except OSError:
            return False

    def ask(self, method, path, body=None, patience=10, **fields):
        """(status, body, fields) of a request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in fields.items()})
            answer = connection.getresponse()
            return answer.status, answer.read(), dict(answer.getheaders())
        except http.client.HTTPException as failed:
            raise OSError(str(failed)) from failed
        finally:
            connection.close()

    def stored(self):
        return [json.loads(line) for line in read_lines(self.path("out/all.jsonl"))]

    def wait_stored(self, count):
        wait_until(lambda: count_lines(self.path("out/all.jsonl")) >= count,
                   lambda: f"{count_lines(self.path('out/all.jsonl'))} of {count} are stored\n{self.processes[-1].log()[-3000:]}", 120)


class Repeating(HttpInput):
    def send_until_answered(self, name, counts, stop):
        chance, first = random.Random(name), 0
        while not stop.is_set():
            size = chance.randrange(1, 200)
            events = [{"from": name, "n": n} for n in range(first, first + size)]
            fields = {"Idempotency_Key": str(uuid.UUID(int=chance.getrandbits(128)))}
            if chance.random() < 0.5:
                body, fields["Content_Type"] = json.dumps(events), "application/json"
            else:
                body, fields["Content_Type"] = "".join(json.dumps(e) + "\n" for e in events), "application/x-ndjson"
            if chance.random() < 0.3:
                body, fields["Content_Encoding"] = gzip.compress(body.encode()), "gzip"
            while True:
                try:
                    if self.ask("POST", "/app.log", body, patience=3, **fields)[0] == 200:
                        break
                except OSError:
                    time.sleep(0.05)
            first += size
            counts[name] = first

    def test_killed_again_and_again_it_loses_nothing_and_repeats_nothing(self):
        node, counts, stop, chance = self.take(), {}, threading.Event(), random.Random(4)
        clients = [threading.Thread(target=self.send_until_answered, args=(f"c{n}", counts, stop)) for n in range(4)]
        for c in clients:
            c.start()
        until, kills = time.monotonic() + SECONDS, 0
        while time.monotonic() < until:
            time.sleep(chance.uniform(0.2, 1))
            node.kill()
            node, kills = self.take(), kills + 1
        stop.set()
        for c in clients:
            c.join()
        wanted = {(name, n) for name, count in counts.items() for n in range(count)}
        self.wait_stored(len(wanted))
        got = [(e["from"], e["n"]) for e in self.stored()]
        self.assertEqual(set(), wanted - set(got), "lost")
        self.assertEqual(len(set(got)), len(got), "repeated")
        print(f"{kills} kills, {len(got)} events: lost 0, repeated {len(got) - len(set(got))}")


class Forms(HttpInput):
    @unittest.skipUnless(shutil.which("curl"), "there is no curl")
    def test_what_the_guide_shows_with_curl(self):
        self.take()
        base = f"http://127.0.0.1:{self.port}"
        calls = [
            ["-H", "Content-Type: application/json", "-d", '{"n":1}', f"{base}/app.log"],
            ["-H", "Content-Type: application/x-ndjson", "--data-binary", '{"n":2}\n{"n":3}\n', f"{base}/app.log"],
            ["--data-urlencode", 'json={"n":4}', f"{base}/app.log?time=1700000000"],
            ["-F", 'json={"n":5}', f"{base}/app.log"],
            ["-H", "Authorization: Splunk x", "-d", '{"event":{"n":6},"index":"app.log"}', f"{base}/services/collector"],
            ["-H", "Content-Type: application/x-ndjson", "--data-binary", '{"create":{}}\n{"n":7}\n', f"{base}/app.log/_bulk"],
            ["-H", "Content-Type: application/json", "-d", '{"streams":[{"stream":{"n":"8"},"values":[["1700000000000000000","m"]]}]}',
             f"{base}/loki/api/v1/push"],
        ]
        for words in calls:
            done = subprocess.run(["curl", "-sS", "--fail-with-body", *words], capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        self.wait_stored(8)
        self.assertEqual([1, 2, 3, 4, 5, 6, 7, 8], sorted(int(e["n"]) for e in self.stored()))

    def test_a_body_without_an_end_needs_little_memory(self):
        node = self.take()
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as s:
            s.sendall(b"POST /app.log HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n")
            piece = b"".join(b'{"n":%d,"text":"%s"}\n' % (n, b"x" * 200) for n in range(1000))
            for _ in range(300):
                s.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            s.sendall(b"0\r\n\r\n")
            self.assertIn(b"200 OK", s.recv(1000))
        self.wait_stored(300_000)
        self.assertEqual(300_000, count_lines(self.path("out/all.jsonl")))
        self.assertLess(node.peak_rss_kib(), RSS_MAX_KIB)

    def test_who_is_unknown_may_not_send(self):
        self.take(', auth: { users: [{ username: u, password: p }], tokens: [{ token: t }] }')
        self.assertEqual(401, self.ask("POST", "/t", "{}")[0])
        self.assertEqual(401, self.ask("POST", "/t", "{}", Authorization="Basic dTpx")[0])
        self.assertEqual(403, self.ask("POST", "/services/collector", "{}", Authorization="Splunk x")[0])
        for known in ("Basic dTpw", "Bearer t", "Splunk t"):
            self.assertEqual(200, self.ask("POST", "/t", "{}", Authorization=known, Content_Type="application/json")[0], known)

    @unittest.skipUnless(shutil.which("openssl"), "there is no openssl")
    def test_only_clients_with_a_certificate_may_send_where_these_are_wanted(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=weir",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", self.path("key.pem"), "-out", self.path("cert.pem")],
                       capture_output=True, timeout=60, check=True)
        own = self.path("cert.pem")
        topology = TAKING.replace("PORT", str(self.port)).replace(
            "MORE", f', tls: {{ certificate: {own}, key: {self.path("key.pem")}, client_ca: {own} }}')
        self.start("taking", self.write("taking.yaml", topology), "--node", "taking").wait_log("taking")
        known = ssl.create_default_context(cafile=own)
        unknown = ssl.create_default_context(cafile=own)
        known.load_cert_chain(own, self.path("key.pem"))

        def status_with(context):
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=context)
            try:
                connection.request("POST", "/t", "{}", {"Content-Type": "application/json"})
                return connection.getresponse().status
            except (OSError, http.client.HTTPException):
                return None
            finally:
                connection.close()
        wait_until(lambda: status_with(known) == 200, "it is answered")
        self.assertIsNone(status_with(unknown))

    def test_pages_of_listed_origins_may_send(self):
        self.take(', cors: { origins: ["https://shop.example"] }')
        status, _, fields = self.ask("OPTIONS", "/t", Origin="https://shop.example", Access_Control_Request_Method="POST")
        self.assertEqual((204, "https://shop.example"), (status, fields["Access-Control-Allow-Origin"]))
        self.assertEqual(403, self.ask("OPTIONS", "/t", Origin="https://other.example")[0])
        self.assertEqual(403, self.ask("POST", "/t", "{}", Origin="https://other.example")[0])


class OwnSinks(HttpInput):
    """Weir to Weir by each protocol that both sides have."""

    def send(self, sink, count=3000):
        self.take()
        self.write("in.log", "".join(f'{{"n": {n}, "text": "event {n}"}}\n' for n in range(count)))
        topology = self.write("sending.yaml", SENDING.replace("SINK", sink.replace("PORT", str(self.port))))
        self.start("sending", topology, "--node", "sending")
        self.wait_stored(count)
        events = self.stored()
        self.assertEqual(set(range(count)), {self.number_of(e) for e in events})
        self.assertEqual(count, len(events))
        return events

    @staticmethod
    def number_of(event):
        return event["n"] if "n" in event else json.loads(event["message"])["n"]

    def test_by_lines_of_json(self):
        events = self.send('type: http, endpoints: "http://127.0.0.1:PORT", path: "/{tag}", idempotent: true, compress: gzip')
        self.assertEqual({"app.log"}, {e["tag"] for e in events})

    def test_by_the_bulk_api(self):
        events = self.send('type: elasticsearch, endpoints: "http://127.0.0.1:PORT", index: "logs-{tag}"')
        self.assertEqual({"logs-app.log"}, {e["tag"] for e in events})

    def test_by_lokis_push(self):
        self.send('type: loki, endpoints: "http://127.0.0.1:PORT", labels: { job: weir }')


class Hostile(HttpInput):
    """The node lives, stays small, and serves its own."""

    def setUp(self):
        super().setUp()
        self.node, self.sent = self.take(", message_timeout: 3s, max_connections: 200"), 0
        self.check_lives()

    def check_lives(self):
        def is_taken():
            try:
                return self.ask("POST", "/own", "{}", patience=5, Content_Type="application/json")[0] == 200
            except OSError:
                return False
        wait_until(is_taken, lambda: self.node.log()[-3000:])
        self.assertTrue(self.node.is_running())
        self.assertLess(self.node.peak_rss_kib(), RSS_MAX_KIB)

    def stranger(self, data=b""):
        made = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        self.addCleanup(made.close)
        try:
            made.sendall(data)
        except OSError:
            pass  # it was closed
        return made

    def test_garbage_of_all_kinds(self):
        head = b"POST /t HTTP/1.1\r\nHost: h\r\n"
        bomb = gzip.compress(b"[" * (64 << 20))
        kinds = [b"\0" * 100, b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", b"GET / HTTP/9\r\n\r\n", b"\r\n" * 20_000, b"X: " + b"x" * 40_000,
                 head + b"Content-Length: 18446744073709551615\r\n\r\n", head + b"Content-Length: -1\r\n\r\n",
                 head + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", head + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx",
                 head + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 50_000, head + b"Transfer-Encoding: gzip\r\n\r\n",
                 head + b"Content-Type: application/msgpack\r\nContent-Length: 5\r\n\r\n\xdf\xff\xff\xff\xff",
                 head + b"Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb) + bomb,
                 head + b"Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n" + b"[" * 100_000,
                 *[os.urandom(3000) for _ in range(30)]]
        for data in kinds:
            self.stranger(data).close()
        for data in kinds:
            with self.stranger(data) as s:
                s.shutdown(socket.SHUT_WR)
                try:
                    while s.recv(10_000):
                        pass
                except ConnectionError:
                    pass
        self.check_lives()

    def test_slow_ones_and_those_that_stop_in_the_middle(self):
        head = b"POST /t HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 30000000\r\n\r\n"
        stuck = [self.stranger(head + b" " * 200_000) for _ in range(100)]
        slow = [self.stranger(head[:n]) for n in range(1, 50)]
        self.check_lives()
        for s in stuck:
            try:
                while s.recv(10_000):
                    pass
            except ConnectionError:
                pass
        self.check_lives()
        self.assertEqual(49, len(slow))

    def test_one_that_asks_and_never_reads(self):
        asking = self.stranger()
        asking.setblocking(False)
        request, sent = b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n" * 1000, 0
        until = time.monotonic() + 5
        while time.monotonic() < until:
            try:
                sent += asking.send(request)
            except BlockingIOError:
                time.sleep(0.01)
            except OSError:
                break
        self.check_lives()

    def test_more_connections_than_there_may_be(self):
        many = [self.stranger() for _ in range(300)]
        for s in many:
            s.close()
        self.check_lives()


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    unittest.main(verbosity=2)
