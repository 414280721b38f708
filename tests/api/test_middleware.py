from pathlib import Path

import pytest

from tests.api.serving import KEY, ORIGIN, Client, service


class TestRequestId:
    def test_a_sane_one_is_kept(self, client: Client) -> None:
        answer = client.get("/api/health", headers={"X-Request-ID": "portal-7.a_b"})
        assert answer.headers["X-Request-ID"] == "portal-7.a_b"

    @pytest.mark.parametrize("given", ["", "a b", "x" * 129, "a\tb", "é"])
    def test_another_is_replaced(self, client: Client, given: str) -> None:
        answer = client.get("/api/health", headers={"X-Request-ID": given.encode("latin-1")})
        assert len(answer.headers["X-Request-ID"]) == 32


class TestCors:
    def test_a_listed_origin_may_send_what_it_likes(self, client: Client) -> None:
        asked = {
            "Origin": ORIGIN,
            "Access-Control-Request-Method": "DELETE",
            "Access-Control-Request-Headers": "X-API-Key, Idempotency-Key, Content-Type",
        }
        answer = client.request("OPTIONS", "/api/etl/trigger", headers=asked)
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        assert "DELETE" in answer.headers["Access-Control-Allow-Methods"]
        assert "Idempotency-Key" in answer.headers["Access-Control-Allow-Headers"]

    def test_it_may_read_our_headers(self, client: Client) -> None:
        exposed = client.get("/api/health", headers={"Origin": ORIGIN}).headers["Access-Control-Expose-Headers"]
        assert {"ETag", "X-Request-ID", "Retry-After", "X-Total-Count"} <= set(exposed.split(", "))

    def test_another_origin_gets_no_permission(self, client: Client) -> None:
        answer = client.get("/api/health", headers={"Origin": "https://elsewhere.example"})
        assert "Access-Control-Allow-Origin" not in answer.headers


class TestKey:
    @pytest.mark.parametrize("path", ["/api/status", "/api/etl/history"])
    @pytest.mark.parametrize("key", [None, "", "another", KEY + "x"])
    def test_without_it_nothing_is_answered(self, data_dir: Path, path: str, key: str | None) -> None:
        headers = {"Origin": ORIGIN} | ({} if key is None else {"X-API-Key": key})
        with service(data_dir, environment="production", admin_api_key=KEY) as client:
            answer = client.get(path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (
            401,
            "bad_credentials" if key is not None else "unauthenticated",
        )
        assert answer.json()["request_id"] == answer.headers["X-Request-ID"]
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")

    def test_with_it_everything_is(self, data_dir: Path) -> None:
        with service(data_dir, environment="production", admin_api_key=KEY) as client:
            status = client.get("/api/status", headers={"X-API-Key": KEY}).json()
            assert not any("authentication" in warning for warning in status["warnings"])
            document = client.get("/openapi.json").json()
        assert document["paths"]["/api/status"]["get"]["security"] == [{"ApiKey": []}, {"Token": []}]
        assert "security" not in document["paths"]["/api/health"]["get"]

    def test_health_and_preflight_need_none(self, data_dir: Path) -> None:
        with service(data_dir, environment="production", admin_api_key=KEY) as client:
            assert client.get("/api/health").status_code == 200
            asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
            assert client.request("OPTIONS", "/api/etl/trigger", headers=asked).status_code == 200

    def test_an_unauthorised_request_is_refused_before_its_body_is_looked_at(self, data_dir: Path) -> None:
        with service(data_dir, environment="production", admin_api_key=KEY) as client:
            assert client.post("/api/etl/trigger", content="x" * 2_000_000).status_code == 401

    def test_a_key_outside_of_ascii_works(self, data_dir: Path) -> None:
        with service(data_dir, environment="production", admin_api_key="clé-secrète-de-la-ligue-7") as client:
            assert (
                client.get("/api/status", headers={"X-API-Key": "clé-secrète-de-la-ligue-7".encode()}).status_code
                == 200
            )


class TestBodyLimit:
    def test_an_announced_length_is_refused_unread(self, client: Client) -> None:
        answer = client.post("/api/etl/trigger", content=b"x" * 1_000_001, headers={"Origin": ORIGIN})
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN

    def test_a_body_of_unknown_length_is_refused_as_it_comes(self, client: Client) -> None:
        async def endless():
            for _ in range(1000):
                yield b" " * 100_000

        answer = client.post("/api/etl/trigger", content=endless(), headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

    def test_a_body_of_just_the_limit_is_read(self, data_dir: Path) -> None:
        with service(data_dir, max_body_bytes=1000) as client:
            body = b'{"mode": "test"}'.ljust(1000)
            headers = {"Content-Type": "application/json"}
            assert client.post("/api/etl/trigger", content=body, headers=headers).status_code == 202

    @pytest.mark.parametrize("length", ["-1", "many", "9" * 4000])
    def test_a_length_that_is_none_does_no_harm(self, client: Client, length: str) -> None:
        answer = client.get("/api/health", headers={"Content-Length": length})
        assert answer.status_code in {200, 413}
