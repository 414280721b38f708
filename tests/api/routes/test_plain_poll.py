"""A plain poll is answered past the framework; nothing may tell it from one that the framework has read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.serving import KEY, Client, service

OF_EACH_REQUEST = {"x-request-id", "ratelimit-remaining", "ratelimit-reset"}


@pytest.fixture(scope="module")
def polled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Client, str, str]]:
    """A service, the id of a finished job, and its tag."""
    with service(tmp_path_factory.mktemp("polled") / "data") as client:
        job_id = client.trigger()["job_id"]
        client.finished(job_id)
        yield client, job_id, client.get(f"/api/etl/status/{job_id}?wait=0").headers["ETag"]


@pytest.mark.parametrize("prefix", ["/api/etl", "/api/upload"])
@pytest.mark.parametrize("job", ["known", "unknown", "longer than an id may be"])
@pytest.mark.parametrize("has", [None, "nothing", "this", "weak this", "anything"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_it_is_the_same_answer(
    polled: tuple[Client, str, str], prefix: str, job: str, has: str | None, method: str
) -> None:
    client, job_id, tag = polled
    named = {"known": job_id, "unknown": "nobody", "longer than an id may be": "x" * 201}[job]
    tags = {"nothing": '"x"', "this": f'"x", {tag}', "weak this": f"W/{tag}", "anything": "*"}
    headers = {} if has is None else {"If-None-Match": tags[has]}
    plain = client.request(method, f"{prefix}/status/{named}", headers=headers)
    read = client.request(method, f"{prefix}/status/{named}?wait=0", headers=headers)
    assert (plain.status_code, told(plain.text)) == (read.status_code, told(read.text))
    assert {name: value for name, value in plain.headers.items() if name not in OF_EACH_REQUEST} == {
        name: value for name, value in read.headers.items() if name not in OF_EACH_REQUEST
    }


def told(body: str) -> str:
    """An error's body without the id of its request."""
    return body.partition('"request_id"')[0]


def test_it_asks_for_the_key_too(data_dir: Path) -> None:
    with service(data_dir, environment="production", admin_api_key=KEY) as client:
        asked = client.post("/api/etl/trigger", json={"mode": "full"}, headers={"X-API-Key": KEY})
        path = f"/api/etl/status/{asked.json()['job_id']}"
        refused = client.get(path)
        assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")
        assert client.get(path, headers={"X-API-Key": KEY}).status_code == 200


def test_it_tells_each_change_of_the_job(client: Client) -> None:
    job_id = client.trigger()["job_id"]
    seen = [client.get(f"/api/etl/status/{job_id}").json()]
    while seen[-1]["completed_at"] is None:
        seen.append(client.get(f"/api/etl/status/{job_id}").json())
    assert seen[-1]["progress"] == 100
    assert [job["version"] for job in seen] == sorted(job["version"] for job in seen)
    assert client.get(f"/api/etl/status/{job_id}").headers["ETag"]
