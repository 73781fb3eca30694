"""What the pages need from the composition root besides the desk: letters, people, tour, state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from bot.views.elements import Card
from cases.scope import Scope

Step = Literal["day", "two_weeks", "digest"]  # 次の営業日, 14日後, 次のまとめの日


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the switch on the first screen."""

    member_id: str
    label: str  # 佐藤(MR)
    label_en: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that was sent to a member or a room: the frozen card, and when it came."""

    id: str
    kind: str
    at: datetime
    card: Card
    read: bool = True


@dataclass(frozen=True, slots=True)
class Moved:
    """Where 「日付を進める」 has come to, and how many letters arrived on the way."""

    day: date
    letters: int


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Somebody, or a room, in a rehearsal; `reason` is a code where nothing would be sent."""

    name: str
    at: datetime
    reason: str


class Back(Protocol):
    """Implemented by bot/app.py. Each call is its own transaction; none sends anything itself."""

    company_id: str  # of the page without login
    team: str  # its web workspace's external id

    async def people(self) -> list[Person]:
        """The people of the switch, in its order; the first one acts until another is chosen."""
        ...

    async def letters(self, company_id: str, member_id: str) -> list[Letter]:
        """受信箱: what was sent to the member on any platform, newest first, at most 50."""
        ...

    async def mark_read(self, company_id: str, member_id: str, letter_ids: list[str]) -> None:
        """Sets read marks; an unknown or another member's letter is left alone."""
        ...

    async def answered(self, company_id: str, member_id: str, letter_id: str, card: Card) -> None:
        """Keeps the card that took a letter's place, so that it is not asked again."""
        ...

    async def posts(self, company_id: str, office_id: str) -> list[Letter]:
        """What was posted to the office's room, newest first, at most 20."""
        ...

    async def speak(self, company_id: str, member_id: str, locale: str) -> None:
        """Keeps the member's language, `ja` or `en`."""
        ...

    async def status(self, company_id: str, locale: str) -> list[tuple[str, str]]:
        """状態 as label and value: encoder, vectors, schema, jobs, queue, last failures."""
        ...

    async def today(self, company_id: str) -> date | None:
        """The sample company's JST date; None where the tour is not offered."""
        ...

    async def move(self, company_id: str, step: Step) -> Moved:
        """Moves the sample company's date through planner and ledger; elsewhere NotAllowed."""
        ...

    async def rehearse(self, company_id: str, kind: str, at: datetime) -> list[Foreseen]:
        """Who would get the job's turn at that moment, and who would not; nothing is written."""
        ...

    async def send_test(self, scope: Scope, kind: str, press: str) -> None:
        """自分に試し送り, once for each press. Raises NotFound or NotAllowed."""
        ...
