"""Every table of a league: the league's own records, then the games in batches, then what is made from all games.

A batch is built in whichever process is free and remembered as a part, so that memory is bounded by the batch and a run
after one changed game builds one part anew. The result does not depend on how the games are divided.
"""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Final, Protocol

import polars as pl

from etl.extraction_pool import ALONE, Workers
from etl.extraction_reading import HEAVY, StoredGames
from etl.part_building import PartTask, build_known_part, build_part, forget_parts, part_key, part_path
from etl.part_file import Part
from etl.partition import GAMES_TOGETHER, Partition, batches, of_games, partition
from etl.registry import BrokenTable, Deferred, Registry, Table, TableBuilt

_WRITERS: Final = 2
_THREADS_ALONE: Final = 2


HandedOn = dict[str, tuple[str, ...] | None]


class Writer(Protocol):
    """Takes the tables that are ready; called from several threads."""

    def write(self, declared: Table, frame: pl.DataFrame) -> None:
        """A table in one piece."""

    def write_parts(self, declared: Table, parts: Sequence[Part]) -> None:
        """A table in the parts that it was made in."""


@dataclass(slots=True, kw_only=True)
class LeagueBuild:
    """One build of all tables.

    Args:
        registry: all tables, checks among them.
        sources: the canonical frames but the heavy ones, and whatever else tables read. Used up.
        stored: the games whose heavy frames are needed, as they lie in the cache.
        people: who is named in each game: game_id, player_id.
        code: a hash of the code; parts that other code made are not used.
        folder: where parts are remembered.
        writer: where published tables go; None builds without writing.
        report: is told each table that is ready.
        on_batches: is told batches done and batches in all.
        together: games in a batch, on average.
        workers: who builds batches when there are several.
    """

    registry: Registry
    sources: dict[str, object]
    stored: StoredGames
    people: pl.DataFrame
    code: str
    folder: Path
    writer: Writer | None
    report: Callable[[TableBuilt], None]
    on_batches: Callable[[int, int], None] = lambda _done, _all: None
    together: int = GAMES_TOGETHER
    workers: Workers = ALONE
    _done: int = field(default=0, init=False)

    def build(self, retain: Collection[str]) -> dict[str, pl.DataFrame]:
        """Build, check and write every table; returns those to `retain`.

        Raises:
            InvalidRegistry: the declarations do not fit together; nothing was read.
            BrokenTable: a table is not what it declared, or its function failed.
            LostFrames: a game's frames were removed while the run was using them.
        """
        plan = partition(self.registry)
        self.registry.sorter([*self.sources, *HEAVY])
        wanted = {name for t in (*plan.of_games.tables.values(), *plan.late.tables.values()) for name in t.inputs}
        early = plan.early.build(dict(self.sources), self._report, self._keep, wanted | set(retain))
        self.sources |= early
        whole = {t.name: None for t in plan.of_games.tables.values() if _is_kept(t, retain)}
        handed_on: HandedOn = {**plan.handed_on, **whole}
        parts = self._parts(plan, handed_on)
        for declared in plan.of_games.tables.values():
            _demand_unique(declared, parts)
        self._write_parts(plan.of_games, parts)
        kept = {name: _joined(parts, name) for name in plan.of_games.tables if name in retain}
        self._hand_on(plan, parts)
        late = plan.late.build(self.sources, self._report, self._keep, retain)
        return {name: frame for name, frame in (early | kept | late).items() if name in retain}

    def _parts(self, plan: Partition, handed_on: HandedOn) -> list[Part]:
        """The parts of all batches, in the order of games; what is not remembered is built."""
        if not plan.of_games.tables:
            return []
        tasks = self._tasks(plan, handed_on)
        found = {task.path: part for task in tasks if (part := Part.found(task.path)) is not None}
        missing = [task for task in tasks if task.path not in found]
        if len(tasks) == 1 and missing:
            found[tasks[0].path] = build_part(plan.of_games, missing[0], self._report).part
        else:
            self._build_missing(plan, missing, found)
        forget_parts(self.folder, found)
        return [found[task.path] for task in tasks]

    def _tasks(self, plan: Partition, handed_on: HandedOn) -> list[PartTask]:
        tasks = []
        needed = {name: self.sources[name] for name in plan.needed_by_games}
        for games in batches(list(self.stored.keys), self.together):
            seen, stored = of_games(needed, games, self.people), self.stored.of(games)
            path = part_path(self.folder, part_key(self.code, stored, seen, handed_on))
            tasks.append(PartTask(path, stored, seen, handed_on, _THREADS_ALONE if self.workers is ALONE else 1))
        return tasks

    def _build_missing(self, plan: Partition, tasks: list[PartTask], found: dict[Path, Part]) -> None:
        seconds: dict[str, float] = dict.fromkeys(plan.of_games.tables, 0.0)
        build = partial(build_part, plan.of_games) if self.workers is ALONE else build_known_part
        longest_first = sorted(tasks, key=lambda task: len(task.stored.keys), reverse=True)
        for done, (position, built) in enumerate(self.workers.run(build, longest_first), 1):
            found[longest_first[position].path] = built.part
            for name, taken in built.seconds.items():
                seconds[name] += taken
            self.on_batches(done, len(tasks))
        for name in plan.of_games.tables:
            rows = sum(part.tables[name].rows for part in found.values())
            self._report(TableBuilt(name, rows, seconds[name], 0, 0))

    def _write_parts(self, registry: Registry, parts: Sequence[Part]) -> None:
        writer = self.writer
        if writer is None:
            return
        with ThreadPoolExecutor(_WRITERS, thread_name_prefix="writer") as pool:
            for done in [pool.submit(writer.write_parts, declared, parts) for declared in registry.published]:
                done.result()

    def _hand_on(self, plan: Partition, parts: Sequence[Part]) -> None:
        """Make ready for the late tables what they read of the games, to be loaded when it is needed."""
        for name in plan.handed_on:
            self.sources[name] = Deferred(partial(_joined, parts, name))
        for name in HEAVY:
            self.sources[name] = Deferred(partial(self._heavy, name))

    def _heavy(self, name: str) -> pl.DataFrame:
        return self.stored.heavy(self.stored.keys, (name,))[name]

    def _report(self, built: TableBuilt) -> None:
        self._done += 1
        self.report(TableBuilt(built.name, built.rows, built.seconds, self._done, len(self.registry.tables)))

    def _keep(self, declared: Table, frame: pl.DataFrame) -> None:
        if self.writer is not None and declared.is_published:
            self.writer.write(declared, frame)


def _is_kept(declared: Table, retain: Collection[str]) -> bool:
    """Whether the rows are wanted at the end, or an intermediate's keys may have to be compared."""
    return declared.name in retain or (
        not declared.is_published and bool(declared.key) and "game_id" not in declared.key
    )


def _joined(parts: Sequence[Part], name: str) -> pl.DataFrame:
    return pl.concat([part.frame(name) for part in parts], how="vertical_relaxed")


def _demand_unique(declared: Table, parts: Sequence[Part]) -> None:
    """The key repeats in no two parts; within a part it was checked.

    Games whose keys lie apart, as they do where a key begins with the game, cannot share one. Others are compared.
    """
    ranges = sorted(keys for part in parts for keys in part.tables[declared.name].keys)
    if len(parts) == 1 or all(before[1] < after[0] for before, after in pairwise(ranges)):
        return
    keys = pl.concat(_keys(declared, part) for part in parts)
    repeated = keys.filter(keys.is_duplicated())
    if repeated.height:
        raise BrokenTable(f"{declared.name}: the key {', '.join(declared.key)} repeats, for example {repeated.row(0)}")


def _keys(declared: Table, part: Part) -> pl.DataFrame:
    """The keys of a part, as text."""
    rows, key = part.tables[declared.name], list(declared.key)
    if rows.csv is None and rows.frame is not None:
        return part.frame(declared.name).select(pl.col(key).cast(pl.String))
    if not rows.rows:
        return pl.DataFrame(schema=dict.fromkeys(key, pl.String))
    names = [column.name for column in declared.columns]
    text = BytesIO(b"".join(part.csv(declared.name)))
    return pl.read_csv(text, has_header=False, new_columns=names, infer_schema=False).select(key)
