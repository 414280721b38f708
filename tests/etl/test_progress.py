from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from etl.progress import STEPS, Progress, ProgressFile
from etl.progress_events import AnyEvent, Step, TableBuilt, Warned

LAST = {"survey": 1.0, "extract": 5.0, "tables": 3.0, "checks": 0.5, "publish": 0.5}


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_steps_are_weighted_by_the_last_run_and_the_rest_is_estimated_from_the_pace() -> None:
    events: list[AnyEvent] = []
    clock = Clock()
    progress = Progress([events.append], LAST, clock)
    progress.step("survey", 0, 10)
    clock.now = 3.0
    progress.step("extract", 4, 10)
    clock.now = 6.0
    progress.table("dim_team", 3, 0.5, 1, 2)
    fractions = [(e.fraction, e.eta_seconds) for e in events if isinstance(e, Step | TableBuilt)]
    assert fractions == [(0.0, None), (0.3, 7.0), (0.75, 2.0)]


def test_a_first_run_has_no_estimate() -> None:
    events: list[AnyEvent] = []
    Progress([events.append]).step("publish")
    (event,) = events
    assert isinstance(event, Step)
    assert event.eta_seconds is None


@given(st.lists(st.tuples(st.sampled_from(list(STEPS)), st.integers(-5, 20), st.integers(-2, 10)), max_size=30))
def test_the_fraction_never_falls_and_never_reaches_one(moves: list[tuple[str, int, int]]) -> None:
    events: list[AnyEvent] = []
    progress = Progress([events.append])
    for step, done, total in moves:
        progress.step(step, done, total)
    fractions = [e.fraction for e in events if isinstance(e, Step)]
    assert fractions == sorted(fractions)
    assert all(0 <= fraction < 1 for fraction in fractions)


def test_an_intermediate_moves_the_step_on_and_is_not_named() -> None:
    events: list[AnyEvent] = []
    progress = Progress([events.append])
    progress.intermediate("stints", 0.5, 1, 4)
    (event,) = events
    assert isinstance(event, Step)
    assert (event.step, event.done, event.total) == ("tables", 1, 4)
    assert progress.timings == {"table:stints": 0.5}


def test_timings_of_steps_and_tables_are_kept_for_the_next_run() -> None:
    clock = Clock()
    progress = Progress([], clock=clock)
    progress.step("extract")
    clock.now = 2.0
    progress.step("tables")
    progress.table("dim_team", 1, 0.25, 1, 1)
    clock.now = 5.0
    assert progress.timings_so_far() == {"extract": 2.0, "table:dim_team": 0.25, "tables": 3.0}
    progress.end_step()
    assert progress.timings_so_far() == {"extract": 2.0, "table:dim_team": 0.25, "tables": 3.0}


def test_every_event_is_a_line_at_once(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "progress.jsonl"
    file = ProgressFile(path)
    file(Warned(message="é"))
    assert msgspec.json.decode(path.read_bytes()) == {"event": "warning", "message": "é"}
    file(TableBuilt(table="t", rows=1, seconds=0.1, done=1, total=2, fraction=0.5))
    assert msgspec.json.decode(path.read_bytes().splitlines()[1]) == {
        "event": "table_built",
        "table": "t",
        "rows": 1,
        "seconds": 0.1,
        "done": 1,
        "total": 2,
        "fraction": 0.5,
        "eta_seconds": None,
    }
    file.close()
