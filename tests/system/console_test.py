"""The console's port: what it tells is true, who may not see it does not, and whoever means no good harms nobody."""
import http.client
import json
import os
import random
import re
import signal
import socket
import stat
import subprocess
import time
import unittest
import urllib.parse

from weir_nodes import SystemTest, free_port, wait_until

TOPOLOGY = """
collectors: { gen: { type: generate, count: COUNT, rate: RATE, tag: app.web } }
destination_aggregators: { core: { from: gen } }
sinks: { out: { type: file, from: core, path: "DIR/out.jsonl" } }
console: { listen: "127.0.0.1:PORT" }
"""
RSS_MAX_KIB = int(os.environ.get("WEIR_MEMORY_TIMES", "1")) * (96 << 10)


class ConsoleTest(SystemTest):
    def start_console(self, count=20000, rate=0, extra=""):
        self.port = free_port()
        text = TOPOLOGY.replace("COUNT", str(count)).replace("RATE", str(rate)).replace("PORT", str(self.port))
        self.node = self.start("n", self.write("t.yaml", text + extra), "--node", "n")
        self.node.wait_log("console: http")
        return self.node

    def connect(self, **options):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20, **options)

    def ask(self, path, method="GET", token=None, body=None, **fields):
        """Status, fields, body."""
        line = self.connect()
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        if token:
            headers["Authorization"] = "Bearer " + token
        line.request(method, path, body=body, headers=headers)
        came = line.getresponse()
        content = came.read()
        line.close()
        return came.status, came.headers, content

    def json(self, path, **options):
        status, _, content = self.ask(path, **options)
        self.assertEqual(status, 200, content)
        return json.loads(content)

    def token(self):
        return self.weir("console", "--token").stdout.strip()

    def wait_stored(self, count):
        wait_until(lambda: self.json("/api/v1/accounts")["total"]["settled"] == count, self.node.log)


class Figures(ConsoleTest):
    def test_the_accounts_are_exact_at_rest(self):
        self.start_console()
        self.wait_stored(20000)
        total = self.json("/api/v1/accounts")["total"]
        self.assertEqual((total["accepted"], total["in_flight"], total["dropped"], total["difference"]), (20000, 0, 0, 0))
        graph = self.json("/api/v1/graph")
        self.assertEqual([c["component"] for c in graph["components"]], ["gen", "core", "out"])
        self.assertEqual({c["events_out"] for c in graph["components"]}, {20000})
        self.assertEqual((graph["health"], graph["bottleneck"], graph["partial"]), ("ok", "", []))

    def test_rates_are_those_of_the_source(self):
        self.start_console(count=0, rate=2000)
        self.json("/api/v1/graph")
        time.sleep(4)  # a rate wants time to be one
        self.json("/api/v1/graph")
        time.sleep(4)
        rates = [c["events_in_per_second"] for c in self.json("/api/v1/graph")["components"]]
        for rate in rates:
            self.assertAlmostEqual(rate, 2000, delta=200)

    def test_one_component_and_one_actor_are_found_by_name(self):
        self.start_console()
        self.wait_stored(20000)
        out = self.json("/api/v1/components/out")
        self.assertEqual([a["node"] for a in out["actors"]], ["n"])
        address = out["actors"][0]["actor"]["address"]
        actor = self.json("/api/v1/actors/" + urllib.parse.quote(address, safe=""))
        self.assertEqual(actor["actor"]["actor"]["events_out"], 20000)
        self.assertEqual(self.ask("/api/v1/components/none")[0], 404)
        self.assertEqual(self.ask("/api/v1/actors/none")[0], 404)

    def test_the_stream_brings_a_picture_each_second_and_ends_with_its_listener(self):
        self.start_console(count=0, rate=100)
        with socket.create_connection(("127.0.0.1", self.port)) as s:
            s.sendall(b"GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
            text = b""
            s.settimeout(20)
            while text.count(b"event: graph") < 3:
                text += s.recv(65536)
        head, events = text.split(b"\r\n\r\n", 1)
        self.assertIn(b"Content-Type: text/event-stream", head)
        for line in re.findall(rb"^data: (.*)\n\n", events, re.M):
            self.assertEqual(json.loads(line)["node"], "n")
        self.assertEqual(self.ask("/health/live")[0], 200)

    def test_prometheus_reads_it_in_both_forms(self):
        self.start_console()
        self.wait_stored(20000)
        status, fields, text = self.ask("/metrics")
        self.assertEqual(fields["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        self.assertIn(b'weir_sink_out_events_total{node="n",component="out",type="file",actor="n/sink/out"} 20000\n', text)
        status, fields, text = self.ask("/metrics", Accept="application/openmetrics-text; version=1.0.0")
        self.assertTrue(fields["Content-Type"].startswith("application/openmetrics-text"))
        self.assertTrue(text.endswith(b"# EOF\n"))
        self.check_openmetrics(text.decode())

    def check_openmetrics(self, text):
        """Each sample belongs to the family before it; a family and a sample come once; units end names."""
        families, samples, family, kind = set(), set(), None, None
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                family, kind = line.split(" ")[2:4]
                self.assertNotIn(family, families)
                families.add(family)
            elif line.startswith("# UNIT "):
                _, _, name, unit = line.split(" ")
                self.assertTrue(name == family and name.endswith("_" + unit), line)
            elif not line.startswith("#"):
                name = line[:line.index("{")]
                suffix = name[len(family):]
                self.assertIn((kind, suffix), {("counter", "_total"), ("gauge", ""), ("histogram", "_bucket"),
                                               ("histogram", "_sum"), ("histogram", "_count")}, line)
                key = line[:line.rindex(" ")]
                self.assertNotIn(key, samples)
                samples.add(key)
        self.assertGreater(len(samples), 30)

    @unittest.skipUnless(subprocess.run(["which", "promtool"], capture_output=True, check=False).returncode == 0, "no promtool")
    def test_promtool_finds_nothing(self):
        self.start_console()
        found = subprocess.run(["promtool", "check", "metrics"], input=self.ask("/metrics")[2], capture_output=True, check=False)
        self.assertEqual((found.returncode, found.stderr), (0, b""))


class Doors(ConsoleTest):
    def test_contents_want_the_token_of_the_runtime_folder(self):
        self.start_console()
        note = self.sockets / "weir.n.console"
        self.assertEqual(stat.S_IMODE(note.stat().st_mode), 0o600)
        address = self.weir("console").stdout.strip()
        self.assertTrue(address.startswith(f"http://127.0.0.1:{self.port}/#token="), address)
        self.assertEqual(self.ask("/api/v1/files")[0], 401)
        self.assertEqual(self.ask("/api/v1/files", token="wrong")[0], 401)
        self.assertEqual(self.ask("/api/v1/files", token=self.token())[0], 200)
        self.assertEqual(self.node.stop(), 0)
        self.assertFalse(note.exists())
        self.assertEqual(self.weir("console").returncode, 1)

    def test_a_browser_gets_a_session_and_needs_its_pages_token_to_act(self):
        self.start_console()
        status, fields, _ = self.ask("/api/v1/session", "POST", token=self.token())
        self.assertEqual(status, 204)
        cookie = fields["Set-Cookie"].split(";")[0]
        about = self.json("/api/v1/session", Cookie=cookie)
        self.assertEqual((about["role"], about["node"]), ("operate", "n"))
        self.assertEqual(self.ask("/api/v1/drain", "POST", Cookie=cookie)[0], 403)
        self.assertEqual(self.ask("/api/v1/drain", "POST", Cookie=cookie, X_CSRF_Token=about["csrf"],
                                  Origin="http://evil.example")[0], 403)
        self.assertEqual(self.ask("/api/v1/drain", "POST", Cookie=cookie, X_CSRF_Token=about["csrf"],
                                  Origin=f"http://127.0.0.1:{self.port}")[0], 200)
        self.assertEqual(self.node.end(), 0)
        self.assertIn("drain: asked for by who has this node's token, 127.0.0.1:", self.node.log())

    def test_tokens_of_the_file_have_their_roles_and_stand_in_no_answer(self):
        self.write("token", "a-token-that-nobody-guesses\n")
        self.port = free_port()
        text = TOPOLOGY.replace("COUNT", "10").replace("RATE", "0").replace(
            '"127.0.0.1:PORT"', f'"127.0.0.1:{self.port}", auth: {{ tokens: [ {{ name: look, token: {{ file: "DIR/token" }} }},'
            ' { name: act, token: "${ACT}", role: operate } ] }')
        self.node = self.start("n", self.write("t.yaml", text), "--node", "n", env={"ACT": "another-secret-of-length"})
        self.node.wait_log("console: http")
        self.assertEqual(self.ask("/api/v1/files", token="a-token-that-nobody-guesses")[0], 200)
        self.assertEqual(self.ask("/api/v1/reload", "POST", token="a-token-that-nobody-guesses")[0], 403)
        self.assertEqual(self.ask("/api/v1/reload", "POST", token="another-secret-of-length")[0], 202)
        for path in ("graph", "nodes", "components/out", "cluster", "accounts", "links"):
            content = self.ask("/api/v1/" + path)[2] + self.node.log().encode()
            self.assertNotIn(b"another-secret", content)
            self.assertNotIn(b"nobody-guesses", content)

    def test_a_reload_renews_it_and_what_cannot_be_leaves_it_as_it_was(self):
        self.start_console()
        former = self.port
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            self.replace_port(other.getsockname()[1])
            self.assertIn("it stays as it was", self.weir("reload").stdout)
        self.assertEqual(self.ask("/health/live")[0], 200)
        self.port = free_port()
        self.replace_port(self.port)
        self.assertIn(f"console: it is at http://127.0.0.1:{self.port}/ now", self.weir("reload").stdout)
        self.assertEqual(self.ask("/api/v1/files", token=self.token())[0], 200)
        self.port = former
        with self.assertRaises(OSError):
            self.ask("/health/live")

    def replace_port(self, port):
        path = self.path("t.yaml")
        with open(path) as f:
            text = f.read()
        self.write("t.yaml", re.sub(r"listen: .127[^ ]*", f'listen: "127.0.0.1:{port}"', text))

    def test_a_host_of_another_name_is_refused(self):
        self.start_console()
        self.assertEqual(self.ask("/api/v1/graph", Host="evil.example")[0], 421)
        self.assertEqual(self.ask("/api/v1/graph", Host="localhost")[0], 200)

    def test_beyond_loopback_it_wants_tls_and_somebody_who_is_known(self):
        text = TOPOLOGY.replace("COUNT", "1").replace("RATE", "0").replace("127.0.0.1:PORT", "0.0.0.0:7480")
        found = self.weir("check", self.write("t.yaml", text))
        self.assertEqual(found.returncode, 2)
        self.assertIn("without TLS whoever is on the way reads what it shows", found.stderr + found.stdout)
        self.assertIn("nobody is known who may look", found.stderr + found.stdout)

    def test_without_a_word_in_the_file_each_node_takes_the_next_free_port(self):
        text = TOPOLOGY.replace("COUNT", "1").replace("RATE", "0").split("console:")[0]
        nodes = [self.start(name, self.write(f"{name}.yaml", text.replace("out.jsonl", name + "/out.jsonl")), "--node", name)
                 for name in ("a", "b")]
        ports = set()
        for node in nodes:
            node.wait_log("console: http")
            ports.add(re.search(r"console: http://127.0.0.1:(\d+)/", node.log()).group(1))
        self.assertEqual(len(ports), 2)
        silent = self.start("c", self.write("c.yaml", text.replace("out.jsonl", "c/out.jsonl")), "--node", "c", "--no-console")
        silent.wait_log("as node c")
        self.assertNotIn("console:", silent.log())

    def test_a_port_that_is_taken_is_said_and_ends_it_if_the_file_wants_it(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            text = TOPOLOGY.replace("COUNT", "1").replace("RATE", "0").replace("PORT", str(other.getsockname()[1]))
            node = self.start("n", self.write("t.yaml", text), "--node", "n")
            self.assertEqual(node.end(), 1)
            self.assertIn("no console:", node.log())


class Hostile(ConsoleTest):
    def raw(self, content, until_closed=True):
        """What came back before the connection ended."""
        with socket.create_connection(("127.0.0.1", self.port)) as s:
            s.settimeout(30)
            came = b""
            try:
                s.sendall(content)
                while until_closed:
                    more = s.recv(65536)
                    if not more:
                        break
                    came += more
            except ConnectionError:
                pass
            return came

    def check_well(self):
        self.assertTrue(self.node.is_running())
        self.assertEqual(self.ask("/health/ready")[0], 200)
        self.assertLess(self.node.peak_rss_kib(), RSS_MAX_KIB)

    def test_what_is_no_request_is_refused_with_a_reason(self):
        self.start_console()
        long = b"A" * 70000
        for content, status in (
                (b"\r\n\x00garbage\r\n\r\n", b"400"), (b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n", b""),
                (b"GET / HTTP/1.1\r\n\r\n", b"400"), (b"GET http://x/ HTTP/1.1\r\nHost: localhost\r\n\r\n", b"400"),
                (b"GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", b"400"),
                (b"GET /" + long + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", b""),
                (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + long + b"\r\n\r\n", b""),
                (b"POST /api/v1/drain HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n", b"413"),
                (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", b"400"),
                (b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc", b""),
                (b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n", b"400")):
            came = self.raw(content)
            if status:
                self.assertTrue(came.startswith(b"HTTP/1.1 " + status), (content[:80], came[:200]))
            else:
                self.assertTrue(came == b"" or came.startswith(b"HTTP/1.1 4") or came.startswith(b"HTTP/1.1 5"), came[:200])
        self.check_well()

    def test_noise_of_all_kinds_harms_nobody(self):
        self.start_console()
        chance = random.Random(7)
        seed = (b"POST /api/v1/session?a=%41 HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
                b"Authorization: Basic YTpi\r\nCookie: weir_session=x\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
        for _ in range(400):
            noise = bytearray(seed)
            for _ in range(chance.randrange(1, 12)):
                at = chance.randrange(len(noise))
                noise[at:at + chance.randrange(3)] = chance.randbytes(chance.randrange(4))
            self.raw(bytes(noise), until_closed=False)
        self.check_well()

    def test_requests_in_a_row_are_answered_in_order(self):
        self.start_console()
        came = self.raw(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n" * 5
                        + b"GET /none HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        self.assertEqual(re.findall(rb"HTTP/1.1 (\d+)", came), [b"200"] * 5 + [b"404"])

    def test_a_slow_sender_is_cut_off_and_others_are_served_meanwhile(self):
        self.start_console()
        with socket.create_connection(("127.0.0.1", self.port)) as s:
            s.settimeout(60)
            s.sendall(b"GET /health/live HTTP/1.1\r\nHo")
            self.check_well()
            self.assertIn(s.recv(100)[:12], (b"", b"HTTP/1.1 408"))

    def test_who_does_not_read_is_left(self):
        self.start_console()
        lines = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(20)]
        for s in lines:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.setblocking(False)
            for _ in range(200):
                try:
                    s.send(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" * 10)
                except OSError:
                    break
        self.check_well()
        for s in lines:
            s.close()

    def test_very_many_connections_leave_room_for_one_more_who_asks(self):
        self.start_console()
        idle = []
        for _ in range(600):
            s = socket.socket()
            s.settimeout(10)
            s.connect(("127.0.0.1", self.port))
            idle.append(s)
        wait_until(lambda: self.is_answered(), self.node.log)
        self.assertLess(self.node.peak_rss_kib(), RSS_MAX_KIB)
        for s in idle:
            s.close()
        wait_until(lambda: self.is_answered(), self.node.log)

    def is_answered(self):
        try:
            return self.ask("/health/live")[0] == 200
        except OSError:
            return False

    def test_methods_that_are_not_there_are_named(self):
        self.start_console()
        status, fields, _ = self.ask("/api/v1/graph", "DELETE")
        self.assertEqual((status, fields["Allow"]), (405, "GET"))
        self.assertEqual(self.ask("/api/v1/drain")[0], 405)
        status, fields, _ = self.ask("/api/v1/dead-letters/replay")  # which is no letter
        self.assertEqual((status, fields["Allow"]), (405, "POST"))
        status, _, why = self.ask("/api/v1/reload?discard=perhaps", "POST", token=self.token())
        self.assertEqual((status, json.loads(why)["error"]), (400, '"discard" wants yes or no, not "perhaps"'))
        self.assertEqual(self.ask("/../../etc/passwd")[0], 404)
        self.assertEqual(self.ask("/api/v1/graph", "HEAD")[2], b"")

    def test_it_ends_while_clients_are_connected(self):
        self.start_console()
        with socket.create_connection(("127.0.0.1", self.port)) as s, socket.create_connection(("127.0.0.1", self.port)):
            s.sendall(b"GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
            s.recv(100)
            self.assertEqual(self.node.stop(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
