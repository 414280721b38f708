"""What holds for every game, however it was tracked."""

import polars as pl
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from etl.checks import all_checks
from etl.registry import Registry
from etl.tables.catalog import league_tables
from formats.canonical import LeagueFrames
from tests.etl.league_builder import make_event, make_league, make_role, make_sources, make_stint

TABLES = league_tables()
CHECKS = all_checks(TABLES)
EVERYTHING = Registry([*TABLES.tables.values(), *(check.table for check in CHECKS)])
KINDS = st.sampled_from(
    [
        ("Shot", "Shot_OnNetSaved"),
        ("Shot", "Shot_Blocked"),
        ("Shot", "Shot_Goal"),
        ("Goal", "Goal_Scored"),
        ("Goal", None),
        ("Save", "Save_Freeze"),
        ("Pass", "Pass_Completed"),
        ("Faceoff", None),
        ("Penalty", "Penalty_Minor"),
        ("Zone_Entry_Exit", "Zone_Exit"),
        ("Turnover", "Turnover_Giveaway"),
        ("Unheard_Of", "Whatever"),
    ]
)
SIDES = st.sampled_from(["home", "away", None])
PLAYERS = st.sampled_from(["h1", "h2", "h3", "h9", "a1", "a2", "a4", "a9", None])
TAGS = st.sampled_from([None, None, "AssistPrimary", "AssistSecondary", "Deke"])
NUMBERS = st.sampled_from(["123459", "12349", "12369", "123456", "1239", "123456"])
EVENTS = st.lists(st.tuples(KINDS, SIDES, PLAYERS, PLAYERS, TAGS, st.integers(0, 5)), max_size=25)
STINTS = st.lists(st.tuples(NUMBERS, NUMBERS, st.booleans()), max_size=5)
LENGTH = 10.0
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # a failing league is small already; shrinking it takes minutes


@st.composite
def leagues(draw: st.DrawFn) -> LeagueFrames:
    """One game of five stints and whatever was tracked in them, in order of play."""
    drawn = draw(STINTS)
    stints = [
        make_stint(n, LENGTH * n, LENGTH * (n + 1), home, away, is_valid=ok) for n, (home, away, ok) in enumerate(drawn)
    ]
    rows = sorted(draw(EVENTS), key=lambda row: row[-1])
    events, roles = [], []
    for index, ((kind, detail), team, first, second, tag, place) in enumerate(rows):
        stint = place if place < len(stints) and stints[place]["is_valid"] else None
        events.append(make_event(index, kind, team, LENGTH * place + 1, detail1=detail, stint_idx=stint))
        roles.append(make_role(index, "event_1", first, play_detail1=tag))
        roles.append(make_role(index, "opp_1", second))
    return make_league(events=events, event_players=roles, shifts=stints)


@given(league=leagues())
@settings(max_examples=25, deadline=None, phases=PHASES)
def test_every_invariant_holds_for_any_game(league: LeagueFrames) -> None:
    built = EVERYTHING.build(make_sources(league))
    for check in CHECKS:
        if check.level == "block":
            assert built[check.table.name].is_empty(), check.table.name
    each_attempt_credits_the_skaters_on_the_ice(built)
    ice_time_adds_up(built)


def each_attempt_credits_the_skaters_on_the_ice(built: dict[str, pl.DataFrame]) -> None:
    """Summed over a side's skaters, attempts for are attempts times its skaters; against, those of the other side."""
    skaters = built["fact_shift_players"].filter(~pl.col("is_goalie"))
    on_ice = skaters.group_by("shift_id", "team_venue").agg(skaters=pl.len())
    shots = built["fact_shots"].drop_nulls(["shift_id", "team_venue"]).select("shift_id", "team_venue")
    stats = built["player_on_ice"]
    for column, sides in (("corsi_for", {}), ("corsi_against", {"home": "away", "away": "home"})):
        credited = shots.with_columns(pl.col("team_venue").replace(sides)).join(on_ice, on=["shift_id", "team_venue"])
        assert stats[column].sum() == credited["skaters"].sum()
    fenwick = built["fact_shots"].drop_nulls(["shift_id", "team_venue"]).filter(~pl.col("is_blocked"))
    credited = fenwick.select("shift_id", "team_venue").join(on_ice, on=["shift_id", "team_venue"])
    assert stats["fenwick_for"].sum() == credited["skaters"].sum()


def ice_time_adds_up(built: dict[str, pl.DataFrame]) -> None:
    """The players' ice time is the length of each stint times the players in it."""
    stints = built["fact_shift_players"]
    assert built["player_on_ice"]["toi"].sum() == stints["shift_duration"].sum()
    assert built["player_on_ice"]["shift_count"].sum() == stints["is_first_segment"].sum()


def test_counts_add_over_games() -> None:
    events = [make_event(0, "Shot", "home", 1), make_event(1, "Goal", "home", 2, detail1="Goal_Scored")]
    one = make_league(events=events)
    twice = LeagueFrames(
        **{
            name: pl.concat([frame, frame.with_columns(game_id=pl.col("game_id") + 1)])
            if "game_id" in frame.columns
            else frame
            for name, frame in ((n, getattr(one, n)) for n in LeagueFrames.__dataclass_fields__)
        }
    )
    stats = TABLES.build(make_sources(twice))["fact_team_game_stats"].drop("team_game_key", "game_id")
    single = TABLES.build(make_sources(one))["fact_team_game_stats"].drop("team_game_key", "game_id")
    assert_frame_equal(stats, pl.concat([single, single]))
