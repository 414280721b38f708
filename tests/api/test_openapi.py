"""What `/docs` promises holds: every request example works, every answer example fits its schema."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from api.main import create_app
from tests.api.serving import Client, make_settings, publish_schedule, service

DOCUMENT = create_app(make_settings(Path("/nonexistent"))).openapi()
OPERATIONS = [
    (method.upper(), path, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]
SENT_ELSEWHERE = {"Staging", "Games", "ML"}
"""Their examples are sent in `tests/api/routes/test_staging.py` and `test_ml.py`, to leagues that fit them."""
PUBLIC = {"/api/health", "/api/ready", "/api/auth/providers"}
IDS = [f"{method} {path}" for method, path, _ in OPERATIONS]


def contents(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for status, response in operation["responses"].items():
        for content in response.get("content", {}).values():
            yield status, content


def fits(value: Any, schema: dict[str, Any]) -> None:
    jsonschema_rs.validate({**schema, "components": DOCUMENT["components"]}, value)


@pytest.mark.parametrize(("path", "operation"), [(path, operation) for _, path, operation in OPERATIONS], ids=IDS)
def test_every_operation_is_described(path: str, operation: dict[str, Any]) -> None:
    assert operation["tags"]
    assert operation["description"]
    assert "422" not in operation["responses"]
    assert ("401" in operation["responses"]) is (path not in PUBLIC)
    assert ("Role: **" in operation["description"]) is (path not in {*PUBLIC, "/api/auth/token"})


@pytest.mark.parametrize("operation", [operation for _, _, operation in OPERATIONS], ids=IDS)
def test_every_body_has_examples_and_those_of_answers_fit_their_schema(operation: dict[str, Any]) -> None:
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        assert content.get("examples") or "multipart" in kind
    for status, content in contents(operation):
        assert content["examples"], status
        for example in content["examples"].values():
            fits(example["value"], content["schema"])


@pytest.fixture
def league(data_dir: Path, database: str) -> Iterator[Client]:
    publish_schedule(data_dir, [18969, 18977])
    with service(data_dir, supabase_db_url=database) as client:
        yield client


def documented_requests() -> Iterator[Any]:
    for method, path, operation in OPERATIONS:
        if SENT_ELSEWHERE & set(operation["tags"]):
            continue
        bodies = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("examples", {})
        for name, example in bodies.items() or [("without a body", {"value": None})]:
            yield pytest.param(method, path, operation, example["value"], id=f"{method} {path} {name}")


@pytest.mark.parametrize(("method", "path", "operation", "body"), list(documented_requests()))
def test_every_request_example_works_and_its_answer_fits(
    league: Client, method: str, path: str, operation: dict[str, Any], body: Any
) -> None:
    job_id = league.trigger(mode="test")["job_id"]
    if "cancel" not in path:
        league.finished(job_id)
    if path == "/api/upload/schema":
        league.finished(league.post("/api/upload/generate-schema", json={}).json()["job_id"])
    published = league.get("/api/snapshots").json()[0]["snapshot_id"]
    headers, key_id = {}, ""
    if path.startswith("/api/auth"):  # from the first key on, every request needs one
        made = league.post("/api/auth/keys", json={"name": "tests", "role": "admin"}).json()
        headers, key_id = {"X-API-Key": made["key"]}, made["id"]
        body = {"api_key": made["key"]} if path == "/api/auth/token" else body
    arguments = {} if body is None else {"json": body}
    names = {"snapshot_id": published, "job_id": job_id, "name": "dim_schedule", "key_id": key_id}
    place = path.format(**names, table="dim_schedule", key="18969", column="game_id")
    answer = league.request(method, place, headers=headers, **arguments)
    assert answer.is_success, answer.text
    media_type = answer.headers["content-type"].partition(";")[0]
    schema = operation["responses"][str(answer.status_code)]["content"][media_type]["schema"]
    fits(answer.json() if media_type == "application/json" else answer.text, schema)


def test_the_pages_are_there(league: Client) -> None:
    assert league.get("/docs").status_code == 200
    info = league.get("/openapi.json").json()["info"]
    assert (info["title"], info["version"]) == ("BenchSight ETL API", "1.0.0")


def test_every_tag_is_described() -> None:
    used = {tag for _, _, operation in OPERATIONS for tag in operation["tags"]}
    assert used <= {tag["name"] for tag in DOCUMENT["tags"]}


def test_no_schema_of_the_framework_is_left() -> None:
    assert {"HTTPValidationError", "ValidationError"} & set(DOCUMENT["components"]["schemas"]) == set()
