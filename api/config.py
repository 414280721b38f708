"""What the service is called, and every setting of it: typed, validated once, read in `api.main` only."""

from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

API_TITLE: Final = "BenchSight ETL API"
API_VERSION: Final = "1.0.0"
API_DESCRIPTION: Final = """\
The back office of a recreational hockey league.

Volunteers track games; this service turns the tracked games into the tables that the league's dashboard reads.
Trigger an ETL job, watch its progress, read its log, and find a published snapshot of the whole league.

* Work that takes time is a **job**: the answer is `202` with the job; ask for its status until it is `completed`,
  `failed` or `cancelled`. Status answers carry an `ETag`; with `?wait=30` the answer waits for a change.
* Every error body is `{"detail", "code", "request_id"}`; `detail` is one sentence to show to a person. A wrong
  request is a `400` and adds `errors`, one entry per wrong field.
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
    """Asked for in `X-API-Key` by every route but `/api/health`; production does not start without it."""
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ("http://localhost:3000",)
    benchsight_data_dir: Path = Field(default=Path("data"), validate_default=True)
    """Holds `raw/`, `output`, `snapshots/`, `logs/` and `state/`; a relative path counts from the project root."""
    job_timeout_seconds: float = Field(default=3600, gt=0, le=7 * 86400)
    max_queued_jobs: int = Field(default=50, ge=1, le=10_000)
    """Jobs that may wait in each lane; one more is refused with 429."""
    max_body_bytes: int = Field(default=1_000_000, ge=1_000, le=100_000_000)
    max_upload_bytes: int = Field(default=32_000_000, ge=1_000, le=1_000_000_000)
    """The same for the routes that take tables and files of the league."""
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

    @field_validator("admin_api_key", "supabase_url", "supabase_service_key", "supabase_db_url", mode="before")
    @classmethod
    def _blank_is_absent(cls, value: object) -> object:
        return (value.strip() or None) if isinstance(value, str) else value

    @field_validator("supabase_url")
    @classmethod
    def _project(cls, value: str | None) -> str | None:
        if value is not None and not _is_origin(value.rstrip("/")):
            raise ValueError("must be the address of the project, such as https://abcdefgh.supabase.co")
        return value.rstrip("/") if value else None

    @field_validator("supabase_db_url")
    @classmethod
    def _postgres(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("must look like postgresql://user:password@host:5432/postgres")
        return value

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
            if origin != "*" and not _is_origin(origin):
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
            if self.admin_api_key is None:
                raise ValueError("ADMIN_API_KEY: must be set when ENVIRONMENT is production")
            if "*" in self.cors_origins:
                raise ValueError("CORS_ORIGINS: must list the origins when ENVIRONMENT is production, not '*'")
        return self


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


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
        has_host = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and has_host
        and "@" not in text
        and text == f"{parts.scheme}://{parts.netloc}"
    )


def _sentence(location: tuple[int | str, ...], message: str) -> str:
    message = message.removeprefix("Value error, ")
    return f"{str(location[0]).upper()}: {message}" if location else message
