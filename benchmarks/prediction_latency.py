"""Latency of predictions on a real server: one at a time over one connection, against a bare FastAPI handler."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.league import ROOT, demo_league
from benchmarks.serving import free_port, running, wait_for

_REQUESTS: Final = 300
_WARM_UP: Final = 20
_BATCH: Final = 1000
_BUDGET_MS: Final = 5.0
_GOALS: Final = {"model": "goal_prediction", "features": {"player_id": "P100001", "game_context": {}}}


def run(console: Console, games: int) -> None:
    """Median and 99th percentile per model, and a batch; the ratio is to a handler that only parses and answers."""
    data_dir = _trained(games)
    with _bare() as bare, running(data_dir) as (_, http):
        base = _latency(lambda: bare.post("/predict", json=_GOALS))
        table = Table("request", "median ms", "p99 ms", "ratio to bare", title=f"{_REQUESTS} requests each, in turn")
        _row(table, "bare FastAPI handler, same body", base, base)
        for name, body in _requests().items():
            _row(table, name, _latency(partial(_predict, http, body)), base)
        batch = _latency(lambda: _ok(http.post("/api/ml/predict/batch", json={"requests": [_GOALS] * _BATCH})), 5, 1)
        _row(table, f"a batch of {_BATCH}, per prediction", [ms / _BATCH for ms in batch], base)
        console.print(table)
        seasons = {"team_id": "N10001", "simulations": 10_001}  # a number that nobody has asked for: played anew
        begun = time.perf_counter()
        _ok(http.post("/api/ml/predict", json={"model": "playoff_probability", "features": seasons}))
        console.print(f"10,001 seasons, not played before: {time.perf_counter() - begun:.3f} s (target under 1 s)")
    console.print(f"Target: a median under {_BUDGET_MS:g} ms.")


def _requests() -> dict[str, dict[str, Any]]:
    from api.routes.ml_examples import PREDICT_REQUESTS  # noqa: PLC0415 - the examples of /docs are the requests

    return {example["value"]["model"]: example["value"] for example in PREDICT_REQUESTS.values()}


def _trained(games: int) -> Path:
    data_dir = demo_league(games)
    for command in (["run_etl.py"], ["-m", "ml.train"]):
        arguments = [sys.executable, *command, "--data-dir", str(data_dir)]
        subprocess.run(arguments, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return data_dir


def _latency(ask: Callable[[], httpx.Response], requests: int = _REQUESTS, warm_up: int = _WARM_UP) -> list[float]:
    """Milliseconds of each request, sorted."""
    for _ in range(warm_up):
        ask()
    taken = []
    for _ in range(requests):
        begun = time.perf_counter()
        ask()
        taken.append(1000 * (time.perf_counter() - begun))
    return sorted(taken)


def _row(table: Table, name: str, taken: list[float], base: list[float]) -> None:
    median, p99 = statistics.median(taken), taken[int(0.99 * (len(taken) - 1))]
    table.add_row(name, f"{median:.2f}", f"{p99:.2f}", f"{median / statistics.median(base):.2f}")


def _predict(http: httpx.Client, body: dict[str, Any]) -> httpx.Response:
    return _ok(http.post("/api/ml/predict", json=body))


def _ok(answer: httpx.Response) -> httpx.Response:
    # line_chemistry refuses a pair with too little ice time, which is an answer too
    if answer.status_code not in {200, 409} or answer.json().get("code") == "not_trained":
        raise RuntimeError(answer.text)
    return answer


@contextmanager
def _bare() -> Iterator[httpx.Client]:
    """A FastAPI application whose one handler parses the body with a model and answers with one."""
    port = free_port()
    program = (
        "import uvicorn\nfrom fastapi import FastAPI\nfrom pydantic import BaseModel\n"
        "class Ask(BaseModel):\n    model: str\n    features: dict[str, object]\n"
        "app = FastAPI()\n"
        "@app.get('/api/health')\ndef health() -> str:\n    return 'healthy'\n"
        "@app.post('/predict')\ndef predict(ask: Ask) -> Ask:\n    return ask\n"
        f"uvicorn.run(app, port={port}, log_level='warning', access_log=False)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
            wait_for(process, http)
            yield http
    finally:
        process.terminate()
        process.wait(20)
