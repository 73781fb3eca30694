"""What reviewers leave behind: samples of imports, the company's own words, what the rules did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from cases.columns import Base, Owned

CHECKED = "checked"  # stands for the check itself: what was screened is counted, too


class Firing(Base):
    """A rule that fired on a draft, once for each draft: no text, only whether it was right."""

    __tablename__ = "firing"
    company_id: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)  # the draft's id
    rule: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str]  # of the rules, with the company's own words: 2026.11.0+3
    at: Mapped[datetime]
    false_by: Mapped[str] = mapped_column(default="")  # 「誤検知」 of: author, reviewer
    false_at: Mapped[datetime | None]


class LexiconChange(Owned, Base):
    """A word that one person proposed to mask, allow or stop, or to take out again."""

    __tablename__ = "lexicon_change"
    word: Mapped[bytes]  # sealed: a word to mask may be somebody's name
    does: Mapped[str]  # mask, allow, stop
    adds: Mapped[bool]  # False: takes the word out again
    state: Mapped[str] = mapped_column(default="proposed")  # in_force, refused
    version: Mapped[int] = mapped_column(default=0)  # of the company's words, from this change on
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]


class Sampling(Owned, Base):
    """Texts of which some are drawn and read.

    Imports that one reviewer approves together (`review_sample`), and a month's releases that
    reviewers read once more (`second_look`).
    """

    __tablename__ = "sampling"
    member_id: Mapped[str]
    marks: Mapped[dict[str, Any]] = mapped_column(default=dict)  # case id → hash of its text
    picked: Mapped[list[str]] = mapped_column(default=list)
    read: Mapped[list[str]] = mapped_column(default=list)
    missed: Mapped[list[str]] = mapped_column(default=list)  # drawn, and something was wrong
    made_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
