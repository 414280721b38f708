"""`league.toml`, the league's rules as people write them: what is wrong is named with its line."""

import re
import tomllib
from collections.abc import Iterator
from typing import Final

from hockey.league import InvalidRules, LeagueRules

RULES_FILE: Final = "league.toml"
_SECTION: Final = re.compile(r"\s*\[\s*([\w.\"' -]+?)\s*\]")
_RULE: Final = re.compile(r"\s*([\w.\"' -]+?)\s*=")


def parse_rules(text: str) -> LeagueRules:
    """The rules of a `league.toml` over the defaults.

    Raises:
        InvalidRules: it is no TOML, or has a rule that cannot be; the message says which and in which line.
    """
    try:
        mapping = tomllib.loads(text)
    except RecursionError:
        raise InvalidRules("it is nested too deeply to be TOML that anybody wrote") from None
    except ValueError as error:
        raise InvalidRules(f"not TOML: {error}") from error
    try:
        return LeagueRules.from_mapping(mapping)
    except InvalidRules as error:
        line = next((number for number, key in _keys(text) if key == error.key), None)
        if line is None:
            raise
        raise InvalidRules(f"{error} (line {line})", error.key, line) from error


def _keys(text: str) -> Iterator[tuple[int, str]]:
    """Every line that names a section or a rule, with the whole name."""
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if (head := _SECTION.match(line)) is not None:
            section = _plain(head[1])
            yield number, section
        elif (rule := _RULE.match(line)) is not None:
            yield number, f"{section}.{_plain(rule[1])}" if section else _plain(rule[1])


def _plain(name: str) -> str:
    return re.sub(r"[\"' ]", "", name)
