"""Ten who look at the console of a node under load: its memory and its descriptors stay as they are.

Ten seconds of it here; WEIR_VIEWING is for how many seconds, e.g. 600, and what was measured is printed.
"""
import http.client
import os
import statistics
import sys
import threading
import time
import unittest
import urllib.parse

from weir_nodes import SystemTest, wait_until

VIEWERS = 10
SECONDS = float(os.environ.get("WEIR_VIEWING", "10"))
RATE = 5000
TOPOLOGY = f"""
console: {{ listen: "127.0.0.1:0" }}
collectors: {{ made: {{ type: generate, rate: {RATE} }} }}
source_aggregators: {{ local: {{ from: made, buffer: {{ path: "DIR/buffer", max_size: 64MiB }} }} }}
sinks: {{ none: {{ type: "null", from: local }} }}
"""
# What a page asks for beside the stream, and how often in seconds.
ASKED = (("accounts", 1), ("components/local", 2), ("actors", 2), ("cluster", 2), ("logs?limit=50", 3), ("buffers/local", 5),
         ("history?series=local.events_in&from=600&step=10", 10), ("files", 2))
GROWTH_MAX_KIB = int(os.environ.get("WEIR_MEMORY_TIMES", "1")) * (8 << 10)  # what the allocator and the rings of the history may still take
SPARE_DESCRIPTORS = 4  # segments of the buffer come and go


class Viewer(threading.Thread):
    """One page: a stream, and beside it what pages ask for, each request in a connection that is kept."""

    def __init__(self, place, token, until):
        super().__init__(daemon=True)
        self.place, self.token, self.until, self.pictures, self.answers, self.wrong = place, token, until, 0, 0, []

    def connect(self):
        return http.client.HTTPConnection(self.place, timeout=30)

    def ask(self, line, path):
        line.request("GET", "/api/v1/" + path, headers={"Authorization": "Bearer " + self.token})
        return line.getresponse()

    def run(self):
        asking = threading.Thread(target=self.guarded, args=(self.ask_around,), daemon=True)
        asking.start()
        self.guarded(self.watch)
        asking.join()

    def guarded(self, what):
        try:
            what()
        except Exception as e:  # a thread's is told by nobody else
            self.wrong.append(repr(e))

    def watch(self):
        stream = self.ask(self.connect(), "stream")
        while time.monotonic() < self.until:
            self.pictures += stream.readline().startswith(b"data:")
        stream.close()

    def ask_around(self):
        line, due = self.connect(), dict.fromkeys((path for path, _ in ASKED), 0.0)
        while (now := time.monotonic()) < self.until:
            for path, each in ASKED:
                if due[path] <= now:
                    due[path] = now + each
                    came = self.ask(line, path)
                    came.read()
                    self.answers += 1
                    if came.status != 200:
                        self.wrong.append(f"{path}: {came.status}")
            time.sleep(0.05)
        line.close()


class Viewers(SystemTest):
    def start_node_under_load(self):
        self.node = self.start("one", self.write("weir.yaml", TOPOLOGY), "--node", "one")
        shown = wait_until(lambda: self.weir("console", "one").stdout.strip(), "the console's address")
        self.place, self.token = urllib.parse.urlparse(shown).netloc, shown.partition("#token=")[2]
        wait_until(lambda: self.actor("one", "none").get("events_out", 0) > RATE, self.node.log)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.node.pid}/fd"))

    def look(self, seconds):
        """Ten viewers for so long. Returns how many KiB and descriptors the node has, once a second."""
        until = time.monotonic() + seconds
        viewers = [Viewer(self.place, self.token, until) for _ in range(VIEWERS)]
        for v in viewers:
            v.start()
        taken = []
        while any(v.is_alive() for v in viewers):
            taken.append((self.node.rss_kib(), self.descriptors()))
            viewers[0].join(1)
        for v in viewers:
            v.join()
            self.assertEqual([], v.wrong)
            self.assertGreater(v.pictures, 0.5 * seconds - 2)
        self.asked = sum(v.answers for v in viewers)
        return [kib for kib, _ in taken], [fds for _, fds in taken]

    def test_ten_viewers_do_not_make_it_grow(self):
        self.start_node_under_load()
        before = self.descriptors()
        self.look(5)  # what is made once
        begun, cpu = time.monotonic(), self.node.cpu_seconds()
        memory, descriptors = self.look(SECONDS)
        share = (self.node.cpu_seconds() - cpu) / (time.monotonic() - begun)
        edge = max(3, len(memory) // 10)
        early, late = statistics.median(memory[:edge]), statistics.median(memory[-edge:])
        print(f"{VIEWERS} viewers, {SECONDS:g} s, {self.asked} answers beside the streams: {early / 1024:.1f} MiB at first, {late / 1024:.1f} MiB at last, "
              f"{max(memory) / 1024:.1f} MiB at most; {min(descriptors)} to {max(descriptors)} descriptors; {100 * share:.0f} % of a core", file=sys.stderr)
        self.assertLess(late - early, GROWTH_MAX_KIB)
        self.assertLessEqual(statistics.median(descriptors[-edge:]), statistics.median(descriptors[:edge]) + SPARE_DESCRIPTORS)
        wait_until(lambda: self.descriptors() <= before + SPARE_DESCRIPTORS, "connections are closed")


if __name__ == "__main__":
    unittest.main()
