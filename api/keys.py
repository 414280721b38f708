"""API keys on the command line: `python -m api.keys create --name N --role R`, `list`, `revoke`.

Works on the data directory beside a running server, which goes by the new keys within five seconds.
"""

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import uuid4

from pydantic import ValidationError

from api.config import WrongSettings, read_settings
from api.errors import DomainError
from api.models.access import KeyInfo, NewKey, Role
from api.models.audit import TableChange
from api.services.access_store import AccessStore
from api.services.audit_log import AuditLog, Done, done_on_command_line
from api.services.key_store import KeyStore
from snapshot.layout import DataDir

_WRONG_USAGE: Final = 2
_FAILED: Final = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit code: 0 done, 1 not possible, 2 wrong usage."""
    given = _parser().parse_args(arguments)
    try:
        state = DataDir(read_settings().benchsight_data_dir).state
        with closing(AccessStore(state)) as store:
            keys = KeyStore(store, now=_now, new_id=_new_id)
            return _run(given, keys, AuditLog(store, now=_now))
    except WrongSettings as error:
        print(error, file=sys.stderr)
    except DomainError as error:
        print(error.message, file=sys.stderr)
    except ValidationError as error:
        wrong = error.errors()[0]
        print(f"--{str(wrong['loc'][0]).removesuffix('_at')}: {wrong['msg']}", file=sys.stderr)
        return _WRONG_USAGE
    return _FAILED


def _run(given: argparse.Namespace, keys: KeyStore, audit: AuditLog) -> int:
    if given.command == "create":
        made = keys.create(NewKey(name=given.name, role=given.role, expires_at=given.expires))
        after = made.model_dump(mode="json", exclude={"key"})
        audit.append(_done("create_key", [], [after]))
        print(made.key)
        print(f"A key for {made.name} ({made.role}). It is shown this once.", file=sys.stderr)
    elif given.command == "revoke":
        after = keys.revoke(given.key).model_dump(mode="json")
        audit.append(_done("revoke_key", [after | {"revoked_at": None}], [after]))
        print(f"{after['prefix']} is revoked", file=sys.stderr)
    else:
        _show([key.info for key in keys.all()])
    return 0


def _done(action: str, before: list[dict[str, object]], after: list[dict[str, object]]) -> Done:
    change = TableChange.model_validate(
        {"table_name": "keys", "rows_before": len(before), "rows_after": len(after), "before": before, "after": after}
    )
    return done_on_command_line(action, f"python -m api.keys {action.removesuffix('_key')}", [change])


def _show(keys: Sequence[KeyInfo]) -> None:
    head = ("prefix", "name", "role", "created", "expires", "last used", "state")
    rows = [
        (
            key.prefix,
            key.name,
            key.role,
            _day(key.created_at),
            _day(key.expires_at),
            _day(key.last_used_at),
            _state(key),
        )
        for key in keys
    ]
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    for row in (head, *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _day(at: datetime | None) -> str:
    return "-" if at is None else at.strftime("%Y-%m-%d %H:%M")


def _state(key: KeyInfo) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires_at is not None and key.expires_at <= _now() else "holds"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m api.keys", description="Make, list and revoke API keys.")
    commands = parser.add_subparsers(dest="command", required=True)
    create = commands.add_parser("create", help="make a key; it is printed once")
    create.add_argument("--name", required=True, help="whose it is or what it is for")
    create.add_argument("--role", required=True, choices=[role.value for role in Role])
    create.add_argument(
        "--expires", type=_moment, help="when it ends: a date (2027-06-30: at its end, UTC), a time, or days (90d)"
    )
    commands.add_parser("list", help="every key ever made; of the keys themselves only a hash is kept")
    revoke = commands.add_parser("revoke", help="end a key")
    revoke.add_argument("key", help="its prefix or id, as `list` shows it")
    return parser


def _moment(text: str) -> datetime:
    """The moment that somebody means; argparse says what is wrong with others."""
    if text.endswith("d") and text[:-1].isdecimal():
        return _now() + timedelta(days=int(text[:-1][:5]))
    try:
        if len(text) == len("2027-06-30"):
            return datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), UTC)
        at = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a date, a time nor days such as 90d") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return uuid4().hex


if __name__ == "__main__":
    raise SystemExit(main())
