"""The real binary under test: a directory for each test, nodes as processes in it, waits on conditions.

The environment names the binary (WEIR), the source tree (WEIR_SOURCE) and how long a wait lasts at most in
seconds (WEIR_PATIENCE); WEIR_KEEP keeps the directories.
"""
import collections
import contextlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

BINARY = os.path.abspath(os.environ.get("WEIR", "build/release/weir"))
SOURCE = os.environ.get("WEIR_SOURCE", os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
PATIENCE = float(os.environ.get("WEIR_PATIENCE", "60"))
TICK = 0.02
LOGHUB = os.path.join(SOURCE, "..", "shared", "data", "loghub")

# An edge that reads DIR/in.log, and a core; their ports are to be filled in.
TWO_NODES = """
cluster: { name: shop }
collectors:
  logs: { type: tail, path: DIR/in.log }
destination_aggregators:
  core: { from: [logs] }
sinks:
  files: { type: file, from: [core], path: "DIR/out/all.jsonl" }
placement:
  edge: [logs]
  core: [core, files]
nodes:
  edge-1: { listen: 127.0.0.1:PORT1, as: edge }
  core-1: { listen: 127.0.0.1:PORT2, as: core }
"""


RESERVED = []  # sockets that no one sees: while this process lives, its ports are no other test's


def free_port():
    """One that nobody else comes to have while its node is down: below the ports that outgoing connections get,
    and reserved among tests."""
    while True:
        port = random.randrange(10000, 32000)
        mark = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                mark.bind(f"\0weir-test-port-{port}")
            except OSError:
                mark.close()
                continue
        RESERVED.append(mark)
        return port


def wait_until(condition, what, patience=None):
    """Waits until condition() is true and returns its value; `what` is a string or gives one."""
    give_up = time.monotonic() + (patience or PATIENCE)
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > give_up:
            raise AssertionError("waited in vain: " + (what() if callable(what) else what))
        time.sleep(TICK)


def hold_for(condition, seconds, what):
    """Fails as soon as condition() is false within the next seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not condition():
            raise AssertionError("did not last: " + (what() if callable(what) else what))
        time.sleep(TICK)


def read_lines(path):
    """The complete lines of a file, as bytes; none if it does not exist."""
    try:
        with open(path, "rb") as f:
            text = f.read()
    except FileNotFoundError:
        return []
    return text[: text.rfind(b"\n") + 1].split(b"\n")[:-1]


def count_lines(path):
    try:
        with open(path, "rb") as f:
            return sum(block.count(b"\n") for block in iter(lambda: f.read(1 << 20), b""))
    except FileNotFoundError:
        return 0


def differences(got, wanted):
    """What is missing and what is there too often, in a few words; empty if equal as multisets."""
    got, wanted = collections.Counter(got), collections.Counter(wanted)
    missing, extra = wanted - got, got - wanted
    if not missing and not extra:
        return ""
    return (f"{sum(missing.values())} missing ({sorted(missing)[:3]}), "
            f"{sum(extra.values())} too many ({sorted(extra)[:3]})")


class Process:
    """One `weir run`; its stderr and stdout go to files."""

    def __init__(self, name, arguments, directory, env, prefix=(), stdout=None):
        self.name = name
        self.log_path = os.path.join(directory, name + ".log")
        self.out_path = os.path.join(directory, name + ".out")
        with open(self.log_path, "ab") as err, open(self.out_path, "ab") as out:
            self.child = subprocess.Popen([*prefix, BINARY, *arguments], cwd=directory, stdin=subprocess.DEVNULL,
                                          stdout=out if stdout is None else stdout, stderr=err, env=env)
        self.pid = self.child.pid

    def log(self):
        with open(self.log_path, errors="replace") as f:
            return f.read()

    def out(self):
        with open(self.out_path, errors="replace") as f:
            return f.read()

    def wait_log(self, words, patience=None):
        wait_until(lambda: words in self.log(), lambda: f"{words!r} in the log of {self.name}:\n{self.log()}", patience)

    def signal(self, number):
        """Once SIGSTOP was sent it does nothing more: some thread may have been about to answer somebody."""
        if self.child.poll() is None:
            os.kill(self.pid, number)
            if number == signal.SIGSTOP:
                wait_until(self.is_stopped, f"{self.name} has stopped")

    def is_stopped(self):
        """All its threads, or it has ended."""
        states = []
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            with contextlib.suppress(OSError), open(f"/proc/{self.pid}/task/{thread}/stat") as f:
                states.append(f.read().rsplit(")", 1)[1].split()[0])
        return all(s in "TtZX" for s in states)

    def kill(self):
        self.signal(signal.SIGKILL)
        self.child.wait()

    def stop(self, patience=None):
        """SIGTERM; returns the exit status."""
        self.signal(signal.SIGTERM)
        return self.end(patience)

    def end(self, patience=None):
        """Waits for the process to end by itself; returns the exit status."""
        wait_until(lambda: self.child.poll() is not None,
                   lambda: f"the end of {self.name}:\n{self.log()[-4000:]}", patience)
        return self.child.returncode

    def is_running(self):
        return self.child.poll() is None

    def summary(self):
        """The last line of --once as a dictionary."""
        lines = self.out().strip().splitlines()
        return dict(re.findall(r"(\w+)=([\d.]+)", lines[-1])) if lines else {}

    def rss_kib(self):
        return self.status_kib("VmRSS")

    def status_kib(self, what):
        """0 if the process has ended."""
        with open(f"/proc/{self.pid}/status") as f:
            found = re.search(what + r":\s+(\d+)", f.read())
        return int(found.group(1)) if found else 0

    def peak_rss_kib(self):
        return self.status_kib("VmHWM")

    def cpu_seconds(self):
        with open(f"/proc/{self.pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class SystemTest(unittest.TestCase):
    """Each test has an empty directory, also for the control sockets, and leaves no process."""

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="weir-test-"))
        self.sockets = self.dir / "run"
        self.env = {**os.environ, "WEIR_RUNTIME_DIR": str(self.sockets), "TZ": "UTC"}
        self.processes = []

    def tearDown(self):
        for p in self.processes:
            p.signal(signal.SIGCONT)
            p.kill()
        if not os.environ.get("WEIR_KEEP"):
            shutil.rmtree(self.dir, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def write(self, name, text):
        """In a text DIR stands for the test's directory. Returns the path."""
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.replace("DIR", str(self.dir)).encode())
        return str(path)

    def write_numbers(self, name, count):
        self.write(name, "".join(f'{{"n": {n}}}\n' for n in range(count)))

    def append(self, name, text):
        with open(self.path(name), "ab" if isinstance(text, bytes) else "a") as f:
            f.write(text)

    def weir(self, *words, **options):
        """Runs `weir` to its end."""
        return subprocess.run([BINARY, *words], **{"cwd": self.dir, "env": self.env, "capture_output": True,
                                                   "text": True, "timeout": PATIENCE, "check": False, **options})

    def start(self, name, *arguments, env=None, **options):
        """`weir run`; the name is for its log."""
        p = Process(name, ["run", *arguments], self.dir, {**self.env, **(env or {})}, **options)
        self.processes.append(p)
        return p

    def start_node(self, topology, node, class_name, *arguments, **options):
        return self.start(node, topology, "--node", node, "--as", class_name, *arguments, **options)

    def finish(self, process, number=None):
        """Sends the signal if there is one; exit status, stdout, stderr."""
        if number is not None:
            process.signal(number)
        return process.end(), process.out(), process.log()

    def status(self, name):
        """What the node answers, or None while it does not run."""
        answer = self.weir("status", name, "--json")
        return json.loads(answer.stdout) if answer.returncode == 0 else None

    def actor(self, name, component):
        status = self.status(name)
        found = [a for a in status["actors"] if a["component"] == component] if status else []
        return found[0] if found else {}

    def wait_for(self, name, component, **figures):
        """Waits until the component's actor has these figures; returns the actor. Not for a node that has ended."""
        def holds():
            latest = [p for p in self.processes if p.name == name][-1:]
            if latest and not latest[0].is_running():
                raise AssertionError(f"{name} has ended:\n{latest[0].log()[-4000:]}")
            actor = self.actor(name, component)
            return actor if actor and all(actor[key] == figures[key] for key in figures) else None
        return wait_until(holds, f"{component} of {name} has {figures}")

    def assert_same_lines(self, got, wanted):
        self.assertEqual("", differences(got, wanted))

    def assert_ends_well(self, *processes, patience=None):
        for p in processes:
            self.assertEqual(0, p.end(patience), p.name + ":\n" + p.log()[-4000:])


SIGTERM, SIGINT, SIGKILL = signal.SIGTERM, signal.SIGINT, signal.SIGKILL
