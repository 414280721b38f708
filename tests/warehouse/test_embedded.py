"""The embedded server's life: who owns it, what it leaves behind, and what it does after a crash."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from snapshot.layout import DataDir
from tests.reachable import reachable_folder
from warehouse.embedded import EmbeddedPostgres, running_dsn
from warehouse.embedded_place import ServiceUser, existing_home, find_place, unreachable_parent
from warehouse.errors import WarehouseUnavailable
from warehouse.postmaster import Postmaster

ROOT = Path(__file__).parents[2]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
OWNER = """
import sys, time
from pathlib import Path
from snapshot.layout import DataDir
from warehouse.embedded import EmbeddedPostgres
server = EmbeddedPostgres(DataDir(Path(sys.argv[1])))
server.start()
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def own_dir() -> Iterator[DataDir]:
    with reachable_folder() as folder:
        yield DataDir(folder)


def ask(dsn: str, statement: str = "select 1") -> object:
    with psycopg.connect(dsn, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall()[0][0] if cursor.description else None


def owner_process(data_dir: DataDir) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(data_dir.root)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def eventually(condition, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def servers_in(data_dir: DataDir) -> list[int]:
    home = str(existing_home(data_dir))
    return [p.pid for p in psutil.process_iter(["cmdline"]) if any(home in word for word in p.info["cmdline"] or [])]


def test_rows_stay_when_it_is_stopped_and_started(own_dir: DataDir) -> None:
    with EmbeddedPostgres(own_dir) as server:
        ask(server.dsn, "create table kept (a int)")
        assert server.is_owner
        assert running_dsn(own_dir) == server.dsn
    assert servers_in(own_dir) == []
    assert running_dsn(own_dir) is None
    with pytest.raises(WarehouseUnavailable, match="not running"):
        _ = server.dsn
    with EmbeddedPostgres(own_dir) as again:
        assert ask(again.dsn, "select count(*) from kept") == 0
        assert again.start() == again.dsn


def test_secrets_and_sockets_are_closed_to_others(own_dir: DataDir) -> None:
    with EmbeddedPostgres(own_dir) as server:
        settings = conninfo_to_dict(server.dsn)
        assert stat.S_IMODE((own_dir.state / "postgres.password").stat().st_mode) == 0o600
        assert stat.S_IMODE(Path(settings["host"]).stat().st_mode) == 0o700
        assert stat.S_IMODE(find_place(own_dir).data.stat().st_mode) == 0o700
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(server.dsn, password="wrong")  # noqa: S106 - not a secret
        assert ask(server.dsn, "show listen_addresses") == ""
    assert str(settings["password"]) not in find_place(own_dir).log.read_text()


def test_a_second_process_joins_and_does_not_stop_it(own_dir: DataDir) -> None:
    with EmbeddedPostgres(own_dir) as owner:
        with EmbeddedPostgres(own_dir) as guest:
            assert guest.dsn == owner.dsn
            assert not guest.is_owner
        assert ask(owner.dsn) == 1


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=["kill", "term"])
def test_it_does_not_outlive_its_owner(own_dir: DataDir, how: signal.Signals) -> None:
    process = owner_process(own_dir)
    assert len(servers_in(own_dir)) > 1
    process.send_signal(how)
    process.wait(10)
    assert eventually(lambda: servers_in(own_dir) == [])
    process.stdout.close()
    with EmbeddedPostgres(own_dir) as server:
        assert ask(server.dsn) == 1


def test_a_server_whose_owner_and_leash_are_killed_is_stopped_and_replaced(own_dir: DataDir) -> None:
    process = owner_process(own_dir)
    leash = psutil.Process(process.pid).children()[0]
    left = Postmaster.of(find_place(own_dir).data).pid
    leash.kill()
    process.kill()
    process.wait(10)
    process.stdout.close()
    with EmbeddedPostgres(own_dir) as server:
        assert ask(server.dsn) == 1
        assert Postmaster.of(find_place(own_dir).data).pid != left
        assert not psutil.pid_exists(left) or psutil.Process(left).status() == psutil.STATUS_ZOMBIE


def test_after_a_killed_server_the_next_start_recovers(own_dir: DataDir) -> None:
    with EmbeddedPostgres(own_dir) as server:
        ask(server.dsn, "create table kept (a int)")
        os.kill(Postmaster.of(find_place(own_dir).data).pid, signal.SIGKILL)
    assert (find_place(own_dir).data / "postmaster.pid").exists()
    with EmbeddedPostgres(own_dir) as again:
        assert ask(again.dsn, "select count(*) from kept") == 0


def test_a_stale_pid_file_that_names_a_stranger_is_not_believed(own_dir: DataDir) -> None:
    with EmbeddedPostgres(own_dir):
        written = (find_place(own_dir).data / "postmaster.pid").read_text()
    lines = written.splitlines()
    lines[0] = str(os.getpid())  # a pid used again: this test's own
    (find_place(own_dir).data / "postmaster.pid").write_text("\n".join(lines) + "\n")
    assert running_dsn(own_dir) is None
    with EmbeddedPostgres(own_dir) as server:
        assert ask(server.dsn) == 1
    assert psutil.pid_exists(os.getpid())


def test_a_long_path_gets_a_short_socket(own_dir: DataDir) -> None:
    deep = DataDir(own_dir.root / ("league-" + "x" * 60) / ("season-" + "y" * 60))
    with EmbeddedPostgres(deep) as server:
        host = Path(conninfo_to_dict(server.dsn)["host"])
        assert stat.S_IMODE(host.stat().st_mode) == 0o700
        assert ask(server.dsn) == 1
    assert not host.exists()


def test_a_lost_password_is_replaced(own_dir: DataDir) -> None:
    with EmbeddedPostgres(own_dir) as server:
        ask(server.dsn, "create table kept (a int)")
        before = server.dsn
    (own_dir.state / "postgres.password").unlink()
    with EmbeddedPostgres(own_dir) as again:
        assert again.dsn != before
        assert ask(again.dsn, "select count(*) from kept") == 0


def test_a_cluster_of_another_version_is_left_alone(own_dir: DataDir) -> None:
    with EmbeddedPostgres(own_dir):
        pass
    (find_place(own_dir).data / "PG_VERSION").write_text("17\n")
    with pytest.raises(WarehouseUnavailable, match="made by PostgreSQL 17; the installed one is 18"):
        EmbeddedPostgres(own_dir).start()


def test_a_broken_cluster_ends_with_one_clear_sentence(own_dir: DataDir) -> None:
    with EmbeddedPostgres(own_dir):
        pass
    (find_place(own_dir).data / "global" / "pg_control").unlink()
    with pytest.raises(WarehouseUnavailable, match=r"does not start; .*postgres.log says why"):
        EmbeddedPostgres(own_dir).start()
    assert servers_in(own_dir) == []


@needs_root
def test_as_root_it_runs_as_a_service_user_and_loosens_nothing(own_dir: DataDir) -> None:
    parents = [own_dir.root, *own_dir.root.parents]
    modes = [p.stat().st_mode for p in parents]
    with EmbeddedPostgres(own_dir) as server:
        assert find_place(own_dir).home == own_dir.state.resolve() / "postgres"
        owner = psutil.Process(Postmaster.of(find_place(own_dir).data).pid).uids().effective
        assert owner == find_place(own_dir).home.stat().st_uid != 0
        assert ask(server.dsn) == 1
    assert [p.stat().st_mode for p in parents] == modes


@needs_root
def test_as_root_a_closed_data_directory_stays_closed(own_dir: DataDir) -> None:
    own_dir.root.chmod(0o700)
    with EmbeddedPostgres(own_dir) as server:
        home = existing_home(own_dir)
        assert home is not None
        assert home.parent == Path("/var/lib/benchsight")
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert ask(server.dsn) == 1
    assert stat.S_IMODE(own_dir.root.stat().st_mode) == 0o700
    shutil.rmtree(home)


@needs_root
def test_as_root_it_refuses_when_a_parent_is_closed_later(own_dir: DataDir) -> None:
    with EmbeddedPostgres(own_dir):
        pass
    own_dir.root.chmod(0o700)
    with pytest.raises(WarehouseUnavailable, match=r"may not enter .*permissions stay as they are"):
        EmbeddedPostgres(own_dir).start()
    assert stat.S_IMODE(own_dir.root.stat().st_mode) == 0o700


def test_the_first_closed_directory_is_named(own_dir: DataDir) -> None:
    stranger = ServiceUser("nobody", 65534, 65534)
    inner = own_dir.root / "a" / "b"
    inner.mkdir(parents=True)
    (own_dir.root / "a").chmod(0o750)
    assert unreachable_parent(inner / "c", stranger) == own_dir.root / "a"
    (own_dir.root / "a").chmod(0o711)
    assert unreachable_parent(inner / "c", stranger) is None
