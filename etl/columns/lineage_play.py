"""The rows behind the numbers of single things: stints, goals, sequences, rushes, chains, crossings, tags, checks."""

from typing import Final

from etl.columns.boxscore import MICRO
from etl.columns.lineage import AWAY, GAME, HOME, OWN_SIDE, PLAYER, Lineage, in_role, itself
from etl.columns.lineage_box_score import TAGS
from hockey.details import CARRIED_MEANS, PASSED_MEANS, SENT_MEANS
from hockey.possession import RUSH_SHOT_S
from snapshot.lineage import Condition, Link, Part, Parts, divided, equal, one_of, own

_SIDES: Final = (("home", HOME), ("away", AWAY))


def _rows(table: str, *where: Condition, quantity: str | None = None) -> Parts:
    return (Part(table=table, where=where, quantity=quantity),)


_BY_STINT: Final = (*GAME, *own("shift_id"))
OF_STINT: Final[Lineage] = {"shift_duration": _rows("fact_shifts", *own("shift_id"), quantity="shift_duration")}
STINT: Final[Lineage] = {
    "cf": _rows("fact_shots", *_BY_STINT, *HOME),
    "ca": _rows("fact_shots", *_BY_STINT, *AWAY),
    "sf": (*_rows("fact_saves", *_BY_STINT, *AWAY), *_rows("fact_goals", *_BY_STINT, *HOME)),
    "sa": (*_rows("fact_saves", *_BY_STINT, *HOME), *_rows("fact_goals", *_BY_STINT, *AWAY)),
}
_SO_FAR: Final = (*GAME, Condition(column="event_id", op="le", row="event_id"))
GOAL: Final[Lineage] = {
    "assists": _rows("fact_assists", *own("goal_id")),
    "home_score": _rows("fact_goals", *_SO_FAR, *HOME),
    "away_score": _rows("fact_goals", *_SO_FAR, *AWAY),
}


def _held(key: str) -> dict[str, Parts]:
    """What a sequence or play held, by the events that name it."""
    within = (*GAME, *own(key))
    acts = {
        "passes_completed": equal(event_detail="Pass_Completed"),
        "zone_entries": equal(event_detail="Zone_Entry"),
        "zone_exits": equal(event_detail="Zone_Exit"),
        "shots": equal(event_type="Shot"),
        "goals": (Condition(column="is_goal", value=1),),
    }
    in_play = Condition(column="zone_until_next", op="ne_or_null", value="Dead")
    return {
        "duration_seconds": _rows("fact_events", *within, in_play, quantity="seconds_until_next"),
        **{name: _rows("fact_events", *within, OWN_SIDE, *where) for name, where in acts.items()},
    }


_ATTEMPTS_OF_PLAY: Final = (*GAME, *own("play_key"))
HELD_BY_SEQUENCE: Final[Lineage] = {
    "event_count": _rows("fact_events", *GAME, *own("sequence_key")),
    **_held("sequence_key"),
}
HELD_BY_PLAY: Final[Lineage] = {**_held("play_key"), "xg": _rows("fact_shot_chains", *_ATTEMPTS_OF_PLAY, quantity="xg")}
_OF_CHAIN: Final = (*GAME, *own("sequence_key"), Condition(column="event_id", op="le", row="event_id"))
_BEFORE_ATTEMPT: Final = (*own("game_id", "sequence_key"), Condition(column="event_id", op="lt", row="event_id"))
CHAIN: Final[Lineage] = {
    "event_count": _rows("fact_events", *_OF_CHAIN),
    "duration_seconds": _rows("fact_events", *_BEFORE_ATTEMPT, quantity="seconds_until_next"),
    "seconds_since_entry": _rows(
        "fact_events",
        *_BEFORE_ATTEMPT,
        Condition(column="event_id", op="ge", row="entry_event_id"),
        quantity="seconds_until_next",
    ),
    "seconds_since_previous": _rows(
        "fact_events", *GAME, Condition(column="event_id", row="previous_event_id"), quantity="seconds_until_next"
    ),
    "passes_completed": _rows("fact_events", *_OF_CHAIN, OWN_SIDE, *equal(event_detail="Pass_Completed")),
    "xg": _rows("fact_shots", *own("event_id"), quantity="xg"),
}
_EARLIER: Final = (*own("game_id", "flurry_event_id"), Condition(column="event_id", op="lt", row="event_id"))
SHOT: Final[Lineage] = {
    "xg_adj": (
        *itself("fact_shots", "shot_id", "xg"),
        Part(table="fact_shots", where=_EARLIER, quantity="xg_adj", weight=-1, times="xg"),
    )
}
OF_SHOT: Final[Lineage] = {"xg": CHAIN["xg"]}
_ON_RUSH: Final = Part(
    table="fact_shot_chains",
    where=(
        *GAME,
        Condition(column="entry_event_id", row="event_id"),
        Condition(column="seconds_since_entry", op="le", value=RUSH_SHOT_S),
    ),
    links=(Link(table="fact_events", on=("play_key",), where=(*GAME, *own("event_id"))),),
)


def _tagged_skaters(side: str) -> Parts:
    """Players in a role of the rush's side or of the other in its entry; goalies are none of them."""
    goalie = Link(table="fact_goalie_game_stats", on=("game_id", "player_id", "team_venue"), absent=True)
    where = (*own("event_id"), Condition(column="player_role", op="starts", value=side))
    return (Part(table="fact_event_players", where=where, links=(goalie,)),)


RUSH: Final[Lineage] = {
    "attackers": _tagged_skaters("event"),
    "defenders": _tagged_skaters("opp"),
    "goals": _rows("fact_events", *GAME, *own("rush_key"), OWN_SIDE, *equal(is_goal=1)),
    "shots": (_ON_RUSH,),
    "xg": (
        Part(
            table="fact_shot_chains",
            where=_ON_RUSH.where,
            links=_ON_RUSH.links,
            quantity="xg",
        ),
    ),
}


_AFTER: Final = (*GAME, Condition(column="crossing_event_id", row="event_id"))
ENTRY: Final[Lineage] = {
    "shots_after": _rows("fact_events", *_AFTER, OWN_SIDE, *equal(event_type="Shot")),
    "goals_after": _rows("fact_events", *_AFTER, OWN_SIDE, *equal(is_goal=1)),
    "xg_after": (
        Part(
            table="fact_shots",
            where=(*GAME, OWN_SIDE),
            links=(Link(table="fact_events", on=("event_id",), where=_AFTER),),
            quantity="xg",
        ),
    ),
}


def _crossed(table: str, *where: Condition, quantity: str | None = None) -> Parts:
    """Crossings that the player tried for the own side."""
    return (Part(table=table, where=(*GAME, *where), links=(in_role("event_player_1", "same"),), quantity=quantity),)


def _kinds(table: str, noun: str, sent: str) -> dict[str, Parts]:
    got_over = Condition(column="is_failed", value=False)
    other = Condition(column="means", op="not_in", value=(*CARRIED_MEANS, *PASSED_MEANS, *SENT_MEANS))
    return {
        f"total_{noun}": _crossed(table),
        f"controlled_{noun}": _crossed(table, got_over, one_of("means", (*CARRIED_MEANS, *PASSED_MEANS))),
        f"carried_{noun}": _crossed(table, got_over, one_of("means", CARRIED_MEANS)),
        f"passed_{noun}": _crossed(table, got_over, one_of("means", PASSED_MEANS)),
        f"{sent}_{noun}": _crossed(table, got_over, one_of("means", SENT_MEANS)),
        f"other_{noun}": _crossed(table, got_over, other),
        f"failed_{noun}": _crossed(table, Condition(column="is_failed", value=True)),
    }


ENTRIES: Final[Lineage] = {
    **_kinds("fact_zone_entries", "entries", "dump"),
    "entries_with_shot": _crossed("fact_zone_entries", Condition(column="shots_after", op="gt", value=0)),
    **{
        f"{what}_after_entry": _crossed("fact_zone_entries", quantity=f"{what}_after")
        for what in ("shots", "goals", "xg")
    },
}
EXITS: Final[Lineage] = {
    **_kinds("fact_zone_exits", "exits", "clear"),
    "exits_with_entry": _crossed("fact_zone_exits", *equal(led_to_entry=True)),
    "exits_with_shot": _crossed("fact_zone_exits", *equal(led_to_shot=True)),
}
MICRO_STATS: Final[Lineage] = {
    "count": tuple(
        Part(table=part.table, where=part.where, links=part.links, given=equal(micro_stat=column.name))
        for column in MICRO
        for part in TAGS[column.name]
    )
}

SCHEDULE: Final[Lineage] = {
    f"{name}_{what}": _rows("fact_special_teams", *GAME, *of, quantity=what)
    for name, of in _SIDES
    for what in ("pp_goals", "pp_opportunities", "pk_goals_against", "pk_opportunities")
}
_TRACKED_SCORE: Final = {f"tracked_{name}_goals": _rows("fact_goals", *GAME, *of) for name, of in _SIDES}
GAME_STATUS: Final[Lineage] = {
    **_TRACKED_SCORE,
    "events": _rows("fact_events", *GAME),
    "valid_stints": _rows("fact_shifts", *GAME),
}


def _known(table: str, column: str, *where: Condition) -> Parts:
    """Rows of the game in which a column is known, and fits, of all."""
    known = Condition(column=column, op="is_not_null")
    return divided(_rows(table, *GAME, known, *where), _rows(table, *GAME), 100)


_ROLES: Final = "fact_event_players"
_EITHER_TAG: Final = Condition(
    column="play_detail1", op="is_not_null", either=(Condition(column="play_detail_2", op="is_not_null"),)
)
_SHARES_KNOWN: Final = {
    "events_in_stint_pct": _known("fact_events", "shift_id"),
    "zone_known_pct": _known("fact_events", "event_team_zone"),
    "success_known_pct": _known("fact_events", "event_successful"),
    "chained_pct": _known("fact_events", "linked_event_key"),
    "coordinates_pct": _known("fact_events", "puck_x_start"),
    "players_resolved_pct": _known(_ROLES, "player_id"),
    "opponent_rows_pct": divided(
        _rows(_ROLES, *GAME, Condition(column="player_role", op="starts", value="opp")), _rows(_ROLES, *GAME), 100
    ),
    "on_ice_pct": divided(
        _rows(_ROLES, *GAME, *equal(is_on_ice=True)),
        _rows(_ROLES, *GAME, Condition(column="is_on_ice", op="is_not_null")),
        100,
    ),
    "play_details_pct": divided(_rows(_ROLES, *GAME, _EITHER_TAG), _rows(_ROLES, *GAME), 100),
}
COMPLETENESS: Final[Lineage] = {
    **_SHARES_KNOWN,
    "periods_tracked": (Part(table="dim_period", links=(Link(table="fact_events", on=("period_id",), where=GAME),)),),
    "events": _rows("fact_events", *GAME),
    "valid_stints": _rows("fact_shifts", *GAME),
    "event_players": _rows("fact_event_players", *GAME),
    "flags": _rows("qa_input_flags", *GAME),
}
_OFFICIAL: Final = {
    f"official_{name}_goals": _rows("dim_schedule", *GAME, quantity=f"{name}_total_goals") for name, _ in _SIDES
}
ACCURACY: Final[Lineage] = {**_TRACKED_SCORE, **_OFFICIAL}
SCORERS: Final[Lineage] = {
    f"{whose}_{name}": _rows(table, *PLAYER, quantity=column)
    for whose, table, columns in (
        ("tracked", "fact_player_game_stats", {"goals": "goals", "assists": "assists", "points": "points"}),
        ("official", "fact_gameroster", {"goals": "goals", "assists": "assist", "points": "points"}),
    )
    for name, column in columns.items()
}
