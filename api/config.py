"""What the service is called, and every setting of it: typed, validated once, read in `api.main` only."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from api.utils.secret_mask import passwords_in
from api.utils.setting_values import MIN_JWT_SECRET_BYTES, is_origin, is_public_key, is_safe_address, is_weak
from snapshot.publication import USUAL

API_TITLE: Final = "BenchSight ETL API"
API_VERSION: Final = "1.0.0"
API_DESCRIPTION: Final = """\
The back office of a recreational hockey league.

Volunteers track games; this service turns the tracked games into the tables that the league's dashboard reads.
Trigger an ETL job, watch its progress, read its log, and find a published snapshot of the whole league.

* Work that takes time is a **job**: the answer is `202` with the job; ask for its status until it is `completed`,
  `failed` or `cancelled`. Status answers carry an `ETag`; with `?wait=30` the answer waits for a change. Two WebSockets
  tell every change: see `GET /api/jobs`.
* Every error body is `{"detail", "code", "request_id"}`; `detail` is one sentence to show to a person. A wrong
  request is a `400` and adds `errors`, one entry per wrong field.
* Say who you are with an API key in `X-API-Key` or a token in `Authorization: Bearer`; each operation names the role
  that it needs (viewer, scorer, operator, admin; each may do what those before it may). `RateLimit-*` headers say how
  many requests are left.
* Times are UTC, ISO 8601 with `Z`. Every answer carries `X-Request-ID`, which the server's log repeats.
"""

PROJECT_ROOT: Final = Path(__file__).resolve().parents[1]


class WrongSettings(Exception):
    """A setting is missing or wrong. The message names each variable, and never the value of a secret."""


class Settings(BaseSettings):
    """Every setting, by the name of its environment variable in lower case.

    The environment wins over the file; an empty value counts as absent.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True)

    environment: Literal["development", "production"] = "development"
    admin_api_key: SecretStr | None = None
    """The first admin's key, for `X-API-Key`; further keys are made with it, or by `python -m api.keys create`."""
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ("http://localhost:3000",)
    benchsight_data_dir: Path = Field(default=Path("data"), validate_default=True)
    """Holds `raw/`, `output`, `snapshots/`, `logs/` and `state/`; a relative path counts from the project root."""
    job_timeout_seconds: float = Field(default=3600, gt=0, le=7 * 86400)
    max_queued_jobs: int = Field(default=50, ge=1, le=10_000)
    """Jobs that may wait in each lane; one more is refused with 429."""
    max_body_bytes: int = Field(default=1_000_000, ge=1_000, le=100_000_000)
    max_upload_bytes: int = Field(default=32_000_000, ge=1_000, le=1_000_000_000)
    """The same for the routes that take tables and files of the league."""
    keep_snapshots: int = Field(default=USUAL.count, ge=1, le=10_000)
    """Published leagues that are kept, besides the current one, the one in the database and those that jobs need."""
    keep_snapshot_days: int = Field(default=USUAL.days, ge=0, le=36_500)
    """Also kept are those of so many days before the latest publication."""
    publish_personal_data: bool = False
    """Whether birth years and genders are published; e-mail addresses never are."""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    etl_script: Path = Field(default=Path("run_etl.py"), validate_default=True)
    """The program that an ETL job runs; a relative path counts from the project root."""

    warehouse: Literal["auto", "embedded"] = "auto"
    """`auto`: the database that is configured below, else the embedded one; `embedded`: that one in any case."""
    supabase_url: str | None = None
    supabase_service_key: SecretStr | None = None
    supabase_db_url: SecretStr | None = None
    """Any PostgreSQL; wins over the REST interface of `supabase_url`, since COPY is faster."""

    supabase_anon_key: str | None = None
    """The project's public key, told to everybody: with it people sign in to the portal by e-mail and password."""
    supabase_jwt_secret: SecretStr | None = None
    """Signs the tokens of an older Supabase project (HS256); without it their keys are fetched from `supabase_url`."""
    jwt_issuer: str | None = None
    """Another issuer of tokens, with `jwt_secret` (HS256) or the address of its keys, `jwt_jwks_url`."""
    jwt_audience: str = "authenticated"
    jwt_secret: SecretStr | None = None
    jwt_jwks_url: str | None = None
    token_lifetime_seconds: int = Field(default=3600, ge=60, le=86_400)
    """How long a log-in lasts (`POST /api/auth/token`)."""

    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    """Whose `X-Forwarded-For` is believed, as addresses or networks."""
    reads_per_minute: int = Field(default=60_000, ge=1, le=10_000_000)
    """Reading requests of one key, or of one address without a key; the next one is refused with 429."""
    writes_per_minute: int = Field(default=1_200, ge=1, le=10_000_000)
    """The same for everything else."""
    max_streams: int = Field(default=500, ge=1, le=100_000)
    """Requests of one key or address that may be open at once: long polls, downloads, WebSockets."""
    max_json_depth: int = Field(default=32, ge=4, le=200)
    """How deep objects and lists of a body may be nested."""
    request_timeout_seconds: float = Field(default=120, ge=1, le=3600)
    """How long the body of a request may take to arrive; a slower one is refused with 408."""

    @field_validator(
        *("admin_api_key", "supabase_url", "supabase_service_key", "supabase_db_url", "supabase_jwt_secret"),
        *("supabase_anon_key", "jwt_issuer", "jwt_secret", "jwt_jwks_url"),
        mode="before",
    )
    @classmethod
    def _blank_is_absent(cls, value: object) -> object:
        return (value.strip() or None) if isinstance(value, str) else value

    @field_validator("supabase_url")
    @classmethod
    def _project(cls, value: str | None) -> str | None:
        if value is not None and not is_origin(value.rstrip("/")):
            raise ValueError("must be the address of the project, such as https://abcdefgh.supabase.co")
        return value.rstrip("/") if value else None

    @field_validator("supabase_db_url")
    @classmethod
    def _postgres(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("must look like postgresql://user:password@host:5432/postgres")
        return value

    @field_validator("supabase_anon_key")
    @classmethod
    def _public_key(cls, value: str | None) -> str | None:
        if value is not None and not is_public_key(value):
            raise ValueError("must be the project's anon or publishable key; this one may be secret, and would be told")
        return value

    @field_validator("jwt_jwks_url")
    @classmethod
    def _keys_address(cls, value: str | None) -> str | None:
        if value is not None and not is_safe_address(value):
            raise ValueError("must be an https:// address (http:// on this machine only)")
        return value

    @field_validator("supabase_jwt_secret", "jwt_secret")
    @classmethod
    def _long_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value().encode()) < MIN_JWT_SECRET_BYTES:
            raise ValueError(f"must be at least {MIN_JWT_SECRET_BYTES} bytes long")
        return value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("environment", "warehouse", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.strip().upper() if isinstance(value, str) else value

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(origin.strip().rstrip("/") for origin in value.split(",") if origin.strip())

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if origin != "*" and not is_origin(origin):
                raise ValueError(f"{origin!r} is not an origin such as https://league.example")
        return value

    @field_validator("benchsight_data_dir", "etl_script")
    @classmethod
    def _from_project_root(cls, value: Path) -> Path:
        try:
            return PROJECT_ROOT / value.expanduser()
        except RuntimeError as error:  # `~somebody` without a home directory
            raise ValueError("the home directory in it is not known") from error

    @model_validator(mode="after")
    def _whole_project(self) -> Self:
        if self.supabase_service_key is not None and self.supabase_url is None:
            raise ValueError("SUPABASE_URL: must be set with SUPABASE_SERVICE_KEY")
        if self.supabase_url is not None and self.supabase_service_key is None and self.supabase_db_url is None:
            raise ValueError("SUPABASE_SERVICE_KEY: must be set with SUPABASE_URL (or SUPABASE_DB_URL instead)")
        return self

    @model_validator(mode="after")
    def _safe_in_production(self) -> Self:
        if self.environment == "production":
            if "*" in self.cors_origins:
                raise ValueError("CORS_ORIGINS: must list the origins when ENVIRONMENT is production, not '*'")
            for name, secret in (
                ("ADMIN_API_KEY", self.admin_api_key),
                ("SUPABASE_JWT_SECRET", self.supabase_jwt_secret),
                ("JWT_SECRET", self.jwt_secret),
            ):
                if secret is not None and is_weak(secret.get_secret_value()):
                    raise ValueError(f"{name}: is too easy to guess; make one with: openssl rand -hex 32")
        return self

    @model_validator(mode="after")
    def _keys_come_over_tls(self) -> Self:
        url = self.supabase_url
        is_read_in_clear = url is not None and self.supabase_jwt_secret is None and not is_safe_address(url)
        if self.environment == "production" and is_read_in_clear:
            raise ValueError(
                "SUPABASE_URL: must be https:// when ENVIRONMENT is production, since the keys of tokens are read "
                "from it (or set SUPABASE_JWT_SECRET)"
            )
        return self

    @model_validator(mode="after")
    def _whole_issuer(self) -> Self:
        if self.supabase_jwt_secret is not None and self.supabase_url is None:
            raise ValueError("SUPABASE_URL: must be set with SUPABASE_JWT_SECRET, since it names the tokens' issuer")
        given = (self.jwt_secret is not None) + (self.jwt_jwks_url is not None)
        if self.supabase_anon_key is not None and self.supabase_url is None:
            raise ValueError("SUPABASE_URL: must be set with SUPABASE_ANON_KEY, since people sign in there")
        if self.jwt_issuer is None and given:
            raise ValueError("JWT_ISSUER: must be set with JWT_SECRET or JWT_JWKS_URL")
        if self.jwt_issuer is not None and given != 1:
            raise ValueError("JWT_SECRET: exactly one of it and JWT_JWKS_URL must be set with JWT_ISSUER")
        return self

    def secret_values(self) -> list[str]:
        """Every secret in the settings, and the password within the database's address; for masking them."""
        values = [getattr(self, name) for name in type(self).model_fields]
        secrets = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
        passwords = [found for secret in secrets if secret.startswith("postgres") for found in passwords_in(secret)]
        return [*secrets, *passwords]

    @property
    def has_authentication(self) -> bool:
        """Whether the settings alone let somebody in who can prove who they are."""
        return self.admin_api_key is not None or self.supabase_url is not None or self.jwt_issuer is not None

    @property
    def may_be_open(self) -> bool:
        """Whether the server may do without authentication on its own machine until the first key is made.

        A database at `supabase_url` does not change that; a token issuer that was named as such does.
        """
        configured = (self.admin_api_key, self.supabase_jwt_secret, self.jwt_issuer)
        return self.environment == "development" and all(value is None for value in configured)


def read_settings(env_file: Path = PROJECT_ROOT / ".env") -> Settings:
    """The settings of the environment and of a file, which need not exist.

    Raises:
        WrongSettings: one line that names every variable that is wrong.
    """
    try:
        return Settings(_env_file=env_file)
    except ValidationError as error:
        raise WrongSettings("; ".join(_sentence(e["loc"], e["msg"]) for e in error.errors())) from None
    except (SettingsError, OSError, UnicodeError) as error:
        raise WrongSettings(f".env: cannot be read ({type(error).__name__})") from None


def _sentence(location: tuple[int | str, ...], message: str) -> str:
    message = message.removeprefix("Value error, ")
    return f"{str(location[0]).upper()}: {message}" if location else message
