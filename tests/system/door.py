"""A door in front of a plain HTTP server, and certificates for it."""
import base64
import collections
import http.client
import http.server
import os
import socketserver
import ssl
import subprocess
import threading


class Door:
    """In front of a plain HTTP server: TLS, a name and password, and a certificate of clients, where these are given."""

    def __init__(self, port, certificate=None, user=None, password=None, clients=None):
        wanted = user and "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        door = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if wanted and self.headers.get("Authorization") != wanted:
                    return self.answer(401, b'{"error":{"type":"security_exception","reason":"wrong name or password"}}')
                to = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
                kept = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
                to.request(self.command, self.path, body, kept)
                answer = to.getresponse()
                content = answer.read()
                to.close()
                door.note(answer.status, content)
                return self.answer(answer.status, content, answer.headers.get("Content-Encoding"))

            def answer(self, status, body, encoding=None):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                if encoding:
                    self.send_header("Content-Encoding", encoding)
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = pass_on

            def log_message(self, *_):
                pass

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self.answers = collections.Counter()  # by status; of _bulk, those of its items too
        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            if clients:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(clients)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def note(self, status, content):
        self.answers[status] += 1
        for word in (b'"status":429', b'"status":409'):
            self.answers[int(word[-3:])] += content.count(word)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def make_certificate(folder, name, end="20990101000000Z", names="DNS:localhost,IP:127.0.0.1"):
    """Signed by itself; (certificate, key)."""
    path = lambda ending: os.path.join(folder, name + ending)
    os.makedirs(path(".d"), exist_ok=True)
    config = f"""
[ca]
default_ca = own
[own]
database = {path(".d")}/index
new_certs_dir = {path(".d")}
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = {names}
basicConstraints = critical,CA:TRUE
"""
    with open(path(".cnf"), "w") as f:
        f.write(config)
    open(path(".d") + "/index", "w").close()
    run = lambda *words: subprocess.run(["openssl", *words], check=True, capture_output=True)
    run("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", path(".key"), "-out", path(".csr"))
    run("ca", "-config", path(".cnf"), "-batch", "-notext", "-selfsign", "-startdate", "20200101000000Z", "-enddate", end,
        "-keyfile", path(".key"), "-in", path(".csr"), "-out", path(".pem"))
    return path(".pem"), path(".key")


def fingerprint(certificate):
    """SHA-256, with colons."""
    said = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-fingerprint", "-sha256"], check=True, capture_output=True, text=True)
    return said.stdout.strip().split("=")[1]
