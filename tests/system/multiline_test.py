"""Traces that are written, rotated and read while the node is killed again and again, of the real binary."""
import json
import os
import random
import socket
import socketserver
import sys
import threading
import time
import unittest

import mini_msgpack
from weir_nodes import SOURCE, SIGKILL, SystemTest, free_port, wait_until

TRACES = os.path.join(SOURCE, "tests", "runtime", "multiline", "data")
JOINED = """
collectors:
  logs: { type: tail, path: "DIR/logs/*.log*", tag: app, multiline: { presets: [java, python, go, node], timeout: 30s } }
sinks:
  files: { type: file, path: "DIR/out/{tag}.jsonl" }
"""


def trace(name):
    with open(os.path.join(TRACES, name + ".txt")) as f:
        return f.read().splitlines()


class Stored(SystemTest):
    @staticmethod
    def record(line):
        """What is in an event beside its time and tag."""
        return {k: v for k, v in json.loads(line).items() if k not in ("time", "tag")}

    def stored(self):
        """The records of all files that the sink has written."""
        records = []
        for at, _, names in os.walk(self.path("out")):
            for name in names:
                if name.endswith(".jsonl"):
                    with open(os.path.join(at, name)) as f:
                        records += [self.record(line) for line in f.read().splitlines()]
        return records

    def messages(self):
        return [r["message"] for r in self.stored()]


class Multiline(Stored):
    def test_each_trace_is_whole_and_once_across_rotation_and_kills(self):
        topology = self.write("t.yaml", JOINED)
        os.makedirs(self.path("logs"))
        wanted, stop = [], threading.Event()
        names = ["java_suppressed", "java_chained", "python_chained", "python_during", "go_panic", "node_cause"]

        def write():
            """Line by line, with the same trace never twice: a number is in its first line."""
            rng, number = random.Random(7), 0
            while not stop.is_set():
                with open(self.path("logs", f"app-{number}.log"), "w") as log:
                    for _ in range(20):
                        number += 1
                        lines = trace(rng.choice(names))
                        if lines[0].startswith("Traceback"):
                            lines[-1] += f" #{number}"
                        elif not lines[0].startswith("/"):
                            lines[0] += f" #{number}"
                        else:
                            lines[-1] += f" #{number}"
                        ordinary = f"2026-12-01 10:00:00 INFO request {number} served"
                        wanted.extend(["\n".join(lines), ordinary])
                        for line in lines + [ordinary]:
                            log.write(line + "\n")
                            log.flush()
                            time.sleep(rng.choice([0, 0, 0, 0.001]))  # so that kills fall between lines
                os.rename(self.path("logs", f"app-{number - 20}.log"), self.path("logs", f"app-{number - 20}.log.1"))

        writer = threading.Thread(target=write)
        kills = 0
        node = self.start("node", topology, "--node", "node")
        writer.start()
        try:
            until = time.monotonic() + float(os.environ.get("WEIR_MULTILINE_SECONDS", "20"))
            while time.monotonic() < until:
                seen = len(self.messages())
                wait_until(lambda: len(self.messages()) > seen or not node.is_running(), lambda: f"more is stored:\n{node.log()[-3000:]}")
                node.kill()
                kills += 1
                node = self.start("node", topology, "--node", "node")
        finally:
            stop.set()
            writer.join()
        wait_until(lambda: len(self.messages()) >= len(wanted), lambda: f"{len(self.messages())} of {len(wanted)}:\n{node.log()[-3000:]}")
        wait_until(lambda: self.status("node"), "the last process runs")
        self.assertEqual(0, node.stop(), node.log())
        self.assertGreater(kills, 3)
        self.assert_same_lines(self.messages(), wanted)
        self.assertEqual([], [r for r in self.stored() if "partial" in r])
        print(f"{len(wanted) // 2} traces, {kills} kills", file=sys.stderr)

    def test_a_stop_leaves_a_trace_that_is_being_written_to_the_next_process(self):
        topology = self.write("t.yaml", JOINED)
        lines = trace("java_suppressed")
        self.write("logs/a.log", "served\n" + "\n".join(lines[:4]) + "\n")
        node = self.start("node", topology, "--node", "node")
        wait_until(lambda: self.messages() == ["served"], "the line before it is stored")
        self.assertEqual(0, node.stop(), node.log())
        self.assertEqual(["served"], self.messages())
        self.append("logs/a.log", "\n".join(lines[4:]) + "\nserved\n")
        node = self.start("node", topology, "--node", "node")
        wait_until(lambda: len(self.messages()) >= 3, "the trace is stored")
        self.assertEqual(["served", "\n".join(lines), "served"], self.messages())
        self.assertEqual(0, node.stop(), node.log())

    def test_a_timeout_cuts_and_marks(self):
        self.write("logs/a.log", "\n".join(trace("java_thread")) + "\n")
        node = self.start("node", self.write("t.yaml", JOINED.replace("30s", "300ms")), "--node", "node")
        wait_until(lambda: len(self.stored()) == 1, "it goes on")
        self.assertEqual([{"message": "\n".join(trace("java_thread")), "partial": True}], self.stored())
        wait_until(lambda: self.actor("node", "logs").get("noted", {}).get("lines cut by timeout") == 1, "it is counted")
        self.assertEqual(0, node.stop(), node.log())

    def test_lines_are_joined_before_they_are_parsed(self):
        self.write("t.yaml", """
collectors:
  logs:
    type: tail
    path: DIR/logs/a.log
    tag: app
    multiline: { start: '^\\d' }
    parse: { format: regex, expression: '^(?<day>\\S+) (?<text>.*)$' }
sinks: { files: { type: file, path: "DIR/out/{tag}.jsonl" } }
""")
        self.write("logs/a.log", "2026-12-01 one\ntwo\n\nthree\n2026-12-02 four\n")
        node = self.start("node", self.path("t.yaml"), "--once")
        self.assertEqual(0, node.end(), node.log())
        self.assertEqual([{"day": "2026-12-01", "text": "one\ntwo\n\nthree"}, {"day": "2026-12-02", "text": "four"}], self.stored())

    def test_lines_of_container_engines_are_unwrapped_joined_and_parsed(self):
        self.write("t.yaml", """
collectors:
  logs: { type: tail, path: "DIR/logs/*.log", tag: app, multiline: [docker, cri, java], parse: { format: json, on_error: keep } }
sinks: { files: { type: file, path: "DIR/out/{tag}.jsonl" } }
""")
        self.write("logs/a.log", '2026-12-01T10:00:00.5Z stdout P {"n":\n2026-12-01T10:00:00.5Z stderr F x.YException: z\n'
                                 '2026-12-01T10:00:00.5Z stdout F  1}\n2026-12-01T10:00:00.5Z stderr F \tat x.y(Z.java:1)\n')
        node = self.start("node", self.path("t.yaml"), "--once")
        self.assertEqual(0, node.end(), node.log())
        stored = sorted(self.stored(), key=lambda r: r["stream"])
        self.assertEqual("x.YException: z\n\tat x.y(Z.java:1)", stored[0]["log"])
        self.assertEqual({"n": 1, "stream": "stdout"}, stored[1])


FORWARD = """
collectors:
  docker: { type: forward, listen: "127.0.0.1:PORT", multiline: [docker, java] }
sinks:
  files: { type: file, path: "DIR/out/{tag}.jsonl" }
"""


class FluentdDriver(Stored):
    """Messages as Docker's driver sends them: an event each, with acks."""

    def send(self, to, record, chunk):
        to.sendall(mini_msgpack.pack(["docker.web", 1, record, {"chunk": chunk}]))

    def pieces(self, text, id_):
        common = {"container_id": "c" * 64, "source": "stdout"}
        parts = [text[at:at + 16384] for at in range(0, len(text), 16384)]
        return [{**common, "log": part, "partial_message": "true", "partial_id": id_, "partial_ordinal": str(n + 1),
                 "partial_last": "true" if n + 1 == len(parts) else "false"} for n, part in enumerate(parts)]

    def test_pieces_in_messages_of_their_own_are_one_event_also_after_a_kill(self):
        port = free_port()
        topology = self.write("t.yaml", FORWARD.replace("PORT", str(port)))
        pieces = self.pieces("x" * 40000, "a")
        node = self.start("node", topology, "--node", "node")
        with wait_until(lambda: connection_to(port), "it listens") as client:
            self.send(client, {"container_id": "c" * 64, "source": "stdout", "log": "served"}, "0")
            wait_until(lambda: len(self.stored()) == 1, lambda: f"the first is stored:\n{node.log()}")
            for n, piece in enumerate(pieces[:2]):
                self.send(client, piece, f"p{n}")
        node.kill()
        node = self.start("node", topology, "--node", "node")
        with wait_until(lambda: connection_to(port), "it listens") as client:
            for n, piece in enumerate(pieces):  # nothing of it was acknowledged
                self.send(client, piece, f"p{n}")
            wait_until(lambda: len(self.stored()) == 2, lambda: f"it is stored:\n{node.log()}")
        self.assertEqual({"container_id": "c" * 64, "source": "stdout", "log": "x" * 40000}, self.stored()[1])
        self.assertEqual(0, node.stop(), node.log())


def connection_to(port):
    try:
        return socket.create_connection(("127.0.0.1", port))
    except OSError:
        return None


class Engine(socketserver.StreamRequestHandler):
    """Answers as Docker does to GET /containers/ID/json."""

    def handle(self):
        path = self.rfile.readline().split()[1].decode()
        found = self.server.containers.get(path.split("/")[2])
        body = json.dumps(found or {"message": "No such container"}).encode()
        status = "200 OK" if found else "404 Not Found"
        self.wfile.write(f"HTTP/1.0 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)


DOCKER = """
collectors:
  docker: { type: docker, path: "DIR/containers", socket: "DIR/docker.sock" }
sinks:
  files: { type: file, path: "DIR/out/{tag}.jsonl" }
"""


class Docker(Stored):
    def setUp(self):
        super().setUp()
        os.makedirs(self.path("containers"))
        self.engine = socketserver.ThreadingUnixStreamServer(self.path("docker.sock"), Engine)
        self.engine.containers = {}
        threading.Thread(target=self.engine.serve_forever, daemon=True).start()

    def tearDown(self):
        self.engine.shutdown()
        self.engine.server_close()
        super().tearDown()

    def container(self, letter, name, labels=None, on_disk=True):
        """As dockerd lays it out; returns its id."""
        id_ = letter * 64
        content = {"ID": id_, "Name": "/" + name, "Config": {"Image": "shop:1.2", "Labels": labels or {}}, "Driver": "overlay2"}
        os.makedirs(self.path("containers", id_), exist_ok=True)
        if on_disk:
            self.write(f"containers/{id_}/config.v2.json", json.dumps(content))
        else:
            self.engine.containers[id_] = content
        return id_

    def log(self, id_, text, stream="stdout"):
        """In pieces of 16 KiB, the last of which has the line feed."""
        pieces = [text[at:at + 16384] for at in range(0, len(text), 16384)] or [""]
        pieces[-1] += "\n"
        for piece in pieces:
            self.append(f"containers/{id_}/{id_}-json.log", json.dumps({"log": piece, "stream": stream, "time": "2026-12-01T10:00:00.5Z"}) + "\n")

    def start_docker(self, settings=""):
        return self.start("node", self.write("t.yaml", DOCKER.replace('docker.sock"', 'docker.sock"' + settings)), "--node", "node")

    def logs(self, name):
        path = self.path("out", f"docker.{name}.jsonl")
        if not os.path.exists(path):
            return []
        with open(path) as f:
            return [self.record(line) for line in f.read().splitlines()]

    def test_lines_have_the_metadata_of_their_container_and_are_whole(self):
        web, cart = self.container("a", "web", {"team": "front"}), self.container("b", "cart", on_disk=False)
        self.log(web, "x" * 40000)
        self.log(web, "served")
        self.log(cart, "sold", "stderr")
        node = self.start_docker()
        wait_until(lambda: len(self.logs("web")) == 2 and self.logs("cart"), lambda: f"all is stored:\n{node.log()}")
        first, second = self.logs("web")
        self.assertEqual("x" * 40000, first["log"])
        self.assertEqual({"log": "served", "stream": "stdout", "container_id": web, "container_name": "web", "image": "shop:1.2",
                          "labels": {"team": "front"}}, second)
        self.assertEqual([{"log": "sold", "stream": "stderr", "container_id": cart, "container_name": "cart", "image": "shop:1.2"}],
                         self.logs("cart"))
        self.assertEqual(0, node.stop(), node.log())

    def test_containers_are_chosen_by_name_and_label(self):
        for letter, name, labels in ("a", "web-1", {"logs": "on"}), ("b", "web-2", {"logs": "off"}), ("c", "db", {"logs": "on"}):
            self.log(self.container(letter, name, labels), name)
        node = self.start_docker(', include: ["web-*"], include_labels: { logs: "on" }')
        wait_until(lambda: self.logs("web-1"), "the one is stored")
        self.assertEqual(0, node.stop(), node.log())
        self.assertEqual(["web-1"], [r["log"] for r in self.stored()])

    def test_a_container_that_nobody_knows_goes_by_its_id(self):
        self.log(self.container("d", "ghost", on_disk=False), "boo")
        self.engine.containers.clear()
        node = self.start_docker()
        wait_until(lambda: self.logs("d" * 12), lambda: f"it is stored:\n{node.log()}")
        node.wait_log("nothing is known of it but its id")
        self.assertEqual(0, node.stop(), node.log())

    def test_rotation_and_kills_lose_and_repeat_nothing(self):
        id_ = self.container("e", "busy")
        wanted = []
        node = self.start_docker()
        for round_ in range(8):
            for n in range(50):
                wanted.append(f"{round_}.{n} " + "y" * (20000 if n % 10 == 0 else 10))
                self.log(id_, wanted[-1])
            wait_until(lambda: len(self.logs("busy")) > 50 * round_, "some of this file are stored")
            node.signal(SIGKILL)
            node.child.wait()
            log = self.path("containers", id_, f"{id_}-json.log")
            if os.path.exists(log + ".1"):
                os.rename(log + ".1", log + ".2")
            os.rename(log, log + ".1")
            node = self.start_docker()
        wait_until(lambda: len(self.logs("busy")) >= len(wanted), lambda: f"{len(self.logs('busy'))} of {len(wanted)}:\n{node.log()[-2000:]}")
        wait_until(lambda: self.status("node"), "the last process runs")
        self.assertEqual(0, node.stop(), node.log())
        self.assert_same_lines([r["log"] for r in self.logs("busy")], wanted)


if __name__ == "__main__":
    unittest.main()
