"""Canonical play details: what a single player did within an event (`playD1`, `playD2` of the tracker)."""

from dataclasses import dataclass
from typing import Final

from hockey.details import readable


@dataclass(frozen=True, slots=True)
class PlayDetail:
    """One micro play; `category` says which side of the game it belongs to."""

    code: str
    name: str
    category: str


_CODES: Final[dict[str, str]] = {
    "recovery": (
        "PuckRecoveryRetrievalTurnover PuckRecoveryRetrievalPass PuckRecoveryRetrievalShot PuckRecoveryRetrievalDumpIn "
        "PuckRecoveryRetrievalRebound PuckRecoveryRetrievalFaceoff PuckRecoveryRetrievalClear "
        "PuckRecoveryRetrievalAttemptedClear PuckRecoveryRetrievalLoosePuckBattle PuckRecoveryRetrievalOther "
        "LoosePuckBattleWon LoosePuckBattleLost"
    ),
    "puck": (
        "SecondTouch Deke Delay CutBack Reverse Chip GiveAndGo Regroup RegroupDumpIn Cycle QuickUp Surf Speed "
        "LostPuck MisplayedPuck DelayedOffside"
    ),
    "drive": "DriveMiddle DriveWide DriveCorner DriveNetMiddle DriveNetWide BeatDeke BeatMiddle BeatWide",
    "breakout": "Breakout AttemptedBreakOutPass AttemptedBreakOutClear AttemptedBreakOutRush",
    "entry": "AttemptedEntryPass AttemptedEntryRush AttemptedEntryDumpIn DumpInAttempt DumpRimInZone DumpChase "
    "AttemptedKeepin ZoneKeepin",
    "passing": "AssistPrimary AssistSecondary AssistTertiary PassForTip ReceiverMissed",
    "shooting": "AttemptedShot FakeShot DeflectedShot AttemptedTipDeflection FrontOfNet CrashNet Screen",
    "defending": (
        "StickCheck PokeCheck InShotPassLane BlockedShot AttemptedBlockedShot SeparateFromPuck PassDeflected "
        "PassIntercepted ManOnMan ForceWide ZoneEntryDenial ZoneExitDenial CededZoneEntry CededZoneExit Backcheck "
        "BoxOut Pressure Forecheck StoppedDeke ForcedDumpInClear ForcedTurnover Contain GapControl"
    ),
}
PLAY_DETAILS: Final[tuple[PlayDetail, ...]] = tuple(
    PlayDetail(code, readable(code), category) for category, codes in _CODES.items() for code in codes.split()
)
RECOVERY: Final = "PuckRecoveryRetrieval"  # all codes of recoveries and retrievals begin so
ASSISTS: Final[tuple[str, str]] = ("AssistPrimary", "AssistSecondary")
