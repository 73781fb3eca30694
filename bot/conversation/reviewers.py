"""The buttons of those who review: which handler each of them has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.conversation import (
    pull_back,
    review,
    review_deeds,
    review_sample,
    review_settings,
    revisions,
    rules,
    second_look,
)
from bot.conversation.events import Fields
from bot.conversation.turn import Turn

PRESSED: dict[str, Callable[[Turn, str], Awaitable[None]]] = {
    "pull.form": pull_back.form,
    "review.back_form": review_deeds.back_form,
    "review.draw": review_sample.draw,
    "review.give_back": review.give_back,
    "review.mask": review_deeds.mask,
    "review.mask_form": review_deeds.mask_form,
    "review.place": review_deeds.place,
    "review.open": review.open_one,
    "review.queue": review.queue,
    "review.read": review_sample.read,
    "review.release": review.release,
    "review.release_rest": review_sample.release_rest,
    "review.settings": review_settings.show,
    "review.to_office": review.to_office,
    "review.withdraw_form": review_deeds.withdraw_form,
    "revision.left": revisions.left,
    "revision.stand_for": revisions.stand_for,
    "revision.start": revisions.start,
    "rules.confirm": lambda turn, value: rules.decide(turn, value, confirm=True),
    "rules.false_alarm": rules.false_alarm,
    "rules.refuse": lambda turn, value: rules.decide(turn, value, confirm=False),
    "rules.show": rules.show,
    "rules.words": rules.words,
    "second.begin": second_look.begin,
    "second.fine": second_look.fine,
    "second.missed": second_look.missed,
}
FILLED: dict[str, Callable[[Turn, str, Fields], Awaitable[None]]] = {
    "pull.save": pull_back.pull,
    "review.back": review_deeds.back,
    "review.mask_words": review_deeds.mask_words,
    "review.settings_save": review_settings.save,
    "review.withdraw": review_deeds.withdraw,
    "revision.look": revisions.look,
    "revision.name": revisions.name,
    "rules.propose": rules.propose,
}
