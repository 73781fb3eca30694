"""What the guard's cards say and offer, for every rule and in both languages."""

from __future__ import annotations

import pytest

from bot.views.elements import Actions, Button, Card, Field
from bot.views.guard import ACTIONS, ASKED, ask_card, safety_form, stop_card
from bot.views.words import LOCALES, say

FORM = "https://safety.example/form"


def buttons(card: Card) -> list[Button]:
    return [one for part in card.parts if isinstance(part, Actions) for one in part.buttons]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("rule", ACTIONS)
def test_each_rule_offers_its_next_steps_once(rule: str, locale: str) -> None:
    found = buttons(stop_card(rule, "d1", FORM, locale))
    steps = [button.action or button.url for button in found]
    expected = [FORM if action.endswith(".form") else action for action in ACTIONS[rule]]
    assert sorted(steps) == sorted(set(expected))
    assert all(button.label for button in found)


@pytest.mark.parametrize("rule", ["adverse_event", "query_refused"])
def test_without_an_address_no_button_leads_to_the_safety_form(rule: str) -> None:
    assert not any(button.url for button in buttons(stop_card(rule, "d1", "", "ja")))


def test_a_rule_without_words_of_its_own_says_that_the_check_is_down() -> None:
    assert stop_card("no_such_rule", "d1", "", "ja") == stop_card("model_down", "d1", "", "ja")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("rule", ASKED)
def test_a_question_names_what_it_is_about(rule: str, locale: str) -> None:
    card = ask_card(rule, "d1", locale)
    assert say(locale, f"guard.about_{rule}") in str(card)
    assert [button.value for button in buttons(card)] == [f"d1:{rule}"] * 2


def test_a_question_about_an_event_and_one_without_a_name_differ() -> None:
    event, other = str(ask_card("adverse_event", "d1", "ja")), str(ask_card("contact", "d1", "ja"))
    assert say("ja", "guard.about_other") in other
    assert say("ja", "guard.about_other") not in event


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    ("action", "key"), [("safety.reported", "receipt"), ("safety.not_applicable", "reason")]
)
def test_the_safety_form_asks_for_one_word_and_the_day(action: str, key: str, locale: str) -> None:
    card = safety_form("d1", action, locale)
    asked = {part.key: part.required for part in card.parts if isinstance(part, Field)}
    assert asked == {"heard_on": False, key: True}
    assert card.submit is not None
    assert (card.submit.action, card.submit.value) == (f"safety.save_{key}", "d1")
    assert len(card.title) <= 24  # Slack's limit of a modal's title


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("rule", ["off_label", "patient_info", "hcp_sensitive", "adverse_event"])
def test_every_stop_says_that_compliance_sees_the_text_where_it_does(
    rule: str, locale: str
) -> None:
    told = {"ja": "コンプライアンス担当者にも共有", "en": "compliance will also see"}[locale]
    assert told in str(stop_card(rule, "d1", "", locale, compliance_sees=True))
    assert told not in str(stop_card(rule, "d1", "", locale))
