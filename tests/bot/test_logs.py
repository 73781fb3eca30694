"""No log line holds a word that somebody typed, or a secret, at any level and of any library."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import logs
from cases.embedding.bundled import BundledEncoder
from tests.drivers.doors import slack_door
from tests.drivers.slack import CREDENTIALS, SlackDriver
from tests.fakes.sample_cast import KATO, NAKAMURA, NAME, SATO, TICKS, WIN
from tests.fakes.slack_api import Answer
from tests.fakes.slack_requests import SECRET

SIGNING = "0123456789abcdef-signing"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the product writes to standard error as JSON."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    handler = logs.set_up("json", (SIGNING, SECRET))
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


def lines(written: io.StringIO) -> list[dict[str, str]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_line_is_json_with_ids(written: io.StringIO) -> None:
    logging.getLogger("scheduler.inbox").warning(
        "event %s failed", "e1", extra={"company": "c1", "event": "e1", "text": "山田先生"}
    )
    (line,) = lines(written)
    assert {key: line[key] for key in line if key != "time"} == {
        "level": "WARNING", "logger": "scheduler.inbox", "message": "event e1 failed",
        "company": "c1", "event": "e1",
    }  # fmt: skip


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-17653672481-19874698323", "xapp-1-A111-222-abc", "Bearer abc.def", SIGNING,
        "v0=" + "a" * 64, "eyJhbGciOi.eyJzdWIiOi.c2ln",
    ],
)  # fmt: skip
@pytest.mark.attack(51)
def test_a_secret_is_hidden(written: io.StringIO, secret: str) -> None:
    logging.getLogger("bot.slack").error("refused: %s!", secret)
    assert lines(written)[0]["message"] == f"refused: {logs.HIDDEN}!"


def test_of_an_error_only_its_kind_and_place_are_written(written: io.StringIO) -> None:
    try:
        raise ValueError(WIN)
    except ValueError:
        logging.getLogger("bot").exception("tick %s", "inbox")
    (line,) = lines(written)
    assert line["error"].startswith("ValueError at test_logs.py:")
    assert NAME not in written.getvalue()


def test_of_a_library_neither_its_details_nor_what_it_fills_in_are_written(
    written: io.StringIO,
) -> None:
    other = logging.getLogger("aiosqlite")
    other.setLevel(logging.DEBUG)
    other.debug("executing %s", WIN)
    other.info("executing %s", WIN)
    other.warning("cannot execute %s", WIN)
    logging.getLogger("bot").error("%d", "no number")
    assert [line["message"] for line in lines(written)] == ["cannot execute %s", "%d"]


def test_plain_lines_say_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    record = logging.LogRecord("bot.app", logging.ERROR, "app.py", 1, "port %s", ("8700",), None)
    record.company = "c1"
    assert logs.Plain().format(record).endswith(" ERROR bot.app: port 8700 company=c1")


@pytest.mark.attack(52)
async def test_nothing_that_is_typed_in_the_story_is_in_any_line(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder, written: io.StringIO
) -> None:
    for name in ("bot", "scheduler", "cases", "slack_sdk", "slack_bolt", "aiosqlite", "sqlalchemy"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    canaries = ["秘書さんに聞いた16時", NAME, "カナリア振り返り", "カナリア検索", "xoxb-", SECRET]
    try:
        async with slack_door(company_file, tmp_path, encoder) as driver:
            assert isinstance(driver, SlackDriver)
            sato = driver.person(SATO)
            await sato.says(WIN)
            await sato.presses("共有する", declared=list(TICKS), show_author="no")
            await sato.says("振り返り")
            await sato.says("カナリア振り返りの文です")
            await driver.person(KATO).says("カナリア検索のような例はありますか?")
            await driver.person(NAKAMURA).says("確認待ち")
            broken = Answer({"ok": False, "error": "invalid_blocks"})
            driver.slack.script["chat.postMessage"] = [Answer(WIN, status=500), broken]
            await sato.says("設定")
            await sato.says("状態")
    finally:
        for name in ("bot", "scheduler", "cases", "slack_sdk", "slack_bolt", "aiosqlite",
                     "sqlalchemy"):  # fmt: skip
            logging.getLogger(name).setLevel(logging.NOTSET)
    assert CREDENTIALS["token"].startswith("xoxb-")
    assert written.getvalue()  # the broken answers were written
    assert [word for word in canaries if word in written.getvalue()] == []
