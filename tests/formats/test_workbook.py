"""Opening workbooks: text cells, headers, and files that mean harm."""

import contextlib
import io
import struct
import zipfile
from datetime import date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats.json_document import Unreadable
from formats.workbook import ROW, open_workbook
from formats.workbook_package import MIB, WorkbookError, WorkbookLimits, safe_package
from tests.formats.workbook_builder import Formula, make_workbook, rewritten

PLAIN = make_workbook({"dim_player": [["player_id", "n"], ["P1", 1]]})


class TestCells:
    def cells(self, *values: object) -> list[object]:
        header = [f"c{i}" for i in range(len(values))]
        workbook = open_workbook(make_workbook({"S": [[*header, "end"], [*values, "end"]]}), "a.xlsx")
        sheet = workbook.sheet("s", [*header, "end"])
        assert sheet is not None
        return list(sheet.frame.drop(ROW, "end").row(0))

    def test_everything_is_text_and_the_shortest(self) -> None:
        assert self.cells(12, 12.0, 12.5, "00", True, "  a  b ") == ["12", "12", "12.5", "00", "true", "a  b"]

    def test_dates_and_times_are_written_out(self) -> None:
        cells = self.cells(datetime(2025, 9, 7, 19, 30), date(2025, 9, 7), time(0, 18), 45907.5)  # noqa: DTZ001 - cells have no zone
        assert cells == ["2025-09-07 19:30:00", "2025-09-07 00:00:00", "1899-12-31 00:18:00", "45907.5"]

    @pytest.mark.parametrize("word", ["", " ", "nan", "NaN", "None", "x", "X", "-", "null", "\xa0"])
    def test_words_for_nothing_are_empty(self, word: str) -> None:
        assert self.cells(word, "kept") == [None, "kept"]

    def test_formulas_without_a_value_are_empty_and_formulas_typed_as_text_stay_text(self) -> None:
        assert self.cells(Formula("=A1+1"), "=cmd|' /C calc'!A0") == [None, "=cmd|' /C calc'!A0"]

    def test_error_cells_are_empty(self) -> None:
        def broken(_name: str, part: bytes) -> bytes:
            return part.replace(b'<c r="B2"><v>1</v>', b'<c r="B2" t="e"><v>#N/A</v>')

        sheet = open_workbook(rewritten(PLAIN, broken), "a.xlsx").sheet("dim_player", ["player_id", "n"])
        assert sheet is not None
        assert sheet.frame.rows() == [(2, "P1", None)]

    def test_characters_that_no_database_takes_are_dropped(self) -> None:
        data = make_workbook({"S": [["a"], ["p\x07q"]]})
        sheet = open_workbook(data, "a.xlsx").sheet("S", ["a"])
        assert sheet is not None
        assert "\x07" not in sheet.frame["a"][0]

    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(
            st.one_of(st.integers(-(10**12), 10**12), st.floats(-1e6, 1e6), st.text(max_size=20)),
            min_size=1,
            max_size=8,
        )
    )
    def test_any_cell_arrives_as_text_or_empty(self, values: list[object]) -> None:
        values = [v for v in values if not (isinstance(v, str) and any(not c.isprintable() for c in v))]
        for value, cell in zip(values, self.cells(*values) if values else [], strict=True):
            if isinstance(value, str):
                assert cell is None or cell in value
            else:
                assert float(str(cell)) == pytest.approx(float(str(value)), abs=1e-6)


class TestSheets:
    def test_sheet_and_header_names_match_in_any_case_and_trimmed(self) -> None:
        workbook = open_workbook(make_workbook({" DIM_Player": [[" Player_ID ", "Full  Name"], ["P1", "A"]]}), "a.xlsx")
        sheet = workbook.sheet("dim_player", ["player_id", "full name"])
        assert sheet is not None
        assert sheet.frame.rows() == [(2, "P1", "A")]
        assert workbook.kind == "master"

    def test_rows_keep_their_numbers_and_empty_rows_are_left_out(self) -> None:
        rows = [[None], [None, "a", "b"], [None, 1, 2], [], [None, None, 3], [None, None, None, "other"]]
        sheet = open_workbook(make_workbook({"S": rows}), "a.xlsx").sheet("S", ["a", "b", "c"])
        assert sheet is not None
        assert sheet.frame.rows() == [(3, "1", "2", None), (5, None, "3", None)]
        assert sheet.missing == ("c",)

    def test_a_repeated_header_fills_the_empty_cells_of_the_first(self) -> None:
        data = make_workbook({"S": [["a", "b", "A"], [1, 2, 3], [None, 5, 6]]})
        sheet = open_workbook(data, "a.xlsx").sheet("S", ["a"])
        assert sheet is not None
        assert sheet.frame["a"].to_list() == ["1", "6"]
        assert sheet.repeated == ("a",)

    def test_an_empty_sheet_has_no_rows_and_an_absent_one_is_none(self) -> None:
        workbook = open_workbook(make_workbook({"S": []}), "a.xlsx")
        empty = workbook.sheet("S", ["a"])
        assert empty is not None
        assert empty.frame.is_empty()
        assert workbook.sheet("T", ["a"]) is None
        assert workbook.kind is None

    def test_a_sheet_whose_part_is_gone_is_an_error_that_names_it(self) -> None:
        data = rewritten(PLAIN, lambda name, part: None if name.endswith("sheet1.xml") else part)
        with pytest.raises(WorkbookError, match=r"a\.xlsx, sheet dim_player"):
            open_workbook(data, "a.xlsx").sheet("dim_player", ["player_id"])


def deflated(name: str, content: bytes, data: bytes = PLAIN) -> bytes:
    """The workbook with one part replaced."""
    return rewritten(data, lambda part, old: content if part == name else old)


class TestHostileFiles:
    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "no zip archive"),
            (b"player_id,n\nP1,1\n", "no zip archive"),
            (PLAIN[: len(PLAIN) // 2], "no zip archive"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "password"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "Excel 97-2003"),
            (rewritten(PLAIN, lambda name, part: None if name == "xl/workbook.xml" else part), "no xl/workbook.xml"),
            (rewritten(PLAIN, lambda name, part: b"<workbook" if name == "xl/workbook.xml" else part), "sheets"),
        ],
        ids=["empty", "csv", "truncated", "encrypted", "xls", "other zip", "broken list"],
    )
    def test_what_is_no_workbook_is_refused_in_one_sentence(self, data: bytes, reason: str) -> None:
        with pytest.raises(WorkbookError, match=reason) as refused:
            open_workbook(data, "games/a.xlsx")
        assert isinstance(refused.value, Unreadable)
        assert str(refused.value).startswith("games/a.xlsx: ")
        assert "\n" not in str(refused.value)

    def test_a_file_over_the_limit_is_not_unpacked(self) -> None:
        with pytest.raises(WorkbookError, match="larger than 0 MB"):
            safe_package(PLAIN, "a.xlsx", WorkbookLimits(file_bytes=100))

    def test_a_zip_bomb_stops_at_the_budget(self) -> None:
        bomb = deflated("xl/worksheets/sheet1.xml", bytes(40 * MIB))
        assert len(bomb) < MIB
        with pytest.raises(WorkbookError, match="unpacks to more"):
            safe_package(bomb, "a.xlsx", WorkbookLimits(unpacked_bytes=MIB))

    def test_a_size_that_the_archive_lies_about_is_not_believed(self) -> None:
        bomb = bytearray(deflated("xl/worksheets/sheet1.xml", bytes(4 * MIB)))
        entry = bomb.rindex(b"xl/worksheets/sheet1.xml") - 46
        struct.pack_into("<I", bomb, entry + 24, 10)
        with pytest.raises(WorkbookError, match="unpacks to more"):
            safe_package(bytes(bomb), "a.xlsx", WorkbookLimits(unpacked_bytes=MIB))

    def test_one_far_cell_does_not_make_a_rectangle_of_the_whole_sheet(self) -> None:
        far = deflated("xl/worksheets/sheet1.xml", b'<worksheet><sheetData><row r="1"><c r="A1"/></row>'
                       b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>')  # fmt: skip
        with pytest.raises(WorkbookError, match="1048576 rows by 16384 columns"):
            open_workbook(far, "a.xlsx")

    @pytest.mark.parametrize(
        "cell",
        [
            b"<c><v>1</v></c>",
            b"<c  r='A1'/>",
            b'<x:c r="A1"/>',
            b'<c t="n" r="XFD1048576"/>',
            b"<c/>",
            b'<c r="A1"><is><r><rPr><color/></rPr></r></is></c><c/>',
        ],
    )
    def test_cells_that_cannot_be_measured_are_refused(self, cell: bytes) -> None:
        with pytest.raises(WorkbookError, match="without references"):
            open_workbook(deflated("xl/worksheets/sheet1.xml", b"<worksheet><sheetData>" + cell), "a.xlsx")

    def test_tags_that_begin_like_cells_are_none(self) -> None:
        sheet = (
            b'<worksheet><cols><col/></cols><sheetData><row r="1"><c r="A1" t="inlineStr"><is><r><rPr><color/>'
            b"<charset/></rPr><t>bold</t></r></is></c></row></sheetData><conditionalFormatting><cfRule/>"
            b"</conditionalFormatting></worksheet>"
        )
        assert sheet in safe_package(deflated("xl/worksheets/sheet1.xml", sheet), "a.xlsx")

    def test_a_sheet_in_another_encoding_is_refused(self) -> None:
        content = '<worksheet><c r="XFD1048576"/></worksheet>'.encode("utf-16")
        with pytest.raises(WorkbookError, match="not in UTF-8"):
            open_workbook(deflated("xl/worksheets/sheet1.xml", content), "a.xlsx")

    def test_one_long_text_in_every_cell_is_refused(self) -> None:
        rows: list[list[object]] = [["a"], *([["y" * 30_000]] * 300)]
        with pytest.raises(WorkbookError, match="is too much"):
            safe_package(make_workbook({"S": rows}), "a.xlsx", WorkbookLimits(shared_text_bytes=MIB))

    def test_damaged_content_is_refused(self) -> None:
        data = bytearray(PLAIN)
        start = data.index(b"xl/worksheets/sheet1.xml") + 40
        data[start : start + 20] = bytes(20)
        with pytest.raises(WorkbookError, match="damaged"):
            open_workbook(bytes(data), "a.xlsx")

    def test_two_parts_of_one_name_are_refused(self) -> None:
        buffer = io.BytesIO(PLAIN)
        with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("xl/workbook.xml", b"<workbook/>")
        with pytest.raises(WorkbookError, match="two of one name"):
            open_workbook(buffer.getvalue(), "a.xlsx")

    def test_other_compressions_and_encrypted_parts_are_refused(self) -> None:
        buffer = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(PLAIN)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_BZIP2) as new:
            for name in old.namelist():
                new.writestr(name, old.read(name))
        with pytest.raises(WorkbookError, match="damaged"):
            open_workbook(buffer.getvalue(), "a.xlsx")
        encrypted = bytearray(PLAIN)
        encrypted[encrypted.rindex(b"xl/workbook.xml") - 46 + 8] |= 1
        with pytest.raises(WorkbookError, match="password"):
            open_workbook(bytes(encrypted), "a.xlsx")

    @settings(max_examples=150, deadline=None)
    @given(st.data())
    def test_no_damage_ends_in_anything_but_a_domain_error(self, data: st.DataObject) -> None:
        content = bytearray(PLAIN)
        for _ in range(data.draw(st.integers(1, 6))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        cut = data.draw(st.integers(0, len(content)))
        content = content[:cut] if data.draw(st.booleans()) else content
        with contextlib.suppress(WorkbookError):
            open_workbook(bytes(content), "a.xlsx").sheet("dim_player", ["player_id", "n"])

    @settings(max_examples=150, deadline=None)
    @given(st.data())
    def test_no_damaged_sheet_ends_in_anything_but_a_domain_error(self, data: st.DataObject) -> None:
        with zipfile.ZipFile(io.BytesIO(PLAIN)) as archive:
            part = data.draw(st.sampled_from(archive.namelist()))
            content = bytearray(archive.read(part))
        for _ in range(data.draw(st.integers(1, 4))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(
                st.sampled_from(list(b'<>/"=&;!-0Az\x00\xff'))
            )
        with contextlib.suppress(WorkbookError):
            open_workbook(deflated(part, bytes(content)), "a.xlsx").sheet("dim_player", ["player_id", "n"])
