"""Backups that are damaged, hostile, of other versions, or of nothing; and restoring where something stands."""

import hashlib
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from random import Random
from subprocess import CompletedProcess
from typing import Any
from unittest.mock import patch
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec
import pytest

from api.backup import main
from api.services.access_store import AccessStore
from api.services.backup_archive import Archive, BackupFailed, writing
from api.services.job_store_sqlite import SqliteJobStore
from snapshot.layout import DataDir
from snapshot.pins import holders, pin
from snapshot.reader import list_ids, load, published, published_id
from snapshot.restoring import publish_again
from tests.api.full_disk import filled, small_disk
from tests.api.server_process import environment
from tests.api.serving import publish_schedule
from tests.known_secrets import ADMIN_KEY

SNAPSHOT = "20261018T193012482913Z-3f6c2a9e"
TABLE = f"snapshots/{SNAPSHOT}/dim_schedule.csv"
MARCH = 1_772_000_000_123_456_789


def backup(data_dir: Path, *arguments: str | Path) -> CompletedProcess[str]:
    """The command, in this process: a new one for each of so many would take a minute."""
    told = environment(data_dir, 0, ADMIN_API_KEY=ADMIN_KEY)
    said, shown = StringIO(), StringIO()
    with patch.dict(os.environ, told, clear=True), redirect_stderr(said), redirect_stdout(shown):
        code = main([*map(str, arguments)])
    return CompletedProcess(arguments, code, shown.getvalue(), said.getvalue())


def refused(data_dir: Path, *arguments: str | Path) -> str:
    """What a command says that fails in one line."""
    ended = backup(data_dir, *arguments)
    assert ended.returncode == 1, ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""
    return ended.stderr.strip()


@pytest.fixture
def league(tmp_path: Path) -> Path:
    """A league with a game, a published snapshot, a journal and a file of keys."""
    layout = DataDir(tmp_path / "league")
    publish_schedule(layout.root, [18969], SNAPSHOT)
    game = layout.raw / "games" / "18969" / "Spiel äöü: 1.json"
    game.parent.mkdir(parents=True)
    game.write_text("{}", encoding="utf-8")
    os.utime(game, ns=(MARCH, MARCH))
    (layout.raw / ".upload-x.half").write_text("half of a file", encoding="utf-8")
    (layout.root / "models").mkdir()
    (layout.root / "models" / "current.json").write_text("{}", encoding="utf-8")
    (layout.cache).mkdir()
    (layout.cache / "game.arrow").write_bytes(b"made again")
    SqliteJobStore(layout.state / "jobs.sqlite3").close()
    AccessStore(layout.state).close()
    pin(layout, SNAPSHOT, "published")
    return layout.root


@pytest.fixture
def archive(league: Path, tmp_path: Path) -> Path:
    ended = backup(league, "create", tmp_path / "backup.zip")
    assert ended.returncode == 0, ended.stderr
    return tmp_path / "backup.zip"


def changed(archive: Path, change: Callable[[dict[str, Any], dict[str, bytes]], None]) -> Path:
    """The archive written anew, after its manifest and its files were changed."""
    with ZipFile(archive) as opened:
        content = {name: opened.read(name) for name in opened.namelist()}
    manifest = msgspec.json.decode(content.pop("backup.json"))
    change(manifest, content)
    target = archive.with_name("changed.zip")
    with ZipFile(target, "w", ZIP_DEFLATED) as opened:
        for name, data in {**content, "backup.json": msgspec.json.encode(manifest)}.items():
            opened.writestr(name, data)
    return target


class TestWhatIsInIt:
    def test_files_with_their_times_and_nothing_that_is_made_again(self, archive: Path, tmp_path: Path) -> None:
        restored = DataDir(tmp_path / "restored")
        assert backup(restored.root, "restore", archive).returncode == 0
        game = restored.raw / "games" / "18969" / "Spiel äöü: 1.json"
        assert (game.read_text(encoding="utf-8"), game.stat().st_mtime_ns) == ("{}", MARCH)
        assert published_id(restored) == SNAPSHOT
        assert restored.output.readlink() == Path("snapshots") / SNAPSHOT
        snapshot = published(restored)
        assert snapshot is not None
        snapshot.verify()
        assert holders(restored) == [(SNAPSHOT, "published")]
        assert (restored.root / "models" / "current.json").exists()
        assert not restored.cache.exists()
        assert [path.name for path in restored.raw.rglob("*.half")] == []

    def test_tables_that_two_snapshots_share_are_in_it_once(self, tmp_path: Path) -> None:
        layout, later = DataDir(tmp_path / "league"), "20261019T193012482913Z-3f6c2a9e"
        publish_schedule(layout.root, Random(1).sample(range(10**12), 50_000), SNAPSHOT)
        sizes = []
        for name in ("before.zip", "after.zip"):
            assert backup(layout.root, "create", tmp_path / name).returncode == 0
            sizes.append((tmp_path / name).stat().st_size)
            earlier = load(layout.snapshots / SNAPSHOT)
            publish_again(layout, earlier, snapshot_id=later, run_id="3f6c2a9f", created_at="2026-10-19T19:30:12Z")
            later = f"2027{later[4:]}"
        with ZipFile(tmp_path / "before.zip") as opened:
            manifest = opened.getinfo(f"snapshots/{SNAPSHOT}/manifest.json").compress_size
            assert opened.getinfo(TABLE).compress_size > 300_000
        assert sizes[1] - sizes[0] - manifest < 5_000  # the second snapshot takes its own manifest

        assert "is whole" in backup(layout.root, "verify", tmp_path / "after.zip").stderr
        restored = DataDir(tmp_path / "restored")
        assert backup(restored.root, "restore", tmp_path / "after.zip").returncode == 0
        assert published_id(restored) != SNAPSHOT
        tables = [load(restored.snapshots / name).path / "dim_schedule.csv" for name in list_ids(restored)]
        for name in list_ids(restored):
            load(restored.snapshots / name).verify()
        assert [path.stat().st_nlink for path in tables] == [2, 2]

    def test_one_of_the_version_before_that_is_restored(self, archive: Path, tmp_path: Path) -> None:
        older = changed(archive, lambda manifest, _: manifest.update(format=1))
        assert backup(tmp_path / "restored", "restore", older).returncode == 0
        assert published_id(DataDir(tmp_path / "restored")) == SNAPSHOT

    def test_secrets_in_logs_are_masked_and_keys_are_for_their_owner(self, league: Path, tmp_path: Path) -> None:
        log, restored = DataDir(league).logs / "job.log", DataDir(tmp_path / "restored")
        log.write_text(f"key {ADMIN_KEY} said\n", encoding="utf-8")
        assert backup(league, "create", tmp_path / "b.zip").returncode == 0
        log.unlink()  # its secret shall not be found after the test
        assert backup(restored.root, "restore", tmp_path / "b.zip").returncode == 0
        assert (restored.logs / "job.log").read_text(encoding="utf-8") == f"key {'*' * len(ADMIN_KEY)} said\n"
        assert (restored.state / "access.sqlite3").stat().st_mode & 0o777 == 0o600

    def test_links_out_of_raw_are_not_followed(self, league: Path, tmp_path: Path) -> None:
        (tmp_path / "private").write_text("not of the league", encoding="utf-8")
        (league / "raw" / "link.json").symlink_to(tmp_path / "private")
        assert backup(league, "create", tmp_path / "b.zip").returncode == 0
        with Archive(tmp_path / "b.zip") as opened:
            assert [entry.name for entry in opened.contents.part("raw")] == ["raw/games/18969/Spiel äöü: 1.json"]

    def test_a_folder_gets_a_file_named_by_the_time(self, league: Path, tmp_path: Path) -> None:
        (tmp_path / "backups").mkdir()
        assert backup(league, "create", tmp_path / "backups").returncode == 0
        (made,) = (tmp_path / "backups").iterdir()
        assert datetime.strptime(made.name, "benchsight-%Y%m%dT%H%M%SZ.zip").replace(tzinfo=UTC).year >= 2026

    def test_the_pin_of_a_backup_that_was_killed_goes_with_the_next_one(self, league: Path, tmp_path: Path) -> None:
        pin(DataDir(league), SNAPSHOT, "backup-999999999")
        assert backup(league, "create", tmp_path / "b.zip").returncode == 0
        assert holders(DataDir(league)) == [(SNAPSHOT, "published")]


class TestCreatingIsRefused:
    def test_where_there_is_no_league(self, tmp_path: Path) -> None:
        assert "BENCHSIGHT_DATA_DIR: there is no league" in refused(tmp_path / "typo", "create", tmp_path / "b.zip")
        assert list(tmp_path.iterdir()) == []

    def test_over_a_file_that_is_there(self, league: Path, tmp_path: Path) -> None:
        (tmp_path / "b.zip").write_text("older", encoding="utf-8")
        assert "is there already" in refused(league, "create", tmp_path / "b.zip")
        assert (tmp_path / "b.zip").read_text(encoding="utf-8") == "older"

    def test_within_the_data_directory(self, league: Path) -> None:
        assert "is in the data directory" in refused(league, "create", league / "raw" / "b.zip")

    def test_in_a_folder_that_is_not_there(self, league: Path, tmp_path: Path) -> None:
        assert "No such file" in refused(league, "create", tmp_path / "missing" / "b.zip")

    def test_of_a_damaged_journal(self, league: Path, tmp_path: Path) -> None:
        (league / "state" / "jobs.sqlite3").write_bytes(b"no database" * 100)
        assert "it is not a SQLite file" in refused(league, "create", tmp_path / "b.zip")
        assert [path.name for path in tmp_path.iterdir()] == ["league"]

    def test_on_a_full_disk_which_then_holds_nothing_of_it(self, league: Path, tmp_path: Path) -> None:
        (tmp_path / "disk").mkdir()
        with small_disk(tmp_path / "disk"), filled(tmp_path / "disk"):
            said = refused(league, "create", tmp_path / "disk" / "b.zip")
            assert "disk is full" in said or "no room" in said, said
            assert [path.name for path in (tmp_path / "disk").iterdir()] == ["filler"]

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a directory away")
    def test_as_root_where_the_data_is_somebody_elses(self, league: Path, tmp_path: Path) -> None:
        os.chown(league, 65534, 65534)
        assert "sudo -u 'nobody'" in refused(league, "create", tmp_path / "b.zip")


def cut_off(archive: Path) -> Path:
    data = archive.read_bytes()
    archive.write_bytes(data[: len(data) // 2])
    return archive


def bit_flipped(archive: Path) -> Path:
    data = bytearray(archive.read_bytes())
    with ZipFile(archive) as opened:
        info = opened.getinfo("state/jobs.sqlite3")
    data[info.header_offset + 100 + info.compress_size // 2] ^= 0x10
    archive.write_bytes(data)
    return archive


def text_instead(archive: Path) -> Path:
    archive.write_text("no archive", encoding="utf-8")
    return archive


def another_zip(archive: Path) -> Path:
    with ZipFile(archive, "w") as opened:
        opened.writestr("holiday.txt", "photos")
    return archive


def altered(archive: Path) -> Path:
    return changed(archive, lambda _, files: files.update({f"snapshots/{SNAPSHOT}/dim_schedule.csv": b"game_id\n1\n"}))


def one_missing(archive: Path) -> Path:
    return changed(archive, lambda _, files: files.pop(f"snapshots/{SNAPSHOT}/dim_schedule.csv"))


def newer(archive: Path) -> Path:
    return changed(archive, lambda manifest, _: manifest.update(format=3, software_version="9.1.0", wonders=[1]))


def sharing(name: str, same_as: str, **values: object) -> Callable[[Path], Path]:
    """With a file more that is said to be the same as another one."""

    def change(manifest: dict[str, Any], _: dict[str, bytes]) -> None:
        like = next((e for e in manifest["entries"] if e["name"] == same_as), manifest["entries"][0])
        manifest["entries"].append({**like, "name": name, "same_as": same_as, **values})

    return lambda archive: changed(archive, change)


def newer_database(archive: Path) -> Path:
    return changed(archive, lambda manifest, _: manifest.update(postgres=99, software_version="9.1.0"))


def newer_journal(archive: Path) -> Path:
    """As a later version would write it: right in itself."""

    def change(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
        path = archive.with_name("journal")
        path.write_bytes(files["state/jobs.sqlite3"])
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA user_version = 99")
            db.commit()
        put(manifest, files, "state/jobs.sqlite3", path.read_bytes())

    return changed(archive, change)


def named(name: str) -> Callable[[Path], Path]:
    """With one file more, right in itself, of this name."""
    return lambda archive: changed(archive, lambda manifest, files: put(manifest, files, name, b"evil"))


def put(manifest: dict[str, Any], files: dict[str, bytes], name: str, content: bytes) -> None:
    files[name] = content
    entries = [entry for entry in manifest["entries"] if entry["name"] != name]
    digest = hashlib.sha256(content).hexdigest()
    entries.append({"name": name, "bytes": len(content), "sha256": digest, "modified_ns": MARCH})
    manifest["entries"] = entries


def bomb(archive: Path) -> Path:
    """A file that is a thousand times what the manifest says."""
    return changed(archive, lambda _, files: files.update({"raw/games/18969/Spiel äöü: 1.json": bytes(50_000_000)}))


class TestRestoringIsRefused:
    @pytest.mark.parametrize(
        ("spoil", "said"),
        [
            (cut_off, "is no backup, or is not whole"),
            (text_instead, "is no backup, or is not whole"),
            (another_zip, "is no backup of BenchSight"),
            (bit_flipped, "is damaged: state/jobs.sqlite3"),
            (altered, "is damaged: snapshots/"),
            (one_missing, "its files are not those of its manifest"),
            (bomb, "is damaged: raw/"),
            (newer, "made by a newer version (9.1.0)"),
            (newer_database, "PostgreSQL 99"),
            (newer_journal, "newer version"),
            (sharing("snapshots/x/a.csv", "snapshots/x/missing.csv"), "the same as one that it is not"),
            (sharing("snapshots/x/a.csv", TABLE, sha256="0" * 64), "the same as one that it is not"),
            (sharing("state/jobs.sqlite3", TABLE), "its files are not those of its manifest"),
            (sharing("raw/a.csv", "state/access.sqlite3"), "the same as one that it is not"),
            (sharing("../evil", TABLE), "which no backup has"),
            *(
                (named(name), "which no backup has")
                for name in (
                    "../evil",
                    "raw/../../evil",
                    "/etc/evil",
                    "raw//evil",
                    "state/postgres.json",
                    "state/pins/../evil",
                    "output",
                    "evil",
                )
            ),
        ],
    )
    def test_and_nothing_is_changed(
        self, archive: Path, tmp_path: Path, spoil: Callable[[Path], Path], said: str
    ) -> None:
        spoiled = spoil(archive)
        before = sorted(path for path in tmp_path.rglob("*") if path.name != "target")
        assert said in refused(tmp_path / "target", "restore", spoiled)
        after = [path for path in tmp_path.rglob("*") if not path.is_relative_to(tmp_path / "target")]
        assert sorted(after) == before
        locks = {"server.lock", "etl.lock"}
        assert {path.name for path in (tmp_path / "target").rglob("*") if path.is_file()} <= locks

    def test_where_a_league_stands_unless_it_may_be_replaced_and_then_it_is_kept(
        self, archive: Path, tmp_path: Path
    ) -> None:
        target = DataDir(tmp_path / "target")
        publish_schedule(target.root, [1], "20270101T000000000000Z-aaaaaaaa")
        (target.raw / "mine.json").write_text("mine", encoding="utf-8")
        assert "`--replace`" in refused(target.root, "restore", archive)
        assert (target.raw / "mine.json").exists()

        ended = backup(target.root, "restore", archive, "--replace")
        assert ended.returncode == 0, ended.stderr
        assert published_id(target) == SNAPSHOT
        assert not (target.raw / "mine.json").exists()
        (kept,) = target.root.glob("replaced-*")
        assert str(kept) in ended.stderr
        assert (kept / "raw" / "mine.json").read_text(encoding="utf-8") == "mine"
        assert published_id(DataDir(kept)) == "20270101T000000000000Z-aaaaaaaa"

    def test_after_a_server_that_never_had_a_league_it_needs_no_permission(self, archive: Path, tmp_path: Path) -> None:
        DataDir(tmp_path / "target").create()
        ended = backup(tmp_path / "target", "restore", archive)
        assert (ended.returncode, list((tmp_path / "target").glob("replaced-*"))) == (0, []), ended.stderr


def test_a_file_that_shrinks_while_it_is_copied_is_said(tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="was cut"), writing(tmp_path / "b.zip", lambda *_: None) as opened:
        opened.add("raw/a.json", [b"123"], modified_ns=MARCH, size=4)
    assert list(tmp_path.iterdir()) == []
