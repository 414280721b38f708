"""What a file below raw/ is, and that what it says is parsed once."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.extraction_cache import ExtractionCache
from etl.extraction_files import FoundFile
from etl.extraction_plan import raw_key
from etl.extraction_saves import facts_of, read_save
from formats.file_facts import FileFacts
from formats.json_document import Unreadable
from tests.formats.tracker_builder import as_bytes, make_event, make_export


def facts_of_bytes(folder: Path, data: bytes, name: str = "a.json") -> FileFacts:
    (folder / name).write_bytes(data)
    return facts_of(folder / "cache", "reader", found(folder, name))


def found(folder: Path, name: str) -> FoundFile:
    return FoundFile(folder / name, name, 0.0, "0")


@pytest.fixture
def cache(tmp_path: Path) -> ExtractionCache:
    return ExtractionCache(tmp_path / "cache", "reader")


class TestASaveIsParsedOnce:
    def test_its_game_is_read_without_the_file(self, tmp_path: Path, cache: ExtractionCache) -> None:
        facts_of_bytes(tmp_path, as_bytes(make_export([make_event(), make_event()])))
        (tmp_path / "a.json").unlink()
        assert read_save(found(tmp_path, "a.json"), cache).events.height == 2

    def test_where_nothing_is_remembered_the_file_is_read(self, tmp_path: Path, cache: ExtractionCache) -> None:
        (tmp_path / "a.json").write_bytes(as_bytes(make_export([make_event()])))
        assert read_save(found(tmp_path, "a.json"), cache).events.height == 1

    def test_frames_that_no_game_needs_are_dropped(self, tmp_path: Path, cache: ExtractionCache) -> None:
        facts_of_bytes(tmp_path, as_bytes(make_export([make_event()])))
        key = raw_key(found(tmp_path, "a.json"), "reader")
        assert cache.has(key)
        cache.remember({}, {}, frozenset())
        assert not cache.has(key)

    def test_a_save_that_became_something_else_is_no_save(self, tmp_path: Path, cache: ExtractionCache) -> None:
        (tmp_path / "a.json").write_bytes(as_bytes({"gid": 1, "homeRoster": []}))
        with pytest.raises(Unreadable, match="changed while the run was reading"):
            read_save(found(tmp_path, "a.json"), cache)


class TestFacts:
    def test_a_file_that_is_gone_is_rejected(self, tmp_path: Path) -> None:
        facts = facts_of(tmp_path, "reader", found(tmp_path, "gone.json"))
        assert (facts.kind, facts.reason) == ("rejected", "cannot be opened: No such file or directory")

    def test_a_roster_file_names_its_game(self, tmp_path: Path) -> None:
        assert facts_of_bytes(tmp_path, as_bytes({"gid": "18969", "homeRoster": []})).game_id == 18969

    @given(st.binary(max_size=400))
    def test_any_bytes_end_in_facts(self, data: bytes) -> None:
        with TemporaryDirectory() as folder:
            assert facts_of_bytes(Path(folder), data).kind in {"game", "roster", "rejected"}

    @settings(max_examples=60, deadline=None)
    @given(
        st.dictionaries(
            st.sampled_from(["gameId", "gid", "events", "shifts", "rosters", "savedAt", "version", "settings"]),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
                max_leaves=8,
            ),
        )
    )
    def test_any_document_ends_in_facts(self, document: dict[str, object]) -> None:
        with TemporaryDirectory() as folder:
            assert facts_of_bytes(Path(folder), as_bytes(document)).kind in {"game", "roster", "rejected"}
