"""The sink `hdfs` and a real HDFS, by WebHDFS and by HttpFS: each line is in one file once, whoever is killed."""
import gzip
import json
import os
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request

from door import Door, make_certificate
from peer_stores import PEERS, PeerStore, Server, main
from weir_nodes import free_port, wait_until


class Hdfs(PeerStore):
    MORE = ""

    @classmethod
    def make_server(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="weir-test-")
        return Server("hdfs", cls.folder.name + "/server", HDFS_HTTPFS="1")

    def setUp(self):
        super().setUp()
        self.read = {}

    def url(self):
        return f"http://127.0.0.1:{self.server.port}"

    def sink(self):
        return (f'type: hdfs, endpoints: ["{self.url()}"], path: "/logs/{self.table}/{{tag}}/%Y/%m/", '
                "auth: { user: weir }, timeout: { connect: 2s, request: 4s }, "
                "batch: { max_size: 128KiB, max_delay: 50ms }, retry: { first: 100ms, max: 1s }" + self.MORE)

    def ask(self, path, op):
        where = f"http://127.0.0.1:{self.server.port}/webhdfs/v1{urllib.parse.quote(path)}?op={op}&user.name=weir"
        with urllib.request.urlopen(where, timeout=30) as answer:
            return answer.read()

    def paths(self, directory):
        for status in json.loads(self.ask(directory, "LISTSTATUS"))["FileStatuses"]["FileStatus"]:
            path = directory + "/" + status["pathSuffix"]
            if status["type"] == "FILE":
                yield path
            elif status["pathSuffix"] != "_weir":
                yield from self.paths(path)

    def messages(self):
        """What a file has never changes. None while the server does not answer, and before there is a directory."""
        try:
            paths = list(self.paths("/logs/" + self.table))
            for path in paths:
                if path not in self.read:
                    lines = gzip.decompress(self.ask(path, "OPEN")).decode().splitlines()
                    self.read[path] = [json.loads(line)["message"] for line in lines]
            return [message for path in paths for message in self.read[path]]
        except OSError:
            return []

    def admin(self, *words):
        done = self.server.run(os.path.join(PEERS, "hdfs", "admin"), self.server.folder, *words)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)

    def check(self, sink):
        topology = self.write("c.yaml", "collectors: { logs: { type: tail, path: \"DIR/in/*.log\" } }\n"
                              "sinks: { store: { from: logs, " + sink + " } }\n")
        done = self.weir("check", "--connect", topology)
        return done.returncode, done.stdout.partition("\nconnections\n")[2]


class WebHdfs(Hdfs):
    test_the_writers_process_is_killed_again_and_again = PeerStore.check_killed_writer
    test_the_server_is_killed_again_and_again = PeerStore.check_killed_server
    test_the_server_hangs = PeerStore.check_frozen_server
    test_two_nodes_with_four_writers_each_write_into_one_directory = PeerStore.check_two_nodes

    def test_weir_check_promises_it(self):
        self.begin()
        checked = self.weir("check", self.topology)
        self.assertEqual(0, checked.returncode, checked.stderr)
        self.assertIn("exactly once", checked.stdout)

    def test_check_connects_says_what_is_wrong_and_writes_nothing(self):
        self.assertEqual((0, "  store (hdfs): all is there\n"), self.check(self.sink()))
        with self.assertRaises(urllib.error.HTTPError):
            self.ask("/logs/" + self.table, "GETFILESTATUS")
        nobody = f"http://127.0.0.1:{free_port()}"
        for changed, wanted in {
            ("user: weir", "user: mallory"): "does not let this user write to /logs (403 AccessControlException): Permission denied: user=mallory",
            ("path: \"/logs/", "path: \"/elsewhere/"): "does not let this user write to / (403 AccessControlException): Permission denied: user=weir",
            (self.url(), nobody): f"cannot reach {nobody}",
            (self.url(), "http://nowhere.invalid:9870"): "cannot reach http://nowhere.invalid:9870: could not resolve host",
        }.items():
            with self.subTest(wanted):
                status, text = self.check(self.sink().replace(*changed))
                self.assertEqual(1, status)
                self.assertEqual(1, text.count("\n"), text)
                self.assertIn(wanted, text)

    def test_certificates_are_judged(self):
        good, expired = make_certificate(self.folder.name, "good"), make_certificate(self.folder.name, "old", end="20210101000000Z")
        at = lambda door, trust: self.sink().replace(self.url(), f"https://127.0.0.1:{door.port}") + f", tls: {{ {trust} }}"
        right, old = Door(self.server.port, good), Door(self.server.port, expired)
        self.assertEqual((0, "  store (hdfs): all is there\n"), self.check(at(right, f"ca: {good[0]}")))
        self.assertIn("self-signed certificate", self.check(at(right, ""))[1])
        self.assertIn("certificate has expired", self.check(at(old, f"ca: {expired[0]}"))[1])

    def test_safe_mode_is_waited_for(self):
        self.admin("-safemode", "enter")
        try:
            self.begin()
            node = self.run_one(0)
            node.wait_log("is in safe mode and takes no writes (403 SafeModeException)")
        finally:
            self.admin("-safemode", "leave")
        self.wait_stored_once()

    def test_a_quota_that_is_used_up_is_told_and_waited_for(self):
        self.ask_to_make("/logs/" + self.table)
        self.admin("-setSpaceQuota", "1m", "/logs/" + self.table)
        self.begin()
        node = self.run_one(0)
        node.wait_log("takes no more bytes: the quota of the directory is used up")
        self.admin("-clrSpaceQuota", "/logs/" + self.table)
        self.wait_stored_once()

    def ask_to_make(self, path):
        where = f"http://127.0.0.1:{self.server.port}/webhdfs/v1{path}?op=MKDIRS&user.name=weir"
        with urllib.request.urlopen(urllib.request.Request(where, method="PUT"), timeout=30) as answer:
            self.assertIn(b"true", answer.read())


class Rotated(Hdfs):
    """Files that grow: what is in them can be read when they are finished."""

    MORE = ", rotate: { size: 256KiB, age: 2s }"
    test_the_writers_process_is_killed_again_and_again = PeerStore.check_killed_writer
    test_the_server_is_killed_again_and_again = PeerStore.check_killed_server
    test_the_server_hangs = PeerStore.check_frozen_server
    test_two_nodes_with_four_writers_each_write_into_one_directory = PeerStore.check_two_nodes

    def test_there_are_fewer_files_than_batches_and_none_is_left(self):
        self.begin()
        node = self.run_one(0)
        wait_until(lambda: self.messages() and len(self.read) > 3, node.log)
        self.writer.stop()
        wait_until(lambda: len(self.messages()) == self.writer.count, node.log)
        last = max(int(path.rsplit("-", 1)[1].split(".")[0]) for path in self.read)
        self.assertLess(len(self.read) * 3, last)
        self.assertEqual(0, node.stop(), node.log())
        staged = json.loads(self.ask(f"/logs/{self.table}/_weir/store/staged", "LISTSTATUS"))
        self.assertEqual([], staged["FileStatuses"]["FileStatus"])


class HttpFs(Hdfs):
    test_the_writers_process_is_killed_again_and_again = PeerStore.check_killed_writer

    def url(self):
        with open(os.path.join(self.server.folder, "httpfs_port")) as f:
            return f"http://127.0.0.1:{f.read().strip()}"


if __name__ == "__main__":
    if sys.argv[1:]:
        main()
    sys.exit("say which: WebHdfs, Rotated or HttpFs")
