"""The sink `s3` and a real server of its protocol: each line is in one object once, whoever is killed."""
import gzip
import json
import os
import tempfile

from peer_stores import PeerStore, Server, main


class S3(PeerStore):
    test_the_writers_process_is_killed_again_and_again = PeerStore.check_killed_writer
    test_the_server_is_killed_again_and_again = PeerStore.check_killed_server
    test_the_server_hangs = PeerStore.check_frozen_server
    test_two_nodes_with_four_writers_each_write_into_one_bucket = PeerStore.check_two_nodes

    @classmethod
    def make_server(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="weir-test-")
        return Server("s3", cls.folder.name + "/server")

    def sink(self):
        return (f'type: s3, endpoints: ["http://127.0.0.1:{self.server.port}"], bucket: weir, prefix: "{self.table}/{{tag}}/%Y/%m/", '
                "auth: { user: weir, password: weirsecret }, timeout: { connect: 2s, request: 3s }, "
                "batch: { max_size: 64KiB, max_delay: 20ms }, retry: { first: 100ms, max: 1s }")

    def messages(self):
        found = []
        for folder, folders, names in os.walk(os.path.join(self.server.folder, "data", "weir", self.table)):
            folders[:] = [f for f in folders if f != "_weir" and not f.startswith(".")]
            for name in names:
                with gzip.open(os.path.join(folder, name), "rt") as lines:
                    found += [json.loads(line)["message"] for line in lines]
        return found

    def check(self, sink):
        topology = self.write("c.yaml", "collectors: { logs: { type: tail, path: \"DIR/in/*.log\" } }\n"
                              "sinks: { store: { from: logs, " + sink + " } }\n")
        done = self.weir("check", "--connect", topology)
        return done.returncode, done.stdout.partition("\nconnections\n")[2]

    def test_check_connects_says_what_is_wrong_and_writes_nothing(self):
        self.assertEqual((0, "  store (s3): all is there\n"), self.check(self.sink()))
        self.assertFalse(os.path.exists(os.path.join(self.server.folder, "data", "weir", self.table)))
        status, text = self.check(self.sink().replace("weirsecret", "open-sesame"))
        self.assertEqual(1, status)
        self.assertIn("does not take the access key and its secret (403 SignatureDoesNotMatch)", text)
        self.assertNotIn("open-sesame", text)
        status, text = self.check(self.sink().replace("bucket: weir", "bucket: elsewhere"))
        self.assertEqual(1, status)
        self.assertIn("has no such bucket", text)

    def test_what_is_wrong_is_one_line_that_keeps_the_secret(self):
        topology = self.write("t.yaml", "collectors: { logs: { type: tail, path: \"DIR/in/*.log\" } }\n"
                              "sinks: { store: { from: logs, " + self.sink().replace("weirsecret", "open-sesame") + " } }\n")
        node = self.start("one", topology, "--node", "one")
        node.wait_log("SignatureDoesNotMatch")
        self.assertNotIn("open-sesame", node.log() + str(self.status("one")) + self.weir("plan", topology).stdout)


if __name__ == "__main__":
    main()
