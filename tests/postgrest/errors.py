"""PostgREST's error bodies, and the HTTP status of each SQLSTATE."""

import json

import psycopg

EXACT = {
    "23503": 409, "23505": 409, "25006": 405, "42501": 403, "42883": 404, "42P01": 404, "42P17": 500, "53400": 500,
    "57P01": 503, "P0001": 400, "21000": 500,
}  # fmt: skip
CLASSES = {"08": 503, "09": 500, "0L": 403, "0P": 403, "25": 500, "28": 403, "2D": 500, "38": 500, "39": 500, "3B": 500,
           "40": 500, "53": 503, "54": 500, "55": 500, "57": 500, "58": 500,
           "F0": 500, "HV": 500, "P0": 500, "XX": 500}  # fmt: skip


class ApiError(Exception):
    """An answer that is not a success."""

    def __init__(
        self, status: int, code: str, message: str, details: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = json.dumps({"code": code, "message": message, "details": details, "hint": hint}).encode()


def from_database(error: psycopg.Error, *, anonymous: bool) -> ApiError:
    code, diagnosis = error.sqlstate or "08000", error.diag
    message = diagnosis.message_primary or str(error)
    return ApiError(
        status_of(code, message, anonymous=anonymous), code, message, diagnosis.message_detail, diagnosis.message_hint
    )


def status_of(code: str, message: str, *, anonymous: bool) -> int:
    if code.startswith("PT") and code[2:].isdigit():
        return int(code[2:])
    if code == "21000" and message.endswith("requires a WHERE clause"):
        return 400
    if code == "42501" and anonymous:
        return 401
    return EXACT.get(code) or CLASSES.get(code[:2], 400)
