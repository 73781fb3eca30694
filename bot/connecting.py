"""Connects the platforms that the settings and the workspace rows name; the others stay unread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import console
from bot.pages import Pages
from bot.platform import Platform
from bot.reception import Reception
from bot.settings import Settings
from cases.library import Library

if TYPE_CHECKING:
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
    slack = _slack(settings, reception)
    if slack is not None:
        platforms["slack"] = slack
    return slack


def _slack(settings: Settings, reception: Reception) -> SlackPlatform | None:
    secret, app_token = settings.slack_signing_secret, settings.slack_app_token
    if not (secret or app_token):
        return None
    from bot.slack.platform import SlackPlatform

    return SlackPlatform(reception, secret, settings.slack_api_url, app_token=app_token)


async def _teams(
    settings: Settings, library: Library, reception: Reception
) -> TeamsPlatform | None:
    rows = await library.db.directory.workspaces("teams")
    if not rows:
        return None
    from bot.teams.cloud import app_of
    from bot.teams.platform import TeamsPlatform

    opened = [
        library.ring.open_json(row.credentials, row.company_id) if row.credentials else {}
        for row in rows
    ]
    return TeamsPlatform(reception, [app_of(one) for one in opened], cloud=_cloud(settings))


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
