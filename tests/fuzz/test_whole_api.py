"""schemathesis over the whole OpenAPI of a real server: a published demo league, an embedded database, the real ETL.

Whatever is sent, right or wrong: no 5xx, no status, header or body that `/docs` does not promise, and every refusal
says in one sentence why.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.config import PROJECT_ROOT
from api.main import create_app
from tests.api.server_process import Server, server
from tests.api.serving import make_settings

SHORT, LONG = 4, 300  # requests of each kind, right and wrong, to each operation
CHECKS = (
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
DOCUMENT = create_app(make_settings(Path("/nonexistent"))).openapi()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)


def never_ends(operation: schemathesis.APIOperation) -> bool:
    """Whether the answer is a stream of events, which a plain request would wait for in vain."""
    responses = DOCUMENT["paths"][operation.path][operation.method.lower()]["responses"]
    return any("text/event-stream" in response.get("content", {}) for response in responses.values())


OPERATIONS = {
    operation.label: operation
    for operation in (found.ok() for found in SCHEMA.get_all_operations())
    if not never_ends(operation)
}


@dataclass(frozen=True)
class Service:
    url: str
    known: Mapping[str, list[Any]]  # path parameters that name something
    session: requests.Session


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    folder = Path(tempfile.mkdtemp(prefix="bs-"))  # where a service user can reach
    folder.chmod(0o755)
    data = folder / "data"
    demo = [sys.executable, "-m", "etl.demo", "--data-dir", str(data), "--games", "3", "--seed", "3"]
    subprocess.run(demo, cwd=PROJECT_ROOT, check=True, capture_output=True)
    changes = {"WAREHOUSE": "embedded", "SUPABASE_DB_URL": "", "MAX_QUEUED_JOBS": "2", "MAX_UPLOAD_BYTES": "300000"}
    changes["LOG_LEVEL"] = "ERROR"  # nobody reads the server's output meanwhile
    with server(data, ETL_SCRIPT=str(PROJECT_ROOT / "run_etl.py"), **changes) as started:
        run = started.post(
            "/api/etl/trigger", json={"mode": "full", "options": {"upload_to_supabase": True}}, timeout=60
        ).json()
        job = finished(started, run["job_id"])
        assert job["status"] == "completed", job
        upload = finished(started, job["result"]["upload_job_id"])
        assert upload["status"] == "completed", upload
        games = [game["game_id"] for game in started.get("/api/games", timeout=60).json()]
        known = {
            "job_id": [run["job_id"], upload["job_id"]],
            "game_id": games,
            "name": ["dim_schedule", "fact_events", "qa_input_flags"],
            "table_name": ["dim_player", "stage_dim_schedule", "fact_gameroster"],
        }
        yield Service(started.url, known, requests.Session())
        started.stop()
    shutil.rmtree(folder)


def finished(started: Server, job_id: str) -> dict[str, Any]:
    while True:
        job: dict[str, Any] = started.get(f"/api/etl/status/{job_id}?wait=20", timeout=60).json()
        if job["completed_at"]:
            return job


def cases(operation: schemathesis.APIOperation, mode: GenerationMode, known: Mapping[str, list[Any]]) -> Any:
    """Requests of a kind, half of them about something that exists."""

    def about(case: schemathesis.Case, values: Mapping[str, Any]) -> schemathesis.Case:
        if case.path_parameters and values:
            case.path_parameters = {**case.path_parameters, **values}
        return case

    names = [p.name for p in operation.path_parameters if p.name in known]
    existing = st.fixed_dictionaries({name: st.sampled_from(known[name]) for name in names})
    return st.builds(about, operation.as_strategy(generation_mode=mode), st.one_of(st.just({}), existing))


def probe(service: Service, label: str, mode: GenerationMode, examples: int) -> None:
    @settings(
        derandomize=True, database=None, deadline=None, max_examples=examples, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=cases(OPERATIONS[label], mode, service.known))
    def sent(case: schemathesis.Case) -> None:
        answer = case.call(base_url=service.url, session=service.session, timeout=90)
        case.validate_response(answer, checks=list(CHECKS))
        if answer.status_code >= 400:
            body = answer.json()
            assert isinstance(body["detail"], str), body
            assert body["detail"].strip(), body
            assert {"code", "request_id"} <= body.keys(), body

    sent()


def modes_of(operation: schemathesis.APIOperation) -> Iterator[GenerationMode]:
    """Right requests; and wrong ones, where there is anything that could be wrong."""
    yield GenerationMode.POSITIVE
    if any(True for _ in operation.iter_parameters()) or operation.body:
        yield GenerationMode.NEGATIVE


PROBES = [
    pytest.param(label, mode, id=f"{label} {mode.value}")
    for label, operation in OPERATIONS.items()
    for mode in modes_of(operation)
]


@pytest.mark.parametrize(("label", "mode"), PROBES)
def test_no_request_is_answered_otherwise_than_documented(service: Service, label: str, mode: GenerationMode) -> None:
    probe(service, label, mode, SHORT)


@pytest.mark.proof
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("label", "mode"), PROBES)
def test_for_a_long_time(service: Service, label: str, mode: GenerationMode) -> None:
    probe(service, label, mode, LONG)
