"""Who answers an event: the handler of everything that people can say and press."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.conversation import (
    checked,
    discuss,
    drafts,
    find,
    help,
    holds,
    home,
    names,
    offices,
    on_behalf,
    opening,
    overheard,
    people,
    profile,
    promoter,
    publishing,
    react,
    reflect,
    reviewers,
    revisions,
    rooms,
    roster,
    sending,
    share,
    sign_in,
    status,
    still_valid,
    support,
    tell,
    try_it,
    versions,
    wish,
)
from bot.conversation.events import (
    Invited,
    Joined,
    Left,
    Overheard,
    Pressed,
    Said,
    Unsaid,
    unaddressed,
)
from bot.conversation.turn import Turn
from bot.views.notes import error_card
from cases.errors import CaseError, NotFound

# A press carries its value alone …
PRESSED: dict[str, Callable[[Turn, str], Awaitable[None]]] = {
    "behalf.decline": on_behalf.decline,
    "behalf.show": on_behalf.show,
    "behalf.start": on_behalf.start,
    "case.number": react.number,
    "case.show": react.show,
    "digest.pack": promoter.pack,
    "digest.share_item": promoter.share_item,
    "digest.share_now": promoter.share_now,
    "digest.show": promoter.digest,
    "discuss.post": discuss.post,
    "discuss.preview": discuss.preview,
    "find.more": find.more,
    "find.share_instead": find.share_instead,
    "find.start": find.start,
    "find.tell": tell.tell,
    "find.without": find.without,
    "help.show": help.show,
    "holds.ask_again": holds.ask_again,
    "holds.close": holds.close,
    "holds.go_on": holds.go_on,
    "holds.mine": holds.mine,
    "holds.month": holds.month,
    "holds.queue": holds.queue,
    "holds.read": holds.read,
    "holds.receive": holds.receive,
    "holds.release": holds.release,
    "holds.return": holds.return_form,
    "inbox.drop": status.drop,
    "inbox.retry": status.retry,
    "names.all": names.choose_for_all,
    "names.choose": names.choose,
    "nudge.draft": overheard.draft,
    "nudge.pass": overheard.leave,
    "offices.show": offices.show,
    "people.cancel_move": people.cancel_move,
    "people.roles": people.by_role,
    "people.show": people.show,
    "profile.show": profile.show,
    "react.ask_author": react.ask_author,
    "react.helpful": react.helpful,
    "react.not_a_match": find.not_a_match,
    "reflect.keep": reflect.keep,
    "reflect.later": lambda turn, value: reflect.skip(turn, value, "later"),
    "reflect.pass": lambda turn, value: reflect.skip(turn, value, "passed"),
    "reflect.pause": reflect.pause,
    "reflect.resume": reflect.resume,
    "reflect.share": reflect.share,
    "reflect.start": reflect.start,
    "reflect.tap": reflect.tap,
    "reflect.to_case": reflect.to_case,
    "reflect.unshare": reflect.unshare,
    "reflect.write": reflect.write,
    "revision.mine": revisions.mine,
    "revision.yes": revisions.yes,
    **reviewers.PRESSED,
    "room.list": rooms.listing,
    "room.show": rooms.show,
    "roster.cancel": roster.cancel,
    "roster.partial": roster.partial,
    "roster.show": roster.show,
    "safety.not_applicable": lambda turn, value: checked.open_safety_form(
        turn, value, "safety.not_applicable"
    ),
    "safety.reported": lambda turn, value: checked.open_safety_form(turn, value, "safety.reported"),
    "share.as_win": drafts.as_win,
    "share.ask_no": checked.ask_no,
    "share.ask_yes": checked.ask_yes,
    "share.drafts": drafts.drafts,
    "share.drop": drafts.drop,
    "share.edit_case": drafts.edit_case,
    "share.find_instead": drafts.find_instead,
    "share.hold": checked.hold,
    "share.later": drafts.later,
    "share.start": opening.start,
    "share.withdraw": drafts.withdraw,
    "share.withdraw_yes": drafts.withdraw_yes,
    "sign_in.open": sign_in.open_link,
    "sending.again": sending.again,
    "sending.arrived": sending.arrived,
    "sending.resume": sending.resume,
    "status.show": status.show,
    "support.again": support.again,
    "support.close": support.close,
    "support.form": support.form,
    "try.answer": try_it.answer,
    "try.list": try_it.listing,
    "try.start": try_it.start,
    "try.write": try_it.write,
    "valid.yes": still_valid.yes,
    "wish.answer": wish.answer,
    "wish.ask": find.wish,
    "wish.show": wish.show,
}


async def respond(turn: Turn) -> None:
    """Answers one event. A person's error becomes its sentence; others are raised."""
    try:
        await _respond(turn)
    except CaseError as error:
        turn.replies.clear()
        turn.owed.clear()
        if unaddressed(turn.event):
            return
        (turn.open if turn.screen else turn.say)(error_card(error, turn.locale))


async def _respond(turn: Turn) -> None:
    match turn.event:
        case Said() as message:
            if not await roster.said(turn, message):
                await versions.said(turn, message)
        case Unsaid():
            await versions.unsaid(turn, turn.event)
        case Pressed() as press:
            await _pressed(turn, press)
        case Overheard():
            await overheard.heard(turn, turn.event)
        case Joined():
            await help.show(turn)
        case Invited() as invited:
            await rooms.invited(turn, invited)
        case Left():
            return


async def _pressed(turn: Turn, press: Pressed) -> None:
    """… and those that read the card's fields are listed here."""
    match press.action:
        case "share.publish":
            await publishing.publish(turn, press.value, press.fields)
        case "behalf.write":
            await on_behalf.write(turn, press.fields)
        case "behalf.ask":
            await on_behalf.ask(turn, press.value, filled=press.fields)
        case "share.check":
            await share.check(turn, press.value, press.fields)
        case "share.closed":
            await opening.closed(turn, press.value, press.fields)
        case "share.edit" | "share.resume":
            await drafts.edit(turn, press.value, press.fields)
        case "share.not_a_name":
            await checked.not_a_name(turn, press.value, press.fields)
        case "share.place":
            await checked.place(turn, press.value, press.fields)
        case "safety.save_receipt":
            await checked.save_safety(turn, press.value, press.fields, "reported")
        case "safety.save_reason":
            await checked.save_safety(turn, press.value, press.fields, "not_applicable")
        case "holds.save_return":
            await holds.give_back(turn, press.value, press.fields)
        case "reflect.save":
            text = str(press.fields.get("text") or "")
            await reflect.keep_answer(turn, press.value, text)
        case "try.save":
            await try_it.keep_note(turn, press.value, str(press.fields.get("text") or ""))
        case "home.find":
            await home.search(turn, press.fields)
        case "people.save":
            await people.save(turn, press.value, press.fields)
        case "room.here":
            await rooms.here(turn, press.value, press.fields)
        case "room.save":
            await rooms.save(turn, press.value, press.fields)
        case "roster.apply":
            await roster.apply(turn, press.value, press.fields)
        case "profile.save":
            await profile.save(turn, press.fields)
        case "support.read":
            await support.read(turn, press.fields)
        case "share.from_message":
            await opening.from_message(turn, press.value, press.fields)
        case action if action in reviewers.FILLED:
            await reviewers.FILLED[action](turn, press.value, press.fields)
        case action if action in PRESSED:
            await PRESSED[action](turn, press.value)
        case _:
            raise NotFound
