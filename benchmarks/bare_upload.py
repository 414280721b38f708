"""The baselines of the warehouse benchmark: what anyone would write who wants the rows in the database and no more."""

from typing import Any, Final

import httpx
import psycopg
from psycopg import sql
from supabase import ClientOptions, create_client

from snapshot.reader import Snapshot
from warehouse.naming import parents_first
from warehouse.rest_rows import typed_rows
from warehouse.schema import column_definition

_CHUNK_ROWS: Final = 1000


def copy_and_upsert(dsn: str, snapshot: Snapshot) -> None:
    """Each table by COPY into a temporary one and one upsert from there, all in one transaction."""
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor:
        for table in parents_first(snapshot.manifest, [t.name for t in snapshot.manifest.tables]):
            names = [sql.Identifier(column.name) for column in table.columns]
            parts = {
                "loaded": sql.Identifier(f"loaded_{table.name}"[:63]),
                "target": sql.Identifier("public", table.name),
                "definitions": sql.SQL(", ").join(map(column_definition, table.columns)),
                "columns": sql.SQL(", ").join(names),
                "key": sql.SQL(", ").join(map(sql.Identifier, table.primary_key)),
                "sets": sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(name) for name in names),
            }
            cursor.execute(sql.SQL("create temporary table {loaded} ({definitions}) on commit drop").format(**parts))
            copy_sql = sql.SQL("copy {loaded} ({columns}) from stdin (format csv, header true)").format(**parts)
            with cursor.copy(copy_sql) as copy:
                copy.write(snapshot.file_of(table.name).read_bytes())
            cursor.execute(
                sql.SQL(
                    "insert into {target} ({columns}) select {columns} from {loaded} "
                    "on conflict ({key}) do update set {sets}"
                ).format(**parts)
            )


def upsert_in_a_loop(url: str, key: str, snapshot: Snapshot) -> None:
    """Each table by supabase-py as its documentation shows it: upserts of a thousand rows, one after another."""
    with httpx.Client(http2=False) as session:
        client = create_client(url, key, ClientOptions(httpx_client=session))
        for table in parents_first(snapshot.manifest, [t.name for t in snapshot.manifest.tables]):
            for part in typed_rows(snapshot, table).iter_slices(_CHUNK_ROWS):
                rows: list[dict[str, Any]] = part.to_dicts()
                client.table(table.name).upsert(rows).execute()
