"""The rows behind what happened with players on the ice together: pairs, lines, manpower, zones and momentum."""

from typing import Final

from etl.columns.lineage import (
    AWAY,
    GAME,
    HOME,
    NOT_BLOCKED,
    OTHER_SIDE,
    OWN_SIDE,
    ZONES_SEEN,
    Lineage,
    in_stints,
    side,
    skating,
)
from etl.columns.lineage_box_score import RATING
from hockey.possession import NOT_IN_PLAY
from snapshot.lineage import Condition, Factor, Link, Listed, Part, Parts, SideRule, divided, equal, own

_FIRST, _SECOND = "player_1_id", "player_2_id"


def _stints_of(player: str, *where: Condition, links: tuple[Link, ...] = ()) -> Parts:
    """Seconds of a player's stints as a skater."""
    fits = (*GAME, Condition(column="player_id", row=player), *equal(is_goalie=False), *where)
    return (Part(table="fact_shift_players", where=fits, links=links, quantity="shift_duration"),)


def _with_both(table: str, rule: SideRule, quantity: str | None = None) -> Parts:
    """Rows in stints that have both players of a pair as skaters of one side."""
    links = (skating(_FIRST, rule=rule), skating(_SECOND, rule=rule))
    return in_stints(table, links=links, quantity=quantity)


def _with_one(table: str, rule: SideRule) -> Parts:
    """Rows in stints that have one of the pair as a skater and not the other."""
    return tuple(
        Part(table=table, where=GAME, links=(skating(there, rule=rule), skating(missing, rule=rule, absent=True)))
        for there, missing in ((_FIRST, _SECOND), (_SECOND, _FIRST))
    )


_TOGETHER: Final[tuple[tuple[str, str, str | None], ...]] = (
    ("corsi", "fact_shots", None),
    ("goals", "fact_goals", None),
    ("xg", "fact_shots", "xg"),
)
_WAYS: Final[tuple[tuple[str, SideRule], ...]] = (("for", "same"), ("against", "other"))
PAIR: Final[Lineage] = {
    "toi_together": _stints_of(_FIRST, links=(skating(_SECOND, rule="same"),)),
    "toi_apart": (
        *_stints_of(_FIRST, links=(skating(_SECOND, rule="same", absent=True),)),
        *_stints_of(_SECOND, links=(skating(_FIRST, rule="same", absent=True),)),
    ),
    **{
        f"{name}_{way}_together": _with_both(table, rule, quantity)
        for name, table, quantity in _TOGETHER
        for way, rule in _WAYS
    },
    "corsi_for_apart": _with_one("fact_shots", "same"),
    "corsi_against_apart": _with_one("fact_shots", "other"),
}

_HOME_SKATER: Final = skating("home_player_id", *HOME)
_AWAY_SKATER: Final = skating("away_player_id", *AWAY)
_AGAINST: Final = _stints_of("home_player_id", *HOME, links=(_AWAY_SKATER,))


def _while_opposed(table: str, of: tuple[Condition, ...], quantity: str | None = None) -> Parts:
    return in_stints(table, *of, links=(_HOME_SKATER, _AWAY_SKATER), quantity=quantity)


OPPOSED: Final[Lineage] = {
    "toi_against": _AGAINST,
    "home_toi_share": divided(_AGAINST, _stints_of("home_player_id", *HOME), 100),
    "away_toi_share": divided(_AGAINST, _stints_of("away_player_id", *AWAY), 100),
    **{
        f"{name}_{what}": _while_opposed(table, of, quantity)
        for name, of in (("home", HOME), ("away", AWAY))
        for what, table, quantity in _TOGETHER
    },
}


def _whole(part: str, slots: tuple[str, ...]) -> Link:
    """Stints with all players of a part of the combination in its slots."""
    where = (
        *GAME,
        Condition(column="team_venue", row="venue"),
        Condition(column="slot", op="in", value=slots),
    )
    return Link(table="fact_shift_players", on=("shift_id",), where=where, each=Listed(column="player_id", row=part))


_UNIT: Final = (_whole("forward_combo", ("f1", "f2", "f3")), _whole("defense_combo", ("d1", "d2")))
_OWN_VENUE: Final = Condition(column="team_venue", row="venue")
_OTHER_VENUE: Final = Condition(column="team_venue", op="ne", row="venue")


def _as_a_unit(table: str, *where: Condition, quantity: str | None = None) -> Parts:
    return in_stints(table, *where, links=_UNIT, quantity=quantity)


COMBO: Final[Lineage] = {
    "toi_together": _as_a_unit("fact_shifts", quantity="shift_duration"),
    "stint_count": _as_a_unit("fact_shifts"),
    **{
        f"{name}_{way}": _as_a_unit(table, of, *where, quantity=quantity)
        for name, table, where, quantity in (
            ("goals", "fact_goals", (), None),
            ("corsi", "fact_shots", (), None),
            ("fenwick", "fact_shots", (NOT_BLOCKED,), None),
            ("xg", "fact_shots", (), "xg"),
        )
        for way, of in (("for", _OWN_VENUE), ("against", _OTHER_VENUE))
    },
}
_SKATERS: Final = "fact_player_qoc_summary"
_MET: Final = (
    ("fact_head_to_head", "home_player_id", "away_player_id"),
    ("fact_head_to_head", "away_player_id", "home_player_id"),
)
_MATES: Final = (("fact_wowy", _FIRST, _SECOND), ("fact_wowy", _SECOND, _FIRST))


def _mean_rating(pairs: tuple[tuple[str, str, str], ...], seconds: str) -> Parts:
    """Mean rating of the other player of pairs, each by the seconds shared; those without a rating are left out."""
    shared: list[Part] = []
    rated: list[Part] = []
    for table, one, other in pairs:
        on, there = ("game_id", other), ("game_id", "player_id")
        known = Condition(column="player_rating", op="is_not_null")
        link = Link(table=_SKATERS, on=on, there=there, where=(*GAME, known))
        where = (*GAME, Condition(column=one, row="player_id"))
        shared.append(Part(table=table, where=where, links=(link,), quantity=seconds))
        by = Factor(table=_SKATERS, on=on, there=there, column="player_rating")
        rated.append(Part(table=table, where=where, quantity=seconds, by=by))
    return divided(tuple(rated), tuple(shared))


QOC: Final[Lineage] = {
    "player_rating": RATING,
    "avg_opp_rating": _mean_rating(_MET, "toi_against"),
    "avg_own_rating": _mean_rating(_MATES, "toi_together"),
    "shifts_tracked": (
        Part(table="fact_shift_players", where=(*own("game_id", "player_id"), *equal(is_goalie=False))),
    ),
}

_PP: Final = Condition(column="situation", value="PP")
_SH: Final = Condition(column="situation", value="SH")


def _stints_in(home: tuple[Condition, ...], away: tuple[Condition, ...]) -> Parts:
    """Seconds of stints; the manpower of fact_shifts is as the home side sees it."""
    return tuple(
        Part(table="fact_shifts", where=(*GAME, *where), quantity="shift_duration", given=given)
        for where, given in ((home, HOME), (away, AWAY))
    )


def _of_the_other_side(quantity: str) -> Parts:
    return side("fact_special_teams", OTHER_SIDE, quantity=quantity)


_UP, _DOWN = equal(situation="Power Play"), equal(situation="Penalty Kill")
SPECIAL_TEAMS: Final[Lineage] = {
    "pp_seconds": _stints_in(_UP, _DOWN),
    "pk_seconds": _stints_in(_DOWN, _UP),
    "empty_net_seconds": _stints_in(
        (Condition(column="home_goalie", op="is_null"),), (Condition(column="away_goalie", op="is_null"),)
    ),
    "pp_goals": side("fact_goals", OWN_SIDE, _PP),
    "sh_goals": side("fact_goals", OWN_SIDE, _SH),
    "pp_shots": side("fact_shots", OWN_SIDE, _PP),
    "pp_xg": side("fact_shots", OWN_SIDE, _PP, quantity="xg"),
    "sh_goals_against": side("fact_goals", OTHER_SIDE, _SH),
    "pk_goals_against": side("fact_goals", OTHER_SIDE, _PP),
    "pk_shots_against": side("fact_shots", OTHER_SIDE, _PP),
    "pk_xg_against": side("fact_shots", OTHER_SIDE, _PP, quantity="xg"),
    "pp_opportunities": tuple(
        Part(table="fact_shifts", where=GAME, quantity=f"{side}_power_plays_begun", given=equal(team_venue=side))
        for side in ("home", "away")
    ),
    "pk_opportunities": _of_the_other_side("pp_opportunities"),
}

_IN_PLAY: Final = Condition(column="event_type", op="not_in", value=NOT_IN_PLAY)


def _in_zone(own_zone: str, other_zone: str) -> Parts:
    """Events of either side, by the zone as each sees it."""
    sides = ((_OWN_VENUE, own_zone), (_OTHER_VENUE, other_zone))
    return tuple(
        Part(table="fact_events", where=(*GAME, of, _IN_PLAY, *equal(event_team_zone=zone))) for of, zone in sides
    )


def _with_the_puck(of: Condition) -> Parts:
    return side("fact_sequences", of, quantity="duration_seconds")


_DEAD: Final = equal(zone_until_next="Dead")


def _play_in(zone: str, side_column: str, *where: Condition) -> Parts:
    """Seconds that the puck was in a zone of the explained row's side; the events have it as the home side sees it."""
    return tuple(
        Part(
            table="fact_events",
            where=(*GAME, *where, *equal(zone_until_next=seen[zone])),
            quantity="seconds_until_next",
            given=equal(**{side_column: side}),
        )
        for side, seen in ZONES_SEEN.items()
    )


def _seconds(*where: Condition) -> Parts:
    return (Part(table="fact_events", where=(*GAME, *where), quantity="seconds_until_next"),)


ZONE_TIME: Final[Lineage] = {
    **{f"{zone.lower()}_zone_seconds": _play_in(zone, "venue") for zone in ZONES_SEEN["home"]},
    "unknown_zone_seconds": _seconds(Condition(column="zone_until_next", op="is_null")),
    "dead_seconds": _seconds(*_DEAD),
    "tracked_seconds": _seconds(),
    "offensive_zone_events": _in_zone("Offensive", "Defensive"),
    "neutral_zone_events": _in_zone("Neutral", "Neutral"),
    "defensive_zone_events": _in_zone("Defensive", "Offensive"),
    "possession_seconds": _with_the_puck(_OWN_VENUE),
    "opponent_possession_seconds": _with_the_puck(_OTHER_VENUE),
}

_PERIOD: Final = own("period")
_CONTROLLED: Final = equal(is_controlled=True, is_failed=False)
MOMENTUM: Final[Lineage] = {
    f"{zone.lower()}_zone_seconds": _play_in(zone, "team_venue", *_PERIOD) for zone in ("Offensive", "Defensive")
} | {
    f"{name}{way}": side(table, of, *_PERIOD, *where, quantity=quantity)
    for name, table, where, quantity, ways in (
        ("shots", "fact_shots", (), None, ("", "_against")),
        ("goals", "fact_goals", (), None, ("", "_against")),
        ("controlled_entries", "fact_zone_entries", _CONTROLLED, None, ("", "_against")),
        ("xg", "fact_shots", (), "xg", ("_for", "_against")),
    )
    for way, of in zip(ways, (OWN_SIDE, OTHER_SIDE), strict=True)
}
