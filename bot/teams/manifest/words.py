"""What the Teams app says of itself before anybody opened it, in both languages.

The keys are those of Teams' localisation file: the place in manifest.json that a text replaces.
Limits in characters: short name 30, full name 100, short description 80, a command's title 32.
"""

from __future__ import annotations

_SEARCH, _SHARE, _MESSAGE = (f"composeExtensions[0].commands[{at}]" for at in range(3))

# What may be typed in the 1:1 chat, the first also beside a mention: Japanese, English, meaning.
COMMANDS = (
    ("ヘルプ", "help", "使い方を見る", "How to use it"),
    (
        "部屋",
        "room",
        "営業所の部屋と、してよいことを見る",
        "Rooms of offices, and what the bot may do",
    ),
    ("状態", "status", "つながりと予定を確かめる", "Is everything well, and what comes next"),
    ("下書き", "drafts", "書きかけの続きを書く", "Go on with what you began"),
    ("試している事例", "trials", "試していることのその後を書く", "Say how a trial went"),
    ("求む！事例", "wishes", "みなさんが探している事例を見る", "What colleagues are looking for"),
    ("振り返り", "reflect", "今回の問いに答える", "Answer the question of the fortnight"),
    ("月次まとめ", "digest", "営業所の月次まとめを見る", "The digest of your office"),
    ("設定", "settings", "届く日時や、お休みを変える", "When messages come, and breaks"),
)
GROUP_COMMANDS = 2  # of the list above: what makes sense among others

JA = {
    "name.short": "ヒトツブ",
    "name.full": "ヒトツブ — MRどうしの好事例共有",
    "description.short": "うまくいったことを、となりの営業所へ。",
    "description.full": (
        "うまくいったことも困っていることも、ひとことで書けます。"
        "近い好事例を探して試し、月に一度、ほかの営業所の好事例が届きます。"
        "患者さんや先生のお名前は、公開する前に確かめます。"
    ),
    f"{_SEARCH}.title": "事例を探す",
    f"{_SEARCH}.description": "困っていることを書くと、近い好事例が出ます",
    f"{_SEARCH}.parameters[0].title": "困っていること",
    f"{_SEARCH}.parameters[0].description": "例: 訪問できない先生に会いたい",
    f"{_SHARE}.title": "好事例を共有する",
    f"{_SHARE}.description": "うまくいったことを書いて、下見してから共有します",
    f"{_MESSAGE}.title": "好事例として共有",
    f"{_MESSAGE}.description": "このメッセージから下書きを作ります",
}
EN = {
    "name.short": "Hitotsubu",
    "name.full": "Hitotsubu: good cases, shared among MRs",
    "description.short": "Pass what worked to the next office.",
    "description.full": (
        "Write what worked, or what troubles you, in one line. Find cases like yours, try them, "
        "and once a month read what worked in other offices. Names of patients and doctors are "
        "looked for before anything is published."
    ),
    f"{_SEARCH}.title": "Find a case",
    f"{_SEARCH}.description": "Say what troubles you, and cases like it appear",
    f"{_SEARCH}.parameters[0].title": "What troubles you",
    f"{_SEARCH}.parameters[0].description": "For example: a doctor who sees no visitors",
    f"{_SHARE}.title": "Share a case",
    f"{_SHARE}.description": "Write what worked, look at the preview, share it",
    f"{_MESSAGE}.title": "Share as a case",
    f"{_MESSAGE}.description": "Makes a draft of this message",
}
for _list, _count in enumerate((len(COMMANDS), GROUP_COMMANDS)):
    for _at, (_ja, _en, _does, _meaning) in enumerate(COMMANDS[:_count]):
        _place = f"bots[0].commandLists[{_list}].commands[{_at}]"
        JA |= {f"{_place}.title": _ja, f"{_place}.description": _does}
        EN |= {f"{_place}.title": _en, f"{_place}.description": _meaning}
