"""What a node of a Kubernetes cluster has: an API server, and a kubelet that leaves logs. The server is one of the test's own,
which does as much of the API as a client that lists and watches can tell, or a real one behind the same calls."""
import json
import os
import socket
import ssl
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from weir_nodes import free_port

PODS, SPACES, EVENTS = "/api/v1/pods", "/api/v1/namespaces", "/api/v1/events"
TOKEN = "weir"


class ApiDouble:
    """Keeps objects by collection and what happened to them, up to forget()."""

    def __init__(self, folder):
        self.port, self.token = free_port(), TOKEN
        self.url, self.ca = f"http://127.0.0.1:{self.port}", None
        self.token_file = os.path.join(folder, "token")
        with open(self.token_file, "w") as f:
            f.write(TOKEN + "\n")
        self.changed = threading.Condition()
        self.version, self.oldest = 100, 100
        self.objects = {PODS: {}, SPACES: {}, EVENTS: {}}
        self.history = []  # (version, collection, type, object)
        self.requests, self.server = [], None
        self.start()

    def start(self):
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                double.answer(self)

        class Server(ThreadingHTTPServer):
            allow_reuse_address, daemon_threads = True, True

            def handle_error(self, *_):
                pass  # who asked has gone

        self.server = Server(("127.0.0.1", self.port), Handler)
        self.server.is_over = False
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        server, self.server = self.server, None
        if server:
            with self.changed:
                server.is_over = True
                self.changed.notify_all()
            server.shutdown()
            server.server_close()

    def forget(self):
        """As a compaction: no watch goes on from before, and those that are under way end."""
        with self.changed:
            self.version += 10
            self.oldest = self.version
            self.history = []
            self.changed.notify_all()

    def note(self, collection, kind, thing):
        with self.changed:
            self.version += 1
            thing = json.loads(json.dumps(thing))
            thing["metadata"]["resourceVersion"] = str(self.version)
            name = (thing["metadata"].get("namespace"), thing["metadata"]["name"])
            if kind == "DELETED":
                self.objects[collection].pop(name)
            else:
                self.objects[collection][name] = thing
            self.history.append((self.version, collection, kind, thing))
            self.changed.notify_all()
            return thing

    def create(self, collection, thing):
        thing["metadata"].setdefault("uid", str(uuid.uuid4()))
        return self.note(collection, "ADDED", thing)

    def change(self, collection, namespace, name, **metadata):
        with self.changed:
            thing = json.loads(json.dumps(self.objects[collection][(namespace, name)]))
            thing["metadata"].update(metadata)
            return self.note(collection, "MODIFIED", thing)

    def delete(self, collection, namespace, name):
        with self.changed:
            self.note(collection, "DELETED", self.objects[collection][(namespace, name)])

    def answer(self, request):
        url = urllib.parse.urlsplit(request.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        self.requests.append(request.path)
        if request.headers.get("Authorization") != "Bearer " + self.token:
            return self.send(request, 401, {"kind": "Status", "code": 401})
        if url.path not in self.objects:
            return self.send(request, 404, {"kind": "Status", "code": 404})
        if query.get("watch") == "1":
            return self.watch(request, url.path, query)
        with self.changed:
            things = [t for t in self.objects[url.path].values() if self.is_selected(t, query)]
            first = int(query.get("continue", "0"))
            last = first + int(query.get("limit", "1000"))
            rest = {"continue": str(last)} if last < len(things) else {}
            page = {"kind": "List", "metadata": {"resourceVersion": str(self.version), **rest}, "items": things[first:last]}
        return self.send(request, 200, page)

    @staticmethod
    def is_selected(thing, query):
        field, _, wanted = query.get("fieldSelector", "").partition("=")
        return field != "spec.nodeName" or thing["spec"]["nodeName"] == wanted

    @staticmethod
    def send(request, status, thing):
        body = json.dumps(thing).encode()
        request.send_response(status)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def watch(self, request, collection, query):
        at, server = int(query["resourceVersion"]), self.server
        request.send_response(200)
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        while server is not None and not server.is_over:
            with self.changed:
                if at < self.oldest:
                    return self.chunk(request, {"type": "ERROR", "object": {"kind": "Status", "code": 410}}, True)
                news = [h for h in self.history if h[0] > at and h[1] == collection and self.is_selected(h[3], query)]
                if not news:
                    self.changed.wait(0.5)
                    continue
            for version, _, kind, thing in news:
                self.chunk(request, {"type": kind, "object": thing})
                at = version
        request.close_connection = True
        request.connection.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def chunk(request, thing, is_last=False):
        line = json.dumps(thing).encode() + b"\n"
        request.wfile.write(b"%x\r\n%s\r\n" % (len(line), line) + (b"0\r\n\r\n" if is_last else b""))
        request.wfile.flush()


class ApiServer:
    """A real one, started by a script of tests/peers."""

    def __init__(self, server):
        self.peer, self.url = server, f"https://127.0.0.1:{server.port}"
        self.ca = os.path.join(server.folder, "ca.crt")
        self.token_file = os.path.join(server.folder, "token")
        with open(self.token_file, "w") as f:
            f.write(TOKEN)

    def start(self):
        self.peer.start()

    def stop(self):
        self.peer.stop()

    def call(self, method, path, thing=None, kind="application/json"):
        request = urllib.request.Request(self.url + path, method=method, data=None if thing is None else json.dumps(thing).encode(),
                                         headers={"Authorization": "Bearer " + TOKEN, "Content-Type": kind})
        with urllib.request.urlopen(request, context=ssl.create_default_context(cafile=self.ca), timeout=20) as answer:
            return json.load(answer)

    @staticmethod
    def path_of(collection, namespace):
        return collection if collection == SPACES else f"/api/v1/namespaces/{namespace}/{collection.rsplit('/', 1)[1]}"

    def create(self, collection, thing):
        for _ in range(100):
            try:
                return self.call("POST", self.path_of(collection, thing["metadata"].get("namespace")), thing)
            except urllib.error.HTTPError as refused:
                if refused.code != 409:
                    raise
                time.sleep(0.1)  # the one before it is not quite gone
        raise AssertionError("it exists")

    def change(self, collection, namespace, name, **metadata):
        return self.call("PATCH", f"{self.path_of(collection, namespace)}/{name}", {"metadata": metadata}, "application/merge-patch+json")

    def delete(self, collection, namespace, name):
        self.call("DELETE", f"{self.path_of(collection, namespace)}/{name}?gracePeriodSeconds=0")

    def forget(self):
        """Started anew it knows nothing of what was before in its caches, and its store has nothing old any more."""
        version = self.call("GET", PODS)["metadata"]["resourceVersion"]
        for _ in range(5):
            self.create(PODS, pod("elsewhere", "default", node="other"))
            self.delete(PODS, "default", "elsewhere")
        body = json.dumps({"revision": str(int(version) + 5), "physical": True}).encode()
        urllib.request.urlopen(f"http://127.0.0.1:{self.peer.port + 1}/v3/kv/compaction", data=body, timeout=20).close()


def pod(name, namespace, node="edge-7", **metadata):
    return {"metadata": {"name": name, "namespace": namespace, **metadata},
            "spec": {"nodeName": node, "containers": [{"name": "main", "image": "shop/" + name + ":1"}]}}


class Kubelet:
    """Directories and links as a kubelet makes them, and lines as containerd writes them."""

    def __init__(self, folder):
        self.links, self.pods = os.path.join(folder, "containers"), os.path.join(folder, "pods")
        os.makedirs(self.links)
        self.rotations = 0

    def start(self, made, container="main"):
        about = made["metadata"]
        log = ContainerLog(self, about["name"], about["namespace"], about["uid"], container)
        os.makedirs(os.path.dirname(log.path))
        open(log.path, "x").close()
        os.symlink(log.path, log.link)
        return log


class ContainerLog:
    def __init__(self, kubelet, name, namespace, uid, container):
        self.kubelet, self.uid = kubelet, uid
        self.path = os.path.join(kubelet.pods, f"{namespace}_{name}_{uid}", container, "0.log")
        self.link = os.path.join(kubelet.links, f"{name}_{namespace}_{container}-{uuid.uuid4().hex}.log")

    def write(self, text, how="stdout F"):
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + ".%09dZ" % (time.time_ns() % 10**9)
        with open(self.path, "a") as f:
            f.write(f"{stamp} {how} {text}\n")

    def rotate(self):
        self.kubelet.rotations += 1
        os.rename(self.path, f"{self.path}.20260101-{self.kubelet.rotations:06}")
        open(self.path, "x").close()

    def remove(self):
        """The link goes first, then what it led to."""
        os.unlink(self.link)
        folder = os.path.dirname(self.path)
        for name in os.listdir(folder):
            os.unlink(os.path.join(folder, name))
        os.removedirs(folder)
