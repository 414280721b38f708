"""Declare tables, order them by their inputs, build them on two threads, and check what each one promised.

A table is a function whose name is the table's and whose parameters are its inputs: other tables, canonical frames,
or `rules`. A name without one of the published prefixes is an intermediate: built and checked like the others, but
never published.
"""

import inspect
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Final, Literal, cast

import polars as pl

from etl.columns.column import Column
from snapshot.manifest import Category, Reference

Kind = Literal["core", "aggregate", "qa"]
KINDS: Final[tuple[Kind, ...]] = ("core", "aggregate", "qa")  # a table reads its own kind or an earlier one
_THREADS: Final = 2  # more only wait for the frame engine, which has its own
CATEGORIES: Final[tuple[Category, ...]] = ("dim", "fact", "qa", "lookup")


class InvalidRegistry(ValueError):
    """The declarations do not fit together; found before any row is read."""


class BrokenTable(ValueError):
    """A table function returned a frame that its declaration forbids, or none at all."""


@dataclass(frozen=True, slots=True)
class TableBuilt:
    """One table is ready: `done` of `total`."""

    name: str
    rows: int
    seconds: float
    done: int
    total: int


class Deferred:
    """A source that is loaded when a table first needs it, and held as long as the registry holds this."""

    def __init__(self, load: Callable[[], pl.DataFrame]) -> None:
        self._load = load
        self._frame: pl.DataFrame | None = None
        self._lock = threading.Lock()

    def load(self) -> pl.DataFrame:
        """The frame."""
        with self._lock:
            if self._frame is None:
                self._frame = self._load()
            return self._frame


@dataclass(frozen=True, kw_only=True)
class Table:
    """A declared table. Calling it calls its function, unchecked, as the tests of single tables do.

    `per_game` promises that the rows of a game follow from the inputs' rows of that game and of the people in it, and
    come in the order of games: such a table is built for some games at a time (`etl.partition`). `reads` names the
    columns of an input that suffice, where a few of a large one do.
    """

    name: str
    description: str
    inputs: tuple[str, ...]
    function: Callable[..., pl.DataFrame]
    key: tuple[str, ...]
    grain: str
    columns: tuple[Column, ...] = ()
    kind: Kind = "core"
    from_tracking: bool = False
    per_game: bool = False
    reads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __call__(self, *args: object, **inputs: object) -> pl.DataFrame:
        """The table's rows, made from its inputs."""
        return self.function(*args, **inputs)

    @property
    def is_published(self) -> bool:
        """Whether the table is part of the snapshot; intermediates are not."""
        return self.name.split("_")[0] in CATEGORIES

    @property
    def category(self) -> Category:
        """dim, fact, qa or lookup: the first word of a published table's name."""
        return cast("Category", self.name.split("_")[0])

    @property
    def references(self) -> tuple[Reference, ...]:
        """The foreign keys, from the columns; a table does not refer to itself."""
        pairs = [(c.name, *c.references.split(".")) for c in self.columns if c.references]
        return tuple(Reference(column=c, table=t, references=r) for c, t, r in pairs if t != self.name)

    def check(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame itself, when it is what was declared.

        Raises:
            BrokenTable: columns, order or types differ, a value that must be there is null, or the key repeats.
        """
        declared = {c.name: c.frame_type for c in self.columns} or dict(frame.schema)
        if list(frame.schema.items()) != list(declared.items()):
            raise BrokenTable(f"{self.name}: {_difference(dict(frame.schema), declared)}")
        required = {*self.key, *(c.name for c in self.columns if not c.nullable)}
        nulls = [name for name in declared if name in required and frame[name].null_count()]
        if nulls:
            raise BrokenTable(f"{self.name}: null in {', '.join(nulls)}")
        keys = frame.select(self.key)
        if self.key and (keys.to_series().n_unique() if len(self.key) == 1 else keys.n_unique()) != frame.height:
            repeated = keys.filter(keys.is_duplicated()).row(0)
            raise BrokenTable(f"{self.name}: the key {', '.join(self.key)} repeats, for example {repeated}")
        return frame


def table(
    *,
    key: tuple[str, ...],
    grain: str,
    columns: tuple[Column, ...] = (),
    kind: Kind = "core",
    from_tracking: bool = False,
    per_game: bool = False,
) -> Callable[[Callable[..., pl.DataFrame]], Table]:
    """Declare a table. Only intermediates may leave `columns` open; `per_game` see `Table`."""

    def declare(function: Callable[..., pl.DataFrame]) -> Table:
        return Table(
            name=function.__name__,
            description=inspect.getdoc(function) or "",
            inputs=tuple(inspect.signature(function).parameters),
            function=function,
            key=key,
            grain=grain,
            columns=columns,
            kind=kind,
            from_tracking=from_tracking,
            per_game=per_game,
        )

    return declare


class Registry:
    """A set of tables that can be built together."""

    def __init__(self, tables: Iterable[Table]) -> None:
        self.tables: dict[str, Table] = {}
        for declared in tables:
            if declared.name in self.tables:
                raise InvalidRegistry(f"table {declared.name} is declared twice")
            if declared.is_published and not declared.columns:
                raise InvalidRegistry(f"table {declared.name} declares no columns")
            self.tables[declared.name] = declared

    @property
    def published(self) -> list[Table]:
        """The tables of the snapshot, by name."""
        return sorted((t for t in self.tables.values() if t.is_published), key=lambda t: t.name)

    def needed_for(self, name: str) -> "Registry":
        """The tables that one table is made from, and itself."""
        needed, pending = set[str](), [name]
        while pending:
            current = pending.pop()
            if current in self.tables and current not in needed:
                needed.add(current)
                pending.extend(self.tables[current].inputs)
        return Registry(self.tables[found] for found in self.tables if found in needed)

    def sorter(self, sources: Iterable[str]) -> TopologicalSorter[str]:
        """The tables in an order in which each comes after its inputs.

        Raises:
            InvalidRegistry: an input is neither a table nor a source, is of a later kind, or tables need each other.
        """
        known = set(sources)
        for declared in self.tables.values():
            for name in declared.inputs:
                if name not in self.tables and name not in known:
                    raise InvalidRegistry(f"{declared.name} needs {name!r}, which is neither a table nor a source")
                if name in self.tables and KINDS.index(self.tables[name].kind) > KINDS.index(declared.kind):
                    raise InvalidRegistry(f"{declared.name} is {declared.kind} and may not read {name}")
        sorter = TopologicalSorter({t.name: [i for i in t.inputs if i in self.tables] for t in self.tables.values()})
        try:
            sorter.prepare()
        except CycleError as error:
            raise InvalidRegistry(f"tables need each other: {' -> '.join(error.args[1])}") from error
        return sorter

    def build(
        self,
        sources: dict[str, object],
        report: Callable[[TableBuilt], None] = lambda _event: None,
        keep: Callable[[Table, pl.DataFrame], None] = lambda _table, _frame: None,
        retain: Collection[str] | None = None,
        threads: int = _THREADS,
    ) -> dict[str, pl.DataFrame]:
        """Build and check every table on a few threads; returns those to `retain`, or all.

        `keep` gets each frame in the thread that built it, `report` hears in this one. `sources` is used up: what no
        table needs any more is taken out, so that a large league fits into memory; a `Deferred` one is loaded when
        the first table needs it.

        Raises:
            InvalidRegistry: the declarations do not fit together; nothing was read.
            BrokenTable: a table is not what it declared, or its function failed.
        """
        sorter = self.sorter(sources)
        retained = self.tables.keys() if retain is None else retain
        users = Counter(name for declared in self.tables.values() for name in declared.inputs)
        running: dict[Future[tuple[pl.DataFrame, float]], Table] = {}
        done = 0
        pool = ThreadPoolExecutor(threads, thread_name_prefix="table")
        try:
            while sorter.is_active():
                for name in sorter.get_ready():
                    running[pool.submit(_build_one, self.tables[name], sources, keep)] = self.tables[name]
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    declared = running.pop(future)
                    frame, seconds = future.result()
                    done += 1
                    report(TableBuilt(declared.name, frame.height, seconds, done, len(self.tables)))
                    sources[declared.name] = frame
                    _let_go(declared, sources, users, retained)
                    sorter.done(declared.name)
        finally:
            pool.shutdown(cancel_futures=True)
        return {name: cast("pl.DataFrame", sources[name]) for name in self.tables if name in retained}


def _let_go(declared: Table, available: dict[str, object], users: Counter[str], retained: Collection[str]) -> None:
    """Forget what nobody needs now that this table is built."""
    users.subtract(declared.inputs)
    for name in (*declared.inputs, declared.name):
        if not users[name] and name not in retained:
            available.pop(name, None)


def _build_one(
    declared: Table, available: Mapping[str, object], keep: Callable[[Table, pl.DataFrame], None]
) -> tuple[pl.DataFrame, float]:
    started = time.perf_counter()
    try:
        frame = declared.function(**{name: _loaded(available[name]) for name in declared.inputs})
    except pl.exceptions.PolarsError as error:
        raise BrokenTable(f"{declared.name}: {error}") from error
    declared.check(frame)
    keep(declared, frame)
    return frame, time.perf_counter() - started


def _loaded(source: object) -> object:
    return source.load() if isinstance(source, Deferred) else source


def _difference(found: Mapping[str, object], declared: Mapping[str, object]) -> str:
    parts = [f"missing {name}" for name in declared if name not in found]
    parts += [f"undeclared {name}" for name in found if name not in declared]
    parts += [f"{n}: {found[n]} instead of {t}" for n, t in declared.items() if n in found and found[n] != t]
    return "; ".join(parts) or "columns in another order than declared"
