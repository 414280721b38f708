"""Which teams a game may name: those of the league, found as a run finds them, whatever their case and spacing."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

from api.errors import FieldError, InvalidRequest
from api.services.staging_rows import Row
from api.services.staging_service import StagingService
from formats import cells

_TEAMS: Final = "dim_team"
_SIDES: Final = ("home", "away")
_NEAREST: Final = 3
_ALIKE: Final = 0.5
_HOW_TO_ADD: Final = "a new team is entered in dim_team first"
Cells = Mapping[str, str | int | None]


class UnknownTeam(InvalidRequest):
    """A game names a team that the league does not have; the message has near matches."""

    code = "unknown_team"


class SameTeam(InvalidRequest):
    """A game names one team for both sides."""

    code = "same_team"


class KnownTeams:
    """The league's teams as they stand with staging over the files."""

    def __init__(self, staging: StagingService) -> None:
        self._staging = staging

    def named(self, game: Cells) -> dict[str, str | int | None]:
        """A game's cells with each team that they name spelt as the league spells it, and with its id.

        A run counts a game of an unknown team for nobody, so such a name is refused, but in a league that has no teams
        yet. A name that several teams share stays without an id.

        Raises:
            UnknownTeam: the league has no team of that name or id.
            SameTeam: both sides are one team.
            WarehouseDown: the database does not answer.
        """
        asked = [f"{side}_team{part}" for side in _SIDES for part in ("", "_id")]
        if not any(game.get(column) for column in asked):
            return dict(game)
        teams = {str(key[0]): row for key, row in self._staging.standing(_TEAMS)[0].items()}
        if not teams:
            return dict(game)
        errors: list[FieldError] = []
        named = dict(game)
        for side in _SIDES:
            named |= _side(side, game, teams, errors)
        if named.get("home_team_id") is not None and named["home_team_id"] == named.get("away_team_id"):
            raise SameTeam("A team cannot play itself", [FieldError("away_team", "is the home team, too")])
        if errors:
            raise UnknownTeam(f"{'; '.join(e.message for e in errors)}; {_HOW_TO_ADD}", errors)
        return named


def _side(side: str, game: Cells, teams: Mapping[str, Row], errors: list[FieldError]) -> dict[str, str | int | None]:
    """One side's name and id as the league has them; what it does not know is added to `errors`."""
    name, team_id = game.get(f"{side}_team"), game.get(f"{side}_team_id")
    if team_id is not None and str(team_id) not in teams:
        errors.append(_unknown(f"{side}_team_id", str(team_id), list(teams)))
    if name is None:
        return {}
    found = {key for key, row in teams.items() if _key(str(name)) in _names(row)}
    if not found:
        spelt = [str(row["team_name"]) for row in teams.values() if row.get("team_name")]
        errors.append(_unknown(f"{side}_team", str(name), spelt))
    if len(found) != 1:
        return {}
    (only,) = found
    return {f"{side}_team": teams[only].get("team_name") or name, f"{side}_team_id": team_id or only}


def _names(row: Row) -> set[str]:
    return {_key(text) for column in ("team_name", "long_team_name") if (text := cells.text(row.get(column)))}


def _key(name: str) -> str:
    """A name as runs compare it."""
    return " ".join(name.split()).lower()


def _unknown(field: str, given: str, known: list[str]) -> FieldError:
    alike = {_key(name): name for name in known}
    near = [alike[key] for key in get_close_matches(_key(given), alike, n=_NEAREST, cutoff=_ALIKE)]
    kind = "no team with the id" if field.endswith("_id") else "no team"
    sentence = f"The league has {kind} '{given[:60]}'"
    return FieldError(field, f"{sentence} (did you mean {', '.join(near)}?)" if near else sentence)
