"""From the raw codes of the trackers to canonical ones: the alias rules, and the spellings of roles, sides and truths.

Every rule lives here only. Unknown codes pass through in their normal spelling, so that nothing a source says is lost.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

Side = Literal["home", "away"]
SideRole = Literal["event", "opp"]
RecoveryKind = Literal["recovery", "retrieval"]

OTHER_SIDE: Final[dict[Side, Side]] = {"home": "away", "away": "home"}
MAX_ROLE: Final = 6
_MAX_DIGITS: Final = 6

_DETAIL1: Final[dict[str, str]] = {
    "Shot_OnNetGoal": "Shot_Goal",
    "Zone_Entryfailed": "Zone_Entry_Failed",
    "Zone_EntryFailed": "Zone_Entry_Failed",
    "Zone_Exitfailed": "Zone_Exit_Failed",
    "Zone_ExitFailed": "Zone_Exit_Failed",
    "Zone_Keepinfailed": "Zone_Keepin_Failed",
    "Zone_KeepinFailed": "Zone_Keepin_Failed",
    "Zone_KeepInFailed": "Zone_Keepin_Failed",
    "Zone_KeepIn": "Zone_Keepin",
    "Faceoff_AfterStoppage": "Faceoff",
    "Stoppage_Period": "Stoppage_PeriodEnd",
    "PuckRetrieval": "Possession_PuckRetrieval",
    "PuckRecovery": "Possession_PuckRecovery",
    "Regroup": "Possession_Regroup",
    "Breakaway": "Possession_Breakaway",
    "Rebound_OppRecovered": "Rebound_OppTeamRecovered",
}
_DETAIL2: Final[dict[str, str]] = {
    "ZoneEntry_Rush": "ZoneEntry_Carried",
    "ZoneExit_Rush": "ZoneExit_Carried",
    "Shot_Tipped": "Shot_Tip",
    "Stoppage_PuckOutofPlay": "Stoppage_PuckOutOfPlay",
    "Stoppage_PuckOut": "Stoppage_PuckOutOfPlay",
    "Stoppage_OutOfPlay": "Stoppage_PuckOutOfPlay",
    "Deke": "Play_Deke",
    "DriveMiddle": "Play_DriveMiddle",
    "DriveWide": "Play_DriveWide",
    "Zone_KeepIn": "Zone_Keepin",
    "Pass_Rim": "Pass_Rim_Wrap",
    "Pass_Wrap": "Pass_Rim_Wrap",
}
_PLAY_DETAIL: Final[dict[str, str]] = {
    "FrontofNet": "FrontOfNet",
    "Dump_RimInZone": "DumpRimInZone",
    "AttemptedTip_Deflection": "AttemptedTipDeflection",
    "ForcedDumpin_Clear": "ForcedDumpInClear",
    "RegroupDumpin": "RegroupDumpIn",
}
_RECOVERY: Final = re.compile(r"(?:Puck)?(RecoveryRetrieval|Recovery|Retrieval)([A-Z].*)")
_RECOVERY_KINDS: Final[dict[str, RecoveryKind]] = {"Recovery": "recovery", "Retrieval": "retrieval"}
_ROLE: Final = re.compile(r"(event|opp(?:onent)?)(?:_team)?_(?:player_([1-9])|(goalie))")
_TRUE: Final = frozenset({"true", "s", "y", "yes", "1"})
_FALSE: Final = frozenset({"false", "u", "n", "no", "0"})
_EMPTY: Final = frozenset({"", "nan", "none", "null", "x", "-"})
_SIDES: Final[dict[str, Side]] = {"home": "home", "h": "home", "away": "away", "a": "away"}
_POSITIONS: Final[dict[str, str]] = {"g": "G", "goalie": "G", "goaltender": "G", "d": "D", "defense": "D"}


@dataclass(frozen=True, slots=True)
class EventCode:
    """An event's canonical codes; an empty detail is None."""

    event_type: str
    detail1: str | None
    detail2: str | None


def spelling(raw: str | None) -> str | None:
    """The normal spelling of a code: stripped, one separator, two old typing errors mended; None when empty."""
    if raw is None or raw.strip().lower() in _EMPTY:
        return None
    code = raw.strip().replace("-", "_").replace("/", "_")
    return code.replace("Seperate", "Separate").replace("Retreival", "Retrieval")


def event_code(raw_type: str | None, raw_detail1: str | None, raw_detail2: str | None) -> EventCode | None:
    """The canonical type and details of an event; None when it has no type."""
    event_type = spelling(raw_type)
    if event_type is None:
        return None
    return EventCode(
        event_type, _detail1(event_type, spelling(raw_detail1)), _detail2(event_type, spelling(raw_detail2))
    )


def _detail1(event_type: str, detail: str | None) -> str | None:
    if detail is None or event_type == "GameStart" or (detail == event_type and event_type != "Faceoff"):
        return None
    if event_type == "Possession" and detail == "Faceoff":
        return "Possession_PuckRetrieval"  # an import of one game overwrote the retrieval by a wrong mapping
    if event_type == "Possession" and detail == "LoosePuck":
        return "Possession_LoosePuck"
    return _DETAIL1.get(detail, detail)


def _detail2(event_type: str, detail: str | None) -> str | None:
    if detail is None:
        return None
    if event_type == "Save" and detail.startswith("Shot_"):
        return "Save_" + detail.removeprefix("Shot_")
    if detail in {"Deke", "DriveMiddle", "DriveWide"} and event_type != "Play":
        return detail
    return _DETAIL2.get(detail, detail)


def play_detail(raw: str | None) -> tuple[str | None, RecoveryKind | None]:
    """The canonical play detail, and whether a puck recovery said which kind it was."""
    code = spelling(raw)
    if code is None:
        return None, None
    found = _RECOVERY.fullmatch(code)
    if found is None:
        return _PLAY_DETAIL.get(code, code), None
    return f"PuckRecoveryRetrieval{found[2]}", _RECOVERY_KINDS.get(found[1])


def truth(raw: str | None) -> bool | None:
    """A success cell: true, s, y, yes, 1 or false, u, n, no, 0 in any case; None for anything else."""
    word = "" if raw is None else raw.strip().lower().removesuffix(".0")
    return True if word in _TRUE else False if word in _FALSE else None


def play_truth(raw: str | None) -> bool | None:
    """A player's own success cell: s or 1, and u; the tracker writes nothing else there on purpose."""
    word = "" if raw is None else raw.strip().lower().removesuffix(".0")
    return True if word in _TRUE else False if word == "u" else None


def role(raw: str | None) -> tuple[SideRole, int] | None:
    """Side and number of a role: `event_team_player_2` gives event, 2; a goalie's number is 0; None if unreadable."""
    found = None if raw is None else _ROLE.fullmatch(raw.strip().lower())
    if found is None:
        return None
    number = 0 if found[3] else int(found[2])
    return ("event" if found[1] == "event" else "opp", number) if number <= MAX_ROLE else None


def side(raw: str | None) -> Side | None:
    """Home or away from any spelling (h, Away, HOME); None for anything else."""
    return None if raw is None else _SIDES.get(raw.strip().lower())


def position(raw: str | None) -> str:
    """F, D or G; anything unknown is F, as the tracker has it."""
    return "F" if raw is None else _POSITIONS.get(raw.strip().lower(), "F")


def whole_number(raw: str | None) -> int | None:
    """A jersey or a count as written: "12", " 12.0", "00", "#41"; None for anything else, and beyond six digits."""
    text = "" if raw is None else raw.strip().removeprefix("#").removesuffix(".0")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS else None
