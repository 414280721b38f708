"""How the tables of a database differ from what a manifest declares, in sentences."""

from collections.abc import Iterable, Iterator

from snapshot.manifest import Table
from warehouse.base import Catalog, Difference, TableShape
from warehouse.errors import SchemaDrift
from warehouse.schema import functions_version, postgres_type


def differences(tables: Iterable[Table], catalog: Catalog) -> Iterator[Difference]:
    """Every difference, table by table; the load functions first."""
    if catalog.functions_version is None:
        yield Difference(table="", text="The load functions are not installed.", blocks_publishing=False)
    elif catalog.functions_version != functions_version():
        yield Difference(table="", text="The load functions are of another release.", blocks_publishing=False)
    for table in tables:
        shape = catalog.tables.get(table.name)
        if shape is None:
            yield Difference(table=table.name, text=f"{table.name} is missing.", blocks_publishing=True)
        else:
            yield from _in_table(table, shape)


def refuse_blocking(tables: Iterable[Table], catalog: Catalog) -> None:
    """Raise SchemaDrift with the differences that make publishing impossible."""
    blocking = [d for d in differences(tables, catalog) if d.blocks_publishing]
    if blocking:
        told = " ".join(d.text for d in blocking[:5]) + (" …" if len(blocking) > len(blocking[:5]) else "")
        raise SchemaDrift(
            f"{told} Generate the schema and run it on the database; what it leaves must be changed by hand.",
            table=blocking[0].table,
        )


def _in_table(table: Table, shape: TableShape) -> Iterator[Difference]:
    name = table.name
    if shape.is_view:
        yield Difference(table=name, text=f"{name} is a view, not a table.", blocks_publishing=True)
        return
    for column in table.columns:
        wanted, found = postgres_type(column), shape.columns.get(column.name)
        if found is None:
            text = f"{name} lacks the column {column.name} ({wanted})."
            yield Difference(table=name, text=text, blocks_publishing=True)
        elif found != wanted:
            text = (f'{name}.{column.name} is {found}, declared {wanted}: alter table "{name}" alter column '
                    f'"{column.name}" type {wanted} using "{column.name}"::{wanted};')  # fmt: skip
            yield Difference(table=name, text=text, blocks_publishing=True)
    if set(shape.key) != set(table.primary_key):
        has, should = ", ".join(shape.key) or "no primary key", ", ".join(table.primary_key)
        text = f"{name} has as its key {has}, declared {should}."
        yield Difference(table=name, text=text, blocks_publishing=True)
    for extra in sorted(set(shape.columns) - {column.name for column in table.columns}):
        text = f"{name} has a column {extra} that is not declared; it is left alone."
        yield Difference(table=name, text=text, blocks_publishing=False)
