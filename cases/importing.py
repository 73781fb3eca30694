"""Importing a library of cases: checked by the same guard, masked or held, and never twice.

A row without an author belongs to the system member 「取り込み」 (decision 16). A held row is
reported and stays in its file: nothing of it is kept here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from cases import audit, fields
from cases.columns import new_id
from cases.db import Database, Shelf
from cases.import_rows import Row
from cases.lexicon_changes import NO_WORDS, Words, applied
from cases.models.case import Case
from cases.models.org import Company, Member, Office
from cases.scope import Scope
from cases.verdicts import PASSES
from cases.vocabulary import Decision, Status, strictest

if TYPE_CHECKING:  # the first page is there before the guard
    from cases.guard import Checked

IMPORTER = "import"  # the system member's id
SOURCE = "import:"
BATCH = 100  # rows between two transactions
CAN_PASS = (Decision.ASK, Decision.HOLD)  # by a person's word; patients and events never

Check = Callable[[Sequence[Row]], "Iterator[Checked]"]


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a row. `outcome`: ok, masked, duplicate or held.

    `why`: for a held or masked row the rules of domain.md §4. `warnings`: fields over their limit
    (`long:title:40`) and words that no list knows (`unknown:channels:…`); both are no obstacle.
    """

    line: int
    id: str
    outcome: str
    why: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def external_id(case: Case) -> str:
    """The id that a case had in its file, else its own."""
    return (case.source or "").removeprefix(SOURCE) if _imported(case) else case.id


def _imported(case: Case) -> bool:
    return bool(case.source and case.source.startswith(SOURCE))


async def found_company(
    db: Database, name: str, *, locale: str = "ja", zone: str = "Asia/Tokyo"
) -> Company:
    """A new company without samples; only its importer will belong to it."""
    company = Company(id=new_id(), name=name, locale=locale, zone=zone)
    async with db.transaction(Scope(company.id)) as shelf:
        shelf.people.add(company)
        await shelf.people.flush()
        await audit.record(shelf, "company.found", company.id)
    return company


async def bring_in(
    db: Database,
    company_id: str,
    rows: Sequence[Row],
    check: Check,
    *,
    released: bool,
    reviewed: Collection[str] = (),
    own: Words = NO_WORDS,
    tell: Callable[[int, int], None] = lambda _done, _all: None,
) -> list[Report]:
    """Imports the rows and reports on each, in their order; a second time changes nothing.

    `check` gives the guard's word on each row, in order. `released` publishes company-wide, else
    in the row's office and asks for release; people have read what is released, so the rules still
    decide, and what the second look finds by likeness alone is a warning for sampling (ADR 16).
    `reviewed` names the ids of rows that a person has looked at: what the guard only asked about or
    held passes. `own`: the company's words. `tell` hears (done, all).
    """
    fresh, reports = await _fresh(db, company_id, rows)
    checked = check(fresh)
    for start in range(0, len(fresh), BATCH):
        pairs = [
            (row, applied(next(checked), fields.texts(row.values), own))
            for row in fresh[start : start + BATCH]
        ]
        async with db.transaction(Scope(company_id)) as shelf:
            await _importer(shelf)
            offices = {office.name: office for office in await shelf.people.offices()}
            for row, word in pairs:
                report, case = _judged(shelf, row, word, reviewed, released=released)
                if case is not None:
                    _publish(case, shelf, released=released)
                    await _place(shelf, case, row.office, offices)
                reports[row.line] = report
            await _sign(shelf, [reports[row.line] for row, _ in pairs], reviewed)
        tell(len(reports), len(rows))
    return [reports[row.line] for row in rows]


async def _fresh(
    db: Database, company_id: str, rows: Sequence[Row]
) -> tuple[list[Row], dict[int, Report]]:
    """The rows that are not here yet, and a report on those that are or that came twice."""
    fresh, reports = [], {}
    async with db.transaction(Scope(company_id)) as shelf:
        seen = await shelf.cases.sources()
    for row in rows:
        if row.source in seen:
            reports[row.line] = Report(row.line, _id(row), "duplicate")
        else:
            fresh.append(row)
        seen.add(row.source)
    return fresh, reports


def _judged(
    shelf: Shelf, row: Row, word: Checked, reviewed: Collection[str], *, released: bool
) -> tuple[Report, Case | None]:
    """The report on a row, and its case unless it is held."""
    found = [f for v in word.verdicts.values() for f in v.findings]
    likely = dict.fromkeys(f.rule for f in found if f.looked and released)
    sure = [f for f in found if not (f.looked and released)]
    rules = tuple(dict.fromkeys(f.rule for f in sure))
    decision = strictest([f.action for f in sure])
    if decision not in PASSES and not (decision in CAN_PASS and _id(row) in reviewed):
        return Report(row.line, _id(row), "held", rules), None
    values = fields.with_texts(row.values, word.masked)
    case = Case(company_id=shelf.scope.company_id, author_id=IMPORTER, source=row.source)
    fields.fill(case, values)
    case.origin = "import"
    case.shared_at = min(row.shared_on.astimezone(UTC), shelf.now) if row.shared_on else shelf.now
    masked = fields.texts(values) != fields.texts(row.values)
    warnings = [f"long:{key}:{limit}" for key, limit in fields.too_long(values)]
    warnings += [f"unknown:{one}" for one in row.unknown]
    warnings += [f"look:{rule}" for rule in likely]
    return Report(row.line, _id(row), "masked" if masked else "ok", rules, tuple(warnings)), case


def _publish(case: Case, shelf: Shelf, *, released: bool) -> None:
    case.changed_at = shelf.now
    case.status = Status.COMPANY if released else Status.OFFICE
    case.released_at = shelf.now if released else None
    case.release_asked_at = None if released else shelf.now
    shelf.cases.add(case)


async def _place(shelf: Shelf, case: Case, office: str, offices: dict[str, Office]) -> None:
    """Puts the case into its office; one that is not known is founded."""
    if office:
        case.office_id = (await _office(shelf, office, offices)).id


async def _office(shelf: Shelf, name: str, offices: dict[str, Office]) -> Office:
    if name not in offices:
        offices[name] = Office(company_id=shelf.scope.company_id, name=name)
        shelf.people.add(offices[name])
        await shelf.people.flush()
    return offices[name]


async def _importer(shelf: Shelf) -> None:
    """The system member; not active, so that nothing is ever sent to it or counted."""
    if await shelf.people.member(IMPORTER) is None:
        row = Member(company_id=shelf.scope.company_id, id=IMPORTER, name="取り込み")
        row.name_en, row.active = "Import", False
        shelf.people.add(row)
        await shelf.people.flush()


async def _sign(shelf: Shelf, reports: Sequence[Report], reviewed: Collection[str]) -> None:
    """One entry for a batch that changed anything, one for each row let pass.

    In the batch's own transaction: a row that is here is in the audit trail, whatever comes next.
    """
    new = [report for report in reports if report.outcome in ("ok", "masked")]
    if not new:
        return
    await audit.record(shelf, "import.cases", f"rows={len(reports)} new={len(new)}")
    for report in new:
        if report.id in reviewed and report.why:
            await audit.record(shelf, "import.reviewed", report.id)


def _id(row: Row) -> str:
    return row.source.removeprefix(SOURCE) if row.source.startswith(SOURCE) else ""
