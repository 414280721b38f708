"""The fixtures of `servers`, for these tests."""

from tests.warehouse.servers import *  # noqa: F403 - pytest finds fixtures by name
