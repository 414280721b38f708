"""The flaws that a demo league can have, each switchable by name, and which games get which.

A flaw changes files, never the game that was played: `demo_truth.json` stays the same whatever is switched on.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

Row = dict[str, Any]
Mutation = Callable[[Row, Random], None]
Judge = Callable[["Tracking"], bool]


@dataclass(frozen=True, slots=True)
class Tracking:
    """How a tracked game is written, before flaws. `ordinal` 0 is the latest game."""

    game_id: int
    ordinal: int
    form: str  # json, W1, W2, W3
    version: str  # of the JSON exporter, empty for a workbook
    with_xy: bool


@dataclass(frozen=True, slots=True)
class Flaw:
    """One flaw. `every`: about one suitable game in so many has it; 0 for a flaw of the league's own files."""

    name: str
    about: str
    every: int = 0
    mutate: Mutation | None = None
    fits: Judge = lambda tracking: tracking.form == "json"


_FLAWS: dict[str, Flaw] = {}
# a light, realistic sprinkle: what an ordinary season's files look like
DEFAULT: Final = frozenset(
    {
        "blank_game_start",
        "blank_period_goals",
        "chain_keys_lost",
        "drag_filled_lengths",
        "earlier_saves",
        "end_clock_fraction",
        "hyphen_codes",
        "label_swap",
        "name_case",
        "odd_clock",
        "opponents_lost",
        "placeholder_shifts",
        "settings_key",
        "shells",
        "video_counter_clocks",
        "wrong_folder",
        "wrong_side",
    }
)


class UnknownFlaw(ValueError):
    """A name in `--flaws` that is none; the message lists those that are."""


def game_flaw(about: str, every: int, fits: Judge | None = None) -> Callable[[Mutation], Mutation]:
    """Register a change to the JSON export of a game under the function's own name."""

    def register(mutate: Mutation) -> Mutation:
        name = mutate.__name__
        _FLAWS[name] = Flaw(name, about, every, mutate, fits or (lambda t: t.form == "json"))
        return mutate

    return register


def file_flaw(name: str, about: str, every: int = 0, fits: Judge | None = None) -> None:
    """Register a flaw that another module carries out, because it is not a change to one export."""
    _FLAWS[name] = Flaw(name, about, every, None, fits or (lambda t: t.form == "json"))


def known() -> Mapping[str, Flaw]:
    """Every flaw by name, in the order in which they are applied."""
    return _FLAWS


def parse(text: str) -> frozenset[str]:
    """The flaws that a `--flaws` value names: `all`, `none`, `default`, or names separated by commas.

    Raises:
        UnknownFlaw: a name is none of them.
    """
    match text.strip().lower():
        case "all":
            return frozenset(_FLAWS)
        case "none" | "":
            return frozenset()
        case "default":
            return DEFAULT
    names = frozenset(part.strip().lower() for part in text.split(",") if part.strip())
    if unknown := sorted(names - _FLAWS.keys()):
        raise UnknownFlaw(f"unknown flaw {', '.join(unknown)}; known: all, none, default, {', '.join(sorted(_FLAWS))}")
    return names


def assign(chosen: Iterable[str], tracked: Sequence[Tracking]) -> dict[int, tuple[str, ...]]:
    """Which flaws each tracked game has, by game id. What one flaw hits does not depend on which others are on."""
    result: dict[int, list[str]] = {t.game_id: [] for t in tracked}
    for offset, flaw in enumerate(_FLAWS.values()):
        if flaw.name not in chosen or not flaw.every:
            continue
        fitting = [t for t in tracked if flaw.fits(t)]
        step = min(flaw.every, len(fitting)) or 1
        for place, tracking in enumerate(fitting):
            if (place + offset) % step == 0:
                result[tracking.game_id].append(flaw.name)
    return {game_id: tuple(names) for game_id, names in result.items()}
