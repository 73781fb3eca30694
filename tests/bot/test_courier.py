"""Composer and courier: what is rendered for whom, and what passes through to the platform."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from bot.conversation.letters import CARDS
from bot.courier import Composer, Courier
from bot.platform import Platform
from bot.views.elements import Card, Text, plain, to_json
from cases import sample
from cases.errors import NotFound
from cases.models.org import Account, Room
from cases.scope import Scope
from cases.vocabulary import Status
from scheduler.jobs import BY_NAME
from scheduler.ports import DeliveryFailed, Parcel, Receipt
from tests.fakes.house import House
from tests.fakes.sample_cast import KATO

SINCE = datetime(2026, 11, 5, tzinfo=UTC)
SECRET = {"token": "t"}


@dataclass
class Chat:
    """A platform that notes what it was handed; its cards are plain text."""

    copies: list[str] | None = field(default_factory=list)
    calls: list[tuple[Any, ...]] = field(default_factory=list)

    def render(self, card: Card, aside: Any = None) -> bytes:
        return plain(card).encode()

    async def send(self, credentials: Any, address: Any, payload: bytes, key: str) -> str:
        self.calls.append(("send", credentials, address, payload, key))
        return "C1/thread/17"

    async def look_back(
        self, credentials: Any, address: Any, payload: bytes, key: str, since: float
    ) -> list[str] | None:
        self.calls.append(("look", credentials, address, key, since))
        return self.copies

    async def remove(self, credentials: Any, receipt: str) -> None:
        self.calls.append(("remove", credentials, receipt))


def parcel(platform: str = "chat") -> Parcel:
    return Parcel("c1", "d1", "reply", platform, "w1", {"user": "U1"}, b"hello", "m1")


def courier(chat: Chat) -> Courier:
    async def credentials(workspace_id: str, company_id: str) -> dict[str, Any]:
        assert (workspace_id, company_id) == ("w1", "c1")
        return SECRET

    return Courier({"chat": cast(Platform, chat)}, credentials)


async def test_a_parcel_is_sent_with_the_workspace_credentials() -> None:
    chat = Chat()
    assert await courier(chat).send(parcel()) == Receipt("C1/thread", "17")
    assert chat.calls == [("send", SECRET, {"user": "U1"}, b"hello", "d1")]


async def test_a_look_back_gives_receipts_and_an_extra_copy_is_removed() -> None:
    chat = Chat(["C1/17", "C1/18"])
    found = await courier(chat).find(parcel(), SINCE)
    assert found == [Receipt("C1", "17"), Receipt("C1", "18")]
    await courier(chat).remove(parcel(), found[1])
    assert chat.calls[-1] == ("remove", SECRET, "C1/18")
    assert chat.calls[0] == ("look", SECRET, {"user": "U1"}, "d1", SINCE.timestamp())


async def test_a_history_that_cannot_be_read_is_not_an_empty_one() -> None:
    assert await courier(Chat(None)).find(parcel(), SINCE) is None
    assert await courier(Chat([])).find(parcel(), SINCE) == []


async def test_a_platform_that_is_not_connected_fails_for_good() -> None:
    chat = Chat()
    for ask in (
        courier(chat).send(parcel("gone")),
        courier(chat).find(parcel("gone"), SINCE),
        courier(chat).remove(parcel("gone"), Receipt("C1", "17")),
    ):
        with pytest.raises(DeliveryFailed) as failed:
            await ask
        assert (failed.value.permanent, failed.value.reason) == (True, "platform_not_connected")
    assert chat.calls == []


def test_each_job_that_writes_to_people_has_a_card() -> None:
    assert set(BY_NAME) - set(CARDS) == {"audit_head", "retention", "roster_moves"}


async def render(house: House, kind: str, content: dict[str, Any], locale: str = "ja") -> str:
    """What 加藤 reads, as plain text."""
    composer = Composer({"web": cast(Platform, Chat())})
    async with house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        member = await shelf.people.member(KATO)
        assert member is not None
        member.locale = locale
        account = (await shelf.people.accounts(KATO))[0]
        return (await composer.render(shelf, kind, content, account)).decode()


async def test_each_letter_speaks_the_language_of_its_reader(company: House) -> None:
    async with company.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        case = (await shelf.cases.company_wide())[0]
        wish = (await shelf.loop.wishes())[0]
        trial = (await shelf.loop.all_trials())[0]
        trial.state, trial.note = "did_not", "秘書さんがいない医局では難しい"  # type: ignore[assignment]  # its word
        asker = {"wish_id": wish.id, "case_id": case.id}
        news = {"case_id": case.id, "trial_ids": [trial.id, "gone"]}
        counts = {"tried": 3, "worked": 2, "offices": 2, "members": 2}
        letters: dict[str, dict[str, Any]] = {
            "monthly_digest": {"office_id": "kobe", "month": "2026-10"},
            "trial_follow_up": {"trial_id": trial.id, "case_id": case.id},
            "impact_note": {"cases": [{**news, **counts}]},
            "wishes": {"part": "asker", "wishes": [asker, {**asker, "wish_id": "gone"}]},
            "release_note": {"released": True, "title": case.title, "case_id": case.id},
            "ask_author": {"name": "加藤", "office": "神戸営業所", "title": case.title},
            "office_share": {"card": to_json(Card((Text(case.title),)))},
        }
        title, theme = case.title, wish.theme
    for kind, content in letters.items():
        ja = await render(company, kind, content)
        en = await render(company, kind, content, "en")
        assert ja
        assert (ja == en) is (kind == "office_share"), kind  # that one is a card as it was shown
        if kind == "wishes":
            assert ja.count(theme) == 1
        elif kind != "monthly_digest":
            assert title in ja
    assert "秘書さんがいない医局では難しい" in await render(
        company, "impact_note", letters["impact_note"]
    )


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("trial_follow_up", {"trial_id": "t1", "case_id": "gone"}),
        ("monthly_digest", {"office_id": "gone", "month": "2026-10"}),
    ],
)
async def test_a_letter_about_what_is_gone_is_not_rendered(
    company: House, kind: str, content: dict[str, Any]
) -> None:
    with pytest.raises(NotFound):
        await render(company, kind, content)


async def test_an_edited_text_that_nobody_approved_reaches_only_its_office(company: House) -> None:
    async with company.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        wide = await shelf.cases.company_wide()
        case = next(one for one in wide if one.office_id and one.author_id != KATO)
        case.status = Status.OFFICE
        ids, title, office = [case.id], case.title, case.office_id
        kato = await shelf.people.member(KATO)
        assert kato is not None
        kato.office_id = None
        trial = (await shelf.loop.all_trials())[0]
        trial.case_id, trial.member_id = case.id, KATO
        asked = {"trial_id": trial.id, "case_id": case.id}
        author = case.author_id
    for reader in ({"member_id": KATO}, {"office_id": ""}, {"office_id": "elsewhere"}, {}):
        shown = await render(company, "case_anew", {"case_ids": ids, **reader})
        assert title not in shown
        assert "取り下げ" in shown
    for reader in ({"member_id": author}, {"office_id": office or ""}):
        assert title in await render(company, "case_anew", {"case_ids": ids, **reader})
    with pytest.raises(NotFound):
        await render(company, "trial_follow_up", asked)


async def test_a_room_reads_the_company_language_and_an_unknown_place_nothing(
    company: House,
) -> None:
    composer = Composer({"web": cast(Platform, Chat())})
    content = {"released": True, "title": "題", "case_id": "c"}
    async with company.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        account = (await shelf.people.accounts(KATO))[0]
        place = account.workspace_id
        room = Room(company_id=sample.COMPANY, id="r1", workspace_id=place)
        nobody = Account(company_id=sample.COMPANY, workspace_id=place, user="x", member_id="gone")
        heard = [
            await composer.render(shelf, "release_note", content, one)
            for one in (account, room, nobody)
        ]
        assert heard[0] == heard[1] == heard[2]
        elsewhere = Room(company_id=sample.COMPANY, id="r2", workspace_id="gone")
        with pytest.raises(NotFound):
            await composer.render(shelf, "release_note", content, elsewhere)
        with pytest.raises(NotFound):
            await Composer({}).render(shelf, "release_note", content, account)
