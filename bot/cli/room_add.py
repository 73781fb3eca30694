"""`hitotsubu room add`: a Slack channel becomes an office's room, or the administrators'."""

from __future__ import annotations

import argparse
import asyncio
import re
import sys

from bot.cli.opening import add_company, opened
from bot.cli.roster_import import RIGHTS
from bot.cli.words import locale
from bot.views.words import say
from cases import offices, rooms
from cases.errors import BadInput
from cases.scope import Scope

CHANNEL = re.compile(r"[CG][A-Z0-9]{5,20}")  # Slack's ids of public and private channels


def add(parser: argparse.ArgumentParser) -> None:
    """`--team`, `--channel`, `--office` or `--admins`, `--listen`, `--silent`, `--company`."""
    parser.add_argument("--team", required=True, metavar="T…", help="ワークスペース / workspace")
    parser.add_argument("--channel", required=True, metavar="C…", help="チャンネル / channel")
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument("--office", metavar="NAME", help="営業所 / office")
    whose.add_argument("--admins", action="store_true", help="管理者の部屋 / for administrators")
    parser.add_argument("--listen", action="store_true", help="会話を読む / it may listen")
    parser.add_argument("--silent", action="store_true", help="投稿しない / it does not post")
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Registers, or changes what is registered; posting moves from the office's other room."""
    if not CHANNEL.fullmatch(options.channel):
        raise BadInput("bad_channel")
    return asyncio.run(_add(options))


async def _add(options: argparse.Namespace) -> int:
    async with opened(options.company) as desk:
        route = await desk.library.db.directory.route("slack", options.team)
        if route is None or route.company_id != desk.company.id:
            raise BadInput("no_workspace", team=options.team)
        async with desk.library.db.transaction(Scope(desk.company.id, roles=RIGHTS)) as shelf:
            name = say(locale(), "rooms.admins")
            room = await rooms.found(shelf, route.workspace_id, options.channel)
            if options.admins:
                await rooms.register_for_admins(shelf, room.id)
            else:
                office = await offices.find(shelf, options.office)
                name, posts = office.name, not options.silent
                await rooms.register(shelf, room.id, office.id, posts=posts, listens=options.listen)
            print(room.id)
    print(say(locale(), "roster.room_added", office=name), file=sys.stderr)
    return 0
