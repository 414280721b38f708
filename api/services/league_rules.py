"""The league's rules over HTTP: `league.toml` checked before it is stored, and the rules that hold."""

from dataclasses import fields, replace
from typing import Final

from api.errors import FieldError
from api.models.rules import RulesInForce
from api.services.staging_errors import UnusableFile
from hockey.league import InvalidRules, LeagueRules
from hockey.league_toml import RULES_FILE, parse_rules
from snapshot.layout import DataDir
from snapshot.reader import DamagedSnapshot, published

_BOM: Final = b"\xef\xbb\xbf"
_MOST_BYTES: Final = 100_000  # a rule book is small, and the parser slow


def is_rules(content: bytes, file_name: str) -> bool:
    """Whether a file is meant as `league.toml`: by its name's ending, or since it is TOML that says something."""
    if file_name.lower().endswith(".toml"):
        return True
    try:
        return b"=" in content[:_MOST_BYTES] and parse_rules(_text(content)) is not None
    except InvalidRules as error:
        return error.key is not None
    except UnusableFile:
        return False


def usable_rules(content: bytes) -> bytes:
    """The rules as a run reads them, checked.

    Raises:
        UnusableFile: they cannot be used; names the rule and its line.
    """
    try:
        parse_rules(_text(content))
    except InvalidRules as error:
        sentence = f"{RULES_FILE} cannot be used: {error}"
        raise UnusableFile(sentence, [FieldError(error.key or "file", str(error))]) from error
    return content.removeprefix(_BOM)


def _text(content: bytes) -> str:
    if len(content) > _MOST_BYTES:
        raise UnusableFile(f"{RULES_FILE} cannot be used: it is larger than {_MOST_BYTES:,} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UnusableFile(f"{RULES_FILE} cannot be used: line {line} is not UTF-8 text") from error


class RulesService:
    """Reads the rules of the published league and of `raw/league.toml`."""

    def __init__(self, data_dir: DataDir) -> None:
        self._data_dir = data_dir

    def in_force(self) -> RulesInForce:
        """The rules that hold, and those that the next run goes by."""
        held, path = self._published(), self._data_dir.raw / RULES_FILE
        has_file, coming, problem = path.is_file(), None, None
        try:
            coming = parse_rules(_text(path.read_bytes())) if has_file else LeagueRules()
        except InvalidRules as error:
            problem = f"{RULES_FILE} cannot be used: {error}"
        except UnusableFile as error:
            problem = error.message
        except OSError:
            problem = f"{RULES_FILE} cannot be read"
        return RulesInForce(
            published=held,
            next_run=coming,
            has_file=has_file,
            pending=held is not None and coming is not None and _comparable(held) != _comparable(coming),
            problem=problem,
        )

    def _published(self) -> LeagueRules | None:
        try:
            snapshot = published(self._data_dir)
            if snapshot is None:
                return None
            known = {f.name for f in fields(LeagueRules)}
            return LeagueRules.from_mapping({k: v for k, v in snapshot.manifest.rules.items() if k in known})
        except (DamagedSnapshot, InvalidRules, OSError):
            return None


def _comparable(rules: LeagueRules) -> LeagueRules:
    """Without what the server's own setting decides, whatever the file says."""
    return replace(rules, publish_personal_data=False)
