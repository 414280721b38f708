"""What the numbers of the views of standings, games and the whole league are made from."""

from typing import Final

from snapshot.lineage import Condition, Link, Part, Parts, Top, divided, equal, less, own
from warehouse.view_terms import ALL, RECORD, SEASON, SKATERS, TEAMS, Derived, View, named, rank, rows_of

TEAM_SEASON: Final = named("team_id season_id")
_STANDING: Final = {"standing": rank(TEAMS, "team_season_basic_key", (*ALL, *SEASON), "points", "wins", "goal_diff")}

_HOME, _AWAY = "home_total_goals", "away_total_goals"
_IS_PLAYED: Final = (
    *equal(schedule_type="Past"),
    Condition(column="include", op="ne_or_null", value=False),
    Condition(column=_HOME, op="is_not_null"),
    Condition(column=_AWAY, op="is_not_null"),
)
_MET: Final = (*_IS_PLAYED, *own("home_team_name", "away_team_name"))


def _met(meaning: str, *where: Condition, quantity: str | None = None) -> Derived:
    return Derived(meaning=meaning, made_from=rows_of("dim_schedule", *_MET, *where, quantity=quantity))


def _score(name: str, given: Condition) -> Parts:
    return (Part(table="dim_schedule", where=own("game_id"), quantity=name, given=(given,)),)


_HOME_WON: Final = Condition(column=_HOME, op="ge", row=_AWAY)
_AWAY_WON: Final = Condition(column=_HOME, op="lt", row=_AWAY)
_DIFFERENCE: Final = Derived(
    meaning="Goals between the two scores.",
    made_from=(
        *_score(_HOME, _HOME_WON),
        *less(_score(_AWAY, _HOME_WON)),
        *_score(_AWAY, _AWAY_WON),
        *less(_score(_HOME, _AWAY_WON)),
    ),
)

_OF_LEAGUE: Final = (*ALL, *SEASON)


def _league(meaning: str, quantity: str, *, is_largest: bool = False) -> Derived:
    top = Top(by=(quantity,)) if is_largest else None
    return Derived(meaning=meaning, made_from=rows_of(SKATERS, *_OF_LEAGUE, quantity=quantity, top=top))


def _league_mean(meaning: str, quantity: str) -> Derived:
    known = Condition(column=quantity, op="is_not_null")
    mean = divided(rows_of(SKATERS, *_OF_LEAGUE, quantity=quantity), rows_of(SKATERS, *_OF_LEAGUE, known))
    return Derived(meaning=meaning, made_from=mean, type="numeric", digits=2)


_OF_TEAM: Final = (*ALL, *own("team_id", "season_id"))
_RESULTS: Final = f"{RECORD} points win_pct goals_for goals_against goal_diff"
_PER_GAME: Final = "goals_for_per_game goals_against_per_game"


LEAGUE_VIEWS: Final[tuple[View, ...]] = (
    View(
        name="v_recent_games",
        base="dim_schedule",
        key=named("game_id"),
        where=_IS_PLAYED,
        top=Top(by=("date", "game_id"), rows=20),
        same=named(f"game_id {_HOME} {_AWAY}", home_score=_HOME, away_score=_AWAY),
        derived={"goal_diff": _DIFFERENCE},
    ),
    View(
        name="v_standings_all_seasons",
        base=TEAMS,
        key=TEAM_SEASON,
        where=ALL,
        same=named(_RESULTS),
        derived=_STANDING,
    ),
    View(
        name="v_standings_current",
        base=TEAMS,
        key=named("team_id"),
        where=ALL,
        is_current=True,
        same=named(f"{_RESULTS} {_PER_GAME}"),
        derived=_STANDING,
    ),
    View(
        name="v_standings_h2h",
        base="dim_schedule",
        key={"team1": "home_team_name", "team2": "away_team_name"},
        where=_IS_PLAYED,
        same={},
        derived={
            "games_played": _met("Games at the first team's rink."),
            "team1_wins": _met("Those that the home team won.", Condition(column=_HOME, op="gt", other=_AWAY)),
            "team2_wins": _met("Those that the visitors won.", Condition(column=_HOME, op="lt", other=_AWAY)),
            "ties": _met("Those that nobody won.", Condition(column=_HOME, other=_AWAY)),
            "team1_goals": _met("Goals of the home team in them.", quantity=_HOME),
            "team2_goals": _met("Goals of the visitors in them.", quantity=_AWAY),
        },
    ),
    View(
        name="v_summary_league",
        base=SKATERS,
        key=named("season_id"),
        where=ALL,
        is_current=True,
        same={},
        derived={
            "total_players": Derived(meaning="Skaters of the season.", made_from=rows_of(SKATERS, *_OF_LEAGUE)),
            "total_teams": Derived(
                meaning="Teams that they play for.",
                made_from=(Part(table="dim_team", links=(Link(table=SKATERS, on=("team_id",), where=_OF_LEAGUE),)),),
            ),
            "total_games": Derived(
                meaning="Played games of the season.",
                made_from=rows_of("dim_schedule", *SEASON, *equal(schedule_type="Past"), _IS_PLAYED[2]),
            ),
            **{
                f"total_{name}": _league(f"{about} of all skaters.", name)
                for name, about in (
                    *(("goals", "Goals"), ("assists", "Assists"), ("points", "Points")),
                    ("pim", "Penalty minutes"),
                )
            },
            "avg_goals_per_game": _league_mean("Mean of the skaters' goals per game.", "goals_per_game"),
            "avg_points_per_game": _league_mean("Mean of the skaters' points per game.", "points_per_game"),
            "max_goals": _league("Most goals of a skater.", "goals", is_largest=True),
            "max_points": _league("Most points of a skater.", "points", is_largest=True),
        },
    ),
    View(
        name="v_summary_team_season",
        base=TEAMS,
        key=TEAM_SEASON,
        where=ALL,
        same=named(f"{_RESULTS} {_PER_GAME}"),
        derived={
            "roster_size": Derived(meaning="Skaters of the team.", made_from=rows_of(SKATERS, *_OF_TEAM)),
            "team_total_goals": Derived(
                meaning="Goals of the team's skaters.", made_from=rows_of(SKATERS, *_OF_TEAM, quantity="goals")
            ),
            "team_total_assists": Derived(
                meaning="Assists of the team's skaters.", made_from=rows_of(SKATERS, *_OF_TEAM, quantity="assists")
            ),
            "top_scorer_points": Derived(
                meaning="Points of its best scorer; null without skaters.",
                made_from=rows_of(SKATERS, *_OF_TEAM, quantity="points", top=Top(by=("points",))),
                null_without=rows_of(SKATERS, *_OF_TEAM)[0],
            ),
        },
    ),
)
