"""Expected goals are the scoring function's; training measures it and proposes, and adopts nothing."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

from hockey import expected_goals as hockey
from hockey.league import LeagueRules
from ml import shot_quality
from ml.league import League, league_of
from ml.requests import ExpectedGoalsFeatures
from ml.shot_coefficients import fitted, log_odds_with, present

from .conftest import Truth


@pytest.fixture(scope="module")
def league(built: tuple[dict[str, pl.DataFrame], Truth]) -> League:
    return league_of("s", LeagueRules(), built[0])


def shots_where(league: League, seed: int, odds: pl.Expr) -> League:
    """The league with other goals: each unblocked attempt scores with these log odds."""
    frame = league.frames["fact_shots"]
    chance = 1 / (1 + np.exp(-frame.select(odds.alias("o"))["o"].to_numpy()))
    came = (np.random.default_rng(seed).random(len(frame)) < chance) & ~frame["is_blocked"].to_numpy()
    shots = frame.with_columns(is_goal=pl.Series(came))
    return replace(league, frames={**league.frames, "fact_shots": shots})


class TestAnswer:
    @pytest.mark.parametrize(
        "features",
        [{}, {"shot_type": "Tip", "is_rebound": True}, {"situation": "EN", "x_ft": 20.0, "y_ft": 3.0}],
        ids=["nothing known", "rebound", "empty net"],
    )
    def test_it_is_the_scoring_function(self, league: League, features: dict[str, object]) -> None:
        p = shot_quality.train(league).parameters
        given = shot_quality.answer(p, ExpectedGoalsFeatures.model_validate(features))
        assert given.details["scoring_function"] == hockey.expected_goals(hockey.Attempt(**features))
        assert given.prediction == given.details["scoring_function"]
        assert given.interval is not None
        assert 0 <= given.interval[0] <= given.prediction <= given.interval[1] <= 1

    def test_a_blocked_attempt_has_no_chance(self, league: League) -> None:
        p = shot_quality.train(league).parameters
        given = shot_quality.answer(p, ExpectedGoalsFeatures(is_blocked=True))
        assert (given.prediction, given.interval) == (0.0, (0.0, 0.0))

    def test_half_a_place_is_refused(self) -> None:
        with pytest.raises(ValidationError, match="together or not at all"):
            ExpectedGoalsFeatures(x_ft=3.0)


class TestTraining:
    def test_blocked_attempts_do_not_count(self, league: League) -> None:
        assert len(shot_quality.attempts(league)) == (~league.frames["fact_shots"]["is_blocked"]).sum()

    def test_where_all_attempts_are_alike_the_base_rate_is_published(self, league: League) -> None:
        trained = shot_quality.train(shots_where(league, 1, pl.lit(-1.0)))
        assert (trained.method, trained.is_baseline) == ("base_rate", True)
        assert "published is base_rate" in trained.warnings[0]
        chances = [
            shot_quality.answer(trained.parameters, ExpectedGoalsFeatures(is_rebound=rebound)).prediction
            for rebound in (True, False)
        ]
        assert chances[0] == chances[1] == pytest.approx(1 / (1 + np.e), abs=0.04)

    def test_another_world_is_proposed_and_not_adopted(self, league: League) -> None:
        before = (hockey.WITHOUT_COORDINATES, hockey.WITH_COORDINATES)
        tip = pl.when(pl.col("xg_shot_type") == "Tip").then(2.0).otherwise(-2.0)
        trained = shot_quality.train(shots_where(league, 2, tip))
        proposal = trained.evaluation["proposal"]["without_coordinates"]
        assert proposal["is_better"]
        assert proposal["gain"] > proposal["gain_standard_error"] > 0
        assert proposal["coefficients"]["shot_type.Tip"] > proposal["present"]["shot_type.Tip"] + 0.5
        assert any("none was adopted" in warning for warning in trained.warnings)
        assert before == (hockey.WITHOUT_COORDINATES, hockey.WITH_COORDINATES)

    def test_later_games_do_not_move_what_is_measured_on_them(self, league: League) -> None:
        shots = shot_quality.attempts(league)
        later = shot_quality._later(shots)
        asked = [a for a in shot_quality._attempts_of(shots) if a.x_ft is None]
        rows = shots["puck_x_start"].is_null().to_numpy()
        goals = shots["is_goal"].to_numpy().astype(float)[rows]
        changed = np.where(later[rows], 1.0 - goals, goals)
        assert fitted(asked, goals, ~later[rows]) == fitted(asked, changed, ~later[rows])

    def test_without_tracked_shots_it_says_so(self, league: League) -> None:
        empty = replace(league, frames={**league.frames, "fact_shots": league.frames["fact_shots"].clear()})
        trained = shot_quality.train(empty)
        assert "too few tracked attempts" in trained.warnings[0]
        given = shot_quality.answer(trained.parameters, ExpectedGoalsFeatures())
        assert (given.confidence, given.interval) == (None, None)
        assert given.prediction == hockey.expected_goals(hockey.Attempt())


@pytest.mark.parametrize("place", [(None, None), (70.0, -8.0), (95.0, 3.0)], ids=["nowhere", "slot", "behind"])
def test_the_present_coefficients_give_the_scoring_function(place: tuple[float | None, float | None]) -> None:
    kinds = [None, "Wrist", *hockey.WITHOUT_COORDINATES.shot_type]
    asked = [
        hockey.Attempt(shot_type=kind, situation=s, is_rebound=r, is_rush=not r, x_ft=place[0], y_ft=place[1])
        for kind in kinds
        for s in ("EV", "PP", "EN", None)
        for r in (True, False)
    ]
    assert log_odds_with(asked, present(asked)) == pytest.approx([hockey.log_odds(a) for a in asked])
