"""The console's page in a browser: what it shows is what the sources gave, on each page, under load and at rest."""
import statistics
import sys
import unittest

from browser import find_browser
from console_pages import BOXES, PAGES, TABLES, TILES, PageTest, number, topology
from weir_nodes import read_lines, wait_until

MADE = 5000
ONE = """
console: {{ listen: "127.0.0.1:0" }}
collectors:
  made: {{ type: generate, count: {made}, tag: web.access }}
  logs: {{ type: tail, path: "DIR/in/*.log" }}
sinks:
  archive: {{ type: file, from: [made, logs], path: "DIR/out/all.jsonl" }}
"""
RATE = 1000  # events a second of each collector
COUNT = 60000  # of each; long enough for all pages
# What no sink takes is dropped by its collector, and counted.
COLLECTORS = {name: f"{{ type: generate, rate: {RATE}, count: {COUNT}, tag: {tag}, template: '{{\"text\":\"0123456789\"}}' }}"
              for name, tag in (("made", "web.access"), ("noise", "noise"))}
SINKS = {"archive": '{ type: file, from: core, match: "web.**", path: "DIR/out/all.jsonl" }'}
EVENT_BYTES = 1 + 10 + 1 + 5 + 11  # of the forward protocol: an array of a time and a map of one key and one text
LOOKS = 5  # pictures of a second each, whose mean is compared
NEAR = 0.05
IN = dict.fromkeys(("made", "noise", "local", "core", "archive"), RATE)  # events a second
OUT = {**IN, "noise": 0}
# Bytes a second: what is dropped is not weighed, what is stored weighs as much as what is written of it.
IN_BYTES = {**dict.fromkeys(IN, RATE * EVENT_BYTES), "noise": 0}


class FiguresInBrowser(PageTest):
    def test_at_rest_it_tells_what_was_made_and_complains_of_nothing(self):
        self.write("in/empty.log", "")
        self.start("one", self.write("weir.yaml", ONE.format(made=MADE)), "--node", "one")
        self.wait_for("one", "archive", events_out=MADE)
        self.open("one")
        self.browser.wait_text("#headline", "Everything has arrived")
        self.browser.wait_text("#sum-difference", "0")
        for name in ("accepted", "stored"):
            self.browser.wait_text(f".tile:has(#sum-{name})", "5,000 since start")
        self.assertEqual(["0", "0"], [self.browser.text("#sum-" + name) for name in ("held", "dropped")])
        self.assertNotIn("token", self.browser.value("location.href"))
        for page in [*PAGES, "component/archive"]:
            with self.subTest(page=page):
                self.turn(page)
        self.turn("logs")
        for level in self.browser.value("[...document.querySelectorAll('main form select option')].map(o => o.value)"):
            self.turn("logs?level=" + level)
            self.assertNotIn("No answer", self.browser.text("main"))
        self.turn("accounts")
        self.browser.wait_text("#account-accepted", "5,000")
        self.assertEqual([], self.complaints())

    def test_rates_of_three_nodes_are_those_of_the_generators_and_totals_are_exact(self):
        self.start_three(topology(COLLECTORS, SINKS))
        self.open("core-1")
        wait_until(lambda: number(self.browser.text("#sum-stored")) > 0.9 * RATE, "the load is steady")
        self.check_rates("flow", self.rates_of_flow, self.wanted_of_flow())
        for name in IN:
            self.check_rates("component/" + name, lambda n=name: self.rates_of_component(n), self.wanted_of_component(name))
        self.check_rates("accounts", self.rates_of_accounts, {(n, w): of[n] for n in IN for w, of in (("in", IN), ("out", OUT))})
        self.check_rates("actors", self.rates_of_actors, IN)
        self.check_totals()

    def check_rates(self, page, read, wanted):
        """The mean of some pictures one after another."""
        self.turn(page)
        seen = []
        for _ in range(LOOKS):
            before = self.browser.value("document.querySelector('#foot').textContent")
            wait_until(lambda: self.browser.value("document.querySelector('#foot').textContent") != before, "the next picture")
            seen.append(read())
        for what, rate in wanted.items():
            with self.subTest(page=page, figure=what):
                told = [one[what] for one in seen]
                self.assertLessEqual(abs(statistics.mean(told) - rate), NEAR * rate, f"{told}, not {rate}")

    def bytes_out(self):
        """By component: of the sink what its file grows by."""
        stored = read_lines(self.path("out/all.jsonl"))
        return {**IN_BYTES, "archive": RATE * statistics.mean(len(line) + 1 for line in stored)}

    def wanted_of_flow(self):
        wanted = {"sum in": 2 * RATE, "sum in, bytes": RATE * EVENT_BYTES, "sum out": RATE, "sum out, bytes": self.bytes_out()["archive"]}
        for name in IN:
            of_box = self.bytes_out() if name == "archive" else IN_BYTES
            wanted |= {(name, "box"): IN[name], (name, "box, bytes"): of_box[name], (name, "row in"): IN[name],
                       (name, "row out"): OUT[name], (name, "row out, bytes"): self.bytes_out()[name]}
        return wanted

    def rates_of_flow(self):
        tiles, boxes = self.browser.value(TILES), self.browser.value(BOXES)
        seen = {"sum in": number(tiles["Taken in"][0]), "sum in, bytes": number(tiles["Taken in"][1].split("· ")[1]), "sum out": number(tiles["Stored"][0]),
                "sum out, bytes": number(tiles["Stored"][1].split("· ")[1])}
        for name, (events, size) in boxes.items():
            seen |= {(name, "box"): number(events), (name, "box, bytes"): number(size)}
        for row in self.browser.value(TABLES)["Components"]:
            seen |= {(row["Component"], "row in"): number(row["In"]), (row["Component"], "row out"): number(row["Out"]),
                     (row["Component"], "row out, bytes"): number(row["Out, bytes"])}
        return seen

    def wanted_of_component(self, name):
        return {"in": IN[name], "in, bytes": IN_BYTES[name], "out": OUT[name], "out, bytes": self.bytes_out()[name]}

    def rates_of_component(self, name):
        tiles = self.browser.value(TILES)
        came, went = tiles["In"], tiles["Stored" if name == "archive" else "Settled"]
        return {"in": number(came[0]), "in, bytes": number(came[1].split("· ")[1]), "out": number(went[0]), "out, bytes": number(went[1].split("· ")[1])}

    def rates_of_accounts(self):
        rows = [row for table in self.browser.value(TABLES).values() for row in table]
        return {(r["Component"], "in"): number(r["In now"]) for r in rows} | \
               {(r["Component"], "out"): number(r.get("Settled now") or r["Stored now"]) for r in rows}

    def rates_of_actors(self):
        rows = [row for table in self.browser.value(TABLES).values() for row in table]
        return {r["Actor"].rsplit("/", 1)[-1]: number(r["In"]) for r in rows}

    def check_totals(self):
        self.turn("flow")
        self.browser.wait_text("#headline", "Everything has arrived", patience=3 * COUNT / RATE)
        self.assertEqual(COUNT, len(read_lines(self.path("out/all.jsonl"))))
        all_of, half = f"{2 * COUNT:,}", f"{COUNT:,}"
        for name, text in (("accepted", all_of), ("stored", half)):
            self.browser.wait_text(f".tile:has(#sum-{name})", text + " since start")
        self.browser.wait_text("#sum-dropped", "60k")
        for name in ("held", "difference"):
            self.browser.wait_text("#sum-" + name, "0")
        for row in self.browser.value(TABLES)["Components"]:
            dropped = half if row["Component"] == "noise" else "0"
            self.assertEqual((dropped, "0", "–", "0"), tuple(row[title] for title in ("Dropped", "Holds", "Oldest", "Restarts")), row)
        for name in IN:
            self.turn("component/" + name)
            wait_until(lambda: self.browser.value(TILES)["In"][1].startswith(half + " "), lambda n=name: f"{half} of {n}: {self.browser.value(TILES)}")
            self.assertEqual(["0", "nothing"], self.browser.value(TILES)["Holds"])
        self.turn("accounts")
        wanted = {"accepted": all_of, "settled": half, "in_flight": "0", "dropped": half, "difference": "0"}
        for name, text in wanted.items():
            self.browser.wait_text("#account-" + name, text)
        for row in (row for table in self.browser.value(TABLES).values() for row in table):
            settled, dropped = ("0", half) if row["Component"] == "noise" else (half, "0")
            told = row["Accepted"], row.get("Settled") or row["Stored"], row["In flight"], row["Dropped"], row["Difference"]
            self.assertEqual((half, settled, "0", dropped, "0"), told, row)
        self.turn("cluster")
        actors = {row["Node"].split()[0]: row["Actors"] for row in self.browser.value(TABLES)["Members"]}
        self.assertEqual({"edge-1": "3", "core-1": "1", "store-1": "1"}, actors)
        self.assertEqual([], self.complaints())


if __name__ == "__main__":
    if not find_browser():
        print("skipped: there is no chromium here")
        sys.exit(77)
    unittest.main()
