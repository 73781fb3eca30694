"""添付文書・資材・ツールが変わった: cases that are older than the change are asked about at once.

A change is named by words as they stand in the cases (a product, a material code), by area, or by
channel and tool: whatever a case has of these puts it in question (domain.md §8). It is marked for
its readers at once and sinks in searches; its author is asked (scheduler/jobs/revision.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from cases import audit, fields, keeping, months, rights
from cases.db import Shelf
from cases.errors import BadInput, NotFound
from cases.models.case import Case
from cases.models.keeping import Revision
from cases.rights import Action
from cases.text import clean, content_hash, fold
from cases.vocabulary import GONE, terms

INSERT, MATERIAL, TOOL = WHAT = ("insert", "material", "tool")
SHORTEST, LONGEST = 2, 40  # characters of a word
LISTS = ("areas", "channels", "tools")
PAGE = 500  # cases that are read at once
_CODE = re.compile(r"[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Change:
    """What changed, from which JST day on, and by what its cases are known. `tags`: `areas:cns`."""

    what: str
    since: date
    word: str = ""
    tags: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The same for the same change: naming it twice asks nobody twice."""
        return f"{self.family}-{self.since:%Y%m%d}"

    @property
    def family(self) -> str:
        """The same whatever its day."""
        by = json.dumps([fold(self.word), sorted(self.tags)], ensure_ascii=False)
        return f"{self.what}-{content_hash(by)[:16]}"


def read(given: Mapping[str, Any], today: date) -> Change:
    """A change as somebody filled it in. Raises BadInput(what, by, word or since)."""
    what, word = str(given.get("what") or ""), clean(str(given.get("word") or ""))
    tags = tuple(
        f"{name}:{key}" for name in LISTS for key in _keys(given.get(name)) if key in terms(name)
    )
    if what not in WHAT:
        raise BadInput("what")
    if not word and not tags:
        raise BadInput("by")
    if word and not SHORTEST <= len(word) <= LONGEST:
        raise BadInput("word")
    return Change(what, _day(str(given.get("since") or ""), today), word, tags)


def _keys(given: object) -> list[str]:
    return [str(one) for one in given] if isinstance(given, list | tuple) else []


def _day(text: str, today: date) -> date:
    """Not in the future, and not before the oldest case that is kept."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadInput("since") from error
    if not today - keeping.ARCHIVED <= day <= today:
        raise BadInput("since")
    return day


async def affected(shelf: Shelf, change: Change) -> list[Case]:
    """The published cases, of all offices, that the change puts in question; oldest first.

    Not those that somebody stood for on its day or later, nor those that wait for an answer about
    this very change. Raises NotAllowed for all but reviewers.
    """
    rights.need(shelf, Action.REVISE)
    found: list[Case] = []
    concerns, after = _concerns(change), ""
    while rows := await shelf.cases.published(after=after, most=PAGE):
        found += filter(concerns, rows)
        after = rows[-1].id
    return sorted(found, key=lambda case: (keeping.confirmed(case), case.id))


async def name(shelf: Shelf, change: Change, ids: Collection[str]) -> list[Case]:
    """Marks those of the cases that it still puts in question; the trail has each of them.

    `ids`: what the person saw, less what they left out. Raises NotAllowed for all but reviewers.
    """
    rights.need(shelf, Action.REVISE)
    found = list(filter(_concerns(change), await shelf.keeping.cases_alone(ids)))
    found = [case for case in found if case.status not in GONE]
    if not found:
        return []
    if await shelf.keeping.revision(change.id) is None:
        shelf.keeping.add(_row(shelf, change, found))
    for case in found:
        case.revision_id, case.doubted_at = change.id, shelf.now
    await audit.record(shelf, "revision.name", f"{change.id} n={len(found)}")
    await audit.record_all(shelf, "case.doubt", sorted(case.id for case in found))
    return found


def _row(shelf: Shelf, change: Change, cases: Iterable[Case]) -> Revision:
    """A word that stands in none of the cases is not kept: it may be anything."""
    word = change.word if any(_says(case, change.word) for case in cases) else ""
    return Revision(
        company_id=shelf.scope.company_id,
        id=change.id,
        what=change.what,
        word=word,
        tags=list(change.tags),
        since=change.since,
        named_by=shelf.scope.me,
        named_at=shelf.now,
    )


async def forget_words(shelf: Shelf, case: Case) -> None:
    """Before a case ends: words of changes that stand in it and in no other published case go."""
    rows = [row for row in await shelf.keeping.revisions() if _says(case, row.word)]
    after = ""
    while rows and (page := await shelf.cases.published(after=after, most=PAGE)):
        others = [one for one in page if one.id != case.id]
        rows = [row for row in rows if not any(_says(one, row.word) for one in others)]
        after = page[-1].id
    for row in rows:
        row.word = ""


def _concerns(change: Change) -> Callable[[Case], bool]:
    start, tags, family = months.midnight(change.since), set(change.tags), f"{change.family}-"

    def concerns(case: Case) -> bool:
        if keeping.confirmed(case) >= start:
            return False
        if in_question(case) and str(case.revision_id).startswith(family):
            return False
        return bool(tags & _tags(case)) or _says(case, change.word) or _uses(case, tags)

    return concerns


def _tags(case: Case) -> set[str]:
    """A member of a family counts as the family too."""
    found = set()
    for name_, keys in (("areas", case.area), ("channels", case.channels)):
        known = terms(name_)
        families = [known[key].family for key in keys if key in known]
        found |= {f"{name_}:{key}" for key in (*keys, *families) if key}
    return found


def _uses(case: Case, tags: Collection[str]) -> bool:
    """Tools are no field of a case: their own words say that one was used."""
    keys = [tag.partition(":")[2] for tag in tags if tag.startswith("tools:")]
    known = [terms("tools")[key] for key in keys]
    return any(_says(case, word) for one in known for word in (one.ja, one.en, *one.aliases))


def _says(case: Case, word: str) -> bool:
    """Whether the word stands in the case; a code is not found inside of a longer one."""
    asked = fold(word)
    if not asked:
        return False
    text = fold("\n".join(fields.texts(fields.values_of(case)).values()))
    at = text.find(asked)
    while at >= 0:
        end = at + len(asked)
        if not (_joined(text, at) or _joined(text, end)):
            return True
        at = text.find(asked, at + 1)
    return False


def _joined(text: str, at: int) -> bool:
    return 0 < at < len(text) and bool(_CODE.match(text[at - 1]) and _CODE.match(text[at]))


def in_question(case: Case) -> bool:
    """A change was named, and nobody has answered for the case since."""
    return case.revision_id is not None and case.doubted_at is not None


def what_of(case: Case) -> str:
    """What changed: insert, material or tool."""
    return str(case.revision_id).partition("-")[0]


async def waiting(shelf: Shelf, author_id: str | None = None) -> list[Case]:
    """Cases in question, of one author or of all, the longest ones first."""
    return list(await shelf.keeping.in_question(author_id))


async def unanswerable(shelf: Shelf, cases: Sequence[Case]) -> list[Case]:
    """Those of the cases whose author left, or has no account to be asked on."""
    authors = {case.author_id for case in cases}
    there = {one.id for one in await shelf.people.known(authors) if one.active}
    accounts = await shelf.people.accounts_by_member(authors)
    return [case for case in cases if case.author_id not in there or not accounts[case.author_id]]


async def left_over(shelf: Shelf) -> list[Case]:
    """For 事務局 and reviewers: what nobody can be asked about, as long as it is not stale yet."""
    rights.need(shelf, Action.REVISE)
    return await unanswerable(shelf, [one for one in await waiting(shelf) if is_fresh(shelf, one)])


def is_fresh(shelf: Shelf, case: Case) -> bool:
    """The days in which it may be answered are not over."""
    return case.doubted_at is not None and shelf.now - case.doubted_at < keeping.ANSWERED_IN


async def stand_for(shelf: Shelf, case_id: str) -> Case:
    """「今も有効」 of the author; of 事務局 or a reviewer where the author cannot be asked.

    Raises NotFound for anybody else, and for a case that is gone. A second call changes nothing.
    """
    case = await shelf.cases.alone(case_id)
    if case is None or case.status in GONE:
        raise NotFound
    if case.author_id != shelf.scope.me and not (
        rights.may(shelf.scope, Action.REVISE) and await unanswerable(shelf, [case])
    ):
        raise NotFound
    if in_question(case):
        await keeping.confirm(shelf, case)
    return case


def last_day(asked_at: datetime) -> date:
    """Until when (JST) an author may answer what came up then, before the case is stale."""
    return months.day_of(asked_at + keeping.ANSWERED_IN) - timedelta(days=1)
