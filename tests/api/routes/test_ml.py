"""Predictions over HTTP, on a demo league whose models a linked job has trained."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from api.config import PROJECT_ROOT
from api.main import create_app
from api.routes import ml_examples
from ml.requests import KINDS
from snapshot.layout import DataDir
from snapshot.reader import published_id
from tests.api.conftest import url_of
from tests.api.serving import Client, make_settings, publish_schedule, service
from tests.warehouse.servers import new_database

DOCUMENT = create_app(make_settings(Path("/nonexistent"))).openapi()
GAME = {"home_team_id": "N10001", "away_team_id": "N10002"}
EXAMPLES = {name: example["value"] for name, example in ml_examples.PREDICT_REQUESTS.items()}


@pytest.fixture(scope="module")
def league(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo league as `make demo` writes it, smaller."""
    data_dir = tmp_path_factory.mktemp("ml") / "league"
    arguments = ["--data-dir", str(data_dir), "--games", "8", "--seed", "1", "--flaws", "none"]
    subprocess.run([sys.executable, "-m", "etl.demo", *arguments], cwd=PROJECT_ROOT, check=True, capture_output=True)
    return data_dir


@pytest.fixture(scope="module")
def trained(league: Path, database_server: str) -> Iterator[tuple[Client, dict[str, Any]]]:
    """A service whose models an ETL job has had trained, and that job."""
    with (
        new_database(database_server) as dsn,
        service(league, etl_script=PROJECT_ROOT / "run_etl.py", supabase_db_url=url_of(dsn)) as client,
    ):
        job = client.finished(client.trigger(options={"train": True})["job_id"])
        yield client, job


@pytest.fixture(scope="module")
def api(trained: tuple[Client, dict[str, Any]]) -> Client:
    client, job = trained
    assert client.finished(job["result"]["train_job_id"])["status"] == "completed"
    return client


def ask(client: Client, model: str, **features: object) -> Any:
    return client.post("/api/ml/predict", json={"model": model, "features": features})


def fits(answer: Any, path: str, method: str = "get", status: str = "200") -> None:
    schema = DOCUMENT["paths"][path][method]["responses"][status]["content"]["application/json"]["schema"]
    jsonschema_rs.validate({**schema, "components": DOCUMENT["components"]}, answer)


class TestTraining:
    def test_it_follows_an_etl_job_and_says_what_it_made(self, trained: tuple[Client, dict[str, Any]]) -> None:
        client, etl_job = trained
        job = client.finished(etl_job["result"]["train_job_id"])
        assert (job["kind"], job["linked_to"], job["progress"]) == ("train", etl_job["job_id"], 100)
        assert job["result"]["snapshot_id"] == etl_job["result"]["snapshot_id"]
        assert set(job["result"]["models"]) == set(KINDS)
        assert "Training game_outcome" in client.get(f"/api/etl/logs/{job['job_id']}").json()["text"]
        assert client.get("/api/ml/history").json()[0]["job_id"] == job["job_id"]

    def test_a_new_version_serves_at_once(self, api: Client) -> None:
        before = ask(api, "game_outcome", **GAME).json()
        queued = api.post("/api/ml/train", json={"seed": 3})
        assert queued.status_code == 202
        assert queued.headers["Location"] == f"/api/etl/status/{queued.json()['job_id']}"
        job = api.finished(queued.json()["job_id"])
        after = ask(api, "game_outcome", **GAME).json()
        assert after["model_version"] == job["result"]["model_version"] != before["model_version"]
        assert after["prediction"] == before["prediction"]

    def test_a_cancelled_training_leaves_the_models_alone(self, api: Client) -> None:
        before = ask(api, "game_outcome", **GAME).json()
        job_id = api.post("/api/ml/train").json()["job_id"]
        api.job_when(job_id, lambda job: job["status"] == "running")
        job = api.post(f"/api/etl/cancel/{job_id}").json()
        assert job["status"] == "cancelled"
        assert ask(api, "game_outcome", **GAME).json() == before

    def test_a_training_that_fails_says_why(self, league: Path, tmp_path: Path) -> None:
        data_dir = Path(shutil.copytree(league, tmp_path / "league", symlinks=True))
        (data_dir / "output").resolve().joinpath("dim_team.csv").write_text("team_id\n", encoding="utf-8")
        with service(data_dir) as client:
            job = client.finished(client.post("/api/ml/train").json()["job_id"])
        assert job["status"] == "failed"
        assert "dim_team.csv is not the file that was published" in job["error"]

    def test_without_a_league_there_is_nothing_to_train_on(self, client: Client) -> None:
        answer = client.post("/api/ml/train", json={})
        assert (answer.status_code, answer.json()["code"]) == (409, "nothing_published")

    def test_a_training_that_cannot_follow_is_a_warning(self, client: Client) -> None:
        result = client.finished(client.trigger(options={"train": True})["job_id"])["result"]
        assert any("models were not trained" in warning for warning in result["warnings"])


class TestPredict:
    def test_the_example_of_the_api_reference(self, league: Path, api: Client) -> None:
        answer = ask(api, "goal_prediction", player_id="P100001", game_context={})
        assert answer.status_code == 200
        body = answer.json()
        assert list(body) == [
            "model",
            "prediction",
            "confidence",
            "interval",
            "details",
            "model_version",
            "trained_at",
            "snapshot_id",
            "evaluation",
            "warnings",
        ]
        assert 0 < body["prediction"] < 1
        assert body["snapshot_id"] == published_id(DataDir(league))

    @pytest.mark.parametrize("name", EXAMPLES)
    def test_every_example_is_answered_with_its_evaluation(self, api: Client, name: str) -> None:
        answer = api.post("/api/ml/predict", json=EXAMPLES[name])
        assert answer.status_code == 200, answer.text
        fits(answer.json(), "/api/ml/predict", "post")
        assert answer.json()["evaluation"]
        assert answer.json()["confidence"] is not None

    def test_every_model_has_an_example(self) -> None:
        assert {example["model"] for example in EXAMPLES.values()} == set(KINDS)

    @pytest.mark.parametrize(
        ("body", "status", "code", "said"),
        [
            ({"model": "goal_predicton", "features": {}}, 404, "unknown_model", "goal_prediction"),
            ({"model": "\ud800", "features": {}}, 404, "unknown_model", "Near"),
            (
                {"model": "game_outcome", "features": {"home_team_id": "N1000", "away_team_id": "N10002"}},
                404,
                "unknown_name",
                "N10001",
            ),
            ({"model": "goal_prediction", "features": {"player_id": "P10001"}}, 404, "unknown_name", "Near matches"),
            ({"model": "goal_prediction", "features": {"mood": 1}}, 400, "invalid_request", "player_id"),
            (
                {"model": "game_outcome", "features": GAME | {"away_team_id": "N10001"}},
                400,
                "invalid_request",
                "itself",
            ),
            ({"features": {}}, 400, "invalid_request", "model"),
            ({"model": 3, "features": {}}, 400, "invalid_request", "model"),
            ([], 400, "invalid_request", "body"),
        ],
        ids=str,
    )
    def test_a_refusal_says_what_is_wrong(self, api: Client, body: object, status: int, code: str, said: str) -> None:
        content = json.dumps(body)
        answer = api.post("/api/ml/predict", content=content, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert said in answer.json()["detail"]

    def test_too_little_ice_time_together_is_a_conflict(self, api: Client) -> None:
        players = sorted({row["player_id"] for row in self.rosters(api)})
        answers = [ask(api, "line_chemistry", player_ids=["P100001", p]) for p in players if p != "P100001"]
        refused = [a.json() for a in answers if a.status_code == 409]
        assert refused
        assert all(r["code"] == "too_little_data" and "at least 10 minutes" in r["detail"] for r in refused)

    def rosters(self, api: Client) -> list[dict[str, Any]]:
        return api.get("/api/tables/fact_gameroster?limit=60").json()["rows"]

    @pytest.mark.usefixtures("api")
    def test_models_of_an_older_snapshot_say_so(self, league: Path, tmp_path: Path) -> None:
        data_dir = Path(shutil.copytree(league, tmp_path / "league", symlinks=True))
        publish_schedule(data_dir, [1])
        with service(data_dir) as client:
            warnings = ask(client, "game_outcome", **GAME).json()["warnings"]
        assert any("newer snapshot" in warning for warning in warnings)

    @pytest.mark.usefixtures("api")
    def test_altered_models_are_refused(self, league: Path, tmp_path: Path) -> None:
        data_dir = Path(shutil.copytree(league, tmp_path / "league", symlinks=True))
        for path in (data_dir / "models").glob("*/arrays.npz"):
            path.write_bytes(path.read_bytes()[:-1] + b"x")
        with service(data_dir) as client:
            answer = ask(client, "game_outcome", **GAME)
        assert (answer.status_code, answer.json()["code"]) == (409, "models_damaged")
        assert "train again" in answer.json()["detail"]

    def test_the_status_says_which_models_there_are_before_anybody_asks_them(self, api: Client) -> None:
        status = api.get("/api/status").json()
        fits(status, "/api/status")
        answer = ask(api, "game_outcome", **GAME).json()
        assert status["models"] == {name: answer[name] for name in ("model_version", "trained_at", "snapshot_id")}

    @pytest.mark.parametrize("path", ["models", "upcoming", "models/game_outcome/calibration"])
    def test_untrained_says_how_to_train(self, client: Client, path: str) -> None:
        answers = [client.get(f"/api/ml/{path}"), client.post("/api/ml/predict", json=EXAMPLES["game_outcome"])]
        for answer in answers:
            assert (answer.status_code, answer.json()["code"]) == (409, "not_trained")
            assert "POST /api/ml/train" in answer.json()["detail"]


class TestBatch:
    def test_each_request_has_its_own_answer(self, api: Client) -> None:
        unknown = {"model": "goal_prediction", "features": {"player_id": "P"}}
        requests = [*EXAMPLES.values(), unknown]
        answer = api.post("/api/ml/predict/batch", json={"requests": requests})
        assert answer.status_code == 200
        fits(answer.json(), "/api/ml/predict/batch", "post")
        items = answer.json()["predictions"]
        singles = [api.post("/api/ml/predict", json=request).json() for request in EXAMPLES.values()]
        assert [item["prediction"] for item in items[:-1]] == singles
        assert items[-1]["prediction"] is None
        assert items[-1]["error"]["code"] == "unknown_name"

    def test_a_thousand_are_answered_in_seconds_and_one_more_is_refused(self, api: Client) -> None:
        one = EXAMPLES["game_outcome"]
        begun = time.monotonic()
        answer = api.post("/api/ml/predict/batch", json={"requests": [one] * 1000})
        assert len(answer.json()["predictions"]) == 1000
        assert time.monotonic() - begun < 20
        assert api.post("/api/ml/predict/batch", json={"requests": [one] * 1001}).status_code == 400
        assert api.post("/api/ml/predict/batch", json={"requests": []}).status_code == 400

    def test_its_simulations_are_bounded(self, api: Client) -> None:
        requests = [
            {"model": "playoff_probability", "features": {"team_id": "N10001", "simulations": 49_000 + n}}
            for n in range(3)
        ]
        answer = api.post("/api/ml/predict/batch", json={"requests": requests})
        assert (answer.status_code, "simulations" in answer.json()["detail"]) == (400, True)


class TestWhatIsKnown:
    def test_models_come_with_training_data_evaluation_and_schema(self, api: Client) -> None:
        models = api.get("/api/ml/models").json()
        fits(models, "/api/ml/models")
        assert {model["name"] for model in models} == set(KINDS)
        for model in models:
            assert "baselines" in model["evaluation"]
            assert model["feature_schema"]["properties"]
            assert model["training_data"]["tables"]["dim_schedule"]
            assert model["is_baseline"] is any("published" in warning for warning in model["warnings"])

    @pytest.mark.parametrize("name", KINDS)
    def test_calibration_backs_every_confidence(self, api: Client, name: str) -> None:
        found = api.get(f"/api/ml/models/{name}/calibration").json()
        fits(found, "/api/ml/models/{name}/calibration")
        measures = ("confidence", "interval_coverage", "identification_percentile")
        assert any(found[measure] is not None for measure in measures)

    def test_calibration_of_no_model(self, api: Client) -> None:
        answer = api.get("/api/ml/models/game_outcomes/calibration")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_model")
        assert "game_outcome" in answer.json()["detail"]

    def test_upcoming_games_are_all_that_are_scheduled(self, api: Client) -> None:
        upcoming = api.get("/api/ml/upcoming").json()
        fits(upcoming, "/api/ml/upcoming")
        rows = api.get("/api/tables/dim_schedule?home_total_goals=is.null&limit=1000").json()["rows"]
        assert sorted(game["game_id"] for game in upcoming["games"]) == sorted(row["game_id"] for row in rows)
        first = upcoming["games"][0]
        features = {key: first[key] for key in ("home_team_id", "away_team_id", "date")}
        assert ask(api, "game_outcome", **features).json()["prediction"] == first["prediction"]
        details = first["details"]
        assert details["home_win"] + details["tie"] + details["away_win"] == pytest.approx(1)
