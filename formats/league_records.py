"""The league's own records, from the rows of its sheets: of the master workbook, or of the staging tables like them."""

from collections.abc import Mapping

import polars as pl

from formats.dimension_records import read_players, read_seasons, read_teams
from formats.master import MasterFrames
from formats.roster_records import read_official_roster
from formats.schedule_records import read_schedule


def league_records(rows: Mapping[str, pl.DataFrame], origin: str, source_path: str) -> MasterFrames:
    """The canonical frames of the league.

    Args:
        rows: for each sheet of `formats.sheet_columns.SHEETS` its text columns by our names, and the row number.
        origin: what the `origin` columns say: workbook or stage.
        source_path: where the rows come from, for the flags.
    """
    players, player_flags = read_players(rows["dim_player"], origin)
    teams, team_flags = read_teams(rows["dim_team"], origin)
    seasons, season_flags = read_seasons(rows["dim_season"], origin)
    schedule, schedule_flags = read_schedule(rows["dim_schedule"], teams, seasons, origin)
    roster, roster_flags = read_official_roster(rows["fact_gameroster"], players, teams, schedule, origin)
    flags = pl.concat([player_flags, team_flags, season_flags, schedule_flags, roster_flags])
    return MasterFrames(
        players=players,
        teams=teams,
        seasons=seasons,
        schedule=schedule,
        official_roster=roster,
        flags=flags.with_columns(source_path=pl.lit(source_path)),
    )
