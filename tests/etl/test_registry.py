import polars as pl
import pytest

from etl.columns.column import count, text
from etl.registry import BrokenTable, InvalidRegistry, Registry, Table, TableBuilt, table

NAME = text("name", "A name.")
NUMBER = count("number", "A number.")


@table(key=("name",), grain="one name", columns=(NAME, NUMBER))
def dim_name(names: pl.DataFrame) -> pl.DataFrame:
    """The names."""
    return names


@table(key=("name",), grain="one name", kind="aggregate")
def counted(dim_name: pl.DataFrame) -> pl.DataFrame:
    """Names and how often."""
    return dim_name


NAMES = pl.DataFrame({"name": ["a", "b"], "number": [1, 2]}, schema={"name": pl.String, "number": pl.Int32})


class TestBuild:
    def test_tables_are_built_after_their_inputs_and_each_is_reported(self) -> None:
        events: list[TableBuilt] = []
        built = Registry([counted, dim_name]).build({"names": NAMES}, events.append)
        assert [(e.name, e.rows, e.done, e.total) for e in events] == [("dim_name", 2, 1, 2), ("counted", 2, 2, 2)]
        assert built["counted"].equals(NAMES)

    def test_only_what_is_retained_comes_back_and_the_rest_is_let_go(self) -> None:
        sources: dict[str, object] = {"names": NAMES}
        assert list(Registry([counted, dim_name]).build(sources, retain={"counted"})) == ["counted"]
        assert list(sources) == ["counted"]

    def test_each_frame_is_kept_with_its_declaration(self) -> None:
        kept: dict[str, int] = {}
        Registry([dim_name]).build({"names": NAMES}, keep=lambda declared, f: kept.update({declared.name: f.height}))
        assert kept == {"dim_name": 2}


class TestDeclarations:
    def test_an_unknown_input_stops_before_any_row_is_read(self) -> None:
        with pytest.raises(InvalidRegistry, match="counted needs 'dim_name', which is neither a table nor a source"):
            Registry([counted]).build({"names": NAMES})

    def test_tables_that_need_each_other_are_refused(self) -> None:
        def one(two: pl.DataFrame) -> pl.DataFrame:
            return two

        def two(one: pl.DataFrame) -> pl.DataFrame:
            return one

        declare = table(key=("name",), grain="one")
        with pytest.raises(InvalidRegistry, match=r"need each other: (one -> two|two -> one)"):
            Registry([declare(one), declare(two)]).build({})

    def test_a_name_declared_twice_is_refused(self) -> None:
        with pytest.raises(InvalidRegistry, match="dim_name is declared twice"):
            Registry([dim_name, dim_name])

    def test_a_published_table_without_columns_is_refused(self) -> None:
        def fact_bare() -> pl.DataFrame:
            return NAMES

        with pytest.raises(InvalidRegistry, match="fact_bare declares no columns"):
            Registry([table(key=("name",), grain="one")(fact_bare)])

    def test_a_table_may_not_read_a_later_kind(self) -> None:
        def early(counted: pl.DataFrame) -> pl.DataFrame:
            return counted

        with pytest.raises(InvalidRegistry, match="early is core and may not read counted"):
            Registry([dim_name, counted, table(key=("name",), grain="one")(early)]).build({"names": NAMES})

    def test_the_tables_needed_for_one_are_its_ancestors(self) -> None:
        assert list(Registry([counted, dim_name]).needed_for("dim_name").tables) == ["dim_name"]


class TestChecks:
    @pytest.mark.parametrize(
        ("frame", "message"),
        [
            (NAMES.drop("number"), "missing number"),
            (NAMES.with_columns(more=pl.lit(1)), "undeclared more"),
            (NAMES.cast({"number": pl.Int64}), "number: Int64 instead of"),
            (NAMES.select("number", "name"), "another order"),
            (NAMES.with_columns(name=pl.lit(None, pl.String)), "null in name"),
            (NAMES.with_columns(number=pl.lit(None, pl.Int32)), "null in number"),
            (NAMES.with_columns(name=pl.lit("a")), "the key name repeats, for example"),
        ],
        ids=["missing", "surplus", "type", "order", "null key", "null value", "repeated key"],
    )
    def test_a_frame_that_breaks_its_declaration_is_refused(self, frame: pl.DataFrame, message: str) -> None:
        with pytest.raises(BrokenTable, match=f"dim_name: .*{message}"):
            Registry([dim_name]).build({"names": frame})

    def test_a_function_that_fails_is_named(self) -> None:
        def dim_lost() -> pl.DataFrame:
            return NAMES.select("lost")

        declared: Table = table(key=("name",), grain="one", columns=(NAME,))(dim_lost)
        with pytest.raises(BrokenTable, match="dim_lost: "):
            Registry([declared]).build({})
