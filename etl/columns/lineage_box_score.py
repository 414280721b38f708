"""The rows that the numbers of box scores are made from: skaters, goalies and teams in one game."""

from collections.abc import Iterable
from typing import Final

from etl.columns.boxscore import MICRO_STATS, SAVE_KINDS
from etl.columns.lineage import (
    EVEN,
    GAME,
    NOT_BLOCKED,
    OTHER_SIDE,
    OWN_SIDE,
    PLAYER,
    ZONES_SEEN,
    Lineage,
    acted,
    itself,
    on_ice,
    opposed,
    side,
    skating,
)
from hockey.details import BAD_GIVEAWAYS
from hockey.event_types import DEFENDED
from hockey.expected_goals import HIGH_DANGER_XG
from hockey.play_details import RECOVERY
from hockey.value import GAME_SCORE, GAME_SCORE_BASE, GAME_SCORE_SCALE, GAR, NO_ADVANTAGE
from snapshot.lineage import Condition, Link, Part, Parts, SideRule, divided, equal, less, one_of, own, weighed

SKATERS: Final = "fact_player_game_stats"
GOALIES: Final = "fact_goalie_game_stats"


def _is(column: str, value: str) -> Condition:
    return Condition(column=column, value=value)


_BESIDE_PP: Final = Condition(column="man_advantage", op="le", value=0)
_EVEN_OR_EMPTY_NET: Final = Condition(column="man_advantage", value=0)
_BLOCKED_BY_OTHERS: Final = _is("event_detail", "Shot_Blocked")
_ADVANTAGE: Final = Condition(column="penalty_type", op="not_in", value=NO_ADVANTAGE)
# what a player or a side does, by the table of it and the conditions there
_ACTS: Final[dict[str, tuple[str, tuple[Condition, ...]]]] = {
    "shots": ("fact_shots", ()),
    "pass_attempts": ("fact_events", (_is("event_type", "Pass"),)),
    "pass_completed": ("fact_events", (_is("event_type", "Pass"), _is("event_detail", "Pass_Completed"))),
    "fo_wins": ("fact_faceoffs", ()),
    "giveaways": ("fact_events", (_is("event_detail", "Turnover_Giveaway"),)),
    "bad_giveaways": (
        "fact_events",
        (_is("event_detail", "Turnover_Giveaway"), one_of("event_detail_2", BAD_GIVEAWAYS)),
    ),
    "takeaways": ("fact_events", (_is("event_detail", "Turnover_Takeaway"),)),
    "hits": ("fact_events", (_is("event_type", "Hit"),)),
    "zone_entries": ("fact_zone_entries", (*equal(is_failed=False),)),
    "zone_entries_successful": ("fact_zone_entries", (*equal(is_successful=True),)),
    "zone_exits": ("fact_zone_exits", (*equal(is_failed=False),)),
    "zone_exits_successful": ("fact_zone_exits", (*equal(is_successful=True),)),
}


_ROLE_SIDES: Final[tuple[tuple[str, SideRule], ...]] = (("event", "same_or_unstated"), ("opp", "other_or_unstated"))


def _roles(*where: Condition) -> Parts:
    """Roles of the player in events, as one of the own side's or of the opponents'."""
    return tuple(
        Part(
            table="fact_event_players",
            where=(*PLAYER, Condition(column="player_role", op="starts", value=role), *where),
            links=(Link(table="fact_events", on=("event_id",), where=GAME, side=rule),),
        )
        for role, rule in _ROLE_SIDES
    )


def _tagged(codes: Iterable[str]) -> Parts:
    second = one_of("play_detail_2", codes)
    return _roles(Condition(column="play_detail1", op="in", value=tuple(codes), either=(second,)))


_RECOVERED: Final = Condition(
    column="play_detail1",
    op="starts",
    value=RECOVERY,
    either=(Condition(column="play_detail_2", op="starts", value=RECOVERY),),
)
TAGS: Final[Lineage] = {
    **{name: _tagged(codes) for name, (_, codes) in MICRO_STATS.items()},
    "drives_total": tuple(
        part for name in ("drives_middle", "drives_wide", "drives_corner") for part in _tagged(MICRO_STATS[name][1])
    ),
    "puck_recoveries": _roles(_RECOVERED),
}
_SUPPORTED: Final = Part(
    table="fact_event_players",
    where=(
        *PLAYER,
        Condition(column="player_role", op="starts", value="opp"),
        Condition(column="role_number", op="gt", value=1),
    ),
    links=(
        Link(
            table="fact_events",
            on=("event_id",),
            where=(*GAME, one_of("event_type", DEFENDED)),
            side="other_or_unstated",
        ),
    ),
)
_DEFENDED_FIRST: Final = opposed("fact_events", one_of("event_type", DEFENDED))


def _led(*where: Condition, quantity: str | None = None) -> Parts:
    return (Part(table="fact_rushes", where=(*PLAYER, *where), quantity=quantity),)


def _own_attempts(quantity: str) -> Parts:
    where = (*GAME, Condition(column="shooter_player_id", row="player_id"), OWN_SIDE)
    return (Part(table="fact_shots", where=where, quantity=quantity),)


def _on_rushes(*where: Condition) -> Parts:
    """Rushes with the player in an event role of one of their side's events."""
    taking_part = Link(
        table="fact_event_players",
        on=("event_id",),
        where=(*PLAYER, Condition(column="player_role", op="starts", value="event_")),
    )
    during = Condition(column="is_rush", value=1, either=equal(is_goal=1))
    events = Link(table="fact_events", on=("rush_key",), where=(*GAME, during), links=(taking_part,), side="same")
    return (Part(table="fact_rushes", where=(*GAME, *where), links=(events,)),)


_SHOT_ON_IT: Final = Condition(column="shots", op="gt", value=0)
_SCORED_ON_IT: Final = Condition(column="goals", op="gt", value=0)
_RUSH_GOAL: Final = Link(
    table="fact_events", on=("event_id",), where=(*GAME, Condition(column="rush_key", op="is_not_null"))
)


def _began(zone: str) -> Parts:
    """Real shifts as a skater that a faceoff began in the zone, which the visitors see from the other end."""
    begun = (*PLAYER, *equal(is_first_segment=True, is_goalie=False))
    return tuple(
        Part(
            table="fact_shift_players",
            where=(*begun, *equal(team_venue=side)),
            links=(Link(table="fact_shifts", on=("shift_id",), where=(*GAME, *equal(faceoff_zone=seen[zone]))),),
        )
        for side, seen in ZONES_SEEN.items()
    )


_SIDES: Final[tuple[SideRule, ...]] = ("same", "other")


def _off_ice(rule: SideRule, quantity: str | None, *where: Condition) -> Parts:
    """One side's attempts in the team's stints without the player."""
    of = OWN_SIDE if rule == "same" else OTHER_SIDE
    fits = (*GAME, of, Condition(column="shift_id", op="is_not_null"), *where)
    return (Part(table="fact_shots", where=fits, links=(skating(rule=rule, absent=True),), quantity=quantity),)


def _relative(own_share: str, quantity: str | None, *where: Condition) -> Parts:
    """The share on the ice less the one off it."""
    scored, allowed = (_off_ice(rule, quantity, *where) for rule in _SIDES)
    off = divided(scored, (*scored, *allowed), -100)
    return (*itself(SKATERS, "player_game_key", own_share), *off)


def _difference(*where: Condition) -> Parts:
    """Goals for less goals against while the player is on the ice."""
    return (*on_ice("fact_goals", "same", *where), *less(on_ice("fact_goals", "other", *where)))


def _assists(*where: Condition) -> Parts:
    return (Part(table="fact_assists", where=(*PLAYER, *where)),)


_GOALS: Final = acted("fact_goals")
_FO_LOSSES: Final = opposed("fact_faceoffs")
_CREDITS: Final[dict[str, Parts]] = {
    **{name: acted(table, *where) for name, (table, where) in _ACTS.items()},
    "goals": _GOALS,
    "g": _GOALS,
    "primary_assists": _assists(*equal(is_primary=True)),
    "secondary_assists": _assists(*equal(is_primary=False)),
    "assists": _assists(),
    "a": _assists(),
    "points": (*_GOALS, *_assists()),
    "pts": (*_GOALS, *_assists()),
    "sog": (*acted("fact_shots", _is("shot_result", "saved")), *_GOALS),
    "fo_losses": _FO_LOSSES,
    "fo_total": (*acted("fact_faceoffs"), *_FO_LOSSES),
    "blocks": opposed("fact_events", _BLOCKED_BY_OTHERS),
    "pim": (Part(table="fact_penalties", where=PLAYER, quantity="pim"),),
    "penalties_taken": (Part(table="fact_penalties", where=(*PLAYER, _ADVANTAGE)),),
    "penalties_drawn": (
        Part(
            table="fact_penalties",
            where=(*GAME, Condition(column="fouled_player_id", row="player_id"), _ADVANTAGE),
        ),
    ),
    "primary_def_events": _DEFENDED_FIRST,
    "support_def_events": (_SUPPORTED,),
    "def_involvement": (*_DEFENDED_FIRST, _SUPPORTED),
    "plays_successful": _roles(_is("play_detail_successful", "s")),
    "plays_unsuccessful": _roles(_is("play_detail_successful", "u")),
    "rush_shots": _led(_SHOT_ON_IT),
    "rush_goals": _led(_SCORED_ON_IT),
    "rush_assists": (Part(table="fact_assists", where=PLAYER, links=(_RUSH_GOAL,)),),
    "rush_involvement": _on_rushes(),
    "rush_off_success": _on_rushes(*equal(is_successful=True)),
    "rush_off_shot_generated": _on_rushes(_SHOT_ON_IT),
    "rush_off_goal_generated": _on_rushes(_SCORED_ON_IT),
    "breakaway_goals": (
        Part(
            table="fact_goals",
            where=(*GAME, Condition(column="scorer_player_id", row="player_id"), *equal(is_breakaway=True)),
        ),
    ),
    "rush_xg": _led(quantity="xg"),
    "odd_man_rushes": _led(*equal(is_odd_man=True)),
    "xg_for": _own_attempts("xg"),
    "xg_adj": _own_attempts("xg_adj"),
}
_STINTS: Final[dict[str, Parts]] = {
    "toi_seconds": (Part(table="fact_shift_players", where=PLAYER, quantity="shift_duration"),),
    "shift_count": (Part(table="fact_shift_players", where=(*PLAYER, *equal(is_first_segment=True))),),
    **{f"zone_starts_{zone.lower()}": _began(zone) for zone in ZONES_SEEN["home"]},
    "plus_ev": on_ice("fact_goals", "same", _EVEN_OR_EMPTY_NET),
    "minus_ev": on_ice("fact_goals", "other", _EVEN_OR_EMPTY_NET),
    "plus_minus_ev": _difference(_EVEN_OR_EMPTY_NET),
    "plus_minus": _difference(_BESIDE_PP),
    "plus_minus_total": _difference(),
    "goals_for": on_ice("fact_goals", "same"),
    "goals_against": on_ice("fact_goals", "other"),
    "corsi_for": on_ice("fact_shots", "same"),
    "corsi_against": on_ice("fact_shots", "other"),
    "fenwick_for": on_ice("fact_shots", "same", NOT_BLOCKED),
    "fenwick_against": on_ice("fact_shots", "other", NOT_BLOCKED),
    "on_ice_xg_for": on_ice("fact_shots", "same", quantity="xg"),
    "on_ice_xg_against": on_ice("fact_shots", "other", quantity="xg"),
    "cf_pct_rel": _relative("cf_pct", None),
    "ff_pct_rel": _relative("ff_pct", None, NOT_BLOCKED),
    "xg_pct_rel": _relative("xg_pct", "xg"),
}
# what the weights of hockey.value weigh: columns, published or not
_VALUED: Final[dict[str, Parts]] = {
    **_CREDITS,
    "corsi_even_for": on_ice("fact_shots", "same", EVEN),
    "corsi_even_against": on_ice("fact_shots", "other", EVEN),
    "goals_even_for": on_ice("fact_goals", "same", EVEN),
    "goals_even_against": on_ice("fact_goals", "other", EVEN),
    "on_ice_xg_even_for": on_ice("fact_shots", "same", EVEN, quantity="xg"),
    "on_ice_xg_even_against": on_ice("fact_shots", "other", EVEN, quantity="xg"),
    "toi_seconds": itself(SKATERS, "player_game_key", "toi_seconds"),
}


def _weighted(weights: Iterable[tuple[str, float]], scale: float = 1) -> Parts:
    return tuple(part for name, weight in weights for part in weighed(_VALUED[name], scale * weight))


_ON_SHEET: Final = Condition(column="skill_rating", op="is_not_null")
RATING: Final[Parts] = (
    Part(table="fact_gameroster", where=PLAYER, quantity="skill_rating"),
    Part(
        table="dim_player",
        where=own("player_id"),
        links=(Link(table="fact_gameroster", on=("player_id",), where=(*GAME, _ON_SHEET), absent=True),),
        quantity="current_skill_rating",
    ),
)
SKATER_GAME: Final[Lineage] = {
    **_CREDITS,
    **TAGS,
    **_STINTS,
    "player_rating": RATING,
    "game_score": (
        *itself(SKATERS, "player_game_key", weight=GAME_SCORE_BASE),
        *_weighted(GAME_SCORE.items(), GAME_SCORE_SCALE),
    ),
    **{name: _weighted(terms.items()) for name, terms in GAR.items()},
}

_IN_NET: Final = (*GAME, Condition(column="goalie_player_id", row="player_id"))
_SAVED_BY: Final = (Part(table="fact_saves", where=(*_IN_NET, OWN_SIDE)),)
_BEATEN: Final = (Part(table="fact_goals", where=(*_IN_NET, OTHER_SIDE)),)
_SEASON_GOALIES: Final = (Condition(column="season_id", op="same", row="season_id"),)


def _faced(*where: Condition, quantity: str | None = None) -> Parts:
    return (Part(table="fact_shots", where=(*_IN_NET, OTHER_SIDE, *where), quantity=quantity),)


_HIGH_DANGER: Final = (*equal(is_on_net=True), Condition(column="xg", op="ge", value=HIGH_DANGER_XG))
GOALIE_GAME: Final[Lineage] = {
    "saves": _SAVED_BY,
    "goals_against": _BEATEN,
    "shots_against": (*_SAVED_BY, *_BEATEN),
    **{
        f"saves_{kind}": (Part(table="fact_saves", where=(*_IN_NET, OWN_SIDE, one_of("save_type", codes))),)
        for kind, codes in SAVE_KINDS.items()
    },
    "xg_against": _faced(quantity="xg"),
    "hd_saves": _faced(*_HIGH_DANGER, *equal(is_goal=False)),
    "hd_shots_against": _faced(*_HIGH_DANGER),
    "goals_saved_above_avg": (
        *itself(GOALIES, "goalie_game_key", "saves"),
        Part(
            table=GOALIES,
            where=_SEASON_GOALIES,
            quantity="saves",
            weight=-1,
            times="shots_against",
            over=(Part(table=GOALIES, where=_SEASON_GOALIES, quantity="shots_against"),),
        ),
    ),
    "toi_seconds": (
        Part(
            table="fact_shift_players",
            where=(*PLAYER, *equal(is_goalie=True)),
            quantity="shift_duration",
        ),
    ),
}


def _of_skaters(quantity: str) -> Parts:
    return side(SKATERS, OWN_SIDE, quantity=quantity)


def _mean_of_skaters(quantity: str) -> Parts:
    return divided(_of_skaters(quantity), side(SKATERS, OWN_SIDE, Condition(column=quantity, op="is_not_null")))


_TEAM_GOALS: Final = side("fact_goals", OWN_SIDE)
_TEAM_BEATEN: Final = side("fact_goals", OTHER_SIDE)
TEAM_GAME: Final[Lineage] = {
    **{name: side(table, OWN_SIDE, *where) for name, (table, where) in _ACTS.items()},
    "goals": _TEAM_GOALS,
    "goals_against": _TEAM_BEATEN,
    "sog": (*side("fact_saves", OTHER_SIDE), *_TEAM_GOALS),
    "sog_against": (*side("fact_saves", OWN_SIDE), *_TEAM_BEATEN),
    "saves": side("fact_saves", OWN_SIDE),
    "fo_losses": side("fact_faceoffs", OTHER_SIDE),
    "fo_total": (*side("fact_faceoffs", OWN_SIDE), *side("fact_faceoffs", OTHER_SIDE)),
    "blocks": side("fact_events", OTHER_SIDE, _BLOCKED_BY_OTHERS),
    "pim": side("fact_penalties", OWN_SIDE, quantity="pim"),
    "pp_goals": side("fact_goals", OWN_SIDE, _is("situation", "PP")),
    "corsi_for": side("fact_shots", OWN_SIDE),
    "corsi_against": side("fact_shots", OTHER_SIDE),
    "fenwick_for": side("fact_shots", OWN_SIDE, NOT_BLOCKED),
    "fenwick_against": side("fact_shots", OTHER_SIDE, NOT_BLOCKED),
    "xg_for": side("fact_shots", OWN_SIDE, quantity="xg"),
    "xg_adj": side("fact_shots", OWN_SIDE, quantity="xg_adj"),
    "xg_against": side("fact_shots", OTHER_SIDE, quantity="xg"),
    **{name: _of_skaters(name) for name in ("forechecks", "gar_total", "war")},
    "avg_game_score": _mean_of_skaters("game_score"),
    "avg_adjusted_rating": _mean_of_skaters("adjusted_rating"),
}
