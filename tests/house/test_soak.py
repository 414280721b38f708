"""What the soak calls flat."""

import pytest

from benchmarks.soak import Sample, slope


def samples(growth: float, noise: float) -> list[Sample]:
    """Five minutes, one sample every six seconds, with a saw tooth for noise."""
    return [Sample(n / 10, 90.0, 66.0 + growth * n / 10 + noise * (n % 2)) for n in range(50)]


@pytest.mark.parametrize(
    ("growth", "noise", "flat"),
    [(0.0, 0.0, True), (0.0, 0.1, True), (-0.5, 0.1, True), (0.3, 0.0, False), (1.35, 0.5, False), (0.0, 4.0, False)],
    ids=["still", "some noise", "shrinking", "growing", "growing with noise", "too noisy to tell"],
)
def test_only_what_surely_does_not_grow_is_flat(growth: float, noise: float, *, flat: bool) -> None:
    found = slope(samples(growth, noise))
    assert found.per_minute == pytest.approx(growth, abs=found.doubt + 1e-6)
    assert found.is_flat is flat


def test_two_samples_show_nothing() -> None:
    assert not slope(samples(0.0, 0.0)[:2]).is_flat
