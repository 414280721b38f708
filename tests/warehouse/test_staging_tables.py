"""The declarations of `formats.staging_tables` against the tables that `staging.sql` makes in a real database."""

from collections.abc import Iterator

import pytest

from formats.sheet_columns import STAGED_SHEETS
from formats.staging_tables import STAGING_TABLES, StagingTable
from tests.warehouse.servers import new_database
from warehouse.base import Catalog
from warehouse.postgres import PostgresWarehouse
from warehouse.schema import staging_script


@pytest.fixture(scope="module")
def catalog(embedded_dsn: str) -> Iterator[Catalog]:
    with new_database(embedded_dsn) as dsn:
        warehouse = PostgresWarehouse(dsn)
        warehouse.apply_schema(staging_script())
        yield warehouse.catalog()
        warehouse.close()


@pytest.mark.parametrize("table", STAGING_TABLES.values(), ids=STAGING_TABLES)
def test_a_table_has_the_key_the_columns_and_the_types_declared(catalog: Catalog, table: StagingTable) -> None:
    shape = catalog.tables[table.staging_name]
    assert shape.key == table.key
    assert set(shape.columns) == {*table.key, *table.columns}
    assert {c for c, kind in shape.columns.items() if kind == "integer"} == table.integers
    assert {kind for c, kind in shape.columns.items() if c not in table.integers} == {"text"}
    assert set(table.ranges) | set(table.aliases.values()) | set(table.follows) <= {*table.key, *table.columns}


def test_the_database_has_no_other_sheets(catalog: Catalog) -> None:
    of_sheets = {name for name in catalog.tables if name.startswith("stage_") and not name.endswith("_tracking")}
    assert of_sheets == {table.staging_name for table in STAGING_TABLES.values()}
    assert set(STAGED_SHEETS) <= set(STAGING_TABLES)
