"""No secret in a log, a traceback, a job's log or an answer."""

import io
import json
import logging
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.config import PROJECT_ROOT
from api.utils.log_lines import configure_logging
from api.utils.logger import logger
from api.utils.secret_mask import SecretMask
from tests.api.server_process import environment, server
from tests.api.serving import KEY
from tests.known_secrets import PASSWORD

OURS = "bsk_5f0d6c1e_9Jx2mQ7vT4bWc8KpLr3NdYf6HsZg1AeUoXiCtVnMqRk"
SIGNED = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJlLWJ5dGVz"
KNOWN = 'a "quoted"\\ secret of 31 letters'
SECRETS = {
    f"the key {OURS} was given": "the key bsk_5f0d6c1e_*** was given",
    f"got {SIGNED}.": "got ***.",
    "postgresql://postgres:hunter2@db.example:5432/x": "postgresql://postgres:***@db.example:5432/x",
    "Authorization: Bearer abcdefgh12345": "Authorization: Bearer ***",
    "bearer abcdefgh12345abcdefgh": "bearer ***",
    "connection failed: host=x password='hunter2' user=y": "connection failed: host=x password='***' user=y",
    '{"api_key": "abcdef"}': '{"api_key": "***"}',
    "apikey=sb_secret_abcdef123": "apikey=***",
    "key sb_secret_abcdef123": "key ***",
    f"it was {KNOWN}": "it was ***",
}
ORDINARY = [
    "token_type=bearer role=viewer",
    "GET /api/etl/status/3f6c2a9e0b7d4c58a1f2e3d4c5b6a798 200",
    "ADMIN_API_KEY: must be set when ENVIRONMENT is production",
    "https://league.example:8443/path?game_id=18969",
    "Built fact_shifts (12/27), primary key shift_id, key=shift_id",
    "the bearer of bad news",
]


@pytest.mark.parametrize(("text", "masked"), SECRETS.items(), ids=list(SECRETS.values()))
def test_a_secret_is_masked(text: str, masked: str) -> None:
    mask = SecretMask([KNOWN])
    assert mask(text) == masked
    assert len(mask.same_length(text)) == len(text)


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_stays(text: str) -> None:
    assert SecretMask([KNOWN, "x"])(text) == text


PIECES = st.sampled_from(
    [
        *SECRETS,
        *ORDINARY,
        "SECRET=",
        "Pa\u017f\u017fword: hunter2 ",
        "to\u212aen=abcdef",
        "BA\u017fIC " + "x" * 20,
        " ",
        "é",
        '"',
    ]
)


@given(st.lists(PIECES | st.text(max_size=8), max_size=6).map("".join))
def test_looking_for_signs_first_finds_whatever_the_shapes_find(text: str) -> None:
    mask = SecretMask([KNOWN])
    looked_at_in_full = mask("\u00e9" + text)[1:]  # outside of ASCII the whole search is always made
    if re.match(r"\w", text) is None:  # a letter before it would end a word boundary
        assert mask(text) == looked_at_in_full


@pytest.mark.parametrize("broken", [ValueError("closed"), OSError(28, "no space")], ids=["closed", "full"])
@pytest.mark.usefixtures("restored_logging")
def test_a_log_that_cannot_be_written_fails_nothing(broken: Exception) -> None:
    class Broken(io.StringIO):
        def write(self, _text: str) -> int:
            raise broken

    configure_logging("INFO", as_json=True, stream=Broken())
    logger.info("event")


@pytest.mark.parametrize("hostile", ["eyJ" * 100_000, "a://" * 100_000, "token" * 100_000, "password=" * 50_000])
def test_masking_takes_no_longer_for_hostile_text(hostile: str) -> None:
    started = time.process_time()
    SecretMask()(hostile)
    assert time.process_time() - started < 2


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.usefixtures("restored_logging")
def test_fields_tracebacks_and_lines_of_libraries_are_masked(*, as_json: bool) -> None:
    log = io.StringIO()
    configure_logging("INFO", as_json=as_json, stream=log, secrets=[KNOWN])
    logger.info("event", given=OURS, nested={"password": "hunter2", "list": [KNOWN]})
    logging.getLogger("library").warning("cannot reach postgresql://u:hunter2@h/x with %s", KNOWN)
    try:
        raise RuntimeError(f"wrong token {SIGNED}") from ValueError(KNOWN)  # noqa: TRY301 - its traceback is the point
    except RuntimeError:
        logger.exception("failed")
    said = log.getvalue()
    for secret in (OURS, "hunter2", KNOWN, json.dumps(KNOWN)[1:-1], SIGNED):
        assert secret not in said
    assert said.count("***") >= 6
    if as_json:
        assert json.loads(said.partition("\n")[0])["event"] == "event"


SCANNED = re.compile(
    rb"bsk_[0-9a-f]{8}_[\w-]{43}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}|hunter2|" + re.escape(KEY).encode()
)


def test_a_scanner_finds_nothing_in_what_a_run_leaves_behind(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    leaking = tmp_path / "raw" / "leaking_etl.py"  # of what people put in, which the last look of all leaves out
    leaking.parent.mkdir()
    leaking.write_text(f"print('connecting with password=hunter2, {PASSWORD} and {OURS}'); raise SystemExit(1)\n")
    changes = {"ENVIRONMENT": "production", "ADMIN_API_KEY": KEY, "ETL_SCRIPT": str(leaking)}
    changes["SUPABASE_DB_URL"] = f"postgresql://u:{PASSWORD}@127.0.0.1:1/x"
    answers: list[bytes] = []
    with server(data_dir, **changes) as started:
        admin = {"X-API-Key": KEY}

        def ask(method: str, path: str, **arguments: object) -> Any:
            answer = started.request(method, path, **{"headers": admin, **arguments})
            answers.append(answer.content + repr(answer.headers).encode())
            return answer.json()

        made = started.request("POST", "/api/auth/keys", headers=admin, json={"name": "x", "role": "viewer"}).json()
        token = started.request("POST", "/api/auth/token", json={"api_key": made["key"]}).json()["access_token"]
        ask("GET", "/api/auth/me", headers={"Authorization": f"Bearer {token}"})
        ask("GET", f"/api/etl/status/{made['key']}")
        ask("POST", "/api/etl/trigger", content=b'{"mode": "' + token.encode())
        job = ask("POST", "/api/etl/trigger", json={"mode": "full"})
        while ask("GET", f"/api/etl/status/{job['job_id']}?wait=10")["completed_at"] is None:
            pass
        for path in (
            f"/api/etl/logs/{job['job_id']}",
            "/api/etl/history",
            "/api/audit",
            "/api/auth/keys",
            "/api/status",
        ):
            ask("GET", path)
        log = (data_dir / "logs" / f"{job['job_id']}.log").read_text()
        assert re.fullmatch(r"connecting with password=\*{7}, \*+ and bsk_\w{8}_\*+\n", log), log
        _, _, said = started.stop()
    subprocess.run(
        (sys.executable, "-m", "api.keys", "list"), cwd=PROJECT_ROOT, env=environment(data_dir, 0), check=True
    )
    own = [answer.replace(made["key"].encode(), b"") for answer in answers[1:2]]  # the path that the caller sent
    for text in (said.encode(), answers[0], *own, *answers[2:]):
        assert SCANNED.findall(text) == []
    left = {p.name: SCANNED.findall(p.read_bytes()) for p in data_dir.rglob("*") if p.is_file()}
    assert {name: found for name, found in left.items() if found} == {}
