"""The sample company: loaded once into an empty database, with dates that lie before today."""

from __future__ import annotations

from datetime import timedelta

from cases import sample
from cases.embedding.word_vectors import SEARCH_NAME
from cases.indexing import missing
from cases.scope import Scope
from cases.vocabulary import Role, Status, TrialState
from tests.fakes.cast import RING
from tests.fakes.clocked import ClockedDatabase

SCOPE = Scope(sample.COMPANY)


async def test_the_sample_company_is_loaded_once_and_whole(database: ClockedDatabase) -> None:
    assert await sample.seed(database, RING) is True
    assert await sample.seed(database, RING) is False
    assert await missing(database, sample.COMPANY, SEARCH_NAME) == []  # its vectors are shipped
    async with database.transaction(SCOPE) as shelf:
        now = shelf.now
        assert len(await shelf.people.offices()) == 8
        assert len(await shelf.people.members(active=False)) == 96
        assert len(await shelf.people.promoters()) == 8
        counted = await shelf.cases.counts()
        assert sum(counted.values()) == 120
        cases = await shelf.cases.changed_since(None)
        assert all(case.sample and case.shared_at <= now for case in cases)
        wide = [case for case in cases if case.status is Status.COMPANY]
        assert all(case.released_at == case.shared_at for case in wide)
        assert await shelf.cases.waiting_for_release()
        trials = await shelf.loop.all_trials()
        assert len(trials) == 90
        assert all(trial.opened_at <= now for trial in trials)
        for trial in trials:
            told = trial.state in (TrialState.WORKED, TrialState.DID_NOT)
            assert (trial.told_at is not None) is told
            assert (trial.answered_at is None) is (trial.state is TrialState.OPEN)
            assert trial.answered_at is None or trial.opened_at < trial.answered_at <= now
        assert await shelf.loop.wishes()
        assert await shelf.talks.all_shared()


async def test_its_dates_follow_the_day_on_which_it_is_loaded(database: ClockedDatabase) -> None:
    database.turn(days=100)
    await sample.seed(database, RING)
    async with database.transaction(SCOPE) as shelf:
        newest = max(case.shared_at for case in await shelf.cases.changed_since(None))
        assert shelf.now - newest < timedelta(days=31)


async def test_the_cast_can_act_and_the_draft_opens_for_its_author(
    database: ClockedDatabase,
) -> None:
    await sample.seed(database, RING)
    async with database.transaction(SCOPE) as shelf:
        roles = {key: await shelf.people.member(key) for key in sample.CAST}
        assert all(member and member.active for member in roles.values())
        assert any(member and Role.HQ_ADMIN in member.roles for member in roles.values())
        (draft,) = await shelf.cases.drafts_before(shelf.now)
        assert draft.original is not None
        assert "typed" in RING.open_json(draft.original, sample.COMPANY)
