"""The rules of the house that no linter knows: sizes, names and finished words."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = [p for p in ("api", "etl", "formats", "hockey", "snapshot", "warehouse", "ml") if (ROOT / p).is_dir()]
SOURCES = sorted(p for name in [*PACKAGES, "benchmarks"] for p in (ROOT / name).rglob("*.py"))
DECLARATIONS = {"etl/columns", "formats/canonical.py"}  # column declarations may be long
EMPTY_NAMES = {"utils", "helpers", "common", "misc", "info"}
UNFINISHED = re.compile(
    r"\b(TODO|FIXME|XXX|HACK|placeholder for|not implemented|NotImplementedError|for now)\b", re.IGNORECASE
)


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def is_declaration(path: Path) -> bool:
    return any(relative(path).startswith(prefix) for prefix in DECLARATIONS)


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_file_is_at_most_300_lines_and_a_function_40(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert is_declaration(path) or text.count("\n") <= 300
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno + 1 > 40
    ]
    assert long == []


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_no_word_says_that_something_is_unfinished(path: Path) -> None:
    assert UNFINISHED.findall(path.read_text(encoding="utf-8")) == []


def test_a_module_is_named_for_what_it_holds() -> None:
    settled = {"api/utils"}  # the one exception is a documented name
    named = {relative(p) for p in SOURCES if p.stem in EMPTY_NAMES} | {
        relative(p) for name in PACKAGES for p in (ROOT / name).rglob("*") if p.is_dir() and p.name in EMPTY_NAMES
    }
    assert named - settled == set()


def test_no_test_patches_our_own_packages() -> None:
    ours = re.compile(rf"""(patch\(|setattr\()\s*["'](?:{"|".join(PACKAGES)})\.""")
    patched = [relative(p) for p in (ROOT / "tests").rglob("*.py") if ours.search(p.read_text(encoding="utf-8"))]
    assert patched == []
