"""The REST lane where the network, the gateway or the data are not as they should be."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.postgrest.faults import Fault
from tests.postgrest.server import ANON_KEY, SERVICE_KEY, PostgrestDouble
from tests.warehouse.servers import Databases, Stand
from tests.warehouse.snapshots import PLAYERS, TABLES, events, league, make_snapshot
from warehouse.base import Change, PublishOptions, PublishResult, Query, Watch
from warehouse.errors import (
    AccessDenied,
    BadData,
    NoDirectConnection,
    PublishCancelled,
    SchemaDrift,
    TooManyDeletes,
    WarehouseUnavailable,
)
from warehouse.rest_client import check_key
from warehouse.rest_delivery import deliver
from warehouse.rest_errors import Refused, Verdict, refused_by_server
from warehouse.rest_rows import MAX_BATCH_BYTES, Batch, packed
from warehouse.supabase import SupabaseWarehouse

FUNCTIONS = {"begin_load", "load_rows", "publish_load", "preview_load", "abandon_load", "warehouse_catalog",
             "warehouse_status", "apply_changes"}  # fmt: skip
ROWS = "select count(*) from fact_events"


@pytest.fixture
def double(postgrest: PostgrestDouble) -> Iterator[PostgrestDouble]:
    postgrest.requests.clear()
    yield postgrest
    postgrest.faults.clear()


@pytest.fixture
def rest(double: PostgrestDouble, embedded_databases: Databases) -> Iterator[Stand]:
    with embedded_databases.lend() as dsn:
        warehouse = SupabaseWarehouse(double.url(str(conninfo_to_dict(dsn)["dbname"])), SERVICE_KEY)
        yield Stand(warehouse, dsn)
        warehouse.close()


def publish(stand: Stand, snapshot, watch: Watch | None = None, **options) -> PublishResult:
    return stand.warehouse.publish(snapshot, list(TABLES), PublishOptions(**options), watch or Watch())


def sent(double: PostgrestDouble, path: str) -> list[int]:
    return [size for _, where, size in double.requests if path in where]


class TestTrouble:
    @pytest.mark.parametrize("kind", ["drop_before", "drop_after", "429", "502", "503", "504"])
    @pytest.mark.parametrize("path", ["warehouse_catalog", "begin_load", "load_rows", "publish_load"])
    def test_what_passes_is_tried_again(
        self, rest: Stand, double: PostgrestDouble, tmp_path: Path, kind: str, path: str
    ) -> None:
        double.faults.waiting.append(Fault(kind, path, retry_after=0))
        result = publish(rest, make_snapshot(tmp_path, league()))
        assert (result.written, result.atomic, result.notes) == (66, True, ())
        assert rest.sql(ROWS) == [(60,)]

    @pytest.mark.parametrize("kind", ["413", "57014"])
    def test_what_is_too_much_is_halved(self, rest: Stand, double: PostgrestDouble, tmp_path: Path, kind: str) -> None:
        double.faults.waiting.append(Fault(kind, "load_rows", times=None, bytes=3000))
        assert publish(rest, make_snapshot(tmp_path, league(120))).written == 126
        assert rest.sql(ROWS) == [(120,)]
        assert max(sent(double, "load_rows")) > 3000

    def test_a_single_row_that_is_too_much_ends_the_upload(
        self, rest: Stand, double: PostgrestDouble, tmp_path: Path
    ) -> None:
        double.faults.waiting.append(Fault("413", "load_rows", times=None))
        with pytest.raises(WarehouseUnavailable, match="413"):
            publish(rest, make_snapshot(tmp_path, league()))
        assert rest.sql("select count(*) from benchsight.load") == [(0,)]

    def test_retry_after_is_kept_to(self, rest: Stand, double: PostgrestDouble, tmp_path: Path) -> None:
        double.faults.waiting.append(Fault("429", "begin_load", retry_after=1))
        since = time.monotonic()
        publish(rest, make_snapshot(tmp_path, league()))
        assert time.monotonic() - since >= 1

    def test_it_gives_up_after_six_tries(self, rest: Stand, double: PostgrestDouble, tmp_path: Path) -> None:
        double.faults.waiting.append(Fault("429", "begin_load", times=None, retry_after=0))
        with pytest.raises(WarehouseUnavailable):
            publish(rest, make_snapshot(tmp_path, league()))
        assert len(sent(double, "begin_load")) == 6

    def test_an_upload_that_waits_can_be_cancelled(self, rest: Stand, double: PostgrestDouble, tmp_path: Path) -> None:
        double.faults.waiting.append(Fault("429", "begin_load", times=None, retry_after=50))
        cancelled = threading.Event()
        threading.Timer(0.3, cancelled.set).start()
        since = time.monotonic()
        with pytest.raises(PublishCancelled):
            publish(rest, make_snapshot(tmp_path, league()), Watch(cancelled=cancelled))
        assert time.monotonic() - since < 5

    def test_a_storm_passes(self, rest: Stand, double: PostgrestDouble, tmp_path: Path) -> None:
        for kind in ("429", "503", "57014", "drop_before", "drop_after"):
            least = 1500 if kind == "57014" else 0  # a single row that takes too long ends an upload, and rightly
            double.faults.waiting.append(Fault(kind, "load_rows", times=None, rate=0.05, bytes=least, retry_after=0))
        assert publish(rest, make_snapshot(tmp_path, league(300)), batch_size=10).written == 306
        assert rest.sql(ROWS) == [(300,)]
        assert rest.sql("select count(*) from benchsight_load.fact_events") == [(0,)]

    def test_nothing_is_left_of_a_failed_load(self, rest: Stand, double: PostgrestDouble, tmp_path: Path) -> None:
        double.faults.waiting.append(Fault("401", "publish_load"))
        with pytest.raises(AccessDenied):
            publish(rest, make_snapshot(tmp_path, league()))
        assert rest.sql("select count(*) from benchsight_load.fact_events") == [(0,)]
        assert rest.sql("select count(*) from benchsight.load") == [(0,)]

    def test_a_load_that_was_published_answers_the_same_again(
        self, rest: Stand, double: PostgrestDouble, tmp_path: Path
    ) -> None:
        double.faults.waiting.append(Fault("drop_after", "publish_load"))
        result = publish(rest, make_snapshot(tmp_path, league()))
        assert len(sent(double, "publish_load")) == 2
        assert result.written == 66

    @pytest.mark.parametrize("path", ["load_rows", "publish_load"])
    def test_a_slow_answer_is_asked_for_again(
        self, rest: Stand, double: PostgrestDouble, tmp_path: Path, path: str
    ) -> None:
        warehouse = SupabaseWarehouse(
            double.url(str(conninfo_to_dict(rest.dsn)["dbname"])), SERVICE_KEY, read_seconds=1
        )
        double.faults.waiting.append(Fault("slow", path, seconds=2))
        assert publish(Stand(warehouse, rest.dsn), make_snapshot(tmp_path, league())).written == 66
        assert len(sent(double, path)) == {"load_rows": 5, "publish_load": 2}[path]
        time.sleep(1.5)  # the slow one ends too, and changes nothing
        assert rest.sql(ROWS) == [(60,)]
        warehouse.close()

    def test_slow_batches_become_smaller(self, rest: Stand, double: PostgrestDouble, tmp_path: Path) -> None:
        warehouse = SupabaseWarehouse(
            double.url(str(conninfo_to_dict(rest.dsn)["dbname"])), SERVICE_KEY, read_seconds=0.7
        )
        double.faults.waiting.append(Fault("slow", "load_rows", times=2, bytes=5000, seconds=1))
        assert publish(Stand(warehouse, rest.dsn), make_snapshot(tmp_path, league())).written == 66
        assert len([size for size in sent(double, "load_rows") if size > 3000]) == 4
        warehouse.close()


class TestRequests:
    def test_batches_keep_to_rows_and_bytes(self, rest: Stand, double: PostgrestDouble, tmp_path: Path) -> None:
        publish(rest, make_snapshot(tmp_path, league(250)), batch_size=100)
        assert len(sent(double, "load_rows")) == 3 + 3
        wide = [dict(e, note="x" * 30_000) for e in events(100)]
        publish(rest, make_snapshot(tmp_path, {**league(), "fact_events": wide}, number=2), replace=True)
        assert max(sent(double, "load_rows")) < MAX_BATCH_BYTES + 1000

    def test_packing_loses_and_reorders_nothing(self) -> None:
        rows = [{"a": n, "b": "x" * (n % 7 * 40_000)} for n in range(200)]
        made = list(packed("t", rows, 30))
        assert [row for batch in made for row in batch.rows] == rows
        assert [batch.first_row for batch in made] == [1 + sum(len(b.rows) for b in made[:n]) for n in range(len(made))]
        assert max(len(batch.rows) for batch in made) <= 30
        assert max(len(json.dumps(batch.rows)) for batch in made) < MAX_BATCH_BYTES + 10_000

    def test_long_reads_are_paged(self, rest: Stand, double: PostgrestDouble, tmp_path: Path) -> None:
        double.max_rows = 100
        try:
            publish(rest, make_snapshot(tmp_path, league(250)))
            rows = rest.warehouse.read(Query(table="fact_events", columns=("event_id",), order=("event_id",)))
        finally:
            double.max_rows = 1000
        assert [row["event_id"] for row in rows] == [row["event_id"] for row in events(250)]


class TestWithoutFunctions:
    @pytest.fixture(autouse=True)
    def hidden(self, double: PostgrestDouble) -> None:
        double.faults.hidden |= FUNCTIONS

    def test_rows_are_written_directly_and_the_result_says_so(self, rest: Stand, tmp_path: Path) -> None:
        result = publish(rest, make_snapshot(tmp_path, league()))
        assert (result.written, result.atomic) == (66, False)
        assert "reset_supabase.sql" in result.notes[0]
        assert rest.sql(ROWS) == [(60,)]
        assert [name for (name,) in rest.sql("select player_full_name from dim_player order by player_id")] == [
            p["player_full_name"] for p in PLAYERS
        ]

    def test_a_second_time_writes_nothing(self, rest: Stand, double: PostgrestDouble, tmp_path: Path) -> None:
        publish(rest, make_snapshot(tmp_path, league()))
        before = rest.sql("select ctid, xmin from fact_events order by 1")
        double.requests.clear()
        assert publish(rest, make_snapshot(tmp_path, league(), number=2)).written == 0
        assert {method for method, path, _ in double.requests if "rpc" not in path} == {"GET", "HEAD"}
        assert rest.sql("select ctid, xmin from fact_events order by 1") == before

    def test_differences_only(self, rest: Stand, double: PostgrestDouble, tmp_path: Path) -> None:
        publish(rest, make_snapshot(tmp_path, league(240)))
        changed = [dict(e, is_goal=7) if n == 5 else e for n, e in enumerate(events(243)[120:])]
        later = make_snapshot(tmp_path, {**league(), "fact_events": changed}, number=2)
        preview = rest.warehouse.preview(later, list(TABLES), Watch())
        result = publish(rest, later)
        for one in (preview, result):
            assert [(t.inserted, t.updated, t.deleted) for t in one.tables if t.table == "fact_events"] == [(3, 1, 120)]
        assert rest.sql(ROWS) == [(123,)]
        assert len(sent(double, "/fact_events?or=")) == 3

    def test_the_guard_holds(self, rest: Stand, tmp_path: Path) -> None:
        publish(rest, make_snapshot(tmp_path, league()))
        few = make_snapshot(tmp_path, {**league(), "fact_events": events(20)}, number=2)
        with pytest.raises(TooManyDeletes, match="40 of the 60 rows of fact_events"):
            publish(rest, few)
        assert publish(rest, few, keep_missing=True).written == 0
        assert publish(rest, few, replace=True).written == 40

    def test_a_row_that_only_the_database_refuses_is_found(self, rest: Stand, tmp_path: Path) -> None:
        rest.sql("alter table fact_events add constraint short check (length(note) < 20)")
        rows = events(50)
        rows[30]["note"] = "a note that is much too long"
        with pytest.raises(BadData, match=r"fact_events row 31.*violates check constraint"):
            publish(rest, make_snapshot(tmp_path, {**league(), "fact_events": rows}))

    def test_missing_tables_are_named(self, double: PostgrestDouble, embedded_dsn: str, tmp_path: Path) -> None:
        warehouse = SupabaseWarehouse(double.url(str(conninfo_to_dict(embedded_dsn)["dbname"])), SERVICE_KEY)
        with pytest.raises(SchemaDrift, match=r"dim_team.*Run sql/reset_supabase.sql"):
            publish(Stand(warehouse, embedded_dsn), make_snapshot(tmp_path, league()))
        warehouse.close()

    def test_staging_says_what_it_needs(self, rest: Stand) -> None:
        with pytest.raises(NoDirectConnection, match="reset_supabase"):
            rest.warehouse.apply([Change(table="stage_dim_team", delete_all=True)])
        status = rest.warehouse.status()
        assert status.connected
        assert "reset_supabase" in str(status.problem)


def test_functions_of_another_release_are_noted(rest: Stand, tmp_path: Path) -> None:
    rest.sql("comment on function public.warehouse_catalog() is 'older'")
    assert "another release" in publish(rest, make_snapshot(tmp_path, league())).notes[0]


def test_missing_tables_stop_the_upload(rest: Stand, tmp_path: Path) -> None:
    rest.sql("drop table fact_events")
    with pytest.raises(SchemaDrift, match=r"fact_events is missing\. Generate the schema"):
        publish(rest, make_snapshot(tmp_path, league()))
    with pytest.raises(NoDirectConnection):
        rest.warehouse.apply_schema("select 1")


class TestKeys:
    @staticmethod
    def jwt(**claims: object) -> str:
        parts = ({"alg": "HS256"}, claims)
        return ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts) + ".c2ln"

    def test_both_kinds_are_taken(self, rest: Stand, double: PostgrestDouble, tmp_path: Path) -> None:
        legacy = self.jwt(role="service_role")
        double.roles[legacy] = "service_role"
        warehouse = SupabaseWarehouse(double.url(str(conninfo_to_dict(rest.dsn)["dbname"])), legacy)
        assert publish(Stand(warehouse, rest.dsn), make_snapshot(tmp_path, league())).atomic
        warehouse.close()

    @pytest.mark.parametrize(
        ("key", "told"),
        [
            (ANON_KEY, "publishable"),
            (jwt(role="anon"), "'anon'"),
            ("swordfish", "neither"),
            ("a.b.c", "neither"),
            ("", "neither"),
        ],
        ids=["publishable", "anon", "word", "dots", "empty"],
    )
    def test_others_are_refused_without_being_shown(self, key: str, told: str) -> None:
        with pytest.raises(ValueError, match=told) as caught:
            check_key(key)
        assert not key or key not in str(caught.value)

    def test_a_wrong_key_is_access_denied(self, double: PostgrestDouble, rest: Stand, tmp_path: Path) -> None:
        wrong = "sb_secret_" + "0" * 20
        warehouse = SupabaseWarehouse(double.url(str(conninfo_to_dict(rest.dsn)["dbname"])), wrong)
        with pytest.raises(AccessDenied) as caught:
            publish(Stand(warehouse, rest.dsn), make_snapshot(tmp_path, league()))
        assert wrong not in str(caught.value)
        status = warehouse.status()
        assert not status.connected
        assert wrong not in str(status)
        assert wrong not in repr(warehouse.__dict__)
        warehouse.close()

    def test_a_url_without_a_server(self) -> None:
        with pytest.raises(ValueError, match="https"):
            SupabaseWarehouse("project.supabase.co", SERVICE_KEY)
        warehouse = SupabaseWarehouse("http://127.0.0.1:1", SERVICE_KEY)
        assert not warehouse.status().connected


class TestVerdicts:
    @pytest.mark.parametrize(
        ("status", "code", "verdict"),
        [
            *((s, str(s), Verdict.RETRY) for s in (408, 429, 502, 503, 504, 520, 524)),
            *((500, c, Verdict.RETRY) for c in ("40001", "40P01", "53300", "57P01", "PGRST002", "PGRST003")),
            (413, "413", Verdict.SPLIT), (500, "57014", Verdict.SPLIT),
            *((400, c, Verdict.BAD_DATA) for c in ("22P02", "22003", "23502", "23514", "23503", "23505", "21000")),
            *((400, c, Verdict.FAIL) for c in ("42501", "PGRST204", "PGRST202", "PGRST301", "401", "500", "BSOLD")),
        ],
    )  # fmt: skip
    def test_each_error_asks_for_one_thing(self, status: int, code: str, verdict: Verdict) -> None:
        assert refused_by_server(status, (code, "m", None), None).verdict is verdict

    @pytest.mark.parametrize(("header", "seconds"), [("3", 3.0), ("0.5", 0.5), ("soon", None), (None, None)])
    def test_retry_after(self, header: str | None, seconds: float | None) -> None:
        assert refused_by_server(429, (None, None, None), header).retry_after == seconds


class TestBisection:
    def test_every_bad_row_and_its_column_are_named(self) -> None:
        arrived: list[object] = []

        def send(batch: Batch) -> None:
            if bad := [row for row in batch.rows if row["size"] == "big"]:
                assert bad
                raise Refused(Verdict.BAD_DATA, "22P02", 'invalid input syntax for type integer: "big"')
            arrived.extend(row["id"] for row in batch.rows)

        rows = [{"id": n, "size": "big" if n in {3, 17, 18} else "1"} for n in range(40)]
        with pytest.raises(BadData) as caught:
            deliver(Batch("dim_x", 101, rows), send)
        assert [(r.row, r.column) for r in caught.value.rows] == [(104, "size"), (118, "size"), (119, "size")]
        assert sorted(arrived) == [n for n in range(40) if n not in {3, 17, 18}]

    def test_rows_that_clash_only_with_each_other(self) -> None:
        def send(batch: Batch) -> None:
            if len({row["id"] for row in batch.rows}) < len(batch.rows):
                raise Refused(Verdict.BAD_DATA, "21000", "cannot affect row a second time")

        with pytest.raises(BadData, match="cannot affect row a second time"):
            deliver(Batch("dim_x", 1, [{"id": 1}, {"id": 1}]), send)
