"""The sink `kafka` and a real broker: with transactions each line is there once for who reads what is committed; without, at least once."""
import json
import subprocess
import tempfile

from peer_stores import AtLeastOnceStore, PeerStore, Server, main
from weir_nodes import wait_until


class Kafka(PeerStore):
    options, more = "", "exactly_once: true, compress: none"

    @classmethod
    def make_server(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="weir-test-")
        return Server("kafka", cls.folder.name + "/server", KAFKA_OPTIONS=cls.options)

    def sink(self):
        return (f'type: kafka, endpoints: ["127.0.0.1:{self.server.port}"], topic: {self.table}, {self.more}, '
                f'timeout: {{ connect: 2s, request: 5s }}, batch: {{ max_delay: 20ms }}')

    def messages(self):
        """While somebody writes, the reader may run after the end for ever: then what it has read by some time."""
        words = ["kcat", "-q", "-C", "-e", "-o", "beginning", "-X", "isolation.level=read_committed", "-b",
                 f"127.0.0.1:{self.server.port}", "-t", self.table]
        try:
            read = subprocess.run(words, capture_output=True, check=False, timeout=20).stdout
        except subprocess.TimeoutExpired as late:
            read = late.stdout or b""
        return [json.loads(line)["message"] for line in read.split(b"\n")[:-1]]


class ExactlyOnce(Kafka):
    def setUp(self):
        super().setUp()
        self.more = f"exactly_once: true, ledger: {self.table}"

    def test_the_writers_process_is_killed_again_and_again(self):
        self.check_killed_writer()

    def test_the_server_is_killed_again_and_again(self):
        self.check_killed_server()

    def test_the_server_hangs(self):
        self.check_frozen_server()

    def test_two_nodes_with_four_writers_each_write_into_one_topic(self):
        self.check_two_nodes()

    def test_check_says_exactly_once_of_two_nodes(self):
        topology = self.write("t.yaml", "cluster: { name: shop }\ncollectors: { logs: { type: tail, path: \"DIR/in/*.log\" } }\n"
                              "sinks: { store: { from: logs, " + self.sink() + " } }\nplacement: { edge: [logs], store: [store] }\n"
                              "nodes: { a: { listen: \"127.0.0.1:7401\", as: store }, b: { listen: \"127.0.0.1:7402\", as: store } }\n")
        checked = self.weir("check", topology)
        self.assertEqual(0, checked.returncode, checked.stderr)
        self.assertIn("exactly once", checked.stdout)

    def test_what_is_wrong_is_one_line_that_keeps_the_secret(self):
        port = self.server.port
        sink = self.sink().replace(f":{port}", f":{port + 2}") + ", auth: { user: weir, password: open-sesame, mechanism: plain }"
        topology = self.write("t.yaml", "collectors: { logs: { type: tail, path: \"DIR/in/*.log\" } }\n"
                              "sinks: { store: { from: logs, " + sink + " } }\n")
        self.write("in/a.log", "line\n")
        node = self.start("one", topology, "--node", "one")
        node.wait_log("Authentication failed")
        self.assertNotIn("open-sesame", node.log() + str(self.status("one")) + self.weir("plan", topology).stdout)


class AtLeastOnce(AtLeastOnceStore, Kafka):
    more = "exactly_once: false"

    def test_the_writers_process_is_killed_again_and_again(self):
        self.check_killed_writer()

    def test_the_server_is_killed_again_and_again(self):
        self.check_killed_server()


class SmallMessages(Kafka):
    options = "message.max.bytes=10000"

    def test_events_that_the_topic_does_not_take_are_dead_letters_with_the_reason(self):
        lines = [f"{'x' * 20000 if n % 100 == 7 else 'good'} {n}" for n in range(5000)]
        self.write("in/b.log", "".join(line + "\n" for line in lines))
        topology = self.write("t.yaml", "collectors: { logs: { type: tail, path: \"DIR/in/*.log\" } }\n"
                              "sinks: { store: { from: logs, " + self.sink() + " } }\n")
        self.start("one", topology, "--node", "one")
        wait_until(lambda: len(self.messages()) == 4950, "all that is good is stored", 120)
        dropped = lambda: self.actor("one", "store")["dropped"]
        wait_until(lambda: sum(dropped().values()) == 50, "the others are dead letters")
        self.assertTrue(all("max.message.bytes" in reason for reason in dropped()), dropped())


if __name__ == "__main__":
    main()
