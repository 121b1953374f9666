"""What deploy/ has for Prometheus and Grafana names series and labels that nodes tell."""
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest
import urllib.request

from weir_nodes import SOURCE, SystemTest, free_port, wait_until

DEPLOY = pathlib.Path(SOURCE) / "deploy"
RULES = DEPLOY / "prometheus" / "weir.rules.yaml"
DASHBOARD = DEPLOY / "grafana" / "weir.json"
# One of each tier, and something dropped, so that there is a reason.
TOPOLOGY = """
collectors:
  logs: { type: tail, path: "DIR/in/*.log", parse: { format: json, on_error: drop } }
source_aggregators:
  local: { from: logs, buffer: { path: "DIR/local" } }
destination_aggregators:
  core: { from: local, buffer: { path: "DIR/disk" } }
sinks:
  files: { type: file, from: core, path: "DIR/out.jsonl", match: "other.**" }
placement: { edge: [logs, local], core: [core, files] }
nodes:
  core-1: { listen: "127.0.0.1:CORE", as: core }
"""
SUFFIXES = ("_bucket", "_sum", "_count")


def expressions(text):
    """Of a YAML file with no other expressions than these; a block goes as far as it is indented."""
    for found in re.finditer(r"^( +)expr: (?:\|-\n((?:\1 +.*\n)+)|(.*))", text, re.M):
        yield found.group(2) or found.group(3)


def of_dashboard():
    board = json.loads(DASHBOARD.read_text())
    targets = [t["expr"] for panel in board["panels"] for t in panel.get("targets", [])]
    return targets, board


class Monitoring(SystemTest):
    def told(self):
        """Series that the nodes tell now, with the labels that each has."""
        series = {}
        for node in ("core-1", "edge-1"):
            address = wait_until(lambda: self.weir("console", node).stdout.strip(), "an address").partition("#")[0]
            with urllib.request.urlopen(address + "metrics", timeout=30) as answer:
                text = answer.read().decode()
            for name in re.findall(r"^# TYPE (\S+) ", text, re.M):
                series.setdefault(name, set())
            for name, labels in re.findall(r"^(\w+)\{(.*?)\} ", text, re.M):
                series.setdefault(name, set()).update(re.findall(r'(\w+)="', labels))
        return series

    def setUp(self):
        super().setUp()
        (self.dir / "in").mkdir()
        self.write("in/a.log", '{"message": "one"}\nno json\n')
        topology = self.write("t.yaml", TOPOLOGY.replace("CORE", str(free_port())))
        for node in ("core-1", "edge-1"):
            self.start(node, topology, "--node", node, "--as", node.split("-")[0])
        self.series = wait_until(lambda: (lambda s: s if "reason" in s.get("weir_collector_dropped_events_total", ()) else None)(self.told()),
                                 lambda: str(sorted(self.told())))

    def check(self, wanted):
        self.assertGreater(len(wanted), 10)
        for expression in wanted:
            for name in set(re.findall(r"\bweir_\w+", expression)):
                with self.subTest(name=name, of=expression):
                    self.assertIn(name, self.series)
            for labels, inner in re.findall(r"by \(([^)]*)\) \((.*?)\)", expression):
                for name in re.findall(r"\bweir_\w+", inner):
                    # No sample of these comes without a misfortune; the label is that of its kind.
                    if not self.series.get(name):
                        continue
                    for label in re.split(r",\s*", labels):
                        with self.subTest(name=name, label=label):
                            self.assertIn(label, self.series[name])

    def test_each_series_of_the_rules_is_there(self):
        self.check(list(expressions(RULES.read_text())))

    def test_each_series_of_the_dashboard_is_there(self):
        self.check(of_dashboard()[0])

    def test_panels_lie_beside_each_other(self):
        board = of_dashboard()[1]
        taken = set()
        for panel in board["panels"]:
            at = panel["gridPos"]
            self.assertLessEqual(at["x"] + at["w"], 24, panel["title"])
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            self.assertFalse(cells & taken, panel["title"])
            taken |= cells
        ids = [panel["id"] for panel in board["panels"]]
        self.assertEqual(len(ids), len(set(ids)))

    @unittest.skipUnless(shutil.which("promtool"), "promtool is not installed")
    def test_prometheus_takes_the_rules_and_the_scrape_settings(self):
        self.promtool("check", "rules", str(RULES))
        scrape = (DEPLOY / "prometheus" / "scrape.yaml").read_text()
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as f:
            f.write("scrape_configs:\n" + "".join("  " + line + "\n" for line in scrape.splitlines()))
            f.flush()
            self.promtool("check", "config", f.name)

    def promtool(self, *arguments):
        done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=60)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
