"""`demo_truth.json`: what really happened in the demo league, for tests and for judging forecasts."""

from collections import Counter
from pathlib import Path
from typing import Any, Final

import msgspec

from etl.demo.flaws import Tracking
from etl.demo.ice import SKATER_SLOTS
from etl.demo.league import League
from etl.demo.official import GameSheet, expected_goals
from etl.demo.simulate import PlayedGame

FILE_NAME: Final = "demo_truth.json"
SKATER: Final = (
    "goals", "assists", "primary_assists", "secondary_assists", "shots", "sog", "fo_wins", "fo_losses", "toi_seconds",
    "plus_minus", "plus_minus_total", "cf", "ca", "ff", "fa", "entries", "exits", "keepins", "giveaways", "takeaways",
    "blocks", "penalties", "pim",
)  # fmt: skip
GOALIE: Final = ("saves", "goals_against", "toi_seconds", "pim")
SIDE: Final = ("goals", "shots", "sog", "saves", "fo_wins", "fo_losses", "giveaways", "takeaways", "blocks", "entries",
               "exits", "keepins", "penalties", "pim", "assists", "goals_ev", "goals_pp", "goals_sh")  # fmt: skip


def game_truth(game: PlayedGame, tracking: Tracking) -> dict[str, Any]:
    """The box score of one tracked game: `players` by player id, `sides` home and away. Times in seconds."""
    ledger, matchup = game.ledger, game.matchup
    players = {}
    for dressed in (*matchup.dressed[0], *matchup.dressed[1]):
        counts = ledger.players[dressed.player.player_id]
        names = GOALIE if dressed.position == "G" else SKATER
        players[dressed.player.player_id] = {
            "side": ("home", "away")[dressed.side],
            "team_id": matchup.teams[dressed.side].team.team_id,
            "position": dressed.position,
            "number": dressed.number,
            **{name: counts[name] for name in names},
            "shifts": _shifts(game, dressed.player.player_id),
        }
    return {
        "game_id": matchup.fixture.game_id,
        "form": tracking.form,
        "version": tracking.version,
        "with_xy": tracking.with_xy,
        "home_team_id": matchup.teams[0].team.team_id,
        "away_team_id": matchup.teams[1].team.team_id,
        "score": list(game.score),
        "overtime": game.overtime,
        "period_seconds": list(game.lengths),
        "events": len(game.events),
        "event_types": dict(sorted(Counter(e.type for e in game.events).items())),
        "stints": len(game.stints),
        "power_play_seconds": [_power_play(game, side) for side in (0, 1)],
        "sides": [{name: ledger.sides[side][name] for name in SIDE} for side in (0, 1)],
        "expected_goals": [round(expected_goals(matchup, side), 4) for side in (0, 1)],
        "players": players,
    }


def _shifts(game: PlayedGame, player_id: str) -> int:
    """Runs of consecutive stints of one period with the player on the ice."""
    runs, before = 0, 0
    for stint in game.stints:
        on = any(w is not None and w.player.player_id == player_id for line in stint.lines for w in line.values())
        runs += on and before != stint.period
        before = stint.period if on else 0
    return runs


def _power_play(game: PlayedGame, side: int) -> int:
    """Seconds with more skaters than the other side, both nets guarded."""
    total = 0
    for stint in game.stints:
        counts = [sum(line[s] is not None for s in SKATER_SLOTS) for line in stint.lines]
        guarded = all(line["G"] is not None for line in stint.lines)
        total += (stint.end - stint.start) * (guarded and counts[side] > counts[1 - side])
    return total


def write_truth(
    path: Path, league: League, games: list[dict[str, Any]], sheets: list[GameSheet], flaws: dict[int, tuple[str, ...]]
) -> None:
    """Write the truth of the league: strengths, every official result, and the tracked games."""
    content = {
        "made_by": "etl.demo",
        "seed": league.seed,
        "today": league.today.isoformat(),
        "seasons": [
            {
                "season_id": season.season_id,
                "finished": season.finished,
                "teams": {
                    squad.team.team_id: {
                        "attack": squad.attack,
                        "defence": squad.defence,
                        "goalie": squad.goalie.player_id,
                        "players": [p.player_id for p in squad.players.values()],
                    }
                    for squad in season.teams
                },
            }
            for season in league.seasons
        ],
        "strengths": {p.player_id: p.strength for p in league.players},
        "results": [[s.fixture.game_id, *s.score, s.overtime] for s in sheets],
        "flaws": {str(game_id): list(names) for game_id, names in flaws.items() if names},
        "games": {str(game["game_id"]): game for game in games},
    }
    path.write_bytes(msgspec.json.encode(content) + b"\n")
