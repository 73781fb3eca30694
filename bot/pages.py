"""What the pages ask of the whole: letters, the people of the switch, 状態, and the tour's date."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.state import State
from bot.views.elements import Actions, Card, from_json, to_json
from bot.views.withdrawn import withdrawn_card, without_case
from bot.web.back import Foreseen, Letter, Moved, Person, Step
from cases import members, sample
from cases.db import Shelf
from cases.errors import NotAllowed
from cases.library import Library
from cases.scope import Scope
from cases.vocabulary import GONE, Role
from scheduler import board, dispatch, planner, trial_send
from scheduler import calendar as dates
from scheduler.clock import Clock
from scheduler.models import Delivery, DeliveryState
from scheduler.store.ledger import Ledger

AFTER_MAIL = time(10, 35)  # JST: by then digest, questions and notes of the day are due
# How things stand, told anew until something is done: the newest of a kind says it all.
REMINDERS = frozenset({"draft_waiting", "hold_waiting", "review_waiting", "vacant_seats"})
LABELS = {
    Role.HQ_ADMIN: ("事務局", "Head office"),
    Role.MANAGER: ("グループマネジャー", "Group manager"),
    Role.PROMOTER: ("推進メンバー", "Promoter"),
}


class Pages:
    """Implements bot.web.back.Back for the sample company on this machine."""

    company_id = sample.COMPANY
    team = "local"

    def __init__(
        self,
        library: Library,
        plans: planner.Planner,
        worker: dispatch.Worker,
        clock: Clock,
        closed: set[tuple[str, str]],
    ) -> None:
        self.library = library
        self.plans = plans
        self.worker = worker
        self.clock = clock
        self.state = State(library, plans.jobs, clock, closed)

    async def people(self) -> list[Person]:
        """The four of the switch."""
        found = []
        async with self._transaction() as shelf:
            known = {member.id: member for member in await shelf.people.known(sample.CAST)}
            for member in (known[member_id] for member_id in sample.CAST if member_id in known):
                ja, en = next((LABELS[r] for r in LABELS if r in member.roles), ("MR", "MR"))
                head = Role.HQ_ADMIN in member.roles
                name = member.name.split()[0].split("\u3000")[0]
                english = member.name_en.split()[-1]
                found.append(
                    Person(
                        member.id,
                        ja if head else f"{name}({ja})",
                        en if head else f"{english} ({en})",
                    )
                )
        return found

    async def letters(self, company_id: str, member_id: str) -> list[Letter]:
        """受信箱."""
        async with self.library.db.transaction(Scope(company_id)) as shelf:
            rows = await board.mailbox(shelf, member_id)
            found = [await _shown(shelf, row) for row in rows if row.payload is not None]
            return _standing(found)

    async def mark_read(self, company_id: str, member_id: str, letter_ids: list[str]) -> None:
        """Sets read marks of the member's own letters."""
        async with self.library.db.transaction(Scope(company_id)) as shelf:
            for letter_id in letter_ids:
                row = await Ledger(shelf).delivery(letter_id)
                if row is not None and row.member_id == member_id and row.read_at is None:
                    row.read_at = shelf.now

    async def answered(self, company_id: str, member_id: str, letter_id: str, card: Card) -> None:
        """The letter is its answer from now on; the hash stays that of the bytes that were sent."""
        async with self.library.db.transaction(Scope(company_id)) as shelf:
            row = await Ledger(shelf).delivery(letter_id)
            if row is not None and row.member_id == member_id and _letter(row).card.parts:
                row.payload = json.dumps(to_json(card), ensure_ascii=False).encode()

    async def posts(self, company_id: str, office_id: str) -> list[Letter]:
        """What was posted to the office's room."""
        async with self.library.db.transaction(Scope(company_id)) as shelf:
            room = await shelf.people.office_room(office_id)
            if room is None:
                return []
            where = (Delivery.room_id == room.id) & (Delivery.state == DeliveryState.SENT)
            where &= Delivery.payload.is_not(None)
            rows = [await _shown(shelf, row) for row in await Ledger(shelf).deliveries(where, 20)]
            return [row for row in rows if row.card.parts]  # what went to a chat is in its form

    async def speak(self, company_id: str, member_id: str, locale: str) -> None:
        """Keeps the member's language."""
        async with self.library.db.transaction(Scope(company_id, member_id)) as shelf:
            await members.speak(shelf, locale)

    async def status(self, company_id: str, locale: str) -> list[tuple[str, str]]:
        """状態 as label and value; times are JST."""
        return await self.state.rows(company_id, locale)

    async def today(self, company_id: str) -> date | None:
        """The sample company's date."""
        async with self.library.db.transaction(Scope(company_id)) as shelf:
            company = await shelf.people.company()
            return dates.local_date(shelf.now, ZoneInfo(company.zone)) if company.sample else None

    async def move(self, company_id: str, step: Step) -> Moved:
        """Walks the sample company's date business day by business day through the planner."""
        async with self._transaction(company_id) as shelf:
            before, begin, days = await self._steps(shelf, step)
        for day in days:
            await self.go_to(company_id, day)
        async with self._transaction(company_id) as shelf:
            where = (Delivery.state == DeliveryState.SENT) & Delivery.member_id.in_(sample.CAST)
            rows = await Ledger(shelf).deliveries(where & (Delivery.sent_at > begin), 500)
        mail = [[_letter(row) for row in rows if row.member_id == who] for who in sample.CAST]
        return Moved(days[-1] if days else before, sum(len(_standing(one)) for one in mail))

    async def _steps(self, shelf: Shelf, step: Step) -> tuple[date, datetime, list[date]]:
        """Today, now, and the business days to live through."""
        company = await shelf.people.company()
        if not company.sample:
            raise NotAllowed("only the sample company")
        zone, calendar = ZoneInfo(company.zone), dates.from_settings(company.settings)
        today = dates.local_date(shelf.now, zone)
        match step:
            case "day":
                last = calendar.next_business_day(today + timedelta(days=1))
            case "two_weeks":
                last = calendar.next_business_day(today + timedelta(days=14))
            case "digest":
                last = _next_digest(calendar, today)
        span = dates.span(today + timedelta(days=1), last)
        return today, shelf.now, [day for day in span if calendar.is_business_day(day)]

    async def go_to(self, company_id: str, day: date) -> None:
        """Sets the sample company's clock to that morning, and lets planner and ledger work."""
        async with self._transaction(company_id) as shelf:
            company = await shelf.people.company()
            if not company.sample:
                raise NotAllowed("only the sample company")
            moment = dates.at(day, AFTER_MAIL, ZoneInfo(company.zone))
            company.clock_shift += int((moment.astimezone(UTC) - shelf.now).total_seconds())
        await planner.plan(self.plans, company_id)
        await dispatch.finish(self.worker, company_id)

    async def rehearse(self, company_id: str, kind: str, at: datetime) -> list[Foreseen]:
        """Who would get the job's turn at that moment; everything is rolled back."""
        found = await planner.rehearse(self.plans, company_id, at)
        async with self._transaction(company_id) as shelf:
            names = {member.id: member.name for member in await shelf.people.members()}
        return [
            Foreseen(names.get(one.member_id or "", one.room_id or "?"), one.not_before, one.reason)
            for one in found
            if one.kind == kind
        ]

    async def send_test(self, scope: Scope, kind: str, press: str) -> None:
        """自分に試し送り: owed, and tried at once."""
        job, composer = self.plans.jobs[kind], self.plans.composer
        async with self.library.db.transaction(scope) as shelf:
            await trial_send.send_to(shelf, job, composer, scope.me, press)
        await dispatch.finish(self.worker, scope.company_id)

    def _transaction(self, company_id: str = sample.COMPANY):  # type: ignore[no-untyped-def]  # a context manager
        return self.library.db.transaction(Scope(company_id))


def _next_digest(calendar: dates.Calendar, today: date) -> date:
    year, month = today.year, today.month
    found = dates.digest_date(calendar, year, month)
    if found <= today:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        found = dates.digest_date(calendar, year, month)
    return found


async def _shown(shelf: Shelf, row: Delivery) -> Letter:
    """The letter as it was sent; of a case that is gone nothing is shown again, frozen or not."""
    letter = _letter(row)
    for case_id in row.case_ids:
        case = await shelf.cases.any(case_id)
        if case is not None and case.status not in GONE:
            continue
        locale = (await shelf.people.company()).locale
        rest = without_case(letter.card, case_id, locale)
        letter = replace(letter, card=withdrawn_card(locale) if rest is letter.card else rest)
    return letter


def _standing(letters: list[Letter]) -> list[Letter]:
    """Newest first as they came, without the reminders that a later one has overtaken.

    One kind may speak of two matters (one's own stopped posts, and a queue): the button tells.
    """
    found, told = [], set()
    for letter in letters:
        rows = [part.buttons for part in letter.card.parts if isinstance(part, Actions)]
        matter = (letter.kind, *((b.action, b.value) for row in rows for b in row))
        if letter.kind in REMINDERS and matter in told:
            continue
        told.add(matter)
        found.append(letter)
    return found


def _letter(row: Delivery) -> Letter:
    payload = json.loads(row.payload or b"{}")
    card = from_json(payload) if "parts" in payload else Card(())
    return Letter(row.id, row.kind, row.sent_at or row.not_before, card, row.read_at is not None)
