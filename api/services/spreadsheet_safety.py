"""Text that people typed, on its way into a spreadsheet: a cell that begins like a formula would be run as one."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import polars as pl

_BEGINS_A_FORMULA: Final = r"^[=+\-@\t\r]"
_IS_A_FIGURE: Final = r"^[+\-]\d*[.,:]?\d*%?$"  # -5, +1, -12.5, 4-minute clocks, and a dash alone


def without_formulas(frame: "pl.DataFrame") -> "pl.DataFrame":
    """The frame with an apostrophe before every text that a spreadsheet would take for a formula."""
    import polars as pl  # noqa: PLC0415 - the server starts without the frame engine

    text = pl.col(pl.String)
    is_formula = text.str.contains(_BEGINS_A_FORMULA) & ~text.str.contains(_IS_A_FIGURE)
    return frame.with_columns(pl.when(is_formula).then(pl.lit("'") + text).otherwise(text).name.keep())
