"""The league's rule book: lengths, penalties, points and playoff places, with documented defaults.

`raw/league.toml` overrides the defaults; `hockey.league_toml` reads what stands in it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_LARGEST: Final = 1_000
_LONGEST_TEXT: Final = 100
_LEAST: Final[Mapping[str, int]] = {"periods.count": 1, "periods.minutes": 1, "points.win": 1}
"""What others are divided by cannot be nothing; every other number may be."""


class InvalidRules(ValueError):
    """`league.toml` has an unknown key or a value that cannot be; the message names it.

    `key` is the rule, such as `points.win`, and `line` where it stands, where these are known.
    """

    def __init__(self, message: str, key: str | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.key = key
        self.line = line


@dataclass(frozen=True, slots=True)
class Periods:
    """Lengths in minutes of game clock. A tracked game's own lengths win over these."""

    count: int = 3
    minutes: float = 18
    overtime_minutes: float = 5


@dataclass(frozen=True, slots=True)
class Penalties:
    """Lengths in minutes of clock, and what the box score books for each (PIM)."""

    minor: float = 3
    major: float = 6
    misconduct: float = 10
    minor_pim: int = 3
    major_pim: int = 6
    misconduct_pim: int = 10


@dataclass(frozen=True, slots=True)
class Points:
    """Standing points of a result. Overtime covers sudden death and shootout unless said."""

    win: int = 2
    tie: int = 1
    loss: int = 0
    overtime_win: int = 2
    overtime_loss: int = 0
    shootout_win: int = 2
    shootout_loss: int = 0


@dataclass(frozen=True, slots=True)
class LeagueRules:
    """The rules in force. `time_zone` is an IANA name; `playoff_places` counts teams that qualify.

    `publish_personal_data` puts birth years and genders into the published tables; without it they stay out.
    `publish_video_links` does so for the links to videos in trackers' files; the schedule's own is always published.
    """

    name: str = "League"
    time_zone: str = "America/New_York"
    playoff_places: int = 4
    publish_personal_data: bool = False
    publish_video_links: bool = False
    periods: Periods = field(default_factory=Periods)
    penalties: Penalties = field(default_factory=Penalties)
    points: Points = field(default_factory=Points)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "LeagueRules":
        """The defaults with `mapping` (the parsed `league.toml`) over them; InvalidRules names what is wrong."""
        rules: LeagueRules = _build(cls, mapping, "")
        try:
            ZoneInfo(rules.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise _refused("time_zone", f"{rules.time_zone!r} is not an IANA time zone") from error
        return rules

    def to_mapping(self) -> dict[str, object]:
        """The rules as plain data, for the manifest."""
        return asdict(self)


_SECTIONS: Final[Mapping[str, type[Any]]] = {"periods": Periods, "penalties": Penalties, "points": Points}


def _build(cls: type[Any], mapping: Mapping[str, Any], prefix: str) -> Any:  # noqa: ANN401 - a dataclass of the type given
    known = {f.name: f for f in fields(cls)}
    for key in mapping:
        if key not in known:
            raise _refused(f"{prefix}{key}"[:_LONGEST_TEXT], f"unknown rule; known: {', '.join(sorted(known))}")
    values: dict[str, Any] = {}
    for key, value in mapping.items():
        section = _SECTIONS.get(key) if not prefix else None
        if section is not None:
            if not isinstance(value, Mapping):
                raise _refused(key, f"expected a table, as in [{key}]")
            values[key] = _build(section, value, f"{key}.")
        else:
            values[key] = _checked(f"{prefix}{key}", value, known[key].type)
    return cls(**values)


def _checked(key: str, value: object, kind: object) -> object:
    if kind is str:
        if isinstance(value, str) and value.isprintable() and 0 < len(value.strip()) <= _LONGEST_TEXT:
            return value.strip()
        raise _refused(key, f"expected a text of at most {_LONGEST_TEXT} characters, not {_shown(value)}")
    if kind is bool:
        if isinstance(value, bool):
            return value
        raise _refused(key, f"expected true or false, not {_shown(value)}")
    least = _LEAST.get(key, 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= _LARGEST:
        raise _refused(key, f"expected a number of at least {least} and at most {_LARGEST}, not {_shown(value)}")
    if kind is int and value != int(value):
        raise _refused(key, f"expected a whole number, not {_shown(value)}")
    return int(value) if kind is int else float(value)


def _refused(key: str, problem: str) -> InvalidRules:
    return InvalidRules(f"{key}: {problem}", key)


def _shown(value: object) -> str:
    if isinstance(value, list | Mapping):
        return "a list" if isinstance(value, list) else "a table"
    written = repr(value) if not isinstance(value, int) or abs(value) < 10**20 else "one that large"
    return written if len(written) <= _LONGEST_TEXT else f"{written[:_LONGEST_TEXT]}..."
