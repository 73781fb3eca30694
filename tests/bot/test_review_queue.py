"""確認待ち in chat: a few texts on a card, the next ones one tap away."""

from __future__ import annotations

from datetime import timedelta

from bot.teams import cards
from bot.views.case import Shown
from bot.views.elements import Actions
from bot.views.review import Reviewed, queue_card
from cases import fields, sample
from cases.models.case import Case
from cases.scope import Scope
from cases.trials import Reproduction
from cases.vocabulary import Status
from tests.drivers.desk import DeskDriver
from tests.drivers.screen import Person
from tests.fakes.sample_cast import NAKAMURA, SATO

OURS = tuple(f"w{number}" for number in range(5))


async def five_wait(desk: DeskDriver) -> None:
    """Five texts, older than those of the sample company."""
    async with desk.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        for number, case_id in enumerate(OURS):
            case = Case(id=case_id, company_id=sample.COMPANY, author_id=SATO)
            fields.fill(case, {"action": f"受付で{number}つ目の質問を書いていただく紙に変えた"})
            case.status, case.origin, case.sample = Status.OFFICE, "chat", False
            case.shared_at = case.changed_at = shelf.now - timedelta(days=9 - number)
            case.release_asked_at = case.shared_at
            shelf.cases.add(case)


def waits_for(person: Person) -> list[str]:
    keys = person.screens[-1].keys
    return [key.value.partition(":")[0] for key in keys if key.action == "review.release"]


async def test_three_are_shown_and_the_next_ones_come_with_one_tap(desk: DeskDriver) -> None:
    await five_wait(desk)
    nakamura = desk.person(NAKAMURA)
    await nakamura.says("確認待ち")
    total = int(nakamura.sees.partition("件が確認を待っています")[0].split()[-1])
    assert waits_for(nakamura) == list(OURS[:3])
    await nakamura.presses(f"つぎを見る(あと{total - 3}件)")
    assert waits_for(nakamura)[:2] == list(OURS[3:])


async def test_when_the_one_shown_last_is_decided_the_next_card_begins_with_the_oldest(
    desk: DeskDriver,
) -> None:
    await five_wait(desk)
    nakamura = desk.person(NAKAMURA)
    await nakamura.says("確認待ち")
    card = nakamura.screens[-1]
    await nakamura.presses("全社に公開する", OURS[2])
    (later,) = [key for key in card.keys if key.action == "review.queue"]
    nakamura.screens += await desk.press(NAKAMURA, card, later, {})
    assert waits_for(nakamura) == [OURS[0], OURS[1], OURS[3]]


async def test_when_all_behind_the_last_one_are_decided_the_queue_begins_anew(
    desk: DeskDriver,
) -> None:
    await five_wait(desk)
    nakamura = desk.person(NAKAMURA)
    await nakamura.says("確認待ち")
    (later,) = [key for key in nakamura.screens[-1].keys if key.action == "review.queue"]
    card = nakamura.screens[-1]
    async with desk.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        for case in await shelf.cases.waiting_for_release():
            if case.id not in OURS[:3]:
                case.release_asked_at = None
    nakamura.screens += await desk.press(NAKAMURA, card, later, {})
    assert waits_for(nakamura) == list(OURS[:3])


def test_a_card_of_teams_holds_three_of_the_longest_texts_with_all_their_buttons() -> None:
    rows = []
    for case_id in OURS[:3]:
        case = Case(id=case_id * 12, company_id="c1", author_id=SATO)
        fields.fill(
            case,
            {name: ("先生の診察前に受付で" * 150)[:most] for name, most in fields.LIMITS.items()},
        )
        shown = Shown(case, "仙台営業所", "佐藤 美咲", Reproduction())
        rules = ("hcp_name", "facility_name", "contact")
        rows.append(Reviewed(case.id, shown, "m" * 16, "waiting", 9, rules))
    card = queue_card(rows, 9, 0, "ja", later=6)
    kept = cards.fitting(card)
    whole = [one for one in card.parts if isinstance(one, Actions)]
    assert [one for one in kept.parts if isinstance(one, Actions)] == whole
    assert len(whole) == len(rows) + 1
