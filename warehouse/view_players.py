"""What the numbers of the views of skaters and goalies are made from."""

from collections.abc import Mapping
from typing import Final

from snapshot.lineage import Condition, Link, Part, Parts, Top, divided, own
from warehouse.view_terms import (
    ALL,
    GOALIES,
    PLAYED,
    RECORD,
    SEASON,
    SKATERS,
    Derived,
    View,
    named,
    rank,
)

_IN_NET: Final = "fact_goalie_game_stats"
PLAYER_SEASON: Final = named("player_id season_id")


def _skater_rank(by: str, *season: Condition) -> Derived:
    return rank(SKATERS, "player_season_basic_key", (*ALL, PLAYED, *season), by)


def _goalie_rank(by: str, least: Condition, *, lowest_first: bool = False) -> Derived:
    return rank(GOALIES, "goalie_season_basic_key", (*ALL, least, *SEASON), by, lowest_first=lowest_first)


def _tracked(quantity: str | None, *links: Link) -> Parts:
    """A goalie's tracked games."""
    return (Part(table=_IN_NET, where=own("player_id"), links=links, quantity=quantity),)


def _save_pct(*links: Link) -> Derived:
    return Derived(
        meaning="Saves of the shots on goal in tracked games, a fraction; null without any.",
        made_from=divided(_tracked("saves", *links), _tracked("shots_against", *links)),
        type="numeric",
    )


_OF_SEASON: Final = Link(table="dim_schedule", on=("game_id",), where=SEASON)
_SAVES: Final = {
    **{
        name: Derived(
            meaning=f"{about} in the season's tracked games; null where none was tracked.",
            made_from=_tracked(name, _OF_SEASON),
            null_without=_tracked(None, _OF_SEASON)[0],
        )
        for name, about in (("saves", "Saves"), ("shots_against", "Shots on goal"))
    },
    "save_pct": _save_pct(_OF_SEASON),
}

_THREE_GAMES: Final = Condition(column="games_played", op="ge", value=3)
_SKATER_TOTALS: Final = "games_played goals assists points pim goals_per_game points_per_game"
_CAREER: Final = named("player_id")


def _leaders(name: str, numbers: str, ranks: Mapping[str, Derived]) -> View:
    """Skaters of each season with a game."""
    return View(
        name=name,
        base=SKATERS,
        key=PLAYER_SEASON,
        where=(*ALL, PLAYED),
        same=named(f"games_played {numbers}"),
        derived=ranks,
    )


_LINES: Final = "fact_player_game_stats"
_NOT_LEFT_OUT: Final = Link(
    table="dim_schedule", on=("game_id",), where=(Condition(column="include", op="ne_or_null", value=False),)
)


def _recent(quantity: str | None = None) -> Parts:
    """The skater's last five tracked games."""
    last = Top(by=("date", "game_id"), rows=5)
    return (Part(table=_LINES, where=own("player_id"), links=(_NOT_LEFT_OUT,), top=last, quantity=quantity),)


def _recent_mean(quantity: str) -> Derived:
    return Derived(
        meaning=f"Mean {quantity} in those games.",
        made_from=divided(_recent(quantity), _recent()),
        type="numeric",
        digits=2,
    )


PLAYER_VIEWS: Final[tuple[View, ...]] = (
    View(
        name="v_compare_players",
        base=SKATERS,
        key=PLAYER_SEASON,
        where=ALL,
        same=named(f"{_SKATER_TOTALS} assists_per_game pim_per_game"),
        derived={},
    ),
    View(
        name="v_detail_goalie_games",
        base=_IN_NET,
        key=named("player_id game_id"),
        same=named("game_id saves goals_against shots_against save_pct", gaa="goals_against"),
        derived={},
    ),
    _leaders("v_leaderboard_assists", "assists assists_per_game", {"season_rank": _skater_rank("assists", *SEASON)}),
    View(
        name="v_leaderboard_goalie_gaa",
        base=GOALIES,
        key=PLAYER_SEASON,
        where=(*ALL, _THREE_GAMES),
        same=named(f"{RECORD} gaa goals_against win_pct shutouts shutout_pct"),
        derived={**_SAVES, "season_rank": _goalie_rank("gaa", _THREE_GAMES, lowest_first=True)},
    ),
    View(
        name="v_leaderboard_goalie_wins",
        base=GOALIES,
        key=PLAYER_SEASON,
        where=(*ALL, PLAYED),
        same=named(f"{RECORD} win_pct gaa goals_against"),
        derived={name: _goalie_rank("wins", PLAYED) for name in ("season_rank", "wins_rank")},
    ),
    _leaders("v_leaderboard_goals", "goals goals_per_game", {"season_rank": _skater_rank("goals", *SEASON)}),
    _leaders(
        "v_leaderboard_points",
        "goals assists points points_per_game",
        {"season_rank": _skater_rank("points", *SEASON), "overall_rank": _skater_rank("points")},
    ),
    View(
        name="v_rankings_goalies_current",
        base=GOALIES,
        key=named("player_id"),
        where=(*ALL, PLAYED),
        is_current=True,
        same=named(f"{RECORD} goals_against gaa shutouts shutout_pct win_pct"),
        derived={
            **_SAVES,
            "wins_rank": _goalie_rank("wins", PLAYED),
            "gaa_rank": _goalie_rank("gaa", PLAYED, lowest_first=True),
            "win_pct_rank": _goalie_rank("win_pct", PLAYED),
            "shutout_rank": _goalie_rank("shutouts", PLAYED),
        },
    ),
    View(
        name="v_rankings_players_current",
        base=SKATERS,
        key=named("player_id"),
        where=(*ALL, PLAYED),
        is_current=True,
        same=named(_SKATER_TOTALS),
        derived={
            f"{name}_rank": _skater_rank(by, *SEASON)
            for name, by in (
                *(("points", "points"), ("goals", "goals"), ("assists", "assists")),
                ("ppg", "points_per_game"),
            )
        },
    ),
    View(
        name="v_recent_hot_players",  # whoever is not among the ten has the same numbers
        base=_LINES,
        key=named("player_id"),
        same={},
        derived={
            "recent_games": Derived(meaning="Tracked games looked at: the last five.", made_from=_recent()),
            **{
                f"recent_{name}": Derived(meaning=f"{name.capitalize()} in those games.", made_from=_recent(name))
                for name in ("goals", "assists", "points")
            },
            "avg_points": _recent_mean("points"),
            "avg_game_score": _recent_mean("game_score"),
        },
    ),
    View(
        name="v_summary_goalie_career",
        base="fact_goalie_career_stats_basic",
        key=_CAREER,
        where=ALL,
        same=named(
            "seasons_played career_games career_wins career_losses career_ties career_goals_against career_gaa "
            "career_shutouts career_win_pct career_shutout_pct",
            **{f"total_{name}": f"career_{name}" for name in ("games", "wins", "losses", "shutouts")},
        ),
        derived={"career_save_pct": _save_pct()},
    ),
    View(
        name="v_summary_player_career",
        base="fact_player_career_stats_basic",
        key=_CAREER,
        where=ALL,
        same=named(
            "seasons_played career_games career_goals career_assists career_points career_pim goals_per_game "
            "assists_per_game points_per_game pim_per_game"
        ),
        derived={},
    ),
)
