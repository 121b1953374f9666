"""Real clients and hostile ones against `weir run`: forward clients, syslog daemons, clients that die and resend."""
import base64
import json
import os
import shutil
import socket
import sqlite3
import ssl
import struct
import subprocess
import threading
import unittest

from mini_msgpack import pack
from weir_nodes import BINARY, SOURCE, SystemTest, count_lines, free_port, read_lines, wait_until


def is_listening(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


class Clients(SystemTest):
    def setUp(self):
        super().setUp()
        self.port = free_port()
        self.out = self.path("out.jsonl")
        topology = self.write("t.yaml", f"""
collectors: {{ apps: {{ type: forward, listen: "127.0.0.1:{self.port}" }} }}
source_aggregators: {{ local: {{ from: apps }} }}
sinks: {{ archive: {{ type: file, from: local, path: "{self.out}" }} }}
""")
        self.weir = self.start("weir", topology)
        wait_until(lambda: is_listening(self.port), self.weir.log)

    def stored(self):
        return [json.loads(line) for line in read_lines(self.out)]

    def wait_stored(self, count):
        wait_until(lambda: count_lines(self.out) >= count, lambda: f"{count_lines(self.out)} of {count}\n" + self.weir.log())

    def check_numbers(self, count, tag):
        self.wait_stored(count)
        self.assertEqual(list(range(count)), sorted(int(e["n"]) for e in self.stored()))
        self.assertEqual({tag}, {e["tag"] for e in self.stored()})

    def test_fluent_logger_python(self):
        try:
            from fluent import sender
        except ImportError:
            self.skipTest("python3-fluent-logger is not installed")
        client = sender.FluentSender("py", host="127.0.0.1", port=self.port, nanosecond_precision=True)
        for n in range(500):
            self.assertTrue(client.emit("app", {"n": n, "text": "käse \u2603"}))
        client.close()
        self.check_numbers(500, "py.app")
        self.assertEqual("käse \u2603", self.stored()[0]["text"])

    def test_fluent_logger_golang_as_docker_uses_it(self):
        go = shutil.which("go") or "/usr/local/go/bin/go"
        library = "/usr/share/gocode/src/github.com/fluent/fluent-logger-golang"
        if not os.path.exists(go) or not os.path.isdir(library):
            self.skipTest("the Go logger is not installed")
        source = os.path.join(SOURCE, "tests", "actors", "collectors", "forward", "client.go")
        env = {**os.environ, "GOPATH": "/usr/share/gocode", "GO111MODULE": "off", "GOCACHE": self.path("cache"),
               "GOFLAGS": ""}
        built = subprocess.run([go, "build", "-o", self.path("client"), source], env=env, capture_output=True, text=True)
        self.assertEqual(0, built.returncode, built.stderr)
        for mode in ("plain", "ack", "subsecond", "json"):
            ran = subprocess.run([self.path("client"), "127.0.0.1", str(self.port), mode, "100"], capture_output=True)
            self.assertEqual(0, ran.returncode, ran.stderr)
        self.wait_stored(400)
        self.assertEqual(sorted(list(range(100)) * 4), sorted(int(e["n"]) for e in self.stored()))

    def test_weir_cat(self):
        if subprocess.run([BINARY, "cat", "--help"], capture_output=True).returncode != 0:
            self.skipTest("no weir cat yet")
        ran = subprocess.run([BINARY, "cat", "-t", "cat.lines", "-H", "127.0.0.1", "-p", str(self.port)],
                             input=b"".join(b"line %d\n" % i for i in range(1000)), capture_output=True)
        self.assertEqual(0, ran.returncode, ran.stderr)
        self.wait_stored(1000)
        self.assertEqual([f"line {i}" for i in range(1000)], [e["message"] for e in self.stored()])
        self.assertEqual({"cat.lines"}, {e["tag"] for e in self.stored()})

    def send_with_acks(self, client, messages, die_at=None):
        """Sends messages of ten events each; each is sent again on a new connection if it died unacked."""
        s = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        for m in range(messages):
            chunk = f"{client:04d}{m:012d}"
            entries = [[1700000000, {"n": (client * messages + m) * 10 + i}] for i in range(10)]
            text = pack(["c", entries, {"chunk": chunk}])
            if m == die_at:
                s.sendall(text[: len(text) // 2])
                s.close()
                s = socket.create_connection(("127.0.0.1", self.port), timeout=60)
            s.sendall(text)
            answer = b""
            while chunk.encode() not in answer:
                part = s.recv(4096)
                if not part:
                    self.failures.append(f"client {client}: closed without an ack of {m}")
                    return
                answer += part
        s.close()

    def run_clients(self, clients, messages, die_at=None):
        self.failures = []
        threads = [threading.Thread(target=self.send_with_acks, args=(c, messages, die_at), daemon=True)
                   for c in range(clients)]
        for t in threads:
            t.start()
        for t in threads:
            t.join(120)
        self.assertEqual([], self.failures)
        # An ack says that it is safe: no waiting here.
        self.assertEqual(list(range(clients * messages * 10)), sorted(e["n"] for e in self.stored()))

    def test_sixty_four_clients_with_acks(self):
        self.run_clients(64, 20)

    def test_clients_that_die_in_a_message_and_send_it_again(self):
        self.run_clients(16, 10, die_at=5)

    def test_a_stop_under_load_ends_well_and_keeps_what_was_acked(self):
        self.failures = []
        acked = []

        def send(client):
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as s:
                    for m in range(100000):
                        chunk = f"{client:04d}{m:012d}"
                        s.sendall(pack(["c", [[1700000000, {"n": client * 100000 + m}]], {"chunk": chunk}]))
                        if chunk.encode() not in s.recv(4096):
                            return
                        acked.append(client * 100000 + m)
            except OSError:
                return

        threads = [threading.Thread(target=send, args=(c,), daemon=True) for c in range(8)]
        for t in threads:
            t.start()
        self.wait_stored(1000)
        self.assertEqual(0, self.weir.stop(20), self.weir.log())
        for t in threads:
            t.join(30)
        self.assertLessEqual(set(acked), {e["n"] for e in self.stored()})


class Elsewhere(SystemTest):
    """Two collectors, as on two nodes behind one name: what one of them got may be sent again to the other."""
    IDS = {"fluentd": lambda n: base64.b64encode(b"fluentd!" + struct.pack(">Q", n * 0x9E3779B97F4A7C15 % 2**64)).decode(),
           "uuid": lambda n: f"f81d4fae-7dec-4{n:03x}-a765-00a0c91e6bf6",
           "golang": lambda n: base64.b64encode(struct.pack("<QQ", 1700000000, n * 0x9E3779B97F4A7C15 % 2**64)).decode()}

    def setUp(self):
        super().setUp()
        self.ports = [free_port(), free_port()]
        self.topology = self.write("t.yaml", f"""
collectors:
  one: {{ type: forward, listen: "127.0.0.1:{self.ports[0]}" }}
  two: {{ type: forward, listen: "127.0.0.1:{self.ports[1]}" }}
source_aggregators:
  left: {{ from: [one] }}
  right: {{ from: [two], buffer: {{ path: "{self.path('buffer')}" }} }}
sinks:
  files: {{ type: file, from: [left, right], path: "{self.path('out.jsonl')}" }}
  table: {{ type: sqlite, from: [left, right], path: "{self.path('events.db')}" }}
""")

    def send(self, port, number, tag):
        chunk = self.IDS[tag](number)
        text = pack([tag, [[1700000000, {"n": number * 10 + i}] for i in range(10)], {"chunk": chunk}])
        with socket.create_connection(("127.0.0.1", port), timeout=60) as s:
            s.sendall(text)
            answer = b""
            while chunk.encode() not in answer:
                part = s.recv(4096)
                self.assertTrue(part, "closed without an ack")
                answer += part

    def is_listening(self):
        return all(map(is_listening, self.ports))

    def test_what_is_sent_again_to_another_collector_is_stored_once_also_after_a_kill(self):
        for start in range(3):
            node = self.start(f"weir-{start}", self.topology)
            wait_until(self.is_listening, node.log)
            for tag in self.IDS:
                for number in range(20):
                    self.send(self.ports[(start + number) % 2], number, tag)
                    self.send(self.ports[(start + number + 1) % 2], number, tag)
            node.kill()
        last = self.start("weir-last", self.topology)
        wait_until(self.is_listening, last.log)
        for port in self.ports:
            self.send(port, 0, "fluentd")
        self.assertEqual(0, last.stop(), last.log())
        with sqlite3.connect(self.path("events.db")) as db:
            rows = sorted(db.execute("select tag, json_extract(record, '$.n') from events"))
        wanted = sorted((tag, n) for tag in self.IDS for n in range(200))
        self.assertEqual(wanted, rows)
        self.assertEqual(wanted, sorted((e["tag"], e["n"]) for e in map(json.loads, read_lines(self.path("out.jsonl")))))


class Syslog(SystemTest):
    def follow(self, path):
        out = self.path("out.jsonl")
        topology = self.write("t.yaml", f"""
collectors: {{ sys: {{ type: tail, path: "{path}", tag: sys, parse: {{ format: syslog }} }} }}
sinks: {{ archive: {{ type: file, from: sys, path: "{out}" }} }}
""")
        return self.start("weir", topology), out

    def test_lines_that_logger_sends_through_rsyslog_are_parsed(self):
        daemon, logger = shutil.which("rsyslogd", path="/usr/sbin:/usr/bin"), shutil.which("logger")
        if not daemon or not logger:
            self.skipTest("rsyslogd or logger is not installed")
        conf = self.write("rsyslog.conf", f"""
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="{self.path('log')}" CreatePath="on")
template(name="rfc5424" type="string" string="<%PRI%>1 %TIMESTAMP:::date-rfc3339% %HOSTNAME% %APP-NAME% %PROCID% %MSGID% - %msg:2:$%\\n")
action(type="omfile" file="{self.path('sys.log')}" template="rfc5424")
""")
        rsyslog = subprocess.Popen([daemon, "-n", "-f", conf, "-i", self.path("rsyslog.pid")],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: os.path.exists(self.path("log")) or rsyslog.poll() is not None, "the socket of rsyslog")
            if rsyslog.poll() is not None:
                self.skipTest("rsyslogd does not run here")
            weir, out = self.follow(self.path("sys.log"))
            for i in range(50):
                subprocess.run([logger, "-u", self.path("log"), "-t", "app", "-p", "user.warning", f"message {i}"],
                               check=True)
            wait_until(lambda: count_lines(out) >= 50, weir.log)
        finally:
            rsyslog.terminate()
            rsyslog.wait()
        events = [json.loads(line) for line in read_lines(out)]
        self.assertEqual([f"message {i}" for i in range(50)], [e.get("message") for e in events], events[0])
        self.assertFalse([e for e in events if "parse_error" in e])


class EncryptedClients(SystemTest):
    """Clients of Python's ssl, which is OpenSSL's as a client has it: certificates of the openssl command."""

    def openssl(self, *words):
        subprocess.run(["openssl", *words], check=True, capture_output=True)

    def make(self, name):
        with open(self.path(name + ".ext"), "w", encoding="utf-8") as f:
            f.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", self.path(name + ".key"),
                     "-out", self.path(name + ".csr"))
        self.openssl("x509", "-req", "-days", "2", "-in", self.path(name + ".csr"), "-CA", self.path("ca.pem"), "-CAkey",
                     self.path("ca.key"), "-CAcreateserial", "-extfile", self.path(name + ".ext"), "-out",
                     self.path(name + ".pem"))

    def setUp(self):
        super().setUp()
        self.port = free_port()
        self.out = self.path("out.jsonl")
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=authority", "-keyout",
                     self.path("ca.key"), "-out", self.path("ca.pem"))
        self.make("server")
        self.make("client")

    def serve(self, more=""):
        topology = self.write("t.yaml", f"""
collectors:
  apps:
    type: forward
    listen: "127.0.0.1:{self.port}"
    tls: {{ certificate: "{self.path("server.pem")}", key: "{self.path("server.key")}"{more} }}
sinks: {{ archive: {{ type: file, from: apps, path: "{self.out}" }} }}
""")
        return self.start("weir", topology)

    def client(self, **limits):
        context = ssl.create_default_context(cafile=self.path("ca.pem"))
        for name, value in limits.items():
            setattr(context, name, value)
        return context

    def dial(self):
        try:
            return socket.create_connection(("127.0.0.1", self.port), timeout=30)
        except ConnectionRefusedError:
            return None

    def connect(self, context):
        return context.wrap_socket(wait_until(self.dial, "a listener"), server_hostname="localhost")

    def send_all(self, connection, count):
        for n in range(count):
            chunk = f"chunk-{n}"
            connection.sendall(pack(["app", [[1700000000, {"n": n, "text": "x" * (n * 600)}]], {"chunk": chunk}]))
            answer = connection.recv(4096)
            self.assertIn(chunk.encode(), answer)

    def test_send_and_get_their_acks(self):
        self.serve()
        with self.connect(self.client()) as connection:
            self.send_all(connection, 100)
        wait_until(lambda: count_lines(self.out) == 100, lambda: str(count_lines(self.out)))

    def test_need_the_version_that_is_wanted(self):
        weir = self.serve(', min_version: "1.3"')
        with self.assertRaises(ssl.SSLError):
            self.connect(self.client(maximum_version=ssl.TLSVersion.TLSv1_2))
        weir.wait_log("is no client over TLS: TLS: unsupported protocol")
        with self.connect(self.client()) as connection:
            self.send_all(connection, 1)

    def test_need_a_certificate_where_one_is_wanted(self):
        weir = self.serve(f', client_ca: "{self.path("ca.pem")}"')
        with self.assertRaises(OSError):
            with self.connect(self.client()) as connection:
                self.send_all(connection, 1)
        weir.wait_log("is no client over TLS: TLS: peer did not return a certificate")
        known = self.client()
        known.load_cert_chain(self.path("client.pem"), self.path("client.key"))
        with self.connect(known) as connection:
            self.send_all(connection, 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
