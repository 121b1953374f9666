"""The sink `http`: with a receiver of the test's own that knows requests again, and with a VictoriaLogs, which does not."""
import gzip
import http.server
import json
import random
import tempfile
import threading
import urllib.request

from peer_stores import AtLeastOnceStore, PeerStore, Server, main
from weir_nodes import wait_until

KEEPING = ("timeout: { connect: 2s, request: 3s }, retry: { first: 100ms, max: 1s }, "
           "batch: { max_size: 64KiB, max_delay: 20ms }")
DIRECT = """
collectors: { logs: { type: tail, path: "DIR/in/*.log", tag: TAG } }
sinks: { store: { from: logs, SINK } }
"""


class Receiver:
    """Takes each Idempotency-Key once. With `chance` it answers a part of the requests otherwise: not at all, though it has them,
    or that it has too much to do, or that it is out of order."""

    def __init__(self):
        self.guard, self.chance, self.unruly = threading.Lock(), random.Random(11), 0.0
        self.events, self.keys, self.paths, self.auth, self.token = [], set(), set(), None, None
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self, status, body=b""):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def do_HEAD(self):
                self.answer(200 if outer.lets_in(self.headers) else 401)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, text = outer.take(self.path, self.headers, body)
                if status is None:
                    self.close_connection = True
                else:
                    self.answer(status, text)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # of a writer that was killed
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]

    def start(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def signal(self, number):
        pass

    def lets_in(self, headers):
        return self.token is None or headers.get("X-Api-Key") == self.token

    def take(self, path, headers, body):
        if not self.lets_in(headers):
            return 401, b"who are you"
        if headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        events = json.loads(body)["events"]
        with self.guard:
            mood = self.chance.random() / self.unruly if self.unruly else 1
            if mood < 0.3:
                return (429, b"slow down") if mood < 0.15 else (500, b"out of order")
            if any("poison" in e["message"] for e in events):
                return 422, b"no poison here"
            key = headers["Idempotency-Key"]
            if key not in self.keys:
                self.keys.add(key)
                self.paths.add(path)
                self.events += [e["message"] for e in events]
        return (None, b"") if mood < 0.6 else (200, b"")


class KnowsRequests(PeerStore):
    """Each event once: the receiver knows a request again, and a disk buffer keeps what it was made of."""

    test_the_writers_process_is_killed_again_and_again = PeerStore.check_killed_writer

    @classmethod
    def make_server(cls):
        return Receiver()

    def setUp(self):
        super().setUp()
        self.server.events, self.server.keys, self.server.paths = [], set(), set()
        self.server.unruly, self.server.token = 0.0, None

    def sink(self):
        return (f'type: http, endpoints: "http://127.0.0.1:{self.server.port}", path: "/in/{{tag}}", format: json_array, idempotent: true, '
                'body: "{\\"events\\": {events}}", compress: gzip, writers: 4, ' + KEEPING)

    def messages(self):
        return list(self.server.events)

    def direct(self, tag, more=""):
        return self.write("t.yaml", DIRECT.replace("SINK", self.sink() + more).replace("TAG", tag))

    def check(self, more=""):
        done = self.weir("check", "--connect", self.direct("web", more))
        return done.returncode, done.stdout.partition("\nconnections\n")[2]

    def test_a_receiver_that_loses_answers_and_refuses_at_times(self):
        self.server.unruly = 0.7
        self.check_killed_writer()

    def test_events_that_are_refused_are_dead_letters_and_all_others_are_stored(self):
        lines = [f"{'poison' if n % 100 == 7 else 'good'} {n}" for n in range(2000)]
        self.write("in/b.log", "".join(line + "\n" for line in lines))
        self.start("one", self.direct("web"), "--node", "one")
        wait_until(lambda: len(self.messages()) == 1980, lambda: f"{len(self.messages())}", 120)
        dropped = lambda: self.actor("one", "store")["dropped"]
        wait_until(lambda: sum(dropped().values()) == 20, "the others are dead letters")
        self.assertTrue(all("422: no poison here" in reason for reason in dropped()), dropped())
        self.assertEqual(sorted(line for line in lines if line.startswith("good")), sorted(self.messages()))

    def test_a_tag_is_a_name_in_a_path_and_nothing_else(self):
        self.write("in/b.log", "line\n")
        self.start("one", self.direct("'../../etc?a=b&c'"), "--node", "one")
        wait_until(lambda: self.messages() == ["line"], "it is stored")
        self.assertEqual({"/in/.._.._etc_a=b_c"}, self.server.paths)

    def test_check_connects_and_says_what_is_wrong(self):
        self.assertEqual((0, "  store (http): all is there\n"), self.check())
        self.server.token = "sesame-7"
        login = ", auth: { token: TOKEN }, token_header: X-Api-Key"
        self.assertEqual(0, self.check(login.replace("TOKEN", "sesame-7"))[0])
        status, text = self.check(login.replace("TOKEN", "sesame-8"))
        self.assertEqual(1, status)
        self.assertIn(f"http://127.0.0.1:{self.server.port} does not take the login (401)", text)
        self.assertNotIn("sesame-8", text)
        self.assertEqual([], self.messages())

    def test_what_is_wrong_is_one_line_that_keeps_the_secret(self):
        self.server.token = "sesame-7"
        self.write("in/b.log", "line\n")
        topology = self.direct("web", ", auth: { token: sesame-8 }, token_header: X-Api-Key")
        node = self.start("one", topology, "--node", "one")
        node.wait_log("does not take the login (401): who are you")
        self.assertNotIn("sesame-8", node.log() + str(self.status("one")) + self.weir("plan", topology).stdout)


class VictoriaLogs(AtLeastOnceStore):
    """JSON lines into a real server, which takes all that comes."""

    test_the_writers_process_is_killed_again_and_again = PeerStore.check_killed_writer
    test_the_server_hangs = PeerStore.check_frozen_server

    @classmethod
    def make_server(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="weir-test-")
        return Server("victorialogs", cls.folder.name + "/server")

    def test_the_server_is_started_again_and_again(self):
        self.check_killed_server(gently=True)

    def sink(self):
        return (f'type: http, endpoints: "http://127.0.0.1:{self.server.port}", compress: gzip, '
                f'path: "/insert/jsonline?_stream_fields=tag,run&_time_field=time&_msg_field=message&extra_fields=run={self.table}", ' + KEEPING)

    def messages(self):
        query = f"http://127.0.0.1:{self.server.port}/select/logsql/query?query=run:{self.table}"
        try:
            with urllib.request.urlopen(query, timeout=20) as answer:
                return [json.loads(line)["_msg"] for line in answer]
        except OSError:
            return []


if __name__ == "__main__":
    main()
