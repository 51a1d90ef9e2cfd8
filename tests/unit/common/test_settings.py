"""Settings: every fault at once, by the name of its variable, and never a value."""

from __future__ import annotations

from typing import Annotated, Self

import pytest
from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from sdr_common.settings import ServiceSettings, load_settings


class _Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="SDR_EXAMPLE_")

    target: Annotated[str, Field(min_length=3)]
    secret_key: Annotated[SecretStr, Field(validation_alias="SDR_SECRET_KEY", min_length=10)] = SecretStr("0123456789")
    places: tuple[str, ...] = ()
    first: int = 1
    last: int = 2

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.first > self.last:
            raise ValueError("SDR_EXAMPLE_FIRST must not be after SDR_EXAMPLE_LAST")
        return self


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "SDR_LOG_LEVEL", "SDR_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)


def _set(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def test_settings_come_from_the_environment_with_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, DATABASE_URL="postgresql://db/sdr", SDR_EXAMPLE_TARGET="a:1", SDR_EXAMPLE_GRPC_PORT="50051")
    settings = load_settings(_Settings)
    assert settings.database_url.get_secret_value() == "postgresql://db/sdr"
    assert (settings.grpc_host, settings.grpc_port, settings.log_level) == ("127.0.0.1", 50051, "info")
    assert (settings.pool_max_size, settings.drain_s, settings.target) == (10, 5.0, "a:1")


def test_all_faults_are_told_at_once_by_the_names_of_their_variables(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _set(monkeypatch, SDR_EXAMPLE_GRPC_PORT="70000", SDR_EXAMPLE_POOL_MAX_SIZE="many", SDR_LOG_LEVEL="loud")
    _set(monkeypatch, SDR_SECRET_KEY="short", SDR_EXAMPLE_PLACES="[1]")
    with pytest.raises(SystemExit) as stopped:
        load_settings(_Settings)
    assert stopped.value.code == 2
    assert sorted(capsys.readouterr().err.splitlines()) == [
        "DATABASE_URL: Field required",
        "SDR_EXAMPLE_GRPC_PORT: Input should be less than or equal to 65535",
        "SDR_EXAMPLE_PLACES.0: Input should be a valid string",
        "SDR_EXAMPLE_POOL_MAX_SIZE: Input should be a valid integer, unable to parse string as an integer",
        "SDR_EXAMPLE_TARGET: Field required",
        "SDR_LOG_LEVEL: String should match pattern '^(debug|info|warning|error)$'",
        "SDR_SECRET_KEY: Value should have at least 10 items after validation, not 5",
    ]


def test_a_fault_of_several_variables_together_is_told_in_its_own_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _set(monkeypatch, DATABASE_URL="postgresql://db/sdr", SDR_EXAMPLE_TARGET="a:1", SDR_EXAMPLE_FIRST="3")
    with pytest.raises(SystemExit):
        load_settings(_Settings)
    assert capsys.readouterr().err == ("_Settings: Value error, SDR_EXAMPLE_FIRST must not be after SDR_EXAMPLE_LAST\n")


def test_a_list_that_is_not_json_is_a_sentence_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _set(monkeypatch, DATABASE_URL="postgresql://db/sdr", SDR_EXAMPLE_TARGET="a:1", SDR_EXAMPLE_PLACES="Moema,Centro")
    with pytest.raises(SystemExit) as stopped:
        load_settings(_Settings)
    assert stopped.value.code == 2
    assert '"places"' in capsys.readouterr().err


def test_faults_and_settings_never_show_a_secret(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _set(monkeypatch, DATABASE_URL="postgresql://sdr:hunter2@db/sdr", SDR_EXAMPLE_TARGET="a:1", SDR_SECRET_KEY="shh")
    with pytest.raises(SystemExit):
        load_settings(_Settings)
    assert "shh" not in capsys.readouterr().err
    _set(monkeypatch, SDR_SECRET_KEY="long enough to do")
    shown = repr(load_settings(_Settings))
    assert "hunter2" not in shown
    assert "long enough" not in shown


def test_settings_cannot_be_changed_after_they_were_read(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, DATABASE_URL="postgresql://db/sdr", SDR_EXAMPLE_TARGET="a:1")
    settings = load_settings(_Settings)
    with pytest.raises(ValueError, match="frozen"):
        settings.grpc_port = 1
