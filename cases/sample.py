"""The sample company: 8 offices, 96 members, 120 invented cases, 90 trials, relative to today.

Everything of it is marked サンプル; it is the only company whose clock may be moved (体験ツアー).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from cases import fields
from cases.db import Database, Shelf
from cases.index import parts
from cases.indexing import indexed_fields
from cases.models.case import Case, Draft, Embedding
from cases.models.loop import Trial, Wish
from cases.models.org import Account, Company, Member, Office, Promoter, Room, Workspace
from cases.models.talk import Reflection
from cases.scope import Scope
from cases.seal import KeyRing
from cases.text import content_hash
from cases.vocabulary import Role, Status, TrialState, content

COMPANY = "sample"
WORKSPACE = "web"
CAST = ("sato", "kato", "mori", "nakamura")


async def seed(db: Database, ring: KeyRing) -> bool:
    """Loads the sample company into an empty database; False when any company is there."""
    if await db.directory.companies():
        return False
    async with db.transaction(Scope(COMPANY)) as shelf:
        rows = content("sample/company.json")
        company = Company(id=COMPANY, name=rows["name"], sample=True, settings={})
        shelf.people.add(company)
        shelf.people.add(
            Workspace(company_id=COMPANY, id=WORKSPACE, platform="web", external_id="local")
        )
        await _people(shelf, rows)
        await _cases(shelf)
        await _loop(shelf)
        await _talks(shelf, ring)
    return True


async def _people(shelf: Shelf, rows: dict[str, Any]) -> None:
    divisions = {row["id"]: row["name"] for row in rows["divisions"]}
    for row in rows["offices"]:
        office = Office(company_id=COMPANY, id=row["id"], name=row["name"], name_en=row["name_en"])
        office.region = divisions[row["division"]]
        shelf.people.add(office, _room(row["id"]))
    await shelf.people.flush()
    for row in rows["members"]:
        shelf.people.add(_member(row), _account(row["id"]))
        if Role.PROMOTER in row["roles"]:
            shelf.people.add(
                Promoter(company_id=COMPANY, office_id=row["office"], member_id=row["id"])
            )
    await shelf.people.flush()


def _room(office_id: str) -> Room:
    """The office's board on the local page: where 「営業所で共有」 posts."""
    address = {"room": office_id}
    return Room(
        company_id=COMPANY,
        id=f"board-{office_id}",
        workspace_id=WORKSPACE,
        office_id=office_id,
        address=address,
    )


def _member(row: dict[str, Any]) -> Member:
    return Member(
        company_id=COMPANY,
        id=row["id"],
        name=row["name"],
        name_en=row["name_en"],
        email=f"{row['id']}@sample.example",
        office_id=row["office"],
        roles=row["roles"],
        active=row.get("active", True),
    )


def _account(member_id: str) -> Account:
    return Account(
        company_id=COMPANY,
        workspace_id=WORKSPACE,
        user=member_id,
        member_id=member_id,
        address={"member": member_id},
    )


async def _cases(shelf: Shelf) -> None:
    pending = {row["case"]: row for row in content("sample/pending.json")["awaiting_release"]}
    vectors = shipped_vectors()
    for row in content("sample/cases.json"):
        case = case_of(row, shelf.now)
        if case.id in pending:
            case.release_asked_at = shelf.now - timedelta(days=pending[case.id]["days_ago"])
        shelf.cases.add(case, *_embeddings(case, vectors, shelf.now))
    await shelf.cases.flush()


def case_of(row: dict[str, Any], now: datetime) -> Case:
    """A case row from its JSON, shared `days_ago` days before `now`."""
    case = Case(company_id=COMPANY, id=row["id"], author_id=row["author"], sample=True)
    fields.fill(case, row)
    case.office_id = row["office"]
    case.show_author = row["show_author"]
    case.language = row["language"]
    case.status = Status(row["status"])
    case.source = f"sample:{row['id']}"
    case.shared_at = case.changed_at = now - timedelta(days=row["days_ago"])
    case.confirmed_at = now  # a library on its first day: nobody is asked whether it still holds
    if case.status is Status.COMPANY:
        case.released_at = case.shared_at
    return case


def shipped_vectors() -> dict[str, bytes]:
    """Content hash → vector that search asks by, for the sample cases' texts."""
    import numpy as np  # only the first start loads samples

    file = files("cases").joinpath("content", "sample", "vectors.npz")
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
        rows = kept["vectors"].astype("<f4")
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return {digest: row.tobytes() for digest, row in zip(kept["hashes"], rows, strict=True)}


def _embeddings(case: Case, vectors: dict[str, bytes], now: datetime) -> list[Embedding]:
    from cases.embedding.word_vectors import SEARCH_NAME  # read only where it is used

    return [
        Embedding(
            company_id=COMPANY,
            case_id=case.id,
            model=SEARCH_NAME,
            part=part,
            content_hash=digest,
            vector=vectors[digest],
            written_at=now,
        )
        for part, text in parts(indexed_fields(case))
        if (digest := content_hash(text)) in vectors
    ]


async def _loop(shelf: Shelf) -> None:
    offices = {member.id: member.office_id for member in await shelf.people.members(active=False)}
    for row in content("sample/trials.json"):
        shelf.loop.add(_trial(row, offices[row["member"]], shelf.now))
    for row in content("sample/wishes.json"):
        shelf.loop.add(
            Wish(
                company_id=COMPANY,
                theme=row["theme"],
                filters=row.get("filters") or {},
                asker_id=row["asker"],
                office_id=offices[row["asker"]],
                asked_at=shelf.now - timedelta(days=row["days_ago"]),
            )
        )
    await shelf.loop.flush()


def _trial(row: dict[str, Any], office_id: str | None, now: datetime) -> Trial:
    """A trial as it stands today: an answered one was asked 14 days after it was opened."""
    opened = now - timedelta(days=row["days_ago"])
    state = TrialState(row["state"])
    answered = None if state is TrialState.OPEN else min(opened + timedelta(days=15), now)
    return Trial(
        company_id=COMPANY,
        case_id=row["case"],
        member_id=row["member"],
        office_id=office_id,
        state=state,
        opened_at=opened,
        asked=0 if state is TrialState.OPEN else 1,
        asked_at=answered,
        answered_at=answered,
        told_at=answered if state in (TrialState.WORKED, TrialState.DID_NOT) else None,
        note=row.get("note", ""),
    )


async def _talks(shelf: Shelf, ring: KeyRing) -> None:
    for row in content("sample/reflections.json"):
        asked = shelf.now - timedelta(days=row["days_ago"])
        shelf.talks.add(
            Reflection(
                company_id=COMPANY,
                member_id=row["member"],
                asked_on=asked.date().isoformat(),
                prompt=row["prompt"],
                state="answered",
                shared=row["text"],
                answered_at=asked,
            )
        )
    row = content("sample/pending.json")["draft"]
    values = {key: row[key] for key in fields.TEXTS if row.get(key)}
    when = shelf.now - timedelta(days=row["days_ago"])
    shelf.cases.add(
        Draft(
            company_id=COMPANY,
            author_id=row["author"],
            values=values,
            original=ring.seal_json({**values, "typed": row["original"]}, COMPANY),
            source="sample:draft",
            created_at=when,
            updated_at=when,
        )
    )
