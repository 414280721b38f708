"""Bounds: requests a minute, requests open at once, wrong keys, deep and slow bodies; and the headers of answers."""

import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import anyio
import httpx
import pytest

from api.bounds import is_deeper
from api.services.rate_limits import RateExceeded, RateLimits, TooManyStreams, neighbourhood
from api.services.window_storage import WindowStorage
from tests.api.server_process import Server, server
from tests.api.serving import KEY, ORIGIN, Client, behave, service


class TestRates:
    def test_every_answer_says_what_is_left(self, client: Client) -> None:
        first, second = client.get("/api/health"), client.get("/nothing")
        assert first.headers["RateLimit-Limit"] == "60000"
        left = int(first.headers["RateLimit-Remaining"])
        assert (left, int(second.headers["RateLimit-Remaining"])) == (59_999, 59_998)
        assert 0 < int(first.headers["RateLimit-Reset"]) <= 60

    def test_the_one_too_many_is_told_when_to_come_back(self, data_dir: Path) -> None:
        with service(data_dir, reads_per_minute=3, writes_per_minute=1) as client:
            assert [client.get("/api/health").status_code for _ in range(4)] == [200, 200, 200, 429]
            refused = client.get("/api/health", headers={"Origin": ORIGIN})
            assert refused.json()["code"] == "rate_exceeded"
            assert 0 < int(refused.headers["Retry-After"]) <= 60
            assert refused.headers["RateLimit-Remaining"] == "0"
            assert refused.headers["Access-Control-Allow-Origin"] == ORIGIN
            assert [client.post("/api/etl/trigger", json={}).status_code for _ in range(2)] == [202, 429]

    def test_each_key_and_each_address_is_counted_by_itself(self, data_dir: Path) -> None:
        with service(data_dir, admin_api_key=KEY, reads_per_minute=2, trusted_proxies="127.0.0.1") as client:
            with_key = {"X-API-Key": KEY}
            assert [client.get("/api/auth/me", headers=with_key).status_code for _ in range(3)] == [200, 200, 429]
            for address in ("203.0.113.1", "203.0.113.2"):
                headers = {"X-Forwarded-For": address}
                assert [client.get("/api/health", headers=headers).status_code for _ in range(3)] == [200, 200, 429]

    def test_guessing_keys_comes_to_an_end_and_a_right_one_still_holds(self, data_dir: Path) -> None:
        with service(data_dir, admin_api_key=KEY) as client:
            wrong = [client.get("/api/status", headers={"X-API-Key": f"guess-{n}"}).status_code for n in range(32)]
            assert wrong == [401] * 30 + [429] * 2
            assert client.get("/api/auth/me", headers={"X-API-Key": KEY}).status_code == 200

    def test_guessing_by_log_in_comes_to_an_end(self, data_dir: Path) -> None:
        with service(data_dir, admin_api_key=KEY) as client:
            wrong = [client.post("/api/auth/token", json={"api_key": f"guess-{n}"}) for n in range(31)]
            assert [answer.status_code for answer in wrong] == [401] * 30 + [429]
            assert wrong[-1].json()["code"] == "too_many_failures"

    def test_a_minute_later_everything_is_there_again(self) -> None:
        now = [0.0]
        limits = RateLimits(reads=1, writes=1, streams=1, time=lambda: now[0])
        assert limits.count("a", is_write=False).remaining == 0
        with pytest.raises(RateExceeded):
            limits.count("a", is_write=False)
        assert limits.count("a", is_write=True).remaining == 0
        now[0] = 60.0
        assert limits.count("a", is_write=False).reset_seconds == 60

    def test_counters_that_have_ended_are_forgotten(self) -> None:
        now = [0.0]
        storage = WindowStorage(lambda: now[0])
        for number in range(1000):
            storage.incr(f"address {number}", 60)
        now[0] = 61.0
        storage.incr("another", 60)
        assert storage.check()
        assert storage.reset() == 1

    def test_a_household_is_one_address(self) -> None:
        assert neighbourhood("2001:db8:1:2:3::4") == neighbourhood("2001:db8:1:2:ffff::") == "2001:db8:1:2::/64"
        assert neighbourhood("203.0.113.7") == "203.0.113.7"
        assert neighbourhood("testclient") == "testclient"


class TestStreams:
    def test_only_so_many_may_be_open_at_once(self) -> None:
        limits = RateLimits(reads=9, writes=9, streams=2, time=time.monotonic)
        limits.open("a")
        limits.open("a")
        with pytest.raises(TooManyStreams):
            limits.open("a")
        limits.open("b")
        limits.close("a")
        limits.open("a")

    def test_a_request_counts_until_it_is_answered(self, data_dir: Path) -> None:
        async def slow_body() -> AsyncIterator[bytes]:
            await anyio.sleep(2)
            yield b"{}"

        answers: list[httpx.Response] = []
        with service(data_dir, max_streams=1) as client:
            upload = threading.Thread(
                target=lambda: answers.append(client.post("/api/etl/trigger", content=slow_body()))
            )
            upload.start()
            time.sleep(0.5)
            refused = client.get("/api/health")
            assert (refused.status_code, refused.json()["code"]) == (429, "too_many_streams")
            upload.join()
            assert client.get("/api/health").status_code == 200
        assert answers[0].status_code == 400


class TestBodies:
    @pytest.mark.parametrize(
        ("depth", "code"), [(30, None), (31, "too_deep"), (5_000, "too_deep")], ids=["32 in all", "33 in all", "many"]
    )
    def test_deep_json_is_refused(self, client: Client, depth: int, code: str | None) -> None:
        value = "[" * depth + "]" * depth
        body = f'{{"options": {{"x": {value}}}}}'
        answer = client.post("/api/etl/trigger", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400
        assert (answer.json()["code"] == "too_deep") is (code is not None)

    def test_depth_is_told_apart_from_text_and_from_length(self) -> None:
        assert not is_deeper(json.dumps([{"a": "[[[[" + '"]\\'}] * 1000).encode(), 2)
        assert is_deeper(b'[[{"a": []}]]', 3)
        assert not is_deeper(b'[[{"a": []}]]', 4)
        assert not is_deeper(b"{", 2)
        assert is_deeper(b"[" * 5, 4)

    @pytest.mark.parametrize("hostile", [b'"\\' * 500_000, b'\\"' * 500_000, b"[]" * 500_000, b"][" * 500_000])
    def test_measuring_takes_no_longer_for_hostile_bodies(self, hostile: bytes) -> None:
        started = time.process_time()
        is_deeper(b'{"a":' + hostile, 32)
        assert time.process_time() - started < 2

    def test_a_body_that_does_not_arrive_is_408(self, tmp_path: Path) -> None:
        with server(tmp_path, REQUEST_TIMEOUT_SECONDS="1") as started:
            with socket.create_connection(("127.0.0.1", started.port), timeout=10) as slow:
                head = "POST /api/etl/trigger HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                slow.sendall(f"{head}Content-Length: 50\r\n\r\n{{".encode())
                answer = b"".join(iter(lambda: slow.recv(65536), b"")).decode()  # until the server closes
            assert answer.startswith("HTTP/1.1 408 ")
            assert '"too_slow"' in answer
            assert started.get("/api/health").status_code == 200


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data_dir = tmp_path_factory.mktemp("heads")
    behave(data_dir, "quiet")
    with server(data_dir, REQUEST_TIMEOUT_SECONDS="1") as started:
        yield started
        assert started.get("/api/health").status_code == 200


class TestHeads:
    """What comes before a request is one, on real connections."""

    def answer(self, started: Server, *pieces: bytes, pause: float = 0.0) -> bytes:
        """What the server says until it hangs up."""
        with socket.create_connection(("127.0.0.1", started.port), timeout=10) as connection:
            with suppress(ConnectionError):  # the server may hang up before all is sent
                for piece in pieces:
                    connection.sendall(piece)
                    time.sleep(pause)
            with suppress(ConnectionError):
                return b"".join(iter(lambda: connection.recv(65536), b""))
        return b""

    def test_one_that_does_not_arrive_is_408(self, started: Server) -> None:
        said = self.answer(started, b"GET /api/health HTTP/1.1\r\nHo", b"st:", b" 127", pause=0.2)
        assert said.startswith(b"HTTP/1.1 408 ")
        head, _, body = said.partition(b"\r\n\r\n")
        refusal = json.loads(body)
        assert refusal["code"] == "head_too_slow"
        assert f"x-request-id: {refusal['request_id']}".encode() in head.splitlines()
        assert len(refusal["request_id"]) == 32

    def test_the_caller_s_own_id_is_kept(self, started: Server) -> None:
        said = self.answer(started, b"GET /api/health HTTP/1.1\r\nX-Request-ID: mine\r\nX-Late: ")
        assert json.loads(said.partition(b"\r\n\r\n")[2])["request_id"] == "mine"

    def test_one_that_never_ends_is_431(self, started: Server) -> None:
        said = self.answer(started, b"GET /api/health HTTP/1.1\r\nX-Long: ", *[b"a" * 10_000] * 200)
        assert b"".join(said.splitlines()[:1]) in {b"HTTP/1.1 431 Request Header Fields Too Large", b""}

    @pytest.mark.parametrize("of", ["one long header", "many headers", "a long address"])
    @pytest.mark.parametrize("size", [60_000, 70_000, 200_000])
    def test_it_is_bounded_in_one_piece_too(self, started: Server, of: str, size: int) -> None:
        line, filler = b"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n", b"a" * size
        if of == "one long header":
            whole = line + b"X-Long: " + filler + b"\r\n\r\n"
        elif of == "many headers":
            whole = line + b"".join(b"X-%04d: %s\r\n" % (n, b"a" * 992) for n in range(size // 1000)) + b"\r\n"
        else:
            whole = line.replace(b"/api/health", b"/api/health?" + filler) + b"\r\n"
        said = self.answer(started, whole)
        assert said[:12] in ({b"HTTP/1.1 431", b""} if size > 65_536 else {b"HTTP/1.1 200"})
        assert said.count(b"HTTP/1.1") <= 1

    def test_the_body_before_it_counts_for_nothing(self, started: Server) -> None:
        line = b"POST /api/etl/trigger HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        post = line + b"Content-Length: 100000\r\n\r\n" + b" " * 100_000
        rest = b"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        said = self.answer(started, post + rest, b"\r\n", pause=0.2)
        assert said.count(b"HTTP/1.1 ") == 2
        assert said.startswith(b"HTTP/1.1 400 ")
        assert b"HTTP/1.1 200 " in said

    def test_the_second_one_is_bounded_too(self, started: Server) -> None:
        head = b"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        said = self.answer(started, head + b"\r\n", head, pause=0.3)
        assert said.startswith(b"HTTP/1.1 200 ")
        assert b"HTTP/1.1 408 " in said

    def test_silence_and_empty_lines_are_hung_up_on(self, started: Server) -> None:
        assert self.answer(started) == b""
        whole = b"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        said = self.answer(started, whole, b"\r\n", pause=0.3)
        assert said.count(b"HTTP/1.1") == 1

    def test_an_answer_that_takes_longer_is_waited_for(self, started: Server) -> None:
        modes = ("full", "incremental")  # the first one runs on and on, so that nothing happens to the second
        _, waiting = (started.post("/api/etl/trigger", json={"mode": mode}).json()["job_id"] for mode in modes)
        since = time.monotonic()
        assert started.get(f"/api/etl/status/{waiting}?wait=3").json()["status"] == "pending"
        assert time.monotonic() - since > 2

    def test_a_refused_upload_is_answered_once(self, started: Server) -> None:
        head = b"POST /api/etl/trigger HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 900000\r\n\r\n"
        said = self.answer(started, head, *[b"x" * 100_000] * 8, pause=0.05)
        assert said.startswith(b"HTTP/1.1 403 ")
        assert said.count(b"HTTP/1.1") == 1


class TestHeaders:
    @pytest.mark.parametrize("path", ["/api/health", "/api/status", "/nothing", "/openapi.json", "/api/etl/status/x"])
    def test_data_is_nothing_but_data(self, client: Client, path: str) -> None:
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert (headers.get("Cache-Control") == "no-store") is path.startswith("/api/")
        assert "Strict-Transport-Security" not in headers

    def test_a_page_runs_only_what_this_server_has(self, client: Client) -> None:
        page = client.get("/docs")
        policy = dict(part.strip().split(" ", 1) for part in page.headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert "//" not in page.text.replace("<!DOCTYPE", "")

    def test_in_production_browsers_stay_with_tls(self, data_dir: Path) -> None:
        with service(data_dir, environment="production", admin_api_key=KEY) as client:
            assert client.get("/api/health").headers["Strict-Transport-Security"].startswith("max-age=31536000")

    def test_the_pages_files_are_there_and_no_others(self, client: Client) -> None:
        for name in ("swagger-ui-bundle.js", "swagger-ui.css", "start.js", "LICENSE"):
            assert client.get(f"/docs/files/{name}").status_code == 200
        for name in ("..%2f..%2fconfig.py", "../../config.py", "%2e%2e/%2e%2e/main.py"):
            assert client.get(f"/docs/files/{name}").status_code == 404
