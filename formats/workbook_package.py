"""The file around a workbook's sheets, made safe: what the sheet parser is given is exactly what was measured here.

A workbook is a zip archive of XML parts. A few kilobytes can unpack to gigabytes, name a cell in the last of 16,384
columns and 1,048,576 rows (parsers allocate the whole rectangle), or repeat one long text in every cell; and a zip
archive can say one thing to one library and another to the next. So every part that a sheet needs is unpacked here
under a budget, measured, and written into a new plain archive; the rest (pictures, links, macros) is left behind.
"""

import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import Final

from formats.json_document import Unreadable

MIB: Final = 1024 * 1024
_OLE_SIGNATURE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of encrypted and of pre-2007 workbooks
_ENCRYPTED_STREAM: Final = "EncryptedPackage".encode("utf-16-le")
_LOCAL_HEADER: Final = struct.Struct("<4s22xHH")  # signature, ..., length of the name, length of the extra field
_LEFT_BEHIND: Final = re.compile(
    r"docProps/|customXml/|xl/(media|drawings|theme|charts|chartsheets|embeddings|externalLinks|printerSettings|pivot"
    r"|comments|queryTables|tables|calcChain|worksheets/_rels/)|.*\.(bin|vml|png|jpe?g|gif|emf|wmf)$",
    re.IGNORECASE,
)
_PLAIN_CELL: Final = b'<c r="'
_OTHER_TAGS: Final = (b"<ca", b"<ce", b"<cf", b"<ch", b"<co", b"<cu")  # all else that starts with c: cols, cfRule, ...
_NOT_UTF_8: Final = (b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00")
_PREFIXED_CELL: Final = re.compile(rb":c[\s/>]")
_FAR_COLUMN: Final = re.compile(rb'<c r="([A-Za-z]{2,})')
_FAR_ROW: Final = re.compile(rb'<c r="[A-Za-z]*([0-9]{5,})')
_NEAR_COLUMNS: Final = 26  # what the two patterns do not find lies within these
_NEAR_ROWS: Final = 9_999
_SHARED_TEXT: Final = (b't="s"', b"t='s'")


class WorkbookError(Unreadable):
    """A workbook cannot be read. The message is one readable sentence naming file, sheet, row and column if known."""


@dataclass(frozen=True, slots=True)
class WorkbookLimits:
    """What a workbook may take. The league's own: 4 MB, 60 MB unpacked, 400,000 cells in its largest sheet."""

    file_bytes: int = 64 * MIB
    unpacked_bytes: int = 256 * MIB
    parts: int = 5_000
    cells: int = 4_000_000  # of one sheet's rectangle, the empty ones included
    shared_text_bytes: int = 256 * MIB  # of one sheet, each shared text counted as often as it is used


LIMITS: Final = WorkbookLimits()


def safe_package(data: bytes, name: str, limits: WorkbookLimits = LIMITS) -> bytes:
    """The workbook as a plain archive of its sheets, texts and styles, measured.

    Raises:
        WorkbookError: not a workbook, password-protected, damaged, or larger than the limits.
    """
    if len(data) > limits.file_bytes:
        raise WorkbookError(f"{name}: larger than {limits.file_bytes // MIB} MB")
    if data.startswith(_OLE_SIGNATURE):
        raise WorkbookError(f"{name}: {_why_ole(data)}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, RuntimeError, ValueError, OSError, EOFError) as error:
        raise WorkbookError(f"{name}: not a workbook, or damaged (no zip archive)") from error
    names = [part.filename for part in parts]
    if not any(n.lower() == "xl/workbook.xml" for n in names):
        raise WorkbookError(f"{name}: not an .xlsx workbook (no xl/workbook.xml)")
    if len(parts) > limits.parts or len(set(names)) != len(names):
        raise WorkbookError(f"{name}: {len(parts)} parts, or two of one name: not a workbook that a program wrote")
    return _repacked(data, parts, name, limits)


def _why_ole(data: bytes) -> str:
    if _ENCRYPTED_STREAM in data:
        return "password-protected; save it without a password"
    return "in the format of Excel 97-2003; save it as .xlsx"


def _repacked(data: bytes, parts: list[zipfile.ZipInfo], name: str, limits: WorkbookLimits) -> bytes:
    plain, budget, longest_text = io.BytesIO(), limits.unpacked_bytes, 0
    sheets: list[tuple[str, int]] = []
    with zipfile.ZipFile(plain, "w", zipfile.ZIP_STORED) as archive:
        for part in parts:
            if part.is_dir() or _LEFT_BEHIND.match(part.filename):
                continue
            content = _unpacked(data, part, budget, name)
            budget -= len(content)
            if part.filename.lower() == "xl/sharedstrings.xml":
                texts = [content] if b":si" in content else content.split(b"<si")
                longest_text = max(map(len, texts))
            else:
                _refuse_unmeasurable(content, f"{name}, {part.filename}", limits)
                sheets.append((part.filename, sum(content.count(mark) for mark in _SHARED_TEXT)))
            archive.writestr(zipfile.ZipInfo(part.filename), content)
    for sheet, uses in sheets:
        if uses * longest_text > limits.shared_text_bytes:
            raise WorkbookError(f"{name}, {sheet}: a text of {longest_text} bytes in up to {uses} cells is too much")
    return plain.getvalue()


def _unpacked(data: bytes, part: zipfile.ZipInfo, budget: int, name: str) -> bytes:
    """The part's content; sizes that the archive claims are not believed, the stream itself is followed to its end."""
    if part.flag_bits & 1:
        raise WorkbookError(f"{name}: password-protected; save it without a password")
    damaged = f"{name}: damaged ({part.filename} cannot be unpacked)"
    header = data[part.header_offset : part.header_offset + _LOCAL_HEADER.size]
    if part.header_offset < 0 or len(header) < _LOCAL_HEADER.size:
        raise WorkbookError(damaged)
    signature, name_length, extra_length = _LOCAL_HEADER.unpack(header)
    start = part.header_offset + _LOCAL_HEADER.size + name_length + extra_length
    packed = data[start : start + part.compress_size]
    if signature != b"PK\x03\x04" or len(packed) != part.compress_size:
        raise WorkbookError(damaged)
    content = packed if part.compress_type == zipfile.ZIP_STORED else _inflated(packed, part, budget, damaged)
    if len(content) > budget:
        raise WorkbookError(f"{name}: unpacks to more than a workbook may")
    if zlib.crc32(content) != part.CRC:
        raise WorkbookError(damaged)
    return content


def _inflated(packed: bytes, part: zipfile.ZipInfo, budget: int, damaged: str) -> bytes:
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise WorkbookError(damaged)
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = stream.decompress(packed, budget + 1)
    except zlib.error as error:
        raise WorkbookError(damaged) from error
    if len(content) <= budget and not stream.eof:
        raise WorkbookError(damaged)
    return content


def _refuse_unmeasurable(content: bytes, where: str, limits: WorkbookLimits) -> None:
    """Refuse a sheet whose furthest row times furthest column is beyond the limit.

    Excel, LibreOffice, Google Sheets and the trackers' library all write a cell's reference first (`<c r="A1"`), which
    is quick to scan. A sheet with a cell written otherwise is refused, since only a full parse could measure it.
    """
    if content.startswith(_NOT_UTF_8):
        raise WorkbookError(f"{where}: not in UTF-8; open it in Excel and save it again")
    if b"sheetData" not in content:
        return
    if _has_strange_cells(content) or _PREFIXED_CELL.search(content):
        raise WorkbookError(f"{where}: cells without references; open it in Excel and save it again")
    columns = max((_column_number(letters) for letters in set(_FAR_COLUMN.findall(content))), default=_NEAR_COLUMNS)
    rows = max((int(digits[:9]) for digits in set(_FAR_ROW.findall(content))), default=_NEAR_ROWS)
    if rows * columns > limits.cells:
        raise WorkbookError(f"{where}: up to {rows} rows by {columns} columns, which is more than a sheet may have")


def _has_strange_cells(content: bytes) -> bool:
    """Whether more begins with `<c` than plain cells and the other tags that do.

    Those stand before and after the cells, save in rich text; so the cells are seldom searched for each of them.
    """
    others = content.count(b"<c") - content.count(_PLAIN_CELL)
    around = content[: content.find(b"<sheetData")], content[content.rfind(b"</sheetData") :]
    if others == sum(part.count(tag) for part in around for tag in _OTHER_TAGS):
        return False
    return others != sum(content.count(tag) for tag in _OTHER_TAGS)


def _column_number(letters: bytes) -> int:
    """27 for AA; what is longer than a sheet's last column, XFD, is far beyond it anyway."""
    number = 0
    for letter in letters[:5].upper():
        number = number * 26 + letter - ord("A") + 1
    return number
