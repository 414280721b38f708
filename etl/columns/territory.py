"""Columns of territory: blue-line crossings and what they led to, zone and possession time, momentum, manpower."""

from typing import Final

from etl.columns.column import boolean, count, numeric, text
from hockey.details import CARRIED_MEANS, PASSED_MEANS, SENT_MEANS

_VISIT: Final = "before the next crossing of a blue line or whistle"


def _by_means(crossings: str, means: tuple[str, ...]) -> str:
    return f"rows of fact_zone_{crossings} of the player with means {' or '.join(means)}, not failed"


AFTER_ENTRY: Final = (
    count("shots_after", f"Attempts of the side {_VISIT}.", formula=f"rows of fact_events of the side {_VISIT}"),
    count("goals_after", f"Goals of the side {_VISIT}.", formula=f"rows of fact_events of the side {_VISIT}"),
    numeric("xg_after", "Expected goals of those attempts.", nullable=False, formula="sum of the xG of shots_after"),
)
AFTER_EXIT: Final = (
    boolean(
        "led_to_entry",
        "The next crossing of a blue line, before a whistle, was the side's own zone entry.",
        nullable=False,
    ),
    boolean("led_to_shot", "That entry led to a shot attempt.", nullable=False),
)

ENTRY_SUMMARY_KEY: Final = text("zone_entry_key", "game_id and player_id, joined by _.")
ENTRY_KINDS: Final = (
    count(
        "total_entries",
        "Zone entries tried.",
        formula="controlled_entries + dump_entries + other_entries + failed_entries",
    ),
    count("controlled_entries", "Carried or passed in.", formula="carried_entries + passed_entries"),
    count("carried_entries", "Of these, carried in.", formula=_by_means("entries", CARRIED_MEANS)),
    count("passed_entries", "Of these, passed in.", formula=_by_means("entries", PASSED_MEANS)),
    count(
        "dump_entries",
        "Dumped, chipped, lobbed or cleared in.",
        formula=_by_means("entries", SENT_MEANS),
    ),
    count(
        "other_entries",
        "Got in by other means, or by ones not noted.",
        formula="rows of fact_zone_entries of the player with any other means, not failed",
    ),
    count("failed_entries", "Did not get in.", formula="rows of fact_zone_entries of the player with is_failed"),
)
ENTRY_RESULTS: Final = (
    count(
        "entries_with_shot",
        "Entries that led to a shot attempt of the side.",
        formula="fact_zone_entries of the player with shots_after > 0",
    ),
    count("shots_after_entry", "The side's attempts after them.", formula="sum of shots_after of fact_zone_entries"),
    count("goals_after_entry", "The side's goals after them.", formula="sum of goals_after of fact_zone_entries"),
    numeric(
        "xg_after_entry",
        "Expected goals of those attempts.",
        nullable=False,
        formula="sum of xg_after of fact_zone_entries",
    ),
    numeric(
        "controlled_entry_pct",
        "Entries under control of all tried, 0-100.",
        "%",
        formula="100 * controlled_entries / total_entries",
    ),
)
EXIT_SUMMARY_KEY: Final = text("zone_exit_key", "game_id and player_id, joined by _.")
EXIT_KINDS: Final = (
    count("total_exits", "Zone exits tried.", formula="controlled_exits + clear_exits + other_exits + failed_exits"),
    count("controlled_exits", "Carried or passed out.", formula="carried_exits + passed_exits"),
    count("carried_exits", "Of these, carried out.", formula=_by_means("exits", CARRIED_MEANS)),
    count("passed_exits", "Of these, passed out.", formula=_by_means("exits", PASSED_MEANS)),
    count(
        "clear_exits",
        "Cleared, dumped, chipped or lobbed out.",
        formula=_by_means("exits", SENT_MEANS),
    ),
    count(
        "other_exits",
        "Got out by other means, or by ones not noted.",
        formula="rows of fact_zone_exits of the player with any other means, not failed",
    ),
    count("failed_exits", "Did not get out.", formula="rows of fact_zone_exits of the player with is_failed"),
)
EXIT_RESULTS: Final = (
    count(
        "exits_with_entry",
        "Exits that led to a zone entry.",
        formula="fact_zone_exits of the player with led_to_entry",
    ),
    count(
        "exits_with_shot",
        "Exits that led to an entry and a shot attempt.",
        formula="fact_zone_exits of the player with led_to_shot",
    ),
    numeric(
        "controlled_exit_pct",
        "Exits under control of all tried, 0-100.",
        "%",
        formula="100 * controlled_exits / total_exits",
    ),
)

MICRO_STATS_KEY: Final = text("micro_stats_key", "game_id, player_id and micro_stat, joined by _.")
MICRO_STAT: Final = text(
    "micro_stat", "The statistic, by its column of fact_player_game_stats: dekes, cycles and so on.", nullable=False
)
MICRO_COUNT: Final = count(
    "count", "How many; there is no row for none.", formula="the column of fact_player_game_stats that micro_stat names"
)

ZONE_TIME_KEY: Final = text("zone_time_key", "game_id and venue, joined by _.")
VENUE: Final = text("venue", "Side of the team: home or away.", nullable=False)
_ZONES: Final = (("offensive", "offensive"), ("neutral", "neutral"), ("defensive", "defensive"))
ZONE_EVENTS: Final = tuple(
    count(
        f"{zone}_zone_events",
        f"Events of either side in the side's {about} zone, where the zone is known.",
        formula="rows of fact_events by event_team_zone, turned round for those of the other side",
    )
    for zone, about in _ZONES
)
ZONE_SECONDS: Final = (
    *(
        numeric(
            f"{zone}_zone_seconds",
            f"Play with the puck last known in the side's {about} zone.",
            "s",
            formula="sum of seconds_until_next of fact_events with that zone_until_next as the side sees it",
        )
        for zone, about in _ZONES
    ),
    numeric(
        "unknown_zone_seconds",
        "Play of which the zone is not known.",
        "s",
        formula="tracked_seconds - offensive_zone_seconds - neutral_zone_seconds - defensive_zone_seconds - "
        "dead_seconds",
    ),
    numeric(
        "dead_seconds",
        "Dead ice between a whistle and the next faceoff, on the running clock.",
        "s",
        formula="sum of seconds_until_next of fact_events with zone_until_next = Dead",
    ),
    numeric(
        "tracked_seconds",
        "Game clock from the first to the last event of each period.",
        "s",
        formula="offensive_zone_seconds + neutral_zone_seconds + defensive_zone_seconds + unknown_zone_seconds + "
        "dead_seconds",
    ),
)
POSSESSION: Final = (
    numeric(
        "possession_seconds",
        "Play in sequences of the side.",
        "s",
        formula="sum of duration_seconds of the side's fact_sequences",
    ),
    numeric(
        "opponent_possession_seconds",
        "Play in sequences of the other side.",
        "s",
        formula="sum of duration_seconds of the other side's fact_sequences",
    ),
    numeric(
        "possession_pct",
        "The side's share of the time with the puck, 0-100.",
        "%",
        formula="100 * possession_seconds / (possession_seconds + opponent_possession_seconds)",
    ),
)

MOMENTUM_KEY: Final = text("momentum_key", "game_id, period and side, joined by _.")
MOMENTUM_COUNTS: Final = (
    *(
        count(f"{name}{way}", f"{about} of {whose}.", formula=f"{about.lower()} of {whose} in the period")
        for name, about in (
            ("shots", "Shot attempts"),
            ("goals", "Goals"),
            ("controlled_entries", "Zone entries under control"),
        )
        for way, whose in (("", "the side"), ("_against", "the other side"))
    ),
    *(
        numeric(
            f"xg_{way}",
            f"Expected goals of {whose}.",
            nullable=False,
            formula=f"sum of the xG of the attempts of {whose} in the period",
        )
        for way, whose in (("for", "the side"), ("against", "the other side"))
    ),
    *(
        numeric(
            f"{zone}_zone_seconds",
            f"Play with the puck last known in the side's {zone} zone.",
            "s",
            formula="as in fact_team_zone_time, of the period",
        )
        for zone in ("offensive", "defensive")
    ),
)
MOMENTUM: Final = numeric(
    "momentum",
    "How far the period tilted to the side, -100 to 100; the other side's is the same with its sign turned.",
    formula="mean of 100 * (own - other) / (own + other) over shots and shots_against, xg_for and xg_against, "
    "controlled_entries and controlled_entries_against, offensive_zone_seconds and defensive_zone_seconds; those that "
    "neither side has are left out",
)

SPECIAL_TEAMS_KEY: Final = text("special_teams_key", "game_id and side, joined by _.")

_ADVANTAGE: Final = "skaters above the other side's, both counted up to five, so that an extra attacker is none"
SPECIAL_TEAMS: Final = (
    count(
        "pp_opportunities",
        "Power plays given.",
        formula="sum of the side's power_plays_begun of fact_shifts: over the stints in order, each step up of its "
        f"{_ADVANTAGE}",
    ),
    numeric(
        "pp_seconds",
        "Time on the power play, both goalies on the ice.",
        "s",
        nullable=False,
        formula="sum of shift_duration of fact_shifts with an advantage of the side, both goalies on the ice",
    ),
    count("pp_goals", "Goals on the power play.", formula="rows of fact_goals of the side with situation = PP"),
    count("pp_shots", "Shot attempts on the power play.", formula="rows of fact_shots of the side with situation = PP"),
    numeric("pp_xg", "Expected goals on the power play.", nullable=False, formula="sum of the xG of pp_shots"),
    count(
        "sh_goals_against",
        "Goals allowed on the own power play.",
        formula="rows of fact_goals of the other side with situation = SH",
    ),
    numeric("pp_pct", "Power plays that scored, 0-100.", "%", formula="100 * pp_goals / pp_opportunities"),
    count("pk_opportunities", "Times short-handed.", formula="the other side's pp_opportunities"),
    numeric(
        "pk_seconds",
        "Time short-handed, both goalies on the ice.",
        "s",
        nullable=False,
        formula="the other side's pp_seconds",
    ),
    count("pk_goals_against", "Goals allowed short-handed.", formula="the other side's pp_goals"),
    count("pk_shots_against", "Shot attempts allowed short-handed.", formula="the other side's pp_shots"),
    numeric("pk_xg_against", "Expected goals allowed short-handed.", nullable=False, formula="the other side's pp_xg"),
    count("sh_goals", "Goals scored short-handed.", formula="rows of fact_goals of the side with situation = SH"),
    numeric(
        "pk_pct",
        "Penalties killed, 0-100.",
        "%",
        formula="100 * (pk_opportunities - pk_goals_against) / pk_opportunities",
    ),
)
EMPTY_NET_SECONDS: Final = numeric(
    "empty_net_seconds",
    "Time with the own net empty.",
    "s",
    nullable=False,
    formula="sum of shift_duration of fact_shifts without the side's goalie",
)
