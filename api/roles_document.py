"""The matrix of roles: docs/roles.md, written from the routes. `python -m api.roles_document` rewrites it."""

from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.routing import APIRoute

from api.config import PROJECT_ROOT, Settings
from api.main import create_app
from api.models.access import ROLE_MEANINGS, Role
from api.permissions import declared_role, routes_of

PATH: Final = PROJECT_ROOT / "docs" / "roles.md"
_HEAD: Final = """# Roles

Who may do what, written from the routes by `python -m api.roles_document`. Each role may do what those before it may:

{meanings}

Some requests ask for more than their route: `POST /api/upload/generate-schema` with `apply` needs an admin, and a
master workbook or a `league.toml` at `POST /api/raw/files` an operator. Without any role (nobody, or an account that no
admin gave one) only what `anyone` may do is possible.

| request | {roles} |
| --- | {rules} |
"""
_MAY: Final = "✓"


def roles_document(app: FastAPI) -> str:
    """The text of docs/roles.md."""
    meanings = "\n".join(f"- `{role}` {meaning}" for role, meaning in ROLE_MEANINGS.items())
    columns = ("anyone", *Role)
    head = _HEAD.format(meanings=meanings, roles=" | ".join(columns), rules=" | ".join(":-:" for _ in columns))
    return head + "".join(sorted(_rows(app), key=lambda row: row.split(" ")[2:]))


def _rows(app: FastAPI) -> list[str]:
    rows: list[str] = []
    for route in routes_of(app):
        needed = declared_role(route)
        may = [needed is None, *(needed is None or role.includes(needed) for role in Role)]
        marks = " | ".join(_MAY if yes else "" for yes in may)
        methods = sorted(route.methods or ()) if isinstance(route, APIRoute) else ["WS"]
        rows += [f"| `{method} {route.path}` | {marks} |\n" for method in methods]
    return rows


def main(path: Path = PATH) -> None:
    """Write the document."""
    path.write_text(roles_document(create_app(Settings(_env_file=None))), encoding="utf-8")


if __name__ == "__main__":
    main()
