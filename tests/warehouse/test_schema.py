"""The generated script: idempotent, with rights that let anonymous readers read and no more."""

import re
from importlib.resources import files
from pathlib import Path

import psycopg
import pytest

from snapshot.manifest import Manifest, Reference, Table
from tests.warehouse.servers import Stand
from tests.warehouse.snapshots import TABLES, col, league, make_snapshot, table
from warehouse.errors import SchemaDrift, UnknownName
from warehouse.naming import parents_first, short_name
from warehouse.schema import INDEXED_COLUMNS, generate

NUMERIC = re.compile(r"_per_game$|_pct$|gaa$|game_score$")
INTEGER = re.compile(
    r"^(games_played|wins|losses|ties|points|goals.*|assists|pim|saves|shots_against|shutouts|seasons_played|career_.*"
    r"|.*_total_goals|.*periodOT_goals)$"
)


def column_like(name: str):
    if name in {"date", "start_date"}:
        return col(name, "date")
    if name == "game_id":
        return col(name, "bigint", nullable=False)
    if name == "include":
        return col(name, "boolean")
    kind = "numeric" if NUMERIC.search(name) else "integer" if INTEGER.match(name) or name == "goal_diff" else "text"
    return col(name, kind)


def tables_of_the_views() -> dict[str, Table]:
    """Tables with all the columns that the views need."""
    columns: dict[str, list[str]] = {}
    for path in (files("warehouse") / "sql" / "views").iterdir():
        for name, needed in re.findall(r"^-- needs: (\w+)\((.*)\)$", path.read_text(), re.MULTILINE):
            known = columns.setdefault(name, ["row_key"] if name not in {"dim_schedule", "dim_season"} else [])
            known += [c for c in needed.split(", ") if c not in known]
    keys = {"dim_schedule": ("game_id",), "dim_season": ("season_id",)}
    return {n: table(n, [column_like(c) for c in cs], keys.get(n, ("row_key",))) for n, cs in columns.items()}


def manifest_of(folder: Path, tables: dict[str, Table]) -> Manifest:
    return make_snapshot(folder, dict.fromkeys(tables, ()), tables=tables).manifest


@pytest.fixture
def readable(stand: Stand, tmp_path: Path) -> Stand:
    stand.sql(generate(make_snapshot(tmp_path, league()).manifest).text)
    return stand


def as_role(stand: Stand, role: str, statement: str) -> list[tuple]:
    with psycopg.connect(stand.dsn) as connection:
        connection.execute(f"set role {role}")
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_it_runs_twice_on_an_empty_database(bare: Stand, tmp_path: Path) -> None:
    manifest = make_snapshot(tmp_path, league()).manifest
    script = generate(manifest)
    for _ in range(2):
        bare.sql(script.text)
        assert bare.warehouse.drift(manifest) == ()
    assert script.tables == ("dim_team", "qa_input_flags", "dim_player", "fact_events")
    assert "psycopg" not in script.text


def test_keys_references_comments_and_indexes_are_made(readable: Stand) -> None:
    assert readable.sql("select conname from pg_constraint where contype = 'f' order by 1") == [
        ("dim_player_team_id_fkey",), ("fact_events_player_id_fkey",)
    ]  # fmt: skip
    indexes = {i for (i,) in readable.sql("select indexname from pg_indexes where tablename = 'fact_events'")}
    assert indexes == {f"fact_events_{i}" for i in ("pkey", "event_id_idx", "player_id_idx", "game_date_idx")}
    comments = readable.sql("select obj_description('dim_team'::regclass), col_description('fact_events'::regclass, 4)")
    assert comments == [("About dim_team. Grain: one row.", "the x_ft, with a ' and a \\ in its meaning (ft)")]


def test_everyone_reads_published_tables_and_nobody_else_writes(readable: Stand) -> None:
    for role in ("anon", "authenticated"):
        assert as_role(readable, role, "select count(*) from dim_team") == [(0,)]
        for statement in ("insert into dim_team values ('N1', 'x')", "delete from dim_team", "truncate dim_team"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                as_role(readable, role, statement)
        for function in ("warehouse_catalog()", "apply_changes('[]')", "begin_load('a', 'b', '[]')"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                as_role(readable, role, f"select public.{function}")
    as_role(readable, "service_role", "insert into dim_team values ('N1', 'x')")


def test_staging_is_closed_to_anonymous_readers(readable: Stand) -> None:
    for name in ("stage_dim_player", "stage_events_tracking"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            as_role(readable, "anon", f"select * from {name}")
        assert as_role(readable, "authenticated", f"select * from {name}") == []
    assert as_role(readable, "anon", "select * from tracker_videos") == []
    as_role(
        readable,
        "authenticated",
        "insert into stage_events_tracking (game_id, type, players) values ('1', 'Shot', '[]')",
    )
    as_role(readable, "authenticated", "delete from stage_shifts_tracking where game_id = '1'")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_role(readable, "authenticated", "insert into stage_dim_player (player_id) values ('P1')")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_role(readable, "authenticated", "select * from benchsight.load")


def test_views_over_missing_tables_are_left_out_with_a_reason(readable: Stand, tmp_path: Path) -> None:
    script = generate(make_snapshot(tmp_path, league()).manifest)
    assert script.views == ()
    assert script.left_out["v_recent_games"] == "the snapshot has no table dim_schedule"
    assert "-- v_recent_games is left out: the snapshot has no table dim_schedule" in script.text
    narrow = {"dim_schedule": table("dim_schedule", [col("game_id", "bigint")], ("game_id",))}
    assert (
        generate(manifest_of(tmp_path, narrow)).left_out["v_recent_games"]
        == "dim_schedule has no column away_team_name"
    )


class TestViews:
    @pytest.fixture
    def stand(self, bare: Stand, tmp_path: Path) -> Stand:
        script = generate(manifest_of(tmp_path, tables_of_the_views()))
        assert script.left_out == {}
        assert len(script.views) == 18
        for _ in range(2):
            bare.sql(script.text)
        bare.sql(
            "insert into dim_season (season_id, start_date) values ('N2425F', '2024-09-01'), ('N2425S', '2025-03-01')"
        )
        return bare

    def test_every_view_can_be_read_by_anyone(self, stand: Stand) -> None:
        for (name,) in stand.sql("select viewname from pg_views where schemaname = 'public'"):
            assert len(as_role(stand, "anon", f"select * from {name}")) == (1 if name == "v_summary_league" else 0)

    def test_standings_are_of_the_season_that_started_last(self, stand: Stand) -> None:
        stand.sql(
            "insert into fact_team_season_stats_basic"
            " (row_key, team_id, team_name, season_id, game_type, points, wins, goal_diff)"
            " values ('1', 'A', 'Aces', 'N2425S', 'All', 6, 3, 4), ('2', 'B', 'Bears', 'N2425S', 'All', 6, 3, 9),"
            " ('3', 'C', 'Cubs', 'N2425S', 'All', 6, 3, 4), ('4', 'A', 'Aces', 'N2425S', 'Regular', 6, 3, 4),"
            " ('5', 'A', 'Aces', 'N2425F', 'All', 20, 10, 4)"
        )
        assert stand.sql("select team_name, standing from v_standings_current") == [
            ("Bears", 1),
            ("Aces", 2),
            ("Cubs", 2),
        ]
        assert stand.sql("select season_id, count(*) from v_standings_all_seasons group by 1 order by 1") == [
            ("N2425F", 1), ("N2425S", 3)
        ]  # fmt: skip

    def test_games_tell_winner_and_goalie_result(self, stand: Stand) -> None:
        stand.sql(
            "insert into dim_schedule"
            " (game_id, date, schedule_type, home_team_id, away_team_id, home_team_name, away_team_name,"
            ' home_total_goals, away_total_goals, "home_team_periodOT_goals") values'
            " (1, '2025-10-05', 'Past', 'A', 'B', 'Aces', 'Bears', 3, 2, 1),"
            " (2, '2025-10-12', 'Past', 'A', 'B', 'Aces', 'Bears', 1, 1, 0),"
            " (3, '2025-10-19', 'Upcoming', 'A', 'B', 'Aces', 'Bears', null, null, null)"
        )
        stand.sql(
            "insert into fact_goalie_game_stats"
            " (row_key, player_id, team_id, game_id, saves, shots_against, goals_against)"
            " values ('1', 'G', 'B', 1, 20, 23, 3)"
        )
        assert stand.sql("select game_id, winner, score, goal_diff from v_recent_games") == [
            (2, "Tie", "1-1", 0), (1, "Aces", "3-2", 1)
        ]  # fmt: skip
        assert stand.sql("select opponent_team_name, win, loss, ot_loss from v_detail_goalie_games") == [
            ("Aces", False, False, True)
        ]
        assert stand.sql("select games_played, team1_wins, ties from v_standings_h2h") == [(2, 1, 1)]


class TestNames:
    def test_a_reserved_or_staging_name_is_refused(self, tmp_path: Path) -> None:
        for wrong, told in (
            (table("dim_x", [col("a", "text"), col("order", "text")], ("a",)), "order"),
            (table("stage_x", [col("a", "text")], ("a",)), "staging"),
            (table("dim_x", [col("a", "text")], ()), "no primary key"),
        ):
            wrong_kind = wrong if wrong.name != "stage_x" else table("stage_x", wrong.columns, ("a",), category="dim")
            with pytest.raises(SchemaDrift, match=told):
                generate(manifest_of(tmp_path, {wrong.name: wrong_kind}))

    def test_references_in_a_circle_are_refused(self, tmp_path: Path) -> None:
        def one(name: str, other: str) -> Table:
            return table(name, [col("a", "text")], ("a",), Reference(column="a", table=other, references="a"))

        circle = {"dim_a": one("dim_a", "dim_b"), "dim_b": one("dim_b", "dim_a")}
        with pytest.raises(SchemaDrift, match="circle"):
            generate(manifest_of(tmp_path, circle))
        assert len(parents_first(manifest_of(tmp_path, {"dim_a": one("dim_a", "dim_a")}), ["dim_a"])) == 1

    def test_unknown_tables_have_no_order(self, tmp_path: Path) -> None:
        with pytest.raises(UnknownName):
            parents_first(manifest_of(tmp_path, TABLES), ["dim_nothing"])

    def test_long_names_stay_apart(self) -> None:
        first, second = (short_name("fact_" + "x" * 60, column, "idx") for column in ("a", "b"))
        assert first != second
        assert len(first) == len(second) == 63
        assert short_name("dim_a", "b", "idx") == "dim_a_b_idx"


def test_hostile_texts_in_a_manifest_stay_texts(bare: Stand, tmp_path: Path) -> None:
    nasty = "'; drop table dim_x; -- \\'; $$ ; %s {} \n"
    hostile = table("dim_x", [col("a", "text"), col("B c".replace(" ", "_"), "text", unit=nasty)], ("a",))
    manifest = manifest_of(tmp_path, {"dim_x": hostile})
    bare.sql(generate(manifest).text.replace("\x00", ""))
    assert bare.sql("select count(*) from dim_x") == [(0,)]
    assert nasty in bare.sql("select col_description('dim_x'::regclass, 2)")[0][0]


def test_indexed_columns_are_named_once() -> None:
    assert len(set(INDEXED_COLUMNS)) == len(INDEXED_COLUMNS)
