"""How the console's pages look: in light and dark, on a telephone, a screen and a wall. WEIR_PICTURES names a folder for pictures of
them all; WEIR_AXE, or an installed node package, has axe-core, which finds what keeps people out."""
import os
import pathlib
import re
import subprocess
import sys
import unittest

from browser import find_browser
from console_pages import PAGES, PageTest, topology
from weir_nodes import wait_until

WIDTHS = {320: 640, 1000: 800, 1280: 900, 3840: 2160}
SCHEMES = ("light", "dark")
COLLECTORS = {
    "web": "{ type: generate, rate: 400, tag: web.access }",
    "apps": "{ type: generate, rate: 150, tag: apps.worker }",
    "logs": '{ type: tail, path: "DIR/in/*.log", tag: logs.nginx, parse: { format: json, on_error: dead_letter } }',
}
SINKS = {
    "archive": '{ type: file, from: core, path: "DIR/out/{tag}.jsonl" }',
    "search": '{ type: sqlite, from: core, match: "web.**", path: "DIR/out/search.db" }',
    "behind": '{ type: file, from: core, path: "DIR/in-the-way/all.jsonl" }',
}
# How many pixels the page is wider than its window, and who is: what scrolls by itself holds what is in it.
OVERFLOW = """
(() => {
  const width = document.documentElement.clientWidth;
  const scrolls = e => e.closest(".scroller, nav, pre, .events, .unseen, .unseen-text, .skip");
  const wide = [...document.querySelectorAll("body *")].filter(e => !scrolls(e) && e.getClientRects().length && e.getBoundingClientRect().right > width + 1);
  return [document.documentElement.scrollWidth - width, wide.slice(0, 3).map(e => e.outerHTML.slice(0, 120))];
})()
"""
# Texts of the graph that meet, or that stand out of their box.
CROWDED = """
[...document.querySelectorAll(".box")].flatMap(box => {
  const ground = box.querySelector(".box-ground").getBoundingClientRect();
  const texts = [...box.querySelectorAll("text")].filter(t => t.textContent).map(t => [t.textContent, t.getBoundingClientRect()]);
  const out = texts.filter(([, r]) => r.left < ground.left || r.right > ground.right + 1);
  const meet = texts.filter(([, a], i) => texts.slice(i + 1).some(([, b]) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > a.height / 3));
  return [...out, ...meet].map(([text]) => text);
})
"""
AXE = """
axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v => v.id + ": " + v.help + ": " + v.nodes.map(n => n.html.slice(0, 160)).slice(0, 3).join(" | ")))
"""


def find_axe():
    """Its path, or None."""
    named = os.environ.get("WEIR_AXE")
    if named:
        return named
    asked = subprocess.run(["npm", "root", "--global"], capture_output=True, text=True, check=False) if find_program("npm") else None
    roots = [asked.stdout.strip()] if asked else []
    places = [pathlib.Path(root) / "axe-core" / "axe.min.js" for root in (*roots, "/usr/share/nodejs")]
    return next((str(p) for p in places if p.is_file()), None)


def find_program(name):
    return any(os.access(os.path.join(folder, name), os.X_OK) for folder in os.environ.get("PATH", "").split(":"))


class LooksInBrowser(PageTest):
    def setUp(self):
        super().setUp()
        self.write("in/a.log", '{"message": "one"}\nno json\n')
        self.write("in-the-way", "where a directory is wanted")
        self.start_three(topology(COLLECTORS, SINKS))
        self.open("core-1")
        self.browser.wait_text("#headline", "Sink behind")

    def each_page(self):
        """A component of each kind, events that pass and that are stored, letters and one in full, the log of another node."""
        for page in (*PAGES, "component/behind", "component/core", "component/logs", "tap?component=core", "search?sink=search",
                     "letters?node=edge-1", "letters?node=edge-1&id=logs:0", "logs?node=store-1&level=warn"):
            self.turn(page)
            yield page

    def settle(self):
        """After a change of size: when the graph and all else have been drawn for it."""
        self.browser.value("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 60))))")

    def test_nothing_is_wider_than_the_window(self):
        pictures = os.environ.get("WEIR_PICTURES")
        for page in self.each_page():
            for width, height in WIDTHS.items():
                self.browser.resize(width, height)
                for scheme in SCHEMES:
                    self.browser.prefer(scheme)
                    self.settle()
                    with self.subTest(page=page, width=width, scheme=scheme):
                        self.assertEqual([0, []], self.browser.value(OVERFLOW))
                        self.assertEqual([], self.browser.value(CROWDED))
                    if pictures:
                        name = re.sub(r"\W+", "-", page)
                        self.browser.picture(os.path.join(pictures, f"{name}-{width}-{scheme}.png"))
        self.assertEqual([], self.complaints())

    def test_nothing_jumps_from_one_picture_to_the_next(self):
        self.browser.resize(1280, 900)
        for page in ("flow", "accounts", "actors"):
            self.turn(page)
            self.settle()
            places = "[...document.querySelectorAll('main > *, .tile, .box')].map(e => Math.round(e.getBoundingClientRect().top))"
            before, pictures = self.browser.value(places), set()
            while len(pictures) < 4:
                pictures.add(self.browser.text("#foot"))
                with self.subTest(page=page):
                    self.assertEqual(before, self.browser.value(places))

    @unittest.skipUnless(find_axe(), "there is no axe-core here; WEIR_AXE may name axe.min.js")
    def test_axe_finds_nothing(self):
        axe = pathlib.Path(find_axe()).read_text(encoding="utf-8")
        for page in self.each_page():
            for scheme in SCHEMES:
                self.browser.prefer(scheme)
                self.settle()
                with self.subTest(page=page, scheme=scheme):
                    self.browser.value(axe + ";0")
                    self.assertEqual([], self.browser.value(AXE))


if __name__ == "__main__":
    if not find_browser():
        print("skipped: there is no chromium here")
        sys.exit(77)
    unittest.main()
