"""What many are told is written once for all of them."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final, Generic, TypeVar

_T = TypeVar("_T")
_KEPT: Final = 64  # of each kind of message; who comes later has it written anew


class _Exactly(Generic[_T]):
    """A thing as a key: this very object, which never changes."""

    __slots__ = ("thing",)

    def __init__(self, thing: _T) -> None:
        self.thing = thing

    def __hash__(self) -> int:
        return id(self.thing)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Exactly) and other.thing is self.thing


def encoded_once(encode: Callable[[_T], str]) -> Callable[[_T], str]:
    """`encode`, which remembers the texts of the latest objects; for objects that never change."""

    @lru_cache(maxsize=_KEPT)
    def remembered(exactly: _Exactly[_T]) -> str:
        return encode(exactly.thing)

    return lambda thing: remembered(_Exactly(thing))
