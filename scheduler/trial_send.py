"""自分に試し送り: the real message of a job, to the person who presses, through the ledger.

What preparing it writes (a question asked, a digest kept) is rolled back; only the message stays.
"""

from __future__ import annotations

from cases import audit, rights
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.org import Account
from cases.rights import Action
from scheduler.job import Job, Mailing
from scheduler.ledger import Owed, owe
from scheduler.places import place_for
from scheduler.ports import Composer

KIND = "test_send"


async def send_to(shelf: Shelf, job: Job, composer: Composer, member_id: str, press: str) -> bool:
    """Owes the message, once for each `press`; False when that press was heard before.

    Raises NotFound where there is nothing to show or no account to show it to, NotAllowed for all
    but 事務局.
    """
    rights.need(shelf, Action.SCHEDULE, job.name)
    place = await place_for(shelf, member_id=member_id)
    if not isinstance(place, Account):
        raise NotFound("account")
    payload = await _rendered(shelf, job, composer, member_id, place)
    await audit.record(shelf, "schedule.test", f"{job.name}:{member_id}")
    owed = Owed(
        dedupe_key=f"{KIND}:{job.name}:{member_id}:{press}",
        kind=KIND,
        payload=payload,
        priority=0,
        member_id=member_id,
        workspace_id=place.workspace_id,
        user=place.user,
    )
    return await owe(shelf, owed)


async def _rendered(
    shelf: Shelf, job: Job, composer: Composer, member_id: str, place: Account
) -> bytes:
    member = await shelf.people.member(member_id)
    if member is None or not isinstance(job, Mailing) or job.sample is None:
        raise NotFound
    async with shelf.session.begin_nested() as savepoint:
        message = await job.sample(shelf, member)
        if message is None:
            raise NotFound
        content = {**message.content, "late": False, "test": True}
        payload = await composer.render(shelf, job.name, content, place)
        await savepoint.rollback()
    return payload
