"""The real application, started and asked in-process; and leagues for it to serve."""

import csv
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import psycopg
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from pydantic import SecretStr

from api.config import Settings
from api.main import create_app
from snapshot.layout import DataDir
from snapshot.manifest import FORMAT_VERSION, Column, Manifest, Table
from snapshot.reader import sha256_of
from tests.known_secrets import ADMIN_KEY
from tests.leaks import without_secrets
from tests.postgrest.server import SERVICE_KEY, PostgrestDouble

STAND_IN = Path(__file__).with_name("stand_in_etl.py")
NO_DATABASE = "postgresql://nobody@127.0.0.1:1/none"  # refuses at once
ORIGIN = "http://localhost:3000"
KEY = ADMIN_KEY


class Client:
    """Asks an application from any thread."""

    def __init__(self, portal: BlockingPortal, client: httpx.AsyncClient) -> None:
        self._portal = portal
        self._client = client

    def request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        return without_secrets(self._portal.call(partial(self._client.request, method, path, **arguments)))

    def get(self, path: str, **arguments: Any) -> httpx.Response:
        return self.request("GET", path, **arguments)

    def post(self, path: str, **arguments: Any) -> httpx.Response:
        return self.request("POST", path, **arguments)

    def trigger(self, **request: Any) -> dict[str, Any]:
        answer = self.post("/api/etl/trigger", json={"mode": "full", **request})
        assert answer.status_code == 202, answer.text
        return answer.json()

    def job_when(self, job_id: str, fits: Callable[[dict[str, Any]], bool], seconds: float = 20) -> dict[str, Any]:
        """The job as soon as it fits; a finished job that does not is a failure."""
        give_up_at = time.monotonic() + seconds
        while True:
            job = self.get(f"/api/etl/status/{job_id}", params={"wait": 2}).json()
            if fits(job):
                return job
            assert time.monotonic() < give_up_at, job
            assert job["completed_at"] is None, job

    def finished(self, job_id: str) -> dict[str, Any]:
        return self.job_when(job_id, lambda job: job["completed_at"] is not None)


def make_settings(data_dir: Path, **changes: Any) -> Settings:
    """Settings that no environment variable and no `.env` has touched."""
    values = {name: field.default for name, field in Settings.model_fields.items()}
    values |= {"benchsight_data_dir": data_dir, "etl_script": STAND_IN, "log_level": "WARNING"}
    values |= {"supabase_db_url": SecretStr(NO_DATABASE)} | changes
    return Settings(_env_file=None, **values)


@contextmanager
def supabase(database: str, script: str) -> Iterator[tuple[dict[str, Any], PostgrestDouble]]:
    """A Supabase project on a database, after the script was run in it: the settings for it, by REST alone."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute((files("warehouse") / "sql" / "roles.sql").read_bytes())
        connection.execute(script.encode())
    with PostgrestDouble(database) as double:
        secrets = {"supabase_url": double.origin, "supabase_service_key": SecretStr(SERVICE_KEY)}
        yield {"supabase_db_url": None, **secrets}, double


@contextmanager
def serving(app: FastAPI) -> Iterator[Client]:
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(app.router.lifespan_context(app)),
    ):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=60)
        yield Client(portal, client)
        portal.call(client.aclose)


@contextmanager
def service(data_dir: Path, **changes: Any) -> Iterator[Client]:
    """The whole service on a data directory, its ETL program the stand-in."""
    with serving(
        create_app(make_settings(data_dir, **changes), environ={"ADMIN_API_KEY": "not for children"})
    ) as client:
        yield client


def behave(data_dir: Path, behaviour: str) -> None:
    """What the stand-in's next runs do."""
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / "behaviour").write_text(behaviour, encoding="utf-8")


def track(data_dir: Path, games: Sequence[int]) -> None:
    """Tracked games, as the stand-in lists them."""
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / "tracked.json").write_text(json.dumps([{"game_id": game} for game in games]), encoding="utf-8")


def publish_schedule(
    data_dir: Path, games: Sequence[int], snapshot_id: str = "20261018T193012482913Z-3f6c2a9e"
) -> None:
    """A published snapshot whose schedule has these games."""
    layout = DataDir(data_dir)
    layout.create()
    folder = layout.snapshots / snapshot_id
    folder.mkdir()
    with (folder / "dim_schedule.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("game_id",), *((game,) for game in games)])
    table = Table(
        name="dim_schedule",
        file="dim_schedule.csv",
        category="dim",
        grain="one game",
        description="games",
        columns=(Column(name="game_id", type="bigint", description="the game", nullable=False),),
        primary_key=("game_id",),
        references=(),
        from_tracking=False,
        rows=len(games),
        sha256=sha256_of(folder / "dim_schedule.csv"),
    )
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        snapshot_id=snapshot_id,
        run_id="3f6c2a9e",
        created_at="2026-10-18T19:30:12Z",
        software_version="1.0.0",
        mode="full",
        source="excel",
        games=tuple(games),
        excluded_game_ids=(),
        tables=(table,),
        inputs=(),
        inputs_fingerprint="",
        rules={},
        checks=(),
        warnings=(),
        timings={},
    )
    (folder / "manifest.json").write_bytes(manifest.to_json())
    layout.output.unlink(missing_ok=True)
    layout.output.symlink_to(Path("snapshots") / snapshot_id)
