import pytest
from hypothesis import given
from hypothesis import strategies as st

from hockey.clock import Clock, format_clock, parse_clock


class TestParseClock:
    @pytest.mark.parametrize(
        ("text", "seconds"),
        [
            pytest.param("18:00", 1080, id="the start of a period"),
            pytest.param("4:39", 279, id="one digit of minutes"),
            pytest.param(" 04:39 ", 279, id="spaces"),
            pytest.param("00:0.01", 0, id="the end of a period as the tracker writes it"),
            pytest.param("17:5.0", 1025, id="two cells of a workbook"),
            pytest.param("17.0:5.0", 1025, id="two numbers of a workbook"),
            pytest.param("00:12.5", 12.5, id="tenths"),
            pytest.param("55:39", 3339, id="a video counter"),
        ],
    )
    def test_reads_every_spelling(self, text: str, seconds: float) -> None:
        clock = parse_clock(text)
        assert clock is not None
        assert clock.remaining_s == seconds

    @pytest.mark.parametrize(
        "text", [None, "", "19:", ":30", "1:2:3", "-1:00", "nan", "17", "17:123", "\uff11\uff17:00", "a:b"]
    )
    def test_refuses_what_is_no_clock(self, text: str | None) -> None:
        assert parse_clock(text) is None

    def test_seconds_past_59_count_as_written_where_the_period_is_long_enough(self) -> None:
        assert parse_clock("09:64") == Clock(604, 594)
        assert Clock(604, 594).within(1080) == 604

    @pytest.mark.parametrize("text", ["17:85", "17:75"])
    def test_seconds_past_59_are_a_slipped_finger_at_the_start_of_a_period(self, text: str) -> None:
        clock = parse_clock(text)
        assert clock is not None
        assert clock.within(1080) == 1075

    def test_a_video_counter_is_within_no_period(self) -> None:
        assert Clock(3339).within(1080) is None

    @given(st.integers(0, 99 * 60 + 59))
    def test_reads_back_what_it_writes(self, seconds: int) -> None:
        clock = parse_clock(format_clock(seconds))
        assert clock == Clock(seconds)

    @given(st.text(max_size=12))
    def test_never_fails_and_is_never_negative(self, text: str) -> None:
        clock = parse_clock(text)
        assert clock is None or (clock.remaining_s >= 0 and (clock.corrected_s or 0) >= 0)
