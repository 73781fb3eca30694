"""Each of the 64 attacks has a test that carries its number, and docs/security.md names it."""

from __future__ import annotations

import pytest

from tests.attacks.numbers import ATTACKS, PAGE, marked, written


def test_there_are_sixty_four_attacks() -> None:
    assert list(ATTACKS) == list(range(1, 65))
    assert set(marked()) == set(ATTACKS)


@pytest.mark.parametrize("number", ATTACKS)
def test_every_attack_has_a_test(number: int) -> None:
    assert marked()[number]


def test_the_page_names_the_tests_of_every_attack() -> None:
    page = PAGE.read_text("utf-8")
    assert page == written(page), "run: python -m tests.attacks.numbers"
