"""Every route against every role; and an application that has a route without one."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, WebSocket
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.applications import Starlette
from starlette.routing import Mount

from api.limiting import READING_PATHS
from api.main import create_app
from api.models.access import Role
from api.permissions import Admin, Anyone, UndeclaredRoute, Viewer, check_roles, declared_role, role_router, routes_of
from tests.api.server_process import Server, server
from tests.api.serving import KEY, Client, make_settings, service
from tests.api.watcher import watching

ROUTES = [
    (method, route.path, declared_role(route))
    for route in routes_of(create_app(make_settings(Path("/nonexistent"))))
    if isinstance(route, APIRoute)
    for method in sorted(route.methods or ())
]
SOCKETS = [
    (route.path, declared_role(route))
    for route in routes_of(create_app(make_settings(Path("/nonexistent"))))
    if isinstance(route, APIWebSocketRoute)
]
REFUSED = {401, 403}
EXPECTED = {  # what the league agreed on; the code must say the same
    Role.VIEWER: {
        "GET /api/status",
        "GET /api/etl/status/{job_id}",
        "GET /api/tables/{name}",
        "GET /api/games",
        "GET /metrics",
        "GET /api/jobs",
    },
    Role.SCORER: {"POST /api/staging/tracking/upload", "POST /api/raw/files"},
    Role.OPERATOR: {
        *("POST /api/etl/trigger", "POST /api/etl/cancel/{job_id}", "POST /api/upload/to-supabase"),
        *("POST /api/staging/blb-tables/upload", "PUT /api/staging/blb-tables/update", "POST /api/games"),
    },
    Role.ADMIN: {
        *("DELETE /api/staging/blb-tables/{table_name}", "DELETE /api/games/{game_id}", "GET /api/audit"),
        *("POST /api/auth/keys", "GET /api/auth/keys", "DELETE /api/auth/keys/{key_id}"),
    },
    None: {"GET /api/health", "GET /api/ready", "GET /docs", "GET /openapi.json", "POST /api/auth/token"},
}


@pytest.fixture(scope="module")
def league() -> Iterator[tuple[Client, dict[Role, str]]]:
    with ExitStack() as stack:
        # where the database's own user can reach, which pytest's directories are not for root
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bs-")))
        folder.chmod(0o755)
        client = stack.enter_context(
            service(folder / "data", environment="production", admin_api_key=KEY, warehouse="embedded")
        )
        keys = {
            role: client.post(
                "/api/auth/keys", json={"name": f"the {role}", "role": role}, headers={"X-API-Key": KEY}
            ).json()["key"]
            for role in Role
        }
        yield client, keys


def place_of(path: str) -> str:
    return re.sub(r"\{\w*id\}", "1", re.sub(r"\{\w*(?<!id)\}", "nothing", path))


@pytest.mark.parametrize(("method", "path", "needed"), ROUTES, ids=[f"{m} {p}" for m, p, _ in ROUTES])
def test_each_route_lets_in_its_role_and_those_above_and_nobody_else(
    league: tuple[Client, dict[Role, str]], method: str, path: str, needed: Role | None
) -> None:
    client, keys = league
    for role in (None, *Role):
        headers = {} if role is None else {"X-API-Key": keys[role]}
        answer = client.request(method, place_of(path), headers=headers)
        if needed is None or (role is not None and role.includes(needed)):
            is_a_wrong_log_in = path == "/api/auth/token"
            assert answer.status_code not in REFUSED or is_a_wrong_log_in, role
        else:
            assert answer.status_code == (401 if role is None else 403), role
            assert answer.json()["code"] == ("unauthenticated" if role is None else "role_too_low")


@pytest.fixture(scope="module")
def sockets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, dict[Role, str]]]:
    with server(tmp_path_factory.mktemp("sockets") / "data", ADMIN_API_KEY=KEY) as started:
        keys = {
            role: started.request(
                "POST", "/api/auth/keys", json={"name": f"the {role}", "role": role}, headers={"X-API-Key": KEY}
            )
            for role in Role
        }
        yield started, {role: answer.json()["key"] for role, answer in keys.items()}


@pytest.mark.parametrize(("path", "needed"), SOCKETS, ids=[path for path, _ in SOCKETS])
def test_each_socket_lets_in_its_role_and_those_above_and_nobody_else(
    sockets: tuple[Server, dict[Role, str]], path: str, needed: Role | None
) -> None:
    started, keys = sockets
    for role in (None, *Role):
        headers = {} if role is None else {"X_API_Key": keys[role]}
        with watching(started, place_of(path), **headers) as watcher:
            message = watcher.next()
        if needed is None or (role is not None and role.includes(needed)):
            assert message["type"] == "snapshot" or message["code"] == "job_not_found", role
        else:
            assert message["code"] == ("unauthenticated" if role is None else "role_too_low")


def test_the_roles_are_those_agreed_on() -> None:
    declared = {f"{method} {path}": needed for method, path, needed in ROUTES}
    assert SOCKETS == [("/api/etl/ws/{job_id}", Role.VIEWER), ("/api/jobs/ws", Role.VIEWER)]
    wrong = {r: declared.get(r) for needed, routes in EXPECTED.items() for r in routes if declared.get(r) != needed}
    assert wrong == {}
    asking = {f"POST {path}" for path in READING_PATHS}
    assert {r for r, needed in declared.items() if needed is Role.VIEWER and not r.startswith("GET")} == asking


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": "wrong"}], ids=["without a key", "with a wrong key"])
def test_who_is_refused_has_no_byte_of_the_body_read(
    league: tuple[Client, dict[Role, str]], headers: dict[str, str]
) -> None:
    read: list[bytes] = []

    async def body() -> AsyncIterator[bytes]:
        read.append(b"x")
        yield b"x"

    assert league[0].post("/api/etl/trigger", content=body(), headers=headers).status_code == 401
    assert read == []


def test_who_is_refused_hears_nothing_of_what_is_wrong(league: tuple[Client, dict[Role, str]]) -> None:
    client, keys = league
    answer = client.get("/api/audit?limit=many", headers={"X-API-Key": keys[Role.VIEWER]})
    assert (answer.status_code, answer.json()["code"]) == (403, "role_too_low")
    assert answer.json()["detail"] == "This needs the role admin; yours is viewer"


def test_a_schema_is_applied_for_an_admin_only(league: tuple[Client, dict[Role, str]]) -> None:
    client, keys = league
    for role, status in ((Role.OPERATOR, 403), (Role.ADMIN, 202)):
        answer = client.post(
            "/api/upload/generate-schema", json={"options": {"apply": True}}, headers={"X-API-Key": keys[role]}
        )
        assert answer.status_code == status
    assert client.post("/api/upload/generate-schema", json={}, headers={"X-API-Key": keys[Role.OPERATOR]}).is_success


def undeclared() -> Iterator[Any]:
    plain, mounted, sockets, nested = (
        FastAPI(openapi_url=None),
        FastAPI(openapi_url=None),
        FastAPI(openapi_url=None),
        FastAPI(openapi_url=None),
    )

    @plain.get("/open")
    def route(caller: Viewer) -> None: ...

    mounted.router.routes.append(Mount("/files", Starlette()))

    @sockets.websocket("/ws")
    async def watch(socket: WebSocket) -> None: ...

    inner, outer = APIRouter(), APIRouter()
    inner.add_api_route("/inner", lambda: None)
    outer.include_router(inner)
    nested.include_router(outer)
    yield pytest.param(plain, "/open", id="no role router")
    yield pytest.param(mounted, "/files", id="a mount")
    yield pytest.param(sockets, "/ws", id="a web socket")
    yield pytest.param(nested, "/inner", id="a router in a router")
    yield pytest.param(FastAPI(), "/openapi.json", id="the framework's own")


@pytest.mark.parametrize(("app", "path"), list(undeclared()))
def test_an_application_with_an_undeclared_route_is_refused(app: FastAPI, path: str) -> None:
    with pytest.raises(UndeclaredRoute, match=path):
        check_roles(app)


def test_a_route_declares_one_role() -> None:
    router = role_router("/api", "Service")
    with pytest.raises(UndeclaredRoute, match="declares 0 roles"):
        router.add_api_route("/none", lambda: None)

    def two(caller: Admin, other: Anyone) -> None: ...

    with pytest.raises(UndeclaredRoute, match="declares 2 roles"):
        router.add_api_route("/two", two)
