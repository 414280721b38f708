"""Plots and the comparison are drawn by a command, from what was measured."""

from pathlib import Path

import pytest

from ml.compare import main as compare
from ml.plots import calibration_svg, main
from ml.prediction import Region
from snapshot.layout import DataDir


def test_a_plot_has_a_dot_for_each_region_and_escapes_its_title() -> None:
    drawn = calibration_svg("a < b", [Region(0.4, 0.5, 10, 0.45, 0.5), Region(0.9, 1, 1, 0.99, 1)])
    assert drawn.count("<circle") == 2
    assert "a &lt; b" in drawn
    assert "<circle" not in calibration_svg("empty", [])


def test_the_command_draws_every_model_with_bins(
    trained: DataDir, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data-dir", str(trained.root), "--out", str(tmp_path)]) == 0
    drawn = {path.stem for path in tmp_path.glob("*.svg")}
    assert {"game_outcome", "win_probability", "goal_prediction"} <= drawn
    assert main(["--data-dir", str(tmp_path), "--out", str(tmp_path)]) == 1
    assert "No models are trained" in capsys.readouterr().err


def test_the_comparison_prints_a_table_for_each_kind_of_league(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare(["--seasons", "1", "--plots", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "| blend, knowing the season before |" in printed
    assert {p.stem for p in tmp_path.glob("*.svg")} == {"professional", "recreational"}
