"""Rooms on both databases: who may say whose a room is, one posting room each, its fate."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from cases import rooms
from cases.errors import NotAllowed, NotFound
from cases.models.org import Room
from tests.conformance.conftest import Acts


async def invited(acts: Acts, channel: str = "C0NEW") -> Room:
    async with acts(None) as shelf:
        return await rooms.found(shelf, "w1", channel, "new")


async def test_a_new_room_neither_posts_nor_listens_until_somebody_who_may_says_so(
    acts: Acts,
) -> None:
    room = await invited(acts)
    assert (room.office_id, room.posts, room.listens, room.name) == (None, False, False, "new")
    for who, office in (("sato", "sendai"), ("kato", "sendai"), ("mori", "osaka")):
        with pytest.raises(NotAllowed):
            async with acts(who) as shelf:
                await rooms.register(shelf, room.id, office, posts=True, listens=True)
    async with acts("kato") as shelf:
        assert [office.id for office in await rooms.offices_for(shelf)] == ["kobe"]
        await rooms.register(shelf, room.id, "kobe", posts=True, listens=True)
    async with acts("mori") as shelf:
        assert {one.id for one in await rooms.mine(shelf)} == {room.id, "room-kobe"}
        posting = await shelf.people.office_room("kobe")
        assert posting is not None
        assert posting.id == room.id
        assert [one.id for one in await shelf.people.listening_rooms("w1")] == [room.id]
        assert await shelf.audit.has("room.register", f"{room.id}:kobe:pl")


async def test_only_head_office_takes_a_room_from_another_office(acts: Acts) -> None:
    with pytest.raises(NotAllowed):
        async with acts("ando") as shelf:
            await rooms.register(shelf, "room-kobe", "sendai", posts=False, listens=False)
    async with acts("nakamura") as shelf:
        assert len(await rooms.offices_for(shelf)) == 3
        await rooms.register(shelf, "room-kobe", "sendai", posts=False, listens=False)
        assert len(await rooms.mine(shelf)) == 3


async def test_the_database_knows_one_posting_room_of_an_office(acts: Acts) -> None:
    with pytest.raises(IntegrityError):
        async with acts(None) as shelf:
            shelf.people.add(Room(company_id="c1", id="other", workspace_id="w1", office_id="kobe"))


async def test_what_the_platform_tells_of_a_channel_is_followed(acts: Acts) -> None:
    room = await invited(acts)
    async with acts("nakamura") as shelf:
        await rooms.register(shelf, room.id, "kobe", posts=True, listens=True)
        await rooms.told(shelf, "w1", "C0NEW", "renamed", "神戸-好事例")
        await rooms.told(shelf, "w1", "C0OTHER", "renamed", "x")
    async with acts(None) as shelf:
        assert (await shelf.people.office_room("kobe")).name == "神戸-好事例"  # type: ignore[union-attr] # registered above
        await rooms.told(shelf, "w1", "C0NEW", "left")
    async with acts("nakamura") as shelf:
        assert await shelf.people.office_room("kobe") is None
        assert await shelf.people.listening_rooms("w1") == []
        with pytest.raises(NotFound):
            await rooms.register(shelf, room.id, "kobe", posts=True, listens=False)
    async with acts(None) as shelf:
        await rooms.told(shelf, "w1", "C0NEW", "active")  # out of the archive, not back in the room
        assert (await rooms.at(shelf, "w1", "C0NEW")).state == "left"  # type: ignore[union-attr] # invited above
        await rooms.told(shelf, "w1", "C0NEW", "joined")
        await rooms.told(shelf, "w1", "C0NEW", "archived")
        await rooms.told(shelf, "w1", "C0NEW", "active")
        back = await rooms.at(shelf, "w1", "C0NEW")
        assert back is not None
        assert (back.state, back.posts, back.listens) == ("active", False, False)


async def test_one_room_of_a_workspace_is_the_administrators(acts: Acts) -> None:
    first, second = await invited(acts), await invited(acts, "C0SECOND")
    for who in ("sato", "kato", "mori"):
        with pytest.raises(NotAllowed):
            async with acts(who) as shelf:
                await rooms.register_for_admins(shelf, first.id)
    async with acts("nakamura") as shelf:
        await rooms.register_for_admins(shelf, first.id)
        room = await rooms.register_for_admins(shelf, "room-kobe")  # it was an office's
        assert (room.office_id, room.posts, room.listens) == (None, False, False)
        await rooms.register_for_admins(shelf, second.id)
        assert [one.id for one in await rooms.for_admins(shelf)] == [second.id]
        assert await shelf.audit.has("room.for_admins", second.id)
    with pytest.raises(NotAllowed):  # a promoter takes it not for the office
        async with acts("kato") as shelf:
            await rooms.register(shelf, second.id, "kobe", posts=True, listens=False)
    with pytest.raises(NotFound):
        async with acts("nakamura") as shelf:
            await rooms.register_for_admins(shelf, "nobody")
    async with acts("nakamura") as shelf:
        await rooms.register(shelf, second.id, "kobe", posts=True, listens=False)
        assert await rooms.for_admins(shelf) == []


@pytest.mark.parametrize("fate", ["shared", "left", "archived"])
async def test_a_room_that_changed_gets_no_heads_until_somebody_says_so_again(
    acts: Acts, fate: str
) -> None:
    room = await invited(acts)
    async with acts("nakamura") as shelf:
        await rooms.register_for_admins(shelf, room.id)
    async with acts(None) as shelf:
        await rooms.told(shelf, "w1", "C0NEW", fate)
        assert await rooms.for_admins(shelf) == []
        await rooms.told(shelf, "w1", "C0NEW", "active")
        await rooms.told(shelf, "w1", "C0NEW", "joined")
        assert await rooms.for_admins(shelf) == []


async def test_the_database_knows_one_administrators_room_of_a_workspace(acts: Acts) -> None:
    given = {"company_id": "c1", "workspace_id": "w1", "posts": False, "for_admins": True}
    with pytest.raises(IntegrityError):
        async with acts(None) as shelf:
            shelf.people.add(Room(id="a", **given), Room(id="b", **given))
