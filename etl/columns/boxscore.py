"""Columns of the per-game lines of skaters, goalies and teams."""

from typing import Final

from etl.columns.column import count, integer, numeric, text
from hockey.details import BAD_GIVEAWAYS as _BAD
from hockey.event_types import DEFENDED
from hockey.play_details import RECOVERY

XG_SOURCE: Final = "hockey/expected_goals.py"

PLAYER_GAME_KEY: Final = text("player_game_key", "game_id and player_id, joined by _.")
GOALIE_GAME_KEY: Final = text("goalie_game_key", "game_id and player_id, joined by _.")
TEAM_GAME_KEY: Final = text("team_game_key", "game_id and team_id, joined by _.")

_CORSI: Final = "Corsi: T. Barnes, named after J. Corsi"
_FENWICK: Final = "Fenwick: M. Fenwick, Corsi without the blocked shots"

_OF_SKATER: Final = "of a skater, as event_player_1"
_IN_STINTS: Final = "in stints with the player as a skater"
GOALS: Final = count("goals", "Goals scored.", formula=f"rows of fact_goals of the side; {_OF_SKATER}")
PRIMARY_ASSISTS: Final = count(
    "primary_assists", "First assists.", formula="rows of fact_assists of the player with is_primary"
)
SECONDARY_ASSISTS: Final = count(
    "secondary_assists", "Second assists.", formula="rows of fact_assists of the player without is_primary"
)
ASSISTS: Final = count("assists", "First plus second assists.", formula="primary_assists + secondary_assists")
POINTS: Final = count("points", "Goals plus assists.", formula="goals + assists")
ALIASES: Final = (
    count("g", "The goals again, under a short name.", formula="goals"),
    count("a", "The assists again, under a short name.", formula="assists"),
    count("pts", "The points again, under a short name.", formula="points"),
)
SHOTS: Final = count("shots", "Shot attempts.", formula=f"rows of fact_shots of the side; {_OF_SKATER}")
SOG: Final = count(
    "sog",
    "Shots on goal: saved and scored.",
    formula="goals + rows of fact_shots of the skater with shot_result = saved; of a team, goals + fact_saves of the "
    "other side",
)
SHOOTING_PCT: Final = numeric(
    "shooting_pct", "Goals of shots on goal, 0-100; null without a shot on goal.", "%", formula="100 * goals / sog"
)
PASS_ATTEMPTS: Final = count(
    "pass_attempts",
    "Passes tried.",
    formula="rows of fact_events with event_type = Pass; of a skater, as event_player_1",
)
PASS_COMPLETED: Final = count(
    "pass_completed",
    "Passes completed.",
    formula="rows of fact_events with event_detail = Pass_Completed; of a skater, as event_player_1",
)
PASS_PCT: Final = numeric(
    "pass_pct", "Passes completed of those tried, 0-100.", "%", formula="100 * pass_completed / pass_attempts"
)
FO_WINS: Final = count(
    "fo_wins",
    "Faceoffs won.",
    formula="rows of fact_events with event_type = Faceoff of the side; of a skater, as event_player_1",
)
FO_LOSSES: Final = count(
    "fo_losses",
    "Faceoffs lost.",
    formula="rows of fact_events with event_type = Faceoff of the other side; of a skater, as opp_player_1",
)
FO_TOTAL: Final = count("fo_total", "Faceoffs taken.", formula="fo_wins + fo_losses")
FO_PCT: Final = numeric("fo_pct", "Faceoffs won of those taken, 0-100.", "%", formula="100 * fo_wins / fo_total")
GIVEAWAYS: Final = count(
    "giveaways",
    "Pucks given away.",
    formula="rows of fact_events with event_detail = Turnover_Giveaway; of a skater, as event_player_1",
)
BAD_GIVEAWAYS: Final = count(
    "bad_giveaways",
    "Avoidable giveaways: passes missed, blocked or intercepted, and misplays.",
    formula=f"of these, event_detail_2 {' or '.join(_BAD)}",
)
TAKEAWAYS: Final = count(
    "takeaways",
    "Pucks taken away.",
    formula="rows of fact_events with event_detail = Turnover_Takeaway; of a skater, as event_player_1",
)
BLOCKS: Final = count(
    "blocks",
    "Opponents' shots blocked.",
    formula="rows of fact_events with event_detail = Shot_Blocked of the other side; of a skater, as opp_player_1",
)
HITS: Final = count(
    "hits",
    "Body checks; 0 in a league that does not hit.",
    formula="rows of fact_events with event_type = Hit; of a skater, as event_player_1",
)
PIM: Final = count(
    "pim",
    "Penalty minutes as the box score books them.",
    "min",
    formula="sum of pim of fact_penalties of the player or side",
)
ZONE_ENTRIES: Final = count(
    "zone_entries",
    "Offensive-zone entries.",
    formula="rows of fact_events with event_detail = Zone_Entry; of a skater, as event_player_1",
)
ENTRIES_SUCCESSFUL: Final = count(
    "zone_entries_successful",
    "Entries tagged a success or, where untagged, controlled.",
    formula="of these, event_successful or, where that is null, carried or passed over the line",
)
ZONE_EXITS: Final = count(
    "zone_exits",
    "Defensive-zone exits.",
    formula="rows of fact_events with event_detail = Zone_Exit; of a skater, as event_player_1",
)
EXITS_SUCCESSFUL: Final = count(
    "zone_exits_successful",
    "Exits tagged a success or, where untagged, controlled.",
    formula="of these, event_successful or, where that is null, carried or passed over the line",
)

TOI_SECONDS: Final = integer(
    "toi_seconds",
    "Ice time by the stints, dead ice on the running clock included; null without valid stints.",
    "s",
    formula="sum of shift_duration of fact_shift_players, in whole seconds",
)
TOI_MINUTES: Final = numeric("toi_minutes", "Ice time.", "min", formula="toi_seconds / 60")
SHIFT_COUNT: Final = integer(
    "shift_count",
    "Real shifts played; null without valid stints.",
    formula="rows of fact_shift_players of the player with is_first_segment",
)
AVG_SHIFT: Final = numeric("avg_shift", "Ice time per real shift.", "s", formula="toi_seconds / shift_count")
PLUS_EV: Final = integer(
    "plus_ev",
    "On the ice for own goals with no man advantage for either side, empty nets among them.",
    formula=f"rows of fact_goals of the own side with man_advantage = 0 {_IN_STINTS}; no penalty shots",
)
MINUS_EV: Final = integer(
    "minus_ev",
    "On the ice for goals against with no man advantage for either side, empty nets among them.",
    formula="the same of the other side",
)
PLUS_MINUS_EV: Final = integer("plus_minus_ev", "plus_ev less minus_ev.", formula="plus_ev - minus_ev")
PLUS_MINUS: Final = integer(
    "plus_minus",
    "Even-strength, short-handed and empty-net goals for less against while on the ice.",
    formula=f"rows of fact_goals with man_advantage <= 0 {_IN_STINTS}, own side less other side; no penalty shots",
    source="NHL rule book: no plus for a power-play goal, with the goalie pulled (6v4) or not",
)
PLUS_MINUS_TOTAL: Final = integer(
    "plus_minus_total", "Goals for less against while on the ice, all situations.", formula="goals_for - goals_against"
)
CORSI_FOR: Final = integer(
    "corsi_for",
    "Own shot attempts; for a skater, while on the ice.",
    formula=f"rows of fact_shots of the side; of a skater, {_IN_STINTS}",
    source=_CORSI,
)
CORSI_AGAINST: Final = integer(
    "corsi_against",
    "Opponents' shot attempts; for a skater, while on the ice.",
    formula="the same of the other side",
    source=_CORSI,
)
CF_PCT: Final = numeric(
    "cf_pct",
    "Share of the attempts that were own, 0-100.",
    "%",
    formula="100 * corsi_for / (corsi_for + corsi_against)",
    source=_CORSI,
)
CF_PCT_REL: Final = numeric(
    "cf_pct_rel",
    "cf_pct on the ice less the team's while off it.",
    "percentage points",
    formula="cf_pct - 100 * own / all attempts in the team's stints without the player",
)
FENWICK_FOR: Final = integer(
    "fenwick_for",
    "Own unblocked attempts; for a skater, while on the ice.",
    formula="of corsi_for, those without is_blocked",
    source=_FENWICK,
)
FENWICK_AGAINST: Final = integer(
    "fenwick_against",
    "Opponents' unblocked attempts; for a skater, while on the ice.",
    formula="of corsi_against, those without is_blocked",
    source=_FENWICK,
)
FF_PCT: Final = numeric(
    "ff_pct",
    "Share of the unblocked attempts that were own, 0-100.",
    "%",
    formula="100 * fenwick_for / (fenwick_for + fenwick_against)",
    source=_FENWICK,
)
FF_PCT_REL: Final = numeric(
    "ff_pct_rel",
    "ff_pct on the ice less the team's while off it.",
    "percentage points",
    formula="ff_pct - 100 * own / all unblocked attempts in the team's stints without the player",
)
ON_ICE_GOALS_FOR: Final = integer(
    "goals_for",
    "Own side's goals while on the ice, all situations but penalty shots.",
    formula=f"rows of fact_goals of the own side {_IN_STINTS}, without is_penalty_shot",
)
ON_ICE_GOALS_AGAINST: Final = integer(
    "goals_against",
    "Goals of the other side while on the ice, all situations but penalty shots.",
    formula="the same of the other side",
)
ON_ICE_XG_FOR: Final = numeric(
    "on_ice_xg_for",
    "Expected goals of the own side while on the ice.",
    source=XG_SOURCE,
    formula=f"sum of xg of fact_shots of the own side {_IN_STINTS}",
)
ON_ICE_XG_AGAINST: Final = numeric(
    "on_ice_xg_against",
    "Expected goals of the other side while on the ice.",
    source=XG_SOURCE,
    formula=f"sum of xg of fact_shots of the other side {_IN_STINTS}",
)
XG_PCT: Final = numeric(
    "xg_pct",
    "Share of the expected goals on the ice that were own, 0-100.",
    "%",
    formula="100 * on_ice_xg_for / (on_ice_xg_for + on_ice_xg_against)",
)
XG_PCT_REL: Final = numeric(
    "xg_pct_rel",
    "xg_pct on the ice less the team's while off it.",
    "percentage points",
    formula="xg_pct - 100 * own / all expected goals in the team's stints without the player",
)
PER_60: Final = tuple(
    numeric(f"{what}_per_60", f"{what.title()} per hour of ice time.", formula=f"3600 * {what} / toi_seconds")
    for what in ("goals", "assists", "points")
)
ON_ICE_RATES: Final = tuple(f"{what}_{way}" for what in ("corsi", "fenwick", "on_ice_xg") for way in ("for", "against"))
ON_ICE_PER_60: Final = tuple(
    numeric(f"{name}_per_60", f"{name} per hour of ice time.", formula=f"3600 * {name} / toi_seconds")
    for name in ON_ICE_RATES
)

# name: (what it counts, the play details that make it)
MICRO_STATS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "dekes": ("dekes", ("Deke",)),
    "drives_middle": ("drives through the middle", ("DriveMiddle", "DriveNetMiddle")),
    "drives_wide": ("drives wide", ("DriveWide", "DriveNetWide")),
    "drives_corner": ("drives to the corner", ("DriveCorner",)),
    "cutbacks": ("cutbacks", ("CutBack",)),
    "delays": ("delays", ("Delay",)),
    "crash_net": ("net crashes", ("CrashNet",)),
    "screens": ("screens set", ("Screen",)),
    "give_and_go": ("give-and-go plays", ("GiveAndGo",)),
    "second_touch": ("second touches", ("SecondTouch",)),
    "cycles": ("cycle plays", ("Cycle",)),
    "poke_checks": ("poke checks", ("PokeCheck",)),
    "stick_checks": ("stick checks", ("StickCheck",)),
    "zone_ent_denials": ("zone entries denied", ("ZoneEntryDenial",)),
    "backchecks": ("backchecks", ("Backcheck",)),
    "forechecks": ("forechecks", ("Forecheck",)),
    "breakouts": ("breakouts", ("Breakout",)),
    "dump_ins": ("dump-ins", ("DumpInAttempt", "DumpRimInZone", "AttemptedEntryDumpIn", "RegroupDumpIn")),
    "loose_puck_wins": ("loose pucks won", ("LoosePuckBattleWon",)),
    "puck_battles": ("loose-puck battles, won or lost", ("LoosePuckBattleWon", "LoosePuckBattleLost")),
    "puck_battles_total": (
        "loose-puck battles, won or lost, and recoveries out of a battle",
        ("LoosePuckBattleWon", "LoosePuckBattleLost", "PuckRecoveryRetrievalLoosePuckBattle"),
    ),
}
DRIVES_TOTAL: Final = count(
    "drives_total", "Drives tagged: middle, wide and corner.", formula="drives_middle + drives_wide + drives_corner"
)
PUCK_RECOVERIES: Final = count(
    "puck_recoveries",
    "Puck recoveries and retrievals tagged.",
    formula=f"rows of fact_event_players of the player with play_detail1 or play_detail_2 {RECOVERY}...",
)
MICRO: Final = (
    *(
        count(
            name,
            f"Tags: {about}.",
            formula=f"rows of fact_event_players of the player with play_detail1 or play_detail_2 {' or '.join(codes)}",
        )
        for name, (about, codes) in MICRO_STATS.items()
    ),
    DRIVES_TOTAL,
    PUCK_RECOVERIES,
)
PLAYS_SUCCESSFUL: Final = count(
    "plays_successful",
    "Tagged plays that worked.",
    formula="rows of fact_event_players of the player with play_detail_successful = s",
)
PLAYS_UNSUCCESSFUL: Final = count(
    "plays_unsuccessful",
    "Tagged plays that failed.",
    formula="rows of fact_event_players of the player with play_detail_successful = u",
)
PLAY_SUCCESS_RATE: Final = numeric(
    "play_success_rate",
    "Tagged plays that worked of those with an outcome, 0-100.",
    "%",
    formula="100 * plays_successful / (plays_successful + plays_unsuccessful)",
)
PRIMARY_DEF: Final = count(
    "primary_def_events",
    "Opponents' plays defended as first defender.",
    formula=f"rows of fact_events with event_type {' or '.join(DEFENDED)} of the other side, as opp_player_1",
)
SUPPORT_DEF: Final = count(
    "support_def_events",
    "Opponents' plays defended in support.",
    formula="the same, as opp_player_2 to 6",
)
DEF_INVOLVEMENT: Final = count(
    "def_involvement",
    "Opponents' plays defended, first or in support.",
    formula="primary_def_events + support_def_events",
)

XG_FOR: Final = numeric(
    "xg_for",
    "Expected goals of the own attempts: the sum of their chances, blocked ones 0.",
    source=XG_SOURCE,
    formula="sum of xg of fact_shots of the side; of a skater, as the shooter",
)
XG_ADJ: Final = numeric(
    "xg_adj",
    "Expected goals adjusted for flurries: each attempt times the chance that none before it in its flurry went in.",
    formula="sum of xg_adj of fact_shots, which is xg * product of (1 - xg) over the earlier attempts of the flurry",
    source="MoneyPuck",
)
XG_AGAINST: Final = numeric(
    "xg_against",
    "Expected goals of the opponents' attempts.",
    source=XG_SOURCE,
    formula="sum of xg of fact_shots of the other side",
)
GOALIE_XG_AGAINST: Final = numeric(
    "xg_against",
    "Expected goals of the attempts that the goalie faced, misses included.",
    source=XG_SOURCE,
    formula="sum of xg of fact_shots of the other side with the player as goalie_player_id",
)
FORECHECKS: Final = count(
    "forechecks", "Forechecks tagged.", formula="sum of forechecks of the team's fact_player_game_stats"
)

SAVES: Final = count("saves", "Shots stopped.", formula="rows of fact_saves of the side; of a goalie, tagged first")
GOALS_AGAINST: Final = count(
    "goals_against",
    "Goals allowed; none of them on an empty net for a goalie.",
    formula="rows of fact_goals of the other side with the player as goalie_player_id",
)
SHOTS_AGAINST: Final = count("shots_against", "Saves plus goals allowed.", formula="saves + goals_against")
SAVE_PCT: Final = numeric(
    "save_pct", "Saves of shots against, a fraction 0-1; null without a shot.", formula="saves / shots_against"
)
SAVE_KINDS: Final[dict[str, tuple[str, ...]]] = {
    "butterfly": ("Save_Butterfly",),
    "pad": ("Save_LeftPad", "Save_RightPad", "Save_Pad"),
    "glove": ("Save_Glove",),
    "blocker": ("Save_Blocker",),
    "chest": ("Save_Chest",),
    "stick": ("Save_Stick",),
    "scramble": ("Save_Scramble",),
}
SAVES_BY_KIND: Final = tuple(
    count(f"saves_{kind}", f"Saves by kind: {kind}.", formula=f"of the saves, save_type {' or '.join(codes)}")
    for kind, codes in SAVE_KINDS.items()
)
TEAM_GOALS_AGAINST: Final = count(
    "goals_against", "Goals allowed, empty net included.", formula="rows of fact_goals of the other side"
)
SOG_AGAINST: Final = count("sog_against", "Opponents' shots on goal.", formula="saves + goals_against")
POWER_PLAY_GOALS: Final = integer(
    "pp_goals",
    "Goals with more skaters, both goalies on the ice; null without valid stints.",
    formula="rows of fact_goals of the side with situation = PP",
)
