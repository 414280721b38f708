"""Games whose home and away labels are exchanged, found by the teams that their players belong to elsewhere."""

from dataclasses import dataclass
from typing import Final

import polars as pl

MIN_VOTES: Final = 3  # a substitute or two play for several teams; a line-up does not
_SIDES: Final = ["game_id", "own", "other"]


@dataclass(frozen=True, slots=True)
class Labels:
    """What is known of the labels. `swapped` games are to be exchanged; `doubtful` ones contradict another game.

    `votes` has one row per swapped or doubtful game: game_id, for_swap, against.
    """

    swapped: list[int]
    doubtful: list[int]
    votes: pl.DataFrame


def judge_labels(rosters: pl.DataFrame, games: pl.DataFrame, official: pl.DataFrame) -> Labels:
    """Which tracked games carry wrong labels.

    Args:
        rosters: game_id, side, player_id of the tracked games, sides as the files have them.
        games: game_id, home, away: the keys of the labelled teams.
        official: game_id, player_id, team: the league's own game sheets; they decide alone where they have the game.

    A player votes for an exchange when the other games put him more often in the team labelled as his opponent. The
    game with the most votes is exchanged first, and the rest judged anew: its players' votes then count rightly.
    """
    members = rosters.join(games, on="game_id", how="inner").select(
        "game_id",
        "player_id",
        own=pl.when(pl.col("side") == "home").then("home").otherwise("away"),
        other=pl.when(pl.col("side") == "home").then("away").otherwise("home"),
    )
    direct = _direct_votes(members, official)
    decided = direct.filter((pl.col("for_swap") + pl.col("against")) > 0)
    by_sheet = decided.filter(pl.col("for_swap") > pl.col("against"))
    swapped = by_sheet["game_id"].to_list()
    members = _exchanged(members, swapped)
    open_games = members.select("game_id").unique().join(decided, on="game_id", how="anti")
    votes, doubtful = [by_sheet], pl.DataFrame(schema=by_sheet.schema)
    while True:
        candidates = _indirect_votes(members, official).join(open_games, on="game_id", how="semi")
        candidates = candidates.filter(
            pl.col("for_swap") > pl.col("against"), pl.col("for_swap") >= MIN_VOTES, ~pl.col("game_id").is_in(swapped)
        ).sort(pl.col("for_swap") - pl.col("against"), "game_id", descending=[True, False])
        if candidates.is_empty() or _is_tied(candidates, games):
            doubtful = candidates
            break
        first = candidates.head(1)
        votes.append(first)
        swapped = [*swapped, first["game_id"].item()]
        members = _exchanged(members, [first["game_id"].item()])
    return Labels(swapped, doubtful["game_id"].to_list(), pl.concat([*votes, doubtful]))


def _exchanged(members: pl.DataFrame, game_ids: list[int]) -> pl.DataFrame:
    is_swapped = pl.col("game_id").is_in(game_ids)
    return members.with_columns(
        own=pl.when(is_swapped).then("other").otherwise("own"), other=pl.when(is_swapped).then("own").otherwise("other")
    )


def _counted(members: pl.DataFrame) -> pl.DataFrame:
    """for_swap and against: how many players lean to the other team, and to their own; key game_id."""
    lean = pl.col("with_other") - pl.col("with_own")
    return (
        members.group_by("game_id")
        .agg(for_swap=(lean > 0).sum().cast(pl.Int64), against=(lean < 0).sum().cast(pl.Int64))
        .sort("game_id")
    )


def _direct_votes(members: pl.DataFrame, official: pl.DataFrame) -> pl.DataFrame:
    sheet = official.unique(["game_id", "player_id"], keep="first", maintain_order=True)
    joined = members.join(sheet, on=["game_id", "player_id"], how="left")
    return _counted(
        joined.with_columns(
            with_own=(pl.col("team") == pl.col("own")).fill_null(value=False).cast(pl.Int64),
            with_other=(pl.col("team") == pl.col("other")).fill_null(value=False).cast(pl.Int64),
        )
    )


def _indirect_votes(members: pl.DataFrame, official: pl.DataFrame) -> pl.DataFrame:
    tracked = members.select("game_id", "player_id", team="own")
    sheets = official.join(tracked, on=["game_id", "player_id"], how="anti").select("game_id", "player_id", "team")
    played = pl.concat([tracked, sheets]).group_by("player_id", "team").agg(games=pl.len().cast(pl.Int64))
    joined = members.join(played, left_on=["player_id", "own"], right_on=["player_id", "team"], how="left").join(
        played, left_on=["player_id", "other"], right_on=["player_id", "team"], how="left", suffix="_other"
    )
    return _counted(
        joined.with_columns(
            with_own=pl.col("games").fill_null(0) - 1,  # this game itself is no evidence
            with_other=pl.col("games_other").fill_null(0),
        )
    )


def _is_tied(candidates: pl.DataFrame, games: pl.DataFrame) -> bool:
    """Whether the two likeliest games accuse each other: one pairing, the same votes, nothing else to go by."""
    top = candidates.head(2).join(games, on="game_id", how="left", maintain_order="left")
    if top.height < 2:  # noqa: PLR2004 - a pair
        return False
    margins = (top["for_swap"] - top["against"]).to_list()
    pairs = [{home, away} for home, away in top.select("home", "away").rows()]
    return margins[0] == margins[1] and pairs[0] == pairs[1]
