"""`similar_players`: who plays most alike, and in what.

Each tracked rate is standardised over the league's players, shrunk by the player's ice time and weighted by how
reliable the rate is: the correlation between a player's odd and even games (Spearman-Brown). Distance is Euclidean
over these. Measured by whether a player's even games look more like his own odd games than like others' games.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np
import polars as pl

from ml.arrays import Bools, Floats
from ml.artifact import Trained
from ml.league import League
from ml.prediction import Answer

NAME: Final = "similar_players"
LEAST_SECONDS: Final = 1200.0
"""Ice time, 20 minutes, under which a player is neither compared nor offered."""
RATES: Final = (
    "goals",
    "primary_assists",
    "shots",
    "pass_completed",
    "giveaways",
    "takeaways",
    "blocks",
    "zone_entries",
    "zone_exits",
)
SHARES: Final = {"faceoffs_won": ("fo_wins", "fo_losses"), "corsi": ("corsi_for", "corsi_against")}
FEATURES: Final = (
    *(f"{name} per 60 minutes" for name in RATES),
    *(f"share of {name}" for name in SHARES),
    "toi_seconds",
)
_STEADY_SECONDS: Final = 3600.0
"""A player's rates count against an hour at the league's mean."""
_STEADY_TRIALS: Final = 40.0
_FEW_PLAYERS: Final = 4
_CHANCE: Final = 0.5
_NO_BETTER: Final = "players' own games are no more alike than others': published is chance, all equally alike"


class Profile(msgspec.Struct, frozen=True):
    """A player's rates as shown, and as compared (standardised, shrunk, weighted)."""

    name: str
    seconds: float
    rates: tuple[float, ...]
    place: tuple[float, ...]


class Parameters(msgspec.Struct, frozen=True):
    """All profiles; `reliability` runs along FEATURES without the last; `identified` is the measured percentile."""

    profiles: dict[str, Profile]
    names: tuple[str, ...]
    reliability: tuple[float, ...]
    identified: float | None


def train(league: League) -> Trained:
    """Profiles of all players with enough tracked ice time."""
    sums = _sums(league.frames["fact_player_game_stats"])
    whole = sums.group_by("player_id", maintain_order=True).agg(pl.exclude("player_id", "half").sum()).sort("player_id")
    whole = whole.filter(pl.col("toi_seconds") >= LEAST_SECONDS)
    names = (*RATES, *SHARES)
    if len(whole) < _FEW_PLAYERS:
        warning = "fewer than four players with 20 tracked minutes: nobody to compare"
        return Trained("standardised_rates", Parameters({}, names, (), None), {}, FEATURES, {}, (warning,))
    halves = [_half(sums, whole, half) for half in (0, 1)]
    reliability = _reliability(*halves)
    rates = _rates(whole)
    center, scale = _scale(rates)
    place = (rates - center) / scale * reliability
    identified = _identified(*((half - center) / scale * reliability for half in halves))
    is_chance = identified <= _CHANCE
    if is_chance:  # nobody can be told apart: all are equally alike
        place = np.zeros_like(place)
    titles = dict(league.frames["dim_player"].select("player_id", "player_full_name").rows())
    profiles = {
        player: Profile(titles.get(player) or player, float(seconds), tuple(rate.tolist()), tuple(spot.tolist()))
        for player, seconds, rate, spot in zip(
            whole["player_id"].to_list(), whole["toi_seconds"].to_list(), rates, place, strict=True
        )
    }
    evaluation: dict[str, object] = {
        "players": len(profiles),
        "identification_percentile": identified,
        "baselines": {"chance": {"identification_percentile": _CHANCE}},
        "reliability": dict(zip(names, reliability.tolist(), strict=True)),
    }
    parameters = Parameters(profiles, names, tuple(reliability.tolist()), identified)
    if is_chance:
        return Trained("chance", parameters, {}, FEATURES, evaluation, (_NO_BETTER,), is_baseline=True)
    return Trained("standardised_rates", parameters, {}, FEATURES, evaluation)


def answer(p: Parameters, player: str, count: int) -> Answer:
    """The nearest players. The headline is the nearest one's similarity, 0 to 1; confidence the measured percentile."""
    own = p.profiles[player]
    others = [name for name in p.profiles if name != player]
    places = np.array([p.profiles[name].place for name in others])
    distance = np.sqrt(((places - np.array(own.place)) ** 2).sum(axis=1))
    typical = float(np.median(distance))
    similarity = np.exp(-distance / typical) if typical > 0 else np.ones_like(distance)
    order = np.argsort(distance, kind="stable")[:count].tolist()
    return Answer(
        prediction=float(similarity[order[0]]),
        confidence=p.identified,
        interval=None,
        details={
            "player": own.name,
            "toi_minutes": own.seconds / 60.0,
            "similar": [_described(p, own, others[i], float(similarity[i])) for i in order],
        },
    )


def _described(p: Parameters, own: Profile, other_id: str, similarity: float) -> Mapping[str, object]:
    other = p.profiles[other_id]
    gap = np.array(other.place) - np.array(own.place)
    widest = np.argsort(-np.abs(gap), kind="stable")[:3].tolist()
    return {
        "player_id": other_id,
        "player": other.name,
        "similarity": similarity,
        "differences": [
            {"in": p.names[i], "own": own.rates[i], "other": other.rates[i], "weighted_gap": float(gap[i])}
            for i in widest
        ],
        "alike_in": [p.names[i] for i in np.argsort(np.abs(gap), kind="stable")[:3].tolist()],
    }


def _sums(stats: pl.DataFrame) -> pl.DataFrame:
    """Sums per player and half: even and odd games, in order of the game number."""
    counted = [*RATES, *(column for pair in SHARES.values() for column in pair)]
    return (
        stats.filter(pl.col("toi_seconds") > 0)
        .drop_nulls("player_id")
        .sort("player_id", "game_id")
        .with_columns(half=pl.int_range(pl.len()).over("player_id") % 2)
        .group_by("player_id", "half", maintain_order=True)
        .agg(pl.col("toi_seconds").sum(), pl.col(counted).cast(pl.Float64).sum())
    )


def _half(sums: pl.DataFrame, whole: pl.DataFrame, half: int) -> Floats:
    mine = sums.filter(pl.col("half") == half)
    return _rates(whole.select("player_id").join(mine, on="player_id", how="left", maintain_order="left").fill_null(0))


def _rates(sums: pl.DataFrame) -> Floats:
    """Rates per hour and shares of each player, shrunk to the league's mean by ice time and trials."""
    seconds = sums["toi_seconds"].to_numpy().astype(np.float64)
    columns = []
    for name in RATES:
        count = sums[name].to_numpy().astype(np.float64)
        mean = count.sum() / max(seconds.sum(), 1.0)
        columns.append(3600.0 * (count + mean * _STEADY_SECONDS) / (seconds + _STEADY_SECONDS))
    for won, lost in SHARES.values():
        success, failure = (sums[name].to_numpy().astype(np.float64) for name in (won, lost))
        mean = (success.sum() + 1.0) / (success.sum() + failure.sum() + 2.0)
        columns.append((success + mean * _STEADY_TRIALS) / (success + failure + _STEADY_TRIALS))
    return np.column_stack(columns)


def _scale(rates: Floats) -> tuple[Floats, Floats]:
    return rates.mean(axis=0), np.maximum(rates.std(axis=0), 1e-9)


def _reliability(even: Floats, odd: Floats) -> Floats:
    """Per rate: the correlation of halves stepped up to the whole; 0 where the halves do not agree."""
    a, b = (half - half.mean(axis=0) for half in (even, odd))
    spread = np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0))
    agree = np.clip((a * b).sum(axis=0) / np.maximum(spread, 1e-12), 0.0, 1.0)
    return np.asarray(2.0 * agree / (1.0 + agree), dtype=np.float64)


def _identified(even: Floats, odd: Floats) -> float:
    """Mean share of other players who are further from a player's even games than his own odd games are."""
    distance = np.sqrt(((even[:, None, :] - odd[None, :, :]) ** 2).sum(axis=2))
    own = np.diagonal(distance)[:, None]
    others: Bools = ~np.eye(len(even), dtype=bool)
    further = (distance > own) + 0.5 * (distance == own)
    return float(further[others].mean())
