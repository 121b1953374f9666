#!/usr/bin/env python3
"""What membership costs with real processes, by hand: WEIR=build/release/weir tests/bench/members.py quiet|join|rolling

quiet: 10, 50 and 200 nodes (or those named behind it) in a network of their own, 4 of them cores: time until all know all, then
       bytes on the wire, CPU and memory of a node.
join:  from the start of one more core until it is given data, five times.
rolling: every node restarts in turn under load; the longest time in which nothing was stored.
"""
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))
from weir_nodes import BINARY, Process, free_port, read_lines  # noqa: E402

CORES = 4
QUIET_SECONDS = 30
TOPOLOGY = """
cluster: { name: shop, listen: "127.0.0.1:${PORT}", seeds: ["127.0.0.1:SEED"] }
collectors: { logs: { type: tail, path: "DIR/in-${NODE}/*.log" } }
destination_aggregators: { core: { from: logs, buffer: { path: "DIR/disk/{node}" } } }
sinks: { out: { type: SINK, from: core } }
placement: { edge: [logs], core: [core], store: [out] }
"""


class Cluster:
    def __init__(self, sink):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="weir-members-"))
        (self.directory / "run").mkdir(mode=0o700)
        self.seed = free_port()
        self.nodes = {}
        self.topology = self.directory / "weir.yaml"
        text = TOPOLOGY.replace("DIR", str(self.directory)).replace("SEED", str(self.seed)).replace("SINK", sink)
        self.topology.write_text(text)

    def start(self, node, *arguments):
        env = {**os.environ, "NODE": node, "PORT": str(self.seed if node == "core-0" else 0),
               "WEIR_RUNTIME_DIR": str(self.directory / "run")}
        (self.directory / f"in-{node}").mkdir(exist_ok=True)
        words = ["run", str(self.topology), "--node", node, "--as", node.split("-")[0], *arguments]
        self.nodes[node] = Process(node, words, str(self.directory), env)
        return self.nodes[node]

    def ask(self, node, request):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(20)
            try:
                s.connect(str(self.directory / "run" / f"shop.{node}.sock"))
                s.sendall(request.encode() + b"\n")
                return b"".join(iter(lambda: s.recv(1 << 16), b"")).decode()
            except OSError:
                return ""

    def knows(self, node):
        return sum(line.startswith("up ") for line in self.ask(node, "others").splitlines())

    def wait(self, condition):
        began = time.monotonic()
        while not condition():
            if time.monotonic() - began > 300:
                raise SystemExit("waited in vain; logs in " + str(self.directory))
            time.sleep(0.01)
        return time.monotonic() - began

    def events_in(self, node):
        import json
        try:
            return sum(a["events_in"] for a in json.loads(self.ask(node, "status"))["actors"])
        except ValueError:
            return 0

    def end(self):
        for p in self.nodes.values():
            p.kill()
        subprocess.run(["rm", "-rf", str(self.directory)], check=False)


def load():
    return f"load average {os.getloadavg()[0]:.1f}"


def wire_bytes():
    line = next(l for l in open("/proc/net/dev") if l.strip().startswith("lo:"))
    return int(line.split(":")[1].split()[0])


def quiet(count):
    c = Cluster("'null'")
    names = [f"core-{i}" for i in range(CORES)] + ["store-0"] + [f"edge-{i}" for i in range(count - CORES - 1)]
    began = time.monotonic()
    for node in names:
        c.start(node)
    started = time.monotonic() - began
    serving = CORES + 1
    def wanted(node):
        return serving if node.startswith("edge") else count - 1
    left = set(names)
    while left:
        left = {node for node in left if c.knows(node) < wanted(node)}
        time.sleep(0.05)
        if time.monotonic() - began > 400:
            raise SystemExit(f"{len(left)} do not know all: {sorted(left)[:5]}; logs in {c.directory}")
    known = time.monotonic() - began
    time.sleep(10)
    cpu = {n: c.nodes[n].cpu_seconds() for n in names}
    on_wire, since = wire_bytes(), time.monotonic()
    time.sleep(QUIET_SECONDS)
    passed = time.monotonic() - since
    on_wire = (wire_bytes() - on_wire) / passed / count
    used = {n: (c.nodes[n].cpu_seconds() - cpu[n]) / passed * 1000 for n in names}
    kinds = {kind: [n for n in names if n.startswith(kind)] for kind in ("edge", "core")}
    print(f"{count} nodes: started in {started:.1f} s, all known after {known:.1f} s; quiet: {on_wire:.0f} bytes/s a node; CPU ms/s: "
          + ", ".join(f"{k} {statistics.mean(used[n] for n in of):.2f}" for k, of in kinds.items() if of) + "; RSS MiB: "
          + ", ".join(f"{k} {statistics.median(c.nodes[n].rss_kib() for n in of) / 1024:.1f}" for k, of in kinds.items() if of)
          + "; " + load(), flush=True)
    c.end()


def feed(c, node, every=0.002):
    """A process of its own that appends a line now and then."""
    path = c.directory / f"in-{node}" / "a.log"
    code = f"import time\nf=open({str(path)!r},'a',buffering=1)\nn=0\nwhile True:\n f.write('line %d\\n' % n)\n n+=1\n time.sleep({every})"
    return subprocess.Popen([sys.executable, "-c", code])


def join(times=5):
    took = []
    for _ in range(times):
        c = Cluster('file, path: "%s"' % "DIR/all.jsonl")
        c.topology.write_text(c.topology.read_text().replace("DIR", str(c.directory)))
        for node in ("core-0", "store-0", "edge-0"):
            c.start(node)
        feeder = feed(c, "edge-0")
        c.wait(lambda: c.events_in("core-0") > 100)
        began = time.monotonic()
        c.start("core-1", "--join", f"127.0.0.1:{c.seed}")
        c.wait(lambda: c.events_in("core-1") > 0)
        took.append(time.monotonic() - began)
        feeder.kill()
        c.end()
    print("join to share, s: " + " ".join(f"{t:.2f}" for t in sorted(took)) + f"; median {statistics.median(took):.2f}; " + load())


def rolling():
    c = Cluster('file, path: "%s"' % "DIR/all.jsonl")
    c.topology.write_text(c.topology.read_text().replace("DIR", str(c.directory)))
    names = ["core-0", "core-1", "core-2", "store-0", "edge-0", "edge-1"]
    for node in names:
        c.start(node)
    feeders = [feed(c, "edge-0"), feed(c, "edge-1")]
    stored = c.directory / "all.jsonl"
    size = lambda: stored.stat().st_size if stored.exists() else 0
    c.wait(lambda: size() > 10000)
    grew, last, gaps, during = time.monotonic(), size(), {}, None

    def look():
        nonlocal grew, last
        now, at = time.monotonic(), size()
        if at > last:
            gaps[during] = max(gaps.get(during, 0), now - grew)
            grew, last = now, at
        time.sleep(0.005)

    def look_until(condition):
        until = time.monotonic() + 60
        while not condition() and time.monotonic() < until:
            look()

    for during in names:
        p = c.nodes[during]
        p.signal(signal.SIGTERM)
        look_until(lambda: not p.is_running())
        c.start(during)
        look_until(lambda: c.ask(during, "others"))
        after = time.monotonic() + 3
        look_until(lambda: time.monotonic() > after)
    for f in feeders:
        f.kill()
    time.sleep(2)
    lines = [line for line in read_lines(stored)]
    print("longest time in which nothing was stored, s, while each restarted: "
          + ", ".join(f"{n} {gaps.get(n, 0):.2f}" for n in names) + f"; {len(lines)} lines, {len(set(lines))} of them different; " + load())
    c.end()


def main():
    what = sys.argv[1] if len(sys.argv) > 1 else "quiet"
    if what == "quiet" and "WEIR_OWN_NETWORK" not in os.environ:
        os.environ["WEIR_OWN_NETWORK"] = "1"
        os.execvp("unshare", ["unshare", "--net", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh", sys.executable, *sys.argv])
    if what == "quiet":
        for count in [int(n) for n in sys.argv[2:]] or [10, 50, 200]:
            quiet(count)
    else:
        {"join": join, "rolling": rolling}[what]()


main()
