"""Slack envelopes that somebody changed on the way, or that name another company inside."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import AsyncIterator
from typing import Any

import pytest
from multidict import CIMultiDict

from bot.slack import blocks, limits
from bot.views.elements import Button, Card, Text
from tests.fakes.slack_requests import (
    NOW,
    SECRET,
    TEAM,
    direct,
    encoded,
    event,
    press,
    signed,
    submission,
)
from tests.fakes.slack_stage import Stage, running

Json = dict[str, Any]
STAMP, SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"
OTHER = "T0RIVAL"
BODY, KIND = encoded(event(direct("会えました")))


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with running() as started:
        yield started


def several(stamps: list[str], *, signed_at: str) -> CIMultiDict[str]:
    """Headers with these timestamps, and a signature that is right for one of them."""
    good = signed(BODY, at=int(signed_at))[SIGNATURE]
    return CIMultiDict([*((STAMP, one) for one in stamps), (SIGNATURE, good)])


@pytest.mark.attack(2)
@pytest.mark.parametrize(
    "stamps",
    [
        [],
        [""],
        ["9" * 5_000],  # more digits than Python reads
        ["9" * 400],
        [f"-{NOW}"],
        [f"{NOW}.0"],
        [f" {NOW}²"],
        [f"0x{NOW:x}"],
        [str(NOW - 1_000), str(NOW)],  # twice: the first one counts, and it is old
        ["1e9", str(NOW)],
    ],
    ids=lambda stamps: "|".join(one[:20] for one in stamps) or "none",
)
async def test_a_timestamp_that_is_missing_doubled_or_huge_is_401(
    stage: Stage, stamps: list[str]
) -> None:
    headers: Any = several(stamps, signed_at=str(NOW))
    assert (await stage.post(BODY, KIND, headers))[0] == 401
    assert stage.desk.log == []


@pytest.mark.attack(5)
async def test_the_signature_of_another_app_is_401(stage: Stage) -> None:
    for secret in ("another app's secret", SECRET.upper(), SECRET + " ", ""):
        assert (await stage.post(BODY, KIND, signed(BODY, secret=secret)))[0] == 401
    other, kind = encoded(event(direct("会えました"), team=OTHER))
    assert (await stage.post(other, kind, signed(BODY)))[0] == 401
    assert stage.desk.log == []


def changed() -> dict[str, bytes]:
    """The same message in other bytes."""
    again = json.loads(BODY)
    return {
        "one bit": bytes([BODY[0] ^ 1]) + BODY[1:],
        "last byte": BODY[:-1] + b" ",
        "longer": BODY + b"\n",
        "shorter": BODY[:-1],
        "none": b"",
        "spaces": json.dumps(again, separators=(", ", ": "), ensure_ascii=False).encode(),
        "other order": json.dumps(dict(reversed(again.items()))).encode(),
        "as UTF-16": BODY.decode().encode("utf-16"),
        "with a BOM": b"\xef\xbb\xbf" + BODY,
    }


@pytest.mark.attack(6)
@pytest.mark.parametrize("how", changed())
@pytest.mark.attack(25)
async def test_a_body_that_was_changed_or_encoded_anew_is_401(stage: Stage, how: str) -> None:
    body = changed()[how]
    assert body != BODY
    assert (await stage.post(body, KIND, signed(BODY)))[0] == 401
    assert stage.desk.log == []


def pretending() -> dict[str, Json]:
    """Envelopes of our workspace in which everything that a person can write names another one."""
    element = {"type": "button", "action_id": "0:case.show", "value": f"{OTHER}:case"}
    button = press(element, state={OTHER: {OTHER: {"type": "plain_text_input", "value": OTHER}}})
    form = Card((Text(f'{{"team_id": "{OTHER}"}}'),), title="x", submit=Button("送る", "a", OTHER))
    view = blocks.modal(form, {"team": OTHER, "channel": OTHER})
    told = json.loads(view["private_metadata"])
    view["private_metadata"] = json.dumps({**told, "team_id": OTHER, "t": OTHER})
    return {
        "text": event(direct(f'{{"team_id": "{OTHER}", "company_id": "{OTHER}"}}')),
        "metadata": event(direct("x", metadata={"event_payload": {"team_id": OTHER}})),
        "blocks": event(direct("x", blocks=[{"type": "x", "team_id": OTHER, "team": OTHER}])),
        "button": button,
        "form": submission(view, {}),
    }


@pytest.mark.attack(15)
@pytest.mark.parametrize("where", pretending())
async def test_a_team_that_a_person_names_is_not_where_it_is_kept(stage: Stage, where: str) -> None:
    assert (await stage.send(pretending()[where]))[0] == 200
    assert [line for line in stage.desk.log if line.startswith("kept")] == [f"kept slack {TEAM}"]


@pytest.mark.attack(49)
@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"a":' * 100_000], ids=["lists", "objects"])
async def test_json_that_is_too_deep_is_400(stage: Stage, body: bytes) -> None:
    assert (await stage.post(body, "application/json"))[0] == 400
    assert stage.desk.log == []


@pytest.mark.attack(49)
async def test_of_ten_megabytes_no_more_than_the_limit_is_held(stage: Stage) -> None:
    drop = b" " * 65_536

    async def drops() -> AsyncIterator[bytes]:
        for _ in range(160):
            yield drop

    tracemalloc.start()
    try:
        async with stage.http.post("/slack/events", data=drops()) as answer:
            assert answer.status == 413
        assert tracemalloc.get_traced_memory()[1] < 4 * limits.BODY
    finally:
        tracemalloc.stop()
