"""docs/cluster.md does what it says: its commands are run as written, each on a host of its own.

Hosts are network namespaces (network_hosts.py) that know each other by name and have a /var/log of their own; `ssh` is a
command of this test that runs the rest in the other host's directory. Where hosts may not be made it is skipped.
"""
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import unittest

from network_hosts import NetworkHosts, why_no_hosts
from weir_nodes import BINARY, PATIENCE, SOURCE, Process, SystemTest, wait_until

with open(os.path.join(SOURCE, "docs/cluster.md"), encoding="utf-8") as guide:
    GUIDE = guide.read()
HERE = "here"
HOSTS = (HERE, "store-1", "core-1", "edge-1", "core-2")
LINE = '127.0.0.1 - - [10/Oct/2025:13:55:36 +0000] "GET /item/{} HTTP/1.1" 200 17 "-" "curl/8"\n'
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
        self.sent = 0
        self.write("hosts", "127.0.0.1 localhost\n" + "".join(f"{self.hosts[name].v4} {name}\n" for name in HOSTS))
        for name in HOSTS:
            (self.dir / name / "log/nginx").mkdir(parents=True)
        self.write("bin/ssh", SSH)
        (self.dir / "bin/ssh").chmod(0o755)
        (self.dir / "bin/weir").symlink_to(BINARY)
        self.env = {**self.env, "PATH": f"{self.dir}/bin:{os.environ['PATH']}", "HOSTS": str(self.dir)}
        self.write(f"{HERE}/weir.yaml", block("yaml", "From one process to three hosts"))

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
                wait_until(lambda: host in self.members("core-1" if "core-1" in self.nodes else host, ("up",)), self.logs)
            else:
                printed[line] = self.do(host, line)
        return printed

    def members(self, at, states):
        text = subprocess.run([BINARY, "members", "--json"], env=self.env_of(at), text=True, capture_output=True,
                              timeout=PATIENCE, check=False).stdout
        return [m["node"] for m in json.loads(text)["members"] if m["state"] in states] if text else []

    def add_lines(self, host, count):
        with open(self.dir / host / "log/nginx/access.log", "a", encoding="utf-8") as log:
            log.writelines(LINE.format(self.sent + n) for n in range(count))
        self.sent += count

    def stored(self, host):
        files = pathlib.Path(self.path(host, "weir-data/web.access")).glob("*.jsonl")
        return sorted(json.loads(line)["path"] for file in files for line in file.read_text().splitlines())

    def wait_stored(self, host):
        wait_until(lambda: len(self.stored(host)) >= self.sent, self.logs)
        self.assert_same_lines(self.stored(host), [f"/item/{n}" for n in range(self.sent)])

    def test_three_nodes_take_less_than_fifteen_commands(self):
        self.assertLess(len(commands("From one process to three hosts")), 15)

    def test_from_one_process_to_three_hosts_and_a_fourth_that_comes_and_goes(self):
        self.add_lines(HERE, 3)
        printed = self.follow("From one process to three hosts")
        self.assertIn("no problems", printed["weir check weir.yaml"])
        self.wait_stored(HERE)
        self.sent = 0
        self.add_lines("edge-1", 100)
        self.wait_stored("store-1")
        print(printed)
        self.follow("Add a node")
        self.add_lines("edge-1", 100)
        self.wait_stored("store-1")
        print(self.follow("Drain a node"))
        self.assertEqual(0, self.nodes["core-2"].end(), self.logs())
        self.add_lines("edge-1", 100)
        self.wait_stored("store-1")
        print(self.do("core-1", "weir members; weir status --cluster"))


if __name__ == "__main__":
    if why_no_hosts():
        print("skipped:", why_no_hosts())
        sys.exit(77)
    unittest.main()
