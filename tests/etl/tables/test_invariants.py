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
        ("Goal", "Goal_PenaltyShot"),
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
TINY = 1e-6
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
    for_is_against_seen_from_the_other_side(built)
    pairs_and_opponents_add_up(built)
    lines_are_parts_of_the_ice_time(built)
    each_goal_credits_the_skaters_on_the_ice(built)
    what_no_skater_is_credited_with_is_told(built)


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


def each_goal_credits_the_skaters_on_the_ice(built: dict[str, pl.DataFrame]) -> None:
    """A goal is one for every skater of its side who is on, one against every other; a penalty shot is nobody's."""
    skaters = built["fact_shift_players"].filter(~pl.col("is_goalie"))
    on_ice = skaters.group_by("shift_id", "team_venue").agg(skaters=pl.len())
    goals = built["fact_goals"].drop_nulls(["shift_id", "team_venue"]).filter(~pl.col("is_penalty_shot"))
    for column, sides in (("goals_for", {}), ("goals_against", {"home": "away", "away": "home"})):
        seen = goals.select("shift_id", pl.col("team_venue").replace(sides))
        assert built["player_on_ice"][column].sum() == seen.join(on_ice, on=["shift_id", "team_venue"])["skaters"].sum()


def what_no_skater_is_credited_with_is_told(built: dict[str, pl.DataFrame]) -> None:
    """A team's total less what its skaters have is exactly what qa_uncredited_acts says."""
    acts = ["goals", "shots", "pass_attempts", "fo_wins", "giveaways", "zone_exits"]
    side = ["game_id", "team_venue"]
    teams = built["fact_team_game_stats"].select(*side, *acts).unpivot(acts, index=side, value_name="team_total")
    sums = built["fact_player_game_stats"].group_by(side).agg(pl.col(acts).sum())
    differing = (
        teams.join(sums.unpivot(acts, index=side, value_name="credited"), on=[*side, "variable"], how="left")
        .with_columns(pl.col("credited").fill_null(0))
        .filter(pl.col("credited") < pl.col("team_total"))
        .rename({"variable": "act"})
    )
    told = built["qa_uncredited_acts"].filter(pl.col("act").is_in(acts))
    assert set(told.select(differing.columns).rows()) == set(differing.select(differing.columns).rows())
    assert (told["team_total"] - told["credited"] == told.select(pl.sum_horizontal("^of_.*$")).to_series()).all()


def ice_time_adds_up(built: dict[str, pl.DataFrame]) -> None:
    """The players' ice time is the length of each stint times the players in it."""
    stints = built["fact_shift_players"]
    assert built["player_on_ice"]["toi"].sum() == stints["shift_duration"].sum()
    assert built["player_on_ice"]["shift_count"].sum() == stints["is_first_segment"].sum()


def for_is_against_seen_from_the_other_side(built: dict[str, pl.DataFrame]) -> None:
    """What a team has for is what the other has against; each meeting of skaters is told once, from home."""
    teams = built["fact_team_game_stats"]
    for own, other in (
        *(("goals", "goals_against"), ("sog", "sog_against"), ("fo_wins", "fo_losses")),
        *(("corsi_for", "corsi_against"), ("fenwick_for", "fenwick_against")),
    ):
        for game in teams.partition_by("game_id"):
            assert game.sort("team_venue")[own].to_list() == game.sort("team_venue", descending=True)[other].to_list()
    assert abs(teams["xg_for"].sum() - teams["xg_against"].sum()) < TINY
    attempts, chances = built["stint_attempts"], built["shot_xg"].drop_nulls("stint_idx")
    in_stints = chances.join(built["stints"], on=["game_id", "stint_idx"], how="semi")
    assert abs(attempts["on_ice_xg"].sum() - in_stints["xg"].sum()) < TINY
    met = built["fact_head_to_head"]
    assert (met["home_player_id"].str.starts_with("h") & met["away_player_id"].str.starts_with("a")).all()


def pairs_and_opponents_add_up(built: dict[str, pl.DataFrame]) -> None:
    """Shared seconds are those of each stint times its pairs; an attempt is one of every pair that was on."""
    skaters = built["fact_shift_players"].filter(~pl.col("is_goalie"))
    on_ice = skaters.group_by("shift_id", "shift_duration").agg(
        home=(pl.col("team_venue") == "home").sum().cast(pl.Int64),
        away=(pl.col("team_venue") == "away").sum().cast(pl.Int64),
    )
    pairs = on_ice.select(pl.col("home", "away") * (pl.col("home", "away") - 1) // 2, seconds="shift_duration")
    mates = (pairs["seconds"] * (pairs["home"] + pairs["away"])).sum()
    assert built["fact_wowy"]["toi_together"].sum() == mates
    assert (
        built["fact_head_to_head"]["toi_against"].sum()
        == on_ice.select((pl.col("shift_duration") * pl.col("home") * pl.col("away")).sum()).item()
    )
    sides = skaters.group_by("game_id", stint_idx=pl.col("shift_index").cast(pl.Int64), side="team_venue").agg(
        n=pl.len()
    )
    attempts = built["stint_attempts"].join(sides, on=["game_id", "stint_idx", "side"])
    credited = attempts.select((pl.col("corsi").cast(pl.Int64) * pl.col("n") * (pl.col("n") - 1) // 2).sum()).item()
    assert built["fact_wowy"]["corsi_for_together"].sum() == credited


def lines_are_parts_of_the_ice_time(built: dict[str, pl.DataFrame]) -> None:
    """The units of a kind share out the time of the stints in which all of their slots are filled, and no more."""
    shared = dict(
        built["fact_line_combos"]
        .group_by(pl.concat_str("venue", "combo_type"))
        .agg(pl.col("toi_together").sum())
        .iter_rows()
    )
    kinds = {"forward": ("f1", "f2", "f3"), "defense": ("d1", "d2"), "five": ("f1", "f2", "f3", "d1", "d2")}
    for side in ("home", "away"):
        for kind, slots in kinds.items():
            full = built["stints"].drop_nulls([f"{side}_{slot}_id" for slot in slots])["duration_s"].sum()
            assert shared.get(f"{side}{kind}", 0) == full


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
