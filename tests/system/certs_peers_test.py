"""What `weir certs` makes, in the hands of others: Python's TLS, and the openssl command where there is one."""
import shutil
import socket
import ssl
import subprocess
import threading
import unittest

from weir_nodes import SystemTest


class CertsTest(SystemTest):
    def certs(self, *words):
        done = self.weir("certs", *words)
        self.assertEqual((done.returncode, done.stderr), (0, ""), words)
        return done.stdout

    def context(self, side, node, authority="certs"):
        made = ssl.SSLContext(side)
        made.minimum_version = ssl.TLSVersion.TLSv1_3
        made.verify_mode = ssl.CERT_REQUIRED
        made.verify_flags |= ssl.VERIFY_X509_STRICT
        made.load_verify_locations(self.path(authority, "ca.pem"))
        made.load_cert_chain(self.path("certs", node + ".pem"), self.path("certs", node + ".key"))
        return made

    def shake_hands(self, host, name, client="certs", revoked=None):
        """(version, names that the server saw), or the error of the one that refused."""
        hosts = self.context(ssl.PROTOCOL_TLS_SERVER, host)
        if revoked:
            hosts.load_verify_locations(revoked)
            hosts.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
        here, there = socket.socketpair()
        seen = []

        def serve():
            try:
                with hosts.wrap_socket(there, server_side=True) as peer:
                    seen.append([value for kind, value in peer.getpeercert()["subjectAltName"] if kind == "DNS"])
                    peer.sendall(b"x")
            except ssl.SSLError as refused:
                seen.append(refused)

        server = threading.Thread(target=serve)
        server.start()
        try:
            with self.context(ssl.PROTOCOL_TLS_CLIENT, "edge-1", client).wrap_socket(here, server_hostname=name) as peer:
                peer.recv(1)
                version = peer.version()
        except OSError as refused:
            version = refused
        finally:
            here.close()
            server.join()
        return version, seen[0]

    def test_nodes_know_each_other_by_mutual_tls(self):
        for algorithm in ("p256", "ed25519"):
            shutil.rmtree(self.dir / "certs", ignore_errors=True)
            self.certs("init", "--name", "shop", "--algorithm", algorithm)
            self.certs("node", "core-1", "--host", "core-1.lan", "--host", "127.0.0.1")
            self.certs("node", "edge-1")
            for name in ("core-1", "core-1.lan", "127.0.0.1"):
                self.assertEqual(self.shake_hands("core-1", name), ("TLSv1.3", ["edge-1"]))
            refused, _ = self.shake_hands("core-1", "core-2")
            self.assertIn("Hostname mismatch", str(refused))
            self.certs("renew", "core-1")
            self.assertEqual(self.shake_hands("core-1", "core-1.lan")[0], "TLSv1.3")

    def test_who_trusts_another_authority_or_was_revoked_stays_out(self):
        self.certs("init")
        self.certs("node", "core-1", "edge-1", "edge-2")
        self.certs("init", "--dir", "other")
        self.assertIn("certificate verify failed", str(self.shake_hands("core-1", "core-1", "other")[0]))
        self.certs("revoke", "edge-2")
        crl = self.path("certs", "crl.pem")
        self.assertEqual(self.shake_hands("core-1", "core-1", revoked=crl), ("TLSv1.3", ["edge-1"]))
        self.certs("revoke", "edge-1")
        self.assertIn("certificate revoked", str(self.shake_hands("core-1", "core-1", revoked=crl)[1]))

    def test_commands_at_the_same_time_forget_nothing_of_each_other(self):
        self.certs("init")
        names = [f"edge-{n}" for n in range(12)]
        running = [threading.Thread(target=self.certs, args=("node", name)) for name in names]
        for command in running:
            command.start()
        for command in running:
            command.join()
        with open(self.path("certs", "issued.txt"), encoding="utf-8") as issued:
            self.assertEqual(sorted(line.split()[2] for line in issued), sorted(names))

    @unittest.skipUnless(shutil.which("openssl"), "there is no openssl command")
    def test_the_openssl_command_accepts_them(self):
        self.certs("init", "--name", "shop")
        self.certs("node", "core-1", "*.edge.shop")
        for name, host in (("core-1", "core-1"), ("_.edge.shop", "pod-7.edge.shop")):
            for purpose in ("sslserver", "sslclient"):
                done = subprocess.run(["openssl", "verify", "-x509_strict", "-purpose", purpose, "-verify_hostname", host,
                                       "-CAfile", self.path("certs", "ca.pem"), self.path("certs", name + ".pem")],
                                      capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
