"""`hitotsubu workspace add`: connects a Slack team or a Teams tenant; secrets are never arguments.

They come from the environment or a file (`…_FILE`), or as one line on standard input.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import Any

from bot import vault
from bot.cli.opening import Opened, add_company, opened
from bot.cli.teams_package import guid
from bot.cli.words import locale
from bot.views.words import say
from cases import audit
from cases.errors import BadInput


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("platform", choices=["slack", "teams"])
    parser.add_argument(
        "--team",
        default="",
        help="T…: Slack のワークスペース / team id",
    )
    parser.add_argument("--tenant", default="", help="Teams: tenant id")
    parser.add_argument("--app-id", default="", help="Teams: app id")
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Connects, or renews the secret of a workspace that is connected already."""
    return asyncio.run(_add(options))


async def _add(options: argparse.Namespace) -> int:
    async with opened(options.company) as desk:
        external_id, credentials = await READERS[options.platform](options, desk)
        route = await desk.library.db.directory.route(options.platform, external_id)
        if route is not None and route.company_id != desk.company.id:
            raise BadInput("other_company", id=external_id)
        ring, db = desk.library.ring, desk.library.db
        found = await vault.connect(
            db, ring, desk.company.id, options.platform, external_id, credentials
        )
        async with db.transaction(desk.scope) as shelf:
            await audit.record(shelf, f"workspace.{options.platform}", found)
    print(say(locale(), "cli.connected", platform=options.platform, name=external_id))
    return 0


async def _slack(options: argparse.Namespace, desk: Opened) -> tuple[str, dict[str, Any]]:
    token = desk.settings.slack_bot_token or _typed("HITOTSUBU_SLACK_BOT_TOKEN")
    if options.team:
        return options.team, {"token": token}
    from bot.slack.tokens import pasted

    return await pasted(token, desk.settings.slack_api_url)


async def _teams(options: argparse.Namespace, desk: Opened) -> tuple[str, dict[str, Any]]:
    tenant, app_id = guid("--tenant", options.tenant), guid("--app-id", options.app_id)
    secret = _typed("client secret")
    return tenant, {"app_id": app_id, "tenant_id": tenant, "secret": secret}


READERS = {"slack": _slack, "teams": _teams}


def _typed(what: str) -> str:
    """One line of standard input; on a terminal it does not show."""
    if sys.stdin.isatty():
        from getpass import getpass

        line = getpass(f"{what}: ")
    else:
        line = sys.stdin.readline()
    if not line.strip():
        raise BadInput("no_secret", what=what)
    return line.strip()
