"""docs/cluster.md does what it says: its commands are run as written, each on a host of its own.

Hosts are network namespaces (network_hosts.py) that know each other by name and have a /var/log of their own; `ssh` is a
command of this test that runs the rest in the other host's directory. Where hosts may not be made it is skipped.
"""
import json
import os
import re
import shlex
import subprocess
import sys
import unittest

from network_hosts import NetworkHosts, why_no_hosts
from weir_nodes import BINARY, PATIENCE, SOURCE, Process, SystemTest, read_lines, wait_until

with open(os.path.join(SOURCE, "docs/cluster.md"), encoding="utf-8") as guide:
    GUIDE = guide.read()
START = "From one process to three hosts"
HERE = "here"
HOSTS = (HERE, "store-1", "core-1", "edge-1", "core-2")
LINE = '127.0.0.1 - - [10/Oct/2025:13:55:36 +0000] "GET {} HTTP/1.1" 200 17 "-" "curl/8"\n'
SSH = """#!/bin/sh
host=$1
shift
cd "$HOSTS/$host" && exec sh -c "$*"
"""
ENTER = 'hostname "$1" && mount --bind "$2/hosts" /etc/hosts && mount --bind "$2/$1/log" /var/log && shift 2 && exec "$@"'


def section(title):
    found = re.search(rf"\n## {title}\n(.*?)(?=\n## |\Z)", GUIDE, re.DOTALL)
    assert found, title
    return found.group(1)


def block(kind, title):
    return re.search(rf"```{kind}\n(.*?)```", section(title), re.DOTALL).group(1)


def commands(title):
    """(host, command line) of the first block of commands of a section."""
    host, lines = None, []
    for line in block("sh", title).splitlines():
        place = re.match(r"# (?:on )?([\w-]+)", line)
        if place:
            host = place.group(1)
        else:
            lines.append((host, line))
    return lines


class Guide(SystemTest):
    def setUp(self):
        super().setUp()
        self.hosts = NetworkHosts(HOSTS)
        self.nodes = {}
        self.sent = []
        self.write("hosts", "127.0.0.1 localhost\n" + "".join(f"{self.hosts[name].v4} {name}\n" for name in HOSTS))
        for name in HOSTS:
            (self.dir / name / "log/nginx").mkdir(parents=True)
        self.write("bin/ssh", SSH)
        (self.dir / "bin/ssh").chmod(0o755)
        (self.dir / "bin/weir").symlink_to(BINARY)
        self.env = {**self.env, "PATH": f"{self.dir}/bin:{os.environ['PATH']}", "HOSTS": str(self.dir)}
        self.write(f"{HERE}/weir.yaml", block("yaml", START))

    def tearDown(self):
        super().tearDown()
        self.hosts.close()

    def env_of(self, host):
        return {**self.env, "WEIR_RUNTIME_DIR": self.path(host, "run")}

    def enter(self, host):
        return (*self.hosts[host].prefix, "unshare", "--mount", "--uts", "sh", "-c", ENTER, "sh", host, str(self.dir))

    def logs(self):
        return "".join(f"{name}:\n{node.log()}" for name, node in self.nodes.items())

    def do(self, host, line):
        """To its end, well."""
        done = subprocess.run([*self.enter(host), "bash", "-c", line], cwd=self.dir / host, env=self.env_of(host), text=True,
                              capture_output=True, timeout=PATIENCE, check=False)
        self.assertEqual((0, ""), (done.returncode, "\n".join(l for l in done.stderr.splitlines() if " info " not in l)),
                         line + "\n" + done.stdout + self.logs())
        return done.stdout

    def begin(self, host, line):
        words = shlex.split(line)
        self.assertEqual("weir", words[0])
        node = Process(host, words[1:], self.dir / host, self.env_of(host), prefix=self.enter(host))
        self.processes.append(node)
        self.nodes[host] = node

    def follow(self, title):
        """Does what a section says; returns what was printed, by command."""
        printed = {}
        for host, line in commands(title):
            if " --node " in line and line.startswith("weir run "):
                self.begin(host, line)
                wait_until(lambda: self.is_there(host), self.logs)
            else:
                printed[line] = self.do(host, line)
        return printed

    def ask(self, host, *words):
        text = subprocess.run([BINARY, *words, "--json"], env=self.env_of(host), text=True, capture_output=True,
                              timeout=PATIENCE, check=False).stdout
        return json.loads(text) if text else {}

    def is_there(self, host):
        """It runs, and core-1, whom all is asked of, is connected to it; nodes that serve it dials itself."""
        if host == "core-1" or "core-1" not in self.nodes:
            return self.ask(host, "members")
        return any(link["connected"] and link["dialled"] != host.startswith("edge") for link in self.ask("core-1", "status")["links"]
                   if link["node"] == host)

    def add_lines(self, host, count):
        paths = [f"/item/{len(self.sent) + n}" for n in range(count)]
        with open(self.dir / host / "log/nginx/access.log", "a", encoding="utf-8") as log:
            log.writelines(LINE.format(path) for path in paths)
        self.sent += paths

    def stored(self, host, at="weir-data"):
        files = (self.dir / host / at / "web.access").glob("*.jsonl")
        return [json.loads(line)["path"] for file in files for line in read_lines(file)]

    def pass_on_lines(self):
        self.add_lines("edge-1", 100)
        wait_until(lambda: len(self.stored("store-1")) >= len(self.sent), self.logs)
        self.assert_same_lines(self.stored("store-1"), self.sent)

    def test_three_nodes_take_less_than_fifteen_commands(self):
        self.assertLess(len(commands(START)), 15)

    def test_from_one_process_to_three_hosts_and_a_fourth_that_comes_and_goes(self):
        self.add_lines(HERE, 3)
        printed = self.follow(START)
        self.assertIn("no problems", printed["weir check weir.yaml"])
        self.assertIn("events=3 ", next(text for line, text in printed.items() if " --once" in line))
        self.assert_same_lines(self.stored(HERE), self.sent)
        self.sent = []
        self.assertEqual(block("text", START).split("\n")[0].split(), printed["weir members"].split("\n")[0].split())
        wait_until(lambda: "node edge-1: " in self.do("core-1", "weir status --cluster"), self.logs)
        wait_until(lambda: 'node "edge-1" may not observe it' in self.do("edge-1", "weir status --cluster"), self.logs)
        refused = 'weir drain: core-1: node "edge-1" may not operate it'
        self.assertEqual(refused + "\n1\n", self.do("edge-1", "weir drain core-1 2>&1; echo $?"))
        self.pass_on_lines()
        self.follow("Add a node")
        self.pass_on_lines()
        printed = self.follow("Take a node out")
        self.assertIn("node core-2 has left", printed["weir drain core-2 --via core-1"])
        self.assertEqual(0, self.nodes["core-2"].end(), self.logs())
        self.pass_on_lines()

    def test_a_changed_file_is_handed_to_all_that_have_not_left(self):
        self.add_lines(HERE, 1)
        self.follow(START)
        self.follow("Add a node")
        self.follow("Take a node out")
        file = self.dir / "core-1/weir.yaml"
        file.write_text(file.read_text().replace("weir-data/{tag}", "weir-data/new/{tag}"))
        printed = self.follow("Change the file")["weir reload --all"]
        for node in ("store-1", "edge-1"):
            self.assertIn(node + ": ", printed)
            self.assertEqual(file.read_text(), (self.dir / node / "weir.yaml").read_text())
        self.assertNotIn("core-2", printed)
        self.add_lines("edge-1", 3)
        wait_until(lambda: len(self.stored("store-1", "weir-data/new")) == 3, self.logs)


if __name__ == "__main__":
    if why_no_hosts():
        print("skipped:", why_no_hosts())
        sys.exit(77)
    unittest.main()
