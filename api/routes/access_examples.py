"""The examples of `/docs` for keys, tokens and the audit log."""

from typing import Any, Final

_PREFIX: Final = "bsk_5f0d6c1e"
KEY_ID: Final = "9b1c7c1e54a94c0f8f2b6d3a7e5c4b21"
KEY_INFO: Final[dict[str, Any]] = {
    "id": KEY_ID,
    "name": "scorers' laptop",
    "prefix": _PREFIX,
    "role": "scorer",
    "created_at": "2026-10-18T19:30:07.120000Z",
    "expires_at": "2027-06-30T00:00:00Z",
    "last_used_at": None,
    "revoked_at": None,
}
ONE_KEY: Final = {"key": {"value": KEY_INFO}}
REVOKED: Final = {"key": {"value": KEY_INFO | {"revoked_at": "2026-10-19T08:00:00Z"}}}
KEYS: Final = {"keys": {"value": [KEY_INFO]}}
CREATED: Final = {"key": {"value": KEY_INFO | {"key": f"{_PREFIX}_<shown here once>"}}}
NEW_KEYS: Final[dict[str, Any]] = {
    "scorer": {
        "summary": "A key for one season",
        "value": {"name": "scorers' laptop", "role": "scorer", "expires_at": "2099-06-30T00:00:00Z"},
    },
    "viewer": {"summary": "A key for the dashboard", "value": {"name": "dashboard", "role": "viewer"}},
}
LOG_INS: Final[dict[str, Any]] = {"key": {"value": {"api_key": f"{_PREFIX}_<the rest of the key>"}}}
PROVIDERS: Final = {
    "supabase": {
        "value": {"supabase": {"url": "https://abcdefgh.supabase.co/auth/v1", "anon_key": "sb_publishable_<the rest>"}}
    },
    "none": {"summary": "Keys only", "value": {"supabase": None}},
}
TOKEN: Final = {
    "token": {
        "value": {
            "access_token": "<header>.<claims>.<signature>",
            "token_type": "bearer",
            "expires_in": 3600,
            "expires_at": "2026-10-18T20:30:07Z",
            "name": "scorers' laptop",
            "role": "scorer",
        }
    }
}
ME: Final = {
    "key": {
        "value": {
            "id": KEY_ID,
            "name": "scorers' laptop",
            "role": "scorer",
            "kind": "key",
            "expires_at": "2027-06-30T00:00:00Z",
        }
    }
}
AUDIT: Final = {
    "correction": {
        "summary": "A player's name was corrected",
        "value": [
            {
                "id": 41,
                "at": "2026-10-18T19:30:07.120000Z",
                "actor_id": KEY_ID,
                "actor": "league office",
                "actor_kind": "key",
                "role": "operator",
                "address": "203.0.113.7",
                "action": "update_blb_table",
                "target": "PUT /api/staging/blb-tables/update",
                "table_name": "dim_player",
                "job_id": None,
                "status": 200,
                "request_id": "5f0d6c1e9f6b4f0c8a52c7e1d9b3a4f6",
                "changes": [
                    {
                        "table_name": "dim_player",
                        "rows_before": 1,
                        "rows_after": 1,
                        "before": [{"player_id": "P001", "first_name": "John"}],
                        "after": [{"player_id": "P001", "first_name": "Johnny"}],
                    }
                ],
            }
        ],
    }
}
