"""What a child has printed, on the disk: no secret stays there, and nothing moves."""

from pathlib import Path

import pytest

from api.models.job import JobKind, Lane
from api.services.child_environment import secrets_in
from api.services.log_masking import PIECE_BYTES, mask_file
from tests.api.services.job_parts import build, script, started, wait_until, wish
from tests.known_secrets import PASSWORD

KEY = "bsk_5f0d6c1e_" + "k" * 43


@pytest.mark.parametrize(
    "before", [0, 1, PIECE_BYTES - 20, PIECE_BYTES, PIECE_BYTES + 1], ids=lambda size: f"after {size} bytes"
)
def test_a_secret_becomes_stars_wherever_it_stands(tmp_path: Path, before: int) -> None:
    log = tmp_path / "1.log"
    around = b"\xff" * before
    log.write_bytes(around + f" {KEY} and {PASSWORD}\n".encode() + around)
    mask_file(log, [PASSWORD])
    stars = f" bsk_5f0d6c1e_{'*' * 43} and {'*' * len(PASSWORD)}\n".encode()
    assert log.read_bytes() == around + stars + around
    mask_file(log, [PASSWORD])
    assert log.read_bytes() == around + stars + around


def test_a_log_without_a_secret_is_not_written(tmp_path: Path) -> None:
    log = tmp_path / "1.log"
    log.write_text("Reading games\n")
    stamp = log.stat().st_mtime_ns
    mask_file(log)
    assert (log.stat().st_mtime_ns, log.read_text()) == (stamp, "Reading games\n")


def test_a_log_that_is_not_there_or_cannot_be_read_is_no_failure(tmp_path: Path) -> None:
    mask_file(tmp_path / "none.log")
    mask_file(tmp_path)


@pytest.mark.parametrize(
    "environment",
    [
        {"SUPABASE_SERVICE_KEY": PASSWORD},
        {"SUPABASE_DB_URL": f"postgresql://u:{PASSWORD}@h/x"},
        {"SUPABASE_DB_URL": f"host=/tmp port=5432 user=u password={PASSWORD} dbname=x"},
    ],
    ids=["key", "URL", "words"],
)
def test_what_a_child_was_given_is_known(environment: dict[str, str]) -> None:
    assert PASSWORD in secrets_in(environment)
    assert secrets_in({"PATH": "/bin", "SUPABASE_DB_URL": "postgresql://[h"}) == []


def test_the_log_of_a_child_is_masked_when_it_has_ended(tmp_path: Path) -> None:
    with started(build(tmp_path, {JobKind.ETL: script(f"print('with {KEY}')")})) as manager:
        job_id = manager.create_job(wish())
        wait_until(lambda: manager.get_job(job_id).finished)
        assert manager.log_path(job_id).read_text() == f"with bsk_5f0d6c1e_{'*' * 43}\n"


def test_the_log_of_a_job_that_a_crash_has_interrupted_is_masked_at_the_start(tmp_path: Path) -> None:
    crashed = build(tmp_path)
    job_id = crashed.create_job(wish())
    context = crashed.claim_next(Lane.ETL)
    assert context is not None
    context.log_path.write_text(KEY)
    crashed._store.close()
    again = build(tmp_path)
    assert [job.job_id for job in again.recover()] == [job_id]
    assert again.log_path(job_id).read_text() == f"bsk_5f0d6c1e_{'*' * 43}"
    again.stop()
