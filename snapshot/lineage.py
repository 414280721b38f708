"""What a number was made from: the rows of which tables, matched how, counted or summed.

The ETL declares it with the column, the manifest carries it, and whoever explains a number evaluates it on the tables
of the same snapshot. The rows that fit, counted or summed with their signs, come to the number.
"""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

import msgspec

Identifier = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}\Z")]
Operator = Literal["eq", "ne", "ne_or_null", "le_or_null", "in", "eq_or_all", "is_null", "is_not_null"]
# how the side of a row relates to that of the row it is linked with
SideRule = Literal["any", "same", "same_or_unknown", "other"]
SIDE: Final = "team_venue"
EVERY: Final = "All"  # the value of a season row's `eq_or_all` column under which every row fits

_SAID: Final[dict[Operator, str]] = {
    "eq": "=",
    "ne": "<>",
    "ne_or_null": "is not",
    "le_or_null": "is not above",
    "in": "in",
    "eq_or_all": "=",
    "is_null": "is",
    "is_not_null": "is not",
}
_SIDES_SAID: Final[dict[SideRule, str]] = {
    "any": "",
    "same": " of the same side",
    "same_or_unknown": " of the same side, or of an unknown one",
    "other": " of the other side",
}


class Condition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A condition on a column: against a value, or against the column `row` of the explained row.

    `ne` holds for no null, `ne_or_null` and `le_or_null` for nulls too; `eq_or_all` holds for all rows where the
    explained row has All.
    """

    column: Identifier
    op: Operator = "eq"
    value: str | int | float | bool | tuple[str, ...] | None = None
    row: Identifier | None = None

    def words(self) -> str:
        """The condition as a reader understands it: `period = 2`, `player_id = its player_id`."""
        against = f"its {self.row}" if self.row else _literal(self.value)
        unless = f", or any where that is {EVERY}" if self.op == "eq_or_all" else ""
        return f"{self.column} {_SAID[self.op]} {against}{unless}"


class Link(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Only rows whose `on` stands in a row of `table` that fits `where`, and not all of `unless`."""

    table: Identifier
    on: Identifier
    where: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()
    side: SideRule = "any"

    def words(self) -> str:
        """The link as a reader understands it."""
        unless = f" unless {_joined(self.unless)}" if self.unless else ""
        return f"{self.on} in {self.table} with {_joined(self.where)}{unless}{_SIDES_SAID[self.side]}"


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Rows of a table that a number is made from: counted, or their `quantity` summed; times `sign`."""

    table: Identifier
    where: tuple[Condition, ...] = ()
    links: tuple[Link, ...] = ()
    quantity: Identifier | None = None
    sign: int = 1

    def words(self) -> str:
        """The part as a reader understands it."""
        start = f"{self.quantity} of the rows" if self.quantity else "rows"
        conditions = [c.words() for c in self.where] + [link.words() for link in self.links]
        return f"{start} of {self.table} with {'; '.join(conditions)}"


def in_words(parts: Sequence[Part]) -> str:
    """All parts of a number in one sentence without its full stop."""
    said = [
        ("less the " if part.sign < 0 else "plus the " if n else "the ") + part.words() for n, part in enumerate(parts)
    ]
    return ", ".join(said)


def _joined(conditions: Sequence[Condition]) -> str:
    return " and ".join(condition.words() for condition in conditions)


def _literal(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, tuple):
        return f"({', '.join(value)})"
    return str(value).lower() if isinstance(value, bool) else str(value)
