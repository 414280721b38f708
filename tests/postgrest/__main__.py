"""`python -m tests.postgrest DSN`: the double as a process of its own, until stdin ends. Prints address and key."""

import sys
from importlib.resources import files

import psycopg

from tests.postgrest.server import SERVICE_KEY, PostgrestDouble

with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    connection.execute((files("warehouse") / "sql" / "roles.sql").read_bytes())
with PostgrestDouble(sys.argv[1]) as double:
    print(double.origin, SERVICE_KEY, flush=True)  # noqa: T201 - for whoever started it
    sys.stdin.read()
