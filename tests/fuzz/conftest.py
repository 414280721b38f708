"""The database server of the service's tests, for these tests too."""

from tests.api.conftest import database_server  # noqa: F401 - pytest finds fixtures by name
