"""WebSockets of a real server: what they tell, who may, what ends them; a slow client costs nobody anything."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from websockets.exceptions import ConnectionClosed

from api.routes.socket_answers import HEARTBEAT_SECONDS
from api.sockets import LONGEST_SEND_SECONDS
from tests.api.server_process import Server, server
from tests.api.serving import KEY, ORIGIN, behave
from tests.api.watcher import Watcher, door, refusal, shaken_hands, watching
from tests.known_secrets import SHARED_WITH_SUPABASE as SECRET

ALL = "/api/jobs/ws"
ISSUER = "https://login.example/"


def one(job_id: str, query: str = "") -> str:
    return f"/api/etl/ws/{job_id}{query}"


def trigger(started: Server, **arguments: Any) -> str:
    answer = started.post("/api/etl/trigger", json={"mode": "full"}, **arguments)
    assert answer.status_code == 202, answer.text
    job_id: str = answer.json()["job_id"]
    return job_id


def is_running(message: dict[str, Any]) -> bool:
    return message["type"] == "job" and message["job"]["progress"] > 0


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("open") / "data"


@pytest.fixture(scope="module")
def started(data_dir: Path) -> Iterator[Server]:
    """A server without keys."""
    with server(data_dir) as running:
        yield running


class TestOneJob:
    def test_is_told_as_it_is_and_at_each_change_to_its_end(self, started: Server, data_dir: Path) -> None:
        behave(data_dir, "slow")
        job_id = trigger(started)
        with watching(started, one(job_id)) as watcher:
            assert watcher.next()["job"]["job_id"] == job_id
            watcher.until(is_running)
            started.post(f"/api/etl/cancel/{job_id}")
            watcher.to_the_end()
            assert watcher.code == 1000
        told = watcher.jobs()
        assert told[-1] == started.get(f"/api/etl/status/{job_id}").json()
        assert [job["version"] for job in told] == list(range(told[0]["version"], told[-1]["version"] + 1))
        assert [message["type"] for message in watcher.messages] == ["job"] * len(told)

    def test_a_finished_one_is_told_once(self, started: Server, data_dir: Path) -> None:
        behave(data_dir, "works")
        job = started.finished(trigger(started))
        with watching(started, one(job["job_id"])) as watcher:
            assert [message["job"] for message in watcher.to_the_end()] == [job]
            assert watcher.code == 1000
        with watching(started, one(job["job_id"], f"?version={job['version']}")) as watcher:
            assert watcher.to_the_end() == []
            assert watcher.code == 1000

    def test_of_another_kind_too(self, started: Server) -> None:
        job_id = started.post("/api/upload/generate-schema", json={}).json()["job_id"]
        with watching(started, one(job_id)) as watcher:
            assert watcher.to_the_end()[-1]["job"]["kind"] == "schema"

    def test_resumes_after_a_version(self, started: Server, data_dir: Path) -> None:
        behave(data_dir, "works")
        job = started.finished(trigger(started))
        with watching(started, one(job["job_id"], "?version=1")) as watcher:
            watcher.to_the_end()
        assert [told["version"] for told in watcher.jobs()] == list(range(2, job["version"] + 1))

    def test_its_log_is_told_from_a_byte_on(self, started: Server, data_dir: Path) -> None:
        behave(data_dir, "slow")
        job_id = trigger(started)
        with watching(started, one(job_id, "?log=8")) as watcher:
            watcher.until(lambda message: message["type"] == "log" and "second 2" in message["text"])
            started.post(f"/api/etl/cancel/{job_id}")
            watcher.to_the_end()
            assert watcher.code == 1000
        pieces = [message for message in watcher.messages if message["type"] == "log"]
        whole = started.get(f"/api/etl/logs/{job_id}").json()["text"]
        assert "".join(piece["text"] for piece in pieces) == whole[8:]
        assert [piece["complete"] for piece in pieces] == [False] * (len(pieces) - 1) + [True]
        assert all(piece["text"].endswith("\n") for piece in pieces[:-1])
        assert [piece["next_offset"] for piece in pieces[:-1]] == [piece["offset"] for piece in pieces[1:]]

    def test_silence_is_broken_by_heartbeats(self, started: Server, data_dir: Path) -> None:
        behave(data_dir, "quiet")
        job_id = trigger(started)
        with watching(started, one(job_id)) as watcher:
            watcher.until(is_running)
            quiet_since = time.monotonic()
            assert watcher.next(HEARTBEAT_SECONDS + 5) == {"type": "heartbeat"}
            assert time.monotonic() - quiet_since > HEARTBEAT_SECONDS - 1
        started.post(f"/api/etl/cancel/{job_id}")

    def test_there_must_be_one(self, started: Server) -> None:
        assert refusal(started, one("nobody")) == (4404, "job_not_found")
        assert refusal(started, "/api/etl/nothing") == (4404, "not_found")


class TestAllJobs:
    def test_begin_with_a_snapshot_and_every_change_follows(self, started: Server, data_dir: Path) -> None:
        behave(data_dir, "works")
        started.finished(trigger(started))
        with watching(started, f"{ALL}?limit=1") as watcher:
            snapshot = watcher.next()
            listed = started.get("/api/jobs?limit=1")
            assert (snapshot["type"], snapshot["jobs"]) == ("snapshot", listed.json())
            assert snapshot["total"] == int(listed.headers["X-Total-Count"])
            ids = [trigger(started), started.post("/api/upload/generate-schema", json={}).json()["job_id"]]
            ends = [started.finished(job_id) for job_id in ids]
            watcher.until(lambda _: all(end in watcher.jobs() for end in ends))
        seqs = [message["seq"] for message in watcher.messages]
        assert seqs == sorted(set(seqs))
        for job_id, end in zip(ids, ends, strict=True):
            versions = [job["version"] for job in watcher.jobs() if job["job_id"] == job_id]
            assert versions == list(range(1, end["version"] + 1))

    def test_resume_after_a_seq_without_a_snapshot(self, started: Server, data_dir: Path) -> None:
        behave(data_dir, "works")
        with watching(started, ALL) as watcher:
            watcher.next()
            last = started.finished(trigger(started))
            watcher.until(lambda message: message["type"] == "job" and message["job"] == last)
        for seen in watcher.messages[:-1]:
            with watching(started, f"{ALL}?since={seen['seq']}") as resumed:
                resumed.until(lambda message: message["job"] == last)
            assert resumed.messages == watcher.messages[watcher.messages.index(seen) + 1 :]

    def test_a_seq_of_another_server_is_answered_with_a_snapshot(self, started: Server) -> None:
        with watching(started, f"{ALL}?since={2**60}") as watcher:
            assert watcher.next()["type"] == "snapshot"

    def test_resume_over_a_restart(self, tmp_path: Path) -> None:
        behave(tmp_path, "works")
        with server(tmp_path) as first, watching(first, ALL) as watcher:
            seen = watcher.next()["seq"]
            job = first.finished(trigger(first))
        with server(tmp_path) as second, watching(second, f"{ALL}?since={seen}") as watcher:
            watcher.until(lambda message: message["job"] == job)
        assert list(dict.fromkeys(told["status"] for told in watcher.jobs())) == ["pending", "running", "completed"]
        versions = [told["version"] for told in watcher.jobs()]
        assert versions == sorted(set(versions))

    @pytest.mark.parametrize("query", ["since=x", "since=-1", "limit=0", "limit=201", "since=1e3"])
    def test_a_wrong_parameter_is_named(self, started: Server, query: str) -> None:
        with watching(started, f"{ALL}?{query}") as watcher:
            (told,) = watcher.to_the_end()
        assert (watcher.code, told["code"]) == (4400, "invalid_request")
        assert told["errors"][0]["field"] == query.partition("=")[0]
        assert told["request_id"]


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server as deployed, which also trusts the tokens of an issuer."""
    settings = {"ENVIRONMENT": "production", "ADMIN_API_KEY": KEY, "CORS_ORIGINS": ORIGIN}
    issuer = {"JWT_ISSUER": ISSUER, "JWT_SECRET": SECRET}
    with server(tmp_path_factory.mktemp("keyed") / "data", **settings, **issuer) as running:
        yield running


def with_key(key: str = KEY) -> dict[str, str]:
    return {"X-API-Key": key}


def log_in(keyed: Server, key: str = KEY) -> str:
    token: str = keyed.request("POST", "/api/auth/token", json={"api_key": key}).json()["access_token"]
    return token


def of_issuer(role: str | None, seconds: float = 600) -> str:
    claims = {"iss": ISSUER, "aud": "authenticated", "sub": "7d4f", "exp": int(time.time() + seconds)}
    return jwt.encode(claims | {"app_metadata": {"role": role}}, SECRET, algorithm="HS256")


def new_key(keyed: Server, role: str = "viewer", **headers: str) -> dict[str, Any]:
    answer = httpx.post(f"{keyed.url}/api/auth/keys", json={"name": "watcher", "role": role}, headers=headers)
    made: dict[str, Any] = answer.json()
    return made


class TestWhoMay:
    def test_a_key_or_a_token_in_a_header(self, keyed: Server) -> None:
        for headers in ({"X_API_Key": KEY}, {"Authorization": f"Bearer {of_issuer('viewer')}"}):
            with watching(keyed, ALL, **headers) as watcher:
                assert watcher.next()["type"] == "snapshot"

    def test_a_browser_by_a_sub_protocol_which_is_not_sent_back(self, keyed: Server) -> None:
        with watching(keyed, ALL, origin=keyed.url, token=log_in(keyed)) as watcher:
            assert watcher.next()["type"] == "snapshot"
            assert watcher.connection.subprotocol == "benchsight"

    @pytest.mark.parametrize(
        ("how", "code"),
        [
            ({}, "unauthenticated"),
            ({"X_API_Key": "wrong"}, "bad_credentials"),
            ({"token": "wrong"}, "bad_credentials"),
            ({"Authorization": f"Basic {KEY}"}, "bad_credentials"),
        ],
        ids=["nothing", "a wrong key", "a wrong token", "another scheme"],
    )
    def test_others_are_told_4401(self, keyed: Server, how: dict[str, str], code: str) -> None:
        assert refusal(keyed, ALL, **how) == (4401, code)
        assert refusal(keyed, one("nobody"), **how) == (4401, code), "nor whether there is such a job"

    @pytest.mark.parametrize("name", ["token", "api_key", "access_token", "X-API-Key", "key"])
    def test_what_stands_in_the_address_counts_for_nothing(self, keyed: Server, name: str) -> None:
        assert refusal(keyed, f"{ALL}?{name}=x") == (4401, "unauthenticated")

    def test_a_key_is_no_sub_protocol(self, keyed: Server) -> None:
        made = new_key(keyed, **with_key())
        assert refusal(keyed, ALL, token=made["key"]) == (4401, "bad_credentials")

    def test_two_credentials_are_none(self, keyed: Server) -> None:
        how = {"token": of_issuer("viewer"), "Authorization": f"Bearer {of_issuer('admin')}"}
        assert refusal(keyed, ALL, **how) == (4401, "bad_credentials")

    def test_an_account_without_a_role_is_told_4403(self, keyed: Server) -> None:
        assert refusal(keyed, ALL, token=of_issuer(None)) == (4403, "role_too_low")

    @pytest.mark.parametrize(
        "origin", ["https://evil.example", "null", "http://localhost:3001", f"{ORIGIN}.evil.example"]
    )
    def test_a_page_of_another_site_is_refused_whatever_it_knows(self, keyed: Server, origin: str) -> None:
        for headers in ({}, {"X_API_Key": KEY}, {"Sec_WebSocket_Protocol": f"benchsight, bearer.{of_issuer('admin')}"}):
            answer = door(keyed, ALL, Origin=origin, **headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "foreign_page")

    def test_a_page_that_is_listed_may(self, keyed: Server) -> None:
        with watching(keyed, ALL, origin=ORIGIN, token=of_issuer("viewer")) as watcher:
            assert watcher.next()["type"] == "snapshot"
        assert refusal(keyed, ALL, origin=ORIGIN) == (4401, "unauthenticated")

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "https://evil.example"},
            {"Host": "evil.example"},
            {"Host": "evil.example", "Origin": "http://evil.example"},
            {"X_Forwarded_For": "203.0.113.7"},
        ],
        ids=["a foreign page", "a tunnel", "DNS rebinding", "a proxy"],
    )
    def test_an_open_server_is_open_to_this_machine_only(self, started: Server, headers: dict[str, str]) -> None:
        assert door(started, ALL, **headers).status_code == 403

    def test_guessing_comes_to_an_end(self, tmp_path: Path) -> None:
        with server(tmp_path, ADMIN_API_KEY=KEY) as guarded:
            codes = [refusal(guarded, ALL, X_API_Key=f"guess-{number}")[0] for number in range(32)]
        assert codes == [4401] * 30 + [4429] * 2


class TestWhoMayNoMore:
    def ends_within_five_seconds(self, watcher: Watcher) -> str:
        began = time.monotonic()
        told = watcher.to_the_end()
        assert time.monotonic() - began < 5
        assert watcher.code == 4401
        sentence: str = told[-1]["detail"]
        return sentence

    def test_a_revoked_key_ends_its_sockets_and_those_of_its_tokens(self, keyed: Server) -> None:
        made = new_key(keyed, **with_key())
        with (
            watching(keyed, ALL, X_API_Key=made["key"]) as by_key,
            watching(keyed, ALL, token=log_in(keyed, made["key"])) as by_token,
            watching(keyed, ALL, X_API_Key=KEY) as other,
        ):
            keyed.request("DELETE", f"/api/auth/keys/{made['prefix']}", headers=with_key())
            assert self.ends_within_five_seconds(by_key) == "This API key was revoked"
            assert self.ends_within_five_seconds(by_token) == "This API key was revoked"
            assert other.next()["type"] == "snapshot"
            assert other.code is None

    def test_an_expired_token_ends_its_sockets(self, keyed: Server) -> None:
        with watching(keyed, ALL, token=of_issuer("admin", seconds=3)) as watcher:
            assert watcher.next()["type"] == "snapshot"
            time.sleep(2)
            assert "expired" in self.ends_within_five_seconds(watcher)

    def test_the_first_key_ends_the_sockets_of_an_open_server(self, tmp_path: Path) -> None:
        with server(tmp_path) as opened, watching(opened, ALL) as watcher:
            new_key(opened, "admin")
            self.ends_within_five_seconds(watcher)


def _first_type(small: Server) -> str:
    with watching(small, ALL) as watcher:
        kind: str = watcher.next()["type"]
        return kind


class TestBounds:
    def test_so_many_may_be_open_and_no_more(self, tmp_path: Path) -> None:
        with server(tmp_path, MAX_STREAMS="2") as small:
            with watching(small, ALL) as first, watching(small, ALL) as second:
                assert refusal(small, ALL) == (4429, "too_many_streams")
                assert [watcher.next()["type"] for watcher in (first, second)] == ["snapshot"] * 2
            give_up_at = time.monotonic() + 10
            while _first_type(small) != "snapshot":  # the two have gone as soon as the server has heard of it
                assert time.monotonic() < give_up_at

    @pytest.mark.parametrize("message", ["", "hello", '{"type": "log"}', b"\x00" * 100], ids=repr)
    def test_a_message_ends_the_socket(self, started: Server, message: str | bytes) -> None:
        with watching(started, ALL) as watcher:
            watcher.next()
            watcher.connection.send(message)
            assert watcher.to_the_end()[-1]["code"] == "unwanted_message"
            assert watcher.code == 4400

    def test_a_long_message_is_not_read(self, started: Server) -> None:
        with watching(started, ALL) as watcher:
            watcher.next()
            watcher.connection.send("[" * 100_000)
            watcher.to_the_end()
            assert watcher.code == 1009

    def test_messages_in_pieces_are_bounded_as_a_whole(self, started: Server) -> None:
        with watching(started, ALL) as watcher:
            watcher.next()
            with suppress(ConnectionClosed):
                watcher.connection.send("x" * 3000 for _ in range(10))
            watcher.to_the_end()
            assert watcher.code == 1009

    def test_a_client_that_does_not_read_is_cut_off_and_slows_nobody(self, tmp_path: Path) -> None:
        behave(tmp_path, "loud")
        with server(tmp_path) as busy:
            job_id = trigger(busy)
            with (
                shaken_hands(busy, one(job_id, "?log=0")) as deaf,
                watching(busy, one(job_id, "?log=0")) as watcher,
            ):
                began, got = time.monotonic(), 0
                while time.monotonic() - began < LONGEST_SEND_SECONDS + 4:
                    got += len(watcher.next().get("text", ""))
                assert got > 10_000_000, "the other is told everything meanwhile"
                figures = busy.request("GET", "/metrics").text
                assert 'benchsight_websockets_closed_total{code="4408",route="/api/etl/ws/{job_id}"} 1.0' in figures
                assert "benchsight_websockets_open 1.0" in figures
                deaf.settimeout(10)
                unread = b"".join(iter(lambda: deaf.recv(1 << 20), b""))
                assert unread.endswith(b"You have read nothing for 10 seconds; connect again and resume")
                assert unread[-64:-62] == (4408).to_bytes(2), "it learns the code, if it reads after all"


class TestTheServerStops:
    def test_every_socket_is_told_at_once(self, tmp_path: Path) -> None:
        behave(tmp_path, "quiet")
        with server(tmp_path) as stopping:
            job_id = trigger(stopping)
            with watching(stopping, ALL) as every, watching(stopping, one(job_id, "?log=0")) as single:
                single.until(is_running)
                os.kill(stopping.process.pid, 15)
                began = time.monotonic()
                for watcher in (every, single):
                    assert watcher.to_the_end()[-1]["code"] == "shutting_down"
                    assert watcher.code == 1012
                assert time.monotonic() - began < 2
                _, seconds, said = stopping.stop()
        assert seconds < 5
        assert "Traceback" not in said

    def test_a_client_that_does_not_read_holds_nothing_up(self, tmp_path: Path) -> None:
        behave(tmp_path, "loud")
        with server(tmp_path) as stopping:
            job_id = trigger(stopping)
            with shaken_hands(stopping, one(job_id, "?log=0")):
                time.sleep(2)
                _, seconds, said = stopping.stop()
        assert seconds < 10
        assert "Traceback" not in said


def test_each_socket_has_one_line_in_the_log_and_is_counted(tmp_path: Path) -> None:
    with server(tmp_path, ADMIN_API_KEY=KEY) as logged:
        with watching(logged, f"{ALL}?limit=3", X_API_Key=KEY, X_Request_ID="this-very-one") as watcher:
            watcher.next()
            assert watcher.connection.response is not None
            assert watcher.connection.response.headers["X-Request-ID"] == "this-very-one"
        refusal(logged, ALL)
        told = f'benchsight_websockets_closed_total{{code="4401",route="{ALL}"}} 1.0'
        figures, last = "", time.monotonic() + 5
        while told not in figures and time.monotonic() < last:  # a socket is counted after its client has been told
            figures = logged.get("/metrics", headers=with_key()).text
        _, _, said = logged.stop()
    lines = [line for line in said.splitlines() if "ws" in line]
    assert len(lines) == 2
    assert "request_id=this-very-one" in lines[0]
    assert ("code=1000" in lines[0], "code=4401" in lines[1]) == (True, True)
    assert told in figures
    assert "benchsight_websockets_open 0.0" in figures
