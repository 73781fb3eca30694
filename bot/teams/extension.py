"""The answers to Teams' compose-box search: results with previews, or one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from bot.teams import cards, compose, limits
from bot.teams.activities import part
from bot.teams.markdown import literal
from bot.views.words import say
from cases.text import shorten

if TYPE_CHECKING:  # guard and search: not for the first page
    from bot.conversation.pick import Pick, Picks

Json = dict[str, Any]

THUMBNAIL = "application/vnd.microsoft.card.thumbnail"


class Box(Protocol):
    """What `bot.compose_box.ComposeBox` is to this platform."""

    async def search(
        self, platform: str, team: str, user: str, text: str, *, seconds: float, locale: str = "ja"
    ) -> Picks: ...


async def answer(box: Box, tenant: str, raw: Json, seconds: float) -> Json:
    """The body of the response to one invoke that only asks. Never raises.

    No preview has a `tap`, so nothing is left to select; there is nothing to set in this place.
    """
    locale = "en" if str(raw.get("locale") or "").startswith("en") else "ja"
    match compose.name_of(raw):
        case compose.QUERY:
            user = str(part(raw, "from").get("aadObjectId") or "")
            typed = compose.asked(raw)
            picks = await box.search("teams", tenant, user, typed, seconds=seconds, locale=locale)
            return results(picks.found) if picks.found else told(picks.words)
        case compose.SETTING_URL | compose.SETTING:
            return told(say(locale, "pick.settings"))
        case _:
            return told(say(locale, "pick.again"))


def results(found: tuple[Pick, ...]) -> Json:
    """The list, best first; what would make the response too large is left out at its end."""
    attachments: list[Json] = []
    room = limits.RESULTS_BYTES
    for one in found:
        attachment = _attachment(one)
        room -= cards.size(attachment)
        if attachments and room < 0:
            break
        attachments.append(attachment)
    return _extension(type="result", attachmentLayout="list", attachments=attachments)


def told(words: str) -> Json:
    """One sentence in the place of results."""
    return _extension(type="message", text=literal(words))


def _attachment(one: Pick) -> Json:
    """The card that goes into the conversation, with its line in the list."""
    title = shorten(literal(one.title), limits.SUMMARY)
    text = shorten(literal(one.text), limits.PREVIEW)
    preview = {"contentType": THUMBNAIL, "content": {"title": title, "text": text}}
    return {
        "contentType": cards.CONTENT_TYPE,
        "content": cards.adaptive(one.card),
        "preview": preview,
    }


def _extension(**parts: Any) -> Json:
    return {"composeExtension": parts}
