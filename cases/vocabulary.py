"""Coded words: states and roles as StrEnum, and the lists that a company may rename as data.

`content/vocabulary.json` is the truth for keys and labels; family keys are valid (decision 17).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any


class Kind(StrEnum):
    """種別"""

    CUSTOMER_CASE = "customer_case"
    ORG_CASE = "org_case"
    LESSON = "lesson"  # 学び(うまくいかなかった例)


class Status(StrEnum):
    """A case's 状態; a held or unapproved post is a draft, not a case."""

    OFFICE = "office"  # 営業所内
    COMPANY = "company"  # 全社
    STALE = "stale"
    ARCHIVED = "archived"
    WITHDRAWN = "withdrawn"  # 取り下げ


# Nobody sees, edits or names such a case any more. An archived one is never published anew: a
# restore would end its new text by the tombstone of the old one.
GONE = (Status.WITHDRAWN, Status.ARCHIVED)


class DraftState(StrEnum):
    """下書きの状態"""

    OPEN = "open"
    HELD = "held"
    WAITING = "waiting"  # for a reviewer, before the office sees it
    PUBLISHED = "published"


class TrialState(StrEnum):
    """試してみる"""

    OPEN = "open"
    WORKED = "worked"  # うまくいった
    DID_NOT = "did_not"  # いまいちだった
    LATER = "later"  # まだ試していない
    CLOSED = "closed"  # 回答しない


class Role(StrEnum):
    """Rights add up; reliability.md §10 has the table."""

    MEMBER = "member"  # MR
    PROMOTER = "promoter"  # 推進メンバー
    MANAGER = "manager"  # グループマネジャー
    MODERATOR = "moderator"  # コンプライアンス確認
    SAFETY = "safety"
    HQ_ADMIN = "hq_admin"  # 事務局
    IT_ADMIN = "it_admin"
    AUDITOR = "auditor"


class Decision(StrEnum):
    """What the guard says of a text, mildest first; `strictest` relies on this order."""

    PUBLISH = "publish"
    SOFT_REVIEW = "soft_review"
    WARN = "warn"
    ASK = "ask"
    MASK = "mask"
    HOLD = "hold"
    BLOCK = "block"
    ROUTE_TO_SAFETY = "route_to_safety"


def strictest(decisions: list[Decision]) -> Decision:
    """The strictest of the decisions; `publish` when there is none."""
    order = list(Decision)
    return max(decisions, key=order.index, default=Decision.PUBLISH)


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a list: its key, its labels, what MRs type for it, and its family's key."""

    key: str
    ja: str
    en: str
    aliases: tuple[str, ...] = ()
    family: str = ""

    def label(self, locale: str) -> str:
        """The label in `ja` or `en`."""
        return self.en if locale == "en" else self.ja


def content(name: str) -> Any:
    """A JSON file of `cases/content`, parsed."""
    return json.loads(files("cases").joinpath("content", name).read_text(encoding="utf-8"))


@cache
def terms(list_name: str) -> dict[str, Term]:
    """The terms of a list by key, families before their members."""
    found: dict[str, Term] = {}
    for row in content("vocabulary.json")[list_name]:
        family = _term(row, "")
        found[family.key] = family
        for item in row.get("items", []):
            found[item["key"]] = _term(item, family.key)
    return found


def label(list_name: str, key: str, locale: str = "ja") -> str:
    """The label of a key; the key itself when the list does not know it (an old word)."""
    term = terms(list_name).get(key)
    return term.label(locale) if term else key


def _term(row: dict[str, Any], family: str) -> Term:
    return Term(row["key"], row["ja"], row["en"], tuple(row.get("aliases", [])), family)
