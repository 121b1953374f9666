"""The console's page of a cluster of three processes, open in a browser: what the tests of it share."""
import json
import re

from browser import Browser, find_browser
from weir_nodes import SystemTest, free_port, wait_until

PAGES = ["flow", "actors", "accounts", "find", "tap", "search", "letters", "cluster", "logs"]
NODES = {"edge-1": "edge", "core-1": "core", "store-1": "store"}
THREE = """
cluster: { name: three }
console: { listen: "127.0.0.1:0" }
collectors:
  COLLECTORS
source_aggregators:
  local: { from: [SOURCES], buffer: { path: "DIR/local" } }
destination_aggregators:
  core: { from: local, buffer: { path: "DIR/core", max_size: 16MiB, segment_size: 64KiB } }
sinks:
  SINKS
placement:
  edge: [SOURCES, local]
  core: [core]
  store: [STORES]
nodes:
  edge-1:  { listen: "127.0.0.1:PORT", as: edge }
  core-1:  { listen: "127.0.0.1:PORT", as: core }
  store-1: { listen: "127.0.0.1:PORT", as: store }
"""
UNITS = {"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "B": 1, "KiB": 1024, "MiB": 1024**2}
# Of each table of the page its rows: the title of a column and what stands there.
TABLES = """
Object.fromEntries([...document.querySelectorAll("main table")].map(t => [t.caption.textContent,
  [...t.tBodies[0].rows].map(r => Object.fromEntries([...r.cells].map((c, i) =>
    [t.tHead.rows[0].cells[i].textContent.replace(/[↓↑]/g, ""), c.textContent])))]))
"""
TILES = """
Object.fromEntries([...document.querySelectorAll(".tile")].map(t => [t.querySelector(".tile-title").textContent,
  [t.querySelector(".tile-value").textContent, t.querySelector(".tile-small").textContent]]))
"""
BOXES = """
Object.fromEntries([...document.querySelectorAll(".box")].map(b => [b.querySelector(".box-name").textContent,
  [b.querySelector(".box-rate").textContent, b.querySelectorAll(".box-type")[1].textContent]]))
"""


def number(text):
    """What a figure as "1.2k/s", "5,000" or "3.1 MiB/s" says."""
    found = re.match(r"(<?)([\d.,]+) ?([KMG]iB|[kMG]|B)?", text)
    if not found:
        raise AssertionError(f"no figure: {text!r}")
    return float(found.group(2).replace(",", "")) * UNITS[found.group(3) or ""]


def topology(collectors, sinks):
    """Both are maps of name and settings; DIR is the test's directory."""
    lines = lambda of: "\n  ".join(f"{name}: {settings}" for name, settings in of.items())
    text = THREE.replace("COLLECTORS", lines(collectors)).replace("SOURCES", ", ".join(collectors))
    text = text.replace("SINKS", lines(sinks)).replace("STORES", ", ".join(sinks))
    return re.sub("PORT", lambda _: str(free_port()), text)


class PageTest(SystemTest):
    def setUp(self):
        super().setUp()
        self.browser = Browser(find_browser())
        self.nodes = {}

    def tearDown(self):
        self.browser.close()
        super().tearDown()

    def start_three(self, text, **of_node):
        """`of_node` are options of the process of each class."""
        path = self.write("weir.yaml", text)
        self.nodes = {name: self.start_node(path, name, of, **of_node.get(of, {})) for name, of in NODES.items()}

    def open(self, node):
        """Its page, when the first picture is there."""
        self.browser.open(wait_until(lambda: self.weir("console", node).stdout.strip(), "the address of " + node))
        wait_until(lambda: self.browser.text("#headline"), "the first picture")

    def turn(self, page):
        self.browser.value(f"location.hash = {json.dumps('#/' + page)}")
        wait_until(lambda: self.browser.value("document.querySelector('main h1') && !document.querySelector('main .bones')"), f"{page} is drawn")

    def complaints(self):
        """But of answers 404: a node that does not tell something gives them, and a browser notes it."""
        self.browser.hear(0.2)
        return [c for c in self.browser.complaints if "404" not in c]
