"""What waits on day one of the sample company, and that the clock is back at now."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot import app
from bot.cli.migrate import migrate
from bot.first_day import first_day
from cases import sample
from cases.embedding.bundled import BundledEncoder
from cases.scope import Scope
from tests.fakes.house import library_of, settings_of
from tests.fakes.sample_cast import KATO, SATO


async def test_a_digest_and_a_question_wait_and_nothing_comes_twice(
    tmp_path: Path, encoder: BundledEncoder
) -> None:
    found = settings_of(tmp_path / "company.db")
    assert await asyncio.to_thread(migrate, found)
    library = library_of(found, encoder)
    assert await sample.seed(library.db, library.ring)
    hub = await app.build(found, library)
    try:
        await first_day(hub)
        mail = {
            who: [one.kind for one in await hub.pages.letters(sample.COMPANY, who)]
            for who in (SATO, KATO)
        }
        assert mail[KATO] == ["monthly_digest"]
        assert mail[SATO] == ["trial_follow_up"]
        async with library.db.transaction(Scope(sample.COMPANY)) as shelf:
            assert (await shelf.people.company()).clock_shift == 0
        await hub.clock.wake()
        assert len(await hub.pages.letters(sample.COMPANY, KATO)) == 1
    finally:
        await hub.close()
