"""Databases as stores, with real servers: each line is a row once, whoever is killed."""
import os
import subprocess
import tempfile

from peer_stores import PeerStore, Server, main
from weir_nodes import wait_until


class Database:
    """Cases that both have; what they differ in is in the classes below."""
    folder = None

    def sink(self):
        return (f'type: {self.kind}, endpoints: ["127.0.0.1:{self.server.port}"], database: weir, table: {self.table}, '
                'auth: { user: weir, password: weir }, timeout: { connect: 2s, request: 3s }, batch: { max_delay: 20ms }')

    def messages(self):
        return self.query(f"select {self.message} from {self.table}").split("\n")[:-1]

    def test_the_writers_process_is_killed_again_and_again(self):
        self.check_killed_writer()

    def test_the_server_is_killed_again_and_again(self):
        self.check_killed_server()

    def test_the_server_hangs(self):
        self.check_frozen_server()

    def test_two_nodes_with_four_writers_each_write_into_one_table(self):
        self.check_two_nodes()

    def test_rows_that_the_table_refuses_are_dead_letters_with_its_reason(self):
        self.query(f"create table {self.table}(time timestamp(6), tag text, record {self.picky})")
        self.write("in/b.log", "".join(f"{'bad' if n % 100 == 7 else 'good'} {n}\n" for n in range(1000)))
        topology = self.write("t.yaml", "collectors: { logs: { type: tail, path: \"DIR/in/*.log\" } }\n"
                              "sinks: { store: { from: logs, " + self.sink() + " } }\n")
        self.start("one", topology, "--node", "one")
        self.wait_for("one", "store", events_out=990)
        wait_until(lambda: len(self.messages()) == 990, "all that is good is stored")
        dropped = self.actor("one", "store")["dropped"]
        self.assertEqual(10, sum(dropped.values()))
        self.assertTrue(all("check constraint" in reason or "CONSTRAINT" in reason for reason in dropped), dropped)

    def check(self, sink):
        topology = self.write("c.yaml", "collectors: { logs: { type: tail, path: \"DIR/in/*.log\" } }\n"
                              "sinks: { store: { from: logs, " + sink + " } }\n")
        done = self.weir("check", "--connect", topology)
        return done.returncode, done.stdout.partition("\nconnections\n")[2]

    def test_check_connects_says_what_is_wrong_and_writes_nothing(self):
        name = f"  store ({self.kind}): "
        before = self.query(self.tables)
        self.assertEqual((0, name + "all is there\n"), self.check(self.sink()))
        self.assertEqual(before, self.query(self.tables))
        status, text = self.check(self.sink().replace("password: weir", "password: open-sesame"))
        self.assertEqual(1, status)
        self.assertIn(self.refusal, text)
        self.assertNotIn("open-sesame", text)
        status, text = self.check(self.sink() + ", create: false")
        self.assertEqual((1, f'{name}127.0.0.1:{self.server.port}: there is no table "{self.table}", and "create: false" says not to make it\n'),
                         (status, text))
        status, text = self.check(self.sink().replace("user: weir", "user: reader").replace("password: weir", "password: reader"))
        self.assertEqual(1, status)
        self.assertIn(self.lacks, text)

    def test_what_is_wrong_is_one_line_that_keeps_the_secret(self):
        topology = self.write("t.yaml", "collectors: { logs: { type: tail, path: \"DIR/in/*.log\" } }\n"
                              "sinks: { store: { from: logs, " + self.sink().replace("password: weir", "password: open-sesame") + " } }\n")
        node = self.start("one", topology, "--node", "one")
        node.wait_log(self.refusal)
        self.assertNotIn("open-sesame", node.log() + str(self.status("one")) + self.weir("plan", topology).stdout)


class PostgreSQL(Database, PeerStore):
    kind, message, picky = "postgresql", "record->>'message'", "jsonb check (record->>'message' not like 'bad%')"
    refusal, tables = "password authentication failed", "select count(*) from pg_class"
    lacks = 'the user "reader" may not make tables in the schema "public"'

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.query(cls, "create user reader password 'reader'")

    @classmethod
    def make_server(cls, folder=None):
        cls.folder = cls.folder or tempfile.TemporaryDirectory(prefix="weir-test-")
        os.chmod(cls.folder.name, 0o755)  # the server is another user
        return Server("postgresql", folder or cls.folder.name + "/server")

    def test_a_full_disk_of_the_server_is_waited_for(self):
        os.chmod(self.dir, 0o755)
        self.check_full_disk("160m")

    def query(self, sql):
        return subprocess.run(["psql", "-h", "127.0.0.1", "-p", str(self.server.port), "-U", "weir", "-d", "weir", "-XAtqc", sql],
                              env={**os.environ, "PGPASSWORD": "weir"}, capture_output=True, text=True, check=False).stdout


class MariaDB(Database, PeerStore):
    kind, message, picky = "mysql", "json_value(record, '$.message')", "json check (json_value(record, '$.message') not like 'bad%')"
    refusal, tables = "Access denied", "select count(*) from information_schema.tables"
    lacks = "the user lacks the right INSERT"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_sql(["-S" + cls.server.folder + "/socket", "-uroot"],
                    "create user reader@'127.0.0.1' identified by 'reader'; grant select on weir.* to reader@'127.0.0.1'")

    @classmethod
    def make_server(cls, folder=None):
        cls.folder = cls.folder or tempfile.TemporaryDirectory(prefix="weir-test-")
        return Server("mariadb", folder or cls.folder.name + "/server")

    def test_a_full_disk_of_the_server_is_waited_for(self):
        self.check_full_disk("300m")

    @staticmethod
    def run_sql(how, sql):
        return subprocess.run(["mariadb", "--no-defaults", *how, "weir", "-Nre", sql], capture_output=True, text=True, check=False).stdout

    def query(self, sql):
        return self.run_sql(["-h127.0.0.1", f"-P{self.server.port}", "-uweir", "-pweir"], sql)


class MySQL8(PeerStore):
    """What MySQL 8 does otherwise than MariaDB: how it lets in, and its dialect. The server keeps nothing and takes nothing back."""

    @classmethod
    def make_server(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="weir-test-")
        return Server("mysql-dialect", cls.folder.name + "/server")

    def sink(self):
        return (f'type: mysql, endpoints: ["127.0.0.1:{self.server.port}"], database: weir, table: {self.table}, writers: 2, '
                'columns: [word], tls: { verify: none }, auth: { user: weir, password: weir }')

    def query(self, sql):
        return MariaDB.run_sql(["-h127.0.0.1", f"-P{self.server.port}", "-uweir", "-pweir", "--ssl"], sql)

    def topology_of(self, sink):
        return self.write("t.yaml", 'collectors: { logs: { type: tail, path: "DIR/in/*.log", parse: { format: json } } }\n'
                          "sinks: { store: { from: logs, " + sink + " } }\n")

    def test_it_lets_in_makes_its_tables_and_takes_rows(self):
        self.write("in/a.log", "".join(f'{{"word": "w{n}", "quoted": "\'\\\\ \\t {n}"}}\n' for n in range(5000)))
        topology = self.topology_of(self.sink())
        checked = self.weir("check", "--connect", topology)
        self.assertEqual((0, "  store (mysql): all is there\n"), (checked.returncode, checked.stdout.partition("\nconnections\n")[2]))
        node = self.start("one", topology, "--node", "one")
        self.wait_for("one", "store", events_out=5000)
        self.assertEqual(0, node.stop(), node.log())
        self.assertEqual(sorted(f"w{n}" for n in range(5000)), sorted(self.query(f"select word from {self.table}").split()))
        self.assertEqual("5000\n", self.query(f"select count(*) from {self.table} where record->>'$.quoted' like '''%'"))
        node = self.start("one", topology, "--node", "one")
        with open(self.path("in/a.log"), "a") as log:
            log.write('{"word": "last"}\n')
        self.wait_for("one", "store", events_out=1)
        self.assertEqual("5001\n", self.query(f"select count(*) from {self.table}"))

    def test_a_wrong_password_is_one_line(self):
        checked = self.weir("check", "--connect", self.topology_of(self.sink().replace("password: weir", "password: open-sesame")))
        self.assertEqual(1, checked.returncode)
        self.assertIn("Access denied for user 'weir'", checked.stdout)
        self.assertNotIn("open-sesame", checked.stdout + checked.stderr)


if __name__ == "__main__":
    main()
