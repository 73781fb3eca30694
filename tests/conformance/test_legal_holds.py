"""A legal hold on a member, kind of data by kind of data: theirs stays, a colleague's goes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from cases import keeping, legal_holds
from cases.columns import Base
from cases.models.case import Draft, Hold
from cases.models.loop import Wish
from cases.models.sign_in import SignInLink, WebSession
from cases.models.talk import Asked, Reflection, Talk
from cases.vocabulary import Status
from tests.conformance.conftest import Acts
from tests.fakes.cast import NOON, case_of

LONG_AGO = NOON - timedelta(days=1200)


def _draft(who: str) -> Draft:
    return Draft(
        company_id="c1", id=f"d-{who}", author_id=who, values={}, original=b"k1:x",
        created_at=LONG_AGO, updated_at=LONG_AGO,
    )  # fmt: skip


def _held(who: str) -> Hold:
    return Hold(
        company_id="c1", id=f"h-{who}", draft_id="d", author_id=who, queue="compliance",
        text=b"k1:x", created_at=LONG_AGO, decided_at=LONG_AGO,
    )  # fmt: skip


def _answer(who: str) -> Reflection:
    return Reflection(
        company_id="c1", member_id=who, prompt="p", answer=b"k1:x", asked_on="2023-01-02"
    )


def _link(who: str) -> SignInLink:
    return SignInLink(company_id="c1", member_id=who, digest=f"l-{who}", expires_at=LONG_AGO)


def _session(who: str) -> WebSession:
    return WebSession(
        company_id="c1", member_id=who, digest=f"s-{who}", begun_at=LONG_AGO, seen_at=LONG_AGO
    )


MADE: dict[str, list[Callable[[str], Base]]] = {
    "published case": [lambda who: case_of(f"c-{who}", who, days_ago=1200)],
    "withdrawn case": [
        lambda who: case_of(f"c-{who}", who, days_ago=1200, status=Status.WITHDRAWN)
    ],
    "draft never submitted": [_draft],
    "original wording": [_draft],
    "held text, compliance": [_held],
    "reflection": [_answer],
    "asker of a wish": [
        lambda who: Wish(
            company_id="c1", id=f"w-{who}", theme="電話", asker_id=who, asked_at=LONG_AGO
        )
    ],
    "last search": [
        lambda who: Talk(company_id="c1", member_id=who, search={"q": "x"}, updated_at=LONG_AGO)
    ],
    "search in a thread": [
        lambda who: Asked(
            company_id="c1", member_id=who, thread="t", search={"q": "x"}, updated_at=LONG_AGO
        )
    ],
    "sign-in link, session": [_link, _session],
}


@pytest.mark.parametrize("data", keeping.PURGES)
async def test_a_hold_on_a_member_keeps_theirs_and_only_theirs(acts: Acts, data: str) -> None:
    async with acts("nakamura") as shelf:
        shelf.session.add_all([make(who) for make in MADE[data] for who in ("sato", "kato")])
        row = await legal_holds.place(shelf, legal_holds.MEMBER, "sato", "2026-017")
    work, before = keeping.PURGES[data], NOON - keeping.DAYS[data]
    async with acts() as shelf:
        assert await work(shelf, before, await legal_holds.held(shelf)) == len(MADE[data])
    async with acts("nakamura") as shelf:
        assert await work(shelf, before, await legal_holds.held(shelf)) == 0
        await legal_holds.lift(shelf, row.id)
    async with acts() as shelf:
        assert await work(shelf, before, await legal_holds.held(shelf)) == len(MADE[data])
