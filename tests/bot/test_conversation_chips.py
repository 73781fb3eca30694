"""Taking a condition off asks for less: other cases come, and the condition is not read again."""

from __future__ import annotations

import pytest

from cases.chips import left, understand
from tests.drivers.desk import DeskDriver
from tests.drivers.screen import Person
from tests.fakes.sample_cast import MORI

QUESTIONS = (
    ("訪問規制の病院で、メールを使った例を3つ", "訪問規制"),
    ("Web講演会のあとの電話で、返事がこなくて困っています", "電話"),
)


def tried(person: Person) -> list[str]:
    """The cases on the page, by their buttons."""
    return [key.value for key in person.screens[-1].keys if key.action == "try.start"]


@pytest.mark.parametrize(("question", "chip"), QUESTIONS)
async def test_without_a_condition_other_cases_come(
    desk: DeskDriver, question: str, chip: str
) -> None:
    mori = desk.person(MORI)
    await mori.says(question)
    before = tried(mori)
    await mori.presses(f"「{chip}」を外す")
    assert set(tried(mori)) != set(before)
    assert f"「{chip}」を外す" not in mori.sees


def test_the_words_of_a_condition_leave_the_question() -> None:
    asked = "訪問規制の病院で、ＥＭＡＩＬを使った例を3つ"
    chips = understand(asked).chips
    assert left(asked, chips[:1]) == "病院で、EMAILを使った例を3つ"
    assert "EMAIL" not in left(asked, chips[2:])
    assert left(asked, []) == "訪問規制の病院で、EMAILを使った例を3つ"


def test_a_question_that_is_only_conditions_stays_whole() -> None:
    asked = "訪問規制の例、3つ"
    assert left(asked, understand(asked).chips) == asked
