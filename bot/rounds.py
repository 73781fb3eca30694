"""The rounds of the alarm clock, in order: what is received, checked, planned, sent, looked for."""

from __future__ import annotations

from functools import partial

from bot.reception import Reception
from bot.unchecked import check_again
from cases.library import Library
from scheduler import dispatch, inbox, planner, reconcile, take_back
from scheduler.clock import Tick
from scheduler.lanes import Lanes


def rounds(
    library: Library,
    reception: Reception,
    worker: dispatch.Worker,
    plans: planner.Planner,
    lanes: Lanes,
) -> dict[str, Tick]:
    """Each by its name, which the 状態 page shows."""

    async def companies() -> list[str]:
        return [company.id for company in await library.db.directory.companies()]

    async def send() -> None:
        await lanes.run(await companies())

    async def look_back() -> None:
        for company_id in await companies():
            await reconcile.reconcile(worker, company_id)
            await reconcile.sweep(worker, company_id)
            await take_back.take_back(worker, company_id)

    async def take_over() -> None:
        for company_id in await companies():
            await inbox.take_over(library.db, library.ring, reception, company_id)

    async def check_kept() -> None:
        for company_id in await companies():
            await check_again(library, reception.composer, company_id)

    return {
        "inbox": take_over,
        "unchecked": check_kept,
        "planner": partial(planner.plan_all, plans),
        "dispatch": send,
        "reconcile": look_back,
    }
