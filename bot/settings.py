"""Every setting, read once from the environment; secrets also from files (`…_FILE`).

The table of all settings is docs/settings.md; a test compares it with `NAMES`.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cases.embedding import ModelChoice
from cases.errors import BadInput
from cases.seal import KeyRing, key_file, parse_ring

PREFIX = "HITOTSUBU_"
CHOICES = {
    "INDEX": ("memory", "pgvector"),
    "EMBEDDING_DTYPE": ("float32", "float16", "bfloat16"),
    "SLACK_FEATURES": ("minimum", "full"),
    "LOG": ("json", "plain"),
}
# name → (default, secret?)
NAMES: dict[str, tuple[str, bool]] = {
    "DATABASE_URL": ("sqlite:///var/hitotsubu.db", True),
    "MIGRATION_URL": ("", True),
    "BACKUP_URL": ("", True),
    "DATA_KEY": ("", True),
    "ENVIRONMENT": ("local", False),
    "HOST": ("127.0.0.1", False),
    "PORT": ("8700", False),
    "PUBLIC_URL": ("", False),
    "INDEX": ("memory", False),
    "EMBEDDING_MODEL": ("", False),
    "GUARD_MODEL": ("", False),
    "EMBEDDING_DIMENSIONS": ("0", False),
    "EMBEDDING_DTYPE": ("float32", False),
    "EMBEDDING_BATCH": ("32", False),
    "EMBEDDING_DEVICE": ("cpu", False),
    "RERANKER": ("", False),
    "SAFETY_FORM_URL": ("", False),
    "QUALITY_FORM_URL": ("", False),
    "ANSWER_SECONDS": ("30", False),
    "LANDING_SECONDS": ("60", False),
    "SWEEP_SECONDS": ("600,86400", False),
    "SLACK_SIGNING_SECRET": ("", True),
    "SLACK_BOT_TOKEN": ("", True),
    "SLACK_APP_TOKEN": ("", True),
    "SLACK_CLIENT_ID": ("", False),
    "SLACK_CLIENT_SECRET": ("", True),
    "SLACK_API_URL": ("https://slack.com/api/", False),
    "SLACK_AUTHORIZE_URL": ("https://slack.com/oauth/v2/authorize", False),
    "SLACK_FEATURES": ("minimum", False),
    "TEAMS_OPENID_URL": ("", False),
    "TEAMS_LOGIN_URL": ("", False),
    "TEAMS_SERVICE_URL": ("", False),
    "TEAMS_SERVICE_HOSTS": ("", False),
    "VAR": ("var", False),
    "LOG": ("plain", False),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. Secrets are not shown when it is printed."""

    database_url: str = field(repr=False)
    migration_url: str = field(repr=False)
    backup_url: str = field(repr=False)
    environment: str
    host: str
    port: int
    public_url: str
    index: str
    embedding: ModelChoice
    reranker: ModelChoice
    guard_model: str
    safety_form_url: str
    quality_form_url: str
    answer: timedelta
    landing: timedelta
    sweeps: tuple[timedelta, ...]
    slack_signing_secret: str = field(repr=False)
    slack_bot_token: str = field(repr=False)
    slack_app_token: str = field(repr=False)
    slack_client_id: str
    slack_client_secret: str = field(repr=False)
    slack_api_url: str
    slack_authorize_url: str
    slack_features: str
    teams_openid_url: str
    teams_login_url: str
    teams_service_url: str
    teams_service_hosts: tuple[str, ...]
    var: Path
    log: str
    data_key: str = field(repr=False)

    def secrets(self) -> tuple[str, ...]:
        """What must not be in any log, as far as the settings hold it."""
        own = (self.slack_signing_secret, self.slack_bot_token, self.slack_app_token)
        keys = [entry.strip().partition(":")[2] for entry in re.split("[,\n]", self.data_key)]
        urls = (self.database_url, self.migration_url, self.backup_url)
        passwords = [password_of(url) for url in urls]
        return tuple(filter(None, (*own, self.slack_client_secret, *keys, *passwords)))

    def ring(self) -> KeyRing:
        """The key ring: from the environment, or a file of mode 0600 made on first use locally."""
        if self.data_key:
            return parse_ring(self.data_key)
        if self.environment != "local":
            raise BadInput("data_key_empty", name="HITOTSUBU_DATA_KEY")
        return key_file(self.var / "data.key")


def read(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of an environment (default: this process's).

    Raises BadInput for an unreadable file, a port that is no number, or an unknown choice.
    """
    env = os.environ if environ is None else environ
    values = {name: _value(env, name) for name in NAMES}
    if not values["PORT"].isdigit():
        raise BadInput("number", name="HITOTSUBU_PORT", given=values["PORT"])
    for name, choices in CHOICES.items():
        if values[name] not in choices:
            known = ", ".join(choices)
            raise BadInput("one_of", name=PREFIX + name, given=values[name], choices=known)
    if values["INDEX"] == "pgvector" and not values["DATABASE_URL"].startswith("postgresql"):
        raise BadInput("pgvector", name="HITOTSUBU_INDEX")
    hosts = tuple(host.strip() for host in values["TEAMS_SERVICE_HOSTS"].split(",") if host.strip())
    return Settings(
        database_url=values["DATABASE_URL"],
        migration_url=values["MIGRATION_URL"] or values["DATABASE_URL"],
        backup_url=values["BACKUP_URL"] or values["DATABASE_URL"],
        environment=values["ENVIRONMENT"],
        host=values["HOST"],
        port=int(values["PORT"]),
        public_url=_public(values["PUBLIC_URL"]),
        index=values["INDEX"],
        embedding=_model(values, "EMBEDDING_MODEL"),
        reranker=replace(_model(values, "RERANKER"), dimensions=0),
        guard_model=values["GUARD_MODEL"],
        safety_form_url=values["SAFETY_FORM_URL"],
        quality_form_url=values["QUALITY_FORM_URL"],
        answer=_seconds(values, "ANSWER_SECONDS")[0],
        landing=_seconds(values, "LANDING_SECONDS")[0],
        sweeps=_seconds(values, "SWEEP_SECONDS"),
        slack_signing_secret=values["SLACK_SIGNING_SECRET"],
        slack_bot_token=values["SLACK_BOT_TOKEN"],
        slack_app_token=values["SLACK_APP_TOKEN"],
        slack_client_id=values["SLACK_CLIENT_ID"],
        slack_client_secret=values["SLACK_CLIENT_SECRET"],
        slack_api_url=values["SLACK_API_URL"],
        slack_authorize_url=values["SLACK_AUTHORIZE_URL"],
        slack_features=values["SLACK_FEATURES"],
        teams_openid_url=values["TEAMS_OPENID_URL"],
        teams_login_url=values["TEAMS_LOGIN_URL"],
        teams_service_url=values["TEAMS_SERVICE_URL"],
        teams_service_hosts=hosts,
        var=Path(values["VAR"]),
        log=values["LOG"],
        data_key=values["DATA_KEY"],
    )


def password_of(url: str) -> str:
    """The password in the URL of a database, as it is written there; "" for none."""
    user = url.partition("://")[2].rpartition("@")[0]
    return user.partition(":")[2]


def migration_url(environ: Mapping[str, str] | None = None) -> str:
    """The URL for migrations, with a synchronous driver: psycopg 3 or Python's own sqlite3."""
    return sync_url(read(environ).migration_url)


def sync_url(url: str) -> str:
    """The URL with the synchronous driver of its database."""
    kind, _, rest = url.partition("://")
    return f"{'sqlite' if kind.startswith('sqlite') else 'postgresql+psycopg'}://{rest}"


def _public(address: str) -> str:
    """Where browsers find the pages, without a path. Raises BadInput unless it is https.

    Plain http is for a look on this machine: there browsers keep a Secure cookie all the same.
    """
    parts = urlsplit(address)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname == "localhost")
    if address and not (secure and parts.netloc == address.rstrip("/").rpartition("//")[2]):
        raise BadInput("public_url", name=f"{PREFIX}PUBLIC_URL", given=address)
    if "@" in parts.netloc:
        raise BadInput("public_url_login", name=f"{PREFIX}PUBLIC_URL")
    return address.rstrip("/")


def _model(values: Mapping[str, str], name: str) -> ModelChoice:
    """A model and how to run it. Raises BadInput for a figure that is none."""
    figures = {key: values[f"EMBEDDING_{key}"] for key in ("DIMENSIONS", "BATCH")}
    for key, figure in figures.items():
        if not (figure.isascii() and figure.isdigit()) or (key == "BATCH" and int(figure) < 1):
            raise BadInput("number", name=f"HITOTSUBU_EMBEDDING_{key}", given=figure)
    return ModelChoice(
        name=values[name],
        dimensions=int(figures["DIMENSIONS"]) if values[name] else 0,
        dtype=values["EMBEDDING_DTYPE"],
        batch=int(figures["BATCH"]),
        device=values["EMBEDDING_DEVICE"],
    )


def _seconds(values: Mapping[str, str], name: str) -> tuple[timedelta, ...]:
    """Times in seconds, separated by commas. Raises BadInput for what is no time."""
    try:
        found = tuple(float(word) for word in values[name].split(","))
    except ValueError:
        found = ()
    if not found or not all(0 < seconds < math.inf for seconds in found):
        raise BadInput("seconds", name=PREFIX + name, given=values[name])
    return tuple(timedelta(seconds=seconds) for seconds in found)


def _value(env: Mapping[str, str], name: str) -> str:
    """The variable, or for a secret what its `…_FILE` holds, or the default."""
    default, secret = NAMES[name]
    path = env.get(f"{PREFIX}{name}_FILE") if secret else None
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise BadInput("secret_file", name=f"{PREFIX}{name}_FILE", path=path) from error
    return env.get(PREFIX + name) or default
