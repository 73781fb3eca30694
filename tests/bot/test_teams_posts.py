"""The HTML of a Teams message as the text that its poster wrote, and its link."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.teams.extension import results, told
from bot.teams.markdown import literal
from bot.teams.posts import link_of, text_of

QUOTE = (
    '<blockquote itemscope itemtype="http://schema.skype.com/Reply" itemid="1">'
    "<strong>加藤</strong><blockquote>内側</blockquote><p>引用</p></blockquote>"
)


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ("<p>会えた</p>", "会えた"),
        ("<div>一行目<br>二行目</div>", "一行目\n二行目"),
        ("<p>A</p><p>&nbsp;</p><p>&nbsp;</p><p>B</p>", "A\n\nB"),
        ('<p><at id="0">ヒトツブ</at>&nbsp;会えた</p>', "ヒトツブ 会えた"),
        (f"{QUOTE}<p>自分の言葉</p>", "自分の言葉"),
        ('<p>よし<emoji id="like" alt="👍"></emoji></p>', "よし👍"),
        ('<p>図<img alt="画面" src="https://x"></p>', "図"),
        ('<p>文</p><attachment id="1">{"a": 1}</attachment>', "文"),
        ("<p>a &lt;b&gt; &amp;lt; c</p>", "a <b> &lt; c"),
        ("<ul><li>一</li><li>二</li></ul>", "一\n\n二"),
        ("<script>alert(1)</script>文<!-- x -->", "文"),
        ("<p>折り\n  返し</p>", "折り 返し"),
        ("", ""),
    ],
)
def test_a_message_is_read_as_it_was_written(content: str, wanted: str) -> None:
    assert text_of(content) == wanted


def test_plain_text_is_not_read_as_html() -> None:
    assert text_of("<b>&amp;", "text") == "<b>&amp;"


@given(st.text(alphabet="<>/&;abp \n\"'=!-ー", max_size=60))
def test_no_body_breaks_the_reader(content: str) -> None:
    text_of(content)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://teams.microsoft.com/l/message/19:x/1", True),
        ("https://teams.cloud.microsoft/l/message/19:x/1", True),
        ("http://teams.microsoft.com/l/message/19:x/1", False),
        ("https://teams.microsoft.com.evil.example/", False),
        ("https://evil@teams.microsoft.com/", False),
        ("https://[x", False),
        (None, False),
    ],
)
def test_only_teams_own_links_lead_back(url: object, kept: bool) -> None:  # a table
    assert bool(link_of(url)) is kept


def test_what_could_be_markup_is_literal_in_a_preview() -> None:
    assert literal("<b>&lt;[x](y)") == "＜b＞＆lt;［x］(y)"
    assert told("<x>") == {"composeExtension": {"type": "message", "text": "＜x＞"}}


def test_no_results_are_an_empty_list() -> None:
    assert results(())["composeExtension"]["attachments"] == []
