"""What the pages ask of the whole: letters and read marks, 状態, and the sample company's date."""

from __future__ import annotations

import json
from datetime import date

import pytest

from bot.views.elements import Actions, Button, Card, Text, to_json
from bot.views.words import LOCALES
from bot.web.back import Letter, Step
from cases import sample
from cases.errors import NotAllowed
from cases.models.org import Company, Room, Workspace
from cases.scope import Scope
from cases.vocabulary import GONE, Status
from scheduler import ledger
from tests.fakes.house import House
from tests.fakes.sample_cast import KATO, SATO

REAL = "real"  # a company that is not the sample one


async def owe(
    house: House,
    member_id: str,
    number: int,
    payload: bytes = b"{}",
    case_ids: tuple[str, ...] = (),
    kind: str = "reply",
) -> None:
    """A message to a member that the ledger sends at once."""
    async with house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        account = (await shelf.people.accounts(member_id))[0]
        owed = ledger.Owed(
            dedupe_key=f"test:{member_id}:{number}",
            kind=kind,
            payload=payload,
            workspace_id=account.workspace_id,
            user=account.user,
            member_id=member_id,
            case_ids=case_ids,
        )
        await ledger.owe(shelf, owed)
    house.hub.wake(sample.COMPANY)
    await house.settle()


async def mail(house: House, member_id: str) -> list[Letter]:
    return await house.hub.pages.letters(sample.COMPANY, member_id)


async def add_real_company(house: House) -> None:
    async with house.hub.library.db.transaction(Scope(REAL)) as shelf:
        shelf.people.add(Company(id=REAL, name="ほんもの製薬", settings={}))
        await shelf.people.flush()


async def test_of_a_reminder_only_the_newest_is_a_letter(company: House) -> None:
    """It comes each business day until something is done: the older ones say nothing more."""

    def remind(words: str, action: str) -> bytes:
        card = Card((Text(words), Actions((Button("開く", action),))))
        return json.dumps(to_json(card)).encode()

    before = len(await mail(company, SATO))
    for number, (words, action) in enumerate(
        (
            ("1件", "holds.mine"),
            ("3件", "holds.queue"),
            ("1件", "holds.mine"),
            ("2件", "holds.mine"),
        )
    ):
        await owe(company, SATO, number, remind(words, action), kind="hold_waiting")
    await owe(company, SATO, 8, remind("お返事", "next"))
    await owe(company, SATO, 9, remind("お返事", "next"))
    letters = (await mail(company, SATO))[: -before or None]
    told = [letter.card.parts[0] for letter in letters]
    assert sorted(text.text for text in told if isinstance(text, Text)) == [
        "2件", "3件", "お返事", "お返事",
    ]  # fmt: skip


async def test_a_read_mark_is_set_once_and_on_own_letters_only(company: House) -> None:
    pages = company.hub.pages
    await owe(company, SATO, 1)
    (letter,) = await mail(company, SATO)
    assert not letter.read
    assert letter.card.parts == ()  # bytes of another platform are no card of the page
    await pages.mark_read(sample.COMPANY, KATO, [letter.id])
    assert not (await mail(company, SATO))[0].read
    await pages.mark_read(sample.COMPANY, SATO, ["no-such-letter", letter.id, letter.id])
    assert (await mail(company, SATO))[0].read


async def test_an_office_without_a_room_has_no_posts(company: House) -> None:
    pages = company.hub.pages
    assert await pages.posts(sample.COMPANY, "kobe") == []
    assert await pages.posts(sample.COMPANY, "no-such-office") == []


async def test_the_four_of_the_switch_have_a_name_and_a_role_in_both_languages(
    company: House,
) -> None:
    people = await company.hub.pages.people()
    assert [one.member_id for one in people] == list(sample.CAST)
    assert people[0].label == "佐藤(MR)"
    assert people[0].label_en.endswith("(MR)")
    assert (people[-1].label, people[-1].label_en) == ("事務局", "Head office")


@pytest.mark.parametrize("locale", LOCALES)
async def test_the_state_names_model_queue_and_next_runs(company: House, locale: str) -> None:
    rows = await company.hub.pages.status(sample.COMPANY, locale)
    words = " ".join(f"{label} {value}" for label, value in rows)
    assert company.encoder.name in words
    assert company.hub.pages.state.sha256[:12] in words
    assert "JST" in words
    assert "APScheduler: planner) —" in words  # nothing of the test's product is started
    assert all(label and value for label, value in rows)


async def test_the_state_before_a_named_model_is_loaded_says_so(company: House) -> None:
    pages = company.hub.pages
    before = await pages.status(sample.COMPANY, "ja")
    company.hub.library.shelves.embedder = None
    after = await pages.status(sample.COMPANY, "ja")
    assert before[0] != after[0]
    assert before[1] != after[1]  # no vector is of that model yet


@pytest.mark.parametrize("status", GONE)
async def test_a_letter_shows_nothing_of_a_case_that_is_gone(
    company: House, status: Status
) -> None:
    async with company.hub.library.db.transaction(Scope(sample.COMPANY, SATO)) as shelf:
        case_id = (await shelf.cases.company_wide())[0].id
    card = Card((Text("朝のひとこと"), Actions((Button("全文", "case.show", case_id),))))
    payload = json.dumps(to_json(card), ensure_ascii=False).encode()
    await owe(company, SATO, 1, payload, (case_id,))
    assert (await mail(company, SATO))[0].card == card
    async with company.hub.library.db.transaction(Scope(sample.COMPANY, SATO)) as shelf:
        case = await shelf.cases.any(case_id)
        assert case is not None
        case.status = status
    assert "朝のひとこと" not in str((await mail(company, SATO))[0].card)


@pytest.mark.parametrize(
    ("start", "step", "last"),
    [
        (date(2026, 11, 20), "day", date(2026, 11, 24)),  # a weekend, then a holiday
        pytest.param(date(2026, 12, 22), "two_weeks", date(2027, 1, 5), marks=pytest.mark.slow),
        (date(2026, 12, 2), "digest", date(2026, 12, 3)),
        pytest.param(date(2026, 12, 29), "digest", date(2027, 1, 6), marks=pytest.mark.slow),
    ],
)
async def test_the_date_goes_on_by_business_days(
    company: House, start: date, step: Step, last: date
) -> None:
    pages = company.hub.pages
    async with company.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        row = await shelf.people.company()
        row.clock_shift += (start - date(2026, 11, 5)).days * 24 * 60 * 60
    assert await pages.today(sample.COMPANY) == start
    before = sum([len(await mail(company, who)) for who in sample.CAST])
    moved = await pages.move(sample.COMPANY, step)
    assert moved.day == last
    assert await pages.today(sample.COMPANY) == last
    after = sum([len(await mail(company, who)) for who in sample.CAST])
    assert moved.letters == after - before


async def test_only_the_sample_company_has_a_date_that_moves(company: House) -> None:
    await add_real_company(company)
    pages = company.hub.pages
    assert await pages.today(REAL) is None
    with pytest.raises(NotAllowed):
        await pages.move(REAL, "day")
    with pytest.raises(NotAllowed):
        await pages.go_to(REAL, date(2026, 11, 6))


async def test_a_message_for_a_platform_that_is_gone_is_given_up_and_shown(
    company: House,
) -> None:
    """The Slack of a customer is no longer configured: no endless tries, and 状態 says why."""
    async with company.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        place = Workspace(company_id=sample.COMPANY, platform="slack", external_id="T-gone")
        shelf.people.add(place)
        await shelf.people.flush()
        room = Room(company_id=sample.COMPANY, workspace_id=place.id)
        shelf.people.add(room)
        await shelf.people.flush()
        owed = ledger.Owed(
            dedupe_key="test:gone",
            kind="office_share",
            payload=b"{}",
            workspace_id=place.id,
            room_id=room.id,
        )
        await ledger.owe(shelf, owed)
    company.hub.wake(sample.COMPANY)
    await company.settle()
    words = str(await company.hub.pages.status(sample.COMPANY, "ja"))
    assert "office_share: platform_not_connected" in words
