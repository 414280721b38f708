"""What the staging tables' columns cannot hold of a game: kept beside them as the difference, so that nothing is lost.

A patch belongs to the rows that it was made for: when other rows take their place, it no longer applies.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, Final

import polars as pl

from formats.raw import RAW_SCHEMAS, RawFrames, raw_frame

_OF_ROWS: Final = {"events": "events", "event_players": "events", "points": "events", "shifts": "shifts"}
_NEVER: Final = frozenset({"game_id", "source", "source_path", "source_sha256", "saved_at", "game_date"})
Patch = dict[str, dict[str, Any]]


def patch_between(told: RawFrames, read: RawFrames, digests: Mapping[str, str]) -> Patch:
    """What has to be put right in `read` to make it say what was `told`; empty when nothing was lost.

    `digests` are those of the staged rows of events and shifts, to which the patch belongs.
    """
    patch: Patch = {}
    for name in (f.name for f in fields(RawFrames)):
        one, other = getattr(told, name), getattr(read, name)
        entry = _whole(one) if one.height != other.height else _cells(one, other)
        if entry:
            patch[name] = entry | ({"of": digests[_OF_ROWS[name]]} if name in _OF_ROWS else {})
    return patch


def _whole(frame: pl.DataFrame) -> dict[str, Any]:
    return {"rows": {c: frame[c].to_list() for c in frame.columns if c not in _NEVER}, "height": frame.height}


def _cells(told: pl.DataFrame, read: pl.DataFrame) -> dict[str, Any]:
    changed = {}
    for column in told.columns:
        if column not in _NEVER:
            places = told[column].ne_missing(read[column]).arg_true()
            if places.len():
                changed[column] = {"at": places.to_list(), "is": told[column].gather(places).to_list()}
    return {"cells": changed, "height": told.height} if changed else {}


def patched(raw: RawFrames, patch: Mapping[str, Any], digests: Mapping[str, str]) -> RawFrames:
    """The frames with the patch applied, wherever it still belongs to the rows that were read."""
    done = {
        name: _applied(name, getattr(raw, name), entry, raw.games["game_id"].item())
        for name, entry in patch.items()
        if name in RAW_SCHEMAS
        and isinstance(entry, dict)
        and entry.get("of") in {None, digests.get(_OF_ROWS.get(name, ""))}
    }
    return replace(raw, **done)


def _applied(name: str, frame: pl.DataFrame, entry: Mapping[str, Any], game_id: int) -> pl.DataFrame:
    """One frame put right; as it was when the entry, which lies where people can write, does not fit it."""
    try:
        if "rows" in entry:
            rows = {c: values for c, values in entry["rows"].items() if c in RAW_SCHEMAS[name] and c not in _NEVER}
            return raw_frame(name, rows | {"game_id": [game_id] * entry["height"]})
        if entry["height"] != frame.height:
            return frame
        return frame.with_columns(
            frame[column].scatter(change["at"], pl.Series(change["is"], dtype=frame.schema[column]))
            for column, change in entry["cells"].items()
            if column in frame.columns and column not in _NEVER
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, pl.exceptions.PolarsError):
        return frame
