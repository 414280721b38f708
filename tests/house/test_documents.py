"""What the documents promise is there: endpoints, settings, options, files, targets."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from configparser import ConfigParser
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from api.config import Settings
from api.error_handlers import ErrorBody
from api.main import create_app
from api.models.live import HeartbeatMessage, JobMessage, LogMessage, SnapshotMessage
from api.permissions import routes_of
from api.roles_document import PATH, roles_document
from hockey.league import LeagueRules
from tests.portal.test_pages import PICTURED

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_endpoint_has_a_curl_line(tmp_path: Path) -> None:
    app = create_app(Settings(BENCHSIGHT_DATA_DIR=tmp_path))
    described = re.sub(r"\$[A-Z_]+", "{}", README)
    missing = [
        f"{method} {route.path}"
        for route in routes_of(app)
        if isinstance(route, APIRoute) and route.include_in_schema
        for method in route.methods or ()
        if not re.search(rf"curl.*{re.escape(re.sub(r'{[a-z_]+}', '{}', route.path))}(?![a-z/{{-])", described)
    ]
    assert missing == []


def test_the_matrix_of_roles_is_as_the_routes_declare() -> None:
    assert roles_document(create_app(Settings(_env_file=None))) == PATH.read_text(encoding="utf-8")


def test_the_messages_of_sockets_are_described_as_they_are() -> None:
    text = (ROOT / "docs" / "live.md").read_text(encoding="utf-8")
    block = re.search(r"```json\n(.*?)```", text, re.DOTALL)
    assert block is not None
    shown = {message["type"]: message.keys() for message in map(json.loads, block[1].splitlines())}
    models = (SnapshotMessage, JobMessage, LogMessage, HeartbeatMessage)
    told = {model.model_fields["type"].default: model.model_fields.keys() for model in models}
    assert shown == told | {"error": ErrorBody.model_fields.keys() | {"type"}}


def test_every_setting_is_described() -> None:
    names = [str(field.alias or name).upper() for name, field in Settings.model_fields.items()]
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert [name for name in names if name not in example] == []
    table = README.split("## Configuration")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    assert {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row.split("|")[1])} <= set(names)


def test_the_example_of_league_toml_is_the_defaults() -> None:
    block = re.search(r"```toml\n(.*?)```", README, re.DOTALL)
    assert block is not None
    rules = LeagueRules.from_mapping(tomllib.loads(block[1]))
    assert LeagueRules.from_mapping(tomllib.loads(block[1]) | {"name": LeagueRules().name}) == LeagueRules()
    assert rules.name == "Tuesday Night Hockey"


def test_every_option_of_the_etl_is_in_its_help() -> None:
    shown = subprocess.run(
        [sys.executable, "run_etl.py", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    options = "--games --exclude-games --incremental --wipe --validate --list-games --json --status --source --data-dir"
    assert [option for option in options.split() if option not in shown.stdout] == []


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`?make ([a-z]+)(?![a-z]*3)", README)) - {"and"}))
def test_every_make_target_named_exists(target: str) -> None:
    assert re.search(rf"^{target}: ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(
    "document", sorted(p.relative_to(ROOT).as_posix() for p in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
)
def test_no_link_leads_nowhere(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text) if "://" not in link]
    assert [link for link in links if not ((ROOT / document).parent / link).exists()] == []


def test_the_pictures_of_the_portal_are_those_that_its_tests_draw_and_the_readme_shows() -> None:
    kept = {path.name for path in (ROOT / "docs" / "portal").glob("*.png")}
    assert set(re.findall(r"docs/portal/([\w-]+\.png)", README)) == kept
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "portal").glob("test_*.py"))
    drawn = set(re.findall(r'screenshots / "([\w-]+\.png)"', tests))
    drawn |= {f"{name}.png" for name in PICTURED} | {"home-phone-dark.png", "game-phone-dark.png"}
    assert drawn == kept


def test_deployments_check_health_and_keep_the_data() -> None:
    railway = json.loads((ROOT / "railway.json").read_text(encoding="utf-8"))["deploy"]
    assert railway["healthcheckPath"] == "/api/health"
    assert f"BENCHSIGHT_DATA_DIR={railway['requiredMountPath']}" in railway["startCommand"]
    render = (ROOT / "render.yaml").read_text(encoding="utf-8")
    assert "healthCheckPath: /api/health" in render
    assert "mountPath: /data" in render
    assert (ROOT / "Procfile").read_text(encoding="utf-8") == "web: HOST=0.0.0.0 python -m api.main\n"


def test_the_unit_for_systemd_is_one_that_it_takes(tmp_path: Path) -> None:
    block = re.search(r"```ini\n(.*?)```", (ROOT / "docs" / "operations.md").read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    here = block[1].replace("/opt/benchsight/.venv/bin/python", sys.executable).replace("/opt/benchsight", str(ROOT))
    unit = tmp_path / "benchsight.service"
    unit.write_text(here.replace("User=benchsight", "User=root"), encoding="utf-8")
    parsed = ConfigParser(strict=False, interpolation=None)
    parsed.optionxform = str  # type: ignore[method-assign,assignment] # its documented way to keep capitals
    parsed.read_string(here)
    assert parsed["Service"]["ExecStart"] == f"{sys.executable} -m api.main"
    if (verify := shutil.which("systemd-analyze")) is not None:
        done = subprocess.run([verify, "verify", str(unit)], capture_output=True, text=True, check=False)
        assert [line for line in done.stderr.splitlines() if "benchsight.service" in line] == []


def test_commands_of_operations_are_there() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    for module, command in set(re.findall(r"-m (api\.\w+) ([a-z]+)", text)):
        shown = subprocess.run(
            [sys.executable, "-m", module, command, "--help"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert shown.returncode == 0, f"{module} {command}: {shown.stderr}"
    headings = {
        re.sub(r"[^a-z -]", "", name.lower()).replace(" ", "-") for name in re.findall(r"^## (.*)$", text, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([a-z-]+)\)", text)) <= headings


def test_every_requirement_is_pinned() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = [line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if re.match(r"[a-z]", line)]
        assert [line for line in lines if "==" not in line] == []
    assert (ROOT / "api" / "requirements.txt").read_text(encoding="utf-8") == "-r ../requirements.txt\n"
