"""Cassandra as a store, with a real server: each line is a row once, whoever is killed."""
import json
import os
import sys
import tempfile
import time

from peer_stores import PEERS, PeerStore, SECONDS, Server, main
from weir_nodes import wait_until

sys.path.insert(0, os.path.join(PEERS, "cassandra"))
import cql  # noqa: E402

# Nothing between that remembers how far the lines were read: each start reads all of them again, with other times.
NO_BUFFER = """
collectors:
  logs: { type: tail, path: "DIR/in/*.log", refresh_interval: 200ms }
sinks:
  store: { from: logs, SINK }
"""


class Cassandra(PeerStore):
    @classmethod
    def make_server(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="weir-test-")
        return Server("cassandra", cls.folder.name + "/server", CASSANDRA_SEGMENT="1MiB")

    def sink(self):
        return (f'type: cassandra, endpoints: ["127.0.0.1:{self.server.port}"], keyspace: weir, table: {self.table}, '
                'timeout: { connect: 2s, request: 3s }, batch: { max_delay: 20ms }')

    def query(self, text):
        with cql.Session("127.0.0.1", self.server.port) as session:
            return session.query(text)

    def messages(self):
        try:
            return [json.loads(row[0])["message"] for row in self.query(f"SELECT record FROM weir.{self.table}")]
        except (cql.Refused, OSError):
            return []  # the table is not there yet, or the server is gone

    def test_the_writers_process_is_killed_again_and_again(self):
        self.check_killed_writer()

    def test_lines_that_are_read_again_at_another_time_are_the_same_rows(self):
        self.begin(NO_BUFFER)
        until = time.monotonic() + SECONDS
        kills = 0
        while time.monotonic() < until or kills < 4:
            node = self.run_one(kills)
            time.sleep(self.chance.uniform(0.5, 1.5))
            self.assertTrue(node.is_running(), node.log())
            node.kill()
            kills += 1
        self.run_one(kills)
        self.wait_stored_once()

    def test_the_server_is_killed_again_and_again(self):
        self.check_killed_server()

    def test_the_server_hangs(self):
        self.check_frozen_server()

    def test_two_nodes_with_four_writers_each_write_into_one_table(self):
        self.check_two_nodes()

    def test_events_that_the_server_refuses_are_dead_letters_with_its_reason(self):
        """It takes no row of more than half a segment of its log."""
        self.write("in/b.log", "".join(f"{'x' * 700_000 if n % 100 == 7 else 'good'} {n}\n" for n in range(500)))
        topology = self.write("t.yaml", "collectors: { logs: { type: tail, path: \"DIR/in/*.log\", max_line: 1MiB } }\n"
                              "sinks: { store: { from: logs, " + self.sink() + " } }\n")
        self.start("one", topology, "--node", "one")
        self.wait_for("one", "store", events_out=495)
        wait_until(lambda: len(self.messages()) == 495, "all that is good is stored")
        dropped = self.actor("one", "store")["dropped"]
        self.assertEqual(5, sum(dropped.values()))
        self.assertTrue(all("rejected" in reason for reason in dropped), dropped)

    def test_a_keyspace_that_is_not_there_is_one_line(self):
        topology = self.write("t.yaml", "collectors: { logs: { type: tail, path: \"DIR/in/*.log\" } }\n"
                              "sinks: { store: { from: logs, " + self.sink().replace("keyspace: weir", "keyspace: nowhere") + " } }\n")
        self.start("one", topology, "--node", "one").wait_log("there is no keyspace")


if __name__ == "__main__":
    main()
