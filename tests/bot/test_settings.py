"""Settings are read once, secrets also from files, and a wrong one is named without its value."""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path

import pytest

from bot.settings import NAMES, PREFIX, migration_url, read, sync_url
from cases.errors import BadInput

KEY = "k1:" + base64.b64encode(bytes(32)).decode()


def test_without_any_variable_it_runs_on_this_machine() -> None:
    found = read({})
    assert (found.host, found.port, found.environment) == ("127.0.0.1", 8700, "local")
    assert found.migration_url == found.database_url == "sqlite:///var/hitotsubu.db"
    assert found.teams_service_hosts == ()
    assert (found.answer, found.landing) == (timedelta(seconds=30), timedelta(seconds=60))
    assert found.sweeps == (timedelta(minutes=10), timedelta(hours=24))


def test_a_variable_wins_over_the_default_and_a_file_over_the_variable(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text(" from-file \n", encoding="utf-8")
    found = read(
        {
            "HITOTSUBU_PORT": "9000",
            "HITOTSUBU_SLACK_BOT_TOKEN": "from-variable",
            "HITOTSUBU_SLACK_BOT_TOKEN_FILE": str(secret),
            "HITOTSUBU_TEAMS_SERVICE_HOSTS": "a.example, ,b.example",
        }
    )
    assert (found.port, found.slack_bot_token) == (9000, "from-file")
    assert found.teams_service_hosts == ("a.example", "b.example")


@pytest.mark.parametrize("secret", [name for name, (_, hidden) in NAMES.items() if hidden])
@pytest.mark.attack(51)
def test_secrets_are_never_printed(secret: str) -> None:
    assert "s3cret" not in repr(read({PREFIX + secret: "s3cret"}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "-1"),
        ("INDEX", "cloud"),
        ("INDEX", "pgvector"),  # on SQLite
        ("EMBEDDING_DTYPE", "int8"),
        ("EMBEDDING_BATCH", "0"),
        ("EMBEDDING_DIMENSIONS", "-1"),
        ("DATA_KEY_FILE", "/nowhere/key"),
        ("ANSWER_SECONDS", "soon"),
        ("LANDING_SECONDS", "inf"),
        ("SWEEP_SECONDS", "600,0"),
    ],
)
def test_what_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(BadInput, match=f"HITOTSUBU_{name}"):
        read({PREFIX + name: value})


def test_only_secrets_may_come_from_files(tmp_path: Path) -> None:
    assert read({"HITOTSUBU_HOST_FILE": str(tmp_path / "none")}).host == "127.0.0.1"


def test_the_key_ring_comes_from_the_environment_or_a_local_file(tmp_path: Path) -> None:
    assert read({"HITOTSUBU_DATA_KEY": KEY}).ring().keys == {"k1": bytes(32)}
    local = read({"HITOTSUBU_VAR": str(tmp_path)})
    assert local.ring() == local.ring()
    assert (tmp_path / "data.key").is_file()
    away = {"HITOTSUBU_VAR": str(tmp_path), "HITOTSUBU_ENVIRONMENT": "production"}
    with pytest.raises(BadInput, match="DATA_KEY"):
        read(away).ring()


def test_migrations_use_a_synchronous_driver_and_perhaps_another_role() -> None:
    both = {
        "HITOTSUBU_DATABASE_URL": "postgresql://app@db/h",
        "HITOTSUBU_MIGRATION_URL": "postgresql://owner@db/h",
    }
    assert migration_url(both) == "postgresql+psycopg://owner@db/h"
    assert sync_url("sqlite+aiosqlite:///x.db") == "sqlite:///x.db"


@pytest.mark.attack(51)
def test_every_secret_of_the_settings_is_kept_from_the_logs() -> None:
    env = {
        "DATABASE_URL": "postgresql://app:canary-1@db/x", "MIGRATION_URL": "postgresql://o:canary-2@db/x",
        "BACKUP_URL": "postgresql://b:canary-3@db/x", "DATA_KEY": "k1:canary-4,\nk2:canary-5",
        "SLACK_SIGNING_SECRET": "canary-6", "SLACK_BOT_TOKEN": "canary-7",
        "SLACK_APP_TOKEN": "canary-8", "SLACK_CLIENT_SECRET": "canary-9",
    }  # fmt: skip
    assert set(env) == {name for name, (_, secret) in NAMES.items() if secret}
    found = read({PREFIX + name: value for name, value in env.items()}).secrets()
    assert sorted(found) == [f"canary-{number}" for number in range(1, 10)]
