"""The requests of the dashboard, the trackers and the portal, by the forms that `gateway_features_used` lists.

The contract names for each table and view the columns that requests select, filter and sort by; each of them is put
through the forms that fit its type, with a value that stands in the table.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from tests.contract.served import Relation

OBJECT = {"Accept": "application/vnd.pgrst.object+json"}
COUNT = {"Prefer": "count=exact"}


@dataclass(frozen=True)
class Shape:
    """A request. `finds` says that the sampled row, at least, has to be found."""

    about: str
    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    finds: bool = True


def literal(value: object) -> str:
    """A value as postgrest-js writes it into a filter."""
    return quote("true" if value is True else "false" if value is False else str(value), safe="")


def listed(values: list[object]) -> str:
    quoted = ('"' + str(v).replace("\\", "\\\\").replace('"', '\\"') + '"' for v in values)
    return quote(f"({','.join(quoted)})", safe="(),")


def shapes(relation: Relation, sample: Mapping[str, object], served: set[str]) -> Iterator[Shape]:
    """Every request of a relation; `sample` holds for each column a value that stands in it, None where none does."""
    name, named = relation.name, [c for c in relation.named if c in served]
    yield Shape("whole rows", f"/{name}?select=*&limit=1000")
    yield Shape("a page", f"/{name}?select=*", headers={"Range": "0-999"})
    yield Shape("the next page", f"/{name}?select=*&offset=1000&limit=1000", finds=False)
    yield Shape("a count without rows", f"/{name}?select=*", "HEAD", COUNT)
    if named:
        columns = ",".join(named)
        yield Shape("named columns", f"/{name}?select={columns}&limit=5")
        yield Shape("all and named", f"/{name}?select=*,{named[0]}&limit=5")
        order = ",".join(f"{c}.desc" for c in named[:3])
        yield Shape("several sort keys", f"/{name}?select={columns}&order={order}&limit=20")
    for column in named:
        yield Shape(f"sorted by {column}", f"/{name}?select={column}&order={column}.asc.nullslast&limit=5")
        yield from filters(relation, column, sample.get(column))
    yield from one_row(relation, sample)


def filters(relation: Relation, column: str, value: object) -> Iterator[Shape]:
    head, kind = f"/{relation.name}?select={column}&limit=5", relation.columns[column]
    yield Shape(f"{column} not null", f"{head}&{column}=not.is.null", finds=value is not None)
    if value is None:
        return
    given = literal(value)
    yield Shape(f"{column} eq", f"{head}&{column}=eq.{given}&order={column}.desc")
    yield Shape(f"{column} neq", f"{head}&{column}=neq.{given}", finds=False)
    yield Shape(f"{column} in", f"{head}&{column}=in.{listed([value])}")
    if kind == "boolean":
        return
    yield Shape(f"{column} gt, lt", f"{head}&{column}=gte.{given}&{column}=lte.{given}")
    yield Shape(f"{column} gt", f"{head}&{column}=gt.{given}", finds=False)
    yield Shape(f"{column} lt", f"{head}&{column}=lt.{given}", finds=False)
    inner = f'"{str(value).replace(chr(34), "")}"'
    either = f"({column}.gte.{quote(inner)},and({column}.lt.{quote(inner)},{column}.not.is.null))"
    yield Shape(f"{column} or", f"{head}&or={either}")
    if kind == "text":
        yield Shape(f"{column} ilike", f"{head}&{column}=ilike.*{quote(str(value)[:5].swapcase(), safe='')}*")


def one_row(relation: Relation, sample: Mapping[str, object]) -> Iterator[Shape]:
    """`single()` and `maybeSingle()` by the key; of a view, by the person where it has one row per person."""
    key = relation.key or {
        "v_rankings_players_current": ("player_id",), "v_rankings_goalies_current": ("player_id",),
        "v_summary_player_career": ("player_id",), "v_summary_goalie_career": ("player_id",), "v_summary_league": (),
    }.get(relation.name)  # fmt: skip
    if key is None or any(sample.get(c) is None for c in key):
        return
    which = "&".join(f"{c}=eq.{literal(sample[c])}" for c in key)
    yield Shape("single", f"/{relation.name}?select=*&{which}", headers=OBJECT)
    nobody = "&".join(f"{c}=eq.{-7 if relation.columns[c] in ('bigint', 'integer') else 'nobody'}" for c in key)
    if key:
        yield Shape("maybeSingle of nobody", f"/{relation.name}?select=*&{nobody}", finds=False)
