"""The OpenAPI document: it has each address that a node answers, no other, and the answers are as it says."""
import http.client
import json
import re
import unittest
import urllib.parse

from weir_nodes import SystemTest, free_port, wait_until

try:
    import jsonschema
except ImportError:
    jsonschema = None

TOPOLOGY = """
cluster: { name: shop }
collectors:
  logs: { type: tail, path: "DIR/in/*.log", tag: web.access, parse: { format: json, on_error: dead_letter } }
source_aggregators:
  local: { from: logs }
destination_aggregators:
  core: { from: local, buffer: { path: "DIR/disk" } }
sinks:
  files: { type: file, from: core, path: "DIR/out.jsonl" }
  rows: { type: sqlite, from: core, path: "DIR/rows.db" }
placement: { edge: [logs, local], core: [core, files, rows] }
nodes:
  core-1: { listen: "127.0.0.1:CORE", as: core }
"""
# What stands for the names in the addresses.
NAMES = {"component": "core", "address": "edge-1/collector/logs", "number": "1"}
# Words without which there is no answer, or another one.
WORDS = {"/api/v1/trace": "chunk=0123456789abcdef/1", "/api/v1/scale": "component=core&instances=2", "/api/v1/log-level": "level=info", "/api/v1/pause": "component=files",
         "/api/v1/resume": "component=files", "/api/v1/retry": "component=files", "/api/v1/restart": "component=files"}
HAS_NO_DOCUMENT = {"/api/v1/stream", "/api/v1/tap"}
LAST = ("/api/v1/drain",)


class ConsoleApi(SystemTest):
    def setUp(self):
        super().setUp()
        (self.dir / "in").mkdir()
        self.write("in/a.log", '{"message": "one"}\nno json\n{"message": "two"}\n')
        topology = self.write("t.yaml", TOPOLOGY.replace("CORE", str(free_port())))
        self.core = self.start("core-1", topology, "--node", "core-1", "--as", "core")
        self.edge = self.start("edge-1", topology, "--node", "edge-1", "--as", "edge")
        shown = wait_until(lambda: self.weir("console", "core-1").stdout.strip(), "the console's address")
        self.place, self.token = urllib.parse.urlparse(shown).netloc, shown.partition("#token=")[2]
        wait_until(lambda: self.sum("settled") == 2, self.core.log)
        self.api = self.ask("GET", "/api/v1/openapi.json")[1]

    def ask(self, method, path):
        """Status, and the document if it is one."""
        line = http.client.HTTPConnection(self.place, timeout=30)
        line.request(method, path, headers={"Authorization": "Bearer " + self.token})
        came = line.getresponse()
        is_document = came.headers.get("Content-Type", "").startswith("application/json")
        content = json.loads(came.read()) if is_document else None
        line.close()
        return came.status, content

    def settled(self, method, where):
        """The same when no change is under way."""
        return wait_until(lambda: (lambda came: came if came[0] != 409 or "under way" not in str(came[1]) else None)(self.ask(method, where)),
                          self.core.log)

    def sum(self, name):
        return self.ask("GET", "/api/v1/accounts")[1]["sinks"][0][name]

    def check(self, operation, status, content):
        told = operation["responses"].get(str(status))
        self.assertIsNotNone(told, f"{status} is not told of: {content}")
        if "$ref" in told:
            told = self.at(told["$ref"])
        wanted = told.get("content", {}).get("application/json", {}).get("schema")
        if wanted:
            jsonschema.Draft202012Validator({**wanted, "components": self.api["components"]}).validate(content)

    def at(self, place):
        found = self.api
        for part in place.removeprefix("#/").split("/"):
            found = found[part]
        return found

    def operations(self):
        every = [(m.upper(), p, o) for p, of in self.api["paths"].items() for m, o in of.items()]
        return sorted(every, key=lambda one: one[1] in LAST)

    def test_it_has_what_is_answered_and_nothing_else(self):
        index = self.ask("GET", "/api/v1")[1]
        self.assertEqual("/api/v1/openapi.json", index["openapi"])
        answered = {(r["method"], r["path"], r["wants"]) for r in index["routes"]}
        said = {(m, re.sub(r"\{\w+\}", "*", p), o["x-wants"]) for m, p, o in self.operations()}
        said = {(m, p, "nothing" if w == "health" else w) for m, p, w in said}
        # The document itself is one of the files that anybody may have, as the page is.
        self.assertEqual(said - {("GET", "/api/v1/openapi.json", "nothing")}, answered)

    @unittest.skipIf(jsonschema is None, "python3-jsonschema is not installed")
    def test_answers_are_as_it_says(self):
        letter = self.ask("GET", "/api/v1/dead-letters?node=edge-1")[1]["entries"][0]["id"]
        for method, path, operation in self.operations():
            if path in HAS_NO_DOCUMENT:
                continue
            where = re.sub(r"\{(\w+)\}", lambda m: {**NAMES, "id": letter}[m.group(1)], path)
            node = "&node=edge-1" if "dead-letters/" in path else ""
            where += "?" + WORDS.get(path, "") + node
            with self.subTest(method=method, path=where):
                status, content = self.settled(method, where)
                self.assertLess(status, 300 if path != "/api/v1/dead-letters/replay" else 500, content)
                self.check(operation, status, content)

    @unittest.skipIf(jsonschema is None, "python3-jsonschema is not installed")
    def test_so_are_refusals(self):
        for method, path, operation in self.operations():
            words = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
            for word in words:
                for value in ("", "nobody-has-this", "-1", "%00%ff", "9" * 30):
                    where = re.sub(r"\{\w+\}", "nobody", path) + f"?{word}={value}"
                    if path in HAS_NO_DOCUMENT or (path == "/api/v1/drain" and value == ""):
                        continue
                    with self.subTest(method=method, path=where):
                        status, content = self.ask(method, where)
                        self.check(operation, status, content)

    def test_a_change_is_followed_to_its_end(self):
        begun = self.ask("POST", "/api/v1/scale?component=core&instances=3")
        self.assertEqual((202, "begun"), (begun[0], begun[1]["state"]))
        where = "/api/v1/changes/" + str(begun[1]["change"])
        came = wait_until(lambda: (lambda c: c if c["state"] != "begun" else None)(self.ask("GET", where)[1]), self.core.log)
        self.assertEqual("done", came["state"], came)
        self.assertIn("core", came["text"])
        wait_until(lambda: self.ask("GET", "/api/v1/components/core")[1]["component"]["actors"] == 3, self.core.log)


if __name__ == "__main__":
    unittest.main()
