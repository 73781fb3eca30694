"""What a process refuses to start with: guessable keys and passwords, open files, plain http."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from bot.settings import NAMES, PREFIX, Settings, password_of
from cases.errors import BadInput
from cases.seal import parse_ring

DIFFERENT = 16  # of 32 random bytes at least so many differ, but for one key in 10^15
SECRET_LENGTH = 32  # characters of Slack's signing secret and client secret
LOOPBACK = ("127.0.0.1", "localhost", "::1")
URLS = (
    "public_url", "safety_form_url", "quality_form_url", "slack_api_url", "slack_authorize_url",
    "teams_openid_url", "teams_login_url", "teams_service_url",
)  # fmt: skip
GUESSED = {
    "password", "postgres", "hitotsubu", "secret", "changeme", "change_me", "admin", "test", "1234",
}  # fmt: skip
# Container secrets are mounted there for one container; their mode says nothing.
MOUNTED = "/run/secrets/"


def refuse(settings: Settings, environ: Mapping[str, str] | None = None) -> None:
    """Raises BadInput that names all that is weak, never a value.

    Files that others may read are refused everywhere; the rest on servers
    (`HITOTSUBU_ENVIRONMENT` is not `local`).
    """
    found = list(_files(settings, os.environ if environ is None else environ))
    if settings.environment != "local":
        found += [*_keys(settings), *_passwords(settings), *_urls(settings)]
    if found:
        raise BadInput("weak", found=found)


def _files(settings: Settings, environ: Mapping[str, str]) -> Iterator[BadInput]:
    key = settings.var / "data.key"
    if not settings.data_key and key.exists() and stat.S_IMODE(key.stat().st_mode) & 0o077:
        yield BadInput("weak_key_file", path=key)
    for name, (_, secret) in NAMES.items():
        path = environ.get(f"{PREFIX}{name}_FILE", "") if secret else ""
        if path and not path.startswith(MOUNTED) and Path(path).stat().st_mode & 0o007:
            yield BadInput("weak_file", name=f"{PREFIX}{name}_FILE")


def _keys(settings: Settings) -> Iterator[BadInput]:
    if settings.data_key:
        for key_id, key in parse_ring(settings.data_key).keys.items():
            if len(set(key)) < DIFFERENT:
                yield BadInput("weak_key", name=f"{PREFIX}DATA_KEY", key=key_id)
    for name in ("slack_signing_secret", "slack_client_secret"):
        value = getattr(settings, name)
        if value and (len(value) < SECRET_LENGTH or len(set(value)) < 8):
            yield BadInput("weak_slack", name=f"{PREFIX}{name.upper()}")


def _passwords(settings: Settings) -> Iterator[BadInput]:
    """A database without a password is one that asks for none: a socket, a certificate."""
    for name in ("database_url", "migration_url", "backup_url"):
        password = password_of(getattr(settings, name))
        if password and (password.casefold() in GUESSED or len(password) < 8):
            yield BadInput("weak_password", name=f"{PREFIX}{name.upper()}")


def _urls(settings: Settings) -> Iterator[BadInput]:
    for name in URLS:
        parts = urlsplit(getattr(settings, name))
        if parts.scheme and parts.scheme != "https" and parts.hostname not in LOOPBACK:
            yield BadInput("weak_url", name=f"{PREFIX}{name.upper()}")
