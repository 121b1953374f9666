"""The kubernetes input: logs as a kubelet leaves them, metadata from an API server; the node killed, the server killed, pods that
come, go and are used again. With a server of the test's own; of the real one as many as show that the two agree."""
import collections
import json
import os
import random
import time

from kube_world import EVENTS, PODS, SPACES, ApiDouble, ApiServer, Kubelet, pod
from peer_stores import Server, main
from weir_nodes import SystemTest, read_lines, wait_until

TOPOLOGY = """
collectors:
  pods:
    type: kubernetes
    path: DIR/containers
    node: edge-7
    refresh_interval: 200ms
    partial_timeout: 2s
    MORE
    api: { url: "URL", token: "TOKEN_FILE"CA }
source_aggregators:
  local: { from: [pods], buffer: { path: DIR/buffer } }
sinks:
  files: { type: file, from: [local], path: "DIR/out/all.jsonl" }
"""
EVENTS_TOPOLOGY = """
collectors:
  cluster: { type: kubernetes_events, MORE tag: "kube.events.{namespace}", api: { url: "URL", token: "TOKEN_FILE"CA } }
source_aggregators:
  local: { from: [cluster], buffer: { path: DIR/buffer } }
sinks:
  files: { type: file, from: [local], path: "DIR/out/all.jsonl" }
"""
KILLING_SECONDS = float(os.environ.get("WEIR_KILLING_SECONDS", "12"))


class Cluster(SystemTest):
    MORE = "cache: DIR/pods.cache, metadata_wait: 20s"

    def setUp(self):
        super().setUp()
        self.api = self.make_api()
        self.kubelet = Kubelet(str(self.dir))
        self.written = collections.Counter()

    def tearDown(self):
        super().tearDown()
        self.api.stop()

    def make_api(self):
        return ApiDouble(str(self.dir))

    def run_node(self, more=None):
        more = (more or self.MORE).replace(", ", "\n    ")
        text = TOPOLOGY.replace("MORE", more).replace("URL", self.api.url).replace("TOKEN_FILE", self.api.token_file)
        return self.start("edge", self.write("t.yaml", text.replace("CA", f', ca: "{self.api.ca}"' if self.api.ca else "")), "--node", "edge")

    def add_pod(self, name, namespace="default", **metadata):
        return self.api.create(PODS, pod(name, namespace, **metadata))

    def say(self, log, text, how="stdout F"):
        log.write(text, how)
        self.written[(log.uid, text)] += 1

    def records(self):
        return [json.loads(line) for line in read_lines(self.path("out", "all.jsonl"))]

    def stored(self):
        return collections.Counter((r["kubernetes"].get("pod_id"), r["message"]) for r in self.records())

    def wait_stored(self, patience=None):
        wait_until(lambda: self.stored() == self.written, lambda: f"missing {list((self.written - self.stored()).items())[:3]}, too many "
                   f"{list((self.stored() - self.written).items())[:3]}\n{self.processes[-1].log()[-3000:]}", patience)

    def is_kept(self, uid):
        """Nobody can know a pod that has gone before anybody has asked the server."""
        try:
            with open(self.path("pods.cache"), "rb") as f:
                return uid.encode() in f.read()
        except FileNotFoundError:
            return False

    def assert_enriched(self, labels):
        """All records have the labels of the pod of their uid."""
        for record in self.records():
            about = record["kubernetes"]
            self.assertEqual(labels[about["pod_id"]], about.get("labels"), record)
            self.assertNotIn("incomplete", about)


class Metadata(Cluster):
    def test_a_record_has_what_is_known_of_its_pod_and_namespace(self):
        self.api.create(SPACES, {"metadata": {"name": "shop", "labels": {"team": "blue"}}})
        made = self.add_pod("web-5d-x", "shop", labels={"app": "web", "pod-template-hash": "5d"}, annotations={"note": "x"},
                            ownerReferences=[{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-5d", "uid": "r", "controller": True}])
        log = self.kubelet.start(made)
        self.say(log, "hello", "stderr F")
        self.run_node()
        self.wait_stored()
        (record,) = self.records()
        self.assertEqual("stderr", record["stream"])
        self.assertEqual("kube.shop.web-5d-x.main", record["tag"])
        about = record["kubernetes"]
        del about["docker_id"]
        about["labels"].pop("kubernetes.io/metadata.name", None)
        about["namespace_labels"].pop("kubernetes.io/metadata.name", None)
        self.assertEqual({"pod_name": "web-5d-x", "namespace_name": "shop", "pod_id": log.uid, "host": "edge-7", "container_name": "main",
                          "container_image": "shop/web-5d-x:1", "labels": {"app": "web", "pod-template-hash": "5d"},
                          "annotations": {"note": "x"}, "owner_kind": "ReplicaSet", "owner_name": "web-5d", "deployment_name": "web",
                          "namespace_labels": {"team": "blue"}}, about)

    def test_a_file_waits_for_its_pod_and_goes_on_without_it_in_the_end(self):
        self.run_node("metadata_wait: 3s")
        log = self.kubelet.start(pod("late", "default", uid="0-1"))
        self.say(log, "before it is known")
        self.add_pod("late", uid="0-1", labels={"a": "b"})
        self.wait_stored()
        stranger = self.kubelet.start(pod("stranger", "default", uid="0-2"))
        self.say(stranger, "of nobody")
        self.wait_stored()
        known = {r["kubernetes"]["pod_name"]: r["kubernetes"] for r in self.records()}
        self.assertEqual({"a": "b"}, known["late"]["labels"])
        self.assertTrue(known["stranger"]["incomplete"])
        self.assertEqual("0-2", known["stranger"]["pod_id"])

    def test_annotations_choose_logs_and_parsers(self):
        for name, notes in {"out": {"weir.io/exclude": "true"}, "err": {"fluentbit.io/exclude_stderr": "true"},
                            "json": {"fluentbit.io/parser": "json"}, "odd": {"weir.io/parser": "cobol"}}.items():
            log = self.kubelet.start(self.add_pod(name, annotations=notes))
            log.write('{"n": 1}')
            log.write('{"n": 2}', "stderr F")
        node = self.run_node()
        wanted = {("err", "message"): 1, ("json", "n"): 2, ("odd", "message"): 2}
        seen = lambda: collections.Counter((r["kubernetes"]["pod_name"], "n" if "n" in r else "message") for r in self.records())
        wait_until(lambda: seen() == wanted, lambda: f"what is wanted comes: {seen()}")
        node.wait_log('parser "cobol"')
        self.wait_for("edge", "pods", dropped={"excluded": 3})


class Faults(Cluster):
    def test_a_pod_that_is_gone_before_its_log_is_read_is_known_from_the_cache(self):
        made = self.add_pod("gone", labels={"app": "gone"})
        log = self.kubelet.start(made)
        self.say(log, "first")
        node = self.run_node()
        self.wait_stored()
        wait_until(lambda: self.is_kept(log.uid), "the cache is written")
        node.kill()
        self.say(log, "while nobody listens")
        self.api.delete(PODS, "default", "gone")
        self.say(self.kubelet.start(self.add_pod("gone", labels={"app": "next"})), "of the next one")
        self.run_node()
        self.wait_stored()
        self.assertEqual({"first": "gone", "while nobody listens": "gone", "of the next one": "next"},
                         {r["message"]: r["kubernetes"]["labels"]["app"] for r in self.records()})

    def test_a_server_that_goes_and_comes_back_is_asked_again(self):
        self.say(self.kubelet.start(self.add_pod("a", labels={"n": "a"})), "one")
        node = self.run_node()
        self.wait_stored()
        self.api.stop()
        log = self.kubelet.start(pod("b", "default", uid="0-b"))
        self.say(log, "two")
        node.wait_log("API server: ")
        self.api.start()
        self.add_pod("b", uid="0-b", labels={"n": "b"})
        self.wait_stored()
        self.assertEqual({"one": "a", "two": "b"}, {r["message"]: r["kubernetes"]["labels"]["n"] for r in self.records()})

    def test_a_version_that_is_too_old_is_followed_by_a_list(self):
        self.say(self.kubelet.start(self.add_pod("a", labels={"n": "a"})), "one")
        self.run_node()
        self.wait_stored()
        self.api.forget()
        lists = lambda: sum(1 for r in self.api.requests if r.startswith(PODS) and "watch=1" not in r)
        wait_until(lambda: lists() >= 2, "it is listed again")
        self.say(self.kubelet.start(self.add_pod("b", labels={"n": "b"})), "two")
        self.wait_stored()
        self.assertEqual({"one": "a", "two": "b"}, {r["message"]: r["kubernetes"]["labels"]["n"] for r in self.records()})

    def test_a_token_that_is_renewed_is_read_again(self):
        self.say(self.kubelet.start(self.add_pod("a", labels={"n": "a"})), "one")
        self.run_node()
        self.wait_stored()
        self.api.token = "renewed"
        self.api.stop()
        self.api.start()
        refused = len(self.api.requests)
        wait_until(lambda: len(self.api.requests) > refused, "it asks with what it has")
        with open(self.api.token_file, "w") as f:
            f.write("renewed")
        self.say(self.kubelet.start(self.add_pod("b", labels={"n": "b"})), "two")
        self.wait_stored()
        self.assertEqual({"one": "a", "two": "b"}, {r["message"]: r["kubernetes"]["labels"]["n"] for r in self.records()})

    def test_nothing_is_lost_or_twice_or_of_another_pod_while_the_node_is_killed(self):
        chance = random.Random(7)
        labels, logs, names, count = {}, [], 0, 0
        node = self.run_node()
        until, kill_at = time.monotonic() + KILLING_SECONDS, time.monotonic() + 1.5
        while time.monotonic() < until:
            step = chance.random()
            if step < 0.02 and len(logs) < 8 or not logs:
                names += 1
                made = self.add_pod(f"pod-{names % 5}-{names}" if chance.random() < 0.5 else "again" if "again" not in [n for n, _ in logs]
                                    else f"other-{names}", labels={"n": str(names)})
                labels[made["metadata"]["uid"]] = {"n": str(names)}
                logs.append((made["metadata"]["name"], self.kubelet.start(made)))
            elif step < 0.03 and len(logs) > 1 and self.is_kept(logs[0][1].uid):
                name, log = logs.pop(0)
                self.say(log, f"last words of {name}")
                self.api.delete(PODS, "default", name)
            elif step < 0.05:
                chance.choice(logs)[1].rotate()
            elif step < 0.1:
                log = chance.choice(logs)[1]
                count += 1
                log.write(f"half {count} ", "stdout P")
                self.say(log, f"beside {count}", "stderr F")
                log.write("whole")
                self.written[(log.uid, f"half {count} whole")] += 1
            else:
                count += 1
                self.say(chance.choice(logs)[1], f"line {count}")
            if time.monotonic() > kill_at:
                node.kill()
                node = self.run_node()
                kill_at = time.monotonic() + 0.5 + 2 * chance.random()
            time.sleep(0.001)
        self.wait_stored()
        self.assert_enriched(labels)
        self.assertTrue(self.status("edge")["balanced"])
        self.assertEqual(0, node.stop(), node.log())


def event(name, text, namespace="default"):
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return {"metadata": {"name": name, "namespace": namespace}, "reason": "Tested", "message": text, "type": "Normal",
            "involvedObject": {"kind": "Pod", "name": "p", "namespace": namespace}, "firstTimestamp": now, "lastTimestamp": now}


class ClusterEvents(Cluster):
    def run_node(self, more=""):
        text = EVENTS_TOPOLOGY.replace("URL", self.api.url).replace("TOKEN_FILE", self.api.token_file).replace("MORE", more)
        return self.start("edge", self.write("t.yaml", text.replace("CA", f', ca: "{self.api.ca}"' if self.api.ca else "")), "--node", "edge")

    def texts(self):
        return collections.Counter(r["message"] for r in self.records())

    def wait_texts(self, wanted):
        wait_until(lambda: self.texts() == collections.Counter(wanted), lambda: f"{wanted}, not {self.texts()}\n{self.processes[-1].log()[-2000:]}")

    def test_each_is_stored_once_also_after_a_kill_and_when_the_server_has_forgotten(self):
        self.api.create(EVENTS, event("a", "one"))
        node = self.run_node()
        self.wait_texts(["one"])
        self.api.create(EVENTS, event("b", "two"))
        self.wait_texts(["one", "two"])
        node.kill()
        self.api.create(EVENTS, event("c", "three"))
        node = self.run_node()
        self.wait_texts(["one", "two", "three"])
        node.kill()
        self.api.create(EVENTS, event("d", "four"))
        self.api.forget()
        self.run_node()
        self.wait_texts(["one", "two", "three", "four"])
        self.api.forget()
        self.api.create(EVENTS, event("e", "five", "shop" if isinstance(self.api, ApiDouble) else "default"))
        self.wait_texts(["one", "two", "three", "four", "five"])
        record = self.records()[0]
        self.assertEqual(("kube.events.default", "Tested", "p"), (record["tag"], record["reason"], record["involvedObject"]["name"]))
        self.assertNotIn("managedFields", record["metadata"])

    def test_old_ones_are_left_out_if_that_is_wanted(self):
        self.api.create(EVENTS, event("a", "old"))
        self.run_node("start: end,")
        wait_until(lambda: any("watch=1" in r for r in self.api.requests), "it watches")
        self.api.create(EVENTS, event("b", "new"))
        self.wait_texts(["new"])


class RealServer(Cluster):
    """The same with a kube-apiserver."""

    def make_api(self):
        server = Server("kubernetes", self.path("peer"))
        server.start()
        return ApiServer(server)

    test_metadata = Metadata.test_a_record_has_what_is_known_of_its_pod_and_namespace
    test_gone = Faults.test_a_pod_that_is_gone_before_its_log_is_read_is_known_from_the_cache
    test_killed = Faults.test_nothing_is_lost_or_twice_or_of_another_pod_while_the_node_is_killed

    def test_it_is_killed_and_has_forgotten_what_was(self):
        self.say(self.kubelet.start(self.add_pod("a", labels={"n": "a"})), "one")
        node = self.run_node()
        self.wait_stored()
        self.api.peer.signal(9)
        node.wait_log("API server: ")
        self.api.start()
        self.api.forget()
        self.say(self.kubelet.start(self.add_pod("b", labels={"n": "b"})), "two")
        self.wait_stored()
        self.assertEqual({"one": "a", "two": "b"}, {r["message"]: r["kubernetes"]["labels"]["n"] for r in self.records()})


class RealServersEvents(ClusterEvents):
    make_api = RealServer.make_api
    test_old_ones_are_left_out_if_that_is_wanted = None


if __name__ == "__main__":
    main()
