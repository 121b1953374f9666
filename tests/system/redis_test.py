"""The sink `redis` and a real server: each line is there once, whoever is killed."""
import json
import subprocess
import tempfile

from peer_stores import PeerStore, Server, main
from weir_nodes import wait_until


class Redis(PeerStore):
    @classmethod
    def make_server(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="weir-test-")
        return Server("redis", cls.folder.name + "/server")

    def sink(self):
        return (f'type: redis, endpoints: ["127.0.0.1:{self.server.port}"], stream: "{self.table}", ledger: {self.table}, '
                f'timeout: {{ connect: 2s, request: 5s }}, batch: {{ max_delay: 20ms }}')

    def ask(self, *words):
        return subprocess.run(["redis-cli", "-p", str(self.server.port), "--raw", *words], capture_output=True, text=True, check=True).stdout

    def messages(self, stream=None):
        lines = self.ask("XRANGE", stream or self.table, "-", "+").split("\n")
        return [json.loads(line)["message"] for line in lines if line.startswith("{")]

    def test_the_writers_process_is_killed_again_and_again(self):
        self.check_killed_writer()

    def test_the_server_is_killed_again_and_again(self):
        self.check_killed_server()

    def test_the_server_hangs(self):
        self.check_frozen_server()

    def test_two_nodes_with_four_writers_each_write_into_one_stream(self):
        self.check_two_nodes()

    def test_events_of_a_key_that_is_no_stream_are_dead_letters_with_the_reason(self):
        self.ask("SET", f"{self.table}:t.bad", "text")
        for tag, lines in {"good": 990, "bad": 10}.items():
            self.write(f"in/{tag}.log", "".join(f"{tag} {n}\n" for n in range(lines)))
        topology = self.write("t.yaml", "collectors:\n  good: { type: tail, path: \"DIR/in/good.log\", tag: t.good }\n"
                              "  bad: { type: tail, path: \"DIR/in/bad.log\", tag: \"t.bad\" }\n"
                              "sinks: { store: { from: [good, bad], " + self.sink().replace(f'stream: "{self.table}"', f'stream: "{self.table}:{{tag}}"') + " } }\n")
        self.start("one", topology, "--node", "one")
        wait_until(lambda: len(self.messages(f"{self.table}:t.good")) == 990, "all that is good is stored", 120)
        dropped = lambda: self.actor("one", "store")["dropped"]
        wait_until(lambda: sum(dropped().values()) == 10, "the others are dead letters")
        self.assertTrue(all("WRONGTYPE" in reason for reason in dropped()), dropped())

    def test_check_says_exactly_once_and_in_one_line_what_is_wrong(self):
        self.ask("ACL", "SETUSER", "weir", "on", ">right-word", "~*", "+@all")
        good = self.write("good.yaml", self.one_text(", auth: { user: weir, password: right-word }"))
        checked = self.weir("check", "--connect", good)
        self.assertEqual(0, checked.returncode, checked.stderr)
        self.assertIn("exactly once", checked.stdout)
        port = self.server.port
        for change, said in (((", auth: { user: weir, password: open-sesame }", None), "WRONGPASS"),
                             (("", (f":{port}", f":{port + 2}")), "refused"), ((", tls: {}", None), "")):
            more, swap = change
            text = self.one_text(more)
            wrong = self.weir("check", "--connect", self.write("wrong.yaml", text.replace(*swap) if swap else text))
            self.assertNotEqual(0, wrong.returncode)
            lines = [line for line in wrong.stdout.split("\n") if "127.0.0.1" in line]
            self.assertEqual(1, len(lines), wrong.stderr + wrong.stdout)
            self.assertIn(said, lines[0])
            self.assertNotIn("open-sesame", wrong.stderr + wrong.stdout)

    def one_text(self, more):
        return ("collectors: { logs: { type: tail, path: \"DIR/in/*.log\" } }\n"
                "sinks: { store: { from: logs, " + self.sink() + more + " } }\n")


if __name__ == "__main__":
    main()
