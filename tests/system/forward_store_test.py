"""The store `forward` with another Weir at the other end: what is killed, frozen, refused or away."""
import random
import signal
import subprocess
import threading
import time
import unittest

from peer_stores import SECONDS, TWO_STORES
from weir_nodes import SystemTest, differences, free_port, read_lines, wait_until

WAIT = 180

SENDER = """
collectors:
  logs: { type: tail, path: "DIR/in.log", tag: app.log, refresh_interval: 200ms }
destination_aggregators:
  local: { from: [logs], buffer: { path: "DIR/sender/local" } }
sinks:
  center: { type: forward, from: [local], retry: { first: 100ms, max: 500ms }, REST }
"""

RECEIVER = """
collectors:
  in: { type: forward, listen: "127.0.0.1:PORT", REST }
destination_aggregators:
  core: { from: [in], buffer: { path: "DIR/NAME/core" } }
sinks:
  all: { type: file, from: [core], path: "DIR/NAME/all.raw", format: raw }
"""
PATIENT = "max_message: 64MiB"


class Writer(threading.Thread):
    """Appends numbered lines until it is stopped."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path, self.count, self.stopped = path, 0, threading.Event()
        self.write(100)  # a file is known again by its first KiB

    def write(self, lines):
        with open(self.path, "ab") as f:
            f.write(b"".join(b"line %d %s\n" % (n, b"." * (n * 7919 % 90)) for n in range(self.count, self.count + lines)))
        self.count += lines

    def run(self):
        while not self.stopped.wait(0.01):
            self.write(50)

    def stop(self):
        self.stopped.set()
        self.join()


class ForwardStore(SystemTest):
    def sender(self, rest, name="sender"):
        node = self.start(name, self.write("sender.yaml", SENDER.replace("REST", rest)), "--node", name)
        self.latest_sender = node
        return node

    def receiver(self, port, rest=PATIENT, name="receiver"):
        text = RECEIVER.replace("REST", rest).replace("PORT", str(port)).replace("NAME", name)
        node = self.start(name, self.write(name + ".yaml", text), "--node", name)
        node.wait_log(" runs ")
        return node

    def stored(self, name="receiver"):
        return read_lines(self.path(name, "all.raw"))

    def wait_all_stored(self, count, *names):
        names = names or ("receiver",)
        def are_stored():
            self.assertTrue(self.latest_sender.is_running(), self.latest_sender.log())
            return sum(len(self.stored(n)) for n in names) >= count
        wait_until(are_stored,
                   lambda: f"{count} lines; there are {[len(self.stored(n)) for n in names]}\n{self.latest_sender.log()[-3000:]}", WAIT)

    def assert_each_line_once(self, writer, *names):
        writer.stop()
        names = names or ("receiver",)
        self.wait_all_stored(writer.count, *names)
        self.wait_for("sender", "local", events_held=0)
        stored = [line for n in names for line in self.stored(n)]
        self.assertEqual("", differences(stored, read_lines(self.path("in.log"))))

    def begin(self):
        writer = Writer(self.path("in.log"))
        writer.start()
        return writer

    def certificates(self):
        done = self.weir("certs", "init", "--dir", self.path("certs"))
        self.assertEqual(0, done.returncode, done.stderr)
        done = self.weir("certs", "node", "receiver", "--host", "127.0.0.1", "--dir", self.path("certs"))
        self.assertEqual(0, done.returncode, done.stderr)

    def test_over_tls_with_a_key_each_line_once(self):
        self.certificates()
        port = free_port()
        self.receiver(port, PATIENT + ', security: { shared_key: open-sesame, users: [{ username: ann, password: secret }] }, '
                      'tls: { certificate: "DIR/certs/receiver.pem", key: "DIR/certs/receiver.key" }')
        writer = self.begin()
        self.sender(f'endpoints: "127.0.0.1:{port}", shared_key: open-sesame, auth: {{ user: ann, password: secret }}, '
                    'tls: { ca: "DIR/certs/ca.pem" }, compress: zstd, writers: 4')
        self.wait_all_stored(5000)
        self.assert_each_line_once(writer)

    def test_each_line_is_there_once_after_kills_of_the_writer(self):
        port = free_port()
        self.receiver(port)
        writer = self.begin()
        chance = random.Random(SECONDS)
        kills, until = 0, time.monotonic() + SECONDS
        while time.monotonic() < until:
            node = self.sender(f'endpoints: "127.0.0.1:{port}", writers: 2')
            time.sleep(chance.uniform(0.05, 1.2))
            self.assertTrue(node.is_running(), node.log())
            node.kill()
            kills += 1
        self.sender(f'endpoints: "127.0.0.1:{port}", writers: 2')
        self.assert_each_line_once(writer)
        print(f"{kills} kills, {writer.count} lines: 0 lost, 0 repeated")

    def test_each_line_is_there_once_after_kills_of_the_receiver(self):
        port = free_port()
        node = self.receiver(port)
        writer = self.begin()
        self.sender(f'endpoints: "127.0.0.1:{port}"')
        chance = random.Random(SECONDS)
        kills, until = 0, time.monotonic() + SECONDS
        while time.monotonic() < until:
            time.sleep(chance.uniform(0.05, 1.2))
            node.kill()
            node = self.receiver(port)
            kills += 1
        self.assert_each_line_once(writer)
        print(f"{kills} kills, {writer.count} lines: 0 lost, 0 repeated")

    def test_each_line_is_there_once_after_kills_of_two_nodes_that_send(self):
        port = free_port()
        self.receiver(port)
        text = TWO_STORES.replace("in/*.log", "in.log").replace("SINK", f'type: forward, endpoints: "127.0.0.1:{port}"')
        for n in range(3):
            text = text.replace(f"PORT{n}", str(free_port()))
        topology = self.write("two.yaml", text)
        writer = self.begin()
        nodes = {}
        def run(name):
            nodes[name] = self.latest_sender = self.start_node(topology, name, name.split("-")[0])
        for name in ("store-1", "store-2", "core-1", "edge-1"):
            run(name)
        chance = random.Random(SECONDS)
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            time.sleep(chance.uniform(0.3, 1.5))
            name = chance.choice(list(nodes))
            nodes[name].kill()
            run(name)
        writer.stop()
        self.wait_all_stored(writer.count)
        self.wait_for("core-1", "core", events_held=0)
        self.assertEqual("", differences(self.stored(), read_lines(self.path("in.log"))))

    def test_a_frozen_receiver_gets_again_what_it_had_and_knows_it(self):
        port = free_port()
        node = self.receiver(port)
        writer = self.begin()
        sender = self.sender(f'endpoints: "127.0.0.1:{port}", ack_timeout: 1s')
        self.wait_all_stored(2000)
        node.signal(signal.SIGSTOP)
        time.sleep(max(SECONDS, 5))
        sender.wait_log("for 1s")
        node.signal(signal.SIGCONT)
        self.assert_each_line_once(writer)

    def test_with_a_ledger_a_collector_goes_on_where_it_was(self):
        port = free_port()
        self.receiver(port)
        topology = self.write("direct.yaml", f"""
collectors:
  logs: {{ type: tail, path: "DIR/in.log", refresh_interval: 200ms }}
sinks:
  center: {{ type: forward, endpoints: "127.0.0.1:{port}", ledger: "DIR/ledger" }}
""")
        writer = self.begin()
        for number in range(3):
            node = self.latest_sender = self.start(f"direct-{number}", topology, "--node", "direct")
            self.wait_all_stored(len(self.stored()) + 2000)
            self.assertEqual(0, node.stop(), node.log())
        self.latest_sender = self.start("direct-last", topology, "--node", "direct")
        writer.stop()
        self.wait_all_stored(writer.count)
        self.assertEqual("", differences(self.stored(), read_lines(self.path("in.log"))))

    def test_a_standby_stands_in_and_the_other_one_comes_back(self):
        first, second = free_port(), free_port()
        node = self.receiver(first, name="first")
        self.receiver(second, name="second")
        writer = self.begin()
        sender = self.sender(f'servers: [{{ at: "127.0.0.1:{first}" }}, {{ at: "127.0.0.1:{second}", standby: true }}]')
        self.wait_all_stored(1000, "first")
        self.assertEqual(0, len(self.stored("second")))
        node.stop()
        self.wait_all_stored(1000, "second")
        sender.wait_log("is left out for now")
        node = self.receiver(first, name="first")
        sender.wait_log("is back")
        had = len(self.stored("first"))
        self.wait_all_stored(had + 1000, "first")
        self.assert_each_line_once(writer, "first", "second")

    def complaint(self, name, rest):
        """The first sentence that a sender says about its sink."""
        node = self.sender(rest, name)
        found = wait_until(lambda: [line for line in node.log().splitlines() if f"{name}/sink/center" in line],
                           lambda: "a complaint:\n" + node.log())
        status = self.weir("status", name)
        for text in (node.log(), status.stdout, status.stderr):
            self.assertNotIn("hidden-word", text)
        node.kill()
        return found[0]

    def test_what_is_wrong_is_told_in_one_line_and_no_secret_in_it(self):
        self.certificates()
        self.make_expired("expired")
        port, old = free_port(), free_port()
        key = 'security: { shared_key: open-sesame }, '
        self.receiver(port, PATIENT + ", " + key + 'tls: { certificate: "DIR/certs/receiver.pem", key: "DIR/certs/receiver.key" }')
        self.receiver(old, PATIENT + ", " + key + 'tls: { certificate: "DIR/expired.pem", key: "DIR/expired.key" }', name="old")
        self.write("in.log", "one line\n")
        trusted = 'tls: { ca: "DIR/certs/ca.pem" }'
        self.assertIn("the server refused: shared_key mismatch",
                      self.complaint("wrong-key", f'endpoints: "127.0.0.1:{port}", shared_key: hidden-word, {trusted}'))
        self.assertIn("hostname mismatch",
                      self.complaint("wrong-name", f'endpoints: "127.0.0.1:{port}", shared_key: open-sesame, '
                                     'tls: { ca: "DIR/certs/ca.pem", server_name: elsewhere }'))
        self.assertIn("certificate has expired",
                      self.complaint("expired", f'endpoints: "127.0.0.1:{old}", shared_key: open-sesame, tls: {{ ca: "DIR/expired-ca.pem" }}'))
        self.assertIn("Connection refused", self.complaint("nobody", f'endpoints: "127.0.0.1:{free_port()}"'))

    def make_expired(self, name):
        def openssl(*words):
            subprocess.run(["openssl", *words], cwd=self.dir, check=True, capture_output=True)
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "9999", "-subj", "/CN=old", "-keyout", name + "-ca.key",
                "-out", name + "-ca.pem")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-keyout", name + ".key", "-out", name + ".csr")
        self.write("ca.cnf", "[ca]\ndefault_ca=a\n[a]\ndatabase=DIR/index\nserial=DIR/serial\nnew_certs_dir=DIR\ndefault_md=sha256\n"
                   "policy=p\nx509_extensions=e\n[p]\ncommonName=supplied\n[e]\nsubjectAltName=IP:127.0.0.1\n")
        self.write("index", "")
        self.write("serial", "01\n")
        openssl("ca", "-batch", "-config", "ca.cnf", "-cert", name + "-ca.pem", "-keyfile", name + "-ca.key", "-in", name + ".csr",
                "-out", name + ".pem", "-startdate", "200101000000Z", "-enddate", "210101000000Z", "-notext")


if __name__ == "__main__":
    unittest.main()
