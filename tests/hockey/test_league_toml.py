"""The rules as people write them: right ones are read, wrong ones named with their line."""

import pytest

from hockey.league import InvalidRules
from hockey.league_toml import parse_rules

RULES = """# our league
name = "Tuesday C" # 'til it moves
playoff_places = 8

[points]
win = 3
[ periods ]
minutes = 20
"""


def test_what_stands_there_is_over_the_defaults() -> None:
    rules = parse_rules(RULES)
    assert (rules.name, rules.playoff_places, rules.points.win, rules.points.tie) == ("Tuesday C", 8, 3, 1)
    assert rules.periods.minutes == 20


@pytest.mark.parametrize(
    ("before", "after", "key", "line"),
    [
        ("win = 3", "won = 3", "points.won", 6),
        ("win = 3", 'win = "three"', "points.win", 6),
        ("minutes = 20", "minutes = -1", "periods.minutes", 8),
        ("[points]", "[pionts]", "pionts", 5),
        ("playoff_places = 8", "points.win = 1.5", "points.win", 3),
        ("playoff_places = 8", '"playoff_places" = true', "playoff_places", 3),
    ],
)
def test_a_wrong_rule_is_named_with_its_line(before: str, after: str, key: str, line: int) -> None:
    text = RULES.replace(before, after)
    if after.startswith("points.win"):
        text = text.split("\n\n")[0]
    with pytest.raises(InvalidRules, match=rf"^{key}: .*\(line {line}\)$") as raised:
        parse_rules(text)
    assert (raised.value.key, raised.value.line) == (key, line)


@pytest.mark.parametrize(
    "text", ["points = ", "[" * 5000, "a = " + "[" * 5000, "win = 1\nwin = 2", "x = " + "9" * 5000]
)
def test_what_is_no_toml_says_so(text: str) -> None:
    with pytest.raises(InvalidRules, match=r"not TOML|nested"):
        parse_rules(text)
