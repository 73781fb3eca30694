"""Whatever a small office did: no figure of fewer than five people, no name, no ranking."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views.digest import digest_card
from bot.views.elements import plain
from cases import counts, digests, months
from cases.choice import Month
from cases.counts import FEW
from cases.models.case import Case
from cases.models.loop import Trial
from cases.models.org import Office
from cases.trials import reproduction
from cases.vocabulary import TrialState
from tests.fakes.cast import NOON, case_of, trial_of

OFFICES = ("sendai", "kobe")
PEOPLE = [f"person-{number}" for number in range(7)]
MONTHS = months.last("2026-11", 3)

acts = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE), st.sampled_from(OFFICES), st.integers(0, 85), st.integers(0, 3)
    ),
    max_size=25,
)


def posted(rows: list[tuple[str, str, int, int]]) -> list[Case]:
    found = []
    for number, (who, office, days, _) in enumerate(rows):
        case = case_of(f"case{number}", "sato", days_ago=days)
        case.author_id, case.office_id = who, office
        found.append(case)
    return found


def tried(rows: list[tuple[str, str, int, int]]) -> list[Trial]:
    found = []
    for number, (who, office, days, state) in enumerate(rows):
        trial = trial_of(f"case{number % 5}", "sato", list(TrialState)[state])
        trial.member_id, trial.office_id = who, office
        trial.opened_at = NOON - timedelta(days=days)
        trial.answered_at = trial.opened_at + timedelta(hours=1)
        found.append(trial)
    return found


def within(month: str, moment: Any) -> bool:
    since, until = months.limits(month)
    return bool(since <= moment < until)


@pytest.mark.attack(28)
@settings(max_examples=60)
@given(posts=acts, tries=acts)
def test_no_month_and_no_sum_of_an_office_has_a_figure_of_fewer_than_five_people(
    posts: list[tuple[str, str, int, int]], tries: list[tuple[str, str, int, int]]
) -> None:
    cases, trials = posted(posts), tried(tries)
    own = [case for case in cases if case.office_id == "sendai"]
    figures = counts.figures_of("sendai", MONTHS, own, trials)
    for one in figures:
        span = [one.month] if one.month else MONTHS
        authors = {c.author_id for c in own for m in span if within(m, c.shared_at)}
        here = [t for t in trials if t.office_id == "sendai"]
        triers = {t.member_id for t in here for m in span if within(m, t.opened_at)}
        assert one.posted is None or len(authors) >= FEW
        assert one.tried is None or len(triers) >= FEW
    *single, whole = figures
    for key in ("posted", "tried", "reproduced"):
        told = [one for one in single if getattr(one, key) is not None]
        assert getattr(whole, key) is None or not told  # else the hidden rest could be reckoned
    page = json.dumps([repr(one) for one in figures])
    assert not any(who in page for who in PEOPLE)


@pytest.mark.attack(28)
@settings(max_examples=40)
@given(posts=acts, tries=acts)
def test_a_digest_has_no_figure_of_fewer_than_five_people(
    posts: list[tuple[str, str, int, int]], tries: list[tuple[str, str, int, int]]
) -> None:
    cases, trials = posted(posts), tried(tries)
    read = Month(
        name="2026-11", published=cases, library=cases, trials=trials,
        results={case.id: reproduction((), case.author_id) for case in cases}, wishes=[],
        offices=[Office(company_id="c1", id=key, name=key) for key in OFFICES], missed=(),
    )  # fmt: skip
    own, summary = digests.own_figures(read, "sendai"), digests.summary(read)
    here = {"published": {c.author_id for c in cases if c.office_id == "sendai"}}
    here["tried"] = {t.member_id for t in trials if t.office_id == "sendai"}
    for key, people in here.items():
        assert own[key] is None or len(people) >= FEW
        assert own[f"{key}_median"] is None  # of two offices it would be the other one's figure
    worked = {t.member_id for t in trials if t.state is TrialState.WORKED}
    assert summary["tried"] is None or len({t.member_id for t in trials}) >= FEW
    if summary["tried"] is not None and own["tried"] is not None:  # the rest is the other office's
        others = {t.member_id for t in trials if t.office_id != "sendai"}
        assert not 0 < len(others) < FEW
    assert summary["worked"] is None or len(worked) >= FEW
    content = {
        "office_id": "sendai", "office": "仙台営業所", "office_en": "Sendai", "month": "2026-11",
        "missed": [], "late": False, "small": False, "posted": bool(here["published"]),
        "summary": summary, "own": own, "items": [], "wishes": [], "next_step": "invite",
        "question": {"id": "q", "ja": "問い", "en": "Question"},
    }  # fmt: skip
    shown = "".join(plain(digest_card(content, locale)) for locale in ("ja", "en"))
    assert not any(who in shown for who in PEOPLE)
