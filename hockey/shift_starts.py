"""Canonical codes of how a stint of the whole ice begins."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ShiftStart:
    """One way to begin. `is_faceoff` when play resumes with a draw."""

    code: str
    name: str
    is_faceoff: bool


SHIFT_STARTS: Final[tuple[ShiftStart, ...]] = (
    ShiftStart("GameStart", "Start of the game", is_faceoff=True),
    ShiftStart("PeriodStart", "Start of a period", is_faceoff=True),
    ShiftStart("FaceoffAfterGoal", "Faceoff after a goal", is_faceoff=True),
    ShiftStart("FaceoffAfterPenalty", "Faceoff after a penalty", is_faceoff=True),
    ShiftStart("OtherFaceoff", "Any other faceoff", is_faceoff=True),
    ShiftStart("OnTheFly", "Change on the fly", is_faceoff=False),
    ShiftStart("DelayedPenalty", "Extra attacker on a delayed penalty", is_faceoff=False),
    ShiftStart("Intermission", "Intermission, no line-up", is_faceoff=False),
    ShiftStart("DeadIce/Stoppage", "Play stopped, no line-up", is_faceoff=False),
)
