"""The console's API against its own document by schemathesis, which makes requests of all kinds: nothing fails, and every answer is
one that the document tells of. WEIR_SCHEMATHESIS may name the program."""
import os
import shutil
import subprocess
import sys
import unittest

from weir_nodes import SystemTest, wait_until

TOPOLOGY = """
console: { listen: "127.0.0.1:0" }
collectors:
  made: { type: generate, rate: 50, tag: web.access }
  logs: { type: tail, path: "DIR/in/*.log", tag: web.access, parse: { format: json, on_error: dead_letter } }
destination_aggregators:
  core: { from: [made, logs], buffer: { path: "DIR/disk" } }
sinks:
  files: { type: file, from: core, path: "DIR/out.jsonl" }
  rows: { type: sqlite, from: core, path: "DIR/rows.db" }
"""
# The first ends the node, two have no end, and for the last there is no collector that takes letters.
NOT_ASKED = ("/api/v1/drain", "/api/v1/stream", "/api/v1/tap", "/api/v1/dead-letters/replay")
# What the document cannot say (one of two words is wanted) and 429 to who tries wrong tokens are not held against the node.
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
          "response_schema_conformance", "negative_data_rejection", "unsupported_method", "allow_header_conformance")
PROGRAM = os.environ.get("WEIR_SCHEMATHESIS") or shutil.which("schemathesis")


class Schema(SystemTest):
    def test_all_that_may_be_asked_is_answered_as_the_document_says(self):
        self.write("in/a.log", '{"message": "one"}\nno json\n')
        node = self.start("one", self.write("weir.yaml", TOPOLOGY), "--node", "one")
        place, _, token = wait_until(lambda: self.weir("console", "one").stdout.strip(), "the console's address").partition("#token=")
        self.wait_for("one", "logs", events_in=2)
        words = [PROGRAM, "run", place + "api/v1/openapi.json", "--header", "Authorization: Bearer " + token, "--checks", ",".join(CHECKS),
                 "--phases", "examples,coverage,fuzzing", "--max-examples", os.environ.get("WEIR_EXAMPLES", "10"), "--seed", "1",
                 "--request-timeout", "30", "--suppress-health-check", "all", "--continue-on-failure", "--no-color", "--warnings", "off"]
        for path in NOT_ASKED:
            words += ["--exclude-path", path]
        done = subprocess.run(words, cwd=self.dir, env=self.env, capture_output=True, text=True, timeout=500, check=False)
        self.assertEqual(0, done.returncode, done.stdout[-20000:] + done.stderr)
        self.assertEqual(0, node.stop(), node.log()[-2000:])


if __name__ == "__main__":
    if not PROGRAM:
        print("skipped: there is no schemathesis here")
        sys.exit(77)
    unittest.main()
