"""A PostgREST for tests: real HTTP in front, real SQL behind, and only the mapping between them made here.

`http://127.0.0.1:PORT/DATABASE` is a project's URL; the key in `apikey` decides the database role.
"""

import json
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qsl, urlsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.known_secrets import SERVICE_KEY
from tests.postgrest.errors import ApiError, from_database
from tests.postgrest.faults import Fault, Faults
from tests.postgrest.verbs import Answer, Call, answer, unknown_table

ANON_KEY = "sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH"
ROLES = {SERVICE_KEY: "service_role", ANON_KEY: "anon"}


class Handler(BaseHTTPRequestHandler):
    """One request after another on a kept connection."""

    protocol_version = "HTTP/1.1"
    server: "PostgrestDouble"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def handle(self) -> None:
        with suppress(ConnectionError, TimeoutError, ValueError):
            super().handle()
        self.close_database()

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        with self.server.counting:
            self.server.requests.append((self.command, self.path, len(body)))
        fault = self.server.faults.next_for(self.command, self.path, len(body))
        if fault and fault.kind != "drop_after":
            if fault.kind == "drop_before":
                self._drop()
                return
            if fault.kind != "slow":
                self._send(_refusal(fault))
                return
            time.sleep(fault.seconds)
        done = self._answered(body)
        if fault and fault.kind == "drop_after":
            self._drop()
            return
        self._send(done)

    do_GET = do_HEAD = do_POST = do_PATCH = do_DELETE = do_PUT = _serve  # noqa: N815 - names of the standard library

    def _answered(self, body: bytes) -> Answer:
        key = self.headers.get("apikey", "")
        try:
            role = self._role(key)
            return self._in_transaction(self._call(body), role)
        except ApiError as error:
            return Answer(error.status, error.body)
        except psycopg.Error as error:
            refused = from_database(error, anonymous=self.server.roles.get(key) == "anon")
            return Answer(refused.status, refused.body)

    def _role(self, key: str) -> str:
        role = self.server.roles.get(key)
        bearer = self.headers.get("authorization", "").removeprefix("Bearer ")
        if role is None or (bearer and bearer != key):
            raise ApiError(401, "PGRST301", "Invalid API key")
        return role

    def _call(self, body: bytes) -> Call:
        url = urlsplit(self.path)
        database, _, name = url.path.partition("/rest/v1/")
        if name.removeprefix("rpc/") in self.server.faults.hidden:
            if name.startswith("rpc/"):
                raise ApiError(404, "PGRST202", f"Could not find the function public.{name[4:]} in the schema cache")
            raise unknown_table("public", name)
        self.database = database.strip("/") or self.server.database
        headers = {k.lower(): ",".join(self.headers.get_all(k)) for k in self.headers}
        profile = "accept-profile" if self.command in {"GET", "HEAD"} else "content-profile"
        pairs = parse_qsl(url.query, keep_blank_values=True)
        return Call(self.command, headers.get(profile, "public"), name, pairs, headers, body, self.server.max_rows)

    def _in_transaction(self, call: Call, role: str) -> Answer:
        connection = self._connection()
        try:
            with connection.transaction():
                if call.method in {"GET", "HEAD"}:
                    connection.execute("set transaction read only")
                connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
                connection.execute("set local statement_timeout = '8s'")
                return answer(connection, call)
        except psycopg.OperationalError:
            self.close_database()
            raise

    def _connection(self) -> psycopg.Connection:
        kept = getattr(self, "kept", None)
        if kept is None or kept[0] != self.database or kept[1].closed:
            self.close_database()
            self.kept = (
                self.database,
                psycopg.connect(make_conninfo(self.server.dsn, dbname=self.database), autocommit=True),
            )
        return self.kept[1]

    def close_database(self) -> None:
        kept = getattr(self, "kept", None)
        if kept is not None:
            kept[1].close()
            del self.kept

    def _drop(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _send(self, done: Answer) -> None:
        self.send_response(done.status)
        for name, value in ({"Content-Type": "application/json; charset=utf-8"} | done.headers).items():
            self.send_header(name, value)
        if done.status != 204:
            self.send_header("Content-Length", str(len(done.body)))
        self.end_headers()
        if self.command != "HEAD" and done.status != 204:
            self.wfile.write(done.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Nothing: the tests look at `requests`."""


class PostgrestDouble(ThreadingHTTPServer):
    """The double. `requests` lists what came in: method, path, bytes of the body."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, dsn: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.dsn = dsn
        self.database = str(conninfo_to_dict(dsn)["dbname"])
        self.roles = dict(ROLES)
        self.faults = Faults()
        self.max_rows: int | None = 1000
        self.requests: list[tuple[str, str, int]] = []
        self.counting = threading.Lock()
        self.connections: set[object] = set()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    @property
    def origin(self) -> str:
        """The address of a project whose database is the one of the DSN."""
        return f"http://127.0.0.1:{self.server_port}"

    def url(self, database: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{database}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is its own affair."""

    def shutdown_request(self, request: object) -> None:
        self.connections.discard(request)
        super().shutdown_request(request)


def _refusal(fault: Fault) -> Answer:
    headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
    if fault.kind == "57014":
        message = {
            "code": "57014",
            "message": "canceling statement due to statement timeout",
            "details": None,
            "hint": None,
        }
        return Answer(500, json.dumps(message).encode(), headers)
    status = int(fault.kind)
    if status == 429:
        return Answer(429, b'{"message": "Too many requests"}', headers)
    if status == 503:
        message = {"code": "PGRST002", "message": "Could not query the database for the schema cache. Retrying.",
                   "details": None, "hint": None}  # fmt: skip
        return Answer(503, json.dumps(message).encode(), headers)
    return Answer(status, b"<html><body>gateway</body></html>", {"Content-Type": "text/html", **headers})
