"""Canonical event details: `detail1` says what happened, `detail2` how. Codes are those after the alias rules."""

import re
from dataclasses import dataclass
from typing import Final

_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|_")


@dataclass(frozen=True, slots=True)
class Detail:
    """One first- or second-level detail of an event type. `name` is readable, `category` groups by outcome or means."""

    code: str
    name: str
    event_type: str
    category: str


def readable(code: str) -> str:
    """A code as words: `Shot_OnNetSaved` gives "Shot on net saved"."""
    words = [word for word in _CAMEL.split(code) if word]
    return " ".join([*words[:1], *(word.lower() for word in words[1:])])


def _detail1(event_type: str, **codes_by_category: str) -> tuple[Detail, ...]:
    return tuple(
        Detail(code, readable(code), event_type, category)
        for category, codes in codes_by_category.items()
        for code in codes.split()
    )


def _detail2(event_type: str, prefix: str, suffixes: str) -> tuple[Detail, ...]:
    codes = [f"{prefix}_{suffix}" for suffix in suffixes.split()]
    return tuple(Detail(code, readable(code), event_type, prefix.lower()) for code in codes)


DETAILS: Final[tuple[Detail, ...]] = (
    *_detail1("Faceoff", draw="Faceoff Faceoff_GameStart Faceoff_PeriodStart Faceoff_AfterGoal Faceoff_AfterPenalty"),
    *_detail1(
        "Possession",
        gained="Possession_PuckRetrieval Possession_PuckRecovery Possession_LoosePuck",
        kept="Possession_Regroup Possession_Breakaway",
    ),
    *_detail1("LoosePuck", battle="LoosePuck_Battle LoosePuck_Forecheck"),
    *_detail1("Pass", completed="Pass_Completed", failed="Pass_Missed Pass_Deflected Pass_Intercepted"),
    *_detail1(
        "Zone_Entry_Exit",
        achieved="Zone_Entry Zone_Exit Zone_Keepin",
        failed="Zone_Entry_Failed Zone_Exit_Failed Zone_Keepin_Failed",
    ),
    *_detail1("Turnover", giveaway="Turnover_Giveaway", takeaway="Turnover_Takeaway"),
    *_detail1(
        "Shot",
        saved="Shot_OnNetSaved Shot_TippedOnNetSaved Shot_DeflectedOnNetSaved",
        goal="Shot_Goal Shot_OnNetTippedGoal",
        blocked="Shot_Blocked Shot_BlockedSameTeam",
        missed="Shot_Missed Shot_HitPost Shot_Deflected Shot_Tipped",
    ),
    *_detail1("Goal", counts="Goal_Scored Goal_PenaltyShot", decides="Goal_Shootout"),
    *_detail1(
        "PenaltyShot_Shootout",
        missed="PenaltyShot_Missed Shootout_Missed",
        saved="PenaltyShot_OnNetSaved Shootout_OnNetSaved",
    ),
    *_detail1("Save", rebound="Save_Rebound", held="Save_Freeze", played="Save_Played"),
    *_detail1(
        "Rebound",
        defended="Rebound_TeamRecovered",
        attacked="Rebound_OppTeamRecovered Rebound_ShotGenerated Rebound_FlurryGenerated",
    ),
    *_detail1("Play", defensive="Play_Defensive", offensive="Play_Offensive"),
    *_detail1("Penalty", served="Penalty_Minor Penalty_Major Penalty_Misconduct", offset="Penalty_Offsetting"),
    *_detail1(
        "Stoppage",
        play="Stoppage_Play Stoppage_Freeze Stoppage_OutOfPlay Stoppage_Other",
        course="Stoppage_PeriodEnd Stoppage_GameEnd",
    ),
    *_detail1("DeadIce", play="DeadIce_Icing DeadIce_Offside DeadIce_PuckOut DeadIce_NetOff DeadIce_Other"),
    *_detail1("Timeout", team="Timeout_Home Timeout_Away"),
    *_detail1("Clockstop", play="Clockstop_Injury Clockstop_Equipment Clockstop_IceRepair Clockstop_Other"),
    *_detail1(
        "Intermission",
        course="Intermission_Period1 Intermission_Period2 Intermission_Period3 Intermission_OT",
    ),
)
_CROSSINGS: Final = (
    "Carried CarriedBreakaway Pass DumpIn Chip Lob Clear FromExitClear PassMiss_Misplay OppTeam CausedTurnover "
    "PenaltyKillClear Shot Other"
)
_SHOTS: Final = "Wrist Backhand Snap Slap OneTime Tip Bat Poke WrapAround Dumpin Other"
DETAILS_2: Final[tuple[Detail, ...]] = (
    *_detail2("Zone_Entry_Exit", "ZoneEntry", _CROSSINGS),
    *_detail2("Zone_Entry_Exit", "ZoneExit", _CROSSINGS),
    *_detail2("Zone_Entry_Exit", "Zone", "Keepin"),
    *_detail2(
        "Pass",
        "Pass",
        "Forehand Backhand Rim_Wrap Bank Drop Stretch Lob OneTouch Tipped Deflected_TippedShot ReceiverMissed Reverse "
        "Other",
    ),
    *_detail2(
        "Turnover",
        "Giveaway",
        "PassMissed AttemptedZoneClear_Dump ZoneClear_Dump PassIntercepted ShotBlocked DumpInZone Misplayed "
        "PassBlocked ShotMissed ZoneEntry_ExitMisplay BattleLost PassReceiverMissed Other",
    ),
    *_detail2("Turnover", "Takeaway", "PokeCheck BattleWon"),
    *_detail2("Shot", "Shot", _SHOTS),
    *_detail2("Goal", "Goal", _SHOTS),
    *_detail2("Save", "Save", "RightPad LeftPad Butterfly Chest Stick Blocker Glove Shoulder Scramble Other"),
    *_detail2(
        "Stoppage",
        "Stoppage",
        "GoalieStoppage Icing Goal PuckOutOfPlay Penalty Offsides HandPass PeriodEnd",
    ),
    *_detail2(
        "Play",
        "Play",
        "PokeCheck SeparateFromPuck AttemptedClear Dump_RimInZone Deke DumpChase DriveMiddle DriveWide",
    ),
    *_detail2(
        "Penalty",
        "Penalty",
        "Tripping Hooking Roughing Slashing Interference Holding HighSticking CrossChecking Boarding Other",
    ),
)
PENALTY_SHOT: Final = "Goal_PenaltyShot"
COUNTING_GOALS: Final[frozenset[str]] = frozenset({"Goal_Scored", PENALTY_SHOT})
# how the puck crosses a blue line; any other means is "other"
CARRIED_MEANS: Final[tuple[str, ...]] = ("Carried", "CarriedBreakaway")
PASSED_MEANS: Final[tuple[str, ...]] = ("Pass",)
CONTROLLED_MEANS: Final[frozenset[str]] = frozenset({*CARRIED_MEANS, *PASSED_MEANS})
SENT_MEANS: Final[tuple[str, ...]] = ("DumpIn", "Chip", "Lob", "Clear", "FromExitClear", "PenaltyKillClear")
# giveaways that better puck handling avoids; dumps, clears and shots give the puck away on purpose
BAD_GIVEAWAYS: Final[tuple[str, ...]] = tuple(
    f"Giveaway_{kind}"
    for kind in ("PassMissed", "PassIntercepted", "PassBlocked", "Misplayed", "ZoneEntry_ExitMisplay")
)
