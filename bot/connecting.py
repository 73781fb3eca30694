"""Connects the platforms that the settings and the workspace rows name; the others stay unread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot import console
from bot.pages import Pages
from bot.platform import Platform
from bot.reception import Reception
from bot.settings import Settings
from cases.library import Library
from scheduler.clock import Tick

if TYPE_CHECKING:
    from bot.slack.installs import Installer
    from bot.slack.platform import SlackPlatform
    from bot.teams.cloud import Cloud
    from bot.teams.platform import TeamsPlatform


async def connect(
    platforms: dict[str, Platform],
    settings: Settings,
    library: Library,
    reception: Reception,
    pages: Pages,
) -> SlackPlatform | None:
    """Fills `platforms`, and gives the one whose history can be read again after a gap."""
    from bot.web.platform import WebPlatform

    platforms["web"] = WebPlatform(library=library, desk=reception, back=pages)
    platforms[console.NAME] = console.ConsolePlatform()
    if (teams := await _teams(settings, library, reception)) is not None:
        platforms["teams"] = teams
    slack = _slack(settings, library, reception)
    if slack is not None:
        platforms["slack"] = slack
    return slack


def more_rounds(settings: Settings, platforms: Mapping[str, Platform]) -> dict[str, Tick]:
    """The round that only an installation by OAuth needs."""
    if not (settings.slack_client_id and settings.slack_client_secret):
        return {}

    async def renew() -> None:
        slack: Any = platforms.get("slack")
        if slack is not None:
            await slack.renew()

    return {"tokens": renew}


def _slack(settings: Settings, library: Library, reception: Reception) -> SlackPlatform | None:
    secret, app_token = settings.slack_signing_secret, settings.slack_app_token
    if not (secret or app_token):
        return None
    from bot.slack.condition import Condition
    from bot.slack.platform import SlackPlatform

    return SlackPlatform(
        reception,
        secret,
        settings.slack_api_url,
        app_token=app_token,
        installer=_installer(settings, library, reception),
        condition=Condition(library, reception.credentials, settings.slack_api_url),
    )


def _installer(settings: Settings, library: Library, reception: Reception) -> Installer | None:
    """Installing by OAuth, and renewing tokens, where the app's id and secret are set."""
    if not (settings.slack_client_id and settings.slack_client_secret):
        return None
    from bot.slack.installs import Installer
    from bot.slack.scopes import scopes
    from bot.slack.tokens import App

    app = App(settings.slack_client_id, settings.slack_client_secret, settings.slack_api_url)
    return Installer(
        app,
        library,
        scopes(full=settings.slack_features == "full"),
        settings.slack_authorize_url,
        reception.forget,
    )


async def _teams(
    settings: Settings, library: Library, reception: Reception
) -> TeamsPlatform | None:
    rows = await library.db.directory.workspaces("teams")
    if not rows:
        return None
    from bot.compose_box import ComposeBox
    from bot.teams.cloud import app_of
    from bot.teams.platform import TeamsPlatform

    apps = [
        app_of(
            {"tenant_id": row.external_id}
            | (library.ring.open_json(row.credentials, row.company_id) if row.credentials else {})
        )
        for row in rows
    ]
    box = ComposeBox(library, reception.hearing)
    return TeamsPlatform(reception, apps, cloud=_cloud(settings), box=box)


def _cloud(settings: Settings) -> Cloud:
    """Microsoft's public cloud, or the end points that the settings name (sovereign clouds)."""
    from bot.teams.cloud import Cloud

    public = Cloud()
    return Cloud(
        keys_url=settings.teams_openid_url or public.keys_url,
        login_url=settings.teams_login_url or public.login_url,
        service_url=settings.teams_service_url or public.service_url,
        services=settings.teams_service_hosts or public.services,
    )
