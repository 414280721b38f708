"""The states of a job, and what a trigger request may say."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from api.models.job import LANE_OF, NEXT, TERMINAL, IllegalTransition, Job, JobKind, JobStatus, TriggerETLRequest

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def make_job(**fields: object) -> Job:
    return Job.model_validate({"job_id": "a", "kind": "etl", "mode": "full", "created_at": NOON, **fields})


class TestMoves:
    @pytest.mark.parametrize("start", JobStatus)
    @pytest.mark.parametrize("end", JobStatus)
    def test_every_pair_of_states_is_a_move_of_the_table_or_refused(self, start: JobStatus, end: JobStatus) -> None:
        job = make_job(status=start)
        if end in NEXT[start]:
            moved = job.to(end, at=NOON)
            assert (moved.status, moved.version) == (end, 2)
        else:
            with pytest.raises(IllegalTransition, match=f"cannot become {end}: it is {start}"):
                job.to(end, at=NOON)

    def test_the_table_is_the_one_of_the_architecture(self) -> None:
        assert {JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED} == TERMINAL
        assert NEXT[JobStatus.PENDING] == {JobStatus.RUNNING, JobStatus.CANCELLED}
        assert NEXT[JobStatus.RUNNING] == TERMINAL
        assert LANE_OF.keys() == set(JobKind)

    def test_the_moments_are_stamped(self) -> None:
        job = make_job().to(JobStatus.RUNNING, at=NOON + timedelta(seconds=1))
        done = job.to(JobStatus.FAILED, at=NOON + timedelta(seconds=3), error="no games")
        assert (done.started_at, done.completed_at) == (NOON + timedelta(seconds=1), NOON + timedelta(seconds=3))
        assert done.error == "no games"

    def test_a_clock_set_back_does_not_end_a_job_before_it_began(self) -> None:
        job = make_job().to(JobStatus.RUNNING, at=NOON - timedelta(hours=1))
        done = job.to(JobStatus.COMPLETED, at=NOON - timedelta(hours=2))
        assert job.created_at <= done.started_at <= done.completed_at  # type: ignore[operator] - both are set

    @given(st.lists(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e6, max_value=1e6)))
    def test_progress_never_falls_and_is_100_only_at_the_end(self, reports: list[float]) -> None:
        job = make_job(status="running")
        for report in reports:
            later = job.with_changes(progress=report)
            assert job.progress <= later.progress <= 99
            job = later
        assert job.to(JobStatus.FAILED, at=NOON, progress=100).progress <= 99
        assert job.to(JobStatus.COMPLETED, at=NOON).progress == 100

    @pytest.mark.parametrize("status", sorted(TERMINAL))
    def test_nothing_about_a_finished_job_changes(self, status: JobStatus) -> None:
        with pytest.raises(IllegalTransition):
            make_job(status=status).with_changes(current_step="more")


class TestJson:
    def test_times_are_utc_with_z(self) -> None:
        job = make_job(created_at=datetime(2026, 11, 23, 7, tzinfo=timezone(timedelta(hours=-5))))
        assert job.model_dump(mode="json")["created_at"] == "2026-11-23T12:00:00Z"

    def test_a_time_without_zone_is_refused(self) -> None:
        with pytest.raises(ValidationError):
            make_job(created_at=datetime(2026, 11, 23))  # noqa: DTZ001 - that is the point

    def test_a_job_survives_json(self) -> None:
        job = make_job(
            game_ids=[1], options={"a": [1, None, {"b": True}]}, result={"x": 1.5}, tables_created=["dim_team"]
        )
        assert Job.model_validate_json(job.model_dump_json()) == job

    def test_the_portal_reads_lists_or_null(self) -> None:
        body = make_job().model_dump(mode="json")
        assert body["errors"] == []
        assert body["tables_created"] is None
        assert body["progress"] == 0


def message(body: object) -> str:
    with pytest.raises(ValidationError) as caught:
        TriggerETLRequest.model_validate(body)
    return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in caught.value.errors())


class TestTrigger:
    def test_nothing_said_means_a_full_run_of_the_files(self) -> None:
        request = TriggerETLRequest.model_validate({})
        assert (request.mode, request.source, request.game_ids) == ("full", "excel", None)
        assert request.as_new_job().options == {
            "wipe": False,
            "validate": True,
            "upload_to_supabase": False,
            "regenerate_schema": False,
            "train": False,
            "source": "excel",
            "exclude_game_ids": [],
        }

    def test_the_request_of_the_portal_is_taken(self) -> None:
        body = {
            "mode": "single",
            "game_ids": [18969],
            "exclude_game_ids": None,
            "source": "supabase",
            "options": {"wipe": True, "validate": False},
        }
        job = TriggerETLRequest.model_validate(body).as_new_job(idempotency_key="k")
        assert (job.mode, job.game_ids, job.idempotency_key) == ("single", (18969,), "k")
        assert (job.options["wipe"], job.options["validate"], job.options["source"]) == (True, False, "supabase")

    @pytest.mark.parametrize("mode", ["all", "", "FULL", None, 7, ["full"], {"a": 1}], ids=repr)
    def test_an_unknown_mode_is_named_with_the_valid_ones(self, mode: object) -> None:
        assert "Valid modes: full, incremental, single, test" in message({"mode": mode})

    def test_the_message_is_the_documented_one(self) -> None:
        assert message({"mode": "x"}) == "mode: Invalid mode 'x'. Valid modes: full, incremental, single, test"

    def test_single_needs_games(self) -> None:
        assert "game_ids" in message({"mode": "single"})
        assert "game_ids" in message({"mode": "single", "game_ids": []})

    @pytest.mark.parametrize(
        "body",
        [{"options": {"wype": True}}, {"extra": 1}, {"game_ids": [-1]}, {"game_ids": ["x"]}, {"game_ids": [2**60]}],
        ids=repr,
    )
    def test_what_is_unknown_or_out_of_range_is_refused(self, body: object) -> None:
        assert message(body)

    def test_the_order_of_the_games_makes_no_other_request(self) -> None:
        one, two = ({"mode": "single", "game_ids": ids} for ids in ([3, 1, 3], [1, 3]))
        assert TriggerETLRequest.model_validate(one).as_new_job() == TriggerETLRequest.model_validate(two).as_new_job()

    def test_null_options_are_no_options(self) -> None:
        assert TriggerETLRequest.model_validate({"options": None}) == TriggerETLRequest()
