"""schemathesis over the whole OpenAPI of a real server: a published demo league, an embedded database, the real ETL.

Whatever is sent, right or wrong, by nobody or by the holder of a key: no 5xx, no status, header or body that `/docs`
does not promise, and every refusal says in one sentence why. Who may not is refused whatever the request is.
"""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from fastapi.routing import APIRoute
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
from api.models.access import Role
from api.permissions import declared_role, routes_of
from tests.api.server_process import Server, server
from tests.api.serving import KEY, make_settings
from tests.leaks import GIVES_SECRETS, refuse_leaks
from tests.reachable import reachable_folder

SHORT, LONG = 3, 300  # requests of each kind, right and wrong, to each operation, by an admin and by a weaker caller
WEAKER = (None, Role.VIEWER, Role.OPERATOR)
CREDENTIALS = frozenset({"x-api-key", "authorization"})
CHECKS = (
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
APP = create_app(make_settings(Path("/nonexistent")))
NEEDED = {
    f"{method} {route.path}": declared_role(route)
    for route in routes_of(APP)
    if isinstance(route, APIRoute)
    for method in route.methods
}
DOCUMENT = APP.openapi()
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
    keys: Mapping[Role | None, Mapping[str, str]]  # the headers that a caller of this role sends
    session: requests.Session


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with reachable_folder() as folder:
        yield from league_service(folder / "data")


def league_service(data: Path) -> Iterator[Service]:
    """A server with a published and uploaded league, and a key for each caller."""
    demo = [sys.executable, "-m", "etl.demo", "--data-dir", str(data), "--games", "3", "--seed", "3"]
    subprocess.run(demo, cwd=PROJECT_ROOT, check=True, capture_output=True)
    changes = {"WAREHOUSE": "embedded", "SUPABASE_DB_URL": "", "MAX_QUEUED_JOBS": "2", "MAX_UPLOAD_BYTES": "300000"}
    changes |= {"READS_PER_MINUTE": "1000000", "WRITES_PER_MINUTE": "1000000"}  # a limit would answer for the routes
    changes |= {"ADMIN_API_KEY": KEY, "LOG_LEVEL": "ERROR"}  # nobody reads the server's output meanwhile
    admin = {"X-API-Key": KEY}
    with server(data, ETL_SCRIPT=str(PROJECT_ROOT / "run_etl.py"), **changes) as started:
        run = started.post(
            "/api/etl/trigger",
            json={"mode": "full", "options": {"upload_to_supabase": True}},
            headers=admin,
            timeout=60,
        ).json()
        job = started.finished(run["job_id"], headers=admin)
        assert job["status"] == "completed", job
        upload = started.finished(job["result"]["upload_job_id"], headers=admin)
        assert upload["status"] == "completed", upload
        games = [game["game_id"] for game in started.get("/api/games", headers=admin, timeout=60).json()]
        known = {
            "job_id": [run["job_id"], upload["job_id"]],
            "game_id": games,
            "name": ["dim_schedule", "fact_events", "qa_input_flags"],
            "table_name": ["dim_player", "stage_dim_schedule", "fact_gameroster"],
        }
        yield Service(started.url, known, {None: {}, Role.ADMIN: admin, **made_keys(started)}, requests.Session())
        started.stop()


def made_keys(started: Server) -> dict[Role, dict[str, str]]:
    """A key for each of the weaker roles."""
    keys = {}
    for role in filter(None, WEAKER):
        made = started.post("/api/auth/keys", json={"name": role, "role": role}, headers={"X-API-Key": KEY}).json()
        keys[role] = {"X-API-Key": made["key"]}
    return keys


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
    @given(case=cases(OPERATIONS[label], mode, service.known), weaker=st.sampled_from(WEAKER))
    def sent(case: schemathesis.Case, weaker: Role | None) -> None:
        case.headers = {name: value for name, value in case.headers.items() if name.lower() not in CREDENTIALS}
        needed = NEEDED[label]
        for role in (weaker, Role.ADMIN):
            answer = case.call(base_url=service.url, session=service.session, headers=service.keys[role], timeout=90)
            case.validate_response(answer, checks=list(CHECKS))
            if answer.status_code >= 400:
                says_why(answer.json())
            if case.operation.path not in GIVES_SECRETS:
                refuse_leaks(answer.content, label)
            if needed is not None and (role is None or not role.includes(needed)):
                assert answer.status_code == (401 if role is None else 403), answer.text

    sent()


def says_why(body: dict[str, Any]) -> None:
    assert isinstance(body["detail"], str), body
    assert body["detail"].strip(), body
    assert {"code", "request_id"} <= body.keys(), body


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
