"""What every ring of tests shares: where no test may skip, a skip is a failure."""

import os
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

from tests.leak_check import pytest_sessionfinish, pytest_terminal_summary  # noqa: F401 - pytest finds hooks by name

NO_SKIPS = "BENCHSIGHT_TEST_NO_SKIPS"

# how fast the machine is, is no property of the code; benchmarks measure that
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get(NO_SKIPS):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and {NO_SKIPS} is set: {report.longrepr}"
    return report
