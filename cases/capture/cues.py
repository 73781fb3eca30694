"""What a text looks like, as a short row of numbers: told or asked, done or planned, changed.

Every number is between 0 and 1 and has a reason; `benchmarks/capture.py` fits their weights.
"""

from __future__ import annotations

import math
import re

import numpy as np
from numpy.typing import NDArray

from cases.text import clean, fold

READ_AT_MOST = 1500  # characters; what a text is shows early, and a paste must not cost time

_END = r"(?=[^\wぁ-んァ-ヶ一-龠]|$|w+\b|笑)"  # a sentence ends: punctuation, emoji, laughter
_PIECES = re.compile(r"(?:「[^」]*」|『[^』]*』|[^。!?\n「『]|[「『])+[!?]*")

_PAST = re.compile(
    r"(?:[たっ]た|ました|でした|した|った|いた|きた|けた|れた|せた|てた|んだ)"
    r"(?:です|んです|のです)?(?:[よねわなぁ〜ーっ]{0,3})"
    + _END
    + r"|\b(?:was|were|went|had|did|got|came|told|said|sent|made|gave|found|began|cut|rose|took|"
    r"brought|kept|wrote|[a-z]{2,}ed)\b"
)
_CAUSE = re.compile(
    r"たら|だら|ところ、|たとこ|だけで|にして|ようにし|に変え|を変え|切り替え|やめて|やめた|してみ|"
    r"てみまし|てみた|結果|おかげ|→|ことにし|決めて|代わりに|以来|してから|\bso\b|\binstead\b|"
    r"\bafter\b|\bsince\b|\bbecause\b|\bchanged\b|\bmoved\b|\bstopped\b|\bswapped\b|\btried\b"
)
_OUTCOME = re.compile(
    r"増え|減り|減った|倍|ゼロに|なりまし|になった|ようにな|いただけ|いただき|もらえ|もらい|くださ[っい]"
    r"|てくれ|取れ|会え|話せ|つなが|通りまし|返って|返信き|返事|広が|伸び|戻っ|喜ば|好評|感謝|褒め|助か|"
    r"参加|登録|呼ばれ|実現|続く|続いて|続けて|楽にな|早くな|無事故|外れ|\bthank|\breplied\b|\breplies\b"
    r"|\banswer(?:ed|s)\b|\bjoined\b|\bbooked\b|\bdoubled\b|\bgrew\b|\brose\b|\bbetter\b|\blonger\b"
    r"|\bcalled\b|\bopens?\b|\bnow\b|\bfinally\b"
)
_SAID = re.compile(
    r"」(?:と|って|との|だと|のひと|とのこと|。|$)[^。]{0,14}(?:言|お言葉|声|褒|笑|先生|喜|評|電話|聞|返|"
    r"感想|。|$)|先生(?:曰く|いわく|から)「|と言われ|と言ってい|と喜ば|\bsaid\b|\btold\b|"
    r"\basked for\b"
)
_CHANGE = re.compile(
    r"\d[\d.,]{0,6}\s*(?:%|割|件|名|人|軒|回|分|通|倍|月|部|分の)?\s*(?:→|から|だったのが)\s*(?:約)?\d"
    r"|\d{1,4}\s*(?:人|名|軒|件|通|回)中|\d(?:\.\d)?倍|\d/\d|[0-9一二三四]割から|"
    r"\bfrom \d{1,6}\S{0,8} to \d|"
    r"\b(?:\d{1,4}|two|three|four|five|six|seven|eight|nine|ten) (?:of|out of) "
)
_COUNT = re.compile(
    r"\d{1,6}\s*(?:人|名|軒|件|分|回|枚|つ|通|か月|ヶ月|週|年|秒|%|割|行|往復|minutes?)"
)
_CUSTOMER = re.compile(
    r"先生|医師|ドクター|\bdr\b|薬剤師|薬局|看護師|ナース|医局|病院|クリニック|診療所|院長|顧客|お客|"
    r"医院|秘書|\bdoctor|\bphysician|\bpharmacist|\bnurse|\boncologist|\bclinic"
)
_OWN = re.compile(
    r"私|自分|うち|当方|新人|ベテラン|部下|チーム|所内|我々|\b(?:i|we|my|our|us|me)\b"
)
_LEARNT = re.compile(
    r"大事|大切|コツ|学び|学んだ|学びま|気づき|気付き|気づかされ|反省|痛感|発見|おすすめ|実感|正義|強い|"
    r"近道|ですね|なんだな|んだなあ|べし|ものです|損|驚|嬉し|うれし|\blesson|\bbeats?\b|\blearn"
)
_TELLS = re.compile(
    r"共有です|共有しま|報告です|ご報告|話です|の話。|失敗談|やってみ|成功|うまくいっ|小ネタ|"
    r"小さなこと|大したこと|地味|些細|真似し|win\b|mistake|success"
)
_ASKS = re.compile(
    r"[?]|ますか|ですか|でしょうか|ませんか|たっけ|教え|知りたい|聞きたい|見たい|欲しい|探して|集めて|"
    r"お願いし|ください(?!ま|っ|る|い?まし)|\bhow\b|\bwhat\b|\bwho\b|\bwhere\b|\bany(?:one|body)\b|"
    r"\bplease\b|\bwhen to\b|どう(?:す|し|や)|どこ|誰か|誰が|いつ(?:から|ま|で|ぐ)|方法|ありません"
)
_ASKS_LAST = re.compile(
    r"(?:[?]|か|教えて[^。]*|参考[^。]*|読みたい[^。]*|見せて[^。]*|おしえて|ください|下さい|知りたい[^。]*|です?が|探して[^。]*|例|事例|方法|"
    r"募集中|たいです|限界|困)[\W_]*$"
)
_CASES = re.compile(
    r"事例|例(?:は|を|が|、|$)|経験|体験談|人(?:の話)?(?:い|は)|工夫|やり方|手順|コツ|こつ|対処|\bexample"
)
_NOTICE = re.compile(
    r"お知らせ|締切|〆切|期限|本日|明日|今夜|今日(?:中|から|の会議)|来月|来週|来期|今月末|月末|提出|募集|"
    r"必須|出欠|延期|変更(?:で|に|さ|の)|最新版|新版|在庫|メンテ|研修|総務|ご案内|ご覧|ニュース|発表|"
    r"開催|改定|らしい|そうです|とのこと(?:です)?(?:[。(]|$)|見通し|至急|届いて|時から|\btomorrow\b|\btonight\b|"
    r"\breminder\b|\bplease\b|\bnext (?:week|month|quarter|year)\b|\bcongrat|\bstarts?\b|\blink\b"
)
_PLAN = re.compile(
    r"(?:しよ|みよ|やろ|行こ|始めよ)うと?思|予定です|つもり|します(?:ね)?[!。]|してみます|(?:真似|まね)させ|"
    r"したいです|頑張|がんば|\bgoing to\b|\bplan|\bthinking of\b|\bwill\b|しましょう|いきましょう"
)
_VENT = re.compile(
    r"つらい|疲れ|もう(?:無理|だめ|ダメ|使いま|お手上げ|限界)|最悪|心が折|お手上げ|しんどい|重すぎ|寝ます|"
    r"ありがとうございます?[!。]*$|参考になりま|素晴らし|さすが|すごい|全然|落ち込|分かってな|\bagain\b|\bdown\b"
)
_NOUN_LAST = re.compile(r"[一-龠ァ-ヶー]$|[a-z]$")
_PLAIN_LAST = re.compile(r"[うくぐすつぬぶむるいただ]$")
_POLITE = re.compile(r"です|ます|ました|ません|でした|でしょう")
_TROUBLE = re.compile(
    r"困っ|悩ん|相談(?:です|させ)|どうにか|なんとか|分かりません|わからない|怖い|限界"
)

NAMES = (
    "past_count", "past_share", "cause", "outcome", "said", "change", "count", "customer", "own",
    "learnt", "tells", "asks", "asks_last", "cases", "notice", "plan", "vent", "length",
    "sentences", "fragment", "plain_last", "polite", "trouble", "story", "proof",
)  # fmt: skip


def cues(text: str) -> NDArray[np.float64]:
    """The row of cues for a text, in the order of `NAMES`; zeros for an empty text."""
    read = fold(clean(text)[:READ_AT_MOST]).strip()
    if not read:
        return np.zeros(len(NAMES))
    pieces = [p.strip() for p in _PIECES.findall(read) if p.strip()] or [read]
    past = sum(bool(_PAST.search(p)) for p in pieces)
    cause, outcome = _soft(_CAUSE, read), _soft(_OUTCOME, read)
    said, change = _soft(_SAID, read), _soft(_CHANGE, read)
    last = pieces[-1].rstrip("。. ")
    marks = any(mark in read for mark in "。.!?\n")
    return np.array(
        [
            _squash(past), past / len(pieces), cause, outcome, said, change, _soft(_COUNT, read),
            _soft(_CUSTOMER, read), _soft(_OWN, read), _soft(_LEARNT, read), _soft(_TELLS, read),
            _soft(_ASKS, read), float(bool(_ASKS_LAST.search(last))), _soft(_CASES, read),
            _soft(_NOTICE, read), _soft(_PLAN, read), _soft(_VENT, read),
            min(math.log1p(len(read)) / 6, 1.0), min(len(pieces) / 6, 1.0),
            float(not marks and bool(_NOUN_LAST.search(last))),
            float(not marks and bool(_PLAIN_LAST.search(last))),
            float(bool(_POLITE.search(read))), _soft(_TROUBLE, read),
            min(past, 1) * cause * outcome, max(said, change) * min(past, 1),
        ]
    )  # fmt: skip


def _soft(pattern: re.Pattern[str], read: str) -> float:
    return _squash(len(pattern.findall(read)))


def _squash(count: int) -> float:
    """0, 0.5, 0.75, 0.875 …: the second mention says less than the first."""
    return 1.0 - 0.5**count
