import io
import json
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

import api.main  # noqa: F401 - loads every module that declares an error
from api.error_handlers import body_of, documented, invalid_request
from api.errors import DomainError, FieldError, InvalidRequest, TooManyRequests
from api.main import create_app
from api.utils.log_lines import configure_logging
from tests.api.serving import ORIGIN, Client, make_settings, serving

FROM_THE_PORTAL = {"Origin": ORIGIN}


def all_errors(root: type[DomainError] = DomainError) -> list[type[DomainError]]:
    return [root, *(leaf for child in root.__subclasses__() for leaf in all_errors(child))]


def test_every_error_has_a_documented_status_and_a_code_of_its_own() -> None:
    errors = [error for error in all_errors() if error.__module__.startswith("api.")]
    codes = [error.__dict__["code"] for error in errors if "code" in error.__dict__]
    assert len(codes) == len(set(codes))
    assert {error.status for error in errors} <= {400, 401, 403, 404, 408, 409, 413, 429, 500, 502, 503, 504}
    assert all(error.__doc__ for error in errors)


def test_a_body_is_one_sentence_a_code_and_the_request() -> None:
    assert body_of(InvalidRequest("No", [FieldError("mode", "no")]), "r1") == {
        "detail": "No",
        "code": "invalid_request",
        "request_id": "r1",
        "errors": [{"field": "mode", "message": "no"}],
    }


def test_text_that_utf_8_cannot_hold_is_sent_all_the_same() -> None:
    json.dumps(body_of(InvalidRequest("Unknown \ud800", [FieldError("\ud800", "\ud800")]), "r1")).encode()
    assert body_of(InvalidRequest("Unknown \ud800"), "r1")["detail"] == "Unknown ?"


def test_a_limit_says_when_to_come_again() -> None:
    assert TooManyRequests("Later", retry_after_seconds=30).headers() == {"Retry-After": "30"}


def test_documentation_keeps_the_examples_of_one_status_together() -> None:
    responses = documented(InvalidRequest("One"), TooManyRequests("Two", retry_after_seconds=1))
    assert set(responses) == {400, 429}
    assert responses[400]["content"]["application/json"]["examples"]["invalid_request"]["value"]["detail"] == "One"


def test_many_wrong_fields_make_a_sentence_that_can_be_read() -> None:
    errors = [{"type": "int_type", "loc": ("body", "game_ids", i), "msg": "Wrong"} for i in range(5000)]
    error = invalid_request(errors)
    assert error.message == "game_ids.0: Wrong; game_ids.1: Wrong; game_ids.2: Wrong; and 4997 more"
    assert len(error.errors) == 20


WRONG_BODIES = {
    "no body": ("", "body: Field required"),
    "half a document": ("{", "The body is not valid JSON: "),
    "a list": ("[]", "body: "),
    "half a character": ('{"mode": "\\ud800"}', "Invalid mode '?'"),
    "half a character as a key": ('{"\\ud800": 1}', "body: "),
    "a huge number": ('{"game_ids": [' + "9" * 5000 + "]}", "The body cannot be read"),
    "a deep document": ("[" * 100_000, "The body is nested deeper than 32 levels"),
    "an unknown mode": ('{"mode": "x"}', "Invalid mode 'x'. Valid modes: full, incremental, single, test"),
    "an unknown field": ('{"games": []}', "games: There is no such field"),
    "an unknown option": (
        '{"options": {"foo": 1}}',
        "Unknown option 'foo'. Valid options: wipe, validate, upload_to_supabase, regenerate_schema, train",
    ),
    "single without games": ('{"mode": "single"}', "Mode 'single' needs at least one game in game_ids"),
    "a game id that is a word": ('{"game_ids": ["x"]}', "game_ids.0: "),
    "a game id below zero": ('{"game_ids": [-1]}', "game_ids.0: "),
    "a game id no bigint holds": ('{"game_ids": [9223372036854775808]}', "game_ids.0: "),
    "not a number": ('{"game_ids": [NaN]}', "game_ids.0: "),
}


@pytest.mark.parametrize(("body", "sentence"), WRONG_BODIES.values(), ids=WRONG_BODIES)
def test_a_wrong_request_is_400_with_a_sentence(client: Client, body: str, sentence: str) -> None:
    answer = client.post("/api/etl/trigger", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    error = answer.json()
    assert error["detail"].startswith(sentence)
    assert error["request_id"] == answer.headers["X-Request-ID"]
    assert isinstance(error["errors"], list)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing/here", 404, "not_found"),
        ("PUT", "/api/health", 405, "method_not_allowed"),
        ("GET", "/api/etl/status/nobody", 404, "job_not_found"),
        ("GET", "/api/etl/history?limit=201", 400, "invalid_request"),
        ("GET", "/api/etl/history?status=queued", 400, "invalid_request"),
    ],
)
def test_every_error_has_the_same_shape_and_the_cors_headers(
    client: Client, method: str, path: str, status: int, code: str
) -> None:
    answer = client.request(method, path, headers=FROM_THE_PORTAL)
    assert answer.status_code == status
    assert isinstance(answer.json()["detail"], str)
    assert answer.json()["code"] == code
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN


@pytest.mark.usefixtures("restored_logging")
def test_an_unexpected_error_is_logged_with_its_id_and_says_nothing(data_dir: Path) -> None:
    app = create_app(make_settings(data_dir))

    def broken() -> None:
        raise RuntimeError("password=hunter2 in /etc/secret")

    app.add_api_route("/broken", broken)
    log = io.StringIO()
    with serving(app) as client:
        configure_logging("INFO", as_json=True, stream=log)
        answer = client.get("/broken", headers={**FROM_THE_PORTAL, "X-Request-ID": "abc-1"})
    assert answer.status_code == 500
    assert answer.json() == {"detail": "Internal server error", "code": "internal_error", "request_id": "abc-1"}
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    logged = next(line for line in lines if line["event"] == "unexpected_error")
    assert logged["request_id"] == "abc-1"
    assert "RuntimeError: password=*** in /etc/secret" in logged["exception"]
    assert "hunter2" not in log.getvalue()
    request = next(line for line in lines if line["event"] == "request")
    assert (request["method"], request["route"], request["status"]) == ("GET", "/broken", 500)
    assert request["ms"] >= 0


def test_an_answer_that_breaks_off_is_not_mended(data_dir: Path) -> None:
    app = create_app(make_settings(data_dir))

    async def half(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("in the middle")

    app.mount("/half", half)
    with serving(app) as client:
        assert client.get("/half/").status_code == 200


def test_before_the_start_only_health_is_answered(data_dir: Path) -> None:
    app = create_app(make_settings(data_dir))

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            return [await client.get(path) for path in ("/api/health", "/api/status", "/api/etl/history")]

    answers = anyio.run(ask)
    assert [answer.status_code for answer in answers] == [200, 503, 503]
    assert answers[1].json()["code"] == "not_started"
    assert not data_dir.exists()
