"""The sink `treasure_data` and a double of its API: an import that comes again under its id is dropped, so each line is there once."""
import gzip
import http.server
import random
import socket
import threading
import time
import unittest

import mini_msgpack
from peer_stores import ONE_NODE, Writer
from weir_nodes import SystemTest, differences, wait_until


class Api(http.server.ThreadingHTTPServer):
    """Tables in memory. `statuses` are the answers to the next imports; with `forgets_answers` these are taken and not answered."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.tables, self.ids, self.calls, self.repeated = {}, set(), [], 0
        self.statuses, self.forgets_answers, self.lock = [], False, threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """Clients are killed here."""

    def rows(self, table):
        with self.lock:
            return list(self.tables.get(table, []))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, text="{}"):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def handle_call(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        api = self.server
        if self.headers.get("Authorization") != "TD1 right-key":
            return self.answer(401, '{"error":"bad key"}')
        with api.lock:
            api.calls.append((self.command, self.path))
            return self.decide(api, self.path.strip("/").split("/"), body)

    do_PUT = do_POST = do_GET = handle_call

    def decide(self, api, words, body):
        if words[1:3] == ["table", "create"]:
            api.tables.setdefault(words[4], [])
            return self.answer(200)
        if words[1:3] != ["table", "import_with_id"]:
            return self.answer(200)
        table, unique = words[4], words[5]
        if api.statuses:
            return self.answer(api.statuses.pop(0), '{"error":"as the test wants it"}')
        if table not in api.tables:
            return self.answer(404, '{"error":"no such table"}')
        rows, rest = [], gzip.decompress(body)
        while rest:
            row, rest = mini_msgpack.take(rest)
            rows.append(row)
        if any(row.get("message", "").startswith("poison") for row in rows):
            return self.answer(422, '{"error":"poisoned row"}')
        if (table, unique) in api.ids:
            api.repeated += 1
        else:
            api.ids.add((table, unique))
            api.tables[table] += rows
        if api.forgets_answers:
            self.close_connection = True
            return self.connection.shutdown(socket.SHUT_RDWR)
        return self.answer(200)


class TreasureData(SystemTest):
    def setUp(self):
        super().setUp()
        (self.dir / "in").mkdir()
        self.api = Api()
        self.writer = Writer(self.path("in", "a.log"))

    def tearDown(self):
        self.writer.over.set()
        super().tearDown()
        self.api.shutdown()
        self.api.server_close()

    def topology(self, key="right-key", more=""):
        at = f"http://127.0.0.1:{self.api.server_address[1]}"
        sink = (f'type: treasure_data, endpoints: ["{at}"], api_endpoint: "{at}", auth: {{ token: {key} }}, database: logs, table: shop, '
                f'timeout: {{ request: 2s }}, batch: {{ max_delay: 20ms }}{more}')
        return self.write("t.yaml", ONE_NODE.replace("SINK", sink))

    def messages(self):
        return [row["message"] for row in self.api.rows("shop")]

    def wanted(self):
        return [f"line {n} {'.' * (n * 7919 % 90)}" for n in range(self.writer.count)]

    def wait_stored_once(self):
        self.writer.stop()
        wait_until(lambda: len(self.messages()) >= self.writer.count, lambda: f"{len(self.messages())}\n" + self.processes[-1].log()[-3000:], 120)
        self.assertEqual("", differences(self.messages(), self.wanted()))

    def begin(self):
        self.writer.write(100)  # a file is known again by its first KiB
        self.writer.start()

    def test_a_table_that_is_missing_is_made_and_rows_have_their_second_and_tag(self):
        self.write("in/a.log", "hello\n" * 3)
        self.start("one", self.topology(), "--node", "one")
        wait_until(lambda: len(self.messages()) == 3, lambda: self.processes[-1].log())
        row = self.api.rows("shop")[0]
        self.assertLess(abs(row["time"] - time.time()), 300)
        self.assertEqual("hello", row["message"])
        self.assertIn("tag", row)
        self.assertIn(("POST", "/v3/table/create/logs/shop/log"), self.api.calls)

    def test_a_lost_answer_and_failures_of_the_server_store_nothing_twice(self):
        self.begin()
        self.start("one", self.topology(), "--node", "one")
        wait_until(lambda: len(self.messages()) > 500, "something is stored")
        self.api.forgets_answers = True
        wait_until(lambda: self.api.repeated > 1, lambda: self.processes[-1].log())
        self.api.forgets_answers = False
        self.api.statuses = [500, 503, 429, 502]
        wait_until(lambda: not self.api.statuses, "it is tried again")
        self.wait_stored_once()

    def test_the_writers_process_is_killed_again_and_again(self):
        self.begin()
        chance = random.Random(7)
        for kill in range(6):
            node = self.start(f"one-{kill}", self.topology(), "--node", "one")
            time.sleep(chance.uniform(0.2, 1.2))  # that is what is wanted: it runs for so long
            self.assertTrue(node.is_running(), node.log())
            node.kill()
        self.start("one", self.topology(), "--node", "one")
        self.wait_stored_once()

    def test_rows_that_are_refused_are_dead_letters_with_the_reason_and_no_others(self):
        self.write("in/b.log", "".join(f"{'poison' if n % 100 == 7 else 'good'} {n}\n" for n in range(1000)))
        self.start("one", self.topology(), "--node", "one")
        wait_until(lambda: len(self.messages()) == 990, lambda: self.processes[-1].log(), 120)
        dropped = lambda: self.actor("one", "store")["dropped"]
        wait_until(lambda: sum(dropped().values()) == 10, "the others are dead letters")
        self.assertTrue(all("poisoned row" in reason for reason in dropped()), dropped())

    def test_a_wrong_key_is_one_line_that_keeps_it(self):
        checked = self.weir("check", "--connect", self.topology())
        self.assertEqual(0, checked.returncode, checked.stderr + checked.stdout)
        self.assertIn("at least once", checked.stdout)
        wrong = self.weir("check", "--connect", self.topology(key="open-sesame"))
        self.assertNotEqual(0, wrong.returncode)
        self.assertEqual(1, wrong.stdout.count("does not take the login (401)"), wrong.stdout)
        self.assertNotIn("open-sesame", wrong.stdout + wrong.stderr)


if __name__ == "__main__":
    unittest.main()
