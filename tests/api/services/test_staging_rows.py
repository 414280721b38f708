"""Rows as people send them: what is stored, what is refused and how it is named."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.services.staging_errors import BadRows
from api.services.staging_rows import prepare
from formats.staging_tables import STAGING_TABLES

PLAYER, SCHEDULE = STAGING_TABLES["dim_player"], STAGING_TABLES["dim_schedule"]
ANY_CELL = st.one_of(
    st.none(), st.text(max_size=30), st.integers(), st.floats(), st.booleans(), st.lists(st.integers())
)


def problems(table, data) -> dict[str, str]:
    with pytest.raises(BadRows) as caught:
        prepare(table, data)
    return {e.field: e.message for e in caught.value.errors}


class TestPrepare:
    def test_other_spellings_are_the_tables_columns(self) -> None:
        (row,) = prepare(PLAYER, [{"Player_ID": "P1", "first_name": " Ann ", "position": "G"}]).rows
        assert row == {"player_id": "P1", "player_first_name": "Ann", "player_primary_position": "G"}
        (game,) = prepare(SCHEDULE, [{"game_id": 18969.0, "date": "2026-01-02", "home_total_goals": "3"}]).rows
        assert game == {"game_id": "18969", "game_date": "2026-01-02", "home_score": 3}

    def test_unknown_columns_are_dropped_and_named_once(self) -> None:
        prepared = prepare(PLAYER, [{"player_id": p, "email": f"{p}@x.org", "birthdate": "1"} for p in ("a", "b")])
        assert prepared.rows == ({"player_id": "a"}, {"player_id": "b"})
        assert [w.split()[1] for w in prepared.warnings] == ["'email'", "'birthdate'"]

    def test_an_address_in_a_known_column_is_not_stored(self) -> None:
        prepared = prepare(PLAYER, [{"player_id": "a", "player_notes": "write to a.b@mail.example now"}])
        assert prepared.rows[0]["player_notes"] == "write to  now"
        assert "e-mail" in prepared.warnings[0]

    def test_each_bad_row_is_named_by_index_and_column(self) -> None:
        data = [{"player_id": "a"}, {"first_name": "x"}, 7, {"player_id": "b", "player_notes": "\x00"}]
        assert problems(PLAYER, data) == {
            "data.1.player_id": "Row 1, column player_id: is missing",
            "data.2": "Row 2 is not an object of columns and values",
            "data.3.player_notes": "Row 3, column player_notes: holds a character that cannot be stored",
        }

    @pytest.mark.parametrize(
        "value", ["=HYPERLINK(1)", "@SUM(A1)", "+cmd(1)", [1], {"a": 1}, math.nan, math.inf, "x" * 5001, "\ud800"]
    )
    def test_hostile_cells_are_refused(self, value: object) -> None:
        assert list(problems(PLAYER, [{"player_id": "a", "player_full_name": value}])) == ["data.0.player_full_name"]

    @pytest.mark.parametrize("number", ["abc", "-1", "0", "1.5", 2**40])
    def test_a_game_needs_a_number(self, number: object) -> None:
        assert list(problems(SCHEDULE, [{"game_id": number}])) == ["data.0.game_id"]

    def test_out_of_range_is_kept_and_flagged(self) -> None:
        prepared = prepare(PLAYER, [{"player_id": "a", "current_skill_rating": 85}])
        assert prepared.rows[0]["current_skill_rating"] == "85"
        assert prepared.warnings == ("Row 0: current_skill_rating '85' is not between 2 and 6; kept and flagged",)

    @given(st.lists(st.dictionaries(st.sampled_from(["player_id", "first_name", "email", "x"]), ANY_CELL), max_size=5))
    def test_any_rows_are_prepared_or_refused(self, data: list[dict[str, object]]) -> None:
        try:
            prepared = prepare(PLAYER, data)
        except BadRows:
            return
        keys = [row["player_id"] for row in prepared.rows]
        assert all(keys)
        assert len(set(keys)) == len(keys)
