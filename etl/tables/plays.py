"""Intermediates that condense the canonical events: sides of a game, actors of an event, goalies shot upon."""

import polars as pl

from etl.registry import table
from etl.tables.expressions import ZONE_NAMES, man_advantage, manpower, numbered, other_side, side_value
from formats.canonical import SIDES, SLOTS
from hockey.details import COUNTING_GOALS


@table(key=("game_id", "side"), grain="one side of one tracked game", per_game=True)
def game_sides(
    games: pl.DataFrame,
    events: pl.DataFrame,
    shifts: pl.DataFrame,
    scheduled_games: pl.DataFrame,
    dim_team: pl.DataFrame,
) -> pl.DataFrame:
    """Team, opponent, day and season of each side, and whether the game has events and valid stints."""
    names = dim_team.select("team_id", "team_name")
    schedule = scheduled_games.select("game_id", "season", "game_type", scheduled="season_id", day="date")
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


@table(key=("game_id", "event_idx"), grain="one event with players", from_tracking=True, per_game=True)
def actors(event_players: pl.DataFrame) -> pl.DataFrame:
    """Who takes part in each event: the first two of the acting side, the first opponent, and everybody's ids.

    The ids of a side are in the order of their roles, a documented goalie role (0) last.
    """
    event = ["game_id", "event_idx"]
    rows = event_players.select(event).unique().sort(event)
    names = {"event": [], "opp": []}  # type: dict[str, list[str]]
    narrow = event_players.select(*event, "side_role", "role_n", "player_id", "play_detail1", "play_detail2")
    for (side, number), role in narrow.group_by("side_role", "role_n"):
        name = f"{side}_{number}"
        names[str(side)].append(name)
        tags = {"play_detail1": "play_detail1", "play_detail_2": "play_detail2"} if name == "event_1" else {}
        rows = rows.join(
            role.select(*event, **{name: "player_id"}, **tags), on=event, how="left", maintain_order="left"
        )
    lists = {f"{side}_player_ids": _joined(sorted(roles, key=_role_order)) for side, roles in names.items()}
    missing = [n for n in ("event_1", "event_2", "opp_1", "play_detail1", "play_detail_2") if n not in rows.columns]
    return (
        rows.with_columns(**lists)
        .with_columns(pl.lit(None, pl.String).alias(name) for name in missing)
        .select(
            *event,
            *lists,
            player_1="event_1",
            player_2="event_2",
            opponent_1="opp_1",
            play_detail1="play_detail1",
            play_detail_2="play_detail_2",
        )
    )


def _role_order(role: str) -> int:
    return int(role.rpartition("_")[2]) or 99


def _joined(roles: list[str]) -> pl.Expr:
    if not roles:
        return pl.lit(None, pl.String)
    ids = pl.concat_str(roles, separator=",", ignore_nulls=True)
    return pl.when(ids != "").then(ids)


@table(key=("game_id", "player_id", "side"), grain="one goalie of one side of one tracked game", per_game=True)
def game_goalies(rosters: pl.DataFrame, shifts: pl.DataFrame) -> pl.DataFrame:
    """Who is a goalie in a game: more time in the goalie's slot than in others; without any time, by the roster."""
    slots = [f"{side}_{slot}_id" for side in SIDES for slot in SLOTS]
    valid = shifts.lazy().filter("is_valid")
    on_roster = (
        rosters.lazy().filter(pl.col("position") == "G").select("game_id", "player_id", "side", net_s=pl.lit(0.0))
    )
    in_net = [valid.select("game_id", player_id=f"{side}_g_id", side=pl.lit(side)) for side in SIDES]
    candidates = pl.concat([on_roster.drop("net_s"), *in_net]).drop_nulls("player_id").unique()
    goalie = ["game_id", "player_id", "side"]
    seconds = pl.col("duration_s")
    time_on = (
        valid.select("game_id", "duration_s", *slots)
        .unpivot(slots, index=["game_id", "duration_s"], value_name="player_id")
        .join(candidates, on=["game_id", "player_id"], how="semi")
        .with_columns(
            side=pl.col("variable").str.slice(0, 4),
            net_s=pl.when(pl.col("variable").str.ends_with("_g_id")).then(seconds).otherwise(-seconds),
        )
    )
    return (
        pl.concat([on_roster.with_columns(listed=pl.lit(value=True)), time_on.select(*goalie, "net_s")], how="diagonal")
        .group_by(goalie)
        .agg(pl.col("net_s").sum(), pl.col("listed").any())
        .filter((pl.col("net_s") > 0) | ((pl.col("net_s") == 0) & pl.col("listed")))
        .select(goalie)
        .sort("game_id", "side", "player_id")
        .collect()
    )


@table(key=("game_id", "event_idx"), grain="one shot or goal", from_tracking=True, per_game=True)
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


@table(key=("game_id", "stint_idx"), grain="one valid stint", from_tracking=True, per_game=True)
def stints(shifts: pl.DataFrame) -> pl.DataFrame:
    """The valid stints with their id, place in the game, and each side's situation and man advantage.

    `<side>_gained` is by how much its advantage, fewer skaters counting as none, is above that of the stint before.
    """
    goalies = ("home_goalie_on", "away_goalie_on")
    return (
        shifts.filter("is_valid")
        .sort("game_id", "stint_idx")
        .with_columns(
            shift_id=numbered("SH", "stint_idx"),
            place=pl.int_range(pl.len()).over("game_id"),
            home_situation=manpower("home_skaters", "away_skaters", *goalies),
            away_situation=manpower("away_skaters", "home_skaters", *reversed(goalies)),
            home_advantage=man_advantage("home_skaters", "away_skaters"),
            away_advantage=man_advantage("away_skaters", "home_skaters"),
        )
        .with_columns(_gained(side) for side in SIDES)
    )


def _gained(side: str) -> pl.Expr:
    advantage = pl.col(f"{side}_advantage").clip(lower_bound=0)
    before = advantage.shift(fill_value=0).over("game_id")
    return (advantage - before).clip(lower_bound=0).alias(f"{side}_gained")


@table(key=("game_id", "event_idx"), grain="one tracked event", from_tracking=True, per_game=True)
def plays(
    events: pl.DataFrame,
    stints: pl.DataFrame,
    actors: pl.DataFrame,
    goalies_faced: pl.DataFrame,
    game_sides: pl.DataFrame,
) -> pl.DataFrame:
    """The canonical events in order, with ids, team, actors, goalie and what the stint says of the manpower."""
    event = ["game_id", "event_idx"]
    of_sides = [f"{side}_{what}" for side in SIDES for what in ("situation", "advantage")]
    stint = stints.select("game_id", "stint_idx", "shift_id", "strength", *of_sides)
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
            advantage=pl.when(pl.col("team").is_not_null()).then(side_value("team", "advantage")),
            event_team_zone=known_zone.replace_strict(ZONE_NAMES, default=None, return_dtype=pl.String),
            goalie_player_id=pl.when(pl.col("event_type") == "Save").then("player_1").otherwise("goalie_player_id"),
            is_goal=((pl.col("event_type") == "Goal") & pl.col("detail1").is_in(list(COUNTING_GOALS)))
            .fill_null(value=False)
            .cast(pl.Int32),
        )
        .drop(of_sides)
    )
