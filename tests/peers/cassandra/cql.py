#!/usr/bin/env python3
"""Asks a Cassandra: cql.py [--tls] HOST PORT [USER PASSWORD] < STATEMENT prints rows, their values between tabs. Tests import it, too.

Only what tests need of version 4 of the protocol: one statement at a time, without parameters.
"""
import datetime
import socket
import ssl
import struct
import sys

ERROR, STARTUP, READY, AUTHENTICATE, QUERY, RESULT, AUTH_RESPONSE = 0x00, 0x01, 0x02, 0x03, 0x07, 0x08, 0x0F
ROWS = 2


class Refused(Exception):
    pass


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, form):
        return struct.unpack(">" + form, self.take(struct.calcsize(form)))[0]

    def string(self):
        return self.take(self.number("H")).decode()

    def value(self):
        size = self.number("i")
        return None if size < 0 else self.take(size)

    def type(self):
        kind = self.number("H")
        if kind == 0:
            self.string()
        if kind in (0x20, 0x22):
            self.type()
        if kind == 0x21:
            self.type()
            self.type()
        return kind


def text_of(kind, value):
    """As people read it; bytes in hex."""
    if value is None:
        return "null"
    if kind in (0x01, 0x0D):
        return value.decode()
    if kind in (0x02, 0x05, 0x09, 0x13, 0x14):
        return str(int.from_bytes(value, "big", signed=True))
    if kind == 0x04:
        return str(value != b"\0").lower()
    if kind in (0x07, 0x08):
        return repr(struct.unpack(">d" if kind == 7 else ">f", value)[0])
    if kind == 0x0B:
        since = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=int.from_bytes(value, "big", signed=True))
        return since.isoformat(sep=" ", timespec="milliseconds")
    if kind == 0x11:
        return str(datetime.date(1970, 1, 1) + datetime.timedelta(days=int.from_bytes(value, "big") - (1 << 31)))
    return value.hex()


class Session:
    def __init__(self, host, port, user=None, password=None, tls=False):
        self.socket = socket.create_connection((host, int(port)), timeout=60)
        if tls:
            how = ssl.create_default_context()
            how.check_hostname, how.verify_mode = False, ssl.CERT_NONE
            self.socket = how.wrap_socket(self.socket)
        kind, _ = self.ask(STARTUP, struct.pack(">H", 1) + self.string("CQL_VERSION") + self.string("3.0.0"))
        if kind == AUTHENTICATE:
            token = b"\0" + (user or "").encode() + b"\0" + (password or "").encode()
            self.ask(AUTH_RESPONSE, struct.pack(">i", len(token)) + token)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    @staticmethod
    def string(text):
        return struct.pack(">H", len(text)) + text.encode()

    def receive(self, size):
        data = b""
        while len(data) < size:
            more = self.socket.recv(min(size - len(data), 1 << 20))
            if not more:
                raise ConnectionError("the server has closed the connection")
            data += more
        return data

    def ask(self, kind, body):
        self.socket.sendall(struct.pack(">BBhBi", 4, 0, 0, kind, len(body)) + body)
        _, flags, _, answered, size = struct.unpack(">BBhBi", self.receive(9))
        reader = Reader(self.receive(size))
        if flags & 8:
            for _ in range(reader.number("H")):
                reader.string()
        if answered == ERROR:
            reader.number("i")
            raise Refused(reader.string())
        return answered, reader

    def query(self, text):
        """Rows of texts; everything there is at once."""
        body = text.encode()
        kind, reader = self.ask(QUERY, struct.pack(">i", len(body)) + body + struct.pack(">HB", 1, 0))
        if kind != RESULT or reader.number("i") != ROWS:
            return []
        flags, columns = reader.number("i"), reader.number("i")
        if flags & 2:
            reader.value()
        if flags & 1:
            reader.string()
            reader.string()
        types = []
        for _ in range(columns):
            if not flags & 1:
                reader.string()
                reader.string()
            reader.string()
            types.append(reader.type())
        return [[text_of(kind, reader.value()) for kind in types] for _ in range(reader.number("i"))]


def main():
    words = sys.argv[1:]
    tls = "--tls" in words
    words = [word for word in words if word != "--tls"]
    try:
        with Session(*words, tls=tls) as session:
            for row in session.query(sys.stdin.read()):
                print("\t".join(row))
    except (Refused, OSError) as problem:
        print(problem, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
