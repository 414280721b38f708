"""What attackers send: names, files and bodies that no honest client has. Each gets a 4xx that says why."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter

from tests.api.serving import Client, service, supabase
from tests.formats.tracker_builder import as_bytes, make_event, make_export
from tests.warehouse.servers import new_database
from warehouse.schema import staging_script

BODIES = {
    "no JSON": b"{",
    "empty": b"",
    "not UTF-8": b'{"table_name": "\xff\xfe"}',
    "nested 50,000 deep": b'{"data": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "a list": b"[]",
    "a number": b"7",
    "NaN": b'{"game_id": NaN, "table_name": NaN, "mode": NaN}',
    "a number of 5,000 digits": b'{"game_id": ' + b"9" * 5000 + b"}",
    "a lone surrogate": b'{"table_name": "\\ud800", "mode": "\\ud800", "game_id": "\\ud800"}',
    "NUL": b'{"table_name": "\\u0000", "mode": "\\u0000", "game_id": "\\u0000"}',
    "SQL": b'{"table_name": "dim_player; drop table x", "tables": ["a\\"; drop table x--"], "game_id": "1 or 1"}',
    "a path": b'{"table_name": "../../etc/passwd", "tables": ["../../etc/passwd"], "game_id": "../1"}',
    "unknown fields": b'{"__proto__": {"admin": true}, "constructor": 1}',
}
ROUTES = [
    ("POST", "/api/staging/blb-tables/upload"),
    ("PUT", "/api/staging/blb-tables/update"),
    ("POST", "/api/staging/tracking/upload"),
    ("POST", "/api/games"),
    ("PUT", "/api/games/5"),
    ("POST", "/api/etl/trigger"),
    ("POST", "/api/upload/to-supabase"),
    ("POST", "/api/upload/preview"),
    ("POST", "/api/upload/generate-schema"),
]
FILES = ("/api/staging/blb-tables/upload-file", "/api/staging/tracking/upload-file", "/api/raw/files")
NAMES = (
    "../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "dim_player'; drop table x--",
    "\u202exlsx.exe",
    "a" * 300,
    "%00",
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, database_server: str) -> Iterator[Client]:
    data_dir: Path = tmp_path_factory.mktemp("hostile") / "data"
    with (
        new_database(database_server) as dsn,
        supabase(dsn, staging_script()) as (where, _),
        service(data_dir, max_upload_bytes=2_000_000, **where) as client,
    ):
        yield client


def workbook(*rows: tuple[object, ...], sheet: str = "dim_player") -> bytes:
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"strings_to_formulas": False}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return content.getvalue()


CONTENTS = {
    "a program": b"\x7fELF" + bytes(500),
    "a formula in a workbook": workbook(("player_id", "player_first_name"), ("P1", "=HYPERLINK(A1)")),
    "a command in a workbook": workbook(("player_id", "player_first_name"), ("P1", "@SUM(1+1)*cmd|' /C calc'!A0")),
    "a cell of 30,000 characters": workbook(("player_id", "player_first_name"), ("P1", "x" * 30_000)),
    "a table of nobody's": workbook(("a", "b"), (1, 2), sheet="pg_class"),
    "a row of 100,000 columns": b"player_id" + b",x" * 100_000 + b"\nP1" + b",1" * 100_000,
    "a formula in CSV": b"player_id,player_first_name\nP1,=cmd|'/C calc'!A0\n",
    "HTML": b"<html><script>alert(1)</script></html>",
    "a game without a number": as_bytes(make_export([make_event("Shot")], gameId="../../x")),
}


KEPT_AS_THEY_ARE = {"a formula in a workbook", "a command in a workbook", "a cell of 30,000 characters"}
"""A league's workbook is stored with whatever its cells say: the run reads them as text and judges them."""


def refused(answer: object) -> None:
    body = answer.json()  # type: ignore[attr-defined]
    assert 400 <= answer.status_code < 500, answer.text  # type: ignore[attr-defined]
    assert isinstance(body["detail"], str)
    assert len(body["detail"].strip()) > 3


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=str)
@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in BODIES.items()])
def test_a_body(client: Client, method: str, path: str, body: bytes) -> None:
    refused(client.request(method, path, content=body, headers={"Content-Type": "application/json"}))


@pytest.mark.parametrize("path", FILES)
@pytest.mark.parametrize(("kind", "content"), CONTENTS.items(), ids=lambda word: word if isinstance(word, str) else "")
def test_a_file(client: Client, path: str, kind: str, content: bytes) -> None:
    if path == "/api/raw/files" and kind in KEPT_AS_THEY_ARE:
        assert client.post(path, files={"file": ("x.xlsx", content)}).json()["kind"] == "master_workbook"
        return
    refused(client.post(path, files={"file": ("dim_player.csv", content)}))


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_name_of_a_file_or_a_table(client: Client, name: str) -> None:
    refused(client.post(FILES[0], files={"file": (name, b"player_id\nP1\n")}))
    refused(client.post(FILES[0], files={"file": ("x.csv", b"player_id\nP1\n")}, data={"table_name": name}))
    refused(client.request("DELETE", "/api/staging/blb-tables/" + name.replace("/", "%2f"), params={"confirm": "true"}))
    refused(client.get("/api/tables/" + name.replace("/", "%2f")))
