"""Which Microsoft cloud and which registered bots we talk to, and which hosts are theirs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

# Nothing that another reader of addresses could see differently: no %2e, no empty part, no blank.
_HOST = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")


@dataclass(frozen=True, slots=True)
class Cloud:
    """End points of a cloud; the defaults are the public one, a sovereign cloud has its own.

    `services` are host names, `*.` and a domain, or a whole origin (scheme, host and port).
    """

    issuer: str = "https://api.botframework.com"
    keys_url: str = "https://login.botframework.com/v1/.well-known/openidconfiguration"
    login_url: str = "https://login.microsoftonline.com/"
    scope: str = "https://api.botframework.com/.default"
    service_url: str = "https://smba.trafficmanager.net/teams/"  # for a first message to a person
    services: tuple[str, ...] = (
        "*.botframework.com",
        "smba.trafficmanager.net",
        "teams.microsoft.com",
    )


@dataclass(frozen=True, slots=True)
class TeamsApp:
    """One bot registration, single tenant: it lives on the workspace row of that tenant."""

    app_id: str
    tenant_id: str
    secret: str = field(repr=False)


def app_of(credentials: Mapping[str, Any]) -> TeamsApp:
    """The registration in a workspace's opened credentials; what is missing is empty."""
    app_id, tenant, secret = (
        str(credentials.get(name) or "") for name in ("app_id", "tenant_id", "secret")
    )
    return TeamsApp(app_id.lower(), tenant.lower(), secret)


def lacking(app: TeamsApp) -> list[str]:
    """What a registration lacks. Without an app id botbuilder would accept unsigned activities."""
    parts = {"app_id": app.app_id, "tenant_id": app.tenant_id, "secret": app.secret}
    return [name for name, value in parts.items() if not value.strip()]


def complete(app: TeamsApp) -> bool:
    """True for a registration that lacks nothing."""
    return not lacking(app)


def trusted(url: object, cloud: Cloud) -> bool:
    """True for a service URL of the cloud: https, a listed host, no user part, no other port."""
    if not isinstance(url, str) or not url.isascii() or any(c in url for c in "\\@ \t\r\n?#"):
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if f"{parts.scheme}://{parts.netloc}" in cloud.services:
        return True
    host = parts.hostname or ""
    plain = parts.scheme == "https" and port in (None, 443) and _HOST.fullmatch(host)
    return bool(plain) and _listed(host, cloud.services)


def _listed(host: str, services: tuple[str, ...]) -> bool:
    return any(
        host.endswith(name[1:]) if name.startswith("*.") else host == name for name in services
    )
