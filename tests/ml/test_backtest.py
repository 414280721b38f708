"""The command, run as a user runs it, and what it must show."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from ml.backtest import backtest, main
from ml.results import COLUMNS, Games
from ml.simulated import PROFESSIONAL, RECREATIONAL, simulate

ROOT = Path(__file__).parents[2]
SMALL = simulate(replace(RECREATIONAL, seasons=1), seed=2).games


def csv_of(games: Games, path: Path) -> Path:
    lines = [
        f"{date.fromordinal(int(d))},{games.teams[h]},{games.teams[a]},{x},{y}"
        for d, h, a, x, y in zip(games.day, games.home, games.away, games.home_goals, games.away_goals, strict=True)
    ]
    path.write_text("\n".join([",".join(COLUMNS), *lines]), encoding="utf-8")
    return path


def test_the_command_prints_what_the_documentation_promises(tmp_path: Path) -> None:
    path = csv_of(SMALL, tmp_path / "games.csv")
    command = [sys.executable, "-m", "ml.backtest", "game_outcome", "--games", str(path), "--burn-in", "20", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    result = json.loads(done.stdout)
    assert {"games", "log_loss", "brier", "accuracy", "calibration", "baselines"} <= set(result)
    assert result["games"] == len(SMALL) - 20
    assert result["outcomes"] == ["home", "tie", "away"]
    assert set(result["baselines"]) == {"base_rate", "elo"}
    assert {"log_loss", "log_loss_minus_model", "difference_standard_error"} <= set(result["baselines"]["elo"])


def test_the_table_for_a_person_names_every_forecast(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = csv_of(SMALL, tmp_path / "games.csv")
    assert main(["game_outcome", "--games", str(path)]) == 0
    table = capsys.readouterr().out
    for word in ("the model", "base_rate", "elo", "log loss", "Brier", "accuracy", "calibration"):
        assert word in table


@pytest.mark.parametrize("extra", [["--burn-in", "1000"], ["--games", "absent.csv"]], ids=["all burnt", "no file"])
def test_a_wrong_call_is_one_line_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], extra: list[str]
) -> None:
    path = csv_of(SMALL, tmp_path / "games.csv")
    assert main(["game_outcome", "--games", str(path), *extra]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("value", ["-1", "x"])
def test_a_burn_in_is_a_number_of_games(value: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["game_outcome", "--games", "x.csv", "--burn-in", value])


def test_a_professional_season_is_predicted_better_than_by_either_baseline() -> None:
    # per season the standard error of the difference to Elo is about 0.003, the gain 0.004 to 0.006
    results = [backtest(simulate(PROFESSIONAL, seed).games, burn_in=400) for seed in (1,)]
    for name in ("base_rate", "elo"):
        assert np.mean([r.baselines[name].log_loss_minus_model for r in results]) > 0.002
    assert all(r.outcomes == ("home", "away") for r in results)
    # a slope of 1 within three standard errors of about 0.12
    assert all(0.65 < r.calibration.slope < 1.35 for r in results)


def test_a_recreational_league_is_predicted_better_than_by_either_baseline() -> None:
    results = [backtest(simulate(RECREATIONAL, seed).games, burn_in=30) for seed in range(4)]
    for name in ("base_rate", "elo"):
        assert np.mean([r.baselines[name].log_loss_minus_model for r in results]) > 0.005
