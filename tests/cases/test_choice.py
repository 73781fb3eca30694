"""Which cases an office gets, and why: pure, over any library."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from cases import choice
from cases.choice import Month
from cases.models.case import Case
from cases.models.org import Office
from cases.trials import Reproduction
from cases.vocabulary import Kind
from tests.fakes.cast import MEMBERS, case_of

OFFICES = [Office(company_id="c1", id=key, name=key) for key in ("sendai", "kobe", "osaka")]
AUTHORS = [key for key, (office, _) in MEMBERS.items() if office]


def month_of(cases: Sequence[Case], worked: dict[str, int] | None = None) -> Month:
    wins = worked or {}
    results = {one.id: Reproduction(wins.get(one.id, 0), 1, 1) for one in cases}
    return Month("2026-10", [], cases, [], results, [], OFFICES)


def case(case_id: str, author: str = "sato", **values: object) -> Case:
    return case_of(case_id, author, **({"days_ago": 100} | values))  # type: ignore[arg-type]  # any column


def chosen(
    read: Month, own: Sequence[Case] = (), shown: Sequence[str] = (), stays: Sequence[str] = ()
) -> dict[str, dict[str, str]]:
    found = choice.choose(read, "kobe", own, shown, stays)
    return {one.id: reason for one, reason in found}


@st.composite
def libraries(draw: st.DrawFn) -> list[Case]:
    return [
        case(
            f"c{number}",
            draw(st.sampled_from(AUTHORS)),
            kind=draw(st.sampled_from(list(Kind))),
            voice=draw(st.sampled_from(["", "助かる"])),
            barrier=draw(st.lists(st.sampled_from(["urgency", "benefit.no_time"]), max_size=2)),
            days_ago=draw(st.integers(0, 400)),
        )
        for number in range(draw(st.integers(0, 12)))
    ]


@settings(max_examples=60)
@given(libraries(), st.sets(st.integers(0, 11)), st.sets(st.integers(0, 11), max_size=3))
def test_any_library_keeps_the_promises(
    library: list[Case], shown: set[int], stays: set[int]
) -> None:
    seen = {f"c{number}" for number in shown}
    own = [one for one in library if one.office_id == "kobe"]
    found = choice.choose(month_of(library), "kobe", own, seen, {f"c{n}" for n in stays} - seen)
    rows = [one for one, _ in found]
    others = [one for one in library if one.office_id != "kobe" and one.id not in seen]
    assert len({one.id for one in rows}) == len(rows) <= choice.ITEMS
    assert all(one in others for one in rows)  # never of the own office, never shown again
    assert sum(one.kind is Kind.LESSON for one in rows) <= 1
    usable = [one for one in others if one.kind is not Kind.LESSON]
    assert len(rows) >= min(len(usable), choice.ITEMS)  # never empty while there is a case
    if len(rows) == choice.ITEMS and any(one.voice for one in usable):
        assert any(one.voice for one in rows)


def test_the_most_telling_shared_tag_is_the_reason() -> None:
    own = [case("own", "kato", barrier=["urgency"], channels=["mr_email"])]
    library = [
        case("both", barrier=["urgency"], channels=["mr_email"]),
        case("channel", channels=["mr_email"]),
        case("none"),
    ]
    assert chosen(month_of(library), own) == {
        "both": {"kind": "barrier", "key": "urgency"},
        "channel": {"kind": "channels", "key": "mr_email"},
        "none": {"kind": "classic", "key": ""},
    }


def test_a_reproduced_case_comes_before_a_plain_one_and_says_so() -> None:
    found = chosen(month_of([case("a"), case("b")], {"b": 2}))
    assert list(found) == ["b", "a"]
    assert found["b"]["kind"] == "reproduced"


def test_what_was_shown_this_month_stays_in_front() -> None:
    library = [case(f"c{n}", days_ago=10 + n) for n in range(5)]
    assert list(chosen(month_of(library))) == ["c0", "c1", "c2"]
    assert list(chosen(month_of(library), stays=["c4", "c1"])) == ["c1", "c4", "c0"]


def test_a_lesson_with_a_voice_does_not_become_the_second_lesson() -> None:
    library = [
        case("0-lesson", kind=Kind.LESSON, days_ago=1),
        case("a", days_ago=2), case("b", days_ago=3),
        case("spoken-lesson", kind=Kind.LESSON, voice="助かる", days_ago=4),
        case("spoken", voice="なるほど", days_ago=300),
    ]  # fmt: skip
    assert set(chosen(month_of(library))) == {"0-lesson", "a", "spoken"}


def test_without_any_voice_the_choice_stands() -> None:
    library = [case(f"c{n}", days_ago=n) for n in range(4)]
    assert list(chosen(month_of(library))) == ["c0", "c1", "c2"]


def test_a_case_that_a_named_change_put_in_question_is_in_no_digest() -> None:
    asked = case("asked", revision_id="insert-1-20261105")
    assert set(chosen(month_of([asked, case("fine")]))) == {"fine"}
