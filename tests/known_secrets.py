"""The made-up secrets that tests configure; all stand here, since the scanner of `tests.leaks` looks for them."""

from typing import Final

MARK: Final = "4f1e97c2"
"""Stands in every one of them, so that one look tells whether any is there."""

ADMIN_KEY: Final = f"an admin's key, for tests only: {MARK}"
PORTAL_KEY: Final = f"an-admin-key-of-forty-characters-{MARK}"
SERVICE_KEY: Final = f"sb_secret_N7UND0UgjKTVK-Uodkm0Hg_{MARK}"
SHARED_WITH_SUPABASE: Final = f"shared-with-the-project-only-{MARK}"
TRACKER_KEY: Final = MARK + "c0ffee" * 20
PASSWORD: Final = f"hunter2-not-for-logs-{MARK}"

KNOWN: Final = {name: value for name, value in globals().items() if name.isupper() and name != "MARK"}
