"""The real binary under test: a directory of its own, nodes started in it, waits on conditions."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

WEIR = os.environ.get("WEIR", "build/debug/weir")
TIMEOUT = 60  # seconds; only a broken program needs them


def wait_until(holds, what):
    """Returns the first true answer of `holds`."""
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        answer = holds()
        if answer:
            return answer
        time.sleep(0.02)
    raise AssertionError(f"{what}: not within {TIMEOUT} s")


class NodeTest(unittest.TestCase):
    """Each test has an empty directory, also for the control sockets, and leaves no process."""

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="weir-"))
        self.sockets = self.dir / "run"
        self.env = {**os.environ, "WEIR_RUNTIME_DIR": str(self.sockets), "TZ": "UTC"}
        self.nodes = []

    def tearDown(self):
        for node in self.nodes:
            if node.poll() is None:
                node.kill()
            node.communicate()
        shutil.rmtree(self.dir, ignore_errors=True)

    def write(self, name, text):
        path = self.dir / name
        path.write_text(text.replace("DIR", str(self.dir)), encoding="utf-8")
        return str(path)

    def lines(self, name, count):
        self.write(name, "".join(f'{{"n": {n}}}\n' for n in range(count)))

    def weir(self, *words):
        return subprocess.run([WEIR, *words], cwd=self.dir, env=self.env, capture_output=True, text=True,
                              timeout=TIMEOUT, check=False)

    def start(self, *words):
        node = subprocess.Popen([WEIR, "run", *words], cwd=self.dir, env=self.env, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)
        self.nodes.append(node)
        return node

    def finish(self, node, signal_number=None):
        """Exit status, stdout, stderr."""
        if signal_number is not None:
            node.send_signal(signal_number)
        out, err = node.communicate(timeout=TIMEOUT)
        return node.returncode, out, err

    def status(self, name):
        """What the node answers, or None while it does not run."""
        answer = self.weir("status", name, "--json")
        return json.loads(answer.stdout) if answer.returncode == 0 else None

    def actor(self, name, component):
        status = self.status(name)
        found = [a for a in status["actors"] if a["component"] == component] if status else []
        return found[0] if found else {}

    def wait_for(self, name, component, **figures):
        """Waits until the component's actor has these figures; returns the actor."""
        def holds():
            actor = self.actor(name, component)
            return actor if actor and all(actor[key] == figures[key] for key in figures) else None
        return wait_until(holds, f"{component} of {name} has {figures}")


SIGTERM, SIGINT, SIGKILL = signal.SIGTERM, signal.SIGINT, signal.SIGKILL
