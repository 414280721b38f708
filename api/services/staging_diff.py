"""What an upload would change in what is staged."""

from collections.abc import Mapping, Sequence
from typing import Final

from api.models.staging import Cell, RowChange, TableDiff
from api.services.league_rows import Key
from api.services.staging_rows import Prepared, Row
from formats import cells
from formats.staging_tables import StagingTable

_SHOWN: Final = 100


def plain_cell(value: object) -> str | int | None:
    """A value as answers show it."""
    return value if isinstance(value, int) and not isinstance(value, bool) else cells.text(value)


def table_diff(
    table: StagingTable, prepared: Prepared, staged: Mapping[Key, Row], *, replace: bool, notes: Sequence[str]
) -> TableDiff:
    """What the rows would change in what is staged by key; `notes` come before the rows' own warnings."""
    new = {tuple(row[c] for c in table.key): row for row in prepared.rows}
    added = [named_key(table, key) for key in new if key not in staged]
    removed = [named_key(table, key) for key in staged if key not in new] if replace else []
    changed = []
    for key, row in new.items():
        if key in staged:
            before = staged[key]
            after = dict.fromkeys(before) | row if replace else before | row
            columns = {c: (before[c], after[c]) for c in after if before.get(c) != after[c]}
            if columns:
                changed.append(RowChange(key=named_key(table, key), columns=columns))
    return TableDiff(
        table_name=table.name,
        staging_table=table.staging_name,
        rows=len(new),
        added_count=len(added),
        changed_count=len(changed),
        removed_count=len(removed),
        added=added[:_SHOWN],
        changed=changed[:_SHOWN],
        removed=removed[:_SHOWN],
        warnings=[*notes, *prepared.warnings],
    )


def named_key(table: StagingTable, key: Key) -> dict[str, Cell]:
    """A key by the names of its columns."""
    return {column: plain_cell(value) for column, value in zip(table.key, key, strict=True)}
