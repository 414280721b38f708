"""Columns of what happened with players on the ice together: pairs, lines, opponents, zone starts."""

from typing import Final

from etl.columns.column import Column, count, integer, numeric, text
from etl.columns.keys import PLAYER_ID


def _player(name: str, about: str) -> Column:
    return text(name, about, references=PLAYER_ID.references, nullable=False)


def _share(name: str, about: str, own: str, other: str) -> Column:
    return numeric(name, f"{about}, 0-100; null without any.", "%", formula=f"100 * {own} / ({own} + {other})")


TOI_TOGETHER: Final = numeric(
    "toi_together",
    "Ice time shared.",
    "s",
    nullable=False,
    formula="sum of shift_duration of fact_shifts with all of them as skaters",
)

WOWY_KEY: Final = text("wowy_key", "game_id and the two player ids, joined by _.")
PAIR: Final = (
    _player("player_1_id", "The player of the pair whose id sorts first."),
    text("player_1_name", "Name of that player."),
    _player("player_2_id", "The other player of the pair."),
    text("player_2_name", "Name of that player."),
)
TOGETHER: Final = (
    count(
        "corsi_for_together",
        "Own attempts with both on the ice.",
        formula="rows of fact_shots of their side in those stints",
    ),
    count(
        "corsi_against_together",
        "Opponents' attempts with both on the ice.",
        formula="rows of fact_shots of the other side in those stints",
    ),
    count(
        "goals_for_together",
        "Own goals with both on the ice.",
        formula="rows of fact_goals of their side in those stints",
    ),
    count(
        "goals_against_together",
        "Opponents' goals with both on the ice.",
        formula="rows of fact_goals of the other side in those stints",
    ),
    numeric(
        "xg_for_together", "Own expected goals with both on the ice.", formula="sum of the xG of corsi_for_together"
    ),
    numeric(
        "xg_against_together",
        "Opponents' expected goals with both on the ice.",
        formula="sum of the xG of corsi_against_together",
    ),
)
WITHOUT: Final = (
    numeric(
        "toi_apart",
        "Ice time of either player without the other, added.",
        "s",
        formula="toi of the one + toi of the other - 2 * toi_together",
    ),
    count(
        "corsi_for_apart",
        "Own attempts with exactly one of the two on the ice.",
        formula="corsi_for of the one + of the other - 2 * corsi_for_together",
    ),
    count(
        "corsi_against_apart",
        "Opponents' attempts with exactly one of the two on the ice.",
        formula="corsi_against of the one + of the other - 2 * corsi_against_together",
    ),
)
WOWY_SHARES: Final = (
    _share("cf_pct_together", "Corsi share with both on the ice", "corsi_for_together", "corsi_against_together"),
    _share("cf_pct_apart", "Corsi share with exactly one on the ice", "corsi_for_apart", "corsi_against_apart"),
    numeric(
        "cf_pct_delta",
        "What being together adds; null unless there were attempts both together and apart.",
        "percentage points",
        formula="cf_pct_together - cf_pct_apart",
    ),
    _share("xg_pct_together", "Share of expected goals together", "xg_for_together", "xg_against_together"),
)

COMBO_KEY: Final = text("line_combo_key", "game_id, venue, combo_type and the player ids, joined by _.")
VENUE: Final = text("venue", "Side of the line: home or away.")
COMBO_TYPE: Final = text(
    "combo_type", "forward: the three forwards; defense: the two defenders; five: all five skaters together."
)
COMBO_SIZE: Final = count(
    "combo_size", "Players in the combination: 2, 3 or 5.", formula="ids in forward_combo and in defense_combo"
)
FORWARD_COMBO: Final = text("forward_combo", "Ids of the forwards, sorted, comma between; null for a defence pair.")
DEFENSE_COMBO: Final = text("defense_combo", "Ids of the defenders, sorted, comma between; null for a forward line.")
STINT_COUNT: Final = count(
    "stint_count", "Stints that they played together.", formula="rows of fact_shifts with all of them as skaters"
)
COMBO_COUNTS: Final = (
    count("goals_for", "Own goals while together.", formula="rows of fact_goals of the side in those stints"),
    count(
        "goals_against",
        "Opponents' goals while together.",
        formula="rows of fact_goals of the other side in those stints",
    ),
    count("corsi_for", "Own attempts while together.", formula="rows of fact_shots of the side in those stints"),
    count(
        "corsi_against",
        "Opponents' attempts while together.",
        formula="rows of fact_shots of the other side in those stints",
    ),
    count(
        "fenwick_for",
        "Own unblocked attempts while together.",
        formula="rows of fact_shots of the side in those stints but for is_blocked",
    ),
    count(
        "fenwick_against",
        "Opponents' unblocked attempts while together.",
        formula="rows of fact_shots of the other side in those stints but for is_blocked",
    ),
    numeric("xg_for", "Own expected goals while together.", formula="sum of the xG of corsi_for"),
    numeric("xg_against", "Opponents' expected goals while together.", formula="sum of the xG of corsi_against"),
)
COMBO_SHARES: Final = (
    _share("cf_pct", "Share of the attempts that were own", "corsi_for", "corsi_against"),
    _share("xg_pct", "Share of the expected goals that were own", "xg_for", "xg_against"),
)

QOC_KEY: Final = text("qoc_key", "game_id and player_id, joined by _.")
QOC: Final = (
    numeric(
        "avg_opp_rating",
        "Mean skill rating of the opposing skaters on the ice, each by the seconds faced; null where none is rated.",
        formula="sum of toi_against * player_rating / sum of toi_against, over the rated opponents (fact_head_to_head)",
    ),
    numeric(
        "avg_own_rating",
        "Mean skill rating of the team-mates on the ice, each by the seconds shared; null where none is rated.",
        formula="sum of toi_together * player_rating / sum of toi_together, over the rated team-mates (fact_wowy)",
    ),
    numeric("rating_diff", "Team-mates less opponents.", formula="avg_own_rating - avg_opp_rating"),
    count(
        "shifts_tracked", "Stints that it is made from.", formula="rows of fact_shift_players of the player as a skater"
    ),
)

H2H_KEY: Final = text("h2h_key", "game_id, the home player's id and the visitor's, joined by _.")
OPPOSED: Final = (
    _player("home_player_id", "Skater of the home side."),
    text("home_player_name", "Name of that skater."),
    _player("away_player_id", "Skater of the visiting side."),
    text("away_player_name", "Name of that skater."),
)
TOI_AGAINST: Final = numeric(
    "toi_against",
    "Ice time that both were on the ice, against each other.",
    "s",
    nullable=False,
    formula="sum of shift_duration of fact_shifts with both as skaters",
)
OPPOSED_SHARES: Final = (
    numeric(
        "home_toi_share",
        "Part of the home skater's ice time, 0-100.",
        "%",
        formula="100 * toi_against / toi of the home skater",
    ),
    numeric(
        "away_toi_share",
        "Part of the visiting skater's ice time, 0-100.",
        "%",
        formula="100 * toi_against / toi of the visiting skater",
    ),
)
OPPOSED_COUNTS: Final = (
    count("home_corsi", "Home attempts meanwhile.", formula="rows of fact_shots of the home side in those stints"),
    count("away_corsi", "Visitors' attempts meanwhile.", formula="rows of fact_shots of the visitors in those stints"),
    count("home_goals", "Home goals meanwhile.", formula="rows of fact_goals of the home side in those stints"),
    count("away_goals", "Visitors' goals meanwhile.", formula="rows of fact_goals of the visitors in those stints"),
    numeric("home_xg", "Home expected goals meanwhile.", formula="sum of the xG of home_corsi"),
    numeric("away_xg", "Visitors' expected goals meanwhile.", formula="sum of the xG of away_corsi"),
)
HOME_CF_PCT: Final = _share("home_cf_pct", "Share of the attempts that were home", "home_corsi", "away_corsi")

ZONE_STARTS: Final = (
    integer(
        "zone_starts_offensive",
        "Real shifts begun by a faceoff in the offensive zone; null without stints.",
        formula="rows of fact_shift_players as a skater with is_first_segment, in stints with that faceoff_zone as the "
        "side sees it",
    ),
    integer(
        "zone_starts_neutral",
        "Real shifts begun by a faceoff in the neutral zone.",
        formula="the same in the neutral zone",
    ),
    integer(
        "zone_starts_defensive",
        "Real shifts begun by a faceoff in the defensive zone.",
        formula="the same in the defensive zone",
    ),
    numeric(
        "zone_start_pct",
        "Offensive of the offensive and defensive zone starts, 0-100; null without either.",
        "%",
        formula="100 * zone_starts_offensive / (zone_starts_offensive + zone_starts_defensive)",
    ),
)
