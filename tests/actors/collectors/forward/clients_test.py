"""Real clients of the forward protocol from Debian against a forward source: fluent-logger-python and -golang.

Arguments: the server program, and "python" or "go" with the Go program. Exit status 77: client not installed.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile

EVENTS = 200


def start_server(program, count, *options):
    server = subprocess.Popen([program, f"count={count}", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True)
    first = server.stdout.readline()
    address = first.split("listening on ")[1].split(",")[0]
    return server, address


def finish(server):
    server.stdin.close()
    lines = [json.loads(line) for line in server.stdout if line.startswith("{")]
    assert server.wait(timeout=60) == 0, "the server failed"
    return lines


def check(lines, tag):
    numbers = sorted(line["n"] for line in lines)
    assert numbers == list(range(len(numbers))), "events were lost or doubled"
    assert {line["tag"] for line in lines} == {tag}, "wrong tags"


def test_python(program):
    try:
        from fluent import event, sender
    except ImportError:
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        for listen in ("127.0.0.1:0", f"unix:{folder}/socket"):
            server, address = start_server(program, EVENTS, f"listen={listen}")
            if address.startswith("unix:"):
                client = sender.FluentSender("py", host="unix://" + address[5:], nanosecond_precision=True)
            else:
                host, port = address.rsplit(":", 1)
                client = sender.FluentSender("py", host=host, port=int(port), nanosecond_precision=True)
            for n in range(EVENTS):
                assert client.emit("app", {"n": n, "text": "käse \u2603", "deep": {"list": [1, None, 2.5]}})
            client.close()
            lines = finish(server)
            assert len(lines) == EVENTS
            assert lines[0]["deep"] == {"list": [1, None, 2.5]} and lines[0]["text"] == "käse \u2603"
            check(lines, "py.app")


def build_go(source, folder):
    go = shutil.which("go") or "/usr/local/go/bin/go"
    library = "/usr/share/gocode/src/github.com/fluent/fluent-logger-golang"
    if not os.path.exists(go) or not os.path.isdir(library):
        sys.exit(77)
    environment = dict(os.environ, GO111MODULE="off", GOPATH="/usr/share/gocode", GOFLAGS="",
                       GOCACHE=os.environ.get("GOCACHE", folder + "/cache"))
    program = folder + "/client"
    subprocess.run([go, "build", "-o", program, source], check=True, env=environment)
    return program


def test_go(program, source):
    with tempfile.TemporaryDirectory() as folder:
        client = build_go(source, folder)
        for mode in ("plain", "ack", "subsecond", "json"):
            server, address = start_server(program, EVENTS)
            host, port = address.rsplit(":", 1)
            subprocess.run([client, host, port, mode, str(EVENTS)], check=True, timeout=60)
            lines = finish(server)
            assert len(lines) == EVENTS, f"{mode}: {len(lines)} events"
            check(lines, "go.app")


if __name__ == "__main__":
    if sys.argv[2] == "python":
        test_python(sys.argv[1])
    else:
        test_go(sys.argv[1], sys.argv[3])
