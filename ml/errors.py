"""What can go wrong with a prediction. The messages are meant for the person who asked."""

from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Final

_NEAR: Final = 3


def near_matches(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """The three names most like this one, the first by alphabet among equals."""
    matcher = SequenceMatcher(b=name)

    def unlike(other: str) -> tuple[float, str]:
        matcher.set_seq1(other)
        return -matcher.ratio(), other

    return tuple(sorted(names, key=unlike)[:_NEAR])


class PredictionError(Exception):
    """A prediction that cannot be given."""


class NotTrained(PredictionError):
    """No models have been trained for this data directory."""


class InvalidArtifact(PredictionError):
    """The trained models on disk were altered, are damaged, or are of another format version."""


class UnknownName(PredictionError):
    """No such model, player, team, season or game; `near` holds the closest known ones."""

    def __init__(self, kind: str, name: str, near: tuple[str, ...]) -> None:
        self.kind, self.name, self.near = kind, name, near
        hint = f" Near matches: {', '.join(near)}." if near else ""
        super().__init__(f"Unknown {kind} {name!r}.{hint}")


class TooLittleData(PredictionError):
    """Less evidence than the model's stated minimum; the message gives both."""
