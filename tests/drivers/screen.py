"""What a person sees at a door, whichever it is: words, buttons, fields; and the person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

Fields = dict[str, str | list[str]]


@dataclass(frozen=True)
class Key:
    """A button: its words, its action and value, and the platform's own element."""

    label: str
    action: str
    value: str
    native: Any = None


@dataclass(frozen=True)
class Screen:
    """One card. `place` is where the platform has it."""

    text: str
    keys: tuple[Key, ...]
    native: Any = None
    place: str = ""


class Driver(Protocol):
    """One door: types and presses as a person, and reads what came to them since the last look."""

    async def say(self, who: str, text: str) -> list[Screen]: ...
    async def press(self, who: str, screen: Screen, key: Key, fields: Fields) -> list[Screen]: ...
    async def mail(self, who: str) -> list[Screen]: ...
    async def room(self, office: str) -> list[Screen]: ...


@dataclass
class Person:
    """Somebody at a door. `sees` is what the last act showed, as text."""

    driver: Driver
    id: str
    screens: list[Screen] = field(default_factory=list)
    sees: str = ""

    async def says(self, text: str) -> str:
        return self._look(await self.driver.say(self.id, text))

    async def presses(self, label: str, value: str = "", **fields: str | list[str]) -> str:
        """Presses the newest button with these words, whose value starts with `value`."""
        screen, key = self._find(label, value)
        return self._look(await self.driver.press(self.id, screen, key, dict(fields)))

    async def opens_mail(self) -> str:
        """Reads what came since the last look."""
        return self._look(await self.driver.mail(self.id))

    def value_of(self, label: str) -> str:
        """The value of the newest button with these words."""
        return self._find(label, "")[1].value

    def can_press(self, label: str) -> bool:
        """True when the last act showed such a button."""
        return any(key.label == label for screen in self._last for key in screen.keys)

    def _find(self, label: str, value: str) -> tuple[Screen, Key]:
        for screen in reversed(self.screens):
            for key in screen.keys:
                if key.label == label and key.value.startswith(value):
                    return screen, key
        raise AssertionError(f"{self.id} has no button {label!r}; sees: {self.sees}")

    def _look(self, screens: list[Screen]) -> str:
        self._last = screens
        self.screens += screens
        self.sees = "\n".join(screen.text for screen in screens)
        return self.sees

    _last: list[Screen] = field(default_factory=list)
