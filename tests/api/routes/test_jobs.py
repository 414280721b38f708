"""The list of jobs of all kinds."""

from pathlib import Path

import pytest

from tests.api.serving import Client, behave


@pytest.fixture
def listed(client: Client, data_dir: Path) -> list[str]:
    """The ids of four finished jobs, the newest first: schema, failed ETL, schema, ETL."""
    ids = []
    for behaviour in ("works", "fails"):
        behave(data_dir, behaviour)
        ids.append(client.trigger()["job_id"])
        client.finished(ids[-1])
        ids.append(client.post("/api/upload/generate-schema", json={}).json()["job_id"])
        client.finished(ids[-1])
    return ids[::-1]


def ids_of(client: Client, **query: object) -> tuple[list[str], int]:
    answer = client.get("/api/jobs", params=query)
    assert answer.status_code == 200, answer.text
    return [job["job_id"] for job in answer.json()], int(answer.headers["X-Total-Count"])


class TestList:
    def test_has_all_kinds_the_newest_first(self, client: Client, listed: list[str]) -> None:
        assert ids_of(client) == (listed, 4)

    def test_is_filtered_by_kind_and_status(self, client: Client, listed: list[str]) -> None:
        assert ids_of(client, kind="etl") == ([listed[1], listed[3]], 2)
        assert ids_of(client, kind="etl", status="failed") == ([listed[1]], 1)
        assert ids_of(client, status="failed", kind="upload") == ([], 0)

    def test_comes_in_pages_that_count_the_whole(self, client: Client, listed: list[str]) -> None:
        assert ids_of(client, limit=2, offset=1) == (listed[1:3], 4)
        assert ids_of(client, offset=9) == ([], 4)

    @pytest.mark.parametrize("query", ["kind=other", "status=done", "limit=0", "limit=201", "offset=-1"])
    def test_a_wrong_filter_is_named(self, client: Client, query: str) -> None:
        answer = client.get(f"/api/jobs?{query}")
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == query.partition("=")[0]
