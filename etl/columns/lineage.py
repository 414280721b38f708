"""The rows that the numbers of box scores, seasons and careers are made from, by table and column.

`GET /api/explain` evaluates these on the published tables; the rows found come to the number, in every league.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from etl.columns.column import Column
from snapshot.lineage import Condition, Link, Part, SideRule

Lineage = Mapping[str, tuple[Part, ...]]


def explained(columns: Iterable[Column], lineage: Lineage) -> tuple[Column, ...]:
    """The columns, each with what it is made from, where that is known by its name."""
    return tuple(replace(c, made_from=lineage[c.name]) if c.name in lineage else c for c in columns)


def _own(*columns: str) -> tuple[Condition, ...]:
    """Columns that are as in the explained row."""
    return tuple(Condition(column=name, row=name) for name in columns)


_GAME: Final = _own("game_id")
_PLAYER: Final = _own("game_id", "player_id")
_BESIDE_PP: Final = Condition(column="situation", op="ne_or_null", value="PP")
_SAVED: Final = Condition(column="shot_result", value="saved")
_AS_ACTOR: Final = Link(
    table="fact_event_players",
    on="event_id",
    where=(*_PLAYER, Condition(column="player_role", value="event_player_1")),
    side="same_or_unknown",
)


def _acted(table: str, *where: Condition, quantity: str | None = None) -> Part:
    """Rows of events whose main actor the player is, for the own side."""
    return Part(table=table, where=(*_GAME, *where), links=(_AS_ACTOR,), quantity=quantity)


def _on_ice(table: str, side: SideRule, *where: Condition, sign: int = 1) -> Part:
    """Rows of events in stints that have the player as a skater."""
    skating = (*_PLAYER, Condition(column="is_goalie", value=False))
    stints = Link(table="fact_shift_players", on="shift_id", where=skating, side=side)
    return Part(table=table, where=(*_GAME, *where), links=(stints,), sign=sign)


def _difference(*where: Condition) -> tuple[Part, ...]:
    """Goals for less goals against while the player is on the ice."""
    return _on_ice("fact_goals", "same", *where), _on_ice("fact_goals", "other", *where, sign=-1)


_GOALS: Final = (_acted("fact_goals"),)
_ASSISTS: Final = (Part(table="fact_assists", where=_PLAYER),)
_PRIMARY: Final = Condition(column="is_primary", value=True)
_SECONDARY: Final = Condition(column="is_primary", value=False)
_NOT_BLOCKED: Final = Condition(column="is_blocked", value=False)
_EVEN: Final = Condition(column="situation", op="in", value=("EV", "EN"))
SKATER_GAME: Final[Lineage] = {
    "goals": _GOALS,
    "g": _GOALS,
    "primary_assists": (Part(table="fact_assists", where=(*_PLAYER, _PRIMARY)),),
    "secondary_assists": (Part(table="fact_assists", where=(*_PLAYER, _SECONDARY)),),
    "assists": _ASSISTS,
    "a": _ASSISTS,
    "points": (*_GOALS, *_ASSISTS),
    "pts": (*_GOALS, *_ASSISTS),
    "shots": (_acted("fact_shots"),),
    "sog": (_acted("fact_shots", _SAVED), *_GOALS),
    "pim": (Part(table="fact_penalties", where=_PLAYER, quantity="pim"),),
    "toi_seconds": (Part(table="fact_shift_players", where=_PLAYER, quantity="shift_duration"),),
    "shift_count": (
        Part(table="fact_shift_players", where=(*_PLAYER, Condition(column="is_first_segment", value=True))),
    ),
    "plus_ev": (_on_ice("fact_goals", "same", _EVEN),),
    "minus_ev": (_on_ice("fact_goals", "other", _EVEN),),
    "plus_minus_ev": _difference(_EVEN),
    "plus_minus": _difference(_BESIDE_PP),
    "plus_minus_total": _difference(),
    "goals_for": (_on_ice("fact_goals", "same"),),
    "goals_against": (_on_ice("fact_goals", "other"),),
    "corsi_for": (_on_ice("fact_shots", "same"),),
    "corsi_against": (_on_ice("fact_shots", "other"),),
    "fenwick_for": (_on_ice("fact_shots", "same", _NOT_BLOCKED),),
    "fenwick_against": (_on_ice("fact_shots", "other", _NOT_BLOCKED),),
}


def _with_both(table: str, side: SideRule, quantity: str | None = None) -> tuple[Part, ...]:
    """Rows in stints that have both players of a pair as skaters of one side."""
    links = tuple(
        Link(
            table="fact_shift_players",
            on="shift_id",
            where=(
                *_GAME,
                Condition(column="player_id", row=f"player_{n}_id"),
                Condition(column="is_goalie", value=False),
            ),
            side=side,
        )
        for n in (1, 2)
    )
    return (Part(table=table, where=_GAME, links=links, quantity=quantity),)


PAIR: Final[Lineage] = {
    "corsi_for_together": _with_both("fact_shots", "same"),
    "corsi_against_together": _with_both("fact_shots", "other"),
    "goals_for_together": _with_both("fact_goals", "same"),
    "goals_against_together": _with_both("fact_goals", "other"),
}

_IN_NET: Final = (*_GAME, Condition(column="goalie_player_id", row="player_id"))
_OWN_SIDE: Final = Condition(column="team_venue", row="team_venue")
_OTHER_SIDE: Final = Condition(column="team_venue", op="ne", row="team_venue")
_GOALIE_SAVES: Final = Part(table="fact_saves", where=(*_IN_NET, _OWN_SIDE))
_GOALIE_BEATEN: Final = Part(table="fact_goals", where=(*_IN_NET, _OTHER_SIDE))
GOALIE_GAME: Final[Lineage] = {
    "saves": (_GOALIE_SAVES,),
    "goals_against": (_GOALIE_BEATEN,),
    "shots_against": (_GOALIE_SAVES, _GOALIE_BEATEN),
    "toi_seconds": (
        Part(
            table="fact_shift_players",
            where=(*_PLAYER, Condition(column="is_goalie", value=True)),
            quantity="shift_duration",
        ),
    ),
}


def _side(table: str, side: Condition, *where: Condition, quantity: str | None = None) -> Part:
    return Part(table=table, where=(*_GAME, side, *where), quantity=quantity)


TEAM_GAME: Final[Lineage] = {
    "goals": (_side("fact_goals", _OWN_SIDE),),
    "goals_against": (_side("fact_goals", _OTHER_SIDE),),
    "shots": (_side("fact_shots", _OWN_SIDE),),
    "sog": (_side("fact_saves", _OTHER_SIDE), _side("fact_goals", _OWN_SIDE)),
    "sog_against": (_side("fact_saves", _OWN_SIDE), _side("fact_goals", _OTHER_SIDE)),
    "saves": (_side("fact_saves", _OWN_SIDE),),
    "pim": (_side("fact_penalties", _OWN_SIDE, quantity="pim"),),
    "corsi_for": (_side("fact_shots", _OWN_SIDE),),
    "corsi_against": (_side("fact_shots", _OTHER_SIDE),),
    "fenwick_for": (_side("fact_shots", _OWN_SIDE, _NOT_BLOCKED),),
    "fenwick_against": (_side("fact_shots", _OTHER_SIDE, _NOT_BLOCKED),),
}


def _counted_games(*season: Condition) -> Link:
    """The games that season and career tables count: included, of a season's type, and not still to come."""
    return Link(
        table="dim_schedule",
        on="game_id",
        where=(
            Condition(column="include", value=True),
            Condition(column="game_type", op="in", value=("Regular", "Playoffs")),
            Condition(column="game_type", op="eq_or_all", row="game_type"),
            *season,
        ),
        unless=(
            Condition(column="schedule_type", value="Upcoming"),
            Condition(column="home_total_goals", op="is_null"),
        ),
    )


_PERSON: Final = _own("player_id")
_SKATING: Final = (
    Condition(column="player_position", op="ne_or_null", value="Goalie"),
    Condition(column="goals_against", op="le_or_null", value=0),
)


def _by_sheet(sheet: str, tracked: str, *season: Condition) -> tuple[Part, ...]:
    """Official figures of a skater, and those of the tracking for a game without a sheet."""
    games = _counted_games(*season)
    no_sheet = Link(
        table="fact_gameroster",
        on="game_id",
        where=(*_PERSON, *_SKATING, Condition(column="data_origin", value="json")),
    )
    has_sheet = Condition(column="data_origin", op="ne_or_null", value="json")
    return (
        Part(table="fact_gameroster", where=(*_PERSON, *_SKATING, has_sheet), links=(games,), quantity=sheet),
        Part(table="fact_player_game_stats", where=_PERSON, links=(games, no_sheet), quantity=tracked),
    )


def _skater_totals(*season: Condition) -> dict[str, tuple[Part, ...]]:
    goals, assists = _by_sheet("goals", "goals", *season), _by_sheet("assist", "assists", *season)
    return {
        "goals": goals,
        "assists": assists,
        "points": (*goals, *assists),
        "pim": _by_sheet("pim", "pim", *season),
    }


_SEASON: Final = _own("season_id")
SKATER_SEASON: Final[Lineage] = _skater_totals(*_SEASON)
SKATER_CAREER: Final[Lineage] = {f"career_{name}": parts for name, parts in _skater_totals().items()}


def _results(*where: Condition, quantity: str | None = None) -> tuple[Part, ...]:
    """Results of the team in games that count in the season."""
    counted = (
        *_own("team_id", "season_id"),
        Condition(column="game_type", op="in", value=("Regular", "Playoffs")),
        Condition(column="game_type", op="eq_or_all", row="game_type"),
    )
    return (Part(table="fact_team_results", where=(*counted, *where), quantity=quantity),)


TEAM_SEASON: Final[Lineage] = {
    "games_played": _results(),
    "wins": _results(Condition(column="result", value="win")),
    "losses": _results(Condition(column="result", value="loss")),
    "ties": _results(Condition(column="result", value="tie")),
    **{name: _results(quantity=name) for name in ("points", "goals_for", "goals_against")},
}
