"""How recreational hockey looks in a tracker's file: the simulator's coefficients, as data.

Source: the project's measurements on real exports (input format, section 10 and the counts of its vocabulary),
rounded. Weights are relative; seconds are seconds of game clock. `ACTIONS` is fitted, so that a simulated game has
the measured mix of events.
"""

from bisect import bisect
from collections.abc import Mapping
from itertools import accumulate
from random import Random
from typing import Final, Generic, TypeVar

T = TypeVar("T")


class Weighted(Generic[T]):
    """Values with relative weights, ready to draw from."""

    __slots__ = ("_cumulative", "_values")

    def __init__(self, weights: Mapping[T, float]) -> None:
        self._values = tuple(weights)
        self._cumulative = tuple(accumulate(weights.values()))

    def draw(self, rng: Random) -> T:
        """One value, each with its share of the weight."""
        return self._values[bisect(self._cumulative, rng.random() * self._cumulative[-1])]


PERIOD_SECONDS: Final = 18 * 60
OVERTIME_SECONDS: Final = 5 * 60
MINOR_SECONDS: Final = 3 * 60
MINOR_MINUTES: Final = 3

# seconds between two actions of play; rows of one chain mostly share the clock (87 %)
GAP: Final = Weighted({0: 27, 1: 31, 2: 26, 3: 10, 4: 4, 5: 1.5, 6: 0.8, 7: 0.6, 8: 0.3, 9: 0.2, 10: 0.1})
SAME_CLOCK_IN_CHAIN: Final = 0.87
DEAD_SECONDS: Final = Weighted(
    {12: 3, 13: 2, 14: 4, 15: 9, 16: 6, 17: 6, 18: 8, 19: 8, 20: 13, 21: 10, 22: 12, 23: 16, 24: 14, 25: 9, 26: 10,
     27: 8, 28: 1, 29: 3, 30: 3, 31: 2, 35: 1, 40: 1}
)  # fmt: skip
HOLD_SECONDS: Final = Weighted({0: 30, 1: 19, 2: 33, 3: 12, 4: 5, 5: 1.5, 6: 0.7, 7: 0.3, 10: 0.2})

# seconds until the next change on the fly, and how many players change
FLY_SECONDS: Final = Weighted(
    {5: 12, 6: 6, 7: 8, 8: 9, 10: 8, 12: 11, 13: 8, 15: 9, 17: 9, 20: 9, 24: 9, 28: 9, 33: 9, 38: 9, 44: 9, 50: 11,
     57: 10, 64: 10, 71: 9, 78: 9, 86: 9, 95: 8, 105: 6, 116: 4, 126: 3}
)  # fmt: skip
FLY_SLOTS: Final = Weighted({1: 130, 2: 53, 3: 15, 4: 7, 5: 2})
FACEOFF_SLOTS: Final = Weighted({0: 2, 1: 16, 2: 16, 3: 17, 4: 7, 5: 6, 6: 6, 7: 5, 8: 3, 9: 2, 10: 2})
CHANGE_AT_WHISTLE: Final = 0.74

# what the team with the puck does next, by zone from its own view; each name is a function in `actions`
ACTIONS: Final[Mapping[str, Mapping[str, float]]] = {
    "d": {
        "hold": 12, "complete_pass": 29, "carry_out": 26, "pass_out": 24, "missed_pass_out": 15, "clear": 14,
        "failed_clear": 11, "bad_pass": 5, "lose_to_check": 3, "defensive_play": 4, "failed_exit": 1.6,
        "puck_out": 0.8, "loose_puck": 1.0, "foul": 0.35, "opponent_foul": 0.25,
    },
    "n": {
        "hold": 9, "complete_pass": 14, "carry_in": 50, "pass_in": 5, "dump_in": 12, "missed_pass_in": 11,
        "bad_pass": 4, "lose_to_check": 3, "failed_entry": 2, "misplay": 2, "offside": 0.9, "defensive_play": 3,
        "puck_out": 0.5, "loose_puck": 0.7, "opponent_foul": 0.45, "clear_in": 4,
    },
    "o": {
        "hold": 14, "complete_pass": 36, "shoot": 53, "bad_pass": 11, "lose_to_check": 7, "misplay": 6,
        "lose_at_line": 2, "offensive_play": 5, "puck_out": 0.6, "loose_puck": 1.0, "opponent_foul": 0.7,
    },
}  # fmt: skip

SHOT_RESULT: Final = {
    "Shot_OnNet": 233, "Shot_Blocked": 109, "Shot_Missed": 81, "Shot_Deflected": 8, "Shot_HitPost": 2,
}  # fmt: skip
GOAL_SHARE: Final = 0.070  # of shots on net, between equal teams at even strength
SAVE_RESULT: Final = Weighted({"Save_Rebound": 138, "Save_Freeze": 75, "Save_Played": 2})
REBOUND_RESULT: Final = Weighted(
    {"Rebound_TeamRecovered": 72, "Rebound_OppTeamRecovered": 49, "Rebound_ShotGenerated": 11,
     "Rebound_FlurryGenerated": 3}
)  # fmt: skip
HOME_ADVANTAGE: Final = 0.06  # log of the goal rate
MEAN_GOALS: Final = 2.27  # of an average team, in regulation; what the event simulation gives
POWER_PLAY_SHOTS: Final = 1.7  # factor on the shot weight with one skater more
POWER_PLAY_GOALS: Final = 1.35
EMPTY_NET_GOALS: Final = 0.62  # share of attempts at an empty net that go in

DETAIL2: Final[Mapping[str, Weighted[str]]] = {
    "Pass_Completed": Weighted(
        {"Pass_Forehand": 402, "Pass_Backhand": 94, "Pass_Rim_Wrap": 67, "Pass_Bank": 44, "Pass_Drop": 31,
         "Pass_Stretch": 27, "Pass_Lob": 6, "Pass_OneTouch": 4, "Pass_Tipped": 4, "": 3}),
    "Pass_Missed": Weighted(
        {"Pass_Forehand": 115, "Pass_ReceiverMissed": 37, "Pass_Backhand": 31, "Pass_Stretch": 23,
         "Pass_Rim_Wrap": 22, "Pass_Bank": 16, "Pass_Drop": 2, "Pass_Lob": 1}),
    "Pass_Deflected": Weighted({"Pass_Forehand": 59, "Pass_Backhand": 13, "Pass_Stretch": 8, "Pass_Bank": 1}),
    "Pass_Intercepted": Weighted({"Pass_Forehand": 34, "Pass_Backhand": 9, "Pass_Stretch": 6, "Pass_Drop": 1}),
    "exit_clear": Weighted({"ZoneExit_Clear": 63, "ZoneExit_Chip": 18, "ZoneExit_Lob": 8, "ZoneExit_Other": 12}),
    "entry_dump": Weighted({"ZoneEntry_DumpIn": 66, "ZoneEntry_Chip": 6, "ZoneEntry_Other": 1}),
    "Shot": Weighted(
        {"Shot_Wrist": 324, "Shot_Backhand": 25, "Shot_Tip": 18, "Shot_OneTime": 18, "Shot_WrapAround": 7,
         "Shot_Slap": 4, "Shot_Bat": 4, "Shot_Dumpin": 3, "Shot_Poke": 3, "Shot_Snap": 3}),
    "Goal": Weighted({"Goal_Wrist": 7, "Goal_Backhand": 4, "Goal_Tip": 3, "Goal_Poke": 2, "Goal_Dumpin": 1}),
    "Save_Rebound": Weighted(
        {"Save_RightPad": 43, "Save_Butterfly": 28, "Save_Chest": 26, "Save_LeftPad": 23, "Save_Stick": 5,
         "Save_Blocker": 4, "Save_Glove": 4, "Save_Other": 2, "Save_Scramble": 2, "Save_Shoulder": 1}),
    "Save_Freeze": Weighted(
        {"Save_Chest": 27, "Save_Butterfly": 22, "Save_Glove": 20, "Save_LeftPad": 2, "Save_RightPad": 2,
         "Save_Stick": 2}),
    "Save_Played": Weighted({"Save_Stick": 1}),
    "Takeaway": Weighted({"Takeaway_PokeCheck": 101, "Takeaway_BattleWon": 41}),
    "Play_Defensive": Weighted({"Play_PokeCheck": 41, "Play_SeparateFromPuck": 13, "Play_AttemptedClear": 8}),
    "Play_Offensive": Weighted(
        {"Play_Dump_RimInZone": 13, "Play_Deke": 6, "Play_DumpChase": 5, "Play_DriveMiddle": 1}),
    "Penalty_Minor": Weighted({"Penalty_Tripping": 8, "Penalty_Hooking": 2, "Penalty_Roughing": 2}),
    "Possession": Weighted(
        {"": 842, "Possession_PuckRetrieval": 60, "Possession_PuckRecovery": 30, "Possession_Regroup": 52,
         "Possession_Breakaway": 13}),
    "gain": Weighted({"Possession_PuckRetrieval": 461, "Possession_PuckRecovery": 272, "": 160}),
}  # fmt: skip
BAD_PASS: Final = Weighted({"Pass_Missed": 120, "Pass_Deflected": 84, "Pass_Intercepted": 52})
GIVEAWAY_OF: Final[Mapping[str, str]] = {
    "Pass_Missed": "Giveaway_PassMissed",
    "Pass_Deflected": "Giveaway_PassBlocked",
    "Pass_Intercepted": "Giveaway_PassIntercepted",
    "Shot_Blocked": "Giveaway_ShotBlocked",
    "Shot_Missed": "Giveaway_ShotMissed",
}

# share of events of a type with a second player of the event side, a first and a second opponent
COMPANY: Final[Mapping[str, tuple[float, float, float]]] = {
    "Pass": (0.0, 0.47, 0.07),  # its second player is the receiver, named by the action
    "Possession": (0.02, 0.41, 0.07),
    "Shot": (0.11, 0.0, 0.30),  # its first opponent is the goalie or the blocker
    "Turnover": (0.2, 0.5, 0.06),
    "Zone_Entry_Exit": (0.16, 0.42, 0.17),
    "Save": (0.45, 0.0, 0.1),
    "LoosePuck": (0.17, 1.0, 0.25),
    "Play": (0.06, 0.77, 0.04),
}

# micro plays: share of player rows with one, and which, by event type and role
PLAY_SHARE: Final[Mapping[str, float]] = {"event_1": 0.48, "event_2": 0.13, "opp_1": 0.34, "opp_2": 0.3}
PLAY_DETAIL: Final[Mapping[str, Weighted[str]]] = {
    "Possession": Weighted(
        {"PuckRecoveryTurnover": 238, "PuckRecoveryPass": 173, "PuckRecoveryShot": 143, "PuckRetrievalDumpIn": 134,
         "Deke": 80, "PuckRecoveryRebound": 80, "DriveMiddle": 60, "DriveWide": 60, "Delay": 57, "CutBack": 39,
         "PuckRetrievalFaceoff": 23, "Regroup": 11, "PuckRetrievalClear": 14, "SecondTouch": 40}),
    "Pass": Weighted({"SecondTouch": 200, "Breakout": 160, "Reverse": 23, "GiveAndGo": 12, "QuickUp": 5, "Cycle": 7,
                      "AttemptedBreakOutPass": 90, "AttemptedEntryPass": 21, "PassForTip": 4}),
    "Zone_Entry_Exit": Weighted(
        {"Breakout": 60, "DriveWide": 40, "DriveMiddle": 40, "AttemptedBreakOutClear": 77, "DumpInAttempt": 13,
         "ZoneKeepin": 33, "AttemptedKeepin": 19, "Chip": 13, "AttemptedEntryRush": 12, "DumpChase": 20}),
    "Shot": Weighted({"SecondTouch": 90, "Deke": 20, "DriveNetMiddle": 5, "DriveNetWide": 3, "CrashNet": 10}),
    "Turnover": Weighted({"PokeCheck": 70, "SeparateFromPuck": 40, "AttemptedBreakOutPass": 45, "StickCheck": 8,
                          "ReceiverMissed": 19, "LoosePuckBattleWon": 10, "ZoneEntryDenial": 11}),
    "Play": Weighted({"PokeCheck": 24, "SeparateFromPuck": 13, "DumpChase": 35, "DumpRimInZone": 36, "Deke": 10}),
    "event_2": Weighted({"ReceiverMissed": 25, "StickCheck": 19, "FrontOfNet": 7, "InShotPassLane": 7, "Screen": 7}),
    "opp_1": Weighted(
        {"StickCheck": 141, "InShotPassLane": 83, "BeatDeke": 40, "PokeCheck": 37, "PassDeflected": 33,
         "PassIntercepted": 30, "LostPuck": 29, "ManOnMan": 20, "BeatMiddle": 11, "ForceWide": 11, "Pressure": 8,
         "Backcheck": 8, "ZoneEntryDenial": 10}),
    "opp_2": Weighted({"StickCheck": 76, "InShotPassLane": 44, "PokeCheck": 8, "BeatDeke": 7, "ManOnMan": 5,
                       "Screen": 5, "Backcheck": 4}),
}  # fmt: skip
