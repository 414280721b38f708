"""Columns of the per-game lines of skaters, goalies and teams."""

from typing import Final

from etl.columns.column import count, integer, numeric, text

XG_SOURCE: Final = "hockey/expected_goals.py"

PLAYER_GAME_KEY: Final = text("player_game_key", "game_id and player_id, joined by _.")
GOALIE_GAME_KEY: Final = text("goalie_game_key", "game_id and player_id, joined by _.")
TEAM_GAME_KEY: Final = text("team_game_key", "game_id and team_id, joined by _.")

GOALS: Final = count("goals", "Goals scored.")
PRIMARY_ASSISTS: Final = count("primary_assists", "First assists.")
SECONDARY_ASSISTS: Final = count("secondary_assists", "Second assists.")
ASSISTS: Final = count("assists", "First plus second assists.")
POINTS: Final = count("points", "Goals plus assists.")
ALIASES: Final = (
    count("g", "The goals again, under a short name."),
    count("a", "The assists again, under a short name."),
    count("pts", "The points again, under a short name."),
)
SHOTS: Final = count("shots", "Shot attempts.")
SOG: Final = count("sog", "Shots on goal: saved and scored.")
SHOOTING_PCT: Final = numeric("shooting_pct", "Goals of shots on goal, 0-100; null without a shot on goal.", "%")
PASS_ATTEMPTS: Final = count("pass_attempts", "Passes tried.")
PASS_COMPLETED: Final = count("pass_completed", "Passes completed.")
PASS_PCT: Final = numeric("pass_pct", "Passes completed of those tried, 0-100.", "%")
FO_WINS: Final = count("fo_wins", "Faceoffs won.")
FO_LOSSES: Final = count("fo_losses", "Faceoffs lost.")
FO_TOTAL: Final = count("fo_total", "Faceoffs taken.")
FO_PCT: Final = numeric("fo_pct", "Faceoffs won of those taken, 0-100.", "%")
GIVEAWAYS: Final = count("giveaways", "Pucks given away.")
BAD_GIVEAWAYS: Final = count(
    "bad_giveaways", "Avoidable giveaways: passes missed, blocked or intercepted, and misplays."
)
TAKEAWAYS: Final = count("takeaways", "Pucks taken away.")
BLOCKS: Final = count("blocks", "Opponents' shots blocked.")
HITS: Final = count("hits", "Body checks; 0 in a league that does not hit.")
PIM: Final = count("pim", "Penalty minutes as the box score books them.", "min")
ZONE_ENTRIES: Final = count("zone_entries", "Offensive-zone entries.")
ENTRIES_SUCCESSFUL: Final = count("zone_entries_successful", "Entries tagged a success or, where untagged, controlled.")
ZONE_EXITS: Final = count("zone_exits", "Defensive-zone exits.")
EXITS_SUCCESSFUL: Final = count("zone_exits_successful", "Exits tagged a success or, where untagged, controlled.")

TOI_SECONDS: Final = integer(
    "toi_seconds", "Ice time by the stints, dead ice on the running clock included; null without valid stints.", "s"
)
TOI_MINUTES: Final = numeric("toi_minutes", "Ice time.", "min")
SHIFT_COUNT: Final = integer("shift_count", "Real shifts played; null without valid stints.")
AVG_SHIFT: Final = numeric("avg_shift", "Ice time per real shift.", "s")
PLUS_EV: Final = integer("plus_ev", "On the ice for own goals at even strength or with a net empty.")
MINUS_EV: Final = integer("minus_ev", "On the ice for goals against at even strength or with a net empty.")
PLUS_MINUS_EV: Final = integer("plus_minus_ev", "plus_ev less minus_ev.")
PLUS_MINUS: Final = integer(
    "plus_minus", "Even-strength and short-handed goals for less against; power-play goals left out."
)
PLUS_MINUS_TOTAL: Final = integer("plus_minus_total", "Goals for less against while on the ice, all situations.")
CORSI_FOR: Final = integer("corsi_for", "Own shot attempts; for a skater, while on the ice.")
CORSI_AGAINST: Final = integer("corsi_against", "Opponents' shot attempts; for a skater, while on the ice.")
CF_PCT: Final = numeric("cf_pct", "Share of the attempts that were own, 0-100.", "%")
CF_PCT_REL: Final = numeric("cf_pct_rel", "cf_pct on the ice less the team's while off it.", "percentage points")
FENWICK_FOR: Final = integer("fenwick_for", "Own unblocked attempts; for a skater, while on the ice.")
FENWICK_AGAINST: Final = integer("fenwick_against", "Opponents' unblocked attempts; for a skater, while on the ice.")
FF_PCT: Final = numeric("ff_pct", "Share of the unblocked attempts that were own, 0-100.", "%")
FF_PCT_REL: Final = numeric("ff_pct_rel", "ff_pct on the ice less the team's while off it.", "percentage points")
ON_ICE_GOALS_FOR: Final = integer("goals_for", "Own side's goals while on the ice, all situations.")
ON_ICE_GOALS_AGAINST: Final = integer("goals_against", "Goals of the other side while on the ice, all situations.")
ON_ICE_XG_FOR: Final = numeric("on_ice_xg_for", "Expected goals of the own side while on the ice.", source=XG_SOURCE)
ON_ICE_XG_AGAINST: Final = numeric(
    "on_ice_xg_against", "Expected goals of the other side while on the ice.", source=XG_SOURCE
)
XG_PCT: Final = numeric(
    "xg_pct",
    "Share of the expected goals on the ice that were own, 0-100.",
    "%",
    formula="100 * on_ice_xg_for / (on_ice_xg_for + on_ice_xg_against)",
)
XG_PCT_REL: Final = numeric("xg_pct_rel", "xg_pct on the ice less the team's while off it.", "percentage points")
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
DRIVES_TOTAL: Final = count("drives_total", "Drives tagged: middle, wide and corner.")
PUCK_RECOVERIES: Final = count("puck_recoveries", "Puck recoveries and retrievals tagged.")
MICRO: Final = (
    *(count(name, f"Tags: {about}.") for name, (about, _) in MICRO_STATS.items()),
    DRIVES_TOTAL,
    PUCK_RECOVERIES,
)
PLAYS_SUCCESSFUL: Final = count("plays_successful", "Tagged plays that worked.")
PLAYS_UNSUCCESSFUL: Final = count("plays_unsuccessful", "Tagged plays that failed.")
PLAY_SUCCESS_RATE: Final = numeric(
    "play_success_rate", "Tagged plays that worked of those with an outcome, 0-100.", "%"
)
PRIMARY_DEF: Final = count("primary_def_events", "Opponents' plays defended as first defender.")
SUPPORT_DEF: Final = count("support_def_events", "Opponents' plays defended in support.")
DEF_INVOLVEMENT: Final = count("def_involvement", "Opponents' plays defended, first or in support.")

XG_FOR: Final = numeric(
    "xg_for", "Expected goals of the own attempts: the sum of their chances, blocked ones 0.", source=XG_SOURCE
)
XG_ADJ: Final = numeric(
    "xg_adj",
    "Expected goals adjusted for flurries: each attempt times the chance that none before it in its flurry went in.",
    formula="sum of xg * product of (1 - xg) over the earlier attempts of the flurry",
    source="MoneyPuck",
)
XG_AGAINST: Final = numeric("xg_against", "Expected goals of the opponents' attempts.", source=XG_SOURCE)
GOALIE_XG_AGAINST: Final = numeric(
    "xg_against", "Expected goals of the attempts that the goalie faced, misses included.", source=XG_SOURCE
)
FORECHECKS: Final = count("forechecks", "Forechecks tagged.")

SAVES: Final = count("saves", "Shots stopped.")
GOALS_AGAINST: Final = count("goals_against", "Goals allowed; none of them on an empty net for a goalie.")
SHOTS_AGAINST: Final = count("shots_against", "Saves plus goals allowed.")
SAVE_PCT: Final = numeric("save_pct", "Saves of shots against, a fraction 0-1; null without a shot.")
SAVE_KINDS: Final[dict[str, tuple[str, ...]]] = {
    "butterfly": ("Save_Butterfly",),
    "pad": ("Save_LeftPad", "Save_RightPad", "Save_Pad"),
    "glove": ("Save_Glove",),
    "blocker": ("Save_Blocker",),
    "chest": ("Save_Chest",),
    "stick": ("Save_Stick",),
    "scramble": ("Save_Scramble",),
}
SAVES_BY_KIND: Final = tuple(count(f"saves_{kind}", f"Saves by kind: {kind}.") for kind in SAVE_KINDS)
TEAM_GOALS_AGAINST: Final = count("goals_against", "Goals allowed, empty net included.")
SOG_AGAINST: Final = count("sog_against", "Opponents' shots on goal.")
POWER_PLAY_GOALS: Final = integer(
    "pp_goals", "Goals with more skaters, both goalies on the ice; null without valid stints."
)
