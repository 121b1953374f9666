"""The sink `clickhouse` and a real server: each line is there, and a query by event_key takes it once."""
import tempfile
import urllib.request

from peer_stores import AtLeastOnceStore, PeerStore, Server, main
from weir_nodes import wait_until

DIRECT = """
collectors: { logs: { type: tail, path: "DIR/in/*.log", tag: web } }
sinks: { store: { from: logs, SINK } }
"""


class ClickHouse(AtLeastOnceStore):
    test_the_writers_process_is_killed_again_and_again = PeerStore.check_killed_writer
    test_the_server_hangs = PeerStore.check_frozen_server
    test_two_nodes_with_four_writers_each_write_into_one_table = PeerStore.check_two_nodes

    @classmethod
    def make_server(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="weir-test-")
        return Server("clickhouse", cls.folder.name + "/server")

    def test_the_server_is_started_again_and_again(self):
        """Not killed: what a ClickHouse acknowledges is not on the disk yet."""
        self.check_killed_server(gently=True)

    def sink(self):
        return (f'type: clickhouse, endpoints: ["http://127.0.0.1:{self.server.port}"], table: "{self.table}", '
                "auth: { user: weir, password: weir }, timeout: { connect: 2s, request: 3s }, "
                "batch: { max_size: 64KiB, max_delay: 20ms }, retry: { first: 100ms, max: 1s }")

    def asked(self, query):
        request = urllib.request.Request(f"http://127.0.0.1:{self.server.port}/", data=query.encode())
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.read().decode().splitlines()
        except OSError:
            return []

    def messages(self):
        return self.asked(f"SELECT visitParamExtractString(record, 'message') FROM {self.table}")

    def wait_stored_once(self, node="one"):
        super().wait_stored_once(node)
        once = self.asked(f"SELECT visitParamExtractString(record, 'message') FROM (SELECT * FROM {self.table} ORDER BY time LIMIT 1 BY event_key)")
        self.assertEqual(sorted(self.wanted()), sorted(once))

    def direct(self, **changes):
        text = self.sink()
        for before, after in changes.values():
            text = text.replace(before, after)
        return self.write("t.yaml", DIRECT.replace("SINK", text))

    def check(self, **changes):
        done = self.weir("check", "--connect", self.direct(**changes))
        return done.returncode, done.stdout.partition("\nconnections\n")[2]

    def test_check_connects_says_what_is_wrong_and_writes_nothing(self):
        self.assertEqual((0, "  store (clickhouse): all is there\n"), self.check())
        self.assertEqual(["0"], self.asked(f"EXISTS TABLE {self.table}"))
        status, text = self.check(login=("password: weir", "password: open-sesame"))
        self.assertEqual(1, status)
        self.assertIn("does not take the login (code 193)", text)
        self.assertNotIn("open-sesame", text)
        status, text = self.check(database=("table:", "create: false, table:"))
        self.assertEqual(1, status)
        self.assertIn('"create: false" makes none', text)

    def test_what_is_wrong_is_one_line_that_keeps_the_secret(self):
        topology = self.direct(login=("password: weir", "password: open-sesame"))
        node = self.start("one", topology, "--node", "one")
        node.wait_log("does not take the login (code 193)")
        self.assertNotIn("open-sesame", node.log() + str(self.status("one")) + self.weir("plan", topology).stdout)

    def test_rows_that_the_table_refuses_are_dead_letters_with_its_reason(self):
        """The server is old and knows no constraints: a default that throws does the same."""
        self.asked(f"CREATE TABLE {self.table} (time DateTime, record String, ok UInt8 DEFAULT throwIf(position(record, 'poison') > 0)) "
                   "ENGINE = MergeTree ORDER BY time")
        lines = [f"{'poison' if n % 100 == 7 else 'good'} {n}" for n in range(1000)]
        self.write("in/b.log", "".join(line + "\n" for line in lines))
        self.start("one", self.direct(), "--node", "one")
        wait_until(lambda: len(self.messages()) == 990, lambda: f"{len(self.messages())} {self.actor('one', 'store')}", 60)
        dropped = lambda: self.actor("one", "store")["dropped"]
        wait_until(lambda: sum(dropped().values()) == 10, "the others are dead letters")
        self.assertTrue(all("rejected: code 395" in reason for reason in dropped()), dropped())
        self.assertEqual(sorted(line for line in lines if line.startswith("good")), sorted(self.messages()))


if __name__ == "__main__":
    main()
