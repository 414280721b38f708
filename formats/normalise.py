"""From raw frames to canonical ones: the one place where what a file says becomes what it means, for every source."""

import re
from pathlib import PurePosixPath
from typing import Final

import polars as pl

from formats.canonical import GameFrames, conform, filled
from formats.event_chains import resolve_assists, split_chains
from formats.event_reading import read_events
from formats.event_teams import team_flags, with_teams
from formats.flags import flags_of
from formats.game_reading import period_lengths, read_games
from formats.path_reading import player_paths, puck_paths, read_paths
from formats.player_reading import missing_flags, read_players, resolve_players
from formats.raw import RawFrames
from formats.roster_reading import read_rosters
from formats.stint_join import join_stints, with_on_ice, with_stops
from formats.stint_reading import read_stints
from hockey.league import LeagueRules

_GAME_FOLDER: Final = re.compile(r"\d{4,6}")


def normalise(raw: RawFrames, rules: LeagueRules) -> GameFrames:
    """The canonical frames of the games in `raw`, with the file's own sides, and a flag for each flaw found.

    What only the league knows (season, teams' ids, official score) is null; `sides_swapped` is false.
    """
    games = read_games(raw, rules)
    lengths = period_lengths(games)
    rosters, roster_flags = read_rosters(raw.rosters, games)
    stints, stint_flags = read_stints(raw.shifts, rosters, lengths)
    events, event_flags = read_events(raw.events, lengths)
    players = read_players(raw.event_players, events)
    events = with_teams(join_stints(events, stints), players, rosters, stints)
    events, assist_flags = resolve_assists(events)
    events, chain_flags = split_chains(events)
    players, player_flags = resolve_players(players, events, rosters)
    paths = read_paths(raw.points)
    events = puck_paths(events, paths, games)
    players = with_on_ice(player_paths(players, paths, events), events, stints)
    games = _counted(games, events, stints)
    flags = [
        roster_flags,
        stint_flags,
        event_flags,
        assist_flags,
        chain_flags,
        player_flags,
        missing_flags(players),
        team_flags(events),
    ]
    return GameFrames(
        games=_canonical("games", games.with_columns(date="game_date")),
        rosters=_canonical("rosters", rosters),
        events=_canonical("events", events.rename({"sequence": "sequence_id", "play": "play_id"})),
        event_players=_canonical("event_players", players.with_columns(jersey="jersey_num")),
        shifts=_canonical("shifts", with_stops(stints, events)),
        flags=_with_paths(pl.concat([*flags, *_file_flags(games)]), games, raw.flags),
    )


def _canonical(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    return conform(name, filled(frame, name))


def _counted(games: pl.DataFrame, events: pl.DataFrame, stints: pl.DataFrame) -> pl.DataFrame:
    counts = [
        events.group_by("game_id").agg(event_count=pl.len()),
        stints.group_by("game_id").agg(valid_stint_count=pl.col("is_valid").sum()),
    ]
    for count in counts:
        games = games.join(count, on="game_id", how="left", maintain_order="left")
    return games.with_columns(
        pl.col("event_count", "valid_stint_count").fill_null(0), sides_swapped=pl.lit(value=False)
    )


def _file_flags(games: pl.DataFrame) -> list[pl.DataFrame]:
    misplaced = [
        (game_id, folder)
        for game_id, path in games.select("game_id", "source_path").rows()
        if (folder := _game_folder(path)) is not None and folder != str(game_id)
    ]
    folders = pl.DataFrame(misplaced, schema={"game_id": pl.Int64, "folder": pl.String}, orient="row")
    return [
        flags_of(
            folders,
            "folder_mismatch",
            pl.concat_str(pl.lit("the file lies in the folder of game "), pl.col("folder")),
        ),
        flags_of(games.filter(pl.col("event_count") == 0), "no_events", "rosters only: nothing is tracked yet"),
        flags_of(games.filter(pl.col("valid_stint_count") == 0), "no_valid_shift", "no stint can be used for ice time"),
    ]


def _game_folder(path: str) -> str | None:
    """The nearest folder above the file that is named like a game."""
    parents = [part.name for part in PurePosixPath(path).parents]
    return next((name for name in parents if _GAME_FOLDER.fullmatch(name)), None)


def _with_paths(flags: pl.DataFrame, games: pl.DataFrame, of_reader: pl.DataFrame) -> pl.DataFrame:
    """Every flag with the file that it is about."""
    paths = games.select("game_id", path="source_path")
    return pl.concat(
        [
            of_reader,
            flags.join(paths, on="game_id", how="left", maintain_order="left")
            .with_columns(source_path=pl.coalesce("source_path", "path"))
            .drop("path"),
        ]
    )
