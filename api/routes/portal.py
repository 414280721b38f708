"""The portal's files: static, public, and the same for everybody."""

from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles

PORTAL_FILES: Final = Path(__file__).resolve().parents[1] / "portal"
