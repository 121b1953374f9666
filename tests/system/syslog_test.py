"""The sink `syslog` and a real rsyslog: by RELP each line comes at least once, whoever is killed; by TCP if nobody is."""
import collections
import json
import os
import tempfile

from peer_stores import PeerStore, Server, main
from weir_nodes import wait_until


class Syslog(PeerStore):
    protocol, port_offset = "relp", 1

    @classmethod
    def make_server(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="weir-test-")
        return Server("rsyslog", cls.folder.name + "/server")

    def sink(self):
        return (f'type: syslog, endpoints: ["127.0.0.1:{self.server.port + self.port_offset}"], protocol: {self.protocol}, app: {self.table}, '
                f'timeout: {{ connect: 2s, request: 5s }}, batch: {{ max_delay: 20ms }}')

    def messages(self):
        path = os.path.join(self.server.folder, "received")
        found = []
        if os.path.exists(path):
            with open(path, errors="replace") as f:
                for line in f:
                    if f'"app":"{self.table}"' in line and line.endswith("}\n"):
                        found.append(json.loads(line)["message"])
        return found

    def one_sink(self, more=""):
        return self.write("t.yaml", "collectors: { logs: { type: tail, path: \"DIR/in/*.log\" } }\n"
                          "sinks: { store: { from: logs, " + self.sink() + more + " } }\n")


class AtLeastOnce(Syslog):
    def wait_stored_once(self, node="one"):
        self.writer.stop()
        wanted = set(self.wanted())
        wait_until(lambda: len(wanted & set(self.messages())) >= len(wanted), lambda: self.processes[-1].log()[-3000:], 120)
        counts = collections.Counter(self.messages())
        self.assertEqual(wanted, set(counts))
        print(f"{len(wanted)} events, {counts.total() - len(wanted)} came again", end=" ", flush=True)

    def test_the_writers_process_is_killed_again_and_again(self):
        self.check_killed_writer()

    def test_the_receiver_hangs(self):
        self.check_frozen_server()

    def test_events_that_are_too_long_are_dead_letters_with_the_reason(self):
        lines = [f"{'x' * 2000 if n % 100 == 7 else 'good'} {n}" for n in range(1000)]
        self.write("in/b.log", "".join(line + "\n" for line in lines))
        self.start("one", self.one_sink(", max_message: 1KiB"), "--node", "one")
        wait_until(lambda: len(self.messages()) == 990, "all that is good is sent", 120)
        dropped = lambda: self.actor("one", "store")["dropped"]
        wait_until(lambda: sum(dropped().values()) == 10, "the others are dead letters")
        self.assertTrue(all("max_message" in reason for reason in dropped()), dropped())


class OverTcp(Syslog):
    protocol, port_offset = "tcp", 0

    def test_all_lines_come_once_where_nobody_dies(self):
        self.begin()
        self.run_one(0)
        wait_until(lambda: len(self.messages()) > 2000, "much is there")
        self.wait_stored_once()

    def test_check_says_that_it_loses_and_what_is_wrong(self):
        checked = self.weir("check", "--connect", self.one_sink())
        self.assertEqual(0, checked.returncode, checked.stderr)
        self.assertIn("syslog over TCP has no acks", checked.stdout)
        self.server.stop()
        try:
            checked = self.weir("check", "--connect", self.one_sink())
        finally:
            self.server.start()
        self.assertNotEqual(0, checked.returncode)
        self.assertEqual(1, checked.stdout.count("Connection refused"), checked.stdout)


if __name__ == "__main__":
    main()
