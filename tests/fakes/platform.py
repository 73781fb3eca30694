"""A chat platform in memory: it can refuse, stay silent, land a message anyway, be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cases.db import Shelf
from cases.models.org import Account, Room
from scheduler.ports import DeliveryUnknown, Parcel, Receipt


@dataclass
class Lands(Exception):
    """Scripted answer: the message arrives, but the caller gets this error instead of a receipt."""

    error: Exception


@dataclass
class FakePlatform:
    """Courier and LookBack. `script`: what the next sends raise (None: they work), in order."""

    script: list[Exception | None] = field(default_factory=list)
    readable: bool = True  # history can be read
    visible: dict[str, list[tuple[str, bytes]]] = field(default_factory=dict)  # marker → copies
    posts: list[str] = field(default_factory=list)  # markers in the order of the POSTs
    looks: int = 0

    async def send(self, parcel: Parcel) -> Receipt:
        self.posts.append(parcel.id)
        answer = self.script.pop(0) if self.script else None
        if answer is not None and not isinstance(answer, Lands):
            raise answer
        receipt = self.land(parcel)
        if isinstance(answer, Lands):
            raise answer.error
        return receipt

    async def replace(self, parcel: Parcel, receipt: Receipt) -> None:
        answer = self.script.pop(0) if self.script else None
        copies = self.visible[parcel.id]
        numbers = [number for number, _ in copies]
        copies[numbers.index(receipt.message_id)] = (receipt.message_id, parcel.payload)
        if answer is not None:
            raise answer

    def land(self, parcel: Parcel) -> Receipt:
        """A copy becomes visible."""
        number = f"{sum(map(len, self.visible.values())) + 1}"
        self.visible.setdefault(parcel.id, []).append((number, parcel.payload))
        return Receipt("D1", number)

    async def find(self, parcel: Parcel, since: datetime) -> list[Receipt] | None:
        self.looks += 1
        if not self.readable:
            return None
        return [Receipt("D1", number) for number, _ in self.visible.get(parcel.id, [])]

    async def remove(self, parcel: Parcel, receipt: Receipt) -> None:
        copies = self.visible.get(parcel.id, [])
        self.visible[parcel.id] = [copy for copy in copies if copy[0] != receipt.message_id]

    def copies(self) -> list[int]:
        """How many copies each message has."""
        return [len(copies) for copies in self.visible.values()]


@dataclass
class FakeComposer:
    """Renders the kind and the content as text; remembers whom it rendered for."""

    rendered: list[tuple[str, str]] = field(default_factory=list)
    breaks_for: str = ""

    async def render(
        self, shelf: Shelf, kind: str, content: Mapping[str, Any], account: Account | Room
    ) -> bytes:
        whom = account.member_id if isinstance(account, Account) else account.id
        if whom == self.breaks_for:
            raise ValueError("cannot be rendered")
        self.rendered.append((kind, whom))
        return f"{kind} {sorted(content.items())}".encode()


TIMEOUT = DeliveryUnknown("timeout")
