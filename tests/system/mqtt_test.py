"""The sink `mqtt` and a real Mosquitto: each line comes at least once, if the writer's process is killed or the broker hangs."""
import collections
import json
import subprocess
import tempfile

from peer_stores import PeerStore, Server, main
from weir_nodes import wait_until


class Mqtt(PeerStore):
    @classmethod
    def make_server(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="weir-test-")
        return Server("mosquitto", cls.folder.name + "/server")

    def setUp(self):
        super().setUp()
        words = ["mosquitto_sub", "-p", str(self.server.port), "-i", self.table, "-c", "-q", "1", "-t", self.table + "/#", "-F", "%p"]
        subprocess.run([*words, "-E"], check=True, timeout=60)
        self.received = open(self.path("received"), "w+", encoding="utf-8")
        self.subscriber = subprocess.Popen(words, stdout=self.received, stderr=subprocess.DEVNULL)

    def tearDown(self):
        self.subscriber.terminate()
        self.subscriber.wait()
        self.received.close()
        super().tearDown()

    def sink(self):
        return (f'type: mqtt, endpoints: ["127.0.0.1:{self.server.port}"], topic: "{self.table}/{{tag}}", '
                f'timeout: {{ connect: 2s, request: 5s }}, batch: {{ max_delay: 20ms }}')

    def messages(self):
        with open(self.path("received"), encoding="utf-8") as f:
            return [json.loads(line)["message"] for line in f if line.endswith("}\n")]

    def wait_stored_once(self, node="one"):
        self.writer.stop()
        wanted = set(self.wanted())
        wait_until(lambda: len(wanted & set(self.messages())) >= len(wanted), lambda: self.processes[-1].log()[-3000:], 120)
        counts = collections.Counter(self.messages())
        self.assertEqual(wanted, set(counts))
        print(f"{len(wanted)} events, {counts.total() - len(wanted)} came again", end=" ", flush=True)

    def test_the_writers_process_is_killed_again_and_again(self):
        self.check_killed_writer()

    def test_the_broker_hangs(self):
        self.check_frozen_server()

    def test_check_says_at_least_once_and_what_is_wrong(self):
        topology = self.write("t.yaml", "collectors: { logs: { type: tail, path: \"DIR/in/*.log\" } }\n"
                              "sinks: { store: { from: logs, " + self.sink() + " } }\n")
        checked = self.weir("check", "--connect", topology)
        self.assertEqual(0, checked.returncode, checked.stderr)
        self.assertIn("at least once", checked.stdout)
        wrong = self.write("wrong.yaml", "collectors: { logs: { type: tail, path: \"DIR/in/*.log\" } }\n"
                           "sinks: { store: { from: logs, " + self.sink().replace(f":{self.server.port}", f":{self.server.port + 7}") + " } }\n")
        checked = self.weir("check", "--connect", wrong)
        self.assertNotEqual(0, checked.returncode)
        self.assertEqual(1, checked.stdout.count("Connection refused"), checked.stdout)


if __name__ == "__main__":
    main()
