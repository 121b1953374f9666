"""The console's page in a browser: it complains of nothing, tells what is so, and tells soon what has changed."""
import sys
import time
import unittest

from browser import Browser, find_browser
from weir_nodes import SystemTest, free_port, wait_until

MADE = 5000
SOON = 3.0  # seconds, for who stands before it
ONE = """
console: {{ listen: "127.0.0.1:0" }}
collectors:
  made: {{ type: generate, count: {made}, tag: web.access }}
  logs: {{ type: tail, path: "DIR/in/*.log" }}
sinks:
  archive: {{ type: file, from: [made, logs], path: "DIR/out/all.jsonl" }}
"""
THREE = """
cluster: {{ name: three }}
console: {{ listen: "127.0.0.1:0" }}
collectors:
  made: {{ type: generate, rate: 200 }}
source_aggregators:
  local: {{ from: made }}
destination_aggregators:
  core: {{ from: local }}
sinks:
  archive: {{ type: file, from: core, path: "DIR/out/all.jsonl" }}
placement:
  edge: [made, local]
  core: [core]
  store: [archive]
nodes:
  edge-1:  {{ listen: "127.0.0.1:{ports[0]}", as: edge }}
  core-1:  {{ listen: "127.0.0.1:{ports[1]}", as: core }}
  store-1: {{ listen: "127.0.0.1:{ports[2]}", as: store }}
"""
PAGES = ["flow", "actors", "accounts", "find", "tap", "search", "letters", "cluster", "logs", "component/archive"]


class PageInBrowser(SystemTest):
    def setUp(self):
        super().setUp()
        self.browser = Browser(find_browser())

    def tearDown(self):
        self.browser.close()
        super().tearDown()

    def address(self, node):
        return wait_until(lambda: self.weir("console", node).stdout.strip(), "the address of " + node)

    def test_at_rest_it_tells_what_was_made_and_complains_of_nothing(self):
        self.write("in/empty.log", "")
        self.start("one", self.write("weir.yaml", ONE.format(made=MADE)), "--node", "one")
        self.wait_for("one", "archive", events_out=MADE)
        self.browser.open(self.address("one"))
        self.browser.wait_text("#headline", "Everything has arrived")
        self.browser.wait_text("#sum-difference", "0")
        for name in ("accepted", "stored"):
            self.browser.wait_text(f".tile:has(#sum-{name})", "5,000 since start")
        self.assertEqual(["0", "0"], [self.browser.text("#sum-" + name) for name in ("held", "dropped")])
        self.assertNotIn("token", self.browser.value("location.href"))
        for page in PAGES:
            with self.subTest(page=page):
                self.browser.value(f"location.hash = '#/{page}'")
                self.browser.wait_text("main h1", "")
                wait_until(lambda: self.browser.value("document.querySelector('main h1') && !document.querySelector('main .bones')"),
                           f"{page} is drawn")
        self.browser.value("location.hash = '#/accounts'")
        self.browser.wait_text("#account-accepted", "5,000")
        self.browser.hear(0.2)
        # A node that does not tell something answers 404, which a browser notes.
        self.assertEqual([], [c for c in self.browser.complaints if "404" not in c])

    def test_a_killed_sink_is_told_soon(self):
        topology = self.write("weir.yaml", THREE.format(ports=[free_port() for _ in range(3)]))
        nodes = {name: self.start_node(topology, name, name.split("-")[0]) for name in ("edge-1", "core-1", "store-1")}
        self.browser.open(self.address("core-1"))
        self.browser.wait_text("#headline", "Everything is arriving")
        nodes["store-1"].kill()
        killed_at = time.monotonic()
        self.browser.wait_text("#headline", "archive")
        self.browser.wait_text(".box.fails", "archive")
        took = time.monotonic() - killed_at
        print(f"told after {took:.2f} s", file=sys.stderr)
        self.assertLess(took, SOON)


if __name__ == "__main__":
    if not find_browser():
        print("skipped: there is no chromium here")
        sys.exit(77)
    unittest.main()
