"""A process refuses to start with what is weak, and names the setting without its value."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from bot import cli, weak
from bot.settings import read
from bot.views.notes import error_words
from cases.errors import BadInput

RANDOM = "k1:" + base64.b64encode(bytes(range(7, 39))).decode()
SERVER = {
    "HITOTSUBU_ENVIRONMENT": "production",
    "HITOTSUBU_DATA_KEY": RANDOM,
    "HITOTSUBU_DATABASE_URL": "postgresql://hitotsubu_app:6f1c9a2be07d4c55@database/hitotsubu",
    "HITOTSUBU_SLACK_SIGNING_SECRET": "8f742231b10e8888abcd99yyyzzz85a5",
}


def refused(env: dict[str, str]) -> str:
    with pytest.raises(BadInput) as found:
        weak.refuse(read(env), env)
    error = found.value
    return error_words(error.code, error.detail, "en", **error.values)


def test_a_server_with_strong_settings_starts(tmp_path: Path) -> None:
    env = SERVER | {"HITOTSUBU_VAR": str(tmp_path)}
    weak.refuse(read(env), env)
    socket = env | {"HITOTSUBU_DATABASE_URL": "postgresql://hitotsubu_app@/hitotsubu"}
    weak.refuse(read(socket), socket)
    loopback = env | {"HITOTSUBU_SLACK_API_URL": "http://127.0.0.1:9/api/"}
    weak.refuse(read(loopback), loopback)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATA_KEY", "k1:" + "A" * 43 + "="),
        ("DATA_KEY", f"{RANDOM},k2:" + base64.b64encode(b"hitotsubu" * 3 + b"12345").decode()),
        ("SLACK_SIGNING_SECRET", "short"),
        ("SLACK_CLIENT_SECRET", "0" * 40),
        ("DATABASE_URL", "postgresql://app:postgres@database/hitotsubu"),
        ("MIGRATION_URL", "postgresql://app:Passwd1@database/hitotsubu"),
        ("SLACK_API_URL", "http://slack.example/api/"),
        ("TEAMS_LOGIN_URL", "http://10.0.0.1/"),
        ("SAFETY_FORM_URL", "http://forms.example/"),
    ],
)
def test_what_is_weak_is_named_on_a_server(name: str, value: str, tmp_path: Path) -> None:
    env = SERVER | {f"HITOTSUBU_{name}": value, "HITOTSUBU_VAR": str(tmp_path)}
    told = refused(env)
    assert f"HITOTSUBU_{name}" in told
    assert value not in told
    weak.refuse(read(env | {"HITOTSUBU_ENVIRONMENT": "local"}), {})


@pytest.mark.parametrize("environment", ["local", "production"])
def test_a_file_that_others_may_read_is_refused_everywhere(
    environment: str, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("xoxb-1")
    env = SERVER | {"HITOTSUBU_ENVIRONMENT": environment, "HITOTSUBU_VAR": str(tmp_path)}
    env |= {"HITOTSUBU_SLACK_BOT_TOKEN_FILE": str(token)}
    token.chmod(0o644)
    assert "SLACK_BOT_TOKEN_FILE" in refused(env)
    token.chmod(0o640)
    weak.refuse(read(env), env)
    if environment == "local":
        key = tmp_path / "data.key"
        key.write_text(RANDOM)
        key.chmod(0o640)
        assert "data.key" in refused({"HITOTSUBU_VAR": str(tmp_path)})


@pytest.mark.attack(51)
@pytest.mark.parametrize("command", ["run", "serve", "worker", "watchdog"])
def test_no_process_starts_with_it(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in [name for name in os.environ if name.startswith("HITOTSUBU_")]:
        monkeypatch.delenv(name)
    for name, value in (SERVER | {"HITOTSUBU_DATA_KEY": "k1:" + "A" * 43 + "="}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HITOTSUBU_VAR", str(tmp_path))
    assert cli.call([command]) == 2
    told = capsys.readouterr().err
    assert "HITOTSUBU_DATA_KEY の k1 は乱数ではありません" in told
    assert "AAAA" not in told


def test_a_fresh_key_is_not_weak(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HITOTSUBU_VAR", str(tmp_path))
    monkeypatch.setenv("HITOTSUBU_DATA_KEY", RANDOM)
    assert cli.call(["keys", "new"]) == 0
    entry = capsys.readouterr().out.strip()
    assert entry.startswith("k2:")
    env = SERVER | {"HITOTSUBU_DATA_KEY": f"{entry},{RANDOM}", "HITOTSUBU_VAR": str(tmp_path)}
    weak.refuse(read(env), env)
