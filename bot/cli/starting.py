"""How every process begins that runs on: settings that are not weak, and logs without secrets."""

from __future__ import annotations

from bot import logs, weak
from bot.cli import unsealed
from bot.settings import Settings, read


def started() -> Settings:
    """The settings of this process, and no plain copy beside them that a killed one left.

    Raises BadInput for what cannot be used or is weak.
    """
    settings = read()
    weak.refuse(settings)
    logs.set_up(settings.log, settings.secrets())
    unsealed.sweep(settings.var)
    return settings
