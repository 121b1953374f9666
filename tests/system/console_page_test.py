"""The console's page without a browser: what is served, that it needs nothing from elsewhere, that what it asks for exists."""
import html.parser
import pathlib
import re
import shutil
import subprocess
import unittest
import urllib.error
import urllib.request

from weir_nodes import SOURCE, SystemTest, wait_until

WEB = pathlib.Path(SOURCE) / "cli" / "console" / "web"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
TOPOLOGY = """
console: { listen: "127.0.0.1:0" }
collectors:
  made: { type: generate, rate: 10 }
sinks:
  none: { type: "null", from: made }
"""
VOID = {"meta", "link", "input", "br", "hr", "img"}


class Shape(html.parser.HTMLParser):
    """Which elements are open, and what is wrong."""

    def __init__(self):
        super().__init__()
        self.open, self.wrong, self.ids = [], [], set()

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        if "style" in names or any(name.startswith("on") for name in names):
            self.wrong.append(f"<{tag}> has a style or a handler of its own")
        if tag == "style" or (tag == "script" and "src" not in names):
            self.wrong.append(f"<{tag}> is written in the page")
        self.ids |= {value for name, value in attrs if name == "id"}
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes something else")


class Page(SystemTest):
    def setUp(self):
        super().setUp()
        topology = self.write("weir.yaml", TOPOLOGY)
        self.node = self.start("one", topology, "--node", "one")
        shown = wait_until(lambda: self.weir("console", "one").stdout.strip(), "the console's address")
        self.base, _, self.token = shown.partition("#token=")

    def ask(self, path, **fields):
        """Status, fields, body."""
        try:
            with urllib.request.urlopen(urllib.request.Request(self.base + path, headers=fields), timeout=30) as answer:
                # A stream has no end: what is asked is whether it begins.
                body = b"" if "event-stream" in answer.headers["Content-Type"] else answer.read()
                return answer.status, answer.headers, body
        except urllib.error.HTTPError as e:
            return e.code, e.headers, e.read()

    def test_each_file_is_served_as_it_is_with_its_type_and_once(self):
        files = sorted(WEB.iterdir())
        self.assertGreater(len(files), 10)
        for file in files:
            with self.subTest(file=file.name):
                path = "" if file.name == "index.html" else file.name
                status, fields, body = self.ask(path)
                self.assertEqual((200, file.read_bytes()), (status, body))
                self.assertTrue(fields["Content-Type"].startswith(TYPES[file.suffix]), fields["Content-Type"])
                self.assertIn("default-src 'none'", fields["Content-Security-Policy"])
                status, again, body = self.ask(path, **{"If-None-Match": fields["ETag"]})
                self.assertEqual((304, b"", fields["ETag"]), (status, body, again["ETag"]))

    def test_nothing_comes_from_elsewhere_and_nothing_is_inline(self):
        for file in sorted(WEB.iterdir()):
            text = file.read_text()
            with self.subTest(file=file.name):
                # Names of XML namespaces are no addresses.
                for address in re.findall(r"""(?:https?:)?//[\w.-]+\.\w+[^\s"'`)]*""", re.sub(r"(?m)^\s*//.*|\s// .*", "", text)):
                    self.assertTrue(address.startswith("http://www.w3.org/"), address)
                self.assertNotRegex(text, r"@import|url\(|javascript:|eval\(|new Function|innerHTML|insertAdjacentHTML|document\.write")
                if file.suffix == ".js":
                    self.assertNotRegex(text, r"""setAttribute\(\s*["']style|style:\s*["'`]""")

    def test_the_page_is_well_formed_and_has_what_the_modules_look_for(self):
        shape = Shape()
        shape.feed((WEB / "index.html").read_text())
        self.assertEqual(([], []), (shape.wrong, shape.open))
        wanted = set(re.findall(r'getElementById\("(\w+)"\)|\bid\("(\w+)"\)', "\n".join(f.read_text() for f in WEB.glob("*.js"))))
        for name in {a or b for a, b in wanted}:
            self.assertIn(name, shape.ids)

    def test_modules_import_what_there_is(self):
        for file in WEB.glob("*.js"):
            for names, path in re.findall(r'import \{([^}]*)\} from "\./([\w.]+)"', file.read_text()):
                exported = (WEB / path).read_text()
                for name in (n.split(" as ")[0].strip() for n in names.split(",")):
                    with self.subTest(file=file.name, name=name):
                        self.assertRegex(exported, rf"export (?:async )?(?:function|const|class) {name}\b")

    @unittest.skipUnless(shutil.which("node"), "there is no node that reads JavaScript")
    def test_modules_are_well_formed(self):
        for file in WEB.glob("*.js"):
            with self.subTest(file=file.name):
                read = subprocess.run(["node", "--input-type=module", "--check"], input=file.read_bytes(), capture_output=True, check=False)
                self.assertEqual((0, b""), (read.returncode, read.stderr))

    def test_modules_are_small(self):
        for file in WEB.iterdir():
            self.assertLessEqual(file.read_text().count("\n"), 250, file.name)

    def test_what_the_modules_ask_for_exists(self):
        text = "\n".join(f.read_text() for f in WEB.glob("*.js"))
        asked = set(re.findall(r"""\b(?:get|post|listen|ask|act|resource)\(\s*"([a-z][a-z/-]*)\"""", text)) | set(re.findall(r'path: "([a-z][a-z/-]*)"', text))
        self.assertLess({"accounts", "actors", "cluster", "components/", "drain", "files", "links", "reload", "session", "stream"}, asked)
        bearer = {"Authorization": "Bearer " + self.token}
        for path in sorted(asked):
            with self.subTest(path=path):
                status, _, body = self.ask("api/v1/" + (path + "made" if path.endswith("/") else path), **bearer)
                is_there = not (status == 404 and b"there is nothing at" in body)
                self.assertTrue(is_there, (status, body))


if __name__ == "__main__":
    unittest.main()
