"""The interactive documentation, from files of our own: no page of it loads anything from elsewhere."""

from pathlib import Path
from typing import Any, Final

from fastapi import Request
from fastapi.responses import FileResponse, JSONResponse
from starlette.staticfiles import StaticFiles

from api.permissions import Anyone, PublicFiles, role_router

docs_router = role_router("", "Service")

_FILES: Final = Path(__file__).resolve().parents[1] / "static" / "docs"


@docs_router.get("/docs", include_in_schema=False)
async def docs_page(caller: Anyone) -> FileResponse:
    """The page that shows every operation and tries it."""
    return FileResponse(_FILES / "index.html", headers={"Cache-Control": "no-cache"})


@docs_router.get("/openapi.json", include_in_schema=False)
async def openapi_json(caller: Anyone, request: Request) -> JSONResponse:
    """Every operation, for programs."""
    document: dict[str, Any] = request.app.openapi()
    return JSONResponse(document)


docs_files: Final = PublicFiles("/docs/files", StaticFiles(directory=_FILES), name="docs_files")
