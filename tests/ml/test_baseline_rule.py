"""A model that does not beat its baselines is published as the best of them, and says so."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from hockey.league import LeagueRules
from ml import goalies, in_game, in_game_training, outcome, scorers, season_odds, similarity
from ml.baseline_rule import compared, said, to_publish
from ml.league import League, league_of
from ml.requests import WinProbabilityFeatures

from .conftest import Truth


@pytest.fixture(scope="module")
def league(built: tuple[dict[str, pl.DataFrame], Truth]) -> League:
    return league_of("s", LeagueRules(), built[0])


LOSSES = {"model": np.array([0.4, 0.6]), "a": np.array([0.6, 0.6]), "b": np.array([0.7, 0.7])}


class TestRule:
    def test_the_model_is_published_where_it_beats_all(self) -> None:
        assert to_publish("model", LOSSES) == "model"
        assert said("model", "model", "2 games") == ()

    @pytest.mark.parametrize("loss", [0.5, 0.49], ids=["level", "lower"])
    def test_a_baseline_is_published_where_it_is_as_good(self, loss: float) -> None:
        losses = {**LOSSES, "b": np.full(2, loss)}
        assert to_publish("model", losses) == "b"
        assert said("model", "b", "2 games") == ("model did not beat the baseline on 2 games: published is b",)

    def test_the_others_are_compared_with_what_is_published(self) -> None:
        found = compared("a", LOSSES, "brier")
        assert found["model"]["brier"] == pytest.approx(0.5)
        assert found["model"]["brier_minus_model"] == pytest.approx(-0.1)
        assert found["model"]["difference_standard_error"] == pytest.approx(0.1)
        assert "a" not in found


class TestPublishedBaselines:
    """Each model, made to publish each of its baselines, answers as that baseline does."""

    def test_playoffs_by_today_and_by_places(self, league: League) -> None:
        model = outcome.train(league)
        forecaster = outcome.Outcome(model.method, model.parameters, model.arrays)
        p = season_odds.train(league).parameters
        today = season_odds.odds_of(forecaster, replace_struct(p, method="standings_today"), 500)
        assert sorted(today.playoffs) == [0, 0, 1, 1, 1, 1]
        assert (np.array(p.points)[today.playoffs == 1].min()) >= np.array(p.points)[today.playoffs == 0].max()
        even = season_odds.odds_of(forecaster, replace_struct(p, method="places_by_teams"), 500)
        assert even.playoffs == pytest.approx(np.full(6, 4 / 6))
        for odds in (today, even):
            assert odds.seeds.sum(axis=0) == pytest.approx(np.ones(6))
            assert odds.title.sum() == pytest.approx(1.0)

    def test_win_probability_before_the_game_and_by_lead(self, league: League) -> None:
        model = outcome.train(league)
        forecaster = outcome.Outcome(model.method, model.parameters, model.arrays)
        p = in_game_training.train(league).parameters
        moment = {"home_goals": 3, "away_goals": 1, "period": 3, "seconds_left": 1080}
        features = WinProbabilityFeatures.model_validate({"home_team_id": "T00", "away_team_id": "T01", **moment})
        before = in_game.answer(forecaster, replace_struct(p, method=in_game.PRE_GAME), features, 0, 1)
        assert before.prediction == pytest.approx(before.details["pre_game_home_win"])
        by_lead = in_game.answer(forecaster, replace_struct(p, method=in_game.LEADER), features, 0, 1)
        games, leads = league.games, in_game_training._leads(league.period_goals)
        alike = (leads[:, 1] == 2) & (games.home_goals >= 0)
        won = float(((games.outcome[alike] == 0).sum() + 1) / (alike.sum() + 3))  # one of each outcome is counted
        assert by_lead.prediction == pytest.approx(won, abs=0.1)

    @pytest.mark.parametrize("trainer", [goalies, scorers, season_odds, in_game_training, similarity])
    def test_what_is_published_never_loses_to_what_it_is_compared_with(self, league: League, trainer: object) -> None:
        trained = trainer.train(league)
        gaps = [
            value
            for rival in trained.evaluation["baselines"].values()
            for key, value in rival.items()
            if key.endswith("_minus_model")
        ]
        assert all(gap >= 0 for gap in gaps)
        assert trained.is_baseline is any("published is" in warning for warning in trained.warnings)

    def test_goalies_that_are_all_alike_get_the_leagues_rate(self, league: League) -> None:
        rng = np.random.default_rng(3)
        frame = league.frames["fact_goalie_game_stats"]
        shots = frame["shots_against"].to_numpy()
        level = frame.with_columns(saves=pl.Series(rng.binomial(shots, 0.9), dtype=pl.Int32))
        trained = goalies.train(replace(league, frames={**league.frames, "fact_goalie_game_stats": level}))
        if trained.method == "league_rate":
            rates = [goalies.answer(trained.parameters, g, None).prediction for g in trained.parameters.goalies]
            assert np.ptp(rates) < 1e-3
        assert trained.is_baseline is (trained.method != goalies.METHOD)

    def test_players_who_are_all_alike_are_said_to_be(self, league: League) -> None:
        frame = league.frames["fact_player_game_stats"]
        counts = [c for c in frame.columns if c not in {"game_id", "player_id", "toi_seconds"}]
        same = frame.with_columns(pl.lit(1, dtype=pl.Int32).alias(c) for c in counts).with_columns(toi_seconds=900.0)
        trained = similarity.train(replace(league, frames={**league.frames, "fact_player_game_stats": same}))
        assert (trained.method, trained.is_baseline) == ("chance", True)
        player = next(iter(trained.parameters.profiles))
        assert similarity.answer(trained.parameters, player, 3).prediction == 1.0


def replace_struct(struct: object, **changes: object) -> object:
    return type(struct)(**{name: getattr(struct, name) for name in struct.__struct_fields__} | changes)
