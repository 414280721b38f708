"""Which warehouse the configuration opens."""

import os
import socket

import psycopg
import pytest

from snapshot.layout import DataDir
from tests.postgrest.server import SERVICE_KEY, PostgrestDouble
from warehouse.base import Backend
from warehouse.embedded import running_dsn
from warehouse.opening import Choice, open_warehouse
from warehouse.postgres import PostgresWarehouse


def test_the_embedded_server_is_joined_or_started_where_nothing_is_named(data_dir: DataDir, embedded_dsn: str) -> None:
    with open_warehouse(data_dir, Choice()) as opened:
        assert opened.dsn == embedded_dsn == running_dsn(data_dir)
        assert opened.warehouse.backend == Backend.EMBEDDED
        assert opened.warehouse.status().connected
        assert embedded_dsn not in repr(opened)


def test_a_database_wins_over_a_project(data_dir: DataDir, embedded_dsn: str) -> None:
    choice = Choice(db_url=embedded_dsn, supabase_url="https://x.supabase.co", supabase_key=SERVICE_KEY)
    with open_warehouse(data_dir, choice) as opened:
        assert opened.warehouse.backend == Backend.POSTGRES
        assert opened.warehouse.status().connected
    assert SERVICE_KEY not in repr(choice)


def test_a_project_needs_url_and_key(data_dir: DataDir, postgrest: PostgrestDouble) -> None:
    url = postgrest.url("postgres")
    assert Choice(supabase_url=url).backend == Backend.EMBEDDED
    with open_warehouse(data_dir, Choice(supabase_url=url, supabase_key=SERVICE_KEY)) as opened:
        assert opened.warehouse.backend == Backend.SUPABASE
        assert opened.warehouse.status().connected
        assert opened.dsn is None


def test_what_cannot_be_read_is_told_without_being_shown(data_dir: DataDir) -> None:
    for wrong in ("postgresql://user:hunter2@[host/x", "host='unfinished hunter2"):
        with (
            pytest.raises(ValueError, match="database URL cannot be read") as caught,
            open_warehouse(data_dir, Choice(db_url=wrong)),
        ):
            pass
        assert "hunter2" not in str(caught.value)


def test_a_server_that_is_not_there_is_a_status_not_an_error(data_dir: DataDir) -> None:
    choice = Choice(db_url="postgresql://u:hunter2@127.0.0.1:1/x?connect_timeout=2")
    with open_warehouse(data_dir, choice) as opened:
        status = opened.warehouse.status()
        assert (status.connected, status.latency_ms) == (False, None)
        assert status.problem == "The database does not answer."


def test_the_password_is_asked_for(embedded_dsn: str, data_dir: DataDir) -> None:
    wrong = psycopg.conninfo.make_conninfo(embedded_dsn, password="hunter2")  # noqa: S106 - not a secret
    with open_warehouse(data_dir, Choice(db_url=wrong)) as opened:
        status = opened.warehouse.status()
        assert not status.connected
        assert "hunter2" not in str(status)


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="Linux's")
def test_a_server_that_vanishes_without_a_word_is_given_up_after_a_minute(tcp_dsn: str) -> None:
    warehouse = PostgresWarehouse(f"{tcp_dsn}?keepalives_count=2")
    with warehouse._session() as connection, socket.socket(fileno=os.dup(connection.fileno())) as line:
        told = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT)
        assert [line.getsockopt(socket.IPPROTO_TCP, option) for option in told] == [30, 10, 2, 60_000]
    warehouse.close()
