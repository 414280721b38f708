"""The portal's files: static, public, and the same for everybody."""

from pathlib import Path
from typing import Final

from fastapi.responses import RedirectResponse
from starlette.staticfiles import StaticFiles

from api.permissions import Anyone, PublicFiles, role_router

portal_router = role_router("", "Service")

_FILES: Final = Path(__file__).resolve().parents[1] / "portal"


@portal_router.get("/", include_in_schema=False)
async def home(caller: Anyone) -> RedirectResponse:
    """The portal."""
    return RedirectResponse("/portal/")


portal_files: Final = PublicFiles("/portal", StaticFiles(directory=_FILES, html=True), name="portal_files")
