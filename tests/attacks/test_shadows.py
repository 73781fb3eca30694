"""Fields that no form has, ids that only look alike, tokens of others: nothing changes."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import vault
from bot.conversation.box import COMMANDS
from cases import sample, vocabulary
from cases.members import link
from cases.models.org import Company, Member
from cases.scope import Scope
from cases.text import fold
from tests.drivers.desk import DeskDriver
from tests.fakes.house import House
from tests.fakes.sample_cast import SATO, WIN

GREEDY = {
    "roles": ["hq_admin", "it_admin"], "role": "hq_admin", "company_id": "c2", "id": "nakamura",
    "active": "no", "status": "company", "author_id": "nakamura", "sample": "1", "show_name": "x",
    "released_by": "nakamura", "published": "yes", "office_id": "kobe", "email": "a@evil.example",
}  # fmt: skip


def row(found: Any) -> dict[str, Any]:
    return {column.key: getattr(found, column.key) for column in found.__table__.columns}


async def member(house: House, member_id: str = SATO) -> Member:
    async with house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        found = await shelf.people.member(member_id)
        assert found is not None
        return found


@pytest.mark.attack(29)
async def test_fields_that_a_form_has_not_change_nothing(desk: DeskDriver) -> None:
    before = row(await member(desk.house))
    raw: dict[str, object] = {"user": SATO, "action": "profile.save", "value": "", "fields": GREEDY}
    await desk.replies(raw)
    after = row(await member(desk.house))
    for key in ("roles", "company_id", "id", "active", "email", "office_id", "name"):
        assert after[key] == before[key], key
    sato = desk.person(SATO)
    await sato.says(WIN)
    draft = sato.value_of("共有する")
    await desk.replies({"user": SATO, "action": "share.check", "value": draft, "fields": GREEDY})
    async with desk.house.hub.library.db.transaction(Scope(sample.COMPANY, SATO)) as shelf:
        (kept,) = [one for one in await shelf.cases.drafts() if one.id == draft]
        cases = await shelf.cases.by_author("nakamura")
    assert (kept.author_id, kept.company_id) == (SATO, sample.COMPANY)
    assert not [one for one in cases if "16時" in one.action]


@pytest.mark.attack(63)
@pytest.mark.parametrize("name", ["channels", "areas"])
def test_no_two_keys_or_words_of_a_list_are_alike(name: str) -> None:
    found = vocabulary.terms(name)
    folded = [fold(key) for key in found]
    assert len(set(folded)) == len(folded)
    assert folded == list(found), "a key is written in the form in which it is compared"


@pytest.mark.attack(63)
@given(st.sampled_from(sorted(vocabulary.terms("channels"))))
def test_a_key_in_other_characters_is_no_key(key: str) -> None:
    for shadow in (key.upper(), key.replace("a", "а"), f"{key}\u200b", _wide(key)):
        if shadow != key:
            assert shadow not in vocabulary.terms("channels")


@pytest.mark.attack(63)
async def test_an_address_that_only_looks_like_a_colleagues_is_nobodys(company: House) -> None:
    sato = await member(company)
    assert sato.email
    name, _, host = sato.email.partition("@")
    async with company.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        for shadow in (f"{_wide(name)}@{host}", f"{name}@{_wide(host)}", f"{name}＠{host}",
                       f"{name}\u200b@{host}", f" {name}@{host}", f"{name}@{host}.evil.example",
                       f"{name.replace('a', 'а')}@{host}"):  # fmt: skip
            assert await link(shelf, "local", f"U-{len(shadow)}", {}, shadow) is None, shadow


@pytest.mark.attack(63)
def test_every_command_is_in_the_form_in_which_it_is_compared() -> None:
    for word in COMMANDS:
        assert fold(word) == word or fold(word) in COMMANDS, word
        assert unicodedata.is_normalized("NFC", word)


def _wide(text: str) -> str:
    """The same letters in full width: NFKC makes them equal."""
    return "".join(chr(ord(ch) + 0xFEE0) if "!" <= ch <= "~" else ch for ch in text)


@pytest.mark.attack(21, 64)
async def test_a_token_of_another_companys_workspace_connects_nothing(
    company: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack says whose a token is; whoever holds it may be anybody."""
    library = company.hub.library
    async with library.db.transaction(Scope("rival")) as shelf:
        shelf.people.add(Company(id="rival", name="ほかの製薬", settings={}))
    token = {"token": "xoxb-rival"}
    row_id = await vault.connect(library.db, library.ring, "rival", "slack", "T0RIVAL", token)
    assert await company.hub.reception.credentials(row_id, sample.COMPANY) == {}
    assert await company.hub.reception.credentials(row_id, "rival") == token
    route = await library.db.directory.route("slack", "T0RIVAL")
    assert route is not None
    assert route.company_id == "rival"
