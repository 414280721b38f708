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
    undecided = members.select("game_id").unique().join(decided, on="game_id", how="anti")
    votes, doubtful = [by_sheet], list[int]()
    while not (open_games := undecided.filter(~pl.col("game_id").is_in([*swapped, *doubtful]))).is_empty():
        candidates = _candidates(members, official, open_games)
        if candidates.is_empty():
            break
        corrected = _exchanged(members, candidates["game_id"].head(1).to_list())
        accused = _rivals(candidates, _candidates(corrected, official, open_games), games)
        votes.append(candidates.filter(pl.col("game_id").is_in(accused) if accused else pl.int_range(pl.len()) == 0))
        doubtful += accused
        if not accused:
            swapped = [*swapped, candidates["game_id"][0]]
            members = corrected
    return Labels(swapped, doubtful, pl.concat(votes))


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


def _candidates(members: pl.DataFrame, official: pl.DataFrame, open_games: pl.DataFrame) -> pl.DataFrame:
    """The open games that their players call wrong, the clearest first."""
    votes = _indirect_votes(members, official).join(open_games, on="game_id", how="semi")
    return votes.filter(pl.col("for_swap") > pl.col("against"), pl.col("for_swap") >= MIN_VOTES).sort(
        pl.col("for_swap") - pl.col("against"), "game_id", descending=[True, False]
    )


def _rivals(before: pl.DataFrame, after: pl.DataFrame, games: pl.DataFrame) -> list[int]:
    """The clearest game and those that accuse each other with it, where nothing tells which of them is wrong.

    They have one pairing and the same margin, and exchanging the one (`after`) silences the other.
    """
    told = before.join(games, on="game_id", how="left", maintain_order="left").with_columns(
        margin=pl.col("for_swap") - pl.col("against"),
        pairing=pl.concat_list("home", "away").list.sort(),
    )
    first = told.head(1).select("margin", "pairing")
    rivals = told.join(first, on=["margin", "pairing"], how="semi").join(after, on="game_id", how="anti")
    return rivals["game_id"].sort().to_list() if rivals.height > 1 else []
