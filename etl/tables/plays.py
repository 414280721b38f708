"""Intermediates that condense the canonical events: sides of a game, actors of an event, goalies shot upon."""

import polars as pl

from etl.registry import table
from etl.tables.expressions import ZONE_NAMES, manpower, numbered, other_side, side_value
from formats.canonical import SIDES, SLOTS
from hockey.details import COUNTING_GOALS


@table(key=("game_id", "side"), grain="one side of one tracked game")
def game_sides(
    games: pl.DataFrame, events: pl.DataFrame, shifts: pl.DataFrame, dim_schedule: pl.DataFrame, dim_team: pl.DataFrame
) -> pl.DataFrame:
    """Team, opponent, day and season of each side, and whether the game has events and valid stints."""
    names = dim_team.select("team_id", "team_name")
    schedule = dim_schedule.select("game_id", "season", "game_type", scheduled="season_id", day="date")
    sides = pl.concat([_side(games, "home", "away"), _side(games, "away", "home")])
    return (
        sides.join(schedule, on="game_id", how="left")
        .join(names, on="team_id", how="left")
        .join(names, left_on="opponent_team_id", right_on="team_id", how="left", suffix="_of_opponent")
        .sort("game_id", "side")
        .select(
            "game_id",
            "side",
            "team_id",
            pl.coalesce("team_name", "labelled").alias("team_name"),
            "opponent_team_id",
            pl.coalesce("team_name_of_opponent", "opponent_labelled").alias("opponent_team_name"),
            pl.coalesce("scheduled", "season_id").alias("season_id"),
            "season",
            pl.coalesce("day", "date").alias("date"),
            "game_type",
            pl.col("game_id").is_in(events["game_id"].unique().implode()).alias("has_events"),
            pl.col("game_id").is_in(shifts.filter("is_valid")["game_id"].unique().implode()).alias("has_stints"),
        )
    )


def _side(games: pl.DataFrame, side: str, opponent: str) -> pl.DataFrame:
    return games.select(
        "game_id",
        "season_id",
        "date",
        side=pl.lit(side),
        team_id=f"{side}_team_id",
        labelled=f"{side}_team",
        opponent_team_id=f"{opponent}_team_id",
        opponent_labelled=f"{opponent}_team",
    )


@table(key=("game_id", "event_idx"), grain="one event with players", from_tracking=True)
def actors(event_players: pl.DataFrame) -> pl.DataFrame:
    """Who takes part in each event: the first two of the acting side, the first opponent, and everybody's ids."""
    event = ["game_id", "event_idx"]
    acting, first = pl.col("side_role") == "event", pl.col("role_n") == 1
    ordered = event_players.sort(*event, pl.col("role_n").replace(0, 99))  # goalie roles come last
    resolved = ordered.filter(pl.col("player_id").is_not_null())
    lists = resolved.group_by(event, maintain_order=True).agg(
        event_player_ids=pl.col("player_id").filter(acting).str.join(","),
        opp_player_ids=pl.col("player_id").filter(~acting).str.join(","),
    )
    roles = {
        "player_1": ordered.filter(acting & first).select(
            *event, player_1="player_id", play_detail1="play_detail1", play_detail_2="play_detail2"
        ),
        "player_2": ordered.filter(acting & (pl.col("role_n") == 2)).select(*event, player_2="player_id"),  # noqa: PLR2004 - role 2
        "opponent_1": ordered.filter(~acting & first).select(*event, opponent_1="player_id"),
    }
    rows = ordered.select(event).unique(maintain_order=True).join(lists, on=event, how="left", maintain_order="left")
    for frame in roles.values():
        rows = rows.join(frame, on=event, how="left", maintain_order="left")
    return rows.with_columns(pl.col("event_player_ids", "opp_player_ids").replace("", None))


@table(key=("game_id", "player_id", "side"), grain="one goalie of one side of one tracked game")
def game_goalies(rosters: pl.DataFrame, shifts: pl.DataFrame) -> pl.DataFrame:
    """Who is a goalie in a game: more time in the goalie's slot than in others; without any time, by the roster."""
    time_on = [
        shifts.filter("is_valid").select(
            "game_id",
            player_id=f"{side}_{slot}_id",
            side=pl.lit(side),
            net_s=pl.col("duration_s") * (1 if slot == "g" else -1),
            listed=pl.lit(value=False),
        )
        for side in SIDES
        for slot in SLOTS
    ]
    on_roster = rosters.filter(pl.col("position") == "G").select(
        "game_id", "player_id", "side", net_s=pl.lit(0.0), listed=pl.lit(value=True)
    )
    return (
        pl.concat([on_roster, *time_on])
        .drop_nulls("player_id")
        .group_by("game_id", "player_id", "side")
        .agg(pl.col("net_s").sum(), pl.col("listed").any())
        .filter((pl.col("net_s") > 0) | ((pl.col("net_s") == 0) & pl.col("listed")))
        .select("game_id", "player_id", "side")
        .sort("game_id", "side", "player_id")
    )


@table(key=("game_id", "event_idx"), grain="one shot or goal", from_tracking=True)
def goalies_faced(
    events: pl.DataFrame, actors: pl.DataFrame, shifts: pl.DataFrame, game_goalies: pl.DataFrame
) -> pl.DataFrame:
    """The goalie against whom each shot or goal went; null when the net was empty or nobody can be named.

    The first opponent if a goalie, else the goalie of the stint, else (without a stint) the side's only goalie.
    """
    event = ["game_id", "event_idx"]
    slots = shifts.filter("is_valid").select("game_id", "stint_idx", home_goalie="home_g_id", away_goalie="away_g_id")
    only = game_goalies.group_by("game_id", "side").agg(
        only_goalie=pl.when(pl.len() == 1).then(pl.col("player_id").first())
    )
    named = game_goalies.select(
        "game_id", defending="side", opponent_1="player_id", opponent_is_goalie=pl.lit(value=True)
    )
    return (
        events.filter(pl.col("event_type").is_in(["Shot", "Goal"]))
        .select(*event, "stint_idx", defending=other_side("team"))
        .join(actors.select(*event, "opponent_1"), on=event, how="left", maintain_order="left")
        .join(named, on=["game_id", "defending", "opponent_1"], how="left", maintain_order="left")
        .join(slots, on=["game_id", "stint_idx"], how="left", maintain_order="left")
        .join(only, left_on=["game_id", "defending"], right_on=["game_id", "side"], how="left", maintain_order="left")
        .select(
            *event,
            goalie_player_id=pl.coalesce(
                pl.when("opponent_is_goalie").then("opponent_1"),
                side_value("defending", "goalie"),
                pl.when(pl.col("stint_idx").is_null()).then("only_goalie"),
            ),
        )
    )


@table(key=("game_id", "stint_idx"), grain="one valid stint", from_tracking=True)
def stints(shifts: pl.DataFrame) -> pl.DataFrame:
    """The valid stints with their id, place in the period, and each side's situation (see `manpower`)."""
    goalies = ("home_goalie_on", "away_goalie_on")
    return (
        shifts.filter("is_valid")
        .sort("game_id", "stint_idx")
        .with_columns(
            shift_id=numbered("SH", "stint_idx"),
            place=pl.int_range(pl.len()).over("game_id"),
            home_situation=manpower("home_skaters", "away_skaters", *goalies),
            away_situation=manpower("away_skaters", "home_skaters", *reversed(goalies)),
        )
    )


@table(key=("game_id", "event_idx"), grain="one tracked event", from_tracking=True)
def plays(
    events: pl.DataFrame,
    stints: pl.DataFrame,
    actors: pl.DataFrame,
    goalies_faced: pl.DataFrame,
    game_sides: pl.DataFrame,
) -> pl.DataFrame:
    """The canonical events in order, with ids, team, actors, goalie and what the stint says of the manpower."""
    event = ["game_id", "event_idx"]
    stint = stints.select("game_id", "stint_idx", "shift_id", "strength", "home_situation", "away_situation")
    teams = game_sides.select("game_id", "side", "team_id", "team_name")
    known_zone = pl.when("zone_known").then("zone")
    return (
        events.drop("home_skaters", "away_skaters", "home_goalie_on", "away_goalie_on", "puck_path")
        .sort(event)
        .join(actors, on=event, how="left", maintain_order="left")
        .join(goalies_faced, on=event, how="left", maintain_order="left")
        .join(stint, on=["game_id", "stint_idx"], how="left", maintain_order="left")
        .join(teams, left_on=["game_id", "team"], right_on=["game_id", "side"], how="left", maintain_order="left")
        .with_columns(
            event_id=numbered("EV", "event_idx"),
            situation=pl.when(pl.col("team").is_not_null()).then(side_value("team", "situation")),
            event_team_zone=known_zone.replace_strict(ZONE_NAMES, default=None, return_dtype=pl.String),
            goalie_player_id=pl.when(pl.col("event_type") == "Save").then("player_1").otherwise("goalie_player_id"),
            is_goal=((pl.col("event_type") == "Goal") & pl.col("detail1").is_in(list(COUNTING_GOALS)))
            .fill_null(value=False)
            .cast(pl.Int32),
        )
        .drop("home_situation", "away_situation")
    )
