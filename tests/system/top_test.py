"""`weir top` in a real terminal (tmux) and without one, against running nodes under load; `weir metrics`; `weir status` begins
with a sentence."""
import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
import unittest

from weir_nodes import BINARY, PATIENCE, SIGINT, SIGKILL, SIGTERM, TICK, SystemTest, wait_until

PIPELINE = """
cluster: { name: shop }
console: { listen: "127.0.0.1:0" }
collectors:
  made: { type: generate, rate: 2000 }
  logs: { type: tail, path: DIR/in.log }
destination_aggregators:
  core: { from: [made, logs], buffer: { path: DIR/buffer } }
sinks:
  none: { type: "null", from: [core] }
  files: { type: file, from: [core], match: "logs.**", path: "DIR/out/{tag}.jsonl" }
"""
SEQUENCE = re.compile("\x1b")


class Tmux:
    """A server of its own with one window, whose shell runs what is typed."""

    def __init__(self, directory, env):
        self.directory, self.socket = directory, os.path.join(directory, "tmux")
        self.env = {**{k: v for k, v in env.items() if k != "TMUX"}, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "NO_COLOR": ""}
        self("-u", "new-session", "-d", "-x", "80", "-y", "24", "bash --norc --noprofile")
        self.run("PS1='$ '; clear")
        wait_until(lambda: self.text().startswith("$"), self.text)

    def __call__(self, *words):
        done = subprocess.run(["tmux", "-S", self.socket, "-f", "/dev/null", *words], cwd=self.directory, env=self.env, capture_output=True, text=True,
                              timeout=PATIENCE, check=False)
        if done.returncode != 0:
            raise AssertionError(f"tmux {words}: {done.stderr}")
        return done.stdout

    def text(self):
        return self("capture-pane", "-p")

    def keys(self, *keys):
        self("send-keys", *keys)

    def run(self, line):
        self("send-keys", "-l", line)
        self.keys("Enter")

    def wait(self, words, *not_these):
        """Until the screen has these words and none of those; returns it."""
        def holds():
            text = self.text()
            return text if words in text and not any(n in text for n in not_these) else None
        return wait_until(holds, lambda: f"{words!r} without {not_these} on the screen:\n{self.text()}")

    def resize(self, width, height):
        self("resize-window", "-x", str(width), "-y", str(height))

    def end(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], env=self.env, capture_output=True, check=False)


class Pty:
    """`weir top` on a terminal that only takes down what comes."""

    def __init__(self, words, env, size=(24, 80)):
        self.master, slave = pty.openpty()
        self.size(*size, slave)
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        self.child = subprocess.Popen([BINARY, "top", *words], stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True,
                                      preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.came = b""

    def size(self, rows, columns, to=None):
        fcntl.ioctl(self.master if to is None else to, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self):
        while select.select([self.master], [], [], TICK)[0]:
            try:
                self.came += os.read(self.master, 1 << 16)
            except OSError:
                break
        return self.came.decode("utf-8", "replace")

    def wait(self, words):
        return wait_until(lambda: words in self.read() and self.came.decode("utf-8", "replace"), lambda: f"{words!r} in {self.came[-2000:]!r}")

    def type(self, text):
        os.write(self.master, text.encode())

    def end(self):
        wait_until(lambda: (self.read(), self.child.poll())[1] is not None, "the end of weir top")
        return self.child.returncode

    def close(self):
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        os.close(self.master)
        os.close(self.slave)


class Terminals(SystemTest):
    def setUp(self):
        super().setUp()
        self.ends = []
        self.append("in.log", "hello\n")
        self.topology = self.write("t.yaml", PIPELINE)

    def tearDown(self):
        for end in self.ends:  # before the directory with their socket is gone
            end()
        super().tearDown()

    def begin(self):
        self.node = self.start("edge-1", self.topology, "--node", "edge-1")
        wait_until(lambda: self.actor("edge-1", "none").get("events_out"), "something is stored")

    def tmux(self):
        if not shutil.which("tmux"):
            self.skipTest("there is no tmux")
        made = Tmux(str(self.dir), self.env)
        self.ends.append(made.end)
        return made

    def pty(self, *words, size=(24, 80), **env):
        made = Pty(words, {**self.env, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "NO_COLOR": "", **env}, size)
        self.ends.append(made.close)
        return made


class TopTest(Terminals):
    def setUp(self):
        super().setUp()
        self.begin()

    def top_in(self, terminal, *words):
        terminal.run(" ".join([BINARY, "top", *words]))
        return terminal.wait("Everything is arriving")

    def test_at_80_by_24_and_at_200_by_50_and_resized_between(self):
        terminal = self.tmux()
        shown = self.top_in(terminal)
        for part in ("weir top  edge-1 of shop", "UTC  ok", "● Everything is arriving: ", "1 Flow", "COMPONENT", "collectors", "  made", "● flows",
                     "– at rest", "sinks", "q quit"):
            self.assertIn(part, shown)
        self.assertNotIn("NODES", shown)
        self.assertEqual(24, len(shown.splitlines()))
        terminal.resize(200, 50)
        wide = terminal.wait("NODES")
        self.assertTrue(wide.splitlines()[0].rstrip().endswith("ok"), wide)
        self.assertGreater(len(wide.splitlines()[0]), 190)
        self.assertIn("q quit", wide.splitlines()[49])
        terminal.resize(80, 24)
        terminal.wait("COMPONENT", "NODES")
        # What is no terminal's width any more, and back.
        terminal.resize(30, 6)
        terminal.wait("made", "UTC")
        terminal.resize(80, 24)
        terminal.wait("UTC")

    def test_views_filter_order_drill_in_and_help_by_keys(self):
        terminal = self.tmux()
        self.top_in(terminal, "edge-1")
        terminal.keys("2")
        terminal.wait("collector/logs")
        terminal.keys("/")
        terminal.run("sink/")
        terminal.wait("sink/files", "collector/logs")
        terminal.keys("Escape")
        terminal.wait("collector/logs")
        terminal.keys("3")
        terminal.wait("DIFFERENCE")
        terminal.keys("4")
        terminal.wait("weir 0.1.0 runs ")
        terminal.keys("1", "End", "Up", "Enter")
        detail = terminal.wait("Enter: its actors")
        self.assertRegex(detail, r"stored +[\d.]+k?/s")
        self.assertIn("from                  core", detail)
        terminal.keys("Enter")
        terminal.wait("only: none")
        terminal.keys("Enter", "Space")
        terminal.wait("commit seconds        p50 ")
        terminal.keys("?")
        terminal.wait("this, and back", "commit seconds")
        terminal.keys("?", "Escape", "1", "Escape", "s", "s")
        terminal.wait("order: IN", "Enter: its actors")

    def test_events_that_pass_the_chosen_component_are_shown_live(self):
        for width, height in ((80, 24), (200, 50)):
            with self.subTest(width=width):
                terminal = self.tmux()
                terminal.resize(width, height)
                self.top_in(terminal)
                terminal.keys("Home", "5")  # the first one: made
                shown = terminal.wait('"method":', "FIELD")
                self.assertRegex(shown, r"made: [\d,]+ passed, [\d,]+ not looked at: a sample")
                self.assertIn("5 Tap", shown)
                self.assertIn("generate", shown)
                self.assertEqual(height, len(shown.splitlines()))
                self.assertLessEqual(max(len(line) for line in shown.splitlines()), width)
                terminal.keys("p")
                terminal.wait("held still, p goes on")
                still = terminal.text().splitlines()[-15:]
                wait_until(lambda: self.ticks_on(terminal), "the clock goes on")
                self.assertEqual(still, terminal.text().splitlines()[-15:])
                terminal.keys("p")
                terminal.wait("passed", "held still")
                terminal.keys("/")
                terminal.run("tag:logs.** needle")
                terminal.wait("only: tag:logs.** needle", '"method":')
                terminal.keys("Escape", "1", "Home", "Down", "5")  # logs
                terminal.wait("logs: ")
                terminal.keys("/")
                terminal.run("needle")
                terminal.wait("logs: 0 passed")
                self.passes_until_shown(terminal)
                terminal.keys("Enter")
                terminal.wait("message               a needle")
                terminal.keys("q")

    def passes_until_shown(self, terminal):
        """The collector hears of the tap a moment after the screen has it."""
        def holds():
            self.append("in.log", "hay\na needle\n")
            return "a needle" in terminal.text()
        wait_until(holds, terminal.text)
        self.assertNotIn('"hay', terminal.text())

    def ticks_on(self, terminal):
        first = terminal.text().splitlines()[0]
        return wait_until(lambda: terminal.text().splitlines()[0] != first, "the clock")

    def test_a_console_is_tapped_by_its_address(self):
        address = wait_until(lambda: self.weir("console").stdout.strip(), "the console's address")
        top = self.pty(address)
        top.wait("Everything is arriving")
        top.type("5")
        top.wait("not looked at: a sample")
        top.type("q")
        self.assertEqual(0, top.end())

    def test_it_leaves_the_terminal_as_it_was_however_it_ends(self):
        terminal = self.tmux()
        terminal.run("stty -g > before")
        for number, end in enumerate((lambda: terminal.keys("q"), lambda: terminal.keys("C-c"), lambda: self.signal_top(SIGTERM))):
            terminal.run("clear")
            before = wait_until(lambda: terminal.text().strip() == "$" and terminal.text(), terminal.text)
            terminal.run(f"{BINARY} top; echo ended with $? {number}")
            terminal.wait("Everything is arriving")
            self.assertEqual("1", terminal("display", "-p", "#{alternate_on}").strip())
            end()
            after = terminal.wait(f"ended with {143 if number == 2 else 0} {number}")
            self.assertEqual("0 1", terminal("display", "-p", "#{alternate_on} #{cursor_flag}").strip())
            self.assertTrue(after.startswith(before.rstrip()), after)
            terminal.run(f"stty -g > after && cmp before after && echo same {number}")
            terminal.wait(f"same {number}\n")

    def signal_top(self, number):
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as f:
                    words = f.read().split(b"\0")
                with open(f"/proc/{pid}/environ", "rb") as f:
                    is_ours = f"WEIR_RUNTIME_DIR={self.sockets}".encode() in f.read().split(b"\0")
            except OSError:
                continue
            if words[:2] == [BINARY.encode(), b"top"] and is_ours:
                os.kill(int(pid), number)

    def test_a_node_that_dies_is_said_and_comes_back(self):
        terminal = self.tmux()
        self.top_in(terminal)
        self.node.signal(SIGKILL)
        self.node.end()
        gone = terminal.wait("✕ node shop.edge-1: cannot connect")
        self.assertIn("no answer", gone)
        self.assertIn("this is what it was", gone.replace("\n", " "))
        self.assertIn("made", gone)
        self.begin()
        terminal.wait("Everything is arriving", "no answer")

    def test_hostile_sizes_do_not_end_it(self):
        top = self.pty(size=(1, 1))
        top.wait("\x1b[?1049h")
        for rows, columns in ((1, 1), (2, 1), (1, 200), (65535, 1), (1, 65535), (300, 500), (0, 0), (3, 3)):
            top.size(rows, columns)
            top.type("123?" if rows % 2 else "/x\x1b4")
            seen = len(top.came)
            wait_until(lambda: len(top.read()) and len(top.came) > seen, "it draws")
            self.assertIsNone(top.child.poll())
        top.type("\x1bq")
        self.assertEqual(0, top.end(), top.came[-300:])
        self.assertTrue(top.came.rstrip().endswith(b"\x1b[?1049l"), top.came[-100:])
        self.assertEqual(top.before, termios.tcgetattr(top.slave))

    def test_colours_only_where_they_are_wanted(self):
        for no_colour, found in (("", True), ("1", False)):
            top = self.pty(NO_COLOR=no_colour)
            text = top.wait("Everything is arriving")
            self.assertEqual(found, "\x1b[32m" in text)
            top.type("q")
            self.assertEqual(0, top.end())

    def test_signs_that_the_terminal_has(self):
        top = self.pty(LC_ALL="C")
        top.wait("* Everything is arriving")
        self.assertTrue(top.came.isascii())

    def test_without_a_terminal_or_on_a_dumb_one_it_prints_lines(self):
        done = self.weir("top", "-n", "2")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertEqual(2, done.stdout.count("Everything is arriving"))
        for line in ("COMPONENT", "  made", "  none"):
            self.assertIn(line, done.stdout)
        self.assertIsNone(SEQUENCE.search(done.stdout))
        dumb = self.pty(TERM="dumb")
        wait_until(lambda: dumb.read().count("Everything is arriving") >= 2, "two blocks")
        self.assertIsNone(SEQUENCE.search(dumb.read()))
        os.killpg(dumb.child.pid, SIGINT)
        self.assertEqual(-SIGINT, dumb.end())

    def test_a_console_is_asked_by_its_address_and_tells_its_log_to_who_has_the_token(self):
        address = wait_until(lambda: self.weir("console").stdout.strip(), "the console's address")
        url, token = address.split("#token=")
        with_token = self.pty(address)
        with_token.wait("Everything is arriving")
        with_token.type("4")
        with_token.wait("weir 0.1.0 runs ")
        without = self.pty(url)
        without.wait("Everything is arriving")
        without.type("4")
        without.wait("WEIR_TOKEN")
        for words, env in (((url, "--token", token), {}), ((url,), {"WEIR_TOKEN": token})):
            top = self.pty(*words, **env)
            top.wait("Everything is arriving")
            top.type("4")
            top.wait("weir 0.1.0 runs ")

    def test_what_makes_no_sense_or_is_not_there_is_said(self):
        for words, status, why in ((("https://x",), 2, "port"), (("nobody",), 1, "does not run"), (("http://127.0.0.1:1",), 1, "refused"),
                                   (("https://127.0.0.1:1", "--ca", "/no/such"), 2, "/no/such")):
            done = self.weir("top", *words)
            self.assertEqual(status, done.returncode, done.stderr)
            self.assertIn(why, done.stderr)

    def test_metrics_are_what_the_console_tells(self):
        text = self.weir("metrics").stdout
        self.assertTrue(text.endswith("# EOF\n"), text[-200:])
        self.assertRegex(text, r'weir_sink_out_events_total\{[^}]*component="none"[^}]*\} \d+')
        self.assertEqual(1, self.weir("metrics", "nobody").returncode)

    def test_status_begins_with_a_sentence(self):
        lines = self.weir("status").stdout.splitlines()
        self.assertRegex(lines[0], r"^Everything is arriving: [\d.]+k?/s come in, none stores [\d.]+k?/s, files 0/s\.$")
        self.assertTrue(lines[1].startswith("node edge-1 of cluster shop"))


class StuckTest(Terminals):
    """A store that cannot be opened."""

    def setUp(self):
        super().setUp()
        self.write("out", "a file, where a directory is wanted")

    def test_it_is_named_first_by_top_and_status(self):
        self.begin()
        wait_until(lambda: self.actor("edge-1", "files").get("state") == "retrying", "the store fails")
        terminal = self.tmux()
        terminal.resize(200, 50)
        terminal.run(BINARY + " top")
        shown = terminal.wait("✕ Sink files stores nothing: cannot ")
        self.assertIn("▲ in trouble", shown)
        self.assertIn("WHAT IS WRONG", shown)
        self.assertTrue(self.weir("status").stdout.startswith("Sink files stores nothing: cannot "))

    def test_it_is_named_in_the_live_lines_of_a_run(self):
        terminal = self.tmux()
        terminal.run(f"{BINARY} run {self.topology} --node edge-1 2> run.log")
        shown = terminal.wait("Sink files stores nothing: cannot ")
        # One of them may not know yet where to go on: it asks the sink that fails.
        self.assertRegex(shown, r"collectors +(1 asking where to go on, 1 )?running +[\d,]+ +")
        terminal.resize(34, 24)
        terminal.wait("events/s  delay")
        terminal.keys("C-c")
        terminal.wait("$")


if __name__ == "__main__":
    unittest.main()
