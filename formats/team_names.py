"""Teams named in a sheet, matched with the list of teams: ids where they are missing, one spelling of each name."""

from collections.abc import Sequence

import polars as pl

from formats.flags import flags_of, quoted


def name_key(column: str) -> pl.Expr:
    """A name as it is compared: without regard to case and to runs of spaces."""
    return pl.col(column).str.strip_chars().str.replace_all(r"\s+", " ").str.to_lowercase()


def ids_by_name(teams: pl.DataFrame) -> pl.DataFrame:
    """Columns key, found_id: the teams' names and long names; names that two teams share are left out."""
    names = pl.concat(
        [teams.select("team_id", key=name_key("team_name")), teams.select("team_id", key=name_key("long_name"))]
    )
    return names.drop_nulls().unique().filter(pl.col("key").is_unique()).select("key", found_id="team_id")


def with_teams(
    rows: pl.DataFrame, teams: pl.DataFrame, sheet: str, prefixes: Sequence[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows with `<prefix>_team_id` completed from `<prefix>_team` and names spelt as in the list of teams.

    Flags, one per game: `team_id_missing` where an id had to be found by name, `team_unknown` where it stays unknown
    or is not in the list.
    """
    names, spelt = ids_by_name(teams), teams.select(found_id="team_id", spelt="team_name")
    flags = []
    for prefix in prefixes:
        team_id, name = f"{prefix}_team_id", f"{prefix}_team"
        found = rows.with_columns(key=name_key(name)).join(names, on="key", how="left", maintain_order="left")
        found = found.with_columns(
            was_missing=pl.col(team_id).is_null(), found_id=pl.coalesce(team_id, "found_id")
        ).join(spelt, on="found_id", how="left", maintain_order="left", coalesce=True)
        rows = found.with_columns(pl.col("found_id").alias(team_id), pl.coalesce("spelt", name).alias(name))
        flags += [
            _per_game(
                rows.filter(pl.col("was_missing") & pl.col("found_id").is_not_null()),
                "team_id_missing",
                pl.format(f"{sheet}: no {team_id}; team {{}} was found by its name", quoted(name)),
            ),
            _per_game(
                rows.filter(pl.col("spelt").is_null() & pl.any_horizontal(pl.col(team_id, name).is_not_null())),
                "team_unknown",
                pl.format(f"{sheet}: {prefix} team {{}} ({{}}) is not in dim_team", quoted(name), quoted(team_id)),
            ),
        ]
        rows = rows.drop("key", "was_missing", "found_id", "spelt")
    return rows, pl.concat(flags)


def _per_game(rows: pl.DataFrame, flag: str, message: pl.Expr) -> pl.DataFrame:
    told = rows.with_columns(message=message).group_by("game_id", "message", maintain_order=True).agg(count=pl.len())
    return flags_of(told, flag, pl.col("message"))
