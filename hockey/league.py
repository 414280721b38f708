"""The league's rule book: lengths, penalties, points and playoff places, with documented defaults.

`raw/league.toml` overrides the defaults; whoever reads that file hands its contents to `LeagueRules.from_mapping`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class InvalidRules(ValueError):
    """`league.toml` has an unknown key or a value that cannot be; the message names it."""


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
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise InvalidRules(f"time_zone: {rules.time_zone!r} is not an IANA time zone") from error
        return rules

    def to_mapping(self) -> dict[str, object]:
        """The rules as plain data, for the manifest."""
        return asdict(self)


_SECTIONS: Final[Mapping[str, type[Any]]] = {"periods": Periods, "penalties": Penalties, "points": Points}


def _build(cls: type[Any], mapping: Mapping[str, Any], prefix: str) -> Any:  # noqa: ANN401 - a dataclass of the type given
    known = {f.name: f for f in fields(cls)}
    for key in mapping:
        if key not in known:
            raise InvalidRules(f"{prefix}{key}: unknown rule; known: {', '.join(sorted(known))}")
    values: dict[str, Any] = {}
    for key, value in mapping.items():
        section = _SECTIONS.get(key) if not prefix else None
        if section is not None:
            if not isinstance(value, Mapping):
                raise InvalidRules(f"{key}: expected a table, as in [{key}]")
            values[key] = _build(section, value, f"{key}.")
        else:
            values[key] = _checked(f"{prefix}{key}", value, known[key].type)
    return cls(**values)


def _checked(key: str, value: object, kind: object) -> object:
    if kind is str:
        if isinstance(value, str) and value.strip():
            return value.strip()
        raise InvalidRules(f"{key}: expected a text, not {value!r}")
    if kind is bool:
        if isinstance(value, bool):
            return value
        raise InvalidRules(f"{key}: expected true or false, not {value!r}")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise InvalidRules(f"{key}: expected a number of at least 0, not {value!r}")
    if kind is int and value != int(value):
        raise InvalidRules(f"{key}: expected a whole number, not {value!r}")
    return int(value) if kind is int else float(value)
