"""`line_chemistry`: what a pair or line does beyond its members.

The share of shot attempts at equal strength of every unit on the ice is fitted as the sum of its players' own effects,
by ridge regression weighted with attempts (adjusted plus-minus). What a group's units do beyond that fit, shrunk to
zero by the attempts behind it, is its chemistry. Both strengths of shrinkage are those under which one half of the
games best predicts the other; if no chemistry predicts better than the sum of the parts, that is what is published.

Source: Macdonald (2011), A regression-based adjusted plus-minus statistic for NHL players, JQAS 7.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import Final

import msgspec
import numpy as np
import polars as pl

from ml.arrays import Bools, Floats, Ints
from ml.artifact import Trained
from ml.errors import TooLittleData
from ml.league import League
from ml.prediction import Answer

NAME: Final = "line_chemistry"
FEATURES: Final = ("player_ids", "shot attempts for and against of every unit on the ice at equal strength")
LEAST_SECONDS: Final = 600.0
LEAST_ATTEMPTS: Final = 20.0
"""Under ten minutes or twenty attempts together nothing is said."""
_SKATERS: Final = 6
_RIDGES: Final = (50.0, 150.0, 500.0, 1500.0)
_STRENGTHS: Final = (30.0, 100.0, 300.0, 1000.0, 3000.0)
_NONE: Final = float("inf")
_Z90: Final = 1.645


class Parameters(msgspec.Struct, frozen=True):
    """Players by index, their effects on the share of attempts, and the strength of shrinkage (None: no chemistry)."""

    players: tuple[str, ...]
    names: tuple[str, ...]
    effects: tuple[float, ...]
    strength: float | None
    coverage: float | None


@dataclass(frozen=True, slots=True)
class Units:
    """Distinct sets of skaters on one side: `players` (units, 6), -1 for none.

    Per half of the games, their `attempts` for and against (units, 2, 2) and `seconds` together (units, 2).
    """

    players: Ints
    attempts: Floats
    seconds: Floats

    def trials(self, half: int | None = None) -> Floats:
        """Attempts of both sides per unit, of one half of the games or of all."""
        both = self.attempts.sum(axis=2)
        return np.asarray(both.sum(axis=1) if half is None else both[:, half], dtype=np.float64)

    def surplus(self, half: int | None = None) -> Floats:
        """Attempts for, less half of all attempts."""
        own = self.attempts[:, :, 0]
        return (own.sum(axis=1) if half is None else own[:, half]) - self.trials(half) / 2.0


def train(league: League) -> Trained:
    """Fit the players' effects and the shrinkage of what is beyond them."""
    units, players = _units(league.frames["fact_shifts"], league.frames["fact_shift_players"])
    titles = dict(league.frames["dim_player"].select("player_id", "player_full_name").rows())
    names = tuple(titles.get(p) or p for p in players)
    if not len(units.players):
        empty = Parameters((), (), (), None, None)
        return Trained("sum_of_parts", empty, _arrays(units), FEATURES, {}, ("no tracked stints",))
    ridge = min(_RIDGES, key=lambda r: _error(units, _effects(units, len(players), r, half=0)))
    early = _effects(units, len(players), ridge, half=0)
    pairs = _pairs(units, early)
    errors = {strength: _pair_error(pairs, strength) for strength in (*_STRENGTHS, _NONE)}
    best = min(errors, key=lambda s: errors[s])
    effects = _effects(units, len(players), ridge)
    coverage = _coverage(pairs, best) if len(pairs) else None
    evaluation: dict[str, object] = {
        "pairs": len(pairs),
        "held_out_squared_error": errors[best],
        "baselines": {"sum_of_parts": {"held_out_squared_error": errors[_NONE]}},
        "interval_coverage": coverage,
    }
    parameters = Parameters(players, names, tuple(effects.tolist()), None if best == _NONE else best, coverage)
    if best == _NONE:
        warning = "pairs do nothing beyond their members that half of the games would show in the other half"
        warning = f"{warning}: published is the sum of the parts"
        return Trained("sum_of_parts", parameters, _arrays(units), FEATURES, evaluation, (warning,), is_baseline=True)
    return Trained("shrunk_residual", parameters, _arrays(units), FEATURES, evaluation)


def units_of(arrays: dict[str, Floats]) -> Units:
    """The units that an artifact keeps."""
    return Units(arrays["players"].astype(np.int64), arrays["attempts"], arrays["seconds"])


def answer(p: Parameters, units: Units, group: list[str]) -> Answer:
    """A group of players. The headline is its share of attempts beyond the sum of its parts (0.02: two points).

    Raises:
        TooLittleData: less than ten minutes or twenty attempts together at equal strength.
    """
    index = [p.players.index(player) for player in group]
    rows = together(units, index)
    trials, seconds = float(units.trials()[rows].sum()), float(units.seconds[rows].sum())
    names = [p.names[i] for i in index]
    if seconds < LEAST_SECONDS or trials < LEAST_ATTEMPTS:
        raise TooLittleData(
            f"{', '.join(names)} have {seconds / 60:.1f} minutes and {trials:.0f} attempts together at equal strength; "
            f"at least {LEAST_SECONDS / 60:.0f} minutes and {LEAST_ATTEMPTS:.0f} attempts are needed"
        )
    fitted = float(_fit(units, np.array(p.effects))[rows] @ units.trials()[rows])
    beyond = float(units.surplus()[rows].sum()) - fitted
    weight = 0.0 if p.strength is None else 1.0 / (trials + p.strength)
    error = _Z90 * 0.5 * (weight**0.5 if weight else (1.0 / trials) ** 0.5)
    return Answer(
        prediction=beyond * weight,
        confidence=p.coverage,
        interval=(beyond * weight - error, beyond * weight + error),
        details={
            "players": names,
            "minutes_together": seconds / 60.0,
            "attempts_together": trials,
            "share_of_attempts": float(units.surplus()[rows].sum()) / trials + 0.5,
            "sum_of_parts": fitted / trials + 0.5,
            "own_effects": {name: p.effects[i] for name, i in zip(names, index, strict=True)},
        },
    )


def together(units: Units, group: list[int]) -> Bools:
    """Which units have all of these players."""
    found: Bools = np.array([(units.players == player).any(axis=1) for player in group], dtype=bool)
    return np.asarray(found.all(axis=0), dtype=bool)


def _arrays(units: Units) -> dict[str, Floats]:
    return {"players": units.players.astype(np.float64), "attempts": units.attempts, "seconds": units.seconds}


def _units(shifts: pl.DataFrame, shift_players: pl.DataFrame) -> tuple[Units, tuple[str, ...]]:
    strength = pl.col("strength").str.split("v")
    even = shifts.filter(strength.list.first() == strength.list.last()).drop_nulls(["shift_id", "game_id"])
    even = even.with_columns(half=pl.col("game_id").rank("dense") % 2)
    skaters = (
        shift_players.filter(~pl.col("is_goalie").fill_null(value=False))
        .drop_nulls(["shift_id", "player_id", "team_venue"])
        .unique(["shift_id", "player_id"], keep="first", maintain_order=True)
    )
    names = sorted(set(skaters["player_id"].to_list()))
    known = pl.DataFrame(
        {"player_id": names, "index": range(len(names))}, schema={"player_id": pl.String, "index": pl.Int64}
    )
    home = pl.col("team_venue").str.to_lowercase() == "home"
    grouped = (
        skaters.join(known, on="player_id")
        .group_by("shift_id", "team_venue", maintain_order=True)
        .agg(unit=pl.col("index").sort().head(_SKATERS))
        .join(even, on="shift_id")
        .with_columns(own=pl.when(home).then("cf").otherwise("ca"), other=pl.when(home).then("ca").otherwise("cf"))
        .group_by("unit", "half")
        .agg(pl.col("own", "other", "shift_duration").sum())
        .sort("unit", "half")
    )
    rows = {tuple(unit): i for i, unit in enumerate(dict.fromkeys(map(tuple, grouped["unit"].to_list())))}
    units = Units(np.full((len(rows), _SKATERS), -1), np.zeros((len(rows), 2, 2)), np.zeros((len(rows), 2)))
    for unit, half, own, other, seconds in grouped.rows():
        row = rows[tuple(unit)]
        units.players[row, : len(unit)] = unit
        units.attempts[row, int(half)] = own or 0, other or 0
        units.seconds[row, int(half)] = seconds or 0.0
    return units, tuple(names)


def _effects(units: Units, players: int, ridge: float, half: int | None = None) -> Floats:
    """Each player's effect on his side's share of attempts (weighted ridge regression)."""
    on_ice = np.zeros((len(units.players), players + 1))
    np.put_along_axis(on_ice, units.players % (players + 1), 1.0, axis=1)  # -1 falls on the spare last column
    on_ice = on_ice[:, :players]
    trials = units.trials(half)
    normal = on_ice.T @ (on_ice * trials[:, None]) + ridge * np.eye(players)
    return np.asarray(np.linalg.solve(normal, on_ice.T @ units.surplus(half)), dtype=np.float64)


def _fit(units: Units, effects: Floats) -> Floats:
    """Per unit, the sum of its players' effects."""
    return np.asarray(np.append(effects, 0.0)[units.players].sum(axis=1), dtype=np.float64)


def _error(units: Units, effects: Floats) -> float:
    """Squared error per attempt of the second half's shares."""
    trials = units.trials(1)
    share = units.surplus(1) / np.maximum(trials, 1.0)
    return float((trials * (share - _fit(units, effects)) ** 2).sum() / max(trials.sum(), 1.0))


def _pairs(units: Units, effects: Floats) -> Floats:
    """Per pair with enough attempts in both halves: (beyond, trials) of the first half, then of the second."""
    fit = _fit(units, effects)
    sums: dict[tuple[int, int], Floats] = {}
    numbers = np.column_stack([x for h in (0, 1) for x in (units.surplus(h) - fit * units.trials(h), units.trials(h))])
    for row, players in enumerate(units.players.tolist()):
        for pair in combinations([p for p in players if p >= 0], 2):
            sums[pair] = sums.get(pair, 0.0) + numbers[row]
    rows = [v for _, v in sorted(sums.items()) if v[1] >= LEAST_ATTEMPTS / 2 and v[3] >= LEAST_ATTEMPTS / 2]
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def _pair_error(pairs: Floats, strength: float) -> float:
    """Squared error per attempt with which the first half's chemistry predicts the second half's."""
    if not len(pairs):
        return 0.0 if strength == _NONE else 1.0
    gap = pairs[:, 2] / pairs[:, 3] - pairs[:, 0] / (pairs[:, 1] + strength)
    return float((pairs[:, 3] * gap**2).sum() / pairs[:, 3].sum())


def _coverage(pairs: Floats, strength: float) -> float:
    """Share of pairs whose second half lay in the 90 % interval predicted from the first."""
    weight = 1.0 / (pairs[:, 1] + strength)
    gap = pairs[:, 2] / pairs[:, 3] - pairs[:, 0] * weight
    return float((np.abs(gap) <= _Z90 * 0.5 * np.sqrt(weight + 1.0 / pairs[:, 3])).mean())
