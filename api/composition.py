"""What the composition root makes of the settings: the database, the children's environment, who may come in."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from api.config import Settings
from api.models.access import Providers, SupabaseAuth
from api.server_lock import StartFailed
from api.services.access_errors import AccessStoreDown
from api.services.access_service import AccessRules, AccessService
from api.services.access_store import AccessStore
from api.services.audit_log import AuditLog
from api.services.jwks import Jwks
from api.services.key_store import KeyStore
from api.services.token_service import Issuer, TokenService
from snapshot.layout import DataDir
from snapshot.publication import Retention
from warehouse.opening import Choice

_KEPT_FROM_CHILDREN: Final = frozenset(
    {
        *("ADMIN_API_KEY", "SUPABASE_URL", "SUPABASE_SERVICE_KEY", "SUPABASE_DB_URL", "WAREHOUSE"),
        *("SUPABASE_JWT_SECRET", "JWT_SECRET"),
    }
)


def child_environment(settings: Settings, environ: Mapping[str, str]) -> Mapping[str, str]:
    """What a child's environment is: the server's without its keys."""
    kept = {name: value for name, value in environ.items() if name.upper() not in _KEPT_FROM_CHILDREN}
    return kept | {
        "BENCHSIGHT_STARTED_BY": "server",
        "KEEP_SNAPSHOTS": str(settings.keep_snapshots),
        "KEEP_SNAPSHOT_DAYS": str(settings.keep_snapshot_days),
        "PUBLISH_PERSONAL_DATA": "true" if settings.publish_personal_data else "false",
    }


def database_choice(settings: Settings) -> Choice:
    """The database that is configured; everything absent is the embedded one."""
    if settings.warehouse == "embedded":
        return Choice()
    key, db_url = settings.supabase_service_key, settings.supabase_db_url
    return Choice(
        db_url=db_url.get_secret_value() if db_url else None,
        supabase_url=settings.supabase_url,
        supabase_key=key.get_secret_value() if key else None,
    )


def open_access(
    settings: Settings, *, now: Callable[[], datetime], new_id: Callable[[], str]
) -> tuple[AccessService, AuditLog, AccessStore]:
    """The keys and the audit log of the data directory, and the file that they are in.

    Raises:
        StartFailed: the file cannot be used, or a production server has no authentication.
    """
    try:
        store = AccessStore(DataDir(settings.benchsight_data_dir).state)
    except AccessStoreDown as error:
        raise StartFailed(f"BENCHSIGHT_DATA_DIR: {error.message}") from error
    admin_key = settings.admin_api_key
    rules = AccessRules(
        admin_key=admin_key.get_secret_value() if admin_key else None, open_without_keys=settings.may_be_open
    )
    tokens = TokenService(_issuers(settings), lifetime=timedelta(seconds=settings.token_lifetime_seconds), now=now)
    access = AccessService(KeyStore(store, now=now, new_id=new_id), tokens, rules, now=now)
    access.sync()
    if settings.environment == "production" and not settings.has_authentication and not access.has_live_key:
        store.close()
        raise StartFailed(
            "ADMIN_API_KEY: must be set when ENVIRONMENT is production (or make a key: python -m api.keys create)"
        )
    return access, AuditLog(store, now=now), store


def sign_in_providers(settings: Settings) -> Providers:
    """Who lets people sign in besides this server."""
    if settings.supabase_url is None or settings.supabase_anon_key is None:
        return Providers()
    return Providers(supabase=SupabaseAuth(url=_auth_place(settings.supabase_url), anon_key=settings.supabase_anon_key))


def _auth_place(supabase_url: str) -> str:
    """Where a project's auth interface is, which is also the name of its tokens' issuer."""
    return f"{supabase_url}/auth/v1"


def retention(settings: Settings) -> Retention:
    """Which snapshots are kept."""
    return Retention(settings.keep_snapshots, settings.keep_snapshot_days)


def _issuers(settings: Settings) -> list[Issuer]:
    """Whose tokens the settings trust."""
    issuers: list[Issuer] = []
    if settings.supabase_url is not None:
        place = _auth_place(settings.supabase_url)
        secret = settings.supabase_jwt_secret
        keys = None if secret else Jwks(f"{place}/.well-known/jwks.json")
        issuers.append(Issuer(place, "authenticated", secret.get_secret_value() if secret else None, keys))
    if settings.jwt_issuer is not None:
        secret, url = settings.jwt_secret, settings.jwt_jwks_url
        issuers.append(
            Issuer(
                settings.jwt_issuer,
                settings.jwt_audience,
                secret.get_secret_value() if secret else None,
                Jwks(url) if url else None,
            )
        )
    return issuers
