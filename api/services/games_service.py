"""The league's games: the schedule with staging over it, and how far each game is tracked and published."""

from collections.abc import Mapping
from dataclasses import dataclass

from api.errors import FieldError
from api.models.games import Game, GameDeleted, GameETL, GameUpdate, NewGame, Tracking, TrackingStatus
from api.models.staging import BlbUpdate, BlbUpload
from api.services.known_games import KnownGames
from api.services.known_teams import Cells, KnownTeams
from api.services.staging_errors import GameExists, GameNotFound, NotConfirmed
from api.services.staging_rows import Row
from api.services.staging_service import StagingService
from api.services.tracking_staging import TrackingStaging
from formats import cells
from formats.json_document import game_id as game_number
from formats.sheet_values import day, time_of_day
from hockey.aliases import truth
from snapshot.layout import DataDir
from snapshot.reader import DamagedSnapshot, Snapshot, published

_SCHEDULE = "dim_schedule"
_SEASONS = "dim_season"
_STATUSES: Mapping[str, TrackingStatus] = {
    "Template": "Template",
    "Partial": "Partial",
    "Complete": "Complete",
    "Error": "Error",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GameFilter:
    """Which games to list; what is None does not matter. `search` looks into the teams' names."""

    season_id: str | None = None
    team_id: str | None = None
    tracked: bool | None = None
    played: bool | None = None
    search: str | None = None
    date_from: str | None = None
    date_to: str | None = None

    def fits(self, game: Game) -> bool:
        """Whether the game is one of those asked for."""
        names = f"{game.home_team or ''} {game.away_team or ''}".lower()
        return all(
            (
                self.season_id in {None, game.season_id},
                self.team_id in {None, game.home_team_id, game.away_team_id},
                self.tracked in {None, game.tracking.status not in {"None", "Template"}},
                self.played in {None, _is_played(game)},
                self.search is None or self.search.lower() in names,
                self.date_from is None or (game.date or "") >= self.date_from,
                self.date_to is None or (game.date is not None and game.date <= self.date_to),
            )
        )


class GamesService:
    """Reads and corrects the schedule through staging."""

    def __init__(
        self, staging: StagingService, tracking: TrackingStaging, known: KnownGames, data_dir: DataDir
    ) -> None:
        self._staging = staging
        self._teams = KnownTeams(staging)
        self._tracking = tracking
        self._known = known
        self._data_dir = data_dir

    def list_games(self, which: GameFilter, *, limit: int, offset: int) -> tuple[list[Game], int]:
        """A page of the games, the latest first, and how many fit.

        Raises:
            WarehouseDown: the database does not answer.
        """
        fitting = [game for game in self._games().values() if which.fits(game)]
        fitting.sort(key=lambda game: (game.date or "", game.game_id), reverse=True)
        return fitting[offset : offset + limit], len(fitting)

    def get(self, game_id: int) -> Game:
        """One game.

        Raises:
            GameNotFound: the league has no such game.
            WarehouseDown: the database does not answer.
        """
        game = self._games().get(game_id)
        if game is None:
            raise GameNotFound(f"The league has no game {game_id}")
        return game

    def create(self, request: NewGame) -> Game:
        """Add a game to the schedule; a deleted game of that number comes back as this one.

        Raises:
            GameExists: the league has it already.
            UnknownTeam: the league has no team of that name or id.
            SameTeam: both sides are one team.
            WarehouseDown: the database does not answer.
        """
        if request.game_id in self._games():
            raise GameExists(f"The league has game {request.game_id} already; change it with PUT")
        told = self._in_season(self._teams.named(request.cells()))
        row = {**told, "game_id": request.game_id, "deleted": "false"}
        self._staging.upload_blb_table(BlbUpload(table_name=_SCHEDULE, data=[row]))
        return self.get(request.game_id)

    def _in_season(self, game: Cells) -> Cells:
        """The game in the last season begun by its day, where it names none: without one it counts nowhere."""
        date = day(cells.text(game.get("game_date")))
        if date is None or game.get("season_id") is not None or game.get("season") is not None:
            return game
        seasons = self._staging.standing(_SEASONS)[0]
        begun = {day(cells.text(row.get("start_date"))): str(key[0]) for key, row in seasons.items()}
        last = max((start for start in begun if start is not None and start <= date), default=None)
        return game if last is None else {**game, "season_id": begun[last]}

    def update(self, game_id: int, request: GameUpdate) -> Game:
        """Correct a game.

        Raises:
            GameNotFound: the league has no such game.
            BadRows: a value cannot be stored.
            UnknownTeam: the league has no team of that name or id.
            SameTeam: both sides are one team.
            WarehouseDown: the database does not answer.
        """
        self.get(game_id)
        self._write(game_id, self._teams.named(request.cells()))
        return self.get(game_id)

    def delete(self, game_id: int, *, confirm: bool) -> GameDeleted:
        """Take a game out of the league, whatever the files say; its staged tracking is deleted.

        Raises:
            GameNotFound: the league has no such game.
            NotConfirmed: the game is tracked, and that was not confirmed.
            WarehouseDown: the database does not answer.
        """
        game = self.get(game_id)
        if game.tracking.status != "None" and not confirm:
            raise NotConfirmed(
                f"Game {game_id} is tracked; say confirm=true to take it out of the league",
                [FieldError("confirm", "must be true for a tracked game")],
            )
        self._write(game_id, {"deleted": "true"})
        return GameDeleted(game_id=game_id, tracking_rows_deleted=self._tracking.delete_game(game_id))

    def _write(self, game_id: int, changes: Mapping[str, str | int | None]) -> None:
        """Correct the schedule's row; a tracked game that the schedule lacks gets one."""
        if (str(game_id),) in self._staging.standing(_SCHEDULE)[0]:
            update = BlbUpdate(
                table_name=_SCHEDULE, filter_column="game_id", filter_value=game_id, updates=dict(changes)
            )
            self._staging.update_blb_table(update)
        else:
            self._staging.upload_blb_table(BlbUpload(table_name=_SCHEDULE, data=[{"game_id": game_id, **changes}]))

    def _games(self) -> dict[int, Game]:
        """Every game of the league by its number."""
        rows, staged = self._staging.standing(_SCHEDULE)
        state = _State(self._tracking.staged_games(), self._known.tracked(), *_published(self._data_dir))
        schedule = {number: row for key, row in rows.items() if (number := game_number(str(key[0]))) is not None}
        for number in state.staged | state.tracked:
            schedule.setdefault(number, {})
        return {
            number: _game(number, row, state, is_staged=(str(number),) in staged)
            for number, row in schedule.items()
            if truth(cells.text(row.get("deleted"))) is not True
        }


def _is_played(game: Game) -> bool:
    """Whether a game is over: it has a score, or, in a league without a workbook, it is tracked to its end."""
    return (game.home_goals is not None and game.away_goals is not None) or game.tracking.status == "Complete"


@dataclass(frozen=True, slots=True)
class _State:
    """What is known of games beside the schedule: the staged, those with a file, and the last run's word."""

    staged: frozenset[int]
    tracked: frozenset[int]
    snapshot_id: str | None
    origins: Mapping[int, str]
    statuses: Mapping[int, TrackingStatus]


def _published(data_dir: DataDir) -> tuple[str | None, dict[int, str], dict[int, TrackingStatus]]:
    """The snapshot's id, and by game where its row comes from and how it is tracked."""
    try:
        snapshot = published(data_dir)
        if snapshot is None:
            return None, {}, {}
        origins = {int(row["game_id"]): row.get("data_origin") or "workbook" for row in _rows(snapshot, _SCHEDULE)}
        statuses = {
            int(row["game_id"]): _STATUSES[row["tracking_status"]]
            for row in _rows(snapshot, "fact_game_status")
            if row.get("tracking_status") in _STATUSES
        }
    except (DamagedSnapshot, OSError, KeyError, ValueError):
        return None, {}, {}
    return snapshot.id, origins, statuses


def _rows(snapshot: Snapshot, table: str) -> list[dict[str, str]]:
    return list(snapshot.rows(table)) if table in {t.name for t in snapshot.manifest.tables} else []


def _game(number: int, row: Row, state: _State, *, is_staged: bool) -> Game:
    is_published = number in state.origins
    tracked = number in state.staged | state.tracked
    status: TrackingStatus = state.statuses.get(number) or ("Tracked" if tracked else "None")
    texts = {name: cells.label(row.get(name)) for name in _TEXTS}
    date = day(cells.text(row.get("game_date")))
    return Game(
        game_id=number,
        date=None if date is None else date.isoformat(),
        game_time=time_of_day(cells.text(row.get("game_time"))),
        home_goals=cells.integer(row.get("home_score")),
        away_goals=cells.integer(row.get("away_score")),
        origin="stage" if is_staged else state.origins.get(number, "workbook" if row else "json"),
        tracking=Tracking(status=status, staged=number in state.staged),
        etl=GameETL(
            status="published" if is_published else "pending",
            snapshot_id=state.snapshot_id if is_published else None,
        ),
        **texts,
    )


_TEXTS = (
    "season_id",
    "season",
    "game_type",
    "schedule_type",
    "playoff_round",
    "last_period_type",
    "venue",
    "home_team",
    "away_team",
    "home_team_id",
    "away_team_id",
)
