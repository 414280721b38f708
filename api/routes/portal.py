"""The portal's files: static, public, and the same for everybody."""

import re
from os import PathLike, stat_result
from pathlib import Path
from typing import Final

from fastapi.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.permissions import Anyone, PublicFiles, role_router

portal_router = role_router("", "Service")

_FILES: Final = Path(__file__).resolve().parents[1] / "portal"
_ADDRESS: Final = re.compile(r'<meta name="benchsight-api" content="([^"]*)"')


@portal_router.get("/", include_in_schema=False)
async def home(caller: Anyone) -> RedirectResponse:
    """The portal."""
    return RedirectResponse("/portal/")


class _AskedAgain(StaticFiles):
    """Files that a browser keeps and asks about, so that a new version of the server is a new portal at once."""

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = "no-cache"
        return response


portal_files: Final = PublicFiles("/portal", _AskedAgain(directory=_FILES, html=True), name="portal_files")


def api_of_the_portal() -> str | None:
    """The address of another API that the portal's page was made to ask (`benchsight-api`); None: it asks this one."""
    written = _ADDRESS.search((_FILES / "index.html").read_text(encoding="utf-8"))
    return (written[1].strip().rstrip("/") or None) if written else None
