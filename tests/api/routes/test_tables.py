from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.serving import Client, publish_schedule, service


@pytest.fixture
def league(data_dir: Path) -> Iterator[Client]:
    publish_schedule(data_dir, [18969, 18977, 18981])
    with service(data_dir) as client:
        yield client


def test_a_page_says_how_many_rows_there_are(league: Client) -> None:
    answer = league.get("/api/tables/dim_schedule?limit=1&sort=game_id.desc")
    assert answer.headers["X-Total-Count"] == "3"
    assert answer.json()["rows"] == [{"game_id": 18981}]


def test_any_other_parameter_is_a_filter(league: Client) -> None:
    answer = league.get("/api/tables/dim_schedule?game_id=gt.18969&game_id=lt.18981")
    assert answer.json()["rows"] == [{"game_id": 18977}]


def test_csv_comes_as_a_file(league: Client) -> None:
    answer = league.get("/api/tables/dim_schedule?format=csv&limit=1")
    assert answer.text.split() == ["game_id", "18969", "18977", "18981"]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="dim_schedule.csv"'


@pytest.mark.parametrize(
    ("query", "status", "detail"),
    [
        ("dim_schedule?game_id=1", 400, "game_id: write game_id=operator.value"),
        ("dim_schedule?gameid=eq.1", 400, "did you mean game_id?"),
        ("dim_schedule?limit=1001", 400, "limit: Input should be less than or equal to 1000"),
        ("dim_schedule?format=xml", 400, "format: "),
        ("dim_schedule?format=csv&sort=nope", 400, "sort: no column 'nope'"),
        ("dim_shedule", 404, "did you mean dim_schedule?"),
        ("..%2f..%2fmanifest", 404, ""),
        ("dim_shedule/schema", 404, "did you mean dim_schedule?"),
    ],
)
def test_a_wrong_request_is_told_so(league: Client, query: str, status: int, detail: str) -> None:
    answer = league.get(f"/api/tables/{query}")
    assert answer.status_code == status
    assert detail in answer.json()["detail"]


def test_before_the_first_run(client: Client) -> None:
    for path in ("", "/types.ts", "/dim_schedule", "/dim_schedule/schema"):
        answer = client.get(f"/api/tables{path}")
        assert (answer.status_code, answer.json()["code"]) == (409, "nothing_published")


def test_types_for_typescript(league: Client) -> None:
    answer = league.get("/api/tables/types.ts")
    assert answer.headers["content-type"].startswith("text/plain")
    assert '"game_id": number;' in answer.text
