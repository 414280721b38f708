"""The portal's files: static, public, and the same for everybody."""

from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles

PORTAL_FILES: Final = Path(__file__).resolve().parents[1] / "portal"


def add_portal(app: FastAPI) -> None:
    """Serve the portal at `/portal/`, and send who opens `/` there."""
    app.mount("/portal", StaticFiles(directory=PORTAL_FILES, html=True), name="portal")

    @app.get("/", include_in_schema=False)
    async def home() -> RedirectResponse:
        """The portal."""
        return RedirectResponse("/portal/")
