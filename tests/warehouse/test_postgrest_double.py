"""The double against the wire contract, by raw HTTP and by the official client."""

import json
import time
from collections.abc import Iterator

import httpx
import psycopg
import pytest
from postgrest.exceptions import APIError
from supabase import Client, ClientOptions, create_client

from tests.postgrest.faults import Fault
from tests.postgrest.server import ANON_KEY, SERVICE_KEY, PostgrestDouble
from tests.warehouse.servers import Databases

TABLES = """
create table items (
  id int primary key, name text not null default 'none', size numeric, at date, tags text[], extra jsonb);
create table keyless (a int, b text);
create table children (id int primary key, item int references items (id), checked int check (checked > 0));
create function add_up(a int, b int default 1) returns int language sql as 'select a + b';
create function list_items() returns setof items language sql stable as 'select * from items';
create function nothing() returns void language sql as 'select 1';
create function fail(code text) returns void language plpgsql as $$
  begin raise exception 'told so' using errcode = code; end $$;
grant all on all tables in schema public to service_role;
grant select on items to anon;
insert into items (id, name, size) values (1, 'puck', 1.5), (2, 'st,ick', 2), (3, 'net', null), (4, 'glove "L"', 'NaN');
"""


@pytest.fixture(scope="module")
def site(embedded_databases: Databases, postgrest: PostgrestDouble) -> Iterator[str]:
    with embedded_databases.lend() as dsn:
        with psycopg.connect(dsn) as connection:
            connection.execute(TABLES)
        yield postgrest.url(psycopg.conninfo.conninfo_to_dict(dsn)["dbname"])


@pytest.fixture
def double(postgrest: PostgrestDouble) -> Iterator[PostgrestDouble]:
    yield postgrest
    postgrest.faults.clear()
    postgrest.max_rows = 1000


@pytest.fixture
def http(site: str, double: PostgrestDouble) -> Iterator[httpx.Client]:
    headers = {"apikey": SERVICE_KEY}
    with httpx.Client(base_url=f"{site}/rest/v1", headers=headers) as client:
        yield client
        client.request("DELETE", "/items", params={"id": "gte.100"})
        client.request("DELETE", "/keyless", params={"or": "(a.is.null,a.not.is.null)"})


def code(response: httpx.Response) -> tuple[int, str]:
    body = response.json()
    assert set(body) == {"code", "message", "details", "hint"}
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    return response.status_code, body["code"]


MERGE = {"Prefer": "resolution=merge-duplicates,count=exact"}


class TestReading:
    @pytest.mark.parametrize(
        ("query", "ids"),
        [
            ("id=eq.1", [1]), ("id=not.eq.1", [2, 3, 4]), ("id=gt.1&id=lt.4", [2, 3]),
            ('name=in.(puck,"st,ick")', [1, 2]),
            ('name=in.("glove \\"L\\"")', [4]), ("name=like.*e*", [3, 4]), ("name=ilike.PU*", [1]),
            ("size=is.null", [3]),
            ("size=not.is.null", [1, 2, 4]), ("or=(id.eq.1,and(id.gt.2,name.eq.net))", [1, 3]),
            ("not.or=(id.eq.1,id.eq.2)", [3, 4]), ("order=id.desc&limit=2", [4, 3]), ("order=id&offset=3", [4]),
            ("order=size.asc.nullsfirst,id&limit=1", [3]), ("name=isdistinct.puck", [2, 3, 4]), ("limit=0", []),
        ],
    )  # fmt: skip
    def test_filters_order_and_limits(self, http: httpx.Client, query: str, ids: list[int]) -> None:
        response = http.get(f"/items?{query}")
        assert response.status_code == 200
        found = [row["id"] for row in response.json()]
        assert (found if "order" in query else sorted(found)) == ids

    def test_select_alias_and_cast(self, http: httpx.Client) -> None:
        assert http.get("/items?select=id,label:name,size::text&id=eq.1").json() == [
            {"id": 1, "label": "puck", "size": "1.5"}
        ]
        assert http.get("/items?select=size&id=eq.4").json() == [{"size": "NaN"}]

    def test_all_columns_named_ones_and_a_parent(self, http: httpx.Client) -> None:
        assert set(http.get("/items?select=*,label:name&id=eq.1").json()[0]) > {"id", "name", "label"}
        http.post("/children", json=[{"id": 90, "item": 1, "checked": 1}, {"id": 91, "item": None, "checked": 1}])
        whole = http.get("/children?select=id,items(name)&id=gte.90&order=id").json()
        assert whole == [{"id": 90, "items": {"name": "puck"}}, {"id": 91, "items": None}]
        assert len(http.get("/children?select=id,items!inner(name)&id=gte.90").json()) == 1
        http.request("DELETE", "/children?id=gte.90")
        assert code(http.get("/items?select=children(id)")) == (400, "PGRST200")

    def test_ranges_and_counts(self, http: httpx.Client) -> None:
        plain = http.get("/items?order=id&limit=2")
        assert (plain.status_code, plain.headers["content-range"]) == (200, "0-1/*")
        counted = http.get("/items?order=id&limit=2", headers={"Prefer": "count=exact"})
        assert (counted.status_code, counted.headers["content-range"]) == (206, "0-1/4")
        assert counted.headers["preference-applied"] == "count=exact"
        whole = http.head("/items", headers={"Prefer": "count=exact"})
        assert (whole.status_code, whole.headers["content-range"], whole.content) == (200, "0-3/4", b"")
        none = http.get("/items?id=eq.99", headers={"Prefer": "count=exact"})
        assert none.headers["content-range"] == "*/0"
        assert http.get("/items?id=eq.99").headers["content-range"] == "*/*"
        assert [r["id"] for r in http.get("/items?order=id", headers={"Range": "1-2"}).json()] == [2, 3]
        assert code(http.get("/items?offset=9", headers={"Prefer": "count=exact"})) == (416, "PGRST103")
        assert code(http.get("/items?limit=-1")) == (416, "PGRST103")

    def test_more_rows_than_allowed_are_cut_silently(self, http: httpx.Client, double: PostgrestDouble) -> None:
        double.max_rows = 3
        response = http.get("/items?order=id")
        assert (response.status_code, len(response.json()), response.headers["content-range"]) == (200, 3, "0-2/*")

    def test_one_object(self, http: httpx.Client) -> None:
        accept = {"Accept": "application/vnd.pgrst.object+json"}
        assert http.get("/items?id=eq.1", headers=accept).json()["name"] == "puck"
        assert code(http.get("/items", headers=accept)) == (406, "PGRST116")

    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("/nothing", (404, "PGRST205")), ("/items?nothing=eq.1", (400, "42703")),
            ("/items?id=what.1", (400, "PGRST100")),
            ("/items?id=eq.x", (400, "22P02")), ("/items?order=id.sideways", (400, "PGRST100")),
            ("/items?size=is.big", (400, "PGRST100")),
            ("/items?limit=x", (400, "PGRST100")),
        ],
    )  # fmt: skip
    def test_wrong_requests(self, http: httpx.Client, path: str, expected: tuple[int, str]) -> None:
        assert code(http.get(path)) == expected

    def test_keys_and_profiles(self, site: str, http: httpx.Client) -> None:
        assert code(httpx.get(f"{site}/rest/v1/items")) == (401, "PGRST301")
        assert code(httpx.get(f"{site}/rest/v1/items", headers={"apikey": "sb_secret_wrong"})) == (401, "PGRST301")
        assert httpx.get(f"{site}/rest/v1/items", headers={"apikey": ANON_KEY}).status_code == 200
        assert code(httpx.get(f"{site}/rest/v1/keyless", headers={"apikey": ANON_KEY})) == (401, "42501")
        assert code(http.get("/items", headers={"Accept-Profile": "benchsight"})) == (406, "PGRST106")
        strict = {"Prefer": "handling=strict, wishes=many"}
        assert code(http.get("/items", headers=strict)) == (400, "PGRST122")


class TestInserting:
    def test_an_array_and_an_object(self, http: httpx.Client) -> None:
        response = http.post("/items", json=[{"id": 100, "name": "a"}, {"id": 101, "name": "b"}])
        assert (response.status_code, response.content, response.headers["content-range"]) == (201, b"", "*/*")
        one = http.post(
            "/items?select=id,name", json={"id": 102}, headers={"Prefer": "return=representation,count=exact"}
        )
        assert one.json() == [{"id": 102, "name": "none"}]
        assert one.headers["content-range"] == "*/1"

    def test_missing_keys_become_null_or_the_default(self, http: httpx.Client) -> None:
        rows = [{"id": 103, "name": "a"}, {"id": 104}]
        assert code(http.post("/items", json=rows)) == (400, "PGRST102")
        assert code(http.post("/items?columns=id,name", json=rows)) == (400, "23502")
        given = http.post('/items?columns="id","name"', json=rows, headers={"Prefer": "missing=default"})
        assert given.status_code == 201
        assert http.get("/items?id=eq.104").json()[0]["name"] == "none"

    @pytest.mark.parametrize("body", [b"", b"{", b"NaN", b'[{"id": NaN}]'])
    def test_malformed_bodies(self, http: httpx.Client, body: bytes) -> None:
        assert code(http.post("/items", content=body)) == (400, "PGRST102")

    @pytest.mark.parametrize(
        ("query", "row", "expected"),
        [
            ("", {"id": 1}, (409, "23505")), ("", {"id": "1.5"}, (400, "22P02")),
            ("", {"id": 9999999999}, (400, "22003")),
            ("", {"id": 110, "at": "20251301"}, (400, "22008")), ("", {"id": 110, "name": "a\0"}, (400, "22P05")),
            ("", {"colour": 1}, (400, "PGRST204")), ("?columns=", {"id": 1}, (400, "PGRST100")),
            ("?on_conflict=name", {"id": 110, "name": "x"}, (400, "42P10")),
        ],
        ids=["key", "text", "range", "date", "nul", "column", "blank", "conflict"],
    )  # fmt: skip
    def test_wrong_rows(self, http: httpx.Client, query: str, row: dict, expected: tuple[int, str]) -> None:
        response = http.post(
            f"/items{query}", json=row, headers={"Prefer": "resolution=merge-duplicates"} if "conf" in query else {}
        )
        assert code(response) == expected

    def test_other_tables_constraints(self, http: httpx.Client) -> None:
        assert code(http.post("/children", json={"id": 1, "item": 77})) == (409, "23503")
        assert code(http.post("/children", json={"id": 1, "checked": 0})) == (400, "23514")


class TestMerging:
    def test_rows_are_written_over(self, http: httpx.Client) -> None:
        first = http.post("/items", json=[{"id": 120, "name": "a"}], headers=MERGE)
        assert (first.status_code, first.headers["content-range"]) == (201, "*/1")
        assert http.post("/items", json=[{"id": 120, "name": "b"}], headers=MERGE).status_code == 200
        assert http.post("/items", json=[{"id": 120}, {"id": 121}], headers=MERGE).status_code == 201
        assert http.get("/items?id=eq.120").json()[0]["name"] == "b"
        assert http.post("/items", json=[], headers=MERGE).status_code == 200

    def test_a_ragged_batch_blanks_what_it_does_not_name(self, http: httpx.Client) -> None:
        http.post("/items", json={"id": 122, "name": "a", "size": 5})
        rows = [{"id": 122, "name": "b"}, {"id": 123, "name": "c", "size": 1}]
        assert http.post("/items?columns=id,name,size", json=rows, headers=MERGE).status_code == 201
        assert http.get("/items?id=eq.122").json()[0]["size"] is None

    def test_duplicates_inside_a_batch(self, http: httpx.Client) -> None:
        rows = [{"id": 124, "name": "a"}, {"id": 124, "name": "b"}]
        assert code(http.post("/items", json=rows, headers=MERGE)) == (500, "21000")
        ignored = http.post("/items", json=[{"id": 1, "name": "x"}, {"id": 125, "name": "y"}],
                            headers={"Prefer": "resolution=ignore-duplicates,count=exact"})  # fmt: skip
        assert (ignored.status_code, ignored.headers["content-range"]) == (201, "*/1")

    def test_without_a_key_it_inserts(self, http: httpx.Client) -> None:
        for _ in range(2):
            assert http.post("/keyless", json={"a": 1}, headers=MERGE).status_code == 201
        assert len(http.get("/keyless").json()) == 2


class TestChanging:
    def test_update(self, http: httpx.Client) -> None:
        http.post("/items", json={"id": 130, "name": "a"})
        changed = http.patch("/items?id=eq.130", json={"name": "b"})
        assert (changed.status_code, changed.headers["content-range"]) == (204, "0-0/*")
        shown = http.patch("/items?id=eq.999", json={"name": "b"}, headers={"Prefer": "return=representation"})
        assert (shown.status_code, shown.json(), shown.headers["content-range"]) == (200, [], "*/*")
        assert code(http.patch("/items", json={"name": "b"})) == (400, "21000")
        assert http.patch("/items?id=eq.130", json={}).status_code == 204
        assert code(http.patch("/items?id=eq.130", json={"colour": 1})) == (400, "PGRST204")

    def test_delete(self, http: httpx.Client) -> None:
        http.post("/items", json=[{"id": 131, "name": "a"}, {"id": 132, "name": "a"}])
        strict = {"Prefer": "handling=strict, max-affected=1"}
        assert code(http.request("DELETE", "/items?id=in.(131,132)", headers=strict)) == (400, "PGRST124")
        gone = http.request("DELETE", "/items?id=in.(131,132)", content=b"{}", headers={"Prefer": "count=exact"})
        assert (gone.status_code, gone.headers["content-range"]) == (204, "*/2")
        assert code(http.request("DELETE", "/items")) == (400, "21000")


class TestFunctions:
    def test_results(self, http: httpx.Client) -> None:
        assert http.post("/rpc/add_up", json={"a": 1, "b": 2}).json() == 3
        assert http.post("/rpc/add_up", json={"a": 1}).json() == 2
        assert len(http.post("/rpc/list_items", json={}).json()) == 4
        assert http.get("/rpc/list_items").status_code == 200
        assert http.post("/rpc/nothing", json={}).status_code == 204

    def test_refusals(self, http: httpx.Client) -> None:
        assert code(http.post("/rpc/add_up", json={"c": 1})) == (404, "PGRST202")
        assert code(http.patch("/rpc/add_up", json={})) == (405, "PGRST101")
        assert code(http.post("/rpc/fail", json={"code": "P0001"})) == (400, "P0001")
        assert code(http.post("/rpc/fail", json={"code": "PT418"})) == (418, "PT418")
        assert code(http.post("/rpc/fail", json={"code": "40001"})) == (500, "40001")
        assert code(http.post("/rpc/fail", json={"code": "BSOLD"})) == (400, "BSOLD")


class TestFaults:
    @pytest.mark.parametrize(("kind", "stands"), [("drop_before", False), ("drop_after", True)])
    def test_a_lost_answer(self, http: httpx.Client, double: PostgrestDouble, kind: str, stands: bool) -> None:
        double.faults.waiting.append(Fault(kind, "/items", "POST"))
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            http.post("/items", json={"id": 140, "name": "a"})
        assert bool(http.get("/items?id=eq.140").json()) is stands

    @pytest.mark.parametrize("status", [413, 429, 502, 503, 504])
    def test_a_refusal(self, http: httpx.Client, double: PostgrestDouble, status: int) -> None:
        double.faults.waiting.append(Fault(str(status), "/items", bytes=10, retry_after=3))
        assert http.get("/items").status_code == 200
        refused = http.post("/items", json={"id": 141, "name": "a"})
        assert (refused.status_code, refused.headers["retry-after"]) == (status, "3")
        assert http.get("/items?id=eq.141").json() == []

    def test_a_timeout_slowness_and_a_stale_cache(self, http: httpx.Client, double: PostgrestDouble) -> None:
        double.faults.waiting += [Fault("57014"), Fault("slow", seconds=0.2)]
        assert code(http.get("/items")) == (500, "57014")
        since = time.monotonic()
        assert http.get("/items").status_code == 200
        assert time.monotonic() - since >= 0.2
        double.faults.hidden |= {"items", "add_up"}
        assert code(http.get("/items")) == (404, "PGRST205")
        assert code(http.post("/rpc/add_up", json={"a": 1})) == (404, "PGRST202")


class TestOfficialClient:
    @pytest.fixture
    def client(self, site: str) -> Iterator[Client]:
        with httpx.Client(http2=False) as session:
            yield create_client(site, SERVICE_KEY, ClientOptions(httpx_client=session))  # type: ignore[arg-type]

    def test_it_reads_writes_and_calls(self, client: Client) -> None:
        client.table("items").insert([{"id": 150, "name": "a,b"}, {"id": 151, "name": "c", "size": 1}]).execute()
        found = (
            client.table("items")
            .select("id,size", count="exact")
            .in_("name", ["a,b", "c"])
            .order("id")
            .range(0, 0)
            .execute()
        )
        assert (found.data, found.count) == ([{"id": 150, "size": None}], 2)
        client.table("items").upsert([{"id": 150, "name": "d"}], on_conflict="id", returning="minimal").execute()
        assert client.table("items").select("name").eq("id", 150).single().execute().data == {"name": "d"}
        assert client.table("items").select("*", count="exact", head=True).gte("id", 150).execute().count == 2
        assert client.rpc("add_up", {"a": 4}).execute().data == 5
        assert len(client.table("items").delete().gte("id", 150).execute().data) == 2

    def test_errors_arrive_as_it_understands_them(self, client: Client, double: PostgrestDouble) -> None:
        with pytest.raises(APIError) as caught:
            client.table("items").insert({"id": "x"}).execute()
        assert caught.value.code == "22P02"
        double.faults.waiting.append(Fault("413", "/items", "POST"))
        with pytest.raises(APIError) as caught:
            client.table("items").insert({"id": 160, "name": "x"}).execute()
        assert caught.value.code == "413"
        with pytest.raises(ValueError, match="JSON"):
            client.table("items").insert({"id": 160, "size": float("nan")}).execute()


def test_requests_are_counted(http: httpx.Client, double: PostgrestDouble) -> None:
    before = len(double.requests)
    http.post("/rpc/add_up", json={"a": 1})
    method, path, size = double.requests[before]
    assert (method, path.rpartition("/")[2], size) == (
        "POST",
        "add_up",
        len(json.dumps({"a": 1}, separators=(",", ":"))),
    )
