"""All views of `sql/views`, with what their numbers are made from."""

from typing import Final

from warehouse.view_league import LEAGUE_VIEWS
from warehouse.view_players import PLAYER_VIEWS
from warehouse.view_terms import View

VIEWS: Final[tuple[View, ...]] = (*LEAGUE_VIEWS, *PLAYER_VIEWS)
