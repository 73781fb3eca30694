"""Every error that a person can meet: each class has a `code`; the views find the words for it."""

from __future__ import annotations

import re


class CaseError(Exception):
    """Something a person asked for cannot be done. `code` names the sentence that says so.

    `detail` may be a key of the words [wrong]; `values` fill its placeholders.
    """

    code = "E-00"

    def __init__(self, detail: str = "", **values: object) -> None:
        super().__init__(detail or self.code)
        self.detail = detail
        self.values = values

    def __str__(self) -> str:
        return " ".join(map(str, (*self.args, *self.values.values())))


class NotFound(CaseError):
    """No such thing, or not for this person: the two look alike on purpose."""

    code = "E-01"


_ID = re.compile(r"[\w.:-]{0,80}", re.ASCII)


class NotAllowed(CaseError):
    """The person's roles do not allow this. `detail` is the action (cases/rights.py).

    `about` is what the audit trail keeps of it: action and id; never what was typed.
    """

    code = "E-02"

    def __init__(self, detail: str = "", subject: str = "") -> None:
        super().__init__(detail)
        self.about = f"{self.detail}:{subject}" if _ID.fullmatch(subject) else f"{self.detail}:?"


class Missing(CaseError):
    """A required field is empty. `detail` is the field's key."""

    code = "E-03"


class TooLong(CaseError):
    """A field is over its limit (domain.md §2.2). `detail` is `field:limit`."""

    code = "E-04"


class NotDeclared(CaseError):
    """The three ticks are not all set for exactly this text."""

    code = "E-05"


class Stopped(CaseError):
    """The guard stopped the text. `detail` is the rule."""

    code = "E-06"


class GuardDown(CaseError):
    """The guard cannot run, so nothing is published (fail closed); the draft is kept."""

    code = "E-07"


class BadInput(CaseError):
    """A file, an option or a field cannot be read. `detail` says which and why."""

    code = "E-08"


class ModelUnavailable(CaseError):
    """An embedding model cannot be loaded. `detail` names it and says why."""

    code = "E-09"


class WrongKey(CaseError):
    """A sealed value was sealed under a key that is not in the key ring, or was changed."""

    code = "E-10"


class Changed(CaseError):
    """The text was changed after the reviewer's screen was made: it must be read again."""

    code = "E-16"


class Reviewed(NotFound):
    """Another reviewer was quicker. `detail` is who."""

    code = "E-41"


class SamePerson(NotAllowed):
    """What two people decide together, one decided alone."""

    code = "E-42"


class OnHold(BadInput):
    """A legal hold keeps what was to be deleted. `detail` says of what."""

    code = "E-44"


class TooOften(CaseError):
    """One person asks more in a minute than hands can."""

    code = "E-21"


class CannotStart(BadInput):
    """The program cannot start here: a port in use, a folder that cannot be written."""

    code = "E-17"
