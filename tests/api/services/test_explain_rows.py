"""Every number that says what it was made from is what its rows come to, in leagues with and without flaws."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl
import pytest

from api.services.explain_rows import Found, find, total_amount, with_divisors
from etl.tables.catalog import league_tables
from snapshot.layout import DataDir
from snapshot.lineage import Condition, Factor, Link, Listed, Part, Top, divided, in_words
from snapshot.manifest import Manifest
from snapshot.reader import Snapshot, published
from tests.demo_league import demo_league, flawed_league  # noqa: F401 - fixtures

EXPLAINED = [(t.name, c.name) for t in league_tables().published for c in t.columns if c.made_from]
SEASONS = [(table, name) for table, name in EXPLAINED if "season" in table or "career" in table]
NUMBERS = {"integer", "bigint", "numeric"}
MOST_ROWS = 24  # half of them those of the largest values, half at random; `proof` looks at all
WHOLE_SECONDS = {"toi_seconds"}  # the sum of exact seconds, in whole ones


@dataclass
class InMemory:
    """A snapshot whose tables are read once."""

    snapshot: Snapshot
    frames: dict[str, pl.DataFrame] = field(default_factory=dict)

    @cached_property
    def manifest(self) -> Manifest:
        return self.snapshot.manifest

    def scan(self, table: str) -> pl.LazyFrame:
        if table not in self.frames:
            self.frames[table] = self.snapshot.read(table)
        return self.frames[table].lazy()


def in_memory(league: DataDir) -> InMemory:
    snapshot = published(league)
    assert snapshot is not None
    return InMemory(snapshot)


@pytest.fixture(scope="module")
def flawed(flawed_league: DataDir) -> InMemory:  # noqa: F811
    return in_memory(flawed_league)


@pytest.fixture(scope="module")
def whole(demo_league: DataDir) -> InMemory:  # noqa: F811
    return in_memory(demo_league)


def some(rows: pl.DataFrame, name: str, most: int | None) -> pl.DataFrame:
    if most is None or rows.height <= most:
        return rows
    largest = rows.sort(name, descending=True, nulls_last=True).head(most // 2)
    return pl.concat([largest, rows.sample(most - most // 2, seed=1)])


def check(league: InMemory, table: str, name: str, most: int | None = MOST_ROWS) -> None:
    """The rows of every value come to it, and some value has rows, unless all are 0 or null."""
    column = next(c for c in league.manifest.table(table).columns if c.name == name)
    wrong, found_any, tolerance = [], False, 0.5001 if name in WHOLE_SECONDS else 1e-6
    for row in some(league.scan(table).collect(), name, most).iter_rows(named=True):
        found = find(league, row, column.made_from)  # type: ignore[arg-type] # all that is asked of a snapshot
        amount = total_amount(found)
        found_any |= any(part.rows.height for part in found)
        if row[name] is not None and (amount is None or abs(amount - row[name]) > tolerance):
            wrong.append((row, amount))
    assert wrong == []
    assert found_any or not league.scan(table).filter(pl.col(name) != 0).collect().height


@pytest.mark.parametrize(("table", "name"), EXPLAINED, ids=lambda part: part)
def test_the_rows_come_to_the_number(flawed: InMemory, table: str, name: str) -> None:
    check(flawed, table, name)


@pytest.mark.parametrize(("table", "name"), SEASONS, ids=lambda part: part)
def test_the_rows_of_a_long_season_do(whole: InMemory, table: str, name: str) -> None:
    check(whole, table, name)


@pytest.mark.proof
@pytest.mark.timeout(1800)
def test_the_rows_of_every_cell_come_to_it(flawed: InMemory, whole: InMemory) -> None:
    for table, name in EXPLAINED:
        check(flawed, table, name, most=None)
        check(whole, table, name, most=100)


def test_what_has_to_be_explained_is() -> None:
    """The numbers that the product promises to explain, in every table that has them."""
    promised = {"goals", "assists", "points", "plus_minus", "shots", "sog", "saves", "toi_seconds", "goals_against"}
    promised |= {f"{name}_{way}" for name in ("corsi", "fenwick", "goals", "on_ice_xg") for way in ("for", "against")}
    promised |= {"xg_for", "xg_against", "toi_together", "toi_against", "xg", "war", "gar", "game_score"}
    explained_otherwise = {
        ("fact_gameroster", "goals"),  # read from the game sheet
        ("fact_gameroster", "goals_against"),
        ("fact_gameroster", "points"),  # a sum of columns of the row
        ("fact_player_game_stats", "war"),
        ("fact_shots", "xg"),
        ("fact_team_results", "points"),
    }
    wanted = {(t.name, c.name) for t in league_tables().published for c in t.columns if c.name in promised}
    assert wanted - set(EXPLAINED) == explained_otherwise


def test_no_number_is_explained_by_a_rule_alone() -> None:
    """What has a formula has rows too, or columns of its own row that the formula names."""
    for table in league_tables().published:
        names = {c.name for c in table.columns}
        for column in table.columns:
            if column.formula and column.sql_type in NUMBERS:
                named = set(re.findall(r"\w+", column.formula)) & (names - {column.name})
                assert column.made_from or named, (table.name, column.name)


class TestParts:
    """The grammar of lineage, on a table of goals and one of who was on the ice."""

    GOALS = pl.DataFrame(
        {
            "goal": ["G1", "G2", "G3", "G4"],
            "stint": ["S1", "S1", "S2", None],
            "team_venue": ["home", "away", "home", None],
            "worth": [0.5, 0.25, 0.0, None],
        }
    )
    ICE = pl.DataFrame(
        {
            "key": ["1", "2", "3", "4", "5"],
            "stint": ["S1", "S1", "S1", "S2", "S2"],
            "who": ["a", "b", "c", "a", None],
            "team_venue": ["home", "home", "away", "home", None],
        }
    )

    class Two:
        """What is asked of a snapshot, with two tables."""

        def __init__(self, goals: pl.DataFrame, ice: pl.DataFrame) -> None:
            self.frames = {"goals": goals, "ice": ice}
            self.manifest = self

        def scan(self, name: str) -> pl.LazyFrame:
            return self.frames[name].lazy()

        def table(self, name: str) -> "TestParts.Table":
            return TestParts.Table(self.frames[name])

    class Table:
        def __init__(self, frame: pl.DataFrame) -> None:
            self.columns = [TestParts.Name(name) for name in frame.columns]
            self.primary_key = frame.columns[:1]

    @dataclass
    class Name:
        name: str

    def found(self, *parts: Part, **row: object) -> tuple[Found, ...]:
        return find(self.Two(self.GOALS, self.ICE), row, parts)  # type: ignore[arg-type]

    def goals(self, *parts: Part, **row: object) -> list[str]:
        return [goal for part in self.found(*parts, **row) for goal in part.rows["goal"]]

    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            (Condition(column="team_venue", value="home"), ["G1", "G3"]),
            (Condition(column="team_venue", row="side"), ["G2"]),
            (Condition(column="team_venue", op="ne", value="home"), ["G2"]),
            (Condition(column="team_venue", op="ne_or_null", value="home"), ["G2", "G4"]),
            (Condition(column="team_venue", op="same", row="nothing"), ["G4"]),
            (Condition(column="team_venue", op="eq", row="nothing"), []),
            (Condition(column="worth", op="gt", value=0.25), ["G1"]),
            (Condition(column="worth", op="ge", value=0.25), ["G1", "G2"]),
            (Condition(column="worth", op="lt", value=0.25), ["G3"]),
            (Condition(column="worth", op="le", value=0.25), ["G2", "G3"]),
            (Condition(column="worth", op="le_or_null", value=0.25), ["G2", "G3", "G4"]),
            (Condition(column="stint", op="in", value=("S1",)), ["G1", "G2"]),
            (Condition(column="stint", op="not_in", value=("S1",)), ["G3", "G4"]),
            (Condition(column="stint", op="starts", value="S"), ["G1", "G2", "G3"]),
            (Condition(column="stint", op="is_null"), ["G4"]),
            (Condition(column="goal", op="lt", other="stint"), ["G1", "G2", "G3"]),
            (Condition(column="stint", op="is_not_null"), ["G1", "G2", "G3"]),
            (Condition(column="stint", op="eq_or_all", row="side"), []),
            (Condition(column="stint", op="eq_or_all", row="every"), ["G1", "G2", "G3", "G4"]),
            (
                Condition(column="stint", value="S2", either=(Condition(column="team_venue", op="is_null"),)),
                ["G3", "G4"],
            ),
        ],
        ids=lambda value: value.words() if isinstance(value, Condition) else "",
    )
    def test_conditions(self, condition: Condition, expected: list[str]) -> None:
        part = Part(table="goals", where=(condition,))
        assert self.goals(part, side="away", nothing=None, every="All") == expected

    @pytest.mark.parametrize(
        ("link", "expected"),
        [
            (Link(table="ice", on=("stint",), where=(Condition(column="who", row="me"),)), ["G1", "G2", "G3"]),
            (Link(table="ice", on=("stint",), where=(Condition(column="who", value="c"),), absent=True), ["G3", "G4"]),
            (Link(table="ice", on=("stint",), where=(Condition(column="who", row="me"),), side="same"), ["G1", "G3"]),
            (Link(table="ice", on=("stint",), where=(Condition(column="who", row="me"),), side="other"), ["G2"]),
            (
                Link(table="ice", on=("stint",), where=(Condition(column="who", value="c"),), side="same", absent=True),
                ["G1", "G3", "G4"],
            ),
            (Link(table="ice", on=("stint",), each=Listed(column="who", row="unit")), ["G1", "G2"]),
            (Link(table="ice", on=("stint",), each=Listed(column="who", row="nobody")), ["G1", "G2", "G3", "G4"]),
            (Link(table="ice", on=("stint", "team_venue"), where=(Condition(column="who", value="c"),)), ["G2"]),
        ],
        ids=lambda value: value.words() if isinstance(value, Link) else "",
    )
    def test_links(self, link: Link, expected: list[str]) -> None:
        assert self.goals(Part(table="goals", links=(link,)), me="a", unit="a,b", nobody=None) == expected

    def test_a_row_of_an_unknown_side_fits_where_that_is_said(self) -> None:
        nobody = Condition(column="who", op="is_null")
        link = Link(table="ice", on=("stint",), where=(nobody,), side="same_or_unknown")
        assert self.goals(Part(table="goals", links=(link,))) == ["G3"]
        back = Link(
            table="goals", on=("stint",), where=(Condition(column="goal", value="G3"),), side="same_or_unstated"
        )
        (found,) = self.found(Part(table="ice", links=(back,)))
        assert found.rows["key"].to_list() == ["4", "5"]

    def test_a_sum_has_its_weight_and_the_number_of_the_row_that_it_is_times(self) -> None:
        (found,) = self.found(Part(table="goals", quantity="worth", weight=-2, times="shots"), shots=3)
        assert (found.amount, found.rows["goal"].to_list()) == (-4.5, ["G1", "G2"])

    def test_a_quotient_lists_what_it_divides_by_and_nothing_below_the_line_is_no_number(self) -> None:
        home, away = (Part(table="goals", where=(Condition(column="team_venue", value=v),)) for v in ("home", "away"))
        part = Part(table="goals", where=home.where, weight=100, over=(home, away))
        (found,) = self.found(part)
        assert found.amount == pytest.approx(100 * 2 / 3)
        assert [(one.divides, one.rows.height) for one in with_divisors([found])] == [(False, 2), (True, 2), (True, 1)]
        nothing = Part(table="goals", over=(Part(table="goals", where=(Condition(column="worth", value=9.0),)),))
        assert total_amount(self.found(part, nothing)) is None

    def test_parts_that_share_a_divisor_list_it_once_and_say_so(self) -> None:
        home, away = (Part(table="goals", where=(Condition(column="team_venue", value=v),)) for v in ("home", "away"))
        whole = (Part(table="goals"),)
        parts = divided((home, away), whole)
        found = self.found(*parts)
        assert (total_amount(found), [one.rows.height for one in with_divisors(found)]) == (3 / 4, [2, 1, 4])
        assert in_words(parts) == (
            "the rows of goals with team_venue = home, plus the rows of goals with team_venue = away, "
            "all of it divided by the rows of goals"
        )

    def test_each_row_is_multiplied_by_its_factor_and_without_one_is_none(self) -> None:
        by = Factor(table="ice", on=("goal",), there=("who",), column="number")
        two = self.Two(self.GOALS, pl.DataFrame({"who": ["G1", "G2"], "number": [4.0, None]}))
        (found,) = find(two, {}, [Part(table="goals", quantity="worth", weight=3, by=by)])  # type: ignore[arg-type]
        assert (found.rows["goal"].to_list(), found.added(found.rows), found.amount) == (["G1"], [6.0], 6.0)

    def test_only_the_largest_are_taken(self) -> None:
        top = Top(by=("worth", "goal"), rows=2)
        assert self.goals(Part(table="goals", top=top)) == ["G1", "G2"]
        assert self.goals(Part(table="goals", where=(Condition(column="goal", op="ne", value="G1"),), top=top)) == [
            "G2", "G3",
        ]  # fmt: skip

    def test_a_link_has_its_own_names_and_links(self) -> None:
        of_home = Link(table="goals", on=("stint",), where=(Condition(column="goal", value="G3"),))
        link = Link(table="ice", on=("stint",), links=(of_home,))
        assert self.goals(Part(table="goals", links=(link,))) == ["G3"]
        named = Link(table="ice", on=("goal",), there=("who",))
        two = self.Two(self.GOALS, pl.DataFrame({"who": ["G2", "G4"]}))
        (found,) = find(two, {}, [Part(table="goals", links=(named,))])  # type: ignore[arg-type]
        assert found.rows["goal"].to_list() == ["G2", "G4"]

    def test_a_part_of_other_rows_is_left_out(self) -> None:
        parts = [Part(table="goals", given=(Condition(column="side", value=side),)) for side in ("home", "away")]
        assert [part.part for part in self.found(*parts, side="away")] == [parts[1]]


def every_part(parts: tuple[Part, ...]) -> Iterator[Part]:
    for part in parts:
        yield part
        yield from every_part(part.over)


def test_every_column_that_a_lineage_names_is_published() -> None:
    known = {t.name: {c.name for c in t.columns} for t in league_tables().published}
    for table in league_tables().published:
        own = known[table.name]
        for part in (p for c in table.columns for p in every_part(c.made_from)):
            there = known[part.table]
            if part.by:
                assert set(part.by.on) <= there
                assert {*part.by.there, part.by.column} <= known[part.by.table]
            assert part.top is None or set(part.top.by) <= there
            assert {c.column for c in every_condition(part.where)} | ({part.quantity} - {None}) <= there
            assert ({c.row for c in every_condition(part.where)} | {part.times}) - {None} <= own
            assert {c.column for c in part.given} <= own
            for link, left in every_link(part.links, there):
                assert set(link.on) <= left
                assert set(link.there or link.on) <= known[link.table]
                assert {c.column for c in every_condition(link.where)} <= known[link.table]
                assert {c.row for c in every_condition(link.where)} - {None} <= own
                assert link.each is None or (link.each.column in known[link.table] and link.each.row in own)


def every_link(links: tuple[Link, ...], there: set[str]) -> Iterator[tuple[Link, set[str]]]:
    """The links, each with the columns of the table that it links."""
    known = {t.name: {c.name for c in t.columns} for t in league_tables().published}
    for link in links:
        yield link, there
        yield from every_link(link.links, known[link.table])


def every_condition(conditions: tuple[Condition, ...]) -> Iterator[Condition]:
    for condition in conditions:
        yield condition
        yield from condition.either
