"""`python -m ml.backtest game_outcome --games FILE.csv [--burn-in N] [--json]`: how good are the predictions?

Every game is predicted from the days before it. Printed are the scores of the model and of the baselines on the games
after the first N, and by how much the model is better, with the standard error of that difference.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ml.evaluation import Evaluation, Rival, evaluate
from ml.forecasting import METHOD, walk_all
from ml.results import Games, InvalidResults, read_results

MODELS: Final = ("game_outcome",)


def backtest(games: Games, burn_in: int = 0) -> Evaluation:
    """The walk-forward evaluation of `game_outcome` on these played games.

    Raises:
        InvalidResults: no game is left after the burn-in.
    """
    if burn_in >= len(games):
        raise InvalidResults(f"no game is left to score: {len(games)} played, burn-in {burn_in}")
    return evaluate(games, walk_all(games)[1], METHOD, burn_in)


def report(result: Evaluation) -> str:
    """The evaluation as a table for a person."""
    own, calibration, outcomes = result.score, result.calibration, ", ".join(result.outcomes)
    line = f"slope {calibration.slope:.2f}, intercept {calibration.intercept:+.2f}"
    lines = [
        f"game_outcome: {own.games} games scored after {result.burn_in} only learned from; outcomes: {outcomes}",
        "",
        f"{'':<12}{'log loss':>10}{'Brier':>9}{'accuracy':>10}   log loss above the model's (standard error)",
        f"{'the model':<12}{own.log_loss:>10.4f}{own.brier:>9.4f}{own.accuracy:>10.3f}",
        *(_line(name, rival) for name, rival in {**result.baselines, **result.candidates}.items()),
        "",
        f"calibration of home wins: {line}, expected error {calibration.expected_error:.3f}",
        *(
            f"  {b.low:.1f}-{b.high:.1f}  {b.games:>5} games   predicted {b.predicted:.3f}   observed {b.observed:.3f}"
            for b in calibration.bins
        ),
    ]
    return "\n".join(lines)


def _line(name: str, rival: Rival) -> str:
    return (
        f"{name:<12}{rival.score.log_loss:>10.4f}{rival.score.brier:>9.4f}{rival.score.accuracy:>10.3f}"
        f"   {rival.log_loss_minus_model:+.4f} ({rival.difference_standard_error:.4f})"
    )


def _burn_in(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return value


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Exit code 0, or 2 for a wrong call or file, with one line that says what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m ml.backtest", description="Walk-forward evaluation of a model.")
    parser.add_argument("model", choices=MODELS)
    parser.add_argument("--games", type=Path, required=True, help="CSV file of results")
    parser.add_argument("--burn-in", type=_burn_in, default=0, help="games at the start that are not scored")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    try:
        result = backtest(read_results(options.games), options.burn_in)
    except InvalidResults as error:
        print(f"ml.backtest: {error}", file=sys.stderr)
        return 2
    print(json.dumps(result.to_mapping(), indent=1) if options.json else report(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
