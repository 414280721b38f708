"""200 watchers of all jobs by WebSocket, on a real server as it is deployed, while ETL runs work."""

import json
import subprocess
import sys
import time
from typing import Final

import httpx
import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.league import ROOT, demo_league
from benchmarks.polling import finished, trigger
from benchmarks.serving import as_deployed
from benchmarks.watching import READY, Watched

_WATCHERS: Final = 200
_DEAF: Final = 20
_ROUNDS: Final = 3
_RUNS: Final = 2
_LAST_WORDS_SECONDS: Final = 1.0
_TARGET_P99_MS: Final = 250.0


def run(console: Console, games: int) -> None:
    """From a change's moment to its receipt by each watcher; then the same beside clients that never read."""
    with as_deployed(demo_league(games)) as (server, http):
        rounds = [(_round(server, http, 0), _round(server, http, _DEAF)) for _ in range(_ROUNDS)]
    table = Table(
        *("", "changes", "missed", "p50 ms", "p99 ms", "worst ms", "behind p99 ms", "CPU us a message"),
        title=f"{_WATCHERS} watchers, {_RUNS} ETL runs of {games} games a round, {_ROUNDS} rounds in turn",
    )
    p99s = []
    for name, told in (
        ("all read", [r[0] for r in rounds]),
        (f"and {_DEAF} who never read", [r[1] for r in rounds]),
    ):
        moves = sorted(ms for watched, _ in told for ms in watched.moves_ms)
        behind = sorted(ms for watched, _ in told for ms in watched.behind_ms)
        p99s.append(_at(moves, 0.99))
        figures = (_at(moves, 0.5), p99s[-1], moves[-1], _at(behind, 0.99))
        table.add_row(
            name,
            f"{sum(watched.changes for watched, _ in told):,}",
            f"{sum(watched.missed for watched, _ in told):,}",
            *(f"{ms:.1f}" for ms in figures),
            f"{1e6 * sum(cpu for _, cpu in told) / len(behind):.0f}",
        )
    console.print(table)
    console.print(
        f"p99 from a change's moment to its receipt: {p99s[0]:.0f} ms, target {_TARGET_P99_MS:g}; "
        f"with clients that never read {p99s[1]:.0f} ms, ratio {p99s[1] / p99s[0]:.2f}"
    )


def _round(server: psutil.Process, http: httpx.Client, deaf: int) -> tuple[Watched, float]:
    """What the watchers of some runs were told, and the CPU seconds that the server took, for the jobs too."""
    url = f"{http.base_url}".replace("http", "ws", 1).rstrip("/") + "/api/jobs/ws"
    command = [sys.executable, "-m", "benchmarks.watching", url, "--watchers", str(_WATCHERS), "--deaf", str(deaf)]
    command += ["--header", f"X-API-Key: {http.headers['X-API-Key']}"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as watching:
        if watching.stdout is None or watching.stdout.readline().strip() != READY:
            raise RuntimeError("the watchers could not connect")
        before = server.cpu_times()
        for job_id in [trigger(http, wipe=bool(number)) for number in range(_RUNS)]:
            finished(http, job_id)
        time.sleep(_LAST_WORDS_SECONDS)
        after = server.cpu_times()
        said, _ = watching.communicate("")
    cpu = after.user + after.system - before.user - before.system
    return Watched(**json.loads(said)), cpu


def _at(ranked: list[float], share: float) -> float:
    return ranked[int(share * (len(ranked) - 1))]
