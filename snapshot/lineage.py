"""What a number was made from: the rows of which tables, matched how, counted or summed.

The ETL declares it with the column, the manifest carries it, and whoever explains a number evaluates it on the tables
of the same snapshot. The rows that fit, counted or summed with their weights, come to the number.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Final, Literal

import msgspec

Identifier = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}\Z")]
Operator = Literal[
    "eq", "same", "ne", "ne_or_null", "gt", "ge", "lt", "le", "le_or_null", "in", "not_in", "starts", "eq_or_all",
    "is_null", "is_not_null",
]  # fmt: skip
# how the side of a row relates to that of the row it is linked with; a row of no side fits `_or_unstated`, a linked
# row of no side `_or_unknown`
SideRule = Literal[
    "any", "same", "same_or_unknown", "same_or_unstated", "other", "other_or_unknown", "other_or_unstated"
]
SIDE: Final = "team_venue"
EVERY: Final = "All"  # the value of a season row's `eq_or_all` column under which every row fits

_SAID: Final[dict[Operator, str]] = {
    "eq": "=",
    "same": "=",
    "ne": "<>",
    "ne_or_null": "is not",
    "gt": ">",
    "ge": ">=",
    "lt": "<",
    "le": "<=",
    "le_or_null": "is not above",
    "in": "in",
    "not_in": "not in",
    "starts": "starting with",
    "eq_or_all": "=",
    "is_null": "is",
    "is_not_null": "is not",
}
_SIDES_SAID: Final[dict[SideRule, str]] = {
    "any": "",
    "same": " of the same side",
    "same_or_unknown": " of the same side, or of an unknown one",
    "same_or_unstated": " of the same side, where it is known",
    "other": " of the other side",
    "other_or_unknown": " of the other side, or of an unknown one",
    "other_or_unstated": " of the other side, where it is known",
}


class Condition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A condition on a column: against a value, the column `row` of the explained row, or the column `other` beside it.

    Nulls fit `ne_or_null`, `le_or_null` and `not_in`, and fit each other under `same`; under `ne`, `eq` and the rest
    they fit nothing. `eq_or_all` holds for all rows where the explained row has All. A row that fits one of `either`
    fits as well.
    """

    column: Identifier
    op: Operator = "eq"
    other: Identifier | None = None
    value: str | int | float | bool | tuple[str, ...] | None = None
    row: Identifier | None = None
    either: "tuple[Condition, ...]" = ()

    def words(self) -> str:
        """The condition as a reader understands it: `period = 2`, `player_id = its player_id`."""
        against = self.other or (f"its {self.row}" if self.row else _literal(self.value))
        unless = f", or any where that is {EVERY}" if self.op == "eq_or_all" else ""
        others = "".join(f" or {other.words()}" for other in self.either)
        return f"{self.column} {_SAID[self.op]} {against}{unless}{others}"


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A `column` of a linked table, and the column `row` of the explained row that lists its values, comma between."""

    column: Identifier
    row: Identifier


class Link(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Only rows whose `on` stands in a row of `table` that fits `where`; if `absent`, only those for which none does.

    `there` are the names of `on` in that table, where they differ. Its rows may be linked in turn. With `each`, a row
    is needed for every value that the explained row lists; where it lists none, all rows fit.
    """

    table: Identifier
    on: tuple[Identifier, ...]
    there: tuple[Identifier, ...] = ()
    where: tuple[Condition, ...] = ()
    links: "tuple[Link, ...]" = ()
    side: SideRule = "any"
    absent: bool = False
    each: Listed | None = None

    def words(self) -> str:
        """The link as a reader understands it."""
        conditions = [f"{t} = {o}" for o, t in zip(self.on, self.there or self.on, strict=True) if o != t]
        conditions += [c.words() for c in self.where] + [link.words() for link in self.links]
        conditions += [f"{self.each.column} each of its {self.each.row}"] if self.each else []
        said = f"{' and '.join(self.on)} {'not ' if self.absent else ''}in {self.table}"
        return f"{said}{' with ' if conditions else ''}{' and '.join(conditions)}{_SIDES_SAID[self.side]}"


class Factor(msgspec.Struct, frozen=True, kw_only=True):
    """What a row's quantity is multiplied by: `column` of the row of `table` whose `there` are the row's `on`."""

    table: Identifier
    on: tuple[Identifier, ...]
    there: tuple[Identifier, ...]
    column: Identifier

    def words(self) -> str:
        """The factor as a reader understands it."""
        fits = (f"{there} = {own}" for own, there in zip(self.on, self.there, strict=True))
        return f"the {self.column} of the row of {self.table} with {' and '.join(fits)}"


class Top(msgspec.Struct, frozen=True, kw_only=True):
    """Of the rows that fit, only so many: those with the largest values of these columns, the first one first."""

    by: tuple[Identifier, ...]
    rows: int = 1

    def words(self) -> str:
        """The choice as a reader understands it."""
        return f"only the {f'{self.rows} largest' if self.rows > 1 else 'largest'} by {', '.join(self.by)}"


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Rows of a table that a number is made from: counted, or their `quantity` summed, each multiplied `by` a factor.

    The sum is multiplied by `weight`, by the column `times` of the explained row, and divided by what the parts of
    `over` come to. A part is one only of those numbers whose own row fits `given`. A row without its factor is none.
    """

    table: Identifier
    where: tuple[Condition, ...] = ()
    links: tuple[Link, ...] = ()
    quantity: Identifier | None = None
    by: Factor | None = None
    top: Top | None = None
    weight: float = 1.0
    times: Identifier | None = None
    over: "tuple[Part, ...]" = ()
    given: tuple[Condition, ...] = ()

    def words(self) -> str:
        """The part as a reader understands it, its sign and divisor left out."""
        weight = f"{abs(self.weight):.3g} times " if abs(self.weight) != 1 else ""
        weight += f"its {self.times} times " if self.times else ""
        start = f"{weight}the {f'{self.quantity} of the ' if self.quantity else ''}rows of {self.table}"
        conditions = "; ".join(
            [c.words() for c in self.where]
            + [link.words() for link in self.links]
            + ([self.top.words()] if self.top else [])
        )
        given = f" (where its {' and '.join(c.words() for c in self.given)})" if self.given else ""
        by = f", each times {self.by.words()}" if self.by else ""
        return f"{start}{' with ' if conditions else ''}{conditions}{given}{by}"


Parts = tuple[Part, ...]


def in_words(parts: Sequence[Part]) -> str:
    """All parts of a number in one sentence without its full stop; a divisor that follow one another share, once."""
    said = []
    for n, part in enumerate(parts):
        said.append(("less " if part.weight < 0 else "plus " if n else "") + part.words())
        if part.over and (n + 1 == len(parts) or parts[n + 1].over != part.over):
            is_shared = n > 0 and parts[n - 1].over == part.over
            said.append(f"{'all of it ' if is_shared else ''}divided by {in_words(part.over)}")
    return ", ".join(said)


def _literal(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, tuple):
        return f"({', '.join(value)})"
    return str(value).lower() if isinstance(value, bool) else str(value)


def own(*columns: str) -> tuple[Condition, ...]:
    """Columns that are as in the explained row."""
    return tuple(Condition(column=name, row=name) for name in columns)


def equal(**values: str | int | bool) -> tuple[Condition, ...]:
    """Columns that have these values."""
    return tuple(Condition(column=name, value=value) for name, value in values.items())


def one_of(column: str, values: Iterable[str]) -> Condition:
    """A column that has one of these values."""
    return Condition(column=column, op="in", value=tuple(values))


def weighed(parts: Parts, weight: float) -> Parts:
    """The parts, each counting so much more."""
    return tuple(msgspec.structs.replace(part, weight=part.weight * weight) for part in parts)


def less(parts: Parts) -> Parts:
    """The parts, subtracted."""
    return weighed(parts, -1)


def divided(parts: Parts, over: Parts, weight: float = 1) -> Parts:
    """What the parts come to, divided by what those of `over` come to, times `weight`."""
    return tuple(msgspec.structs.replace(part, weight=part.weight * weight, over=over) for part in parts)


def share(part: Parts, other: Parts) -> Parts:
    """100 * part / (part + other)."""
    return divided(part, (*part, *other), 100)
