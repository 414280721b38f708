"""The whole league from its tracked games and, where there is one, the master workbook."""

from dataclasses import fields, replace
from typing import Final

import polars as pl

from formats.canonical import GameFrames, LeagueFrames, conform, empty, filled
from formats.flags import flags_of
from formats.game_summary import exchange_goals, summarise
from formats.label_swap import Labels, judge_labels
from formats.league_calendar import complete_schedule, complete_seasons, with_dates
from formats.league_people import complete_players, complete_rosters
from formats.league_teams import complete_teams, with_labels
from formats.master import MasterFrames
from formats.sides import exchange_sides
from hockey.league import LeagueRules

_LEAGUE_FRAMES: Final = ("players", "teams", "seasons", "schedule", "official_roster", "flags")


_VOTES: Final = ("for_swap", "home_team", "against")


def no_master() -> MasterFrames:
    """The master workbook of a league that has none: no rows at all."""
    return MasterFrames(**{name: empty(name) for name in _LEAGUE_FRAMES})


def assemble(
    tracked: GameFrames,
    master: MasterFrames,
    rules: LeagueRules,
    excluded: frozenset[int] = frozenset(),
    summary: pl.DataFrame | None = None,
) -> LeagueFrames:
    """The league with corrected labels, official data joined to tracked games, and a row for all that is referred to.

    `excluded` games are in no frame. What had to be inferred is flagged: `team_inferred`, `season_inferred`,
    `date_inferred`; wrong labels `label_swap`, contradicting ones `label_doubt`; a score that differs from the
    schedule's `goal_total_mismatch`.
    With a `summary` of the events (sides as in the files) `tracked` may come without events, event players and stints.
    """
    summary = summarise(tracked.events) if summary is None else summary
    master = MasterFrames(*(_without(getattr(master, f.name), excluded) for f in fields(master)))
    tracked = GameFrames(*(_without(getattr(tracked, f.name), excluded) for f in fields(tracked)))
    games = with_labels(tracked.games, master.schedule, master.teams)
    games = with_dates(games, master.schedule, master.seasons, rules.time_zone)
    labels = _judged(tracked.rosters, games, master.official_roster)
    games = _with_official_score(games, master.schedule)
    frames = exchange_sides(replace(tracked, games=games), labels.swapped)
    rosters = complete_rosters(frames.rosters, games, master.official_roster)
    teams = complete_teams(master.teams, games, master.schedule, master.official_roster)
    seasons = complete_seasons(master.seasons, games, master.schedule)
    score_flags = _score_flags(frames.games, exchange_goals(summary, labels.swapped))
    flags = [frames.flags, master.flags, *_label_flags(labels, games), *_inferred_flags(games), score_flags]
    return LeagueFrames(
        players=conform("players", complete_players(master.players, rosters, master.official_roster, teams, games)),
        teams=conform("teams", teams),
        seasons=conform("seasons", seasons),
        schedule=conform("schedule", complete_schedule(master.schedule, games, seasons)),
        official_roster=conform("official_roster", master.official_roster),
        games=conform("games", filled(frames.games, "games")),
        rosters=conform("rosters", rosters),
        events=conform("events", frames.events),
        event_players=conform("event_players", frames.event_players),
        shifts=conform("shifts", frames.shifts),
        flags=conform("flags", _with_paths(pl.concat(flags), games)),
    )


def _judged(rosters: pl.DataFrame, games: pl.DataFrame, official: pl.DataFrame) -> Labels:
    return judge_labels(
        rosters.select("game_id", "side", "player_id"),
        games.select("game_id", home="home_team_id", away="away_team_id"),
        official.select("game_id", "player_id", team="team_id").drop_nulls(),
    )


def _without(frame: pl.DataFrame, excluded: frozenset[int]) -> pl.DataFrame:
    """The frame without the rows of these games, if its rows are of games."""
    if not excluded or "game_id" not in frame.columns:
        return frame
    return frame.filter(~pl.col("game_id").is_in(list(excluded)).fill_null(value=False))


def _with_official_score(games: pl.DataFrame, schedule: pl.DataFrame) -> pl.DataFrame:
    score = schedule.select("game_id", official_home="home_goals", official_away="away_goals")
    return games.drop("official_home", "official_away").join(score, on="game_id", how="left", maintain_order="left")


def _label_flags(labels: Labels, games: pl.DataFrame) -> list[pl.DataFrame]:
    votes = labels.votes.join(games.select("game_id", "home_team", "away_team"), on="game_id", how="left")
    told = pl.format("the teams of {} players say that {} was not at home, of {} that it was: ", *_VOTES)
    is_swapped = pl.col("game_id").is_in(labels.swapped)
    return [
        flags_of(votes.filter(is_swapped), "label_swap", told + pl.lit("sides exchanged")),
        flags_of(
            votes.filter(~is_swapped), "label_doubt", told + pl.lit("so says another game of this one, left as is")
        ),
    ]


def _inferred_flags(games: pl.DataFrame) -> list[pl.DataFrame]:
    no_date = pl.format("played on {}, the day of the save", pl.col("date").cast(pl.String).fill_null("an unknown day"))
    return [
        flags_of(
            games.filter("team_is_made"),
            "team_inferred",
            pl.format("no list of teams has both {} and {}: ids made from the names", "home_team", "away_team"),
        ),
        flags_of(
            games.filter("season_is_inferred"), "season_inferred", pl.format("no schedule: season {}", "season_id")
        ),
        flags_of(games.filter("date_is_inferred"), "date_inferred", no_date),
    ]


def _score_flags(games: pl.DataFrame, summary: pl.DataFrame) -> pl.DataFrame:
    """Games whose tracked goals differ from the official score."""
    compared = games.join(summary, on="game_id", how="inner", maintain_order="left").filter(
        (pl.col("home_goals") != pl.col("official_home")) | (pl.col("away_goals") != pl.col("official_away"))
    )
    message = pl.format("tracked {}-{}, official {}-{}", "home_goals", "away_goals", "official_home", "official_away")
    return flags_of(compared, "goal_total_mismatch", message)


def _with_paths(flags: pl.DataFrame, games: pl.DataFrame) -> pl.DataFrame:
    """Every flag of a tracked game with its file, in the order of games."""
    paths = games.select("game_id", path="source_path")
    return (
        flags.join(paths, on="game_id", how="left", maintain_order="left")
        .with_columns(source_path=pl.coalesce("source_path", "path"))
        .drop("path")
        .sort("game_id", "flag", "event_idx", "stint_idx", nulls_last=True, maintain_order=True)
    )
