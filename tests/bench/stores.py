#!/usr/bin/env python3
"""What stores cost with their real servers, by hand: WEIR=build/release/weir tests/bench/stores.py [NAME…]

An edge tails JSON lines, a core writes them into a store: events a second, and the CPU of both processes of Weir for a million
events, beside that of the file sink in the same run. Then how that grows with writers, and for `mysql` what the mariadb client
alone does with INSERTs of 100 rows over one connection. EVENTS sets how many (500000).
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))
from peer_stores import Server  # noqa: E402
from weir_nodes import Process, free_port  # noqa: E402

EVENTS = int(os.environ.get("EVENTS", "500000"))
TOPOLOGY = """
cluster: { name: bench }
collectors: { logs: { type: tail, path: "DIR/in.log", parse: { format: json } } }
destination_aggregators: { core: { from: logs, buffer: { type: memory } } }
sinks: { store: { from: core, writers: WRITERS, SINK } }
placement: { edge: [logs], core: [core, store] }
nodes: { core-1: { listen: "127.0.0.1:PORT", as: core } }
"""
# A ledger of each run's own: else the store knows all of it from the run before.
ACCESS = 'type: SQL, endpoints: ["127.0.0.1:PORT"], database: weir, table: TABLE, ledger: TABLE, auth: { user: weir, password: weir }'
SEARCH = 'type: opensearch, endpoints: ["http://127.0.0.1:PORT"], index: TABLE'
ARCHIVE = ('type: s3, endpoints: ["http://127.0.0.1:PORT"], bucket: weir, prefix: "TABLE/{tag}/", '
           "auth: { user: weir, password: weirsecret }")

HADOOP = 'type: hdfs, endpoints: ["http://127.0.0.1:PORT"], path: "/logs/TABLE/{tag}", auth: { user: weir }'


def lines():
    for n in range(EVENTS):
        yield json.dumps({"host": f"10.0.{n % 7}.{n % 251}", "method": "GET", "path": f"/items/{n}", "status": 200 if n % 9 else 404,
                          "bytes": n * 37 % 90000, "agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"}) + "\n"


class Bench:
    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="weir-stores-"))
        self.directory.chmod(0o755)
        (self.directory / "run").mkdir(mode=0o700)
        with open(self.directory / "in.log", "w") as f:
            f.writelines(lines())
        self.runs = 0

    def start(self, topology, node):
        words = ["run", str(topology), "--node", node, "--as", node.split("-")[0], "--no-console"] + (["--once"] if "edge" in node else [])
        return Process(f"{node}-{self.runs}", words, str(self.directory), {**os.environ, "WEIR_RUNTIME_DIR": str(self.directory / "run")})

    def run(self, name, sink, writers):
        """Events a second, CPU seconds for a million events."""
        self.runs += 1
        topology = self.directory / f"t{self.runs}.yaml"
        text = TOPOLOGY.replace("DIR", str(self.directory)).replace("SINK", sink).replace("WRITERS", str(writers))
        topology.write_text(text.replace("PORT", str(free_port())))
        core = self.start(topology, "core-1")
        begin = time.monotonic()
        edge = self.start(topology, "edge-1")
        usage = resource_of(edge.child)
        seconds = time.monotonic() - begin
        core.signal(15)
        usage += resource_of(core.child)
        print(f"  {name:<22} {writers:>2} writers  {EVENTS / seconds:>9.0f} events/s  {usage / EVENTS * 1e6:>6.2f} CPU s a million", flush=True)
        return EVENTS / seconds, usage / EVENTS * 1e6


def resource_of(child):
    _, status, used = os.wait4(child.pid, 0)
    if status != 0:
        raise SystemExit(f"a process of weir ended with {status}")
    return used.ru_utime + used.ru_stime


def compare(bench, name, kind):
    folder = bench.directory / name
    server = Server(name, folder)
    server.start()
    try:
        print(name)
        _, file_cpu = bench.run("file", f'type: file, path: "{bench.directory}/out-{bench.runs}/all.jsonl"', 1)
        for writers in (1, 2, 4):
            sink = {"opensearch": SEARCH, "s3": ARCHIVE, "hdfs": HADOOP}.get(kind, ACCESS).replace("SQL", kind).replace("PORT", str(server.port)).replace("TABLE", f"t{bench.runs}")
            _, cpu = bench.run(kind, sink, writers)
            print(f"  {'':<22} {cpu / file_cpu:.2f} times the file sink's CPU")
        if kind == "mysql":
            inserts_of_100(bench, server)
    finally:
        server.stop()


def inserts_of_100(bench, server):
    """One statement each, as simple writers do; the client's own CPU does not count, only the time."""
    script = bench.directory / "inserts.sql"
    with open(script, "w") as f:
        f.write("create table plain(`time` datetime(6) not null, tag text not null, record json not null, index(`time`));\n")
        rows = []
        for line in lines():
            rows.append("('2026-01-01 00:00:00.000000','logs','" + line.strip().replace("'", "\\'") + "')")
            if len(rows) == 100:
                f.write("insert into plain values " + ",".join(rows) + ";\n")
                rows = []
    begin = time.monotonic()
    with open(script) as f:
        subprocess.run(["mariadb", "--no-defaults", "-h127.0.0.1", f"-P{server.port}", "-uweir", "-pweir", "weir"], stdin=f, check=True)
    print(f"  {'INSERTs of 100 rows':<22}  1 connection {EVENTS / (time.monotonic() - begin):>8.0f} events/s", flush=True)


def main():
    bench = Bench()
    wanted = sys.argv[1:] or ["postgresql", "mariadb", "opensearch", "s3", "hdfs"]
    try:
        for name in wanted:
            compare(bench, name, {"mariadb": "mysql"}.get(name, name))
    finally:
        shutil.rmtree(bench.directory, ignore_errors=True)


if __name__ == "__main__":
    main()
