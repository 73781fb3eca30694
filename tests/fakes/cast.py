"""The named cast of a company: three offices, seven people, and short ways to make their rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from cases.columns import Base
from cases.db import Shelf
from cases.models.case import Case
from cases.models.loop import Trial
from cases.models.org import Account, Company, Member, Office, Promoter, Room, Workspace
from cases.scope import Scope
from cases.seal import KeyRing
from cases.vocabulary import Kind, Role, Status, TrialState

NOON = datetime(2026, 11, 5, 1, 0, tzinfo=UTC)  # where tests/fakes/clocked.py starts
RING = KeyRing("k1", {"k1": bytes(range(32))})
OFFICES = {"sendai": "仙台営業所", "kobe": "神戸営業所", "osaka": "大阪営業所"}
MEMBERS: dict[str, tuple[str | None, list[Role]]] = {
    "sato": ("sendai", [Role.MEMBER]),
    "ando": ("sendai", [Role.PROMOTER]),
    "kato": ("kobe", [Role.PROMOTER]),
    "mori": ("kobe", [Role.MANAGER]),
    "ito": ("osaka", [Role.MEMBER]),
    "nakamura": (None, [Role.HQ_ADMIN]),
    "ono": ("sendai", [Role.MEMBER]),  # has left
}


def company_of(company_id: str) -> list[Base]:
    """The company row and what nothing refers to."""
    return [
        Company(id=company_id, name="サンプル製薬", settings={}),
        Workspace(company_id=company_id, id="w1", platform="slack", external_id=f"T-{company_id}"),
        *(Office(company_id=company_id, id=key, name=name) for key, name in OFFICES.items()),
    ]


def people_of(company_id: str) -> list[Base]:
    """Members, promoters, accounts and a room of each office."""
    rows: list[Base] = []
    for key, (office_id, roles) in MEMBERS.items():
        rows.append(
            Member(
                company_id=company_id,
                id=key,
                name=key,
                name_en=key.title(),
                email=f"{key}@{company_id}.example",
                office_id=office_id,
                roles=[str(role) for role in roles],
                active=key != "ono",
            )
        )
        rows.append(Account(company_id=company_id, workspace_id="w1", user=key, member_id=key))
    rows += [
        Promoter(company_id=company_id, office_id="sendai", member_id="ando"),
        Promoter(company_id=company_id, office_id="kobe", member_id="kato"),
    ]
    rows += [
        Room(company_id=company_id, id=f"room-{key}", workspace_id="w1", office_id=key)
        for key in OFFICES
    ]
    return rows


def scope_of(member_id: str | None, company_id: str = "c1") -> Scope:
    """What one of the cast may reach; None is the system itself."""
    if member_id is None:
        return Scope(company_id)
    office_id, roles = MEMBERS[member_id]
    offices = frozenset([office_id]) if office_id else frozenset()
    return Scope(company_id, member_id, frozenset(roles) | {Role.MEMBER}, offices)


def case_of(case_id: str, author: str = "sato", *, days_ago: float = 30, **values: Any) -> Case:
    """A company-wide case of the author's office, shared some days before the clock's start."""
    shared = NOON - timedelta(days=days_ago)
    given: dict[str, Any] = {
        "company_id": "c1",
        "office_id": MEMBERS[author][0],
        "title": f"題 {case_id}",
        "action": "資材を送った",
        "result": "返信が来た",
        "kind": Kind.CUSTOMER_CASE,
        "status": Status.COMPANY,
        **dict.fromkeys(("situation", "tip", "voice", "intent", "conditions"), ""),
        **{key: [] for key in ("steps", "channels", "area", "customer", "barrier", "outcome")},
        "facility": "",
        "access": "",
        "details": {},
        "shared_at": shared,
        "changed_at": shared,
    }
    return Case(id=case_id, author_id=author, **(given | values))


def trial_of(
    case_id: str, member_id: str, state: TrialState = TrialState.WORKED, **values: Any
) -> Trial:
    """An answered trial of a case, opened twenty days before the clock's start."""
    given: dict[str, Any] = {
        "company_id": "c1",
        "office_id": MEMBERS[member_id][0],
        "opened_at": NOON - timedelta(days=20),
        "answered_at": None if state is TrialState.OPEN else NOON - timedelta(days=5),
    }
    return Trial(case_id=case_id, member_id=member_id, state=state, **(given | values))


def crowd(shelf: Shelf, *offices: str) -> None:
    """So many MRs in each office that none of them is meant by its name."""
    for office in offices:
        for number in range(5):
            one = Member(company_id="c1", id=f"{office}{number}", name="社員", roles=["member"])
            one.office_id = office
            shelf.people.add(one)
