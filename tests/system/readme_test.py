"""README.md does what it says: every `weir` command in it runs on the file that it stands beside."""
import os
import re
import shlex
import shutil
import unittest

from weir_nodes import SIGINT, SIGTERM, SOURCE, SystemTest, free_port, wait_until


def readme():
    with open(os.path.join(SOURCE, "README.md"), encoding="utf-8") as f:
        return f.read()


def blocks(kind):
    return re.findall(r"```" + kind + r"\n(.*?)```", readme(), re.DOTALL)


def commands():
    """The words behind `weir` of every such line."""
    lines = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("weir ")]
    return [shlex.split(line, comments=True)[1:] for line in lines]


class ReadmeTest(SystemTest):
    def setUp(self):
        super().setUp()
        shutil.copytree(os.path.join(SOURCE, "config"), self.dir / "config")

    def test_what_it_shows_are_the_files_that_it_names(self):
        for path in ("config/hello.yaml", "config/topologies/shop.yaml"):
            with open(os.path.join(SOURCE, path), encoding="utf-8") as f:
                self.assertIn(f.read(), blocks("yaml"), path)

    def test_what_looks_at_a_file_or_explains_ends_well(self):
        tried = [words for words in commands() if words[0] in ("check", "plan", "help", "version")]
        self.assertGreaterEqual(len(tried), 3)
        for words in tried:
            done = self.weir(*words)
            self.assertEqual((done.returncode, done.stderr), (0, ""), words)

    def test_the_first_example_shows_events_until_it_is_stopped(self):
        self.assertIn(["run", "config/hello.yaml"], commands())
        node = self.start("hello", "config/hello.yaml")
        wait_until(lambda: len(node.out().splitlines()) >= 3, node.log)
        self.assertIn('"path":"/item/', node.out().splitlines()[0])
        self.assertEqual(self.finish(node, SIGINT)[0], 0)

    def test_the_first_example_ends_when_nobody_reads_it(self):
        """As in `weir run config/hello.yaml | head -n 2`."""
        read, write = os.pipe()
        node = self.start("hello", "config/hello.yaml", stdout=write)
        os.close(write)
        with os.fdopen(read) as out:
            self.assertIn("web.access", out.readline())
        self.assertEqual(node.end(), 1)
        self.assertIn("the standard output was closed: ", node.log())

    def with_free_ports(self):
        """The topology of the example with ports of this test, and no file of this machine."""
        path = self.dir / "config/topologies/shop.yaml"
        text = path.read_text()
        for port in ("24224", "7400"):
            self.assertIn(port, text)
            text = text.replace(port, str(free_port()))
        path.write_text(text.replace("/var/log/nginx/access.log", self.write("access.log", "GET /\n")))

    def run_of(self, *options):
        words = ["run", "config/topologies/shop.yaml", *options]
        self.assertIn(words, commands())
        return words[1:]

    def test_the_topology_runs_in_one_process(self):
        self.with_free_ports()
        node = self.start("all", *self.run_of())
        wait_until(lambda: list(self.dir.glob("weir-data/web.access/*.jsonl")), node.log)
        self.assertEqual(self.finish(node, SIGTERM)[0], 0)

    def test_the_topology_runs_on_two_nodes_and_can_be_looked_at(self):
        self.with_free_ports()
        core = self.start("core", *self.run_of("--node", "core-1"))
        edge = self.start("edge", *self.run_of("--node", "edge-7", "--as", "edge"))
        wait_until(lambda: list(self.dir.glob("weir-data/web.access/*.jsonl")), lambda: core.log() + edge.log())
        looks = [words for words in commands() if words[0] in ("status", "buffer")]
        self.assertGreaterEqual(len(looks), 3)
        for words in looks:
            node = ["edge-7"] if words[0] == "status" else []  # two run here, on a machine it is one
            wait_until(lambda: self.weir(*words, *node).returncode == 0,
                       lambda: str(words) + self.weir(*words, *node).stdout + self.weir(*words, *node).stderr)
        for node in (edge, core):
            self.assertEqual(self.finish(node, SIGTERM)[0], 0, node.log())


if __name__ == "__main__":
    unittest.main()
