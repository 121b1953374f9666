"""Makes the drawings of docs/console.md anew: the page's own graph of config/topologies/three-nodes.yaml, with its styles in it.

WEIR=build/release/weir python3 tests/system/console_picture.py
"""
import pathlib
import re
import threading
import unittest

from console_pages import BOXES, PageTest, number
from weir_nodes import SOURCE, free_port, wait_until

WIDTH = 1060  # as wide as a page of GitHub has room for, and its margins
EACH = 25  # lines at once
PAUSE = 0.05
# What is not as SVG has it by itself becomes an attribute; what only a page can use goes.
STANDING_ALONE = """
(() => {
  const of = document.querySelector("svg.graph"), alone = of.cloneNode(true);
  const originals = [of, ...of.querySelectorAll("*")], copies = [alone, ...alone.querySelectorAll("*")];
  const plain = {fill: "rgb(0, 0, 0)", stroke: "none", "stroke-width": "1px", "stroke-dasharray": "none", "stroke-linecap": "butt", opacity: "1",
    "font-size": "", "font-weight": "400", "text-anchor": "start"};
  const of_text = ["font-size", "font-weight", "text-anchor"], of_stroke = ["stroke-width", "stroke-dasharray", "stroke-linecap"];
  copies.forEach((copy, i) => {
    const style = getComputedStyle(originals[i]);
    for (const name of ["class", "style", "tabindex", "href", "role", "aria-label", "aria-hidden"]) copy.removeAttribute(name);
    if (!["path", "rect", "text", "tspan"].includes(copy.tagName)) return;
    for (const [name, value] of Object.entries(plain)) {
      if (of_text.includes(name) && !["text", "tspan"].includes(copy.tagName)) continue;
      if (of_stroke.includes(name) && style.stroke === "none") continue;
      if (style[name] !== value || copy.tagName === "tspan" && of_text.includes(name)) copy.setAttribute(name, style[name].replace(/px/g, ""));
    }
  });
  alone.querySelectorAll("title").forEach(e => e.remove());
  originals.forEach((e, i) => e.classList.contains("edge-reach") && copies[i].remove());
  alone.querySelectorAll("a").forEach(e => {
    const g = document.createElementNS("http://www.w3.org/2000/svg", "g");
    g.setAttribute("transform", e.getAttribute("transform"));
    g.append(...e.childNodes);
    e.replaceWith(g);
  });
  const [, , w, h] = alone.getAttribute("viewBox").split(" ").map(Number), ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  const style = getComputedStyle(document.querySelector(".panel"));
  for (const [name, value] of Object.entries({x: -12, y: -12, width: w + 24, height: h + 20, rx: 8, fill: style.backgroundColor, stroke: style.borderTopColor}))
    ground.setAttribute(name, value);
  alone.prepend(ground);
  alone.setAttribute("viewBox", `-13 -13 ${w + 26} ${h + 22}`);
  alone.setAttribute("width", w + 26);
  alone.setAttribute("height", h + 22);
  alone.setAttribute("font-family", "system-ui, sans-serif");
  alone.setAttribute("role", "img");
  const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
  title.textContent = document.querySelector("#headline").innerText;
  alone.prepend(title);
  return new XMLSerializer().serializeToString(alone);
})()
"""


class Writer(threading.Thread):
    """Appends lines of a web server until it is stopped."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path, self.ends = path, threading.Event()

    def run(self):
        with open(self.path, "a", encoding="utf-8", buffering=1) as f:
            while not self.ends.wait(PAUSE):
                f.write('10.0.0.7 - - [01/Dec/2026:10:00:00 +0000] "GET /api/v1/items/7 HTTP/1.1" 200 512\n' * EACH)


def hex_colours(text):
    return re.sub(r"rgb\((\d+), (\d+), (\d+)\)", lambda m: "#%02x%02x%02x" % tuple(map(int, m.groups())), text)


class Pictures(PageTest):
    def test_pictures(self):
        text = (pathlib.Path(SOURCE) / "config/topologies/three-nodes.yaml").read_text(encoding="utf-8")
        text = re.sub(r"127\.0\.0\.1:74\d\d", lambda _: f"127.0.0.1:{free_port()}", text) + '\nconsole: { listen: "127.0.0.1:0" }\n'
        self.env |= {"WEIR_LOGS": self.write("in/access.log", "begun\n"), "WEIR_OUT": self.path("weir-data")}
        writer = Writer(self.path("in/access.log"))
        writer.start()
        self.start_three(text)
        self.open("core-1")
        self.browser.resize(WIDTH, 900)
        self.browser.wait_text("#headline", "Everything is arriving")
        wait_until(lambda: all(abs(number(rate) / (EACH / PAUSE) - 1) < 0.02 for rate, _ in self.browser.value(BOXES).values()), "an even flow")
        self.draw("flow")
        self.nodes["store-1"].kill()
        self.browser.wait_text("#headline", "archive is not there")
        self.draw("gone")
        writer.ends.set()

    def draw(self, name):
        for scheme in ("light", "dark"):
            self.browser.prefer(scheme)
            self.browser.value("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            drawing = hex_colours(self.browser.value(STANDING_ALONE))
            drawing = re.sub(r"(\d+\.\d\d)\d+", r"\1", drawing).replace("><", ">\n<") + "\n"
            path = pathlib.Path(SOURCE) / "docs" / f"console-{name}-{scheme}.svg"
            path.write_text(drawing, encoding="utf-8")


if __name__ == "__main__":
    unittest.main()
