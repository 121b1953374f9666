"""Nodes with certificates: each knows who the other is, nobody else gets in, and certificates change while they run."""
import json
import shutil
import socket
import ssl
import unittest

from hostile_test import COMMAND, COMMANDED, OBSERVE, OBSERVED, WELCOME, Guest, frame, hello, text
from mini_msgpack import unpack
from weir_nodes import SystemTest, free_port, read_lines, wait_until

TOPOLOGY = """
cluster:
  { name: shop, listen: "127.0.0.1:${PORT}", heartbeat: 200ms, down_after: 2s, seeds: ["127.0.0.1:SEED"],
    tls: { certificate: "DIR/certs/${CERT}.pem", key: "DIR/certs/${CERT}.key", ca: "DIR/certs/ca.pem"CRL },
    allow: { edge: { names: ["edge-*", "*.edge.shop"] }, core: { names: ["core-*"], may: [observe, operate] },
             store: { names: ["store-?"] } } }
collectors:
  logs: { type: tail, path: "DIR/in-${NODE}/*.log", refresh_interval: 200ms }
destination_aggregators:
  core: { from: logs, buffer: { path: "DIR/disk/{node}" } }
sinks:
  archive: { type: file, from: core, path: "DIR/all.jsonl" }
placement: { edge: [logs], core: [core], store: [archive] }
"""


class CertifiedCluster(SystemTest):
    def setUp(self):
        super().setUp()
        self.seed = free_port()
        self.topology = self.write_topology()
        self.nodes = {}
        self.sent = []
        self.certs("init")
        self.certs("node", "store-1", "core-1", "core-2", "edge-1")

    def write_topology(self, name="weir.yaml", crl=""):
        return self.write(name, TOPOLOGY.replace("SEED", str(self.seed)).replace("CRL", crl and f', crl: "{crl}"'))

    def certs(self, *words, at="certs"):
        done = self.weir("certs", *words, "--dir", self.path(at))
        self.assertEqual(0, done.returncode, done.stderr)

    def run_node(self, node, port=0, certificate=None, as_class=None, topology=None):
        p = self.start(node, topology or self.topology, "--node", node, "--as", as_class or node.split("-")[0],
                       env={"PORT": str(port), "NODE": node, "CERT": certificate or node})
        self.nodes[node] = p
        return p

    def run_all(self, **options):
        self.run_node("store-1", port=self.seed, **options)
        self.run_node("core-1", **options)
        self.run_node("edge-1", **options)
        self.add("edge-1", "first")
        self.wait_stored()

    def add(self, edge, *lines):
        self.sent += lines
        (self.dir / f"in-{edge}").mkdir(exist_ok=True)
        self.append(f"in-{edge}/a.log", "".join(line + "\n" for line in lines))

    def stored(self):
        return [json.loads(line)["message"] for line in read_lines(self.path("all.jsonl"))]

    def wait_stored(self):
        logs = lambda: "".join(f"{n}:\n{p.log()}" for n, p in self.nodes.items())
        wait_until(lambda: len(self.stored()) >= len(self.sent), logs)
        self.assert_same_lines(self.stored(), self.sent)

    def address_of(self, node, at="store-1"):
        def find():
            members = json.loads(self.weir("members", at, "--json").stdout)["members"]
            return next((m["address"] for m in members if m["node"] == node and m["state"] == "up"), None)
        return wait_until(find, f"{node} is up")

    def replace_certificate(self, node, source):
        """As a renewal does: the key first."""
        for end in ("key", "pem"):
            shutil.copy(self.path(f"{source}/{node}.{end}"), self.path(f"certs/{node}.{end}.new"))
            (self.dir / f"certs/{node}.{end}.new").rename(self.path(f"certs/{node}.{end}"))

    def guest(self, certificate, **options):
        """Speaks to the core as a node with this certificate would."""
        host, port = self.address_of("core-1").rsplit(":", 1)
        context = ssl.create_default_context(cafile=self.path("certs/ca.pem"))
        context.check_hostname = False
        if certificate:
            context.load_cert_chain(self.path(f"certs/{certificate}.pem"), self.path(f"certs/{certificate}.key"))
        guest = Guest.__new__(Guest)
        guest.socket = context.wrap_socket(socket.create_connection((host, int(port)), timeout=30))
        guest.socket.settimeout(30)
        self.addCleanup(guest.socket.close)
        guest.send(hello(**options))
        return guest

    def test_nodes_with_certificates_carry_events(self):
        self.run_all()
        self.assertIn("edge-1", self.weir("members", "store-1").stdout)

    def test_a_certificate_for_another_name_is_refused_with_the_reason_on_both_sides(self):
        self.run_all()
        self.certs("node", "edge-8")
        liar = self.run_node("edge-9", certificate="edge-8")
        why = 'its certificate is for edge-8, not for "edge-9"'
        liar.wait_log(why)
        self.nodes["store-1"].wait_log(f"it is refused: {why}")

    def test_one_certificate_may_be_shared_by_a_wildcard(self):
        self.certs("node", "*.edge.shop")
        (self.dir / "certs/_.edge.shop.pem").rename(self.path("certs/pods.pem"))
        (self.dir / "certs/_.edge.shop.key").rename(self.path("certs/pods.key"))
        self.run_node("store-1", port=self.seed)
        self.run_node("core-1")
        for pod in ("a7f.edge.shop", "b8e.edge.shop"):
            self.run_node(pod, certificate="pods", as_class="edge")
            self.add(pod, "from " + pod)
        self.wait_stored()

    def test_a_host_whose_certificate_is_for_another_name_gets_nothing(self):
        self.certs("node", "store-2")
        self.run_node("store-1", port=self.seed, certificate="store-2")
        core = self.run_node("core-1")
        core.wait_log('its certificate is for store-2, not for "store-1"')
        self.nodes["store-1"].wait_log('its certificate is for store-2, not for "store-1"')

    def test_foreign_missing_expired_and_revoked_certificates_are_refused(self):
        self.certs("init", at="foreign")
        self.certs("node", "edge-3", at="foreign")
        self.certs("node", "edge-4")
        self.certs("revoke", "edge-4")
        for end in ("key", "pem"):
            shutil.copy(self.path(f"foreign/edge-3.{end}"), self.path(f"certs/edge-3.{end}"))
        topology = self.write_topology("with-list.yaml", crl=self.path("certs/crl.pem"))
        self.run_all(topology=topology)
        store = self.nodes["store-1"]
        edge = self.run_node("edge-3")
        store.wait_log("is not let in: TLS: certificate verify failed: ")
        edge.wait_log("TLS: ")
        self.run_node("edge-4").wait_log("revoked")
        store.wait_log("certificate revoked")
        with self.assertRaises((ssl.SSLError, ConnectionError, TypeError)):
            self.guest(None).receive()[0]  # None is no frame
        self.nodes["core-1"].wait_log("peer did not return a certificate")

    def test_a_class_belongs_to_names(self):
        self.run_all()
        upstart = self.run_node("edge-1x", certificate="edge-1", as_class="core")
        upstart.wait_log('not for "edge-1x"')
        self.certs("node", "edge-7")
        upstart = self.run_node("edge-7", as_class="core")
        upstart.wait_log('no node of its name may run as class "core"')
        self.nodes["store-1"].wait_log('it is refused: no node of its name may run as class "core"')

    def test_an_edge_may_hand_over_and_nothing_else(self):
        self.run_all()
        edge = self.guest("edge-1", node="edge-2")
        self.assertIn("not for", unpack(edge.receive()[1])["refused"])
        self.certs("node", "edge-6")
        edge = self.guest("edge-6", node="edge-6")
        kind, welcome = edge.receive()
        self.assertEqual((WELCOME, ""), (kind, unpack(welcome)["refused"]))
        number = (7).to_bytes(8, "little")
        edge.send(frame(OBSERVE, number))
        edge.send(frame(COMMAND, number + text("drain") + text("") + text("uid 0")))
        self.assertIn(b"may not observe", edge.next_of(OBSERVED))
        self.assertIn(b"may not operate", edge.next_of(COMMANDED))
        core = self.nodes["core-1"]
        core.wait_log("it may not observe this node")  # of the rest of ten seconds the number is told
        drain = self.weir("drain", "core-1", "--via", "edge-1")
        self.assertEqual(1, drain.returncode)
        self.assertIn('node "edge-1" may not operate it', drain.stderr)
        self.add("edge-1", "on")
        self.wait_stored()

    def test_a_core_sees_and_drains_an_edge(self):
        self.run_all()
        self.assertIn("edge-1/collector/logs", self.weir("status", "core-1", "--cluster").stdout)
        self.assertIn("may not observe", self.weir("status", "edge-1", "--cluster").stdout)
        self.env["WEIR_RUNTIME_DIR"] = self.path("elsewhere")
        self.run_node("core-2")
        wait_until(lambda: "connected to node" in self.nodes["core-2"].log(), "core-2 is there")
        wait_until(lambda: 'node "edge-1" has connected' in self.nodes["core-2"].log(), self.nodes["core-2"].log)
        drained = self.weir("drain", "edge-1", "--via", "core-2")
        self.assertEqual((0, ""), (drained.returncode, drained.stderr))
        self.assertIn("node edge-1 has left", drained.stdout)
        self.assertEqual(0, self.nodes["edge-1"].end())
        self.nodes["edge-1"].wait_log("drain: asked for by node core-2, uid ")

    def test_certificates_are_renewed_under_load(self):
        self.run_all()
        self.certs("init", at="next")
        self.certs("node", "store-1", "core-1", "edge-1", at="next")
        both = (self.dir / "certs/ca.pem").read_text() + (self.dir / "next/ca.pem").read_text()
        self.write("certs/ca.pem", both)
        for node in ("store-1", "core-1", "edge-1"):
            wait_until(lambda: "certificates were read again" in self.nodes[node].log(), self.nodes[node].log)
        for node in ("core-1", "edge-1", "store-1"):
            self.add("edge-1", "before " + node)
            known = self.nodes[node].log().count("certificates were read again")
            self.replace_certificate(node, "next")
            wait_until(lambda: self.nodes[node].log().count("certificates were read again") > known, self.nodes[node].log)
            self.add("edge-1", "after " + node)
        self.wait_stored()
        self.assertEqual(0, self.nodes["core-1"].stop())
        self.run_node("core-1")
        self.add("edge-1", "with new ones only")
        self.wait_stored()

    def test_a_bad_file_is_an_error_at_the_start_and_at_a_reload(self):
        self.run_all()
        self.write("certs/store-1.pem", "no certificate\n")
        store = self.nodes["store-1"]
        store.wait_log("what was read before stays in use")
        reload = self.weir("reload", "store-1")
        self.assertEqual(1, reload.returncode)
        self.assertIn("cannot use the certificate in", reload.stderr)
        self.add("edge-1", "on")
        self.wait_stored()
        wrong = self.run_node("store-2", certificate="store-1")
        self.assertEqual(1, wrong.end())
        wrong.wait_log("cluster: tls: cannot use the certificate in")
        missing = self.run_node("store-3")
        self.assertEqual(1, missing.end())
        missing.wait_log('certs/store-3.pem": No such file or directory')

    def test_a_file_is_handed_to_all(self):
        self.run_all()
        before = (self.dir / "weir.yaml").read_text()
        self.write("own/weir.yaml", before)
        self.nodes["edge-1"].stop()
        self.run_node("edge-1", topology=self.path("own/weir.yaml"))
        self.add("edge-1", "again")
        self.wait_stored()
        wait_until(lambda: '"edge-1"' in self.weir("members", "core-1", "--json").stdout, "edge-1 is there")
        self.write("weir.yaml", before.replace("all.jsonl", "new.jsonl"))
        done = self.weir("reload", "core-1", "--all")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertIn("edge-1: ", done.stdout)
        self.assertIn("new.jsonl", (self.dir / "own/weir.yaml").read_text())
        self.add("edge-1", "elsewhere")
        wait_until(lambda: len(read_lines(self.path("new.jsonl"))) == 1, "it is in the new file")


if __name__ == "__main__":
    unittest.main()
