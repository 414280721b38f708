"""At the end of a test run: no secret in whatever the tests have left in their temporary directories, or the run fails.

A plugin of its own, so that its test can load it into a run that leaves one.
"""

import time
from typing import Final

import pytest

from tests.leaks import Leak, leaks_below

_FOUND: Final = pytest.StashKey[tuple[list[Leak], float]]()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Look through everything once: with several processes, in the one that started the others."""
    if hasattr(session.config, "workerinput"):
        return
    since = time.perf_counter()
    found = leaks_below(session.config._tmp_path_factory.getbasetemp())  # type: ignore[attr-defined] # no public way
    session.config.stash[_FOUND] = found, time.perf_counter() - since
    if found and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was found."""
    found, seconds = config.stash.get(_FOUND, ([], 0.0))
    if found:
        terminalreporter.section("secrets in what the tests have left", red=True)
        for leak in found:
            terminalreporter.write_line(str(leak))
    elif seconds:
        terminalreporter.write_line(f"no secret in what the tests have left ({seconds:.1f} s)")
