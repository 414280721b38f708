import json

import pytest

from formats.file_facts import FileFacts, save_facts
from formats.json_document import RosterSheet, TrackerExport, Unreadable, game_id, open_json
from formats.tracker_json import read_export
from tests.formats.tracker_builder import SECRET, as_bytes, make_event, make_export, make_shift


def opened(document: object) -> TrackerExport:
    export = open_json(as_bytes(document))
    assert isinstance(export, TrackerExport)
    return export


class TestOpenJson:
    def test_an_export_keeps_what_matters(self) -> None:
        export = opened(make_export([make_event()]))
        assert export.game_id == 18969
        assert export.home_attacks_right_p1 is True
        assert len(export.events) == 1

    @pytest.mark.parametrize("end", [b"", b' , "x": NaN}'], ids=["proper JSON", "JSON that only Python forgives"])
    def test_settings_are_gone_and_only_their_presence_is_known(self, end: bytes) -> None:
        data = as_bytes(make_export(settings={"sbUrl": "https://x.example", "sbKey": SECRET}))
        data = data[:-1] + end if end else data
        export = open_json(data)
        assert isinstance(export, TrackerExport)
        assert export.has_settings
        assert SECRET not in repr(export)

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            pytest.param(b"not json", "not JSON", id="text"),
            pytest.param(b'{"gameId": 1, "sbKey": "' + SECRET.encode(), "not JSON", id="cut off"),
            pytest.param(b"", "not JSON", id="empty"),
            pytest.param(b"[1, 2]", "no gameId", id="a list"),
            pytest.param(b"3", "no gameId", id="a number"),
            pytest.param(b"{}", "no gameId", id="an empty object"),
            pytest.param(b'{"gameId": null, "events": []}', "no gameId", id="no game"),
            pytest.param(b'{"gameId": true}', "no gameId", id="a truth for a game"),
            pytest.param(b'{"gameId": 1e400}', "no gameId", id="an infinite game"),
            pytest.param(b'{"gameId": ' + b"9" * 5000 + b"}", "no gameId", id="a gigantic game"),
            pytest.param(b"[" * 200_000, "nested too deeply", id="endless nesting"),
            pytest.param(b'{"gameId": 1, "events": ' + b"[" * 200_000, "nested too deeply", id="nesting in the events"),
        ],
    )
    def test_what_is_no_game_is_refused_with_a_reason_that_quotes_nothing(self, data: bytes, reason: str) -> None:
        with pytest.raises(Unreadable, match=reason) as caught:
            open_json(data)
        assert SECRET not in str(caught.value)
        assert caught.value.__cause__ is None

    def test_the_demo_roster_is_refused(self) -> None:
        demo = {"home": [{"id": "H1", "name": "Home0"}], "away": [{"id": "A12", "name": "Away11"}]}
        with pytest.raises(Unreadable, match="demo roster"):
            open_json(as_bytes(make_export(rosters=demo)))

    def test_a_roster_file_is_told_apart(self) -> None:
        sheet = open_json(as_bytes({"gid": "18969", "date": "2025-09-07", "homeRoster": [], "awayRoster": []}))
        assert isinstance(sheet, RosterSheet)
        assert game_id(sheet.gid) == 18969

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
    def test_other_encodings_are_read(self, encoding: str) -> None:
        assert open_json(json.dumps(make_export(homeTeam="Élan")).encode(encoding)).home_team == "Élan"  # type: ignore[union-attr]

    @pytest.mark.parametrize("bad", ["\\u0000", "\\ud800"], ids=["NUL", "half a surrogate pair"])
    def test_characters_that_cannot_be_stored_are_left_out(self, bad: str) -> None:
        data = as_bytes(make_export(homeTeam="Team MARK")).replace(b"MARK", bad.encode() + b"B")
        assert opened_bytes(data).home_team == "Team B"

    def test_the_last_of_two_equal_keys_counts(self) -> None:
        assert opened_bytes(b'{"gameId": 1, "gameId": 2}').game_id == 2


def opened_bytes(data: bytes) -> TrackerExport:
    export = open_json(data)
    assert isinstance(export, TrackerExport)
    return export


def facts_of(document: dict[str, object]) -> FileFacts:
    return save_facts(read_export(opened_bytes(as_bytes(document)), "a.json", ""))


class TestFacts:
    def test_what_decides_between_saves(self) -> None:
        document = make_export([make_event(), make_event()], [make_shift(), make_shift("", "")])
        facts = facts_of(document)
        assert (facts.events, facts.valid_stints, facts.saved_at) == (2, 1, "2026-01-16T18:35:24.271000+00:00")
        assert not facts.is_complete

    def test_a_game_with_ice_time_to_the_end_of_each_period_is_complete(self) -> None:
        facts = facts_of(make_export([make_event()], [make_shift(period=n) for n in (1, 2, "3")]))
        assert facts.is_complete

    def test_more_events_win_then_stints_then_the_later_save(self) -> None:
        ranked = [
            FileFacts(kind="game", events=2, valid_stints=0, saved_at=""),
            FileFacts(kind="game", events=1, valid_stints=3, saved_at="2026-01-01"),
            FileFacts(kind="game", events=1, valid_stints=2, saved_at="2026-02-02"),
            FileFacts(kind="game", events=1, valid_stints=2, saved_at="2026-02-01"),
        ]
        assert sorted(ranked, key=lambda facts: facts.rank, reverse=True) == ranked
