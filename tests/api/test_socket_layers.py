"""The layers around every WebSocket, on their own: slow clients, unexpected errors, what ends together."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.routing import APIWebSocketRoute

from api.errors import DomainError
from api.main import create_app
from api.models.access import Caller, Role
from api.permissions import Viewer, role_router
from api.services.access_errors import BadCredentials, RoleTooLow
from api.services.together import all_of, first_of
from api.sockets import ClientTooSlow, SocketBounds, SocketErrors
from tests.api.serving import KEY, make_settings

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
Sent = list[dict[str, Any]]


def scope(**more: Any) -> dict[str, Any]:
    return {"type": "websocket", "path": "/ws", "headers": [], "query_string": b"", "subprotocols": []} | more


def told_by(app: Callable[..., Awaitable[None]], /, **more: Any) -> Sent:
    """What an application sends to a socket that says nothing."""
    sent: Sent = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(asyncio.wait_for(app(scope(**more), receive, send), 10))
    return sent


def test_before_the_start_a_socket_is_refused(tmp_path: Path) -> None:
    app = create_app(make_settings(tmp_path / "data", environment="production", admin_api_key=KEY))
    accepted, said, closed = told_by(app, path="/api/etl/ws/1")
    assert accepted["type"] == "websocket.accept"
    assert "not_started" in said["text"]
    assert closed["code"] == 4503


class TestErrors:
    def ending(self, error: Exception, *, after_the_start: bool = True) -> Sent:
        async def app(_scope: Any, _receive: Any, send: Any) -> None:
            if after_the_start:
                await send({"type": "websocket.accept"})
            raise error

        return told_by(SocketErrors(app), state={"request_id": "r"})

    def test_what_nobody_expected_is_logged_and_not_told(self, capsys: pytest.CaptureFixture[str]) -> None:
        *_, closed = self.ending(RuntimeError("password=hunter22222"))
        assert (closed["code"], closed["reason"]) == (1011, "Internal server error")
        assert "unexpected_error" in capsys.readouterr().out

    @pytest.mark.parametrize("after_the_start", [True, False])
    def test_a_long_reason_is_cut_between_characters(self, *, after_the_start: bool) -> None:
        *_, closed = self.ending(BadCredentials("é" * 100), after_the_start=after_the_start)
        assert (closed["code"], closed["reason"]) == (4401, "é" * 61)

    def test_who_does_not_read_is_not_sent_even_more(self) -> None:
        assert [message["type"] for message in self.ending(ClientTooSlow())] == ["websocket.accept", "websocket.close"]

    def test_a_client_that_has_gone_is_told_nothing(self) -> None:
        async def app(_scope: Any, _receive: Any, _send: Any) -> None:
            raise BadCredentials("This API key was revoked")

        async def gone(_message: Any) -> None:
            raise OSError

        asyncio.run(SocketErrors(app)(scope(state={"request_id": "r"}), None, gone))


@pytest.fixture
def route() -> APIWebSocketRoute:
    router = role_router("", "Jobs")

    @router.websocket("/ws")
    async def watch(caller: Viewer) -> None: ...

    (found,) = router.routes
    assert isinstance(found, APIWebSocketRoute)
    return found


class TestBounds:
    def ended_by(self, route: APIWebSocketRoute, ask_again: Callable[[], Awaitable[Caller]]) -> DomainError:
        async def app(served: Any, _receive: Any, send: Any) -> None:
            served["route"] = route  # as the router does
            await send({"type": "websocket.accept"})
            del served["route"]  # what the handshake has found is not looked up again
            await asyncio.sleep(60)

        bounds = SocketBounds(app, send_seconds=60, look_seconds=0.01)
        server = SimpleNamespace(state=SimpleNamespace(now=lambda: NOON))
        with pytest.raises(DomainError) as ended:
            told_by(bounds, app=server, state={"ask_again": ask_again})
        return ended.value

    async def caller(self, role: Role | None = Role.VIEWER, expires_at: datetime | None = None) -> Caller:
        return Caller("id", "name", role, "token", expires_at)

    def test_a_role_that_was_taken_away_ends_it(self, route: APIWebSocketRoute) -> None:
        assert isinstance(self.ended_by(route, partial(self.caller, None)), RoleTooLow)

    def test_what_has_expired_ends_it_at_once_without_the_leeway_of_clocks(self, route: APIWebSocketRoute) -> None:
        assert isinstance(self.ended_by(route, partial(self.caller, expires_at=NOON)), BadCredentials)

    def test_who_is_refused_anew_ends_it(self, route: APIWebSocketRoute) -> None:
        async def revoked() -> Caller:
            raise BadCredentials("This API key was revoked")

        assert self.ended_by(route, revoked).message == "This API key was revoked"

    def test_whoever_may_stays(self, route: APIWebSocketRoute) -> None:
        async def app(_scope: Any, _receive: Any, send: Any) -> None:
            await asyncio.sleep(0.1)
            await send({"type": "websocket.close"})

        state = {"ask_again": partial(self.caller, expires_at=NOON + timedelta(seconds=1))}
        server = SimpleNamespace(state=SimpleNamespace(now=lambda: NOON))
        bounds = SocketBounds(app, send_seconds=60, look_seconds=0.01)
        assert told_by(bounds, route=route, app=server, state=state) == [{"type": "websocket.close"}]

    def test_a_send_that_does_not_end_ends_it(self) -> None:
        async def app(_scope: Any, _receive: Any, send: Any) -> None:
            await send({"type": "websocket.send", "text": "x"})

        async def never(_message: Any) -> None:
            await asyncio.sleep(60)

        with pytest.raises(ClientTooSlow):
            asyncio.run(SocketBounds(app, send_seconds=0.01, look_seconds=60)(scope(), None, never))


class TestTogether:
    def test_the_first_to_end_ends_the_others(self) -> None:
        ended: list[str] = []

        async def work(name: str, seconds: float) -> None:
            try:
                await asyncio.sleep(seconds)
            finally:
                ended.append(name)

        async def scene() -> None:
            await first_of(work("slow", 60), work("quick", 0))

        asyncio.run(scene())
        assert ended == ["quick", "slow"]

    def test_of_two_that_end_together_the_first_named_counts(self) -> None:
        async def fails(error: Exception) -> None:
            raise error

        async def scene() -> None:
            await first_of(fails(LookupError()), fails(ValueError()))

        with pytest.raises(LookupError):
            asyncio.run(scene())

    def test_all_end_when_one_fails(self) -> None:
        ended: list[str] = []

        async def slow() -> None:
            try:
                await asyncio.sleep(60)
            finally:
                ended.append("slow")

        async def fails() -> None:
            await asyncio.sleep(0)
            raise LookupError

        async def scene() -> None:
            await all_of(slow(), fails())

        with pytest.raises(LookupError):
            asyncio.run(scene())
        assert ended == ["slow"]
