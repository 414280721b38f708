"""What every backend does alike."""

import threading
from pathlib import Path

import pytest

from snapshot.manifest import Table
from tests.warehouse.servers import Stand
from tests.warehouse.snapshots import (
    FLAGS,
    PLAYERS,
    TABLES,
    TEAMS,
    col,
    events,
    league,
    make_snapshot,
    snapshot_id,
    table,
)
from warehouse.base import Change, Filter, PublishOptions, PublishResult, Query, Watch
from warehouse.errors import (
    BadData,
    BrokenReference,
    PublishCancelled,
    SchemaDrift,
    StaleSnapshot,
    TooManyDeletes,
    UnknownName,
)
from warehouse.schema import generate

ALL = tuple(TABLES)


def publish(stand: Stand, snapshot, tables=ALL, watch: Watch | None = None, **options) -> PublishResult:
    return stand.warehouse.publish(snapshot, tables, PublishOptions(**options), watch or Watch())


def counts(result: PublishResult) -> dict[str, tuple[int, int, int]]:
    return {t.table: (t.inserted, t.updated, t.deleted) for t in result.tables}


def rows_of(stand: Stand, name: str = "fact_events") -> list[tuple]:
    return stand.sql(f"select * from public.{name} order by 1, 2")


class TestPublishing:
    def test_the_tables_equal_the_snapshot(self, stand: Stand, tmp_path: Path) -> None:
        result = publish(stand, make_snapshot(tmp_path, league()))
        assert counts(result) == {
            "dim_team": (2, 0, 0), "dim_player": (3, 0, 0), "fact_events": (60, 0, 0), "qa_input_flags": (1, 0, 0)
        }  # fmt: skip
        assert (result.backend, result.atomic, result.snapshot_id) == (stand.warehouse.backend, True, snapshot_id(1))
        assert result.rows == result.written == 66
        found = stand.sql("select to_json(t) from (select * from fact_events order by event_id limit 5) t")
        read = [{**row[0], "saved_at": None} for row in found]
        assert read == [{**row, "saved_at": None} for row in events(5)]
        assert stand.sql("select distinct saved_at = '2025-10-06T18:30:00.123456Z'::timestamptz from fact_events") == [
            (True,)
        ]
        assert [p[1] for p in rows_of(stand, "dim_player")] == [p["player_full_name"] for p in PLAYERS]

    def test_a_second_time_writes_nothing(self, stand: Stand, tmp_path: Path) -> None:
        publish(stand, make_snapshot(tmp_path, league()))
        before = stand.sql("select ctid, xmin from fact_events order by 1")
        for number in (1, 2):
            assert publish(stand, make_snapshot(tmp_path, league(), number=number)).written == 0
        assert stand.sql("select ctid, xmin from fact_events order by 1") == before

    def test_only_what_differs_is_written(self, stand: Stand, tmp_path: Path) -> None:
        publish(stand, make_snapshot(tmp_path, league()))
        changed = events(62)[2:]
        changed[5]["note"] = None if changed[5]["note"] is not None else "was nothing"
        result = publish(stand, make_snapshot(tmp_path, {**league(), "fact_events": changed}, number=2))
        assert counts(result)["fact_events"] == (2, 1, 2)
        assert result.written == 5

    def test_keep_missing_deletes_nothing(self, stand: Stand, tmp_path: Path) -> None:
        publish(stand, make_snapshot(tmp_path, league()))
        fewer = {**league(), "fact_events": events(1)}
        result = publish(stand, make_snapshot(tmp_path, fewer, number=2), keep_missing=True)
        assert result.written == 0
        assert len(rows_of(stand)) == 60

    def test_deleting_more_than_half_needs_replace(self, stand: Stand, tmp_path: Path) -> None:
        publish(stand, make_snapshot(tmp_path, league()))
        half = make_snapshot(tmp_path, {**league(), "fact_events": events(30)}, number=2)
        assert counts(publish(stand, half))["fact_events"] == (0, 0, 30)
        few = make_snapshot(tmp_path, {**league(), "fact_events": events(14), "dim_team": TEAMS}, number=3)
        with pytest.raises(TooManyDeletes, match=r"16 of the 30 rows of fact_events.*replace") as caught:
            publish(stand, few)
        assert caught.value.table == "fact_events"
        assert len(rows_of(stand)) == 30
        assert counts(publish(stand, few, replace=True))["fact_events"] == (0, 0, 16)

    def test_a_report_of_problems_may_become_empty(self, stand: Stand, tmp_path: Path) -> None:
        publish(stand, make_snapshot(tmp_path, league()))
        clean = make_snapshot(tmp_path, {**league(), "qa_input_flags": []}, number=2)
        assert counts(publish(stand, clean))["qa_input_flags"] == (0, 0, 1)

    def test_an_older_snapshot_is_refused(self, stand: Stand, tmp_path: Path) -> None:
        publish(stand, make_snapshot(tmp_path, league(), number=5))
        with pytest.raises(StaleSnapshot, match=f"{snapshot_id(4)} is older than {snapshot_id(5)}"):
            publish(stand, make_snapshot(tmp_path, league(1), number=4), replace=True)
        assert len(rows_of(stand)) == 60

    def test_parents_come_first_and_go_last(self, stand: Stand, tmp_path: Path) -> None:
        publish(stand, make_snapshot(tmp_path, league(9)))
        moved = [dict(e, player_id="P100009") for e in events(9)]
        after = {**league(), "dim_team": [TEAMS[0], {"team_id": "N10009", "team_name": "New"}],
                 "dim_player": [PLAYERS[0], PLAYERS[2], {"player_id": "P100009", "team_id": "N10009"}],
                 "fact_events": moved}  # fmt: skip
        result = publish(
            stand, make_snapshot(tmp_path, after, number=2), tables=("fact_events", "dim_player", "dim_team")
        )
        assert counts(result) == {"dim_team": (1, 0, 1), "dim_player": (1, 0, 1), "fact_events": (0, 9, 0)}

    def test_some_tables_alone(self, stand: Stand, tmp_path: Path) -> None:
        publish(stand, make_snapshot(tmp_path, league()))
        other = make_snapshot(tmp_path, {**league(), "fact_events": [], "qa_input_flags": []}, number=2)
        assert counts(publish(stand, other, tables=["qa_input_flags"])) == {"qa_input_flags": (0, 0, 1)}
        assert len(rows_of(stand)) == 60

    def test_a_row_that_others_name_cannot_go_alone(self, stand: Stand, tmp_path: Path) -> None:
        publish(stand, make_snapshot(tmp_path, league()))
        fewer = make_snapshot(tmp_path, {**league(), "dim_player": PLAYERS[1:]}, number=2)
        with pytest.raises(BrokenReference, match="P100001"):
            publish(stand, fewer, tables=["dim_player"])
        assert len(rows_of(stand, "dim_player")) == 3

    def test_an_unknown_table_is_refused(self, stand: Stand, tmp_path: Path) -> None:
        with pytest.raises(UnknownName, match="fact_goals"):
            publish(stand, make_snapshot(tmp_path, league()), tables=["fact_goals"])

    def test_progress_counts_rows_and_never_falls(self, stand: Stand, tmp_path: Path) -> None:
        seen: list[tuple[int, int]] = []
        publish(stand, make_snapshot(tmp_path, league()), watch=Watch(on_progress=lambda *now: seen.append(now)))
        assert seen == sorted(seen)
        assert seen[-1] == (66, 66)

    def test_a_cancelled_upload_changes_nothing(self, stand: Stand, tmp_path: Path) -> None:
        publish(stand, make_snapshot(tmp_path, league()))
        cancelled = threading.Event()
        watch = Watch(on_progress=lambda done, _total: cancelled.set() if done > 3 else None, cancelled=cancelled)
        with pytest.raises(PublishCancelled):
            publish(stand, make_snapshot(tmp_path, league(1), number=2), replace=True, watch=watch)
        assert len(rows_of(stand)) == 60

    def test_two_uploads_at_once_follow_each_other(self, stand: Stand, tmp_path: Path) -> None:
        snapshots = [make_snapshot(tmp_path, league(40 + n), number=7) for n in range(4)]
        publish(stand, snapshots[0])
        threads = [threading.Thread(target=publish, args=(stand, s)) for s in snapshots]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert len(rows_of(stand)) in {40, 41, 42, 43}


class TestPreview:
    def test_it_counts_without_changing(self, stand: Stand, tmp_path: Path) -> None:
        publish(stand, make_snapshot(tmp_path, league()))
        changed = [dict(e, is_goal=1) for e in events(25)] + [dict(events(1)[0], event_id="NEW")]
        later = make_snapshot(tmp_path, {**league(), "fact_events": changed}, number=2)
        preview = stand.warehouse.preview(later, ALL, Watch())
        assert counts(preview)["fact_events"] == (1, 24, 35)
        assert counts(preview)["dim_team"] == (0, 0, 0)
        assert len(rows_of(stand)) == 60
        assert counts(publish(stand, later, replace=True)) == counts(preview)


BAD = [
    pytest.param({"x_ft": "NaN"}, "x_ft", "not a number", id="NaN"),
    pytest.param({"x_ft": "-Infinity"}, "x_ft", "not a number", id="infinity"),
    pytest.param({"is_goal": "1.5"}, "is_goal", "integer", id="fraction-in-integer"),
    pytest.param({"is_goal": 9999999999}, "is_goal", "range", id="integer-overflow"),
    pytest.param({"game_date": "2025-13-01"}, "game_date", "date", id="bad-date"),
    pytest.param({"event_successful": "maybe"}, "event_successful", "boolean", id="bad-boolean"),
    pytest.param({"event_id": None}, "event_id", "null", id="null-key"),
    pytest.param({"event_id": "EV00000", "game_id": 18969}, "event_id", "same key twice", id="duplicate-key"),
]


class TestBadRows:
    @pytest.mark.parametrize(("change", "column", "reason"), BAD)
    def test_row_and_column_are_named(self, stand: Stand, tmp_path: Path, change, column: str, reason: str) -> None:
        publish(stand, make_snapshot(tmp_path, league()))
        rows = events(30)
        rows[16] |= change
        with pytest.raises(BadData, match=f"fact_events row 17, column {column}: .*{reason}") as caught:
            publish(stand, make_snapshot(tmp_path, {**league(), "fact_events": rows}, number=2))
        assert [(r.table, r.row, r.column) for r in caught.value.rows] == [("fact_events", 17, column)]
        assert len(rows_of(stand)) == 60

    def test_a_nul_byte_is_named(self, stand: Stand, tmp_path: Path) -> None:
        rows = events(20)
        rows[16]["note"] = "nul \0 byte"
        with pytest.raises(BadData, match="fact_events row 17"):
            publish(stand, make_snapshot(tmp_path, {**league(), "fact_events": rows}))

    @pytest.mark.parametrize("line", [b"F2\n", b"F2,clock,more\n"], ids=["too-few", "too-many"])
    def test_a_ragged_row_is_named(self, stand: Stand, tmp_path: Path, line: bytes) -> None:
        ragged = b"flag_id,flag\nF1,clock\n" + line + b"F3,clock\n"
        with pytest.raises(BadData, match="qa_input_flags row 2"):
            publish(stand, make_snapshot(tmp_path, league(), qa_input_flags=ragged))

    def test_a_file_with_other_columns_is_refused(self, stand: Stand, tmp_path: Path) -> None:
        with pytest.raises(SchemaDrift, match=r"qa_input_flags.csv has other columns"):
            publish(stand, make_snapshot(tmp_path, league(), qa_input_flags=b"flag_id,colour\nF1,red\n"))


def with_tables(*changed: Table) -> dict[str, Table]:
    return TABLES | {t.name: t for t in changed}


class TestDrift:
    def test_none_after_a_publication(self, bare: Stand, tmp_path: Path) -> None:
        stand, snapshot = bare, make_snapshot(tmp_path, league())
        assert stand.warehouse.drift(snapshot.manifest)
        make_room(stand, snapshot)
        publish(stand, snapshot)
        assert stand.warehouse.drift(snapshot.manifest) == ()

    def test_every_difference_is_told(self, stand: Stand, tmp_path: Path) -> None:
        publish(stand, make_snapshot(tmp_path, league()))
        stand.sql("alter table dim_team add column colour text")
        stand.sql("alter table dim_player alter column birth_year type text")
        stand.sql("alter table fact_events drop column note")
        told = {d.table: d for d in stand.warehouse.drift(make_snapshot(tmp_path, league()).manifest)}
        assert told["dim_team"].text == "dim_team has a column colour that is not declared; it is left alone."
        assert 'alter column "birth_year" type integer' in told["dim_player"].text
        assert told["fact_events"].text == "fact_events lacks the column note (text)."
        assert {t: d.blocks_publishing for t, d in told.items()} == {
            "dim_team": False, "dim_player": True, "fact_events": True
        }  # fmt: skip

    def test_a_changed_type_stops_the_upload_and_says_what_to_run(self, stand: Stand, tmp_path: Path) -> None:
        publish(stand, make_snapshot(tmp_path, league()))
        stand.sql("alter table dim_player alter column birth_year type text")
        with pytest.raises(SchemaDrift, match=r"dim_player.birth_year is text, declared integer: alter table"):
            publish(stand, make_snapshot(tmp_path, league(), number=2))

    def test_an_undeclared_column_is_left_alone(self, stand: Stand, tmp_path: Path) -> None:
        publish(stand, make_snapshot(tmp_path, league()))
        stand.sql("alter table dim_team add column colour text default 'red'")
        assert publish(stand, make_snapshot(tmp_path, league(), number=2)).written == 0
        assert stand.sql("select distinct colour from dim_team") == [("red",)]


class TestReading:
    def test_rows_with_filters_order_and_paging(self, stand: Stand, tmp_path: Path) -> None:
        publish(stand, make_snapshot(tmp_path, league()))
        query = Query(
            table="fact_events",
            columns=("event_id", "x_ft", "Clock_OT"),
            where=(Filter("game_id", "eq", 18969), Filter("x_ft", "gte", 1), Filter("event_id", "ilike", "ev000%")),
            order=("-x_ft", "event_id"),
            limit=2,
            offset=1,
        )
        assert stand.warehouse.read(query) == [
            {"event_id": "EV00054", "x_ft": 5.4, "Clock_OT": "19:59"},
            {"event_id": "EV00051", "x_ft": 5.1, "Clock_OT": "19:59"},
        ]
        assert stand.warehouse.count(query) == 16

    @pytest.mark.parametrize(
        ("where", "expected"),
        [
            ((Filter("player_id", "in", ["P100001", "P100003"]),), 2),
            ((Filter("player_id", "in", []),), 0),
            ((Filter("birth_year", "is_null", True),), 1),
            ((Filter("birth_year", "is_null", False), Filter("birth_year", "lt", 1980)), 1),
            ((Filter("player_full_name", "neq", ""),), 2),
            ((Filter("player_full_name", "eq", 'Bo, the "Wall"\nBerg'),), 1),
            ((Filter("player_full_name", "like", "%Áb%"),), 1),
            ((Filter("birth_year", "lte", 1990), Filter("birth_year", "gt", "1970")), 1),
        ],
        ids=lambda p: str(p)[:60],
    )
    def test_operators(self, stand: Stand, tmp_path: Path, where, expected: int) -> None:
        publish(stand, make_snapshot(tmp_path, league()))
        assert len(stand.warehouse.read(Query(table="dim_player", where=where))) == expected
        assert stand.warehouse.count(Query(table="dim_player", where=where)) == expected

    def test_search(self, stand: Stand, tmp_path: Path) -> None:
        publish(stand, make_snapshot(tmp_path, league()))
        for text, expected in (("BERG", 1), ("%", 0), ('the "wall"', 1), ("p10000", 3), ("a, (b)", 0)):
            query = Query(table="dim_player", search=text, search_columns=("player_full_name", "player_id"))
            assert stand.warehouse.count(query) == expected, text

    @pytest.mark.parametrize(
        "query",
        [
            Query(table="nothing_here"),
            Query(table="dim_player", columns=("nothing",)),
            Query(table="dim_player", where=(Filter("nothing", "eq", 1),)),
            Query(table="dim_player; drop table dim_team"),
            Query(table="dim_player", columns=('"x',)),
        ],
        ids=["table", "column", "filter", "statement", "quote"],
    )
    def test_unknown_names_are_refused(self, stand: Stand, tmp_path: Path, query: Query) -> None:
        publish(stand, make_snapshot(tmp_path, league()))
        with pytest.raises(UnknownName):
            stand.warehouse.read(query)


class TestStaging:
    def test_rows_are_written_over_by_key_and_what_is_not_named_stays(self, stand: Stand) -> None:
        first = Change(table="stage_dim_player", rows=(
            {"player_id": "P001", "player_first_name": "John", "player_last_name": "Doe"},
            {"player_id": "P002", "player_first_name": "Jane"},
        ))  # fmt: skip
        second = Change(table="stage_dim_player", rows=(
            {"player_id": "P001", "player_first_name": "Johnny"},
            {"player_id": "P003", "current_skill_rating": 5},
        ))  # fmt: skip
        (done,) = stand.warehouse.apply([first])
        assert (done.table, done.inserted, done.updated, done.deleted) == ("stage_dim_player", 2, 0, 0)
        (done,) = stand.warehouse.apply([second])
        assert (done.inserted, done.updated) == (1, 1)
        wanted = ("player_id", "player_first_name", "player_last_name", "current_skill_rating")
        assert stand.warehouse.read(Query(table="stage_dim_player", columns=wanted, order=("player_id",))) == [
            dict(zip(wanted, row, strict=True))
            for row in (("P001", "Johnny", "Doe", None), ("P002", "Jane", None, None), ("P003", None, None, "5"))
        ]

    def test_a_game_is_replaced_in_order(self, stand: Stand) -> None:
        def game(*types: str) -> Change:
            rows = tuple(
                {"game_id": "18969", "Type": t, "period": "1", "success": n == 0} | ({"zone": "o"} if n else {})
                for n, t in enumerate(types)
            )
            return Change(table="stage_events_tracking", delete_where=(Filter("game_id", "eq", "18969"),), rows=rows)

        other = Change(table="stage_events_tracking", rows=({"game_id": "1", "Type": "Goal"},))
        stand.warehouse.apply([other, game("Shot", "Save", "Rebound")])
        results = stand.warehouse.apply([game("Faceoff", "Pass")])
        assert [(r.inserted, r.updated, r.deleted) for r in results] == [(2, 0, 3)]
        read = stand.warehouse.read(Query(table="stage_events_tracking", columns=("Type", "period"), order=("id",)))
        assert [(r["Type"], r["period"]) for r in read] == [("Goal", None), ("Faceoff", 1), ("Pass", 1)]

    def test_all_changes_or_none(self, stand: Stand) -> None:
        good = Change(table="stage_dim_team", rows=({"team_id": "N1"},))
        with pytest.raises(BadData):
            stand.warehouse.apply(
                [good, Change(table="stage_dim_schedule", rows=({"game_id": "1", "home_score": "x"},))]
            )
        assert stand.warehouse.count(Query(table="stage_dim_team")) == 0

    def test_a_table_can_be_emptied(self, stand: Stand) -> None:
        stand.warehouse.apply([Change(table="stage_dim_team", rows=({"team_id": "N1"}, {"team_id": "N2"}))])
        assert stand.warehouse.apply([Change(table="stage_dim_team")])[0].deleted == 0
        assert stand.warehouse.apply([Change(table="stage_dim_team", delete_all=True)])[0].deleted == 2

    def test_published_tables_cannot_be_changed_so(self, stand: Stand, tmp_path: Path) -> None:
        publish(stand, make_snapshot(tmp_path, league()))
        for name in ("dim_player", "stage_nothing", "stage_dim_player; drop table dim_player"):
            with pytest.raises(UnknownName):
                stand.warehouse.apply([Change(table=name, delete_all=True)])
        assert len(rows_of(stand, "dim_player")) == 3


class TestStatus:
    def test_it_answers_with_version_and_latency(self, stand: Stand, tmp_path: Path) -> None:
        publish(stand, make_snapshot(tmp_path, league()))
        status = stand.warehouse.status()
        assert status.connected
        assert status.backend == stand.warehouse.backend
        assert status.latency_ms is not None
        assert status.latency_ms < 5000
        assert stand.sql("show server_version")[0][0] == status.server_version
        assert status.problem is None

    def test_the_catalog_tells_what_was_published(self, stand: Stand, tmp_path: Path) -> None:
        publish(stand, make_snapshot(tmp_path, league()))
        catalog = stand.warehouse.catalog()
        assert catalog.published == dict.fromkeys(ALL, snapshot_id(1))
        assert catalog.tables["fact_events"].key == ("game_id", "event_id")
        assert catalog.tables["stage_dim_player"].columns["player_id"] == "text"
        assert list(catalog.tables["dim_team"].columns) == ["team_id", "team_name"]


def test_a_new_column_and_a_new_table_are_made(stand: Stand, tmp_path: Path) -> None:
    publish(stand, make_snapshot(tmp_path, league()))
    wider = with_tables(
        table(
            "qa_input_flags", [*TABLES["qa_input_flags"].columns, col("games", "bigint", nullable=False)], ("flag_id",)
        ),
        table("qa_new", [col("a", "text", nullable=False)], ("a",)),
    )
    rows = {**league(), "qa_input_flags": [{**FLAGS[0], "games": 7}], "qa_new": [{"a": "only a key"}]}
    snapshot = make_snapshot(tmp_path, rows, number=2, tables=wider)
    make_room(stand, snapshot)
    assert counts(publish(stand, snapshot, tables=(*ALL, "qa_new")))["qa_new"] == (1, 0, 0)
    assert rows_of(stand, "qa_input_flags") == [("F1", "clock", 7)]
    assert publish(stand, snapshot, tables=("qa_new",)).written == 0


def make_room(stand: Stand, snapshot) -> None:
    """What the admin does in the SQL editor where the backend cannot run SQL itself."""
    stand.sql(generate(snapshot.manifest).text)
