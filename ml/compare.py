"""`python -m ml.compare [--seasons N] [--plots FOLDER]`: the methods on simulated leagues, behind the choice of one.

Professional seasons of varying parity and drift, cold and scored after 400 games, beside the same blend when it knew
the season before; recreational leagues with ties, scored after 20 games. Each line: mean log loss, and by how much it
is above the blend's, with the standard error over seasons.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from ml.arrays import Floats, Ints
from ml.forecasting import METHOD, walk_all
from ml.plots import calibration_svg
from ml.results import Games
from ml.scoring import league_outcomes, log_losses, logistic_line, regions_of
from ml.simulated import PROFESSIONAL, RECREATIONAL, Season, simulate
from snapshot.files import replace_file

SPREADS: Final = (0.085, 0.1, 0.115, 0.13)
DRIFTS: Final = (0.03, 0.06)
PROFESSIONAL_BURN_IN: Final = 400
RECREATIONAL_BURN_IN: Final = 20


class Comparison:
    """Mean log losses per method and season, and all of the blend's forecasts with what happened."""

    def __init__(self) -> None:
        self.losses: dict[str, list[float]] = {}
        self.forecasts: list[Floats] = []
        self.outcomes: list[Ints] = []

    def add(self, method: str, forecast: Floats, outcome: Ints) -> None:
        """Score one method on one season."""
        sides = league_outcomes(forecast, outcome)
        self.losses.setdefault(method, []).append(float(log_losses(sides, outcome).mean()))
        if method == METHOD:
            self.forecasts.append(sides)
            self.outcomes.append(outcome)

    def table(self) -> str:
        """The comparison as Markdown."""
        reference = np.array(self.losses[METHOD])
        lines = ["| method | log loss | above the blend | standard error |", "| --- | --- | --- | --- |"]
        for method, values in sorted(self.losses.items(), key=lambda item: float(np.mean(item[1]))):
            gap = np.array(values) - reference
            error = gap.std(ddof=1) / np.sqrt(len(gap)) if len(gap) > 1 else float("nan")
            lines.append(f"| {method} | {np.mean(values):.4f} | {gap.mean():+.4f} | {error:.4f} |")
        return "\n".join(lines)

    def plot(self, title: str) -> str:
        """Calibration of the blend's home win probabilities over all seasons."""
        chance = np.concatenate(self.forecasts)[:, 0]
        return calibration_svg(title, regions_of(chance, (np.concatenate(self.outcomes) == 0).astype(np.float64)))


def professional(seasons: int) -> Comparison:
    """Cold seasons: the second of two, of which only `warm` forecasts knew the first."""
    comparison = Comparison()
    for seed in range(seasons):
        league = replace(PROFESSIONAL, seasons=2, spread=SPREADS[seed % len(SPREADS)], drift=DRIFTS[seed % len(DRIFTS)])
        both = simulate(league, seed)
        second = np.flatnonzero(both.games.season == 1)
        scored = second[PROFESSIONAL_BURN_IN:]
        cold = walk_all(both.games.take(second))[1]
        for method, forecast in cold.items():
            comparison.add(method, forecast[PROFESSIONAL_BURN_IN:], both.games.outcome[scored])
        warm = walk_all(both.games)[1]
        for method in (METHOD, "elo_margin"):
            comparison.add(f"{method}, knowing the season before", warm[method][scored], both.games.outcome[scored])
        comparison.add("the truth", _truth(both)[scored], both.games.outcome[scored])
    return comparison


def recreational(leagues: int) -> Comparison:
    """Leagues of four, six and eight teams, three disparities, some with overtime instead of ties."""
    comparison = Comparison()
    for seed in range(leagues):
        league = replace(
            RECREATIONAL, teams=(4, 6, 8)[seed % 3], spread=(0.15, 0.25, 0.35)[seed // 3 % 3], overtime=seed % 4 == 0
        )
        games = simulate(league, seed).games
        for method, forecast in walk_all(games)[1].items():
            comparison.add(method, forecast[RECREATIONAL_BURN_IN:], games.outcome[RECREATIONAL_BURN_IN:])
    return comparison


def _truth(season: Season) -> Floats:
    """Home win chances from the simulator's own rates: as well as anybody could do without knowing the night's form."""
    games: Games = season.games
    edge = 2.0 * (season.log_rates[:, 0] - season.log_rates[:, 1])
    intercept, slope = logistic_line(edge, (games.outcome == 0).astype(np.float64))
    home = 1.0 / (1.0 + np.exp(-intercept - slope * edge))
    return np.column_stack([home, np.zeros(len(home)), 1.0 - home])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison and print its tables."""
    parser = argparse.ArgumentParser(prog="python -m ml.compare", description="Compare methods on simulated leagues.")
    parser.add_argument("--seasons", type=int, default=8, help="professional seasons; recreational leagues three times")
    parser.add_argument("--plots", type=Path, help="folder for calibration plots")
    options = parser.parse_args(arguments)
    parts: dict[str, tuple[Callable[[int], Comparison], int]] = {
        "professional": (professional, options.seasons),
        "recreational": (recreational, 3 * options.seasons),
    }
    for name, (run, count) in parts.items():
        comparison = run(count)
        print(f"{name}: {count} leagues\n\n{comparison.table()}\n", flush=True)
        if options.plots is not None:
            replace_file(options.plots / f"{name}.svg", comparison.plot(f"{name}: home wins").encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
