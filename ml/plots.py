"""`python -m ml.plots --data-dir DIR --out FOLDER`: calibration plots of the trained models, as SVG."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Final

import msgspec

from ml.artifact import load
from ml.errors import PredictionError
from ml.prediction import Region
from snapshot.files import replace_file
from snapshot.layout import DataDir

_SIZE: Final = 320
_EDGE: Final = 46
_INK: Final = "#1f2937"
_DOT: Final = "#2563eb"


def calibration_svg(title: str, regions: Sequence[Region]) -> str:
    """Observed against predicted shares, one dot per region, sized by its forecasts.

    Bars are two standard errors; the diagonal is perfect calibration.
    """
    most = max((r.games for r in regions), default=1)
    dots = "\n".join(_dot(region, most) for region in regions)
    ticks = "\n".join(_tick(share / 5) for share in range(6))
    side = _SIZE - 2 * _EDGE
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE}"
font-family="sans-serif" font-size="10">
<rect width="{_SIZE}" height="{_SIZE}" fill="white"/>
<text x="{_SIZE / 2}" y="22" text-anchor="middle" font-size="13" fill="{_INK}">{escape(title)}</text>
<rect x="{_EDGE}" y="{_EDGE}" width="{side}" height="{side}" fill="none" stroke="{_INK}"/>
<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" stroke="#9ca3af" stroke-dasharray="4 3"/>
{ticks}
{dots}
<text x="{_SIZE / 2}" y="{_SIZE - 8}" text-anchor="middle" fill="{_INK}">predicted</text>
<text x="12" y="{_SIZE / 2}" text-anchor="middle" fill="{_INK}" transform="rotate(-90 12 {_SIZE / 2})">observed</text>
</svg>
"""


def regions_in(evaluation: Mapping[str, object]) -> tuple[Region, ...]:
    """The bins that an evaluation has: of its calibration, or of its confidence."""
    calibration = evaluation.get("calibration")
    found = calibration.get("bins") if isinstance(calibration, Mapping) else evaluation.get("confidence")
    return tuple(msgspec.convert(found or [], tuple[Region, ...]))


def _dot(region: Region, most: int) -> str:
    x, y = _x(region.predicted), _y(region.observed)
    error = 2 * (max(region.predicted * (1 - region.predicted), 1e-4) / region.games) ** 0.5
    low, high = _y(max(region.observed - error, 0)), _y(min(region.observed + error, 1))
    radius = 2 + 6 * (region.games / most) ** 0.5
    return (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{low:.1f}" y2="{high:.1f}" stroke="{_DOT}"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{_DOT}" fill-opacity="0.7">'
        f"<title>{region.games} forecasts</title></circle>"
    )


def _tick(share: float) -> str:
    return (
        f'<text x="{_x(share):.1f}" y="{_SIZE - _EDGE + 14}" text-anchor="middle" fill="{_INK}">{share:.1f}</text>'
        f'<text x="{_EDGE - 6}" y="{_y(share) + 3:.1f}" text-anchor="end" fill="{_INK}">{share:.1f}</text>'
    )


def _x(share: float) -> float:
    return _EDGE + share * (_SIZE - 2 * _EDGE)


def _y(share: float) -> float:
    return _SIZE - _EDGE - share * (_SIZE - 2 * _EDGE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write `<model>.svg` for every trained model that has bins."""
    parser = argparse.ArgumentParser(prog="python -m ml.plots", description="Calibration plots of the trained models.")
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        artifact, _ = load(DataDir(options.data_dir))
    except PredictionError as error:
        print(f"ml.plots: {error}", file=sys.stderr)
        return 1
    for name, entry in artifact.models.items():
        if regions := regions_in(entry.evaluation):
            replace_file(options.out / f"{name}.svg", calibration_svg(name, regions).encode())
            print(options.out / f"{name}.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
