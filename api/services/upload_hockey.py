"""The hockey of an upload: what changes in the standings, among the leaders, in the schedule and in the box scores.

Pure: rows in, changes out. Rows are mappings of column to cell, as a snapshot's CSV (texts, nothing for null) or a
database has them; `Cells` reads both alike. Missing tables are no rows, missing columns are null.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from api.models.upload import (
    BoxScoreDifference,
    BoxScores,
    GameLine,
    GamesChange,
    Leader,
    LeadersChange,
    ScoreChange,
    StandingsMove,
)

Row = Mapping[str, object]
Category = Literal["goals", "assists", "points"]

STANDINGS: Final = "fact_team_season_stats_basic"
SEASONS: Final = "dim_season"
SCORERS: Final = "fact_gameroster"
SCHEDULE: Final = "dim_schedule"
ACCURACY: Final = "qa_goal_accuracy"
_LEADERS: Final = 5
_MOST_GAMES: Final = 50
_MOST_DIFFERENCES: Final = 50
_COLUMN_OF: Final[Mapping[Category, str]] = {"goals": "goals", "assists": "assist", "points": "points"}


@dataclass(frozen=True, slots=True, kw_only=True)
class League:
    """The rows of one league that readers look at first, by the table's grain.

    `standings`: one team in one season and game type; `scorers`: one player in one game, by the official sheet;
    `schedule`: one game; `accuracy`: one tracked game; `season_id`: the current season.
    """

    season_id: str | None
    standings: Sequence[Row] = field(default=())
    scorers: Sequence[Row] = field(default=())
    schedule: Sequence[Row] = field(default=())
    accuracy: Sequence[Row] = field(default=())


def current_season(seasons: Iterable[Row]) -> str | None:
    """The season with the latest start date, as the dashboard's views have it; null of an empty league."""
    dated = [(text(row, "start_date") or "", text(row, "season_id") or "") for row in seasons]
    return max(dated)[1] or None if dated else None


def standings_moves(before: League, after: League) -> list[StandingsMove]:
    """Teams whose place or points in the current season change, best first as it will be.

    Place: by points, then wins, then goal difference, over all games; teams that are level share it.
    """
    old, new = _places(before), _places(after)
    moved = [key for key in {**old, **new} if old.get(key, _NOWHERE)[:2] != new.get(key, _NOWHERE)[:2]]
    moves = []
    for season_id, team_id in moved:
        was, becomes = old.get((season_id, team_id), _NOWHERE), new.get((season_id, team_id), _NOWHERE)
        moves.append(
            StandingsMove(
                season_id=season_id,
                team_id=team_id,
                team_name=becomes[2] or was[2],
                place_before=was[0],
                place_after=becomes[0],
                points_before=was[1],
                points_after=becomes[1],
            )
        )
    return sorted(moves, key=lambda m: (m.season_id, m.place_after or len(moves) + len(new), m.team_id))


_Place = tuple[int | None, int | None, str | None]
_NOWHERE: Final[_Place] = (None, None, None)


def _places(league: League) -> dict[tuple[str, str], _Place]:
    rows = [
        row
        for row in league.standings
        if text(row, "game_type") == "All" and text(row, "season_id") == league.season_id
    ]
    order = sorted((_strength(row) for row in rows), reverse=True)
    return {
        (league.season_id or "", text(row, "team_id") or ""): (
            order.index(_strength(row)) + 1,
            whole(row, "points"),
            text(row, "team_name"),
        )
        for row in rows
    }


def _strength(row: Row) -> tuple[int, int, int]:
    return (whole(row, "points") or 0, whole(row, "wins") or 0, whole(row, "goal_diff") or 0)


def leaders_changes(before: League, after: League) -> list[LeadersChange]:
    """The categories of the current season whose first five change, in players, order or figures."""
    changes = []
    for category in _COLUMN_OF:
        old, new = leaders(before, category), leaders(after, category)
        if old != new:
            changes.append(LeadersChange(category=category, before=old, after=new))
    return changes


def leaders(league: League, category: Category) -> list[Leader]:
    """The first five of a category in the current season, by the official sheets; level players by id."""
    totals: dict[str, int] = defaultdict(int)
    names: dict[str, str | None] = {}
    for row in league.scorers:
        if text(row, "season_id") == league.season_id and (player_id := text(row, "player_id")):
            totals[player_id] += whole(row, _COLUMN_OF[category]) or 0
            names[player_id] = text(row, "player_full_name")
    best = sorted(((-value, player_id) for player_id, value in totals.items() if value > 0))[:_LEADERS]
    return [Leader(player_id=player_id, player_name=names[player_id], value=-value) for value, player_id in best]


def games_change(before: League, after: League) -> GamesChange:
    """Games that appear, vanish or get another score, by date."""
    old, new = _games(before), _games(after)
    appear = [new[game] for game in new if game not in old]
    vanish = [old[game] for game in old if game not in new]
    rescored = [
        ScoreChange(game_id=game, before=old[game].score, after=line.score)
        for game, line in new.items()
        if game in old and old[game].score != line.score
    ]
    return GamesChange(
        appear=appear[:_MOST_GAMES],
        vanish=vanish[:_MOST_GAMES],
        rescored=rescored[:_MOST_GAMES],
        appear_count=len(appear),
        vanish_count=len(vanish),
        rescored_count=len(rescored),
    )


def _games(league: League) -> dict[int, GameLine]:
    lines = (
        GameLine(
            game_id=whole(row, "game_id") or 0,
            date=text(row, "date"),
            home_team=text(row, "home_team_name"),
            away_team=text(row, "away_team_name"),
            score=_score(row, "home_total_goals", "away_total_goals"),
        )
        for row in league.schedule
    )
    return {line.game_id: line for line in sorted(lines, key=lambda line: (line.date or "", line.game_id))}


def box_scores(league: League) -> BoxScores:
    """Tracked against official goals of the tracked games."""
    differing = [
        BoxScoreDifference(
            game_id=whole(row, "game_id") or 0,
            official=_score(row, "official_home_goals", "official_away_goals") or "unknown",
            tracked=_score(row, "tracked_home_goals", "tracked_away_goals") or "unknown",
        )
        for row in league.accuracy
        if text(row, "is_match") == "false"
    ]
    agreeing = sum(text(row, "is_match") == "true" for row in league.accuracy)
    return BoxScores(compared=len(differing) + agreeing, agreeing=agreeing, differing=differing[:_MOST_DIFFERENCES])


def _score(row: Row, home: str, away: str) -> str | None:
    goals = whole(row, home), whole(row, away)
    return None if None in goals else f"{goals[0]}-{goals[1]}"


def text(row: Row, column: str) -> str | None:
    """A cell as text; booleans as CSV has them, nothing and null are None."""
    value = row.get(column)
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None or value == "" else str(value)


def whole(row: Row, column: str) -> int | None:
    """A cell as a whole number; None where there is none."""
    value = text(row, column)
    try:
        return None if value is None else int(float(value))
    except (ValueError, OverflowError):
        return None
