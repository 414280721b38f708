"""The files from which a run makes the league, for a server without a shell."""

from typing import Annotated, Final

from fastapi import File, Query, Response, UploadFile

from api.dependencies import Raw
from api.error_handlers import documented
from api.errors import FieldError, TooLarge
from api.models.access import Role
from api.models.raw import RawFile, RawFileDeleted, RawFileResult
from api.permissions import Admin, Scorer, require, role_router
from api.routes import staging_examples as examples
from api.routes.examples import answer
from api.routes.job_answers import UNAUTHENTICATED, WRONG_REQUEST, Offset
from api.services.disk_space import DiskFull
from api.services.staging_errors import RawFileNotFound, UnusableFile

raw_router = role_router("/api/raw", "Staging")

_UNUSABLE: Final = UnusableFile("The file cannot be used: not JSON (line 1)")
_WRONG_RULES: Final = UnusableFile(
    "league.toml cannot be used: points.wni: unknown rule (line 6)",
    [FieldError("points.wni", "points.wni: unknown rule (line 6)")],
)
_TOO_LARGE: Final = TooLarge("The body is larger than the 32,000,000 bytes that this server takes")
_NAMELESS: Final = "upload"
AnyFile = Annotated[UploadFile, File(description="a tracker export, a roster, a workbook, or league.toml")]


@raw_router.post(
    "/files",
    status_code=201,
    responses=documented(_UNUSABLE, _WRONG_RULES, UNAUTHENTICATED, _TOO_LARGE, DiskFull())
    | {201: answer(examples.STORED, "The file is stored")},
)
def store_raw_file(caller: Scorer, file: AnyFile, raw: Raw) -> RawFileResult:
    """Store a game's file, the master workbook or the league's rules below `raw/`, where the next run reads it.

    What it is, its content decides. The master workbook and `league.toml` have one place each, where they replace what
    was there, and need the role operator; a game's file of the same name replaces the same game's. Rules are checked
    before they are stored.
    """
    return raw.store(file.file.read(), file.filename or _NAMELESS, on_league=lambda: require(caller, Role.OPERATOR))


@raw_router.get(
    "/files",
    responses=documented(WRONG_REQUEST, UNAUTHENTICATED)
    | {200: answer(examples.RAW_FILES, "By path", {"X-Total-Count": "how many there are in all"})},
)
def list_raw_files(
    caller: Scorer,
    response: Response,
    raw: Raw,
    search: Annotated[str, Query(max_length=200, description="a part of the path, in any case")] = "",
    limit: Annotated[int, Query(ge=1, le=1000, description="files in the answer")] = 100,
    offset: Offset = 0,
) -> list[RawFile]:
    """The files below `raw/` that a run looks at, with what the published run took each for."""
    found, total = raw.list_files(search=search, limit=limit, offset=offset)
    response.headers["X-Total-Count"] = str(total)
    return found


@raw_router.delete(
    "/files",
    responses=documented(WRONG_REQUEST, UNAUTHENTICATED, RawFileNotFound("There is no file games/18969/x.json"))
    | {200: answer(examples.RAW_FILE_DELETED, "The league is without it from the next run on")},
)
def delete_raw_file(
    caller: Admin,
    raw: Raw,
    path: Annotated[
        str, Query(min_length=1, max_length=1000, description="as GET lists it", examples=["games/18969/18969.json"])
    ],
) -> RawFileDeleted:
    """Delete a file below `raw/`. Without `league.toml` the default rules hold, from the next run on."""
    return raw.delete(path)
