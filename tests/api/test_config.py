import json
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

from api.config import API_DESCRIPTION, API_TITLE, API_VERSION, PROJECT_ROOT, Settings, WrongSettings, read_settings

HUSH = "hush-4f1e97a0c2b86d53-hush"
NO_FILE = Path("/nonexistent/.env")


def project_key(role: str) -> str:
    """A key of an older Supabase project, which is a token; nobody checks its signature."""
    claims = urlsafe_b64encode(json.dumps({"iss": "supabase", "ref": "abc", "role": role}).encode()).decode()
    return f"e30.{claims.rstrip('=')}.c2ln"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def wrong(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(WrongSettings) as caught:
        read_settings(NO_FILE)
    return str(caught.value)


def test_the_names_are_the_documented_ones() -> None:
    assert (API_TITLE, API_VERSION) == ("BenchSight ETL API", "1.0.0")
    assert "job" in API_DESCRIPTION


def test_without_an_environment_the_defaults_hold() -> None:
    settings = read_settings(NO_FILE)
    assert settings.environment == "development"
    assert settings.cors_origins == ("http://localhost:3000",)
    assert settings.benchsight_data_dir == PROJECT_ROOT / "data"
    assert (settings.job_timeout_seconds, settings.max_queued_jobs) == (3600, 50)
    assert (settings.host, settings.port, settings.log_level) == ("127.0.0.1", 8000, "INFO")


def test_an_empty_value_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.setenv(name.upper(), "")
    assert read_settings(NO_FILE) == Settings(_env_file=None)


def test_values_are_read_as_people_write_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CORS_ORIGINS", " https://league.example/ ,http://localhost:3000,")
    monkeypatch.setenv("LOG_LEVEL", "debug")
    monkeypatch.setenv("ENVIRONMENT", " Development ")
    monkeypatch.setenv("BENCHSIGHT_DATA_DIR", str(tmp_path))
    settings = read_settings(NO_FILE)
    assert settings.cors_origins == ("https://league.example", "http://localhost:3000")
    assert (settings.log_level, settings.environment, settings.benchsight_data_dir) == (
        "DEBUG",
        "development",
        tmp_path,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "65536"),
        ("JOB_TIMEOUT_SECONDS", "0"),
        ("JOB_TIMEOUT_SECONDS", "nan"),
        ("MAX_QUEUED_JOBS", "-1"),
        ("LOG_LEVEL", "LOUD"),
        ("ENVIRONMENT", "staging"),
        ("CORS_ORIGINS", "league.example"),
        ("CORS_ORIGINS", "https://league.example/path"),
        ("CORS_ORIGINS", "http://[::1"),
        ("CORS_ORIGINS", "http://host:99999"),
        ("CORS_ORIGINS", "https://user@league.example"),
        ("BENCHSIGHT_DATA_DIR", "~nobody-of-this-name/data"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    message = wrong(monkeypatch, **{name: value})
    assert message.startswith(f"{name}: ")
    assert "\n" not in message


def test_all_wrong_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    message = wrong(monkeypatch, PORT="x", LOG_LEVEL="x")
    assert "PORT: " in message
    assert "LOG_LEVEL: " in message


class TestProduction:
    @pytest.mark.parametrize("name", ["ADMIN_API_KEY", "SUPABASE_JWT_SECRET", "JWT_SECRET"])
    @pytest.mark.parametrize(
        "secret",
        ["hush-hush", "a" * 64, "changeme-changeme-changeme-42", "correct horse password staple", "0101" * 16],
        ids=["short", "one letter", "an example", "a word", "two digits"],
    )
    def test_it_refuses_a_secret_that_can_be_guessed(
        self, monkeypatch: pytest.MonkeyPatch, name: str, secret: str
    ) -> None:
        monkeypatch.setenv("SUPABASE_URL", "https://abc.supabase.co")
        monkeypatch.setenv("SUPABASE_SERVICE_KEY", "sb_secret_abc")
        monkeypatch.setenv("JWT_ISSUER", "https://issuer.example")
        if name != "JWT_SECRET":
            monkeypatch.setenv("JWT_JWKS_URL", "https://issuer.example/keys")
        message = wrong(monkeypatch, ENVIRONMENT="production", **{name: secret})
        assert name in message
        assert secret not in message

    def test_it_refuses_every_origin_at_once_and_keeps_the_key_to_itself(self, monkeypatch: pytest.MonkeyPatch) -> None:
        message = wrong(monkeypatch, ENVIRONMENT="production", ADMIN_API_KEY=HUSH, CORS_ORIGINS="*")
        assert "CORS_ORIGINS" in message
        assert "hush" not in message

    def test_it_starts_with_a_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ENVIRONMENT", "production")
        monkeypatch.setenv("ADMIN_API_KEY", f" {HUSH} ")
        settings = read_settings(NO_FILE)
        assert settings.admin_api_key is not None
        assert settings.admin_api_key.get_secret_value() == HUSH
        assert "hush" not in repr(settings)


class TestTheKeyThatIsToldToEverybody:
    def test_a_public_key_of_either_kind_is_taken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SUPABASE_URL", "https://abc.supabase.co")
        monkeypatch.setenv("SUPABASE_SERVICE_KEY", "sb_secret_abc")
        for key in ("sb_publishable_abc", project_key("anon")):
            monkeypatch.setenv("SUPABASE_ANON_KEY", f" {key} ")
            assert read_settings(NO_FILE).supabase_anon_key == key

    @pytest.mark.parametrize(
        "key",
        ["sb_secret_abc", project_key("service_role"), "a.b.c", "hush", "e30.W10.e30"],
        ids=["new secret", "service role", "no token", "a word", "no claims"],
    )
    def test_what_may_be_a_secret_is_refused_and_not_repeated(self, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
        message = wrong(
            monkeypatch,
            SUPABASE_URL="https://abc.supabase.co",
            SUPABASE_SERVICE_KEY="sb_secret_other",
            SUPABASE_ANON_KEY=key,
        )
        assert message.startswith("SUPABASE_ANON_KEY: ")
        assert key not in message.split()


def test_the_example_file_lists_every_setting_with_its_default() -> None:
    lines = (PROJECT_ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    listed = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert set(listed) == {name.upper() for name in Settings.model_fields}
    values = {name.lower(): value for name, value in listed.items() if value}
    assert Settings(_env_file=None, **values) == Settings(_env_file=None)


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=9001\nHOST=0.0.0.0\nSOMETHING_ELSE=1\n", encoding="utf-8")
    monkeypatch.setenv("PORT", "9002")
    settings = read_settings(tmp_path / ".env")
    assert (settings.port, settings.host) == (9002, "0.0.0.0")  # noqa: S104 - only compared


def test_a_file_that_is_no_text_is_one_line(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"PORT=\xff\xfe\n")
    with pytest.raises(WrongSettings, match=r"^\.env: "):
        read_settings(tmp_path / ".env")


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings(_env_file=None).port = 1


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"SUPABASE_URL": "https://abc.supabase.co"}, "SUPABASE_SERVICE_KEY"),
        ({"SUPABASE_SERVICE_KEY": "sb_secret_abc"}, "SUPABASE_URL"),
        ({"SUPABASE_URL": "abc.supabase.co", "SUPABASE_SERVICE_KEY": "sb_secret_abc"}, "SUPABASE_URL"),
        ({"SUPABASE_JWT_SECRET": "sb_secret_abc" * 3}, "SUPABASE_URL"),
        ({"SUPABASE_ANON_KEY": "sb_publishable_abc"}, "SUPABASE_URL"),
        ({"JWT_SECRET": "sb_secret_abc" * 3}, "JWT_ISSUER"),
        ({"JWT_ISSUER": "https://issuer.example"}, "JWT_SECRET"),
        ({"JWT_ISSUER": "i", "JWT_SECRET": "sb_secret_abc" * 3, "JWT_JWKS_URL": "https://i/keys"}, "JWT_SECRET"),
        ({"JWT_ISSUER": "i", "JWT_SECRET": "sb_secret_abc"}, "JWT_SECRET"),
        ({"JWT_ISSUER": "i", "JWT_JWKS_URL": "http://issuer.example/keys"}, "JWT_JWKS_URL"),
        ({"JWT_ISSUER": "i", "JWT_JWKS_URL": "file:///etc/passwd"}, "JWT_JWKS_URL"),
        ({"TRUSTED_PROXIES": "10.0.0.0/8, proxy.example"}, "TRUSTED_PROXIES"),
        ({"SUPABASE_DB_URL": "mysql://u:sb_secret_abc@h/x"}, "SUPABASE_DB_URL"),
    ],
    ids=[
        *("no key", "no address", "no scheme"),
        *(
            "no project",
            "no project to sign in to",
            "no issuer",
            "no key of the issuer",
            "two keys",
            "a short secret",
            "keys in the clear",
        ),
        *("keys in a file", "a proxy by name"),
        "another database",
    ],
)
def test_what_cannot_be_meant_is_refused(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], named: str
) -> None:
    message = wrong(monkeypatch, **environment)
    assert named in message
    assert "sb_secret_abc" not in message
