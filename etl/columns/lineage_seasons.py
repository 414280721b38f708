"""The rows that season and career tables are made from: game sheets and results, tracked games among them."""

from typing import Final

from etl.columns.lineage import GAME, Lineage
from etl.columns.lineage_box_score import GOALIES, SKATERS
from snapshot.lineage import Condition, Link, Part, Parts, divided, equal, less, one_of, own, share

_SEASON: Final = own("season_id")
_PERSON: Final = own("player_id")
_OF_TYPE: Final = (
    one_of("game_type", ("Regular", "Playoffs")),
    Condition(column="game_type", op="eq_or_all", row="game_type"),
)
_SHEET: Final = "fact_gameroster"
_SKATED: Final = (
    *_PERSON,
    Condition(column="player_position", op="ne_or_null", value="Goalie"),
    Condition(column="goals_against", op="le_or_null", value=0),
)
_IS_GOALIE: Final = Condition(
    column="player_position", value="Goalie", either=(Condition(column="goals_against", op="gt", value=0),)
)
_BY_TRACKING: Final = equal(data_origin="json")
_BY_SHEET: Final = (Condition(column="data_origin", op="ne_or_null", value="json"),)


def _counted(*season: Condition) -> Link:
    """The games that season and career tables count: those with a result, of a season's type."""
    return Link(table="fact_team_results", on=("game_id",), where=(*_OF_TYPE, *season))


def _on_sheet(*where: Condition) -> Link:
    return Link(table=_SHEET, on=("game_id",), where=where)


def _by_sheet(sheet: str, tracked: str, *season: Condition) -> Parts:
    """Official figures of a skater, and those of the tracking for a game without a sheet."""
    games = _counted(*season)
    without_sheet = _on_sheet(*_SKATED, *_BY_TRACKING)
    return (
        Part(table=_SHEET, where=(*_SKATED, *_BY_SHEET), links=(games,), quantity=sheet),
        Part(table=SKATERS, where=_PERSON, links=(games, without_sheet), quantity=tracked),
    )


def _skater_totals(*season: Condition) -> dict[str, Parts]:
    goals, assists = _by_sheet("goals", "goals", *season), _by_sheet("assist", "assists", *season)
    return {
        "goals": goals,
        "assists": assists,
        "points": (*goals, *assists),
        "pim": _by_sheet("pim", "pim", *season),
    }


def _skated(*season: Condition) -> Parts:
    return (Part(table=_SHEET, where=_SKATED, links=(_counted(*season),)),)


def _tracked(quantity: str | None = None, *where: Condition) -> Parts:
    """Box scores of the season's games that the player skated in."""
    links = (_counted(*_SEASON), _on_sheet(*_SKATED))
    return (Part(table=SKATERS, where=(*_PERSON, *where), links=links, quantity=quantity),)


_TRACKED_GOALS: Final = _tracked("goals")
SKATER_SEASON: Final[Lineage] = {
    **_skater_totals(*_SEASON),
    "games_played": _skated(*_SEASON),
    "tracked_games": _tracked(),
    **{name: _tracked(name) for name in ("war", "xg_for", "xg_adj")},
    "gar": _tracked("gar_total"),
    "player_rating": divided(
        _tracked("player_rating"), _tracked(None, Condition(column="player_rating", op="is_not_null"))
    ),
    "cf_pct": share(_tracked("corsi_for"), _tracked("corsi_against")),
    "goals_above_expected": (*_TRACKED_GOALS, *less(_tracked("xg_for"))),
    "shooting_pct": divided(_TRACKED_GOALS, _tracked("sog"), 100),
}


def _seasons_of(table: str) -> Parts:
    return (Part(table=table, where=own("player_id", "game_type")),)


SKATER_CAREER: Final[Lineage] = {
    **{f"career_{name}": parts for name, parts in _skater_totals().items()},
    "career_games": _skated(),
    "seasons_played": _seasons_of("fact_player_season_stats_basic"),
}

_ON_TEAM: Final = ("game_id", "team_id")
_NO_SHEET_FIGURE: Final = Condition(column="goals_against", op="is_null")
_ALONE: Final = Link(
    table=_SHEET, on=_ON_TEAM, where=(_IS_GOALIE, Condition(column="player_id", op="ne", row="player_id")), absent=True
)
_NOT_TRACKED: Final = Link(table=GOALIES, on=("game_id",), where=_PERSON, absent=True)


def _kept_goal(games: Link, *where: Condition, links: tuple[Link, ...] = (), quantity: str | None = None) -> Part:
    """Game sheets that have the player as a goalie."""
    fits = (*_PERSON, _IS_GOALIE, *where)
    return Part(table=_SHEET, where=fits, links=(games, *links), quantity=quantity)


def _ended(games: Link, result: str) -> Parts:
    """Results of the goalie's team in the games that he kept goal in."""
    kept = Link(table=_SHEET, on=_ON_TEAM, where=(*_PERSON, _IS_GOALIE))
    return (Part(table="fact_team_results", where=equal(result=result), links=(games, kept)),)


def _allowed(games: Link) -> Parts:
    """Goals allowed: by the sheet; else by the tracking; else all of the team's, for its only goalie."""
    unknown = Link(table=_SHEET, on=_ON_TEAM, where=(*_PERSON, _IS_GOALIE, _NO_SHEET_FIGURE))
    return (
        _kept_goal(games, quantity="goals_against"),
        Part(
            table=GOALIES,
            where=_PERSON,
            links=(games, _on_sheet(*_PERSON, _IS_GOALIE, _NO_SHEET_FIGURE)),
            quantity="goals_against",
        ),
        Part(table="fact_team_results", links=(games, unknown, _NOT_TRACKED, _ALONE), quantity="goals_against"),
    )


def _shut_out(games: Link) -> Parts:
    """Games without a goal allowed as the only goalie of the team, by the same three sources."""
    tracked = Link(table=GOALIES, on=("game_id",), where=(*_PERSON, Condition(column="goals_against", value=0)))
    conceded = Link(
        table="fact_team_results",
        on=_ON_TEAM,
        where=(Condition(column="goals_against", op="gt", value=0),),
        absent=True,
    )
    return (
        _kept_goal(games, Condition(column="goals_against", value=0), links=(_ALONE,)),
        _kept_goal(games, _NO_SHEET_FIGURE, links=(_ALONE, tracked)),
        _kept_goal(games, _NO_SHEET_FIGURE, links=(_ALONE, _NOT_TRACKED, conceded)),
    )


def _goalie_totals(*season: Condition) -> dict[str, Parts]:
    games = _counted(*season)
    return {
        "wins": _ended(games, "win"),
        "losses": _ended(games, "loss"),
        "ties": _ended(games, "tie"),
        "goals_against": _allowed(games),
        "shutouts": _shut_out(games),
    }


GOALIE_SEASON: Final[Lineage] = {**_goalie_totals(*_SEASON), "games_played": (_kept_goal(_counted(*_SEASON)),)}
GOALIE_CAREER: Final[Lineage] = {
    **{f"career_{name}": parts for name, parts in _goalie_totals().items()},
    "career_games": (_kept_goal(_counted()),),
    "seasons_played": _seasons_of("fact_goalie_season_stats_basic"),
}


def _results(*where: Condition, quantity: str | None = None) -> Parts:
    """Results of the team in games that count in the season."""
    counted = (*own("team_id", "season_id"), *_OF_TYPE)
    return (Part(table="fact_team_results", where=(*counted, *where), quantity=quantity),)


_BEYOND: Final = one_of("last_period_type", ("Overtime", "Shootout"))
TEAM_SEASON: Final[Lineage] = {
    "games_played": _results(),
    "wins": _results(*equal(result="win")),
    "losses": _results(*equal(result="loss")),
    "ties": _results(*equal(result="tie")),
    "overtime_wins": _results(*equal(result="win"), _BEYOND),
    "overtime_losses": _results(*equal(result="loss"), _BEYOND),
    **{name: _results(quantity=name) for name in ("points", "goals_for", "goals_against")},
}


def _score(side: str, quantity: str) -> Parts:
    """The official score; the tracked goals of a game that is in no schedule and has none."""
    given = equal(team_venue=side)
    own_goals = "home" if quantity.startswith("home") else "away"
    unscored = (*equal(is_inferred=True), Condition(column=quantity, op="is_null"))
    return (
        Part(table="dim_schedule", where=GAME, quantity=quantity, given=given),
        Part(
            table="fact_goals",
            where=(*GAME, *equal(team_venue=own_goals)),
            links=(Link(table="dim_schedule", on=("game_id",), where=unscored),),
            given=given,
        ),
    )


RESULT: Final[Lineage] = {
    "goals_for": (*_score("home", "home_total_goals"), *_score("away", "away_total_goals")),
    "goals_against": (*_score("home", "away_total_goals"), *_score("away", "home_total_goals")),
}
