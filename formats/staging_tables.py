"""The staging tables that mirror the league's sheets: keys, columns, and every other spelling that clients use.

Names of columns are those of `warehouse/sql/staging.sql`. E-mail addresses, birth dates, body measures and notes about
people have no column: what is not listed is dropped with a warning, and so never stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from formats import cells

_PERSON: Final = {
    "first_name": "player_first_name",
    "last_name": "player_last_name",
    "full_name": "player_full_name",
    "player_name": "player_full_name",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StagingTable:
    """One sheet's staging table.

    `aliases` are further spellings of columns, lower case. `ranges` are the plausible values of numbers: others are
    kept and flagged. `integers` are stored as numbers, everything else as text; since a number cannot be an empty text,
    the column `emptied` names those that a row empties (see `emptied_numbers`). `follows` are columns that say the same
    as others: a row that gives one of those and not the column itself means that the file's value no longer holds.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    integers: frozenset[str] = frozenset()
    follows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def staging_name(self) -> str:
        """The table's name in the database."""
        return f"stage_{self.name}"

    def column_of(self, given: str) -> str | None:
        """The column that a client's spelling means; None when the table has no such column."""
        word = " ".join(given.split()).lower()
        own = next((c for c in (*self.key, *self.columns) if c.lower() == word), None)
        return own or self.aliases.get(word)


def _table(name: str, key: str, columns: str, **more: object) -> StagingTable:
    return StagingTable(name=name, key=tuple(key.split()), columns=tuple(columns.split()), **more)  # type: ignore[arg-type]  # the keywords of StagingTable


def _each_other(*pairs: str) -> dict[str, tuple[str, ...]]:
    """Name and id of the same thing: whichever is given alone, the other follows it."""
    names = [tuple(pair.split()) for pair in pairs]
    return {own: (other,) for pair in names for own, other in (pair, pair[::-1])}


_SIDES: Final = ("home", "away")
_SCHEDULE_TEXT: Final = (
    "season season_id game_url home_team_game_id away_team_game_id game_date game_time home_team away_team "
    "home_team_id away_team_id head_to_head_id game_type playoff_round last_period_type period_length ot_period_length "
    "shootout_rounds home_score away_score "
    + " ".join(f"{s}_team_period{p}_goals" for s in _SIDES for p in ("1", "2", "3", "OT"))
    + " home_team_seeding away_team_seeding "
    + " ".join(f"{s}_team_{c}" for s in _SIDES for c in ("w", "l", "t", "pts"))
    + " video_id video_start_time video_end_time video_title video_url schedule_type include venue game_status deleted"
    + " emptied"
)
_DETAIL: Final = "event_type category description is_shot_on_goal is_goal is_miss is_block danger_potential"
_PLAY: Final = "play_detail_code play_detail_name play_category skill_level description"

_TABLES: Final = (
    _table(
        "dim_player",
        "player_id",
        "player_first_name player_last_name player_full_name player_primary_position current_skill_rating "
        "player_rating_ly player_hand birth_year player_gender highest_beer_league player_leadership player_norad "
        "player_csaha player_norad_primary_number player_csah_primary_number player_norad_current_team "
        "player_csah_current_team player_norad_current_team_id player_csah_current_team_id other_url player_url "
        "player_image player_notes random_player_first_name random_player_last_name random_player_full_name",
        aliases=_PERSON
        | {
            "position": "player_primary_position",
            "player_position": "player_primary_position",
            "skill_rating": "current_skill_rating",
            "shoots": "player_hand",
        },
        ranges={"current_skill_rating": (2, 6), "player_rating_ly": (2, 6), "birth_year": (1920, 2020)},
        follows={"player_full_name": ("player_first_name", "player_last_name")},
    ),
    _table(
        "dim_team",
        "team_id",
        "team_name norad_team csah_team league_id league long_team_name team_cd team_color1 team_color2 team_color3 "
        "team_color4 team_logo team_url division conference home_arena",
        aliases={
            "team_abbreviation": "team_cd",
            "team_name_short": "team_cd",
            "primary_color": "team_color1",
            "secondary_color": "team_color2",
        },
    ),
    _table("dim_league", "league_id", "league", aliases={"league_name": "league"}),
    _table(
        "dim_season",
        "season_id",
        "season session norad csah league_id league start_date end_date season_name is_current",
        aliases={"season_year": "season"},
    ),
    _table(
        "dim_schedule",
        "game_id",
        _SCHEDULE_TEXT,
        aliases={
            "date": "game_date",
            "home_team_name": "home_team",
            "away_team_name": "away_team",
            "home_total_goals": "home_score",
            "away_total_goals": "away_score",
        },
        ranges={"home_score": (0, 50), "away_score": (0, 50)},
        integers=frozenset({"home_score", "away_score"}),
        follows=_each_other("home_team home_team_id", "away_team away_team_id", "season season_id"),
    ),
    _table("dim_playerurlref", "n_player_url", "player_full_name player_id", aliases={"full_name": "player_full_name"}),
    _table("dim_randomnames", "random_full_name", "random_first_name random_last_name gender name_used"),
    _table(
        "fact_gameroster",
        "game_id player_id",
        "player_game_id team_game_id opp_team_game_id team_venue team_name opp_team_name player_game_number "
        "n_player_url player_position games_played goals assist goals_against pim shutouts team_id opp_team_id key "
        "player_full_name date season sub current_team skill_rating is_starter is_captain is_alternate",
        aliases={
            "position": "player_position",
            "full_name": "player_full_name",
            "player_name": "player_full_name",
            "assists": "assist",
            "is_sub": "sub",
        },
        ranges=dict.fromkeys(("goals", "assist", "goals_against"), (0.0, 50.0))
        | {"skill_rating": (2, 6), "pim": (0, 100)},
        follows=_each_other("team_name team_id", "opp_team_name opp_team_id"),
    ),
    _table(
        "fact_leadership",
        "season_id player_id",
        "player_full_name leadership skill_rating n_player_url team_name team_id season",
        aliases={"full_name": "player_full_name"},
    ),
    _table(
        "fact_registration",
        "player_season_registration_id",
        "player_full_name player_id season_id season restricted position norad_experience CAF "
        "highest_beer_league_played skill_rating sub_yn drafted_team_name drafted_team_id",
        aliases={"full_name": "player_full_name", "player_position": "position"},
    ),
    _table(
        "fact_draft",
        "player_draft_id",
        "team_id skill_rating round player_full_name player_id team_name restricted overall_draft_round "
        "overall_draft_position unrestricted_draft_position season season_id league",
        aliases={"full_name": "player_full_name"},
    ),
    _table(
        "fact_playergames",
        "player_game_id",
        "game_id player_id team_id goals assists points plus_minus pim shots hits blocks faceoff_wins faceoff_losses "
        "toi_seconds",
    ),
    _table(
        "dim_event_type",
        "event_type_id",
        "event_type_code event_type_name event_category description is_corsi is_fenwick",
    ),
    _table("dim_event_detail", "event_detail_id", f"event_detail_code event_detail_name {_DETAIL}"),
    _table(
        "dim_event_detail_2",
        "event_detail_2_id",
        f"event_detail_2_code event_detail_2_name event_type_macro {_DETAIL}",
    ),
    _table("dim_play_detail", "play_detail_id", _PLAY),
    _table("dim_play_detail_2", "play_detail_id", _PLAY, aliases={"play_detail_2_id": "play_detail_id"}),
    _table(
        "dim_rinkboxcoord",
        "box_id",
        "box_id_rev x_min x_max y_min y_max area x_description y_description danger zone side",
    ),
    _table(
        "dim_rinkcoordzones",
        "box_id",
        "box_id_rev x_min x_max y_min y_max area x_description y_description danger slot zone side rink_coord_id",
    ),
)
STAGING_TABLES: Final[Mapping[str, StagingTable]] = {table.name: table for table in _TABLES}
_OTHER_NAMES: Final = {"dim_rink_zone": "dim_rinkboxcoord"}


def staging_table(name: str) -> StagingTable | None:
    """The table by its name in any case, with or without `stage_`; None when there is none."""
    word = name.strip().lower().removeprefix("stage_")
    return STAGING_TABLES.get(_OTHER_NAMES.get(word, word))


def emptied_numbers(table: StagingTable, row: Mapping[str, object]) -> frozenset[str]:
    """The columns of numbers that a staged row empties: named in its column `emptied`, and without a number."""
    named = (cells.text(row.get("emptied")) or "").split()
    return frozenset(c for c in named if c in table.integers and row.get(c) is None)


def out_of_range(table: StagingTable, row: Mapping[str, object]) -> list[tuple[str, str]]:
    """Column and sentence for each number of a row that is none, or outside of what is plausible."""
    found = []
    for column, (low, high) in table.ranges.items():
        text = cells.label(row.get(column))
        if text is None:
            continue
        number = cells.number(text)
        if number is None or not low <= number <= high:
            found.append((column, f"{column} '{text[:40]}' is not between {low:g} and {high:g}"))
    return found
