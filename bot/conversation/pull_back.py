"""下げる: a 推進メンバー takes a colleague's case back inside the office, and says why."""

from __future__ import annotations

from bot.conversation.events import Fields
from bot.conversation.review_deeds import take_out
from bot.conversation.turn import Turn
from bot.views import review_forms
from cases import review_deeds


async def form(turn: Turn, case_id: str) -> None:
    """Asks why before anything is taken out."""
    async with turn.transaction() as shelf:
        await review_deeds.to_pull_back(shelf, case_id)
        turn.open(review_forms.pull_back_form(case_id, turn.locale))


async def pull(turn: Turn, case_id: str, filled: Fields) -> None:
    """Nobody sees it any more; its author reads why, and can write it anew."""
    form_again, deed = review_forms.pull_back_form, review_deeds.pull_back
    await take_out(turn, case_id, filled, "pulled_back", form_again, deed)
