"""`hitotsubu run`: migrates, loads the sample company, and serves the page, in one process."""

from __future__ import annotations

import argparse
import asyncio
import time

from bot import BEGUN
from bot.app import serve
from bot.cli.migrate import head, migrate
from bot.cli.seed import seed
from bot.cli.starting import started


def add(parser: argparse.ArgumentParser) -> None:
    """No options: settings come from the environment (docs/settings.md)."""


def run(options: argparse.Namespace) -> int:
    """Serves until Ctrl-C. Raises BadInput when the port is taken or the folder is not ours."""
    settings = started()
    if migrate(settings):
        print("データベースを用意しました / database ready", flush=True)
        print("サンプルを入れています / loading the sample company", flush=True)
    asyncio.run(seed(settings))

    def say(url: str) -> None:
        seconds = time.monotonic() - BEGUN
        print(f"ヒトツブ: {url}  ({seconds:.1f} s, Ctrl-C で終了 / to stop)", flush=True)

    asyncio.run(serve(settings, say=say, index=True, kind="run", head=head()))
    print("終了しました / stopped", flush=True)
    return 0
