"""Cues of one individual patient: identifying details add up within a sentence.

One detail describes many people, several describe one (the academic guideline on case reports
works the same way), so each detail has a weight and a sentence fires at `_ENOUGH`.
"""

from __future__ import annotations

import re

from cases.guard.findings import Finding, finding
from cases.guard.morphemes import Reading
from cases.vocabulary import Decision

_ENOUGH = 3.0
_DISEASE = (
    r"(?:[一-龥]{1,8}(?:がん|癌|腫瘍|腫|症|病|炎|不全|梗塞|出血|結石|骨折|障害|貧血|喘息|麻痺)(?![院棟室床気]))|がん(?!診療|センター|領域)"
    r"|うつ病?|認知症|乾癬|アトピー|喘息|てんかん|パーキンソン|リウマチ|白血病|リンパ腫|骨髄腫|統合失調|透析中|移植を受け"
    r"|糖尿|高血圧|再発|ステージ|転移|手術|抗がん剤|二次治療|一次治療|維持療法|入院|通院|休職|復職|余命|術後"
)
_NOT_DISEASE = re.compile(
    r"(?:領域|専門|外来|の?先生|担当|の?説明会|の?講演会|の?資材|診療|教室|の?勉強会|の?冊子|学会|内科|センター|科"
    r"|の?治療薬|の?Web|の?セミナー|の?動画|の?ガイドライン|の?啓発|の?市場)"
)
_PROFESSIONAL = (
    r"(?:の|で|、)?(?:[ぁ-んァ-ヶ一-龥]{0,6}の)?(?:現役の|若手の?|開業の?|ベテランの?|新人の?)?"
    r"(?:先生|医師|ドクター|Dr|DR|MR|MS|薬剤師|看護師|所長|社員|同僚|後輩|先輩|上司|課長|部下|教授|院長|Kさん|技師)"
)
_WEIGHTS: tuple[tuple[float, re.Pattern[str]], ...] = (
    (3.0, re.compile(r"(?:カルテ|患者|診察券|受付|整理|登録|症例)(?:番号|ID|No\.?)\s?[:は]?\s?[A-Z]{0,3}-?\d{2,}")),
    (3.0, re.compile(r"(?i)\b(?:chart|hospital|patient|record|MRN)\s?(?:no\.?|number|id)?\s?[:#]?\s?[A-Z]{0,3}-?\d[\d-]{2,}")),
    (3.0, re.compile(r"(?:明治|大正|昭和|平成|令和|(?:19|20)\d\d年)[\d元]{0,2}年?\d{0,2}月?\d{0,2}日?生まれ|生年月日")),
    (2.0, re.compile(r"(?i)\bborn (?:on |in )?\d{0,2}\s?[A-Z][a-z]+ \d{4}|\bborn in (?:19|20)\d\d|\bDOB\b")),
    (2.0, re.compile(r"(?<![A-Za-z])[A-Z][.・･ ]{0,2}[A-Z]\.?[ ]?(?:さん|様|氏|ちゃん|くん|君)")),
    (2.0, re.compile(r"(?<![A-Za-z.])[A-Z]\.\s?[A-Z]\.(?=[,(]| \d)")),
    (1.0, re.compile(r"(?<![A-Za-z])[A-Z](?:さん|様|氏|ちゃん)")),
    (1.5, re.compile(r"\d{1,3}[歳才](?!以上|以下|未満|から|まで|前後|児|を)|生後\d{1,2}(?:か|ヶ|カ|ヵ)?[月日](?!から)")),
    (1.0, re.compile(r"\d{1,2}0代(?:前半|後半|半ば)?の?(?=[^。]{0,12}(?:男性|女性|男|女|方|患者|主婦|会社員))")),
    (1.0, re.compile(r"男性|女性|男の子|女の子|男児|女児|主婦|ご婦人|おばあ(?:さん|ちゃん|様)|おじい(?:さん|ちゃん|様)")),
    (1.0, re.compile(r"(?:ある|その|一人の|1人の|例の|担当先の|先生の)患者(?:さん|様|さま)?(?![のがで]?多|向け|層)")),
    (1.5, re.compile(r"奥様|奥さん|ご主人|旦那さん|お嬢さん|息子さん|娘さん|ご子息|お母様|お父様|お孫さん|ご両親|お姉さん|お兄さん|ご家族の")),
    (1.0, re.compile(r"(?:勤務|在住|お住まい|在学|教諭|教師|消防士|警察官|公務員|市役所|町議|市議|町長|市長|議員|運転手|選手|球児|部員"
                     r"|農家|漁師|社長|経営者|俳優|歌手|アナウンサー|大工|美容師|保育士|店主|僧侶|住職|力士)")),
    (1.5, re.compile(r"(?:県内|市内|町内|国内|村|地元)で?(?:唯一|ただ一人|1人だけ|一人だけ|初)|実は[^。]{0,8}患者|テレビ(?:に|で)[^。]{0,6}(?:出|紹介)|新聞に[^。]{0,4}載")),
    (1.0, re.compile(r"(?:昨年|今年|去年|先月|今月|来月|来週|先週)?の?(?:\d{1,2}|○)月(?:の?\d{1,2}日|○日)?に?[^。]{0,6}(?:手術|入院|退院|開始|発症|診断)|来週の[月火水木金土日]曜")),
    (1.5, re.compile(r"(?i)\b(?:Mrs?|Ms|Miss)\.? [A-Z][a-z]+(?=, ?(?:aged )?\d|[^.]{0,30}(?:cancer|disease|patient))|\b[A-Z][a-z]+ [A-Z]\.(?=,)")),
    (1.5, re.compile(r"(?i)(?<=, )(?:aged )?\d{2}(?=,)|\b\d{1,3}[- ]years?[- ]old\b|\baged \d{1,3}\b")),
    (1.0, re.compile(r"(?i)\b(?:cancer|myeloma|lymphoma|leuk\w+|diabetes|disease|psoriasis|asthma|arthritis|stage I{1,3}V?|relapsed|surgery|transplant|dementia|depression)\b")),
    (1.0, re.compile(r"(?i)\blives (?:in|near|next|on)\b|\bworks (?:at|as|for)\b|\bteacher\b|\bfarmer\b|\bdriver\b|\bthe only\b|\blocal (?:mayor|player)\b")),
)
_NAMED = re.compile(r"(?:さん|様|ちゃん|くん|君|氏)(?=[、,(（はがの」]|\s)")
_DISEASES = re.compile(_DISEASE)
_PROFESSION_AFTER = re.compile(_PROFESSIONAL)
_QUERY_LIKE = re.compile(r"(?:\d{1,2}0代|\d{2,3}歳)[^。]{0,10}(?:患者|方|男性|女性|高齢)")
_ONE_PATIENT = re.compile(
    r"(?:ある|とある|お一人の|一人の|1人の|例の|担当の|その)患者(?:さん|様|さま)[はがに][^。]{0,40}"
    r"(?:そう|とのこと|らしい|聞い|伺|言わ|なった|なられ|された|していた|ている|喜|良く)"
)
_COLLEAGUE = re.compile(r"営業所|所長|MR|同僚|後輩|先輩|支店|推進|チーム|部下|若手|ベテラン|新人|勉強会の進行")


def patients(reading: Reading) -> list[Finding]:
    """Findings of rule `patient_info`, in places of the folded text."""
    found: list[Finding] = []
    for start, end in reading.sentences():
        cues = _details(reading, start, end)
        if sum(weight for weight, _, _ in cues) >= _ENOUGH:
            found.append(finding("patient_info", *_span(reading.text, cues, end)))
        elif one := _ONE_PATIENT.search(reading.text, start, end):
            found.append(finding("patient_info", one.start(), one.end(), Decision.HOLD))
    return found


def _details(reading: Reading, start: int, end: int) -> list[tuple[float, int, int]]:
    """Weight and place of every identifying detail of a sentence, each kind counted once."""
    text = reading.text
    cues = []
    for weight, pattern in _WEIGHTS:
        for m in pattern.finditer(text, start, end):
            if not _PROFESSION_AFTER.match(text, m.end(), end):
                cues.append((weight, m.start(), m.end()))
                break
    diseases = [
        m for m in _DISEASES.finditer(text, start, end) if not _NOT_DISEASE.match(text, m.end())
    ]
    if diseases:
        cues.append((1.0, diseases[0].start(), diseases[0].end()))
        if len(diseases) > 1 and diseases[1].start() - diseases[0].end() < 16:
            cues.append((0.5, diseases[1].start(), diseases[1].end()))
    named = _named(reading, start, end)
    if named and diseases:
        cues.append((1.5, *named))
    if _COLLEAGUE.search(text, start, end):
        cues.append((-1.5, cues[0][1], cues[0][2])) if cues else None
    return cues


def _named(reading: Reading, start: int, end: int) -> tuple[int, int] | None:
    """A person called by name with さん, 様, くん, who is not a colleague by title."""
    for m in _NAMED.finditer(reading.text, start, end):
        token = reading.before(m.start())
        if token is not None and (token.is_person or token.unknown) and len(token.surface) > 1:
            before = reading.before(token.start)
            name_start = before.start if before is not None and before.is_person else token.start
            return name_start, m.end()
    return None


def _span(text: str, cues: list[tuple[float, int, int]], sentence_end: int) -> tuple[int, int]:
    """From the first detail to the last one, with the word for the person that follows it."""
    start = min(s for _, s, _ in cues)
    end = max(e for _, _, e in cues)
    after = re.compile(r"の?(?:方|男性|女性|患者さん|患者|人|お子さん)").match(text, end, sentence_end)
    return start, after.end() if after else end
