"""Trained on a published league, every model answers, says where its answer comes from, and refuses what it must."""

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

from hockey.league import LeagueRules
from ml import outcome
from ml.artifact import load
from ml.errors import InvalidArtifact, NotTrained, TooLittleData, UnknownName
from ml.league import COLUMNS, league_of
from ml.pointer import current_version, models_dir
from ml.prediction import Prediction
from ml.predictor import NAMES, Predictor
from ml.requests import REQUEST
from ml.train import main
from snapshot.layout import DataDir

from .conftest import Truth, publish

ROOT = Path(__file__).parents[2]
EXAMPLES = {
    "game_outcome": {"home_team_id": "T00", "away_team_id": "T01"},
    "win_probability": {
        "home_team_id": "T00",
        "away_team_id": "T01",
        "home_goals": 2,
        "away_goals": 1,
        "period": 2,
        "seconds_left": 300,
    },
    "playoff_probability": {"team_id": "T03"},
    "goal_prediction": {"player_id": "PT0001", "game_context": {}},
    "goalie_performance": {"player_id": "GT00", "opponent_team_id": "T02"},
    "similar_players": {"player_id": "PT0001"},
    "line_chemistry": {"player_ids": ["PT0000", "PT0001"]},
    "expected_goals": {"shot_type": "Tip", "is_rush": True},
}


@pytest.fixture(scope="module")
def predictor(trained: DataDir) -> Predictor:
    return Predictor.load(trained)


def ask(predictor: Predictor, model: str, **features: object) -> Prediction:
    return predictor.predict(REQUEST.validate_python({"model": model, "features": EXAMPLES[model] | features}))


class TestEveryModel:
    def test_there_is_an_example_of_each(self) -> None:
        assert set(EXAMPLES) == set(NAMES)

    @pytest.mark.parametrize("model", EXAMPLES)
    def test_it_answers_with_its_origin_and_its_evaluation(self, predictor: Predictor, model: str) -> None:
        given = ask(predictor, model)
        assert np.isfinite(given.prediction)
        assert given.model == model
        assert given.snapshot_id.startswith("20260101")
        assert given.trained_at.endswith("Z")
        assert given.evaluation
        assert "baselines" in given.evaluation
        if given.interval is not None:
            assert given.interval[0] <= given.interval[1]
        json.dumps(given.to_mapping())

    @pytest.mark.parametrize("model", EXAMPLES)
    def test_every_confidence_is_backed_by_what_was_measured(self, predictor: Predictor, model: str) -> None:
        given = ask(predictor, model)
        assert given.confidence is not None
        assert 0 <= given.confidence <= 1
        backing = {"confidence", "interval_coverage", "identification_percentile"}
        assert backing & set(predictor.evaluation(model))

    @pytest.mark.parametrize("model", EXAMPLES)
    def test_the_same_question_has_the_same_answer(self, predictor: Predictor, trained: DataDir, model: str) -> None:
        assert ask(predictor, model) == ask(predictor, model) == ask(Predictor.load(trained), model)


class TestGameOutcome:
    def test_probabilities_sum_to_one(self, predictor: Predictor) -> None:
        details = ask(predictor, "game_outcome").details
        assert details["home_win"] + details["tie"] + details["away_win"] == pytest.approx(1.0)

    def test_it_beats_both_baselines_or_is_one_and_says_so(self, predictor: Predictor) -> None:
        entry = predictor.artifact.models["game_outcome"]
        ahead = [b["log_loss_minus_model"] > 0 for b in entry.evaluation["baselines"].values()]
        assert all(ahead) or any("published is" in warning for warning in entry.warnings)

    def test_upcoming_games_are_those_without_a_result(self, predictor: Predictor, truth: Truth) -> None:
        upcoming = predictor.upcoming()
        assert len(upcoming) == len(truth.season.games) - truth.played
        assert upcoming[0].game_id == 1000 + truth.played
        assert upcoming[0].prediction.model == "game_outcome"

    def test_a_team_cannot_play_itself(self, predictor: Predictor) -> None:
        with pytest.raises(ValidationError, match="cannot play itself"):
            ask(predictor, "game_outcome", away_team_id="T00")

    def test_a_far_date_is_less_certain_than_tomorrow(self, predictor: Predictor) -> None:
        near = ask(predictor, "game_outcome").interval
        far = ask(predictor, "game_outcome", date=dt.date(2030, 1, 1)).interval
        assert near is not None
        assert far is not None
        assert far[1] - far[0] >= near[1] - near[0]


class TestBaselinesPublished:
    def test_where_nothing_beats_the_base_rate_it_is_published_and_says_so(self) -> None:
        rng = np.random.default_rng(18)  # one of the seeds by which nothing beats the base rate
        frames = {name: pl.DataFrame(schema=schema) for name, schema in COLUMNS.items()}
        rows = [
            (
                n,
                "S",
                dt.date(2025, 1, 1) + dt.timedelta(days=n),
                None,
                None,
                f"T{n % 4}",
                f"T{(n + 1) % 4}",
                *map(int, goals),
            )
            for n, goals in enumerate(rng.poisson(3.0, (60, 2)))
        ]
        names = list(COLUMNS["dim_schedule"])[:9]
        flips = pl.DataFrame(rows, schema={c: COLUMNS["dim_schedule"][c] for c in names}, orient="row")
        frames["dim_schedule"] = flips.with_columns(
            pl.lit(None, dtype=kind).alias(c) for c, kind in COLUMNS["dim_schedule"].items() if c not in names
        )
        trained = outcome.train(league_of("s", LeagueRules(), frames))
        assert trained.method == "base_rate"
        assert "published is base_rate" in trained.warnings[0]
        model = outcome.Outcome(trained.method, trained.parameters, trained.arrays)
        given = outcome.answer(model, 0, 1)
        assert given.interval is not None
        assert given.interval[0] <= given.prediction <= given.interval[1]


class TestPlayers:
    def test_scoring_rates_follow_the_truth(self, predictor: Predictor, truth: Truth) -> None:
        names = sorted(truth.scoring)
        expected = [ask(predictor, "goal_prediction", player_id=p).details["expected_goals"] for p in names]
        ranks = [np.argsort(np.argsort(x)) for x in (expected, [truth.scoring[p] for p in names])]
        # a player scores about 0.4 goals in each of 42 games: 17 goals, a reliability near 0.8
        assert np.corrcoef(*ranks)[0, 1] > 0.7

    def test_the_goalie_faced_moves_the_chance(self, predictor: Predictor, truth: Truth) -> None:
        rate = {g: ask(predictor, "goalie_performance", player_id=g).prediction for g in truth.saving}
        against = {g: self.chance_against(predictor, g) for g in rate}
        assert sorted(rate, key=rate.__getitem__) == sorted(against, key=against.__getitem__, reverse=True)

    def chance_against(self, predictor: Predictor, goalie: str) -> float:
        context = {"goalie_player_id": goalie, "opponent_team_id": "T02"}
        return ask(predictor, "goal_prediction", game_context=context).prediction

    def test_goals_against_add_up_with_the_save_rate(self, predictor: Predictor) -> None:
        given = ask(predictor, "goalie_performance")
        shots = given.details["expected_shots_against"]
        assert given.details["expected_goals_against"] == pytest.approx(shots * (1 - given.prediction))

    def test_neighbours_come_nearest_first_with_their_differences(self, predictor: Predictor) -> None:
        similar = ask(predictor, "similar_players", count=8).details["similar"]
        scores = [player["similarity"] for player in similar]
        assert scores == sorted(scores, reverse=True)
        assert len(similar) == 8
        assert len(similar[0]["differences"]) == 3
        assert "PT0001" not in [player["player_id"] for player in similar]

    def test_a_line_with_too_little_ice_time_is_refused(self, predictor: Predictor) -> None:
        with pytest.raises(TooLittleData, match=r"0\.0 minutes.*at least 10 minutes"):
            ask(predictor, "line_chemistry", player_ids=["PT0000", "PT0100"])
        with pytest.raises(ValidationError, match="names a player twice"):
            ask(predictor, "line_chemistry", player_ids=["PT0000", "PT0000"])


class TestRefusals:
    @pytest.mark.parametrize(
        ("model", "features"),
        [
            ("game_outcome", {"home_team_id": "T0O"}),
            ("playoff_probability", {"team_id": "T99"}),
            ("goal_prediction", {"player_id": "PT000"}),
            ("goal_prediction", {"game_context": {"opponent_team_id": "T9"}}),
            ("goal_prediction", {"game_context": {"goalie_player_id": "G9"}}),
            ("goalie_performance", {"player_id": "GT0"}),
            ("goalie_performance", {"opponent_team_id": "T77"}),
            ("similar_players", {"player_id": "P1"}),
            ("line_chemistry", {"player_ids": ["PT0000", "PT00"]}),
        ],
    )
    def test_an_unknown_name_comes_with_near_ones(
        self, predictor: Predictor, model: str, features: dict[str, object]
    ) -> None:
        with pytest.raises(UnknownName, match="Near matches") as caught:
            ask(predictor, model, **features)
        assert caught.value.near

    def test_an_unknown_model_too(self, predictor: Predictor) -> None:
        with pytest.raises(UnknownName, match="game_outcome"):
            predictor.evaluation("game_outcomes")

    @pytest.mark.parametrize(
        "request_body",
        [
            {"model": "crystal_ball", "features": {}},
            {"model": "game_outcome", "features": {"home_team_id": "T00"}},
            {"model": "game_outcome", "features": {"home_team_id": "T00", "away_team_id": "T01", "mood": "good"}},
            {"model": "win_probability", "features": EXAMPLES["win_probability"] | {"seconds_left": -1}},
            {"model": "line_chemistry", "features": {"player_ids": ["PT0000"]}},
        ],
    )
    def test_wrong_features_are_named(self, request_body: dict[str, object]) -> None:
        with pytest.raises(ValidationError):
            REQUEST.validate_python(request_body)


class TestArtifacts:
    def copy(self, trained: DataDir, folder: Path) -> DataDir:
        version = current_version(trained)
        assert version is not None
        target = models_dir(DataDir(folder)) / version
        target.mkdir(parents=True)
        for path in (models_dir(trained) / version).iterdir():
            (target / path.name).write_bytes(path.read_bytes())
        (target.parent / "current.json").write_bytes((models_dir(trained) / "current.json").read_bytes())
        assert load(DataDir(folder))
        return DataDir(folder)

    @pytest.mark.parametrize("name", ["artifact.json", "arrays.npz"])
    @pytest.mark.parametrize("damage", ["altered", "cut", "missing"])
    def test_a_tampered_file_is_refused(self, trained: DataDir, tmp_path: Path, name: str, damage: str) -> None:
        data_dir = self.copy(trained, tmp_path)
        path = next(models_dir(data_dir).glob(f"*/{name}"))
        content = path.read_bytes()
        if damage == "missing":
            path.unlink()
        else:
            path.write_bytes(
                content[:-20] if damage == "cut" else content[:300] + bytes([content[300] ^ 1]) + content[301:]
            )
        with pytest.raises(InvalidArtifact, match="train again"):
            Predictor.load(data_dir)

    @pytest.mark.parametrize(
        "change", [{"format_version": 1}, {"format_version": None}, {"models": {}}, {"models": 3}], ids=str
    )
    def test_another_version_or_shape_is_refused(
        self, trained: DataDir, tmp_path: Path, change: dict[str, object]
    ) -> None:
        data_dir = self.copy(trained, tmp_path)
        path = next(models_dir(data_dir).glob("*/artifact.json"))
        text = msgspec.json.encode(msgspec.json.decode(path.read_bytes()) | change)
        path.write_bytes(text)
        pointer = models_dir(data_dir) / "current.json"
        digest = {"artifact_sha256": __import__("hashlib").sha256(text).hexdigest()}
        pointer.write_bytes(msgspec.json.encode(msgspec.json.decode(pointer.read_bytes()) | digest))
        with pytest.raises(InvalidArtifact):
            Predictor.load(data_dir)

    @pytest.mark.parametrize("pointer", [b"{", b"{}", b'{"version": "../x", "artifact_sha256": ""}'])
    def test_a_damaged_pointer_is_refused(self, trained: DataDir, tmp_path: Path, pointer: bytes) -> None:
        data_dir = self.copy(trained, tmp_path)
        (models_dir(data_dir) / "current.json").write_bytes(pointer)
        with pytest.raises(InvalidArtifact):
            load(data_dir)

    def test_without_models_it_says_how_to_train(self, tmp_path: Path) -> None:
        with pytest.raises(NotTrained, match="ml/train"):
            Predictor.load(DataDir(tmp_path))
        assert current_version(DataDir(tmp_path)) is None

    def test_training_again_gives_the_same_models_and_keeps_three(self, trained: DataDir, tmp_path: Path) -> None:
        data_dir = self.copy(trained, tmp_path)
        (tmp_path / "snapshots").symlink_to(trained.snapshots)
        data_dir.output.symlink_to(trained.output.resolve())
        first = load(data_dir)
        for _ in range(3):
            assert main(["--data-dir", str(tmp_path)]) == 0
        again = load(data_dir)
        assert first[0].models == again[0].models
        assert first[0].arrays_sha256 == again[0].arrays_sha256
        assert first[0].model_version[-8:] == again[0].model_version[-8:]
        assert len([p for p in models_dir(data_dir).iterdir() if p.is_dir()]) == 3


class TestTraining:
    def test_what_a_killed_training_left_is_cleared_away(self, trained: DataDir, tmp_path: Path) -> None:
        (tmp_path / "snapshots").symlink_to(trained.snapshots)
        DataDir(tmp_path).output.symlink_to(trained.output.resolve())
        left = models_dir(DataDir(tmp_path)) / ".training-abc"
        left.mkdir(parents=True)
        (left / "artifact.json").write_text("{", encoding="utf-8")
        assert main(["--data-dir", str(tmp_path)]) == 0
        assert not left.exists()
        assert Predictor.load(DataDir(tmp_path))

    def test_progress_is_written_as_the_etl_writes_it(self, trained: DataDir) -> None:
        events = [json.loads(line) for line in (trained.root / "progress.jsonl").read_text().splitlines()]
        assert [e["event"] for e in events] == ["step"] * len(NAMES) + ["trained"]
        fractions = [e["fraction"] for e in events[:-1]]
        assert fractions == sorted(fractions)
        assert set(events[-1]["result"]["models"]) == set(NAMES)

    def test_nothing_published_is_one_line_and_exit_code_1(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["--data-dir", str(tmp_path), "--progress-file", str(tmp_path / "p")]) == 1
        assert "nothing is published" in capsys.readouterr().err
        assert json.loads((tmp_path / "p").read_text())["event"] == "failed"

    def test_a_damaged_snapshot_is_not_learned_from(
        self, built: tuple[dict[str, pl.DataFrame], Truth], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        data_dir = DataDir(tmp_path)
        publish(data_dir, built[0])
        (data_dir.output.resolve() / "dim_team.csv").write_text("team_id,team_name\n")
        assert main(["--data-dir", str(tmp_path)]) == 1
        assert "dim_team.csv" in capsys.readouterr().err

    def test_an_empty_league_trains_to_priors_with_warnings(self, tmp_path: Path) -> None:
        data_dir = DataDir(tmp_path)
        frames = {name: pl.DataFrame(schema=schema) for name, schema in COLUMNS.items()}
        frames["dim_team"] = pl.DataFrame({"team_id": ["T00", "T01"], "team_name": ["A", "B"]})
        publish(data_dir, frames)
        assert main(["--data-dir", str(tmp_path)]) == 0
        predictor = Predictor.load(data_dir)
        given = ask(predictor, "game_outcome")
        assert 0.45 < given.details["home_win"] / (1 - given.details["tie"]) < 0.6
        assert given.confidence is None
        assert any("prior" in warning for warning in given.warnings)
        with pytest.raises(UnknownName):
            ask(predictor, "goal_prediction")

    def test_a_league_without_tracking_still_predicts_games_and_scorers(
        self, built: tuple[dict[str, pl.DataFrame], Truth], tmp_path: Path
    ) -> None:
        data_dir = DataDir(tmp_path)
        official = ("dim_schedule", "dim_team", "dim_player", "fact_gameroster")
        publish(data_dir, {name: built[0][name] for name in official})
        assert main(["--data-dir", str(tmp_path)]) == 0
        predictor = Predictor.load(data_dir)
        for model in ("game_outcome", "goal_prediction", "goalie_performance", "playoff_probability"):
            assert np.isfinite(ask(predictor, model).prediction)
        with pytest.raises(UnknownName):
            ask(predictor, "line_chemistry")


def test_what_the_server_imports_at_start_loads_no_numpy() -> None:
    code = "import sys, ml.requests, ml.prediction, ml.errors; sys.exit('numpy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_predicting_needs_no_scikit_learn_and_unpickles_nothing(trained: DataDir) -> None:
    code = (
        "import sys, pickle\n"
        "def refuse(*a, **k): raise SystemExit('unpickled')\n"
        "pickle.load = pickle.loads = pickle.Unpickler = refuse\n"
        "sys.modules['sklearn'] = None\n"
        "from ml.predictor import Predictor\n"
        "from pathlib import Path\n"
        "from snapshot.layout import DataDir\n"
        f"Predictor.load(DataDir(Path({str(trained.root)!r}))).upcoming()\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
