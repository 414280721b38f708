"""Train every model of a league. Deterministic: the same league gives the same models."""

from collections.abc import Callable, Mapping
from typing import Final

from ml import chemistry, goalies, in_game, in_game_training, outcome, scorers, season_odds, shot_quality, similarity
from ml.artifact import Source, Trained
from ml.league import COLUMNS, League
from snapshot.reader import Snapshot

TRAINERS: Final[Mapping[str, Callable[[League], Trained]]] = {
    outcome.NAME: outcome.train,
    in_game.NAME: in_game_training.train,
    season_odds.NAME: season_odds.train,
    goalies.NAME: goalies.train,
    scorers.NAME: scorers.train,
    similarity.NAME: similarity.train,
    chemistry.NAME: chemistry.train,
    shot_quality.NAME: shot_quality.train,
}


def train_all(league: League, on_model: Callable[[str, int, int], None]) -> dict[str, Trained]:
    """Every model, in order; `on_model(name, done, total)` is told before each."""
    models = {}
    for done, (name, train) in enumerate(TRAINERS.items()):
        on_model(name, done, len(TRAINERS))
        models[name] = train(league)
    return models


def source_of(snapshot: Snapshot, seed: int) -> Source:
    """Where models of this snapshot come from: the tables that were read, by hash."""
    tables = {table.name: table.sha256 for table in snapshot.manifest.tables if table.name in COLUMNS}
    manifest = snapshot.manifest
    return Source(manifest.snapshot_id, manifest.inputs_fingerprint, manifest.software_version, tables, seed)
