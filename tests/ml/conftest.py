"""A small league with known truth, published as a real snapshot, and models trained on it."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from hockey.expected_goals import Attempt, expected_goals
from hockey.league import LeagueRules
from ml.league import COLUMNS
from ml.simulated import RECREATIONAL, Season, simulate
from ml.train import main
from snapshot.layout import DataDir
from snapshot.manifest import FORMAT_VERSION, MANIFEST_FILE, Column, Manifest, Table
from snapshot.reader import sha256_of

TYPES = {pl.Int64: "bigint", pl.Int32: "integer", pl.Float64: "numeric", pl.String: "text", pl.Boolean: "boolean"}


@dataclass(frozen=True)
class Truth:
    season: Season
    played: int
    scoring: dict[str, float]
    saving: dict[str, float]


def skaters_of(team: str) -> list[str]:
    return [f"P{team}{n:02d}" for n in range(10)]


def position(player: str) -> str:
    return "Forward" if int(player[-2:]) < 6 else "Defense"


def build_frames(seed: int = 7) -> tuple[dict[str, pl.DataFrame], Truth]:
    """Three seasons of six teams, the last one three fifths played, its last 40 games tracked."""
    rng = np.random.default_rng(seed)
    season = simulate(replace(RECREATIONAL, rounds=16), seed)
    games = season.games
    played = len(games) - 20
    players = [p for team in games.teams for p in skaters_of(team)]
    scoring = {p: float(rng.gamma(4.0, 0.25)) * (1.0 if position(p) == "Forward" else 0.4) for p in players}
    saving = {f"G{team}": float(rng.beta(90.0, 12.0)) for team in games.teams}
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in COLUMNS}
    for team in games.teams:
        rows["dim_team"].append({"team_id": team, "team_name": f"Team {team}"})
        for p in [*skaters_of(team), f"G{team}"]:
            where = "Goalie" if p[0] == "G" else position(p)
            skill = 4.0 if p[0] == "G" else float(np.clip(round(3 + scoring[p]), 2, 6))
            rows["dim_player"].append(
                {
                    "player_id": p,
                    "player_full_name": f"Name {p}",
                    "player_primary_position": where,
                    "current_skill_rating": skill,
                }
            )
    truth = Truth(season, played, scoring, saving)
    for i in range(len(games)):
        add_game(rows, truth, i, rng)
    frames = {name: pl.DataFrame(rows[name], schema=COLUMNS[name], orient="row") for name in COLUMNS}
    return frames, truth


def add_game(rows, truth, i, rng) -> None:
    games, played = truth.season.games, truth.played
    sides = [games.teams[games.home[i]], games.teams[games.away[i]]]
    goals = [int(games.home_goals[i]), int(games.away_goals[i])]
    split = [rng.multinomial(g, [1 / 3] * 3) for g in goals]
    done = i < played
    rows["dim_schedule"].append(
        {
            "game_id": 1000 + i,
            "season_id": f"S{games.season[i]}",
            "date": date.fromordinal(int(games.day[i])),
            "game_type": "Regular",
            "include": True,
            "home_team_id": sides[0],
            "away_team_id": sides[1],
            "home_total_goals": goals[0] if done else None,
            "away_total_goals": goals[1] if done else None,
            **{
                f"{side}_team_period{p + 1}_goals": int(split[k][p]) if done else None
                for k, side in enumerate(("home", "away"))
                for p in range(3)
            },
        }
    )
    if not done:
        return
    for k, team in enumerate(sides):
        names = skaters_of(team)
        rate = np.array([truth.scoring[p] for p in names])
        scored = rng.multinomial(goals[k], rate / rate.sum())
        assisted = rng.multinomial(goals[k], rate / rate.sum())
        for p, g, a in zip(names, scored, assisted, strict=True):
            rows["fact_gameroster"].append(sheet(i, p, team, int(g), int(a), None))
        rows["fact_gameroster"].append(sheet(i, f"G{team}", team, 0, 0, goals[1 - k]))
    if i >= played - 40:
        add_tracking(rows, truth, i, rng)


def sheet(i, player, team, goals, assists, against) -> dict[str, object]:
    where = "Goalie" if player[0] == "G" else position(player)
    return {
        "game_id": 1000 + i,
        "player_id": player,
        "team_id": team,
        "player_position": where,
        "goals": goals,
        "assist": assists,
        "goals_against": against,
        "skill_rating": None,
    }


def add_tracking(rows, truth, i, rng) -> None:
    games = truth.season.games
    sides = [games.teams[games.home[i]], games.teams[games.away[i]]]
    goals = [int(games.home_goals[i]), int(games.away_goals[i])]
    for k, team in enumerate(sides):
        shots = max(goals[1 - k], int(rng.poisson(28)))
        saves = int(rng.binomial(shots, truth.saving[f"G{team}"]))
        rows["fact_goalie_game_stats"].append(
            {"game_id": 1000 + i, "player_id": f"G{team}", "team_id": team, "saves": saves, "shots_against": shots}
        )
        for p in skaters_of(team):
            seconds = float(rng.integers(700, 1200))
            lively = truth.scoring[p] * seconds / 900
            stats = {
                name: int(rng.poisson(lively * (2 + j % 4)))
                for j, name in enumerate(list(COLUMNS["fact_player_game_stats"])[3:])
            }
            rows["fact_player_game_stats"].append(
                {"game_id": 1000 + i, "player_id": p, "toi_seconds": seconds, **stats}
            )
    for n in range(40):
        shift = f"SH{i}_{n:03d}"
        strength = "5v4" if n % 10 == 0 else "5v5"
        rows["fact_shifts"].append(
            {
                "shift_id": shift,
                "game_id": 1000 + i,
                "strength": strength,
                "shift_duration": 45.0,
                "cf": int(rng.poisson(0.9)),
                "ca": int(rng.poisson(0.9)),
            }
        )
        for k, team in enumerate(sides):
            line = skaters_of(team)[:5] if n % 2 else skaters_of(team)[5:]
            for p in line:
                rows["fact_shift_players"].append(
                    {"shift_id": shift, "player_id": p, "team_venue": ("home", "away")[k], "is_goalie": False}
                )
            rows["fact_shift_players"].append(
                {"shift_id": shift, "player_id": f"G{team}", "team_venue": ("home", "away")[k], "is_goalie": True}
            )
    for n in range(60):
        attempt = Attempt(
            shot_type=("Wrist", "Tip", "Slap")[n % 3],
            situation="PP" if n % 7 == 0 else "EV",
            is_rebound=n % 5 == 0,
            is_rush=n % 4 == 0,
            x_ft=float(rng.uniform(40, 85)) if i % 2 else None,
            y_ft=float(rng.uniform(-20, 20)) if i % 2 else None,
        )
        rows["fact_shots"].append(
            {
                "event_id": f"EV{i:05d}{n:03d}",
                "game_id": 1000 + i,
                "xg_shot_type": attempt.shot_type,
                "xg_situation": attempt.situation,
                "off_rebound": attempt.is_rebound,
                "off_rush": attempt.is_rush,
                "after_turnover": False,
                "is_blocked": n % 6 == 1,
                "is_goal": n % 6 != 1 and bool(rng.random() < expected_goals(attempt)),
                "puck_x_start": attempt.x_ft,
                "puck_y_start": attempt.y_ft,
            }
        )
    rows["fact_goals"].append({"game_id": 1000 + i, "team_venue": "home", "strength": "5v5"})


def publish(data_dir: DataDir, frames: dict[str, pl.DataFrame], rules: LeagueRules | None = None) -> None:
    """Write the frames as a snapshot and point the link at it."""
    name = "20260101T000000000000Z-00000000"
    folder = data_dir.snapshots / name
    folder.mkdir(parents=True)
    tables = []
    for table, frame in frames.items():
        path = folder / f"{table}.csv"
        frame.write_csv(path)
        columns = tuple(
            Column(name=c, type=TYPES.get(kind, "date"), description=c) for c, kind in COLUMNS[table].items()
        )
        tables.append(
            Table(
                name=table,
                file=path.name,
                category="fact",
                grain="row",
                description=table,
                columns=columns,
                primary_key=(),
                references=(),
                from_tracking=False,
                rows=len(frame),
                sha256=sha256_of(path),
            )
        )
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        snapshot_id=name,
        run_id="r",
        created_at="2026-01-01T00:00:00Z",
        software_version="1.0.0",
        mode="full",
        source="excel",
        games=(),
        excluded_game_ids=(),
        tables=tuple(tables),
        inputs=(),
        inputs_fingerprint="f",
        rules=(rules or LeagueRules()).to_mapping(),
        checks=(),
        warnings=(),
        timings={},
    )
    (folder / MANIFEST_FILE).write_bytes(manifest.to_json())
    data_dir.output.symlink_to(Path("snapshots") / name)


@pytest.fixture(scope="session")
def built() -> tuple[dict[str, pl.DataFrame], Truth]:
    return build_frames()


@pytest.fixture(scope="session")
def truth(built: tuple[dict[str, pl.DataFrame], Truth]) -> Truth:
    return built[1]


@pytest.fixture(scope="session")
def trained(built: tuple[dict[str, pl.DataFrame], Truth], tmp_path_factory: pytest.TempPathFactory) -> DataDir:
    """A data directory with a published league and trained models. Tests must not change it."""
    data_dir = DataDir(tmp_path_factory.mktemp("league"))
    publish(data_dir, built[0])
    assert main(["--data-dir", str(data_dir.root), "--progress-file", str(data_dir.root / "progress.jsonl")]) == 0
    return data_dir
