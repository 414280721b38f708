"""A published league in a database, with what the web tracker and the portal add to it."""

from collections.abc import Mapping

import httpx
import psycopg
from psycopg import sql

from snapshot.layout import DataDir
from snapshot.reader import published
from tests.contract.served import Relation, relations
from warehouse.base import PublishOptions, Warehouse, Watch
from warehouse.schema import generate

STAGED_ROWS = 3
SAMPLES: Mapping[str, object] = {
    "text": "18969", "integer": 1, "bigint": 18969, "boolean": True, "timestamptz": "2026-01-18T20:00:00Z",
    "date": "2026-01-18", "numeric": 1.5, "json": '{"x": 10.5, "y": -3}',
}  # fmt: skip


def upload(warehouse: Warehouse, data_dir: DataDir) -> None:
    """The schema and every table of the published snapshot."""
    snapshot = published(data_dir)
    assert snapshot is not None
    warehouse.apply_schema(generate(snapshot.manifest).text)
    warehouse.publish(snapshot, [t.name for t in snapshot.manifest.tables], PublishOptions(), Watch())


def staged_rows(relation: Relation) -> list[dict[str, object]]:
    """Rows as people's programs write them: every column of the contract, a key of its own each."""
    rows = []
    for number in range(1, STAGED_ROWS + 1):
        row = {name: SAMPLES[kind] for name, kind in relation.columns.items()}
        row |= {name: _numbered(relation.columns[name], number) for name in relation.key if name != "game_id"}
        row |= {"game_id": str(18968 + number)} if relation.key == ("game_id",) else {}
        row |= {"player_id": f"P{number}"} if relation.name == "stage_fact_gameroster" else {}  # our own key's part
        rows.append(row)
    return rows


def _numbered(kind: str, number: int) -> object:
    return number if kind == "integer" else f"K{number}"


def stage(dsn: str) -> None:
    """What the portal writes with the service's rights: the staged schedule and roster; and the tracker's rows."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for relation in relations():
            for row in staged_rows(relation) if relation.is_staged else []:
                _insert(connection, relation.name, row)


def _insert(connection: psycopg.Connection, table: str, row: Mapping[str, object]) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, row))
    values = sql.SQL(", ").join(sql.Placeholder() * len(row))
    statement = sql.SQL("insert into {} ({}) values ({})")
    connection.execute(statement.format(sql.Identifier("public", table), names, values), list(row.values()))


def client(url: str, key: str) -> httpx.Client:
    return httpx.Client(base_url=f"{url}/rest/v1", headers={"apikey": key, "Authorization": f"Bearer {key}"})
