"""What people type into cells: every rule takes any text, and reads back what spreadsheets write."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats import sheet_values
from formats.workbook import EMPTY_WORDS

RULES: tuple[Callable[[str | None], object], ...] = (
    sheet_values.day,
    sheet_values.time_of_day,
    sheet_values.period_length_s,
    sheet_values.is_drag_filled,
    sheet_values.duration_s,
    sheet_values.season_label,
    sheet_values.link,
    sheet_values.whole,
    sheet_values.count,
    sheet_values.rating,
    sheet_values.position_name,
)
DAYS = st.dates(date(1960, 1, 1), date(2100, 12, 31))
CELLS = st.one_of(
    st.none(),
    st.text(),
    st.from_regex(r"[-+]?[0-9]{1,30}([.:/-][0-9]{1,4}){0,4} ?([ap]m)?", fullmatch=True),
    st.floats().map(str),
    st.sampled_from(EMPTY_WORDS),
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@given(cell=CELLS)
def test_no_cell_raises(rule: Callable[[str | None], object], cell: str | None) -> None:
    rule(cell)


@given(
    DAYS,
    st.sampled_from(
        ["%Y-%m-%d", "%Y-%m-%d 00:00:00", "%m/%d/%Y", "%m/%d/%Y 7:30 PM", "%B %d, %Y", "%Y-%m-%dT19:30:00Z"]
    ),
)
def test_a_day_is_read_back_from_every_form(written: date, form: str) -> None:
    assert sheet_values.day(written.strftime(form)) == written


@given(DAYS, st.floats(0, 0.999))
def test_a_serial_number_is_a_day(written: date, fraction: float) -> None:
    assert sheet_values.day(repr((written - date(1899, 12, 30)).days + fraction)) == written


@given(st.times(min_value=time(0, 1)))
def test_a_time_is_read_back_from_cell_text_and_fraction(written: time) -> None:
    minute = written.replace(second=0, microsecond=0)
    expected = minute.strftime("%H:%M")
    fraction = timedelta(hours=minute.hour, minutes=minute.minute) / timedelta(days=1)
    for cell in (
        expected,
        f"1899-12-31 {minute}",
        minute.strftime("%I:%M %p"),
        f"{minute:%I:%M%p}".lower(),
        repr(fraction),
    ):
        assert sheet_values.time_of_day(cell) == expected


@given(st.integers(1, 59), st.integers(0, 23))
def test_a_period_length_is_its_minutes_however_far_it_was_dragged(minutes: int, hours: int) -> None:
    assert sheet_values.period_length_s(f"{hours:02d}:{minutes:02d}:00") == minutes * 60
    assert sheet_values.period_length_s(f"1899-12-31 {hours:02d}:{minutes:02d}:00") == minutes * 60
    assert sheet_values.period_length_s(str(minutes)) == minutes * 60


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("7 PM", "19:00"), ("12:05 am", "00:05"), ("1899-12-31 20:44:59.999", "20:45"), ("2045", "20:45"),
     ("20.75", "20:45"), ("25:00", None), ("2460", None), ("0", None), ("-1", None), ("2025-09-07 00:00:00", None),
     ("noon", None)],
)  # fmt: skip
def test_times_at_the_edges(cell: str, expected: str | None) -> None:
    assert sheet_values.time_of_day(cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("25/12/2025", date(2025, 12, 25)), ("20250907", date(2025, 9, 7)), ("19999", None), ("80000", None),
     ("1/1/1900", None), ("2025-02-30", None)],
)  # fmt: skip
def test_days_at_the_edges(cell: str, expected: date | None) -> None:
    assert sheet_values.day(cell) == expected


def test_a_day_and_time_cell_gives_both() -> None:
    cell = str(datetime(2025, 9, 7, 19, 30))  # noqa: DTZ001 - cells have no zone
    assert (sheet_values.day(cell), sheet_values.time_of_day(cell)) == (date(2025, 9, 7), "19:30")


@pytest.mark.parametrize(
    ("cell", "expected"), [("90", 90), ("01:02:03", 3723), ("0.5", 43200), ("-3", None), ("soon", None), (None, None)]
)
def test_durations_are_seconds(cell: str | None, expected: int | None) -> None:
    assert sheet_values.duration_s(cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"), [("1999/00", "19992000"), ("2025", "20252026"), ("N20242025F", "20242025"), ("Fall", None)]
)
def test_season_labels_at_the_edges(cell: str, expected: str | None) -> None:
    assert sheet_values.season_label(cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"), [("LW", "Forward"), ("rd", "Defense"), ("Goaltender", "Goalie"), (" ", None), (None, None)]
)
def test_positions_are_three_words(cell: str | None, expected: str | None) -> None:
    assert sheet_values.position_name(cell) == expected
