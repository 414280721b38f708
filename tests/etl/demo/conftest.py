"""One small league without flaws, shared by the tests, and single games to spoil."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from etl.demo.coordinates import place
from etl.demo.generate import Request, generate
from etl.demo.league import League, build_league
from etl.demo.lineup import dress, game_rng
from etl.demo.simulate import PlayedGame, simulate

TODAY = date(2026, 1, 18)
SEED = 5


@dataclass(frozen=True)
class Made:
    data_dir: Path
    truth: dict[str, Any]

    @property
    def games_dir(self) -> Path:
        return self.data_dir / "raw" / "games"

    def exports(self) -> list[dict[str, Any]]:
        return [json.loads(p.read_text(encoding="utf-8")) for p in sorted(self.games_dir.glob("*/benchsight_*.json"))]


def make(folder: Path, games: int = 6, flaws: frozenset[str] = frozenset(), workers: int = 1) -> Made:
    generate(Request(folder, games, SEED, flaws, TODAY, workers), lambda *_: None)
    return Made(folder, json.loads((folder / "demo_truth.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("clean"), games=9, workers=2)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("small"), games=3)


@pytest.fixture(scope="session")
def league() -> League:
    return build_league(SEED, 24, TODAY)


@pytest.fixture(scope="session")
def played(league: League) -> list[PlayedGame]:
    """Simulated games of the oldest season, the first of them with coordinates."""
    games = [simulate(dress(league, f), SEED) for f in league.seasons[0].regular[:10]]
    place(games[0].events, game_rng(SEED, 1, "xy"), home_right_first=True)
    return games
