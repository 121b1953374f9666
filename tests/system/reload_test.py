"""`weir reload` and SIGHUP: a node that changes under load loses nothing, repeats nothing and goes on meanwhile."""
import base64
import fcntl
import json
import os
import random
import signal
import socket
import sqlite3
import struct
import threading
import time
import unittest

from weir_nodes import SIGKILL, SystemTest, count_lines, differences, free_port, read_lines, wait_until

BASE = {
    "collectors": {
        "logs": '{ type: tail, path: "DIR/in.log", tag: web.logs }',
        "apps": '{ type: forward, listen: "127.0.0.1:PORT" }',
    },
    "source_aggregators": {"local": '{ from: [logs, apps], buffer: { path: "DIR/buffer" } }'},
    "destination_aggregators": {"core": "{ from: [local], buffer: { type: memory, max_size: 16MiB } }"},
    "sinks": {
        "files": '{ type: file, from: [core], path: "DIR/files.jsonl" }',
        "base": '{ type: sqlite, from: [local], path: "DIR/base.db" }',
    },
}


class Lines(threading.Thread):
    """Appends numbered lines to a file until it is stopped."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path, self.count, self.ends = path, 0, threading.Event()

    def run(self):
        with open(self.path, "a", buffering=1 << 16) as f:
            while not self.ends.wait(0.005):
                for _ in range(20):
                    f.write(f"line {self.count}\n")
                    self.count += 1
                f.flush()

    def stop(self):
        self.ends.set()
        self.join()
        return [f"line {n}" for n in range(self.count)]


class Client(threading.Thread):
    """A forward client with acks: what has none it sends again, with the same id, over another connection."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.acked, self.ends, self.stream, self.waits = port, 0, threading.Event(), None, []

    def run(self):
        while not self.ends.is_set():
            chunk = base64.b64encode(random.randbytes(16))
            while not self.deliver(chunk):
                time.sleep(0.01)
            self.acked += 10
            self.ends.wait(0.01)

    def deliver(self, chunk):
        entries = b"".join(b"\x92" + b"\xce" + struct.pack(">I", 1700000000) + b"\x81" + text("message") +
                           text(f"app {n}") for n in range(self.acked, self.acked + 10))
        message = b"\x93" + text("app") + b"\x9a" + entries + b"\x81" + text("chunk") + text(chunk.decode())
        begun = time.monotonic()
        try:
            if self.stream is None:
                self.stream = socket.create_connection(("127.0.0.1", self.port), 5)
                self.stream.settimeout(15)
            self.stream.sendall(message)
            answer = b""
            while chunk not in answer:
                piece = self.stream.recv(4096)
                if not piece:
                    raise OSError("closed")
                answer += piece
            self.waits.append((begun, time.monotonic() - begun))
            return True
        except OSError:
            self.close()
            return False

    def close(self):
        if self.stream is not None:
            self.stream.close()
        self.stream = None

    def stop(self):
        self.ends.set()
        self.join()
        self.close()
        return [f"app {n}" for n in range(self.acked)]


class Knocker(threading.Thread):
    """Connects again and again, as fast as it can, and counts how often nobody is there."""

    def __init__(self, *places):
        super().__init__(daemon=True)
        self.places, self.let_in, self.refused, self.ends = places, 0, [], threading.Event()

    def run(self):
        while not self.ends.is_set():
            for place in self.places:
                with socket.socket(socket.AF_UNIX if isinstance(place, str) else socket.AF_INET) as knocks:
                    # Ends with a reset: else so many would use up the ports.
                    knocks.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.knock(knocks, place)

    def knock(self, knocks, place):
        try:
            knocks.settimeout(10)
            knocks.connect(place)
            self.let_in += 1
        except BlockingIOError:
            pass  # a path whose queue is full at the moment
        except OSError as e:
            self.refused.append((time.monotonic(), place, str(e)))

    def stop(self):
        self.ends.set()
        self.join()


class LockWatcher(threading.Thread):
    """Looks all the time whether anybody has the lock of a buffer, without taking it."""
    HOW, WHAT = "hhqqi4x", 36  # struct flock; F_OFD_GETLK of Linux

    def __init__(self, directory):
        super().__init__(daemon=True)
        self.file, self.looks, self.free, self.ends = open(directory + "/lock"), 0, 0, threading.Event()

    def run(self):
        while not self.ends.is_set():
            found = fcntl.fcntl(self.file, self.WHAT, struct.pack(self.HOW, fcntl.F_WRLCK, 0, 0, 0, 0))
            self.free += struct.unpack(self.HOW, found)[0] == fcntl.F_UNLCK
            self.looks += 1

    def stop(self):
        self.ends.set()
        self.join()
        self.file.close()


def text(value):
    return bytes([0xd9, len(value)]) + value.encode()


class ReloadTest(SystemTest):
    def setUp(self):
        super().setUp()
        self.port = free_port()
        self.topology = {section: dict(components) for section, components in BASE.items()}
        self.write("in.log", "")
        self.load = []

    def tearDown(self):
        for one in self.load:
            one.ends.set()
        super().tearDown()

    def save(self):
        parts = [section + ":\n" + "".join(f"  {name}: {what}\n" for name, what in components.items())
                 for section, components in self.topology.items() if components]
        return self.write("t.yaml", "".join(parts).replace("PORT", str(self.port)))

    def change(self, section, name, what):
        if what is None:
            del self.topology[section][name]
        else:
            self.topology[section][name] = what

    def reload(self, *words, status=0):
        self.save()
        done = self.weir("reload", *words)
        self.assertEqual(status, done.returncode, done.stdout + done.stderr + self.processes[-1].log())
        return done.stdout + done.stderr

    def lines_of(self, name):
        return [json.loads(line)["message"] for line in read_lines(self.path(name))]


class Reload(ReloadTest):
    def run_node(self, name="node"):
        node = self.start(name, self.save(), "--node", "n", "--drain-timeout", "10s")
        wait_until(self.listens, lambda: "the node listens:\n" + node.log())
        return node

    def listens(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def put_under_load(self):
        self.load = [Lines(self.path("in.log")), Client(self.port)]
        for one in self.load:
            one.start()
        self.flows()

    def flows(self):
        """Waits until what is written now has come through to the file sink, and more has come meanwhile."""
        written, acked = self.load[0].count, self.load[1].acked
        wait_until(lambda: self.load[1].acked > acked + 50 and count_lines(self.path("files.jsonl")) > written + acked,
                   lambda: "the load goes on:\n" + self.processes[-1].log()[-4000:])

    def rows_of(self, name):
        with sqlite3.connect(self.path(name)) as db:
            return [json.loads(r)["message"] for r, in db.execute("SELECT record FROM events")]

    def assert_all_is_stored(self, node, files=("files.jsonl",), bases=("base.db",)):
        """Ends the load; all of it is in each of these once."""
        wanted = [line for one in self.load for line in one.stop()]
        self.assert_has(wanted, files, bases)
        self.assertEqual(0, node.stop(), node.log())
        self.assert_has(wanted, files, bases)

    def assert_has(self, wanted, files, bases):
        for get, names in ((self.lines_of, files), (self.rows_of, bases)):
            for name in names:
                wait_until(lambda: len(get(name)) >= len(wanted),
                           lambda: f"{name}: " + differences(get(name), wanted))
                self.assertEqual("", differences(get(name), wanted), name)

    def test_a_sink_comes_and_another_goes_while_data_flows(self):
        node = self.run_node()
        self.put_under_load()
        self.change("sinks", "late", '{ type: file, from: [local], path: "DIR/late.jsonl" }')
        self.change("sinks", "direct", '{ type: sqlite, from: [logs, apps], path: "DIR/direct.db" }')
        self.assertIn("added: late, direct", self.reload())
        self.flows()
        wait_until(lambda: self.rows_of("direct.db"), "the sink behind the collectors gets something")
        wanted = self.lines_of("files.jsonl")
        self.change("sinks", "late", None)
        self.assertIn("removed: late", self.reload())
        late = self.lines_of("late.jsonl")
        self.assertEqual(len(late), len(set(late)))
        self.change("sinks", "direct", None)
        self.reload()
        direct = self.rows_of("direct.db")
        self.assertEqual(len(direct), len(set(direct)))
        self.flows()
        self.assertEqual(late, self.lines_of("late.jsonl"))
        self.assertTrue(set(direct) <= set(self.lines_of("files.jsonl")) | set(self.rows_of("base.db")))
        self.assertTrue(wanted)
        self.assertEqual({"files", "base"}, {a["component"] for a in self.status("n")["actors"] if a["tier"] == "sink"})
        self.assert_all_is_stored(node)

    def test_one_that_starts_now_gets_what_comes_and_all_others_what_the_log_holds(self):
        self.topology["sinks"]["base"] = '{ type: "null", from: [local] }'
        self.topology["sinks"]["slow"] = '{ type: file, from: [local], path: "DIR/in.log/cannot/be.jsonl" }'
        node = self.run_node()  # "slow" never takes anything, so that the log holds all
        self.put_under_load()
        self.flows()
        self.change("sinks", "now", '{ type: file, from: [local], path: "DIR/now.jsonl", start: now }')
        self.change("sinks", "all", '{ type: file, from: [local], path: "DIR/all.jsonl" }')
        self.reload()
        self.flows()
        wait_until(lambda: self.lines_of("now.jsonl"), "something new comes")
        self.assertNotIn("line 0", self.lines_of("now.jsonl"))
        self.assertIn('"now" is new and starts now', node.log())
        self.assertIn('"all" is new and gets all that is here', node.log())
        self.change("sinks", "slow", None)
        self.assertIn('data for "slow"', self.reload(status=1))
        self.assertIn("slow", {a["component"] for a in self.status("n")["actors"]})
        self.reload("--discard")
        self.assertIn('"slow" reads from it no more', node.log())
        self.assert_all_is_stored(node, ("files.jsonl", "all.jsonl"), ())

    def test_settings_of_each_kind_change_and_nothing_is_lost_or_repeated(self):
        node = self.run_node()
        self.put_under_load()
        for section, name, what in (
                ("collectors", "logs", '{ type: tail, path: "DIR/in.log", tag: web.other }'),
                ("collectors", "apps", '{ type: forward, listen: "127.0.0.1:PORT", labels: { a: b } }'),
                ("source_aggregators", "local", '{ from: [logs, apps], buffer: { path: "DIR/buffer", max_size: 1GiB } }'),
                ("destination_aggregators", "core", "{ from: [local], buffer: { type: memory, max_size: 8MiB } }"),
                ("sinks", "base", '{ type: sqlite, from: [local], path: "DIR/base.db", batch: { max_events: 1000 } }'),
                ("sinks", "files", '{ type: file, from: [core], path: "DIR/files.jsonl", retry: { first: 2s } }')):
            with self.subTest(name=name):
                self.change(section, name, what)
                self.assertIn("changed: " + name, self.reload())
                self.flows()
        self.assert_all_is_stored(node)

    def put_under_load_with_a_knocker(self):
        self.put_under_load()
        knocker = Knocker(("127.0.0.1", self.port), self.path("socket"))
        knocker.start()
        self.addCleanup(knocker.ends.set)
        wait_until(lambda: knocker.let_in > 100, "many come in")
        return knocker

    def assert_nobody_was_refused(self, knocker):
        before = knocker.let_in
        wait_until(lambda: knocker.let_in > before + 100, "it goes on")
        knocker.stop()
        self.assertEqual([], knocker.refused)

    def test_who_connects_to_a_collector_that_changes_is_never_refused(self):
        listen = 'type: forward, listen: ["127.0.0.1:PORT", "unix:DIR/socket"]'
        self.change("collectors", "apps", f"{{ {listen} }}")
        node = self.run_node()
        knocker = self.put_under_load_with_a_knocker()
        for n in range(20):
            self.change("collectors", "apps", f"{{ {listen}, labels: {{ a: b{n} }}, socket_mode: 06{n % 2}0 }}")
            self.assertIn("changed: apps", self.reload())
        self.flows()
        self.assert_nobody_was_refused(knocker)
        self.assert_all_is_stored(node)

    def test_who_takes_the_place_of_another_takes_its_door(self):
        listen = 'type: forward, listen: ["127.0.0.1:PORT", "unix:DIR/socket"]'
        self.change("collectors", "apps", f"{{ {listen} }}")
        node = self.run_node()
        knocker = self.put_under_load_with_a_knocker()
        for n in range(5):
            del self.topology["collectors"]["apps" if n == 0 else f"apps-{n - 1}"]
            self.change("collectors", f"apps-{n}", f"{{ {listen} }}")
            self.change("source_aggregators", "local", f'{{ from: [logs, apps-{n}], buffer: {{ path: "DIR/buffer" }} }}')
            self.assertIn(f"added: apps-{n}", self.reload())
        self.flows()
        self.assert_nobody_was_refused(knocker)
        self.change("collectors", "apps-4", '{ type: forward, listen: "127.0.0.1:PORT" }')
        self.reload()
        self.assertFalse(os.path.exists(self.path("socket")))
        self.assert_all_is_stored(node)

    def test_a_lock_is_handed_over_and_never_free(self):
        node = self.run_node()
        self.put_under_load()
        watcher = LockWatcher(self.path("buffer"))
        watcher.start()
        self.addCleanup(watcher.ends.set)
        for n in range(10):
            self.change("source_aggregators", "local", f'{{ from: [logs, apps], buffer: {{ path: "DIR/buffer", max_size: {n + 1}GiB }} }}')
            self.assertIn("changed: local", self.reload())
        watcher.stop()
        self.assertGreater(watcher.looks, 1000)
        self.assertEqual(0, watcher.free)
        self.assert_all_is_stored(node)

    def test_buffers_move_and_tiers_come_and_go(self):
        node = self.run_node()
        self.put_under_load()
        self.change("destination_aggregators", "core", '{ from: [local], buffer: { path: "DIR/core" } }')
        self.reload()
        self.flows()
        self.change("source_aggregators", "local", '{ from: [logs, apps], buffer: { path: "DIR/elsewhere" } }')
        self.reload()
        self.flows()
        self.change("destination_aggregators", "core", None)
        self.change("sinks", "files", '{ type: file, from: [local], path: "DIR/files.jsonl" }')
        self.reload()
        self.flows()
        self.topology["source_aggregators"] = {"renamed": self.topology["source_aggregators"]["local"]}
        self.topology["sinks"] = {n: what.replace("[local]", "[renamed]") for n, what in self.topology["sinks"].items()}
        self.reload()
        self.flows()
        self.assert_all_is_stored(node)

    def test_what_is_wrong_or_does_not_open_changes_nothing(self):
        node = self.run_node()
        self.put_under_load()
        good = dict(self.topology["collectors"])
        self.change("collectors", "more", '{ type: tial, path: "DIR/x" }')
        self.assertIn('did you mean "tail"', self.reload(status=2))
        taken = socket.socket()
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        used = taken.getsockname()[1]
        for name in ("apps", "more"):
            self.topology["collectors"] = {**good, name: f'{{ type: forward, listen: "127.0.0.1:{used}" }}'}
            self.topology["source_aggregators"]["local"] = BASE["source_aggregators"]["local"].replace(
                "apps]", "apps, more]" if name == "more" else "apps]")
            self.assertIn(str(used), self.reload(status=1))
            self.flows()
        self.topology = {section: dict(components) for section, components in BASE.items()}
        self.change("sinks", "base", '{ type: sqlite, from: [local], path: "DIR/in.log/no.db" }')
        self.assertIn("all is as it was", self.reload(status=1))
        self.change("sinks", "base", BASE["sinks"]["base"])
        self.change("sinks", "new", '{ type: file, from: [local], path: "DIR/in.log/no.jsonl" }')
        self.assertIn("all is as it was", self.reload(status=1))
        self.change("sinks", "new", None)
        self.assertIn("nothing changes", self.reload())
        self.flows()
        taken.close()
        self.assert_all_is_stored(node)

    def test_sighup_reloads_and_tells_in_the_log(self):
        node = self.run_node()
        self.put_under_load()
        self.change("sinks", "more", '{ type: "null", from: [local] }')
        self.save()
        node.signal(signal.SIGHUP)
        node.wait_log("added: more")
        self.write("t.yaml", "sinks: {")
        node.signal(signal.SIGHUP)
        node.wait_log("nothing was changed")
        self.save()
        self.assert_all_is_stored(node)

    def test_many_in_a_row_leave_no_trace(self):
        node = self.run_node()
        self.put_under_load()

        def descriptors():
            return len(os.listdir(f"/proc/{node.pid}/fd"))

        def threads():
            return len(os.listdir(f"/proc/{node.pid}/task"))
        counts = []
        for n in range(30):
            self.change("sinks", "more", '{ type: file, from: [local, logs], path: "DIR/more.jsonl" }' if n % 2 == 0 else None)
            self.change("collectors", "logs", f'{{ type: tail, path: "DIR/in.log", tag: web.t{n % 3} }}')
            self.reload()
            counts.append((descriptors(), threads()))
        self.assertLessEqual(counts[-1][0], counts[3][0] + 4, counts)
        wait_until(lambda: threads() <= counts[0][1], lambda: f"threads end with their last timer: {threads()}, {counts}")
        self.assert_all_is_stored(node)

    def test_a_kill_in_the_middle_loses_and_repeats_nothing(self):
        node = self.run_node()
        self.put_under_load()
        for n in range(8):
            self.change("sinks", "more", '{ type: file, from: [local], path: "DIR/more.jsonl" }' if n % 2 == 0 else None)
            self.change("sinks", "base", f'{{ type: sqlite, from: [local], path: "DIR/base.db", batch: {{ max_events: {n + 1}000 }} }}')
            self.save()
            node.signal(signal.SIGHUP)
            time.sleep(random.random() * 0.05)  # where in the reload it is killed
            node.signal(SIGKILL)
            node.end()
            node = self.run_node(f"node-{n}")
        self.flows()
        self.assert_all_is_stored(node)

    def test_a_way_that_is_not_touched_goes_on(self):
        node = self.run_node()
        self.put_under_load()
        client = self.load[1]
        quiet_until = time.monotonic()
        self.flows()
        quiet = [wait for begun, wait in client.waits if begun < quiet_until] + [0.5]
        for n in range(5):
            self.change("sinks", "base", f'{{ type: sqlite, from: [local], path: "DIR/base.db", batch: {{ max_events: {n + 1}000 }} }}')
            self.change("sinks", "more", '{ type: file, from: [local], path: "DIR/more.jsonl" }' if n % 2 == 0 else None)
            self.reload()
        touched = [wait for begun, wait in client.waits if begun >= quiet_until]
        self.assertLess(max(touched), 10 * max(quiet))
        self.assert_all_is_stored(node)

    def test_who_cannot_be_reloaded_says_why(self):
        self.run_node()
        self.assertIn("does not run", self.reload("other", status=1))
        self.topology["cluster"] = {"name": "shop"}
        self.save()
        done = self.weir("reload", "n")
        self.assertEqual(1, done.returncode)
        self.assertIn("wants a restart", done.stderr)


TWO_NODES = {
    "cluster": {"name": "shop"},
    "collectors": {"logs": '{ type: tail, path: "DIR/in.log" }'},
    "destination_aggregators": {"core": '{ from: [logs], buffer: { path: "DIR/core" } }'},
    "sinks": {"files": '{ type: file, from: [core], path: "DIR/files.jsonl" }'},
    "placement": {"edge": "[logs]", "core": "[core, files]"},
}


class ReloadOfTwoNodes(ReloadTest):
    """The file is one; each node does what it says when it is told to."""

    def setUp(self):
        super().setUp()
        self.topology = {section: dict(what) for section, what in TWO_NODES.items()}
        self.topology["nodes"] = {name: f"{{ listen: 127.0.0.1:{free_port()}, as: {name[:4]} }}"
                                  for name in ("edge-1", "core-1")}
        self.nodes = [self.start(name, self.save(), "--node", name) for name in ("core-1", "edge-1")]
        self.lines = 0
        self.write_lines("files.jsonl")

    def write_lines(self, *names):
        """Waits until these files have all that was written since the start of this."""
        fresh = [f"line {n}" for n in range(self.lines, self.lines + 1000)]
        self.lines += 1000
        self.append("in.log", "".join(line + "\n" for line in fresh))
        for name in names:
            wait_until(lambda: set(fresh) <= set(self.lines_of(name)),
                       lambda: name + ": " + differences(self.lines_of(name), fresh) + self.nodes[0].log() + self.nodes[1].log())

    def test_a_component_comes_at_one_node_and_its_sender_at_the_other(self):
        self.change("destination_aggregators", "second", '{ from: [logs], buffer: { path: "DIR/second" } }')
        self.change("sinks", "more", '{ type: file, from: [second], path: "DIR/more.jsonl" }')
        self.change("placement", "core", "[core, files, second, more]")
        self.assertIn("added: second, more", self.reload("core-1"))
        self.write_lines("files.jsonl")  # the other does not know of it
        self.assertIn("other neighbours: logs", self.reload("edge-1"))
        self.write_lines("files.jsonl", "more.jsonl")
        for section, name in (("destination_aggregators", "second"), ("sinks", "more")):
            self.change(section, name, None)
        self.change("placement", "core", "[core, files]")
        self.reload("edge-1")
        self.write_lines("files.jsonl")
        self.assertIn("removed: second, more", self.reload("core-1"))
        self.write_lines("files.jsonl")
        self.assertEqual("", differences(self.lines_of("files.jsonl"), [f"line {n}" for n in range(self.lines)]))
        self.assertEqual("", differences(self.lines_of("more.jsonl"), [f"line {n}" for n in range(2000, 3000)]))
        for node in self.nodes:
            self.assertNotIn("may not", node.log())


if __name__ == "__main__":
    unittest.main()
