"""Which games are tracked below raw/: the list that people and the API ask for before a run."""

from dataclasses import asdict, dataclass

from etl.extraction_pool import Workers
from etl.extraction_staging import NO_STAGING, StagedLeague
from etl.extraction_survey import ExtractRequest, survey
from snapshot.layout import DataDir


@dataclass(frozen=True, slots=True)
class GameListing:
    """One tracked game. `tracking_status` is Template (rosters only), Partial, or Complete (ice time to the end).

    `date` is the schedule's, else the day of the save in UTC, else None.
    """

    game_id: int
    date: str | None
    home_team: str | None
    away_team: str | None
    source: str
    events: int
    valid_stints: int
    tracking_status: str

    def to_mapping(self) -> dict[str, object]:
        """The listing as plain data, for JSON."""
        return asdict(self)


def list_games(data_dir: DataDir, staging: StagedLeague = NO_STAGING) -> list[GameListing]:
    """The tracked games by id, with the schedule's teams and dates where it has them; reads no game.

    Raises:
        InvalidRules: league.toml cannot be used.
        Unreadable: the master workbook cannot be parsed.
    """
    with Workers() as workers:
        found = survey(data_dir, ExtractRequest(staging=staging), workers=workers)
    schedule = {row["game_id"]: row for row in found.master.schedule.iter_rows(named=True)}
    listings = []
    for game in found.games:
        facts, scheduled = game.chosen.facts, schedule.get(game.game_id, {})
        status = "Template" if facts.events == 0 else "Complete" if facts.is_complete else "Partial"
        date = scheduled.get("date")
        listings.append(
            GameListing(
                game_id=game.game_id,
                date=date.isoformat() if date else facts.saved_at[:10] or None,
                home_team=scheduled.get("home_team") or facts.home_team,
                away_team=scheduled.get("away_team") or facts.away_team,
                source=facts.source,
                events=facts.events,
                valid_stints=facts.valid_stints,
                tracking_status=status,
            )
        )
    return listings
