"""Small snapshots for the warehouse tests, written as the ETL writes them."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from snapshot.manifest import Column, Manifest, Reference, Table
from snapshot.reader import Snapshot, load

Cell = str | int | float | bool | None
Rows = Sequence[Mapping[str, Cell]]


def col(name: str, kind: str, **more: object) -> Column:
    return Column(name=name, type=kind, description=f"the {name}, with a ' and a \\ in its meaning", **more)


def table(
    name: str, columns: Sequence[Column], key: tuple[str, ...], *references: Reference, category: str | None = None
):
    return Table(
        name=name, file=f"{name}.csv", category=category or name.partition("_")[0], grain="one row",
        description=f"About {name}.",
        columns=tuple(columns), primary_key=key, references=references, from_tracking=False, rows=0, sha256="",
    )  # fmt: skip


TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        table("dim_team", [col("team_id", "text", nullable=False), col("team_name", "text")], ("team_id",)),
        table(
            "dim_player",
            [
                col("player_id", "text", nullable=False),
                col("player_full_name", "text"),
                col("team_id", "text"),
                col("birth_year", "integer", unit="year"),
            ],
            ("player_id",),
            Reference(column="team_id", table="dim_team", references="team_id"),
        ),
        table(
            "fact_events",
            [
                col("event_id", "text", nullable=False),
                col("game_id", "bigint", nullable=False),
                col("player_id", "text"),
                col("x_ft", "numeric", unit="ft"),
                col("is_goal", "integer"),
                col("event_successful", "boolean"),
                col("game_date", "date"),
                col("saved_at", "timestamptz"),
                col("note", "text"),
                col("Clock_OT", "text"),
            ],
            ("game_id", "event_id"),
            Reference(column="player_id", table="dim_player", references="player_id"),
        ),
        table("qa_input_flags", [col("flag_id", "text", nullable=False), col("flag", "text")], ("flag_id",)),
    )
}

TEAMS: Rows = [{"team_id": "N10001", "team_name": "Platinum"}, {"team_id": "N10002", "team_name": "Velodrome"}]
PLAYERS: Rows = [
    {"player_id": "P100001", "player_full_name": "Ana Ábel", "team_id": "N10001", "birth_year": 1990},
    {"player_id": "P100002", "player_full_name": 'Bo, the "Wall"\nBerg', "team_id": "N10002", "birth_year": None},
    {"player_id": "P100003", "player_full_name": "", "team_id": None, "birth_year": 1970},
]  # fmt: skip
FLAGS: Rows = [{"flag_id": "F1", "flag": "clock"}]


def events(count: int, **changed: Cell) -> list[dict[str, Cell]]:
    """Rows of fact_events: distinct keys, every type, nulls and empty texts among them."""
    return [
        {
            "event_id": f"EV{n:05}", "game_id": 18969 + n % 3, "player_id": f"P10000{n % 3 + 1}", "x_ft": n / 10,
            "is_goal": int(n % 50 == 0), "event_successful": (None, True, False)[n % 3], "game_date": "2025-10-05",
            "saved_at": "2025-10-06T18:30:00.123456Z", "note": (None, "", "null", " spaced ", 'quo"ted, ök\n✓')[n % 5],
            "Clock_OT": "19:59", **changed,
        }
        for n in range(count)
    ]  # fmt: skip


def league(count: int = 60) -> dict[str, Rows]:
    return {"dim_team": TEAMS, "dim_player": PLAYERS, "fact_events": events(count), "qa_input_flags": FLAGS}


def snapshot_id(number: int) -> str:
    return f"20261001T0000{number:02}000000Z-0000000a"


def make_snapshot(
    folder: Path, rows: Mapping[str, Rows], *, number: int = 1, tables: Mapping[str, Table] = TABLES, **raw: bytes
) -> Snapshot:
    """A snapshot of these rows; `raw` replaces a table's whole file."""
    path = folder / f"{snapshot_id(number)}-{len(list(folder.iterdir()))}"
    path.mkdir()
    written = [_write(path, tables[name], given, raw.get(name)) for name, given in rows.items()]
    manifest = Manifest(
        format_version=1, snapshot_id=snapshot_id(number), run_id="0000000a", created_at="2026-10-01T00:00:00Z",
        software_version="1", mode="full", source="excel", games=(18969,), excluded_game_ids=(), tables=tuple(written),
        inputs=(), inputs_fingerprint="", rules={}, checks=(), warnings=(), timings={},
    )  # fmt: skip
    (path / "manifest.json").write_bytes(manifest.to_json())
    return load(path)


def _write(path: Path, table: Table, rows: Rows, raw: bytes | None) -> Table:
    header = [column.name for column in table.columns]
    text = "".join(",".join(_field(row.get(name)) for name in header) + "\n" for row in rows)
    content = raw if raw is not None else (",".join(header) + "\n" + text).encode()
    (path / table.file).write_bytes(content)
    about = {f: getattr(table, f) for f in table.__struct_fields__}
    return Table(**about | {"rows": max(content.count(b"\n") - 1, 0) if raw is not None else len(rows),
                            "sha256": hashlib.sha256(content).hexdigest()})  # fmt: skip


def _field(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and (not value or set(value) & set('",\n\r')):
        return '"' + value.replace('"', '""') + '"'
    return str(value)
