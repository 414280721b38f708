"""Filters and sorting: names checked against the declaration, values parsed by type, SQL's view of null."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import InvalidRequest
from api.services.table_filter import OPERATORS, Order, expression, parse_filters, parse_sort, parse_value
from snapshot.manifest import Column, Table

COLUMNS = {"name": "text", "goals": "integer", "game_id": "bigint", "rate": "numeric", "sub": "boolean", "day": "date"}
TABLE = Table(
    name="fact_x",
    file="fact_x.csv",
    category="fact",
    grain="one row",
    description="x",
    columns=tuple(Column(name=name, type=kind, description=name) for name, kind in COLUMNS.items()),  # type: ignore[arg-type] # a literal by construction
    primary_key=("game_id",),
    references=(),
    from_tracking=True,
    rows=4,
    sha256="",
)
FRAME = pl.DataFrame(
    {
        "name": ["O'Brien", "Müller, Jr", 'say "hi"', None],
        "goals": pl.Series([3, 0, None, 1], dtype=pl.Int32),
        "game_id": [1, 2, 3, 4],
        "rate": [0.5, None, 1.5, 2.0],
        "sub": [True, False, None, False],
        "day": [dt.date(2026, 1, 1), dt.date(2026, 2, 1), None, dt.date(2026, 3, 1)],
    }
)


def kept(column: str, text: str) -> list[int]:
    conditions = [expression(f) for f in parse_filters(TABLE, [(column, text)])]
    return FRAME.filter(conditions)["game_id"].to_list()


@pytest.mark.parametrize(
    ("column", "text", "expected"),
    [
        ("goals", "eq.3", [1]),
        ("goals", "neq.3", [2, 4]),
        ("goals", "gt.0", [1, 4]),
        ("goals", "gte.0", [1, 2, 4]),
        ("goals", "lt.1", [2]),
        ("goals", "lte.1", [2, 4]),
        ("goals", "not.eq.3", [2, 4]),
        ("goals", "in.(3,1)", [1, 4]),
        ("goals", "not.in.(3,1)", [2]),
        ("goals", "in.()", []),
        ("goals", "is.null", [3]),
        ("goals", "not.is.null", [1, 2, 4]),
        ("goals", "is.not_null", [1, 2, 4]),
        ("sub", "is.true", [1]),
        ("sub", "not.is.true", [2, 3, 4]),
        ("sub", "eq.false", [2, 4]),
        ("rate", "gte.0.5", [1, 3, 4]),
        ("day", "lt.2026-02-15", [1, 2]),
        ("name", "eq.O'Brien", [1]),
        ("name", 'in.("Müller, Jr","say \\"hi\\"")', [2, 3]),
        ("name", "ilike.*MÜLLER*", [2]),
        ("name", "like.*müller*", []),
        ("name", "like.O_Brien", [1]),
        ("name", "like.O.Brien", []),
        ("name", "eq.", []),
    ],
)
def test_an_operator_keeps_what_sql_would_keep(column: str, text: str, expected: list[int]) -> None:
    assert kept(column, text) == expected


@pytest.mark.parametrize(
    ("column", "text", "message"),
    [
        ("gaols", "eq.1", "gaols: no column 'gaols'; did you mean goals"),
        ("x" * 500, "eq.1", "no column"),
        ("goals", "1", r"goals: write goals=operator\.value"),
        ("goals", "drop.1", "with one of eq, neq"),
        ("goals", "not.", "with one of eq, neq"),
        ("goals", "eq.one", "'one' is not a value of type integer"),
        ("goals", "eq.3000000000", "is not a value of type integer"),
        ("goals", "eq." + "9" * 5000, "is not a value of type integer"),
        ("rate", "eq.NaN", "'NaN' is not a value of type numeric"),
        ("rate", "gt.inf", "'inf' is not a value of type numeric"),
        ("sub", "eq.yes", "'yes' is not a value of type boolean"),
        ("day", "eq.2026-13-01", "is not a value of type date"),
        ("goals", "like.3", "like needs a text column; goals is integer"),
        ("goals", "is.true", r"is\.true needs a boolean column"),
        ("goals", "is.maybe", "is takes one of null, not_null, true, false"),
        ("goals", "in.1,2", "in takes values in parentheses"),
        ("name", 'in.("a', "in takes values in parentheses"),
        ("name", 'in.("a"b)', "cannot read the values"),
    ],
)
def test_what_is_wrong_is_named(column: str, text: str, message: str) -> None:
    with pytest.raises(InvalidRequest, match=message):
        parse_filters(TABLE, [(column, text)])


def test_every_wrong_parameter_is_named_at_once() -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_filters(TABLE, [("goals", "eq.x"), ("nope", "eq.1"), ("goals", "eq.1")])
    assert [error.field for error in caught.value.errors] == ["goals", "nope"]


@given(st.sampled_from(sorted(COLUMNS)), st.text(max_size=40), st.sampled_from([*OPERATORS, "not.eq", "not.in", ""]))
def test_no_text_breaks_the_parser_or_the_query(column: str, rest: str, operator: str) -> None:
    try:
        found = kept(column, f"{operator}.{rest}")
    except InvalidRequest:
        return
    assert set(found) <= {1, 2, 3, 4}


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=10), max_size=5))
def test_any_texts_can_be_listed(texts: list[str]) -> None:
    quoted = ",".join('"' + t.replace("\\", "\\\\").replace('"', '\\"') + '"' for t in texts)
    assert parse_filters(TABLE, [("name", f"in.({quoted})")])[0].values == tuple(texts)


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_bigint_is_read_exactly(number: int) -> None:
    assert parse_value("bigint", str(number)) == number


class TestSort:
    def test_keys_in_their_order(self) -> None:
        assert parse_sort(TABLE, "goals.desc, name") == [
            Order("goals", descending=True),
            Order("name", descending=False),
        ]
        assert parse_sort(TABLE, None) == []

    @pytest.mark.parametrize("text", ["gaols", "goals.down", "goals.asc.desc", "'; drop table"])
    def test_a_wrong_key_is_named(self, text: str) -> None:
        with pytest.raises(InvalidRequest, match="sort: "):
            parse_sort(TABLE, text)
