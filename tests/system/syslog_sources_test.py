"""Real senders of syslog (logger, rsyslog, syslog-ng), Weir killed while they send, and strangers who mean no good."""
import collections
import json
import os
import shutil
import socket
import subprocess
import threading
import time
import unittest

from door import make_certificate
from peer_stores import SECONDS, Server
from weir_nodes import SystemTest, free_port, hold_for, read_lines, wait_until

TOPOLOGY = """
collectors:
  in: { type: syslog, listen: [LISTEN], MORE }
source_aggregators:
  local: { from: [in], buffer: { path: "DIR/buffer" } }
sinks:
  out: { type: file, from: [local], path: "DIR/out.jsonl" }
"""
RSYSLOG = """
global(workDirectory="DIR/rsyslog" net.enableDNS="off" maxMessageSize="64k" TLS)
module(load="imfile" mode="inotify")
module(load="omrelp")
template(name="out" type="string" string="FORMAT")
input(type="imfile" file="DIR/in.log" tag="app" reopenOnTruncate="on")
action(ACTION template="out" action.resumeRetryCount="-1" action.resumeInterval="1" queue.type="LinkedList" queue.size="200000"
       queue.timeoutEnqueue="60000")
"""
RFC_5424 = "<%PRI%>1 %TIMESTAMP:::date-rfc3339% %HOSTNAME% %APP-NAME% - - - %msg%"
RFC_3164 = "<%PRI%>%TIMESTAMP% %HOSTNAME% %syslogtag% %msg%"


def have(*programs):
    missing = [p for p in programs if shutil.which(p) is None]
    if missing:
        raise unittest.SkipTest(f"skipped: {', '.join(missing)} is not installed")


class SyslogTest(SystemTest):
    def run_weir(self, listen, more="tag: syslog"):
        listen = listen if isinstance(listen, list) else [listen]
        self.write("t.yaml", TOPOLOGY.replace("LISTEN", ", ".join(f'"{a}"' for a in listen)).replace("MORE", more))
        self.begin()

    def begin(self):
        self.node = self.start("node", self.path("t.yaml"), "--node", "node")
        wait_until(lambda: self.actor("node", "in"), lambda: self.node.log()[-2000:])

    def records(self):
        return [json.loads(line) for line in read_lines(self.path("out.jsonl"))]

    def messages(self):
        return [r["message"].strip() for r in self.records()]

    def wait_messages(self, count, patience=None):
        wait_until(lambda: len(self.messages()) >= count, lambda: f"{count} of {self.messages()[-5:]}\n{self.node.log()[-2000:]}", patience)
        return self.records()


class Logger(SyslogTest):
    def setUp(self):
        super().setUp()
        have("logger")
        self.port = free_port()

    def log(self, *words):
        subprocess.run(["logger", "-t", "weir", "-p", "local3.warning", *words], check=True, timeout=30)

    def test_each_way_and_each_standard_gives_the_same_fields(self):
        path = self.path("log.sock")
        self.run_weir([f"udp://127.0.0.1:{self.port}", f"tcp://127.0.0.1:{self.port}", f"unix:{path}"])
        to = ["-n", "127.0.0.1", "-P", str(self.port)]
        ways = [[*to, "-d"], [*to, "-T"], [*to, "-T", "--octet-count"], ["-u", path]]
        for number, way in enumerate(ways):
            self.log(*way, "--rfc5424=notq", f"message {number}a")
            self.log(*way, "--rfc3164", f"message {number}b")
        found = {r["message"]: r for r in self.wait_messages(2 * len(ways))}
        self.assertEqual({f"message {n}{kind}" for n in range(len(ways)) for kind in "ab"}, set(found))
        for record in found.values():
            self.assertEqual(("local3", "warning", "weir"), (record["facility"], record["severity"], record["ident"]), record)
        self.assertEqual(os.getuid(), found["message 3a"]["credentials"]["uid"])

    def test_structured_data_are_fields(self):
        self.run_weir(f"tcp://127.0.0.1:{self.port}")
        self.log("-n", "127.0.0.1", "-P", str(self.port), "-T", "--rfc5424", "--sd-id", "shop@32473", "--sd-param", 'order="a]b"', "--msgid", "PAID", "paid")
        record = self.wait_messages(1)[0]
        self.assertEqual("PAID", record["msgid"])
        self.assertEqual({"order": "a]b"}, record["structured_data"]["shop@32473"])


class Rsyslog(SyslogTest):
    """It reads a file and sends what is in it."""

    def setUp(self):
        super().setUp()
        have("rsyslogd")
        self.port = free_port()
        os.makedirs(self.path("rsyslog"))
        self.write("in.log", "")
        self.sender = None

    def tearDown(self):
        if self.sender:
            self.sender.kill()
            self.sender.wait()
        super().tearDown()

    def send(self, action, form=RFC_5424, tls=""):
        self.write("rsyslog.conf", RSYSLOG.replace("FORMAT", form).replace("ACTION", action).replace("TLS", tls))
        with open(self.path("rsyslog.log"), "ab") as log:
            self.sender = subprocess.Popen(["rsyslogd", "-n", "-f", self.path("rsyslog.conf"), "-i", self.path("rsyslogd.pid")], stdout=log, stderr=log)

    def feed(self, first, count):
        self.append("in.log", "".join(f"line {n}\n" for n in range(first, first + count)))
        return [f"line {n}" for n in range(first, first + count)]

    def check_all_come_once(self, listen, action, more="tag: syslog", **options):
        self.run_weir(listen, more)
        self.send(action, **options)
        wanted = self.feed(0, 5000)
        self.wait_messages(5000)
        self.assert_same_lines(self.messages(), wanted)

    def omfwd(self, more=""):
        return f'type="omfwd" target="127.0.0.1" port="{self.port}" protocol="tcp" {more}'

    def test_plain_tcp(self):
        self.check_all_come_once(f"tcp://127.0.0.1:{self.port}", self.omfwd(), form=RFC_3164)

    def test_octet_counting(self):
        self.check_all_come_once(f"tcp://127.0.0.1:{self.port}", self.omfwd('TCP_Framing="octet-counted"'))

    def test_nul_between_messages(self):
        self.check_all_come_once(f"tcp://127.0.0.1:{self.port}", self.omfwd('TCP_FrameDelimiter="0"'))

    def test_tls(self):
        have("openssl")
        certificate, key = make_certificate(self.dir, "server")
        self.check_all_come_once(f"tls://127.0.0.1:{self.port}",
                                 self.omfwd('StreamDriver="ossl" StreamDriverMode="1" StreamDriverAuthMode="anon"'),
                                 f"tls: {{ certificate: {certificate}, key: {key} }}",
                                 tls=f'defaultNetstreamDriverCAFile="{certificate}"')

    def relp(self):
        return f'type="omrelp" target="127.0.0.1" port="{self.port}"'

    def test_relp(self):
        self.check_all_come_once(f"relp://127.0.0.1:{self.port}", self.relp())

    def test_over_relp_nothing_is_lost_however_often_weir_is_killed(self):
        self.run_weir(f"relp://127.0.0.1:{self.port}")
        self.send(self.relp())
        wanted, kills = [], 0
        end = time.monotonic() + SECONDS
        while time.monotonic() < end or kills < 3:
            wanted += self.feed(len(wanted), 2000)
            before = len(self.messages())
            wait_until(lambda: len(self.messages()) > before, lambda: self.node.log()[-2000:])
            self.node.kill()
            kills += 1
            self.begin()
        missing = lambda: set(wanted) - set(self.messages())
        wait_until(lambda: not missing(), lambda: f"{len(missing())} of {len(wanted)}: {sorted(missing())[:3]}", 120)
        counts = collections.Counter(self.messages())
        self.assertEqual(set(wanted), set(counts))
        print(f"{kills} kills, {len(wanted)} messages, {counts.total() - len(wanted)} came again", end=" ", flush=True)

    def test_over_tcp_what_a_kill_loses_is_what_was_in_the_sockets(self):
        self.run_weir(f"tcp://127.0.0.1:{self.port}")
        self.send(self.omfwd())
        wanted = []
        for _ in range(3):
            wanted += self.feed(len(wanted), 2000)
            before = len(self.messages())
            wait_until(lambda: len(self.messages()) > before, lambda: self.node.log()[-2000:])
            self.node.kill()
            self.begin()
        wanted += self.feed(len(wanted), 1)
        wait_until(lambda: wanted[-1] in self.messages(), lambda: self.node.log()[-2000:], 120)
        counts = collections.Counter(self.messages())
        self.assertLessEqual(set(counts), set(wanted))
        print(f"{len(set(wanted) - set(counts))} of {len(wanted)} lost, {counts.total() - len(counts)} came again", end=" ", flush=True)


class SyslogNg(SyslogTest):
    def test_it_sends_over_udp_and_by_octets(self):
        port = free_port()
        self.write("in.log", "")
        drivers = (f'syslog("127.0.0.1" port({port}) transport("tcp"));', f'network("127.0.0.1" port({port}) transport("tcp"));')
        for number, driver in enumerate(drivers):
            server = Server("syslog-ng", self.path(f"syslog-ng-{number}"), SYSLOG_NG_CONFIG=(
                f'source f {{ file("{self.path("in.log")}" follow-freq(0.1) flags(no-parse) program-override("app") default-priority(err)); }};'
                f'destination w {{ {driver} }}; log {{ source(f); destination(w); }};'))
            with open(self.path("in.log"), "w") as f:
                f.write("")
            server.start()
            try:
                if not self.processes:
                    self.run_weir(f"tcp://127.0.0.1:{port}")
                self.append("in.log", "".join(f"line {number} {n}\n" for n in range(500)))
                records = self.wait_messages(500 * (number + 1))
            finally:
                server.stop()
            self.assert_same_lines(self.messages()[500 * number:], [f"line {number} {n}" for n in range(500)])
            self.assertEqual(("app", "err"), (records[-1]["ident"], records[-1]["severity"]))


class Strangers(SyslogTest):
    """Whoever comes and means no good: Weir lives, stays small, serves its own and says little."""

    RSS_MAX_KIB = int(os.environ.get("WEIR_MEMORY_TIMES", "1")) * (96 << 10)

    def setUp(self):
        super().setUp()
        self.tcp, self.relp, self.udp = free_port(), free_port(), free_port()
        self.run_weir([f"tcp://127.0.0.1:{self.tcp}", f"relp://127.0.0.1:{self.relp}", f"udp://127.0.0.1:{self.udp}"],
                      "max_message: 8KiB, max_connections: 200, message_timeout: 2s")
        self.open = []

    def tearDown(self):
        for s in self.open:
            s.close()
        super().tearDown()

    def connect(self, port):
        s = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.open.append(s)
        return s

    def wait_own(self, words):
        """One of its own is served all the same."""
        wait_until(lambda: self.sends(words) and words in self.messages(), lambda: f"{words} is stored\n{self.node.log()[-2000:]}")

    def sends(self, words):
        try:
            with socket.create_connection(("127.0.0.1", self.tcp), timeout=5) as s:
                s.sendall(f"<13>1 - own app - - - {words}\n".encode())
            return True
        except OSError:
            return False

    def assert_unharmed(self, words):
        self.wait_own(words)
        self.assertTrue(self.node.is_running())
        self.assertLess(self.node.rss_kib(), self.RSS_MAX_KIB)
        self.assertLess(self.node.log().count("[warning]"), 40, self.node.log()[-3000:])

    def test_half_messages_hold_little_and_are_cut_off(self):
        halves = [self.connect(self.relp if i % 2 else self.tcp) for i in range(100)]
        for i, s in enumerate(halves):
            s.sendall(b"1 open 30 relp_version=0" if i % 2 else b"100000 <13>" + b"x" * 100)
        self.assert_unharmed("beside halves")
        for s in halves:
            s.settimeout(30)
            self.assertEqual(b"", s.recv(100))

    def test_garbage_is_taken_as_text_or_ends_its_connection(self):
        garbage = os.urandom(1 << 20).replace(b"\n", b"")
        for port in (self.tcp, self.relp):
            for _ in range(5):
                s = self.connect(port)
                try:
                    s.sendall(garbage)
                    s.shutdown(socket.SHUT_WR)
                    s.recv(100)
                except OSError:
                    pass
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            for i in range(200):
                s.sendto(garbage[i * 100:i * 100 + i * 40], ("127.0.0.1", self.udp))
        self.assert_unharmed("beside garbage")

    def test_a_flood_of_connections_leaves_place_for_its_own(self):
        flood = []
        for _ in range(600):
            try:
                flood.append(self.connect(self.tcp))
            except OSError:
                pass
        for s in flood[100:]:
            s.close()
        self.assert_unharmed("beside a flood")

    def test_one_who_never_reads_his_answers_holds_up_nobody(self):
        s = self.connect(self.relp)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.sendall(b"1 open 31 relp_version=0\ncommands=syslog\n")
        s.settimeout(0.2)
        stopped = threading.Event()
        try:
            for n in range(2, 200_000):
                s.sendall(b"%d syslog 6 <13>ab\n" % n)
        except OSError:
            stopped.set()
        self.assert_unharmed("beside one who does not read")

    def test_a_message_of_a_gigabyte_is_cut_and_no_more_of_it_held(self):
        s = self.connect(self.tcp)
        s.sendall(b"999999999 <13>1 - - huge - - - ")
        block = b"x" * (1 << 20)
        for _ in range(100):
            s.sendall(block)
        self.assert_unharmed("beside a giant")
        wait_until(lambda: any(r.get("truncated") for r in self.records()), "it was cut")


class Demand(SyslogTest):
    def test_datagrams_that_find_no_room_are_counted_and_told(self):
        port = free_port()
        self.write("down", "in the way")
        self.write("t.yaml", TOPOLOGY.replace("LISTEN", f'"udp://127.0.0.1:{port}"').replace("MORE", "receive_buffer: 64KiB")
                   .replace('buffer: { path: "DIR/buffer" }', "buffer: { type: memory, max_size: 1MiB }").replace("DIR/out", "DIR/down/out"))
        self.node = self.start("node", self.path("t.yaml"), "--node", "node", "--drain-timeout", "1s")
        wait_until(lambda: self.actor("node", "in"), "it runs")
        lost = lambda: self.actor("node", "in")["dropped"].get("lost in the receive buffer", 0)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            def more():
                for _ in range(1000):
                    s.sendto(b"<13>Nov 22 11:00:00 h app: " + b"x" * 500, ("127.0.0.1", port))
                return lost() > 0
            wait_until(more, "datagrams are lost and counted")
        self.assertIn("had no room for", self.node.log())
        hold_for(self.node.is_running, 0.2, "it lives")


if __name__ == "__main__":
    unittest.main()
