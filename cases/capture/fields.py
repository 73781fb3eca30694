"""Which field a unit of a post belongs to: words that give it away, its place, its neighbours.

状況 comes before やったこと, that before 変化, and コツ last; posts break this order now and then,
so it is a leaning, not a rule. The best sequence is found by dynamic programming (Viterbi).
"""

from __future__ import annotations

import re

from cases.capture.split import Unit

FIELDS = ("situation", "action", "result", "tip")

_WORDS = {
    "situation": re.compile(
        r"(?:て|で)いまし(?:た|て)|ておら|なかった|ませんでした|できず|えず|なく|困っ|悩|ずっと|いつも|毎回|従来|"
        r"これまで|今まで|以前|頃は|のに|厳し|規制|忙し|NG|ない先生|担当です|新人です|ベテラン|正直|うちは|当初|"
        r"はじめは|最初は|もともと|だけで?した|ばかり|思い込|諦め|あきらめ|でしたが|ですが|やらかし|失敗(?:談|と学び|から)|"
        r"反省|共有です|共有しま|"
        r"(?i:\bused to\b|\bhad been\b|\bkept\b|\bnever\b|\brefus|\bwould not\b)"
    ),
    "action": re.compile(
        r"送っ|送る|送り|お送り|渡し|聞い|伺っ|伺い|案内し|ご案内|提案し|変え|切り替え|切替|始め|やめ|作っ|作り|"
        r"用意し|試し|試す|お願いし|添え|貼っ|電話し|メール(?:し|で|を)|絞っ|分け|入れ|使っ|使う|教わ|教え|見返|"
        r"ようにし|ことにし|してみ|てみ(?:た|まし)|した?ら[、]?$|ところ[、]?$|ただけで[、]?$|設定|実施|まとめ|届け|"
        r"選ん|減らし|引き継|残しま|付けた|紹介し|見せ|お持ち|持って|持つ|書い|貼り|お譲り|拡大|置いて|押さえ|決め|確認し?|見て|回りました|渡す|宣言|開き|集め|つなぎ|一声|"
        r"(?i:\bsent\b|\bsend\b|\bcalled\b|\bmoved\b|\bchanged\b|\bswapped\b|\bswitched\b|\bwrote\b|"
        r"\basked\b(?! me\b| for\b)|\bstopped\b|\bbrought\b|\bpicked\b|\btried\b|\bstarted\b|"
        r"\bcut\b|\bgave\b|\bhanded\b|\bshared?\b)"
    ),
    "result": re.compile(
        r"増え|減りま|減った|倍|ゼロ|になりまし|になった|ようになり|ていただけ|ていただき|いただきまし|もらえ|"
        r"もらいまし|くださ[いっ]|てくれ|取れ|会え|話せ|つながり|返信(?:が|き|を?いただ|あり|件)|返事|広が|伸び|戻|"
        r"喜ば|喜ん|好評|感謝|褒め|助か|お礼|参加|登録|呼ばれ|実現|続く|続い|楽に|早く|」と|」って|との(?:こと|お言葉|感想)|"
        r"と言われ|\d\s*(?:%|人|名|軒|件|倍|分)[^、。]{0,6}→|→\s*約?\d|人中|軒中|結果|そしたら|今では|翌日|"
        r"(?i:\brepl|\bthank|\bjoined\b|\bbooked\b|\bwent from\b|\brose\b|\bdoubled\b|"
        r"\d of \d+|\bbetter\b|\blonger\b|\bcame\b|\bcalled (?:me|back)\b|\basked (?:me|for)\b|"
        r"\bfinally\b|\bnow\b|\bgrew\b|\bagreed\b|\binvited\b)"
    ),
    "tip": re.compile(
        r"大事|大切|コツ|学び(?:です|まし|。|$)|べし|正義|おすすめ|お勧め|近道|なんだな|なんです(?:ね|よ)|気づき|痛感|"
        r"尽きます|アリです|強い(?:です)?。?$|損ですね|効きます|効く|ものですね?|ですね[。!]?$|ですよね|のほうが|怖い|"
        r"すべき|おくべき|勇気|思います|仕事です|仕事だと|たほうがいい|に限る|先手|から。?$|関連でした|"
        r"\blesson\b|\bbeats?\b|\bjust a\b|\bkey is\b|\bworth\b"
    ),
}  # fmt: skip
_PAST_END = re.compile(
    r"(?:[たっ]た|した|でした|ました|んだ|いた|けた|れた|せた|\w+ed)(?:ん?です)?[^\w]*$|[」%人件軒倍]"
)
LATE = 0.7  # from 0 at the first unit to 1 at the last
# What a step from one field to another costs; posts go forward more often than back.
_STEP = {
    "situation": {"situation": 0.3, "action": 0.3, "result": -0.5, "tip": -1.5},
    "action": {"situation": -1.0, "action": 0.3, "result": 0.4, "tip": -0.3},
    "result": {"situation": -1.5, "action": -0.5, "result": 0.3, "tip": 0.2},
    "tip": {"situation": -2.0, "action": -1.2, "result": -1.0, "tip": 0.3},
}


def place(found: list[Unit]) -> list[str]:
    """The field of each unit without a label, in order: the likeliest sequence as a whole."""
    if not found:
        return []
    rows = [_scores(unit, index, len(found)) for index, unit in enumerate(found)]
    for unit, row, after in zip(found, rows, rows[1:], strict=False):
        if unit.turns:
            row["action"] += 1.5
            after["result"] += 1.0
    best = {f: rows[0][f] + (0.5 if f == "situation" else 0.0) for f in FIELDS}
    back: list[dict[str, str]] = []
    for row in rows[1:]:
        came = {f: max((best[b] + _STEP[b][f], b) for b in FIELDS)[1] for f in FIELDS}
        best = {f: best[came[f]] + _STEP[came[f]][f] + row[f] for f in FIELDS}
        back.append(came)
    path = [max(FIELDS, key=lambda f: best[f])]
    for came in reversed(back):
        path.append(came[path[-1]])
    return _with_required(path[::-1], rows, found)


def _with_required(path: list[str], rows: list[dict[str, float]], found: list[Unit]) -> list[str]:
    """Gives a missing required field the unit that fits it best, if words speak for it."""
    for key, other in (("action", "result"), ("result", "action")):
        fitting = [
            at for at, unit in enumerate(found)
            if _WORDS[key].search(unit.text) and (path[at] != other or path.count(other) > 1)
        ]  # fmt: skip
        if key not in path and fitting and len(found) > 1:
            best = max(fitting, key=lambda at: rows[at][key] - rows[at][path[at]])
            path = [*path[:best], key, *path[best + 1 :]]
    return path


def _scores(unit: Unit, index: int, count: int) -> dict[str, float]:
    through = index / (count - 1) if count > 1 else 0.5  # 0 at the first unit, 1 at the last
    scores = {f: min(len(_WORDS[f].findall(unit.text)), 2) * 1.0 for f in FIELDS}
    scores["situation"] += 0.8 - 2.0 * through
    scores["action"] += 5.0 if unit.step else 0.4
    scores["result"] += 1.2 * through - 0.5
    past = bool(_PAST_END.search(unit.text))
    scores["tip"] += 0.5 * through - 1.2
    if through > LATE and count > 2:  # 体言止め or a plain rule near the end is advice
        scores["tip"] += -0.3 if past else 1.7
    elif past:
        scores["tip"] -= 0.5
    if unit.before_arrow and not unit.after_arrow:
        scores["situation"] += 0.8
    if unit.after_arrow and unit.before_arrow:
        scores["action"] += 1.0
    if unit.after_arrow and not unit.before_arrow:
        scores["result"] += 0.8
    return scores
