"""What goes wrong is on the console's page soon, in words: who holds the others up, and why."""
import errno
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

from browser import find_browser
from console_pages import PageTest, topology
from weir_nodes import hold_for, wait_until

SOON = 3.0  # seconds, for who stands before it
NOBODY = 65534
COLLECTORS = {"made": "{ type: generate, rate: 500 }", "logs": '{ type: tail, path: "DIR/in/*.log" }'}
FILES = {"archive": '{ type: file, from: core, path: "DIR/out/all.jsonl" }'}
ROWS = {"rows": '{ type: sqlite, from: core, path: "DIR/out/rows.db" }'}
DISK_BYTES = 8 << 20


def why_no_mounts():
    """Empty if a file system of a test's own may be mounted."""
    if os.geteuid() != 0 or not shutil.which("mount"):
        return "may not mount a small disk"
    tried = subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "may not mount a small disk: " + tried.stderr.decode().strip()


class FaultsInBrowser(PageTest):
    def setUp(self):
        super().setUp()
        self.disk = None
        self.write("in/a.log", "one\n")

    def tearDown(self):
        if self.disk:
            subprocess.run(["umount", "--lazy", self.disk], check=True)
        super().tearDown()

    def show(self, sinks, **options):
        self.start_three(topology(COLLECTORS, sinks), **options)
        self.open("core-1")
        self.browser.wait_text("#headline", "Everything is arriving")

    def assert_told(self, since, *words, box=""):
        """In the sentence at the head or below it, all of them at once; and the box has that mark."""
        told = lambda: self.browser.text(".headline")
        wait_until(lambda: all(w in told() for w in words), lambda: f"{words} in {told()!r}")
        if box:
            wait_until(lambda: self.browser.text(box), lambda: f"{box}; {told()!r}")
        took = time.monotonic() - since
        print(f"{self.id().rsplit('.', 1)[-1]}: told after {took:.2f} s: {told()!r}", file=sys.stderr)
        self.assertLess(took, SOON)

    def small_disk(self, name):
        os.makedirs(self.path(name))
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "weir-test", self.path(name)], check=True)
        self.disk = self.path(name)

    def fill_disk(self):
        ballast = os.open(self.disk + "/ballast", os.O_WRONLY | os.O_CREAT)
        for size in (1 << 20, 1 << 12):
            try:
                while os.write(ballast, b"\0" * size):
                    pass
            except OSError as e:
                self.assertEqual(errno.ENOSPC, e.errno)
        os.close(ballast)

    def test_a_killed_store(self):
        self.show(FILES)
        self.nodes["store-1"].kill()
        self.assert_told(time.monotonic(), "archive", "not there", box=".box.fails")

    def test_a_stopped_store(self):
        self.show(FILES)
        self.nodes["store-1"].signal(signal.SIGSTOP)
        self.assert_told(time.monotonic(), "store-1", "does not answer", "archive", box=".box.fails")

    def test_a_stopped_node_whose_page_it_is(self):
        self.show(FILES)
        self.nodes["core-1"].signal(signal.SIGSTOP)
        stopped_at = time.monotonic()
        self.browser.wait_text(".health", "no answer")
        took = time.monotonic() - stopped_at
        print(f"no answer after {took:.2f} s", file=sys.stderr)
        self.assertLess(took, SOON + 0.1)  # of which nearly all is what a picture may take
        self.nodes["core-1"].signal(signal.SIGCONT)
        self.browser.wait_text("#headline", "Everything is arriving")

    def test_a_page_is_not_late_while_another_node_is_waited_for(self):
        self.show(FILES)
        self.nodes["store-1"].signal(signal.SIGSTOP)
        hold_for(lambda: "no answer" not in self.browser.text(".health"), 8, "pictures come")

    def test_a_store_that_another_one_has_locked(self):
        self.show(ROWS)
        other = sqlite3.connect(self.path("out/rows.db"), isolation_level=None, timeout=30)
        other.execute("BEGIN EXCLUSIVE")
        self.assert_told(time.monotonic(), "Sink rows stores nothing: its store has not answered for", box=".box.tries")
        self.browser.wait_text("#headline", "in use by another program")  # SQLite waits for some seconds itself
        other.close()
        self.browser.wait_text("#headline", "Everything is arriving")

    @unittest.skipIf(why_no_mounts(), why_no_mounts())
    def test_a_full_disk_of_a_store(self):
        self.small_disk("out")
        self.show(FILES)
        self.fill_disk()
        self.assert_told(time.monotonic(), "Sink archive stores", "No space left on device", box=".box.tries")
        os.remove(self.disk + "/ballast")
        self.browser.wait_text("#headline", "Everything is arriving")

    @unittest.skipIf(why_no_mounts(), why_no_mounts())
    def test_a_full_disk_of_a_buffer(self):
        self.small_disk("core")
        self.show(FILES)
        self.fill_disk()
        self.assert_told(time.monotonic(), "ore", "No space left on device", box=".box.tries")
        os.remove(self.disk + "/ballast")
        self.browser.wait_text("#headline", "Everything is arriving")

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("setpriv"), "may not run a node as somebody else")
    def test_a_file_that_may_not_be_read(self):
        os.makedirs(self.path("somebody"))
        for path in (self.dir, self.dir / "somebody"):
            os.chmod(path, 0o777)
        somebody = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
        self.show(FILES, edge={"prefix": somebody, "env": {"WEIR_RUNTIME_DIR": self.path("somebody")}})
        secret = self.write("secret.log", "one\n")
        os.chmod(secret, 0)
        os.rename(secret, self.path("in/secret.log"))
        self.assert_told(time.monotonic(), "attention", "in/secret.log", "Permission denied", box=".box.tries")
        os.chmod(self.path("in/secret.log"), 0o644)
        self.browser.wait_text("#headline", "Everything is arriving")


if __name__ == "__main__":
    if not find_browser():
        print("skipped: there is no chromium here")
        sys.exit(77)
    unittest.main()
