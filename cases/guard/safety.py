"""Cues of safety information: something that happened to a person who used a drug, or a bad product."""

from __future__ import annotations

import re

from cases.guard.cues import cue, fire
from cases.guard.findings import Finding
from cases.guard.morphemes import Reading
from cases.vocabulary import Decision

_SYMPTOM = (
    r"発疹|皮疹|湿疹|薬疹|蕁麻疹|じんま?しん|かゆみ|痒み|掻痒|かぶれ|ふらつき|ふらふら|めまい|眩暈|立ちくらみ|転倒"
    r"|骨折|眠気|傾眠|不眠|吐き気|悪心|嘔吐|下痢|便秘|腹痛|胃痛|胸痛|筋肉痛|関節痛|食欲不振|食欲低下|味覚障害"
    r"|味覚異常|口内炎|口の渇き|口渇|脱毛|頭痛|動悸|息切れ|呼吸困難|呼吸苦|喘鳴|発熱|高熱|度の熱|けいれん|痙攣"
    r"|意識障害|意識消失|意識混濁|せん妄|幻覚|幻聴|自殺|低血糖|高血糖|低血圧|血圧低下|徐脈|頻脈|不整脈|心停止"
    r"|浮腫|むくみ|しびれ|痺れ|手の震え|振戦|出血|鼻血|血尿|血便|吐血|下血|貧血|血小板減少|白血球減少"
    r"|好中球減少|肝障害|肝機能障害|肝機能悪化|腎障害|腎不全|腎機能障害|腎機能低下|黄疸|肺炎|敗血症"
    r"|アナフィラキシー|アレルギー反応|ショック状態|心不全|心筋梗塞|脳梗塞|脳出血|血栓|塞栓|膵炎|横紋筋融解"
    r"|色素沈着|皮膚潰瘍|腫れ|ただれ|水ぶくれ|水疱|視力低下|かすみ目|難聴|耳鳴り|脱水|失神|倦怠感|だるさ"
    r"|流産|奇形|胎児|ジスキネジア|振るえ|副作用|有害事象|薬害"
)
_BODY_CHANGE = (
    r"倒れ|ふらつい|ふらつく|転ん|腫れ|ただれ|かぶれ|吐い|むくん|しびれ|震え|眠れな|寝つけな|起きられな|歩けな"
    r"|食べられな|食べなく|飲み込めな|動けな|立てな|起き上がれな|しゃべれな|もうろう|意識を失|気を失|息が苦し"
    r"|呼吸が苦し|呼吸が荒|息が荒|熱が出|熱を出|血が(?:出|止ま|混)|運ばれ|救急(?:に|車|へ|搬送)|入院|亡くな"
    r"|死亡|急変|輸血に|ICU|痩せ|やつれ|抜け毛|髪が抜|毛が抜|物忘れ|ぼーっと|ぼうっと|ぼんやり"
    r"|(?:味|匂い|におい|目|耳|声|足|脚|手|指|顔|皮膚|肌|まぶた|唇|舌|口|お腹|胃|胸|髪|爪|体|身体|体重|気分"
    r"|調子|体調|意識|脈|脈拍|尿|便|食|食事|眠り|ろれつ|視界|喉|のど)(?:の具合)?[がはにもを](?:[^、。]{0,8})"
    r"(?:なくな|悪|痛|赤|黒|黄色|白く|腫|抜|細|落ち|苦し|重|だる|おかし|乱れ|止ま|回ら|ぼやけ|かす|ひどく|荒れ"
    r"|むけ|切れ|分から|見えな|見えにく|聞こえな|出なく|出にく|減っ|増え|震え|真っ赤|つっ|張っ|きかな|すぐれな)"
    r"|(?:値|数値|検査値|血小板|白血球|ヘモグロビン|脈|脈拍|血圧|血糖|クレアチニン|カリウム|ナトリウム|CK|AST|ALT"
    r"|CRP|eGFR|γ-?GTP|肝機能|腎機能)[がはも](?:[^、。]{0,8})(?:上が|下が|跳ね|悪|増え|落ち|まで|台に|倍|異常|急に|振れ)"
)
_NO_EFFECT = (
    r"効かな(?:かった|くな|い(?:と|って|人|方|患者))|効き目がな|効果が(?:なかった|出な|弱|切れ|見られな)"
    r"|効果不十分|効果不良|無効だった|無効例|(?:血圧|血糖|熱|数値|値)が下がらな|治らな(?:かった|い(?:と|人|方))"
    r"|ちっとも良くなら|良くならな"
)
_HARM = rf"(?:{_SYMPTOM}|{_BODY_CHANGE}|{_NO_EFFECT})"
_DRUG_USE = (
    r"(?:飲|服用|服薬|内服|投与|打っ|打た|打ち|注射|接種|点し|点眼|塗っ|塗り|塗布|吸っ|吸入|貼っ|貼付|点滴|輸注"
    r"|増量|減量|休薬|処方され|処方後|開始後|投薬|[1-9１-９]錠|1包|カプセル)"
)
_SWITCH = (
    r"(?:[ァ-ヴー]{4,}|製品[A-Z]|[A-Z]錠|薬|剤|ワクチン|うちの)[^、。]{0,6}"
    r"(?:にして|に替え|に変え|に切り替え|を使|使って|使い|を始め|を開始|始めて|を増やし|を減らし|を足し|で|の後|のあと)"
)
_PERSON = (
    r"(?:方|人|患者|お子さん|子ども|男の子|女の子|赤ちゃん|男性|女性|おばあ|おじい|高齢者|ご家族|妊婦|例|ケース|件)"
)
_HEARSAY = (
    r"(?:そう(?:です|だ|で)|とのこと|らし(?:い|く)|と?聞い|と?聞き|伺|言われ|言って|言う|おっしゃ|という話|と?連絡"
    r"|訴え|とか|相談|報告|だって|んだって|って話|話題|ぼやい|こぼし|教えて)"
)
_HAPPENED = (
    r"(?:た|出て|なって|起こし|起き|きたし|発現|認め|生じ|みられ|続い|中止|やめ|訴え|ある|いる|いて|ない|なく)"
)
# Phrases in which a symptom is a subject of study, not an event: removed, the rest is scanned.
_TOPIC = re.compile(
    rf"(?:{_SYMPTOM})(?:や(?:{_SYMPTOM}))?(?:の|への|に関する|についての|時の|発現時の)?"
    r"(?:マネジメント|対策|対処|対応|説明|資材|冊子|一覧|早見表|外来|専門|領域|研修|手順|質問|予防|アトラス|写真"
    r"|ガイド|頻度|頁|ページ|管理|評価|モニタリング|チェック|防止|パンフ|シート|カード|勉強会|講演|セミナー|項目"
    r"|報告|疑いを聞い|相談窓口|リスク|動画|情報|治療|診療|薬|学会|教室|日誌|見分け)"
)
_EDUCATION = (
    r"(?:手順|研修|ロールプレイ|窓口|報告しましょう|報告する(?:こと|ルール)|勉強会で確認|想定|万一|場合は|時は|備え"
    r"|聞いたら(?:すぐ)?(?:安全性|報告)|合言葉|ルール|書かない|しない約束)"
)
_EN_HARM = (
    r"\b(?:rash|fainted|faint|collapsed|dizz\w+|vomit\w*|nausea|headaches?|seizures?|bleeding|swell\w*|swollen"
    r"|hives|fever|hospitali[sz]ed|admitted|died|death|liver enzymes|enzymes|platelets?|blood pressure dropped"
    r"|hypoglyc\w+|anaphyla\w+|side effects?|adverse (?:event|reaction)s?|short of breath|breathless|palpitations"
    r"|could(?: not|n't) (?:sleep|walk|eat|breathe)|stopped (?:working|taking)|did(?: not|n't) work|no effect|overdos\w+"
    r"|miscarr\w+|felt (?:sick|unwell|ill|faint)|passed out|itch\w*|confused|numb\w*|blurred|lost (?:his|her|their) "
    r"(?:hair|taste|appetite))\b"
)
_EN_USE = (
    r"\b(?:after|since|on day|while|once|when|within|following)\b[^.]{0,40}\b(?:start\w*|dose|doses|tablets?|taking"
    r"|took|injection|infusion|inhal\w+|drops?|cream|vaccin\w+|switch\w*|[A-Z][a-z]+(?:a|en|il|on|st|ra|ol|um|is|ne))\b"
)
_EN_PERSON = (
    r"\b(?:patient|patients|man|woman|lady|boy|girl|child|baby|someone|somebody|he|she|one of (?:his|her|their)"
    r"|mother|father|gentleman|people|a few)\b"
)
_EN_TOPIC = r"\b(?:management|leaflet|training|webinar on|session on|how to report|procedure|booklet)\b"

_CUES = (
    cue("adverse_event", rf"{_DRUG_USE}|{_SWITCH}", _HARM, _PERSON + "|" + _HEARSAY, _HAPPENED,
        unless=_EDUCATION),
    cue("adverse_event", _EN_HARM, _EN_USE, _EN_PERSON, unless=_EN_TOPIC),
    cue("adverse_event", rf"(?:{_SYMPTOM})[^、。]{{0,6}}(?:出た|出て|出ました|起きた|起こした|あった|訴え|で中止|で入院)"
        rf"|(?:{_SYMPTOM}|{_BODY_CHANGE})[^、。]{{0,6}}(?:方|人|患者|お子さん|例|ケース)[がはもで]",
        rf"{_PERSON}|{_HEARSAY}|[ァ-ヴー]{{4,}}", unless=_EDUCATION),
    cue("adverse_event", r"副作用|有害事象", r"(?:出た|出て|起きた|あった|経験|発現し|疑われ|報告があ|報告を受け)",
        unless=_EDUCATION),
    cue("adverse_event", r"妊娠中|妊婦|授乳中|誤って|誤投与|間違えて|過量|飲みすぎ|飲み過ぎ|多く飲|針刺し|誤飲|倍飲",
        rf"(?:{_DRUG_USE}|使って|刺し)[^、。]{{0,10}}(?:た|ている|て(?:い|し))", f"{_PERSON}|{_HEARSAY}",
        unless=_EDUCATION + r"|妊娠中の[^、。]{0,10}(?:にも|でも)"),
    cue("adverse_event", r"量を(?:半分|減ら|少なく)|半分に(?:した|減らし)|(?:途中|自分)で(?:飲むの|薬)を?(?:やめ|止め)"
        r"|薬を(?:やめ|止め|休)|飲まなくなっ|戻し(?:た|て)んだ", _HEARSAY, _PERSON,
        action=Decision.ASK, unless=_EDUCATION),
    cue("adverse_event", _EN_HARM, _EN_PERSON, action=Decision.ASK, unless=_EN_TOPIC),
    cue("quality_complaint", r"錠剤|製剤|シリンジ|デバイス|吸入器|容器|PTP|キャップ|注射器|ペン型|バイアル|アンプル|包装|シール",
        r"割れて|割れた|欠けて|異物|漏れ|変色|破損|壊れ|動かな|作動しな|詰まっ|針が(?:出|曲)|混入|粉々",
        unless=r"他社|競合|ライバル|[A-Z]社"),
)


def safety_events(reading: Reading) -> list[Finding]:
    """Findings of `adverse_event` and `quality_complaint`, in places of the folded text."""
    text = _TOPIC.sub(lambda m: "＿" * len(m.group()), reading.text)
    found: list[Finding] = []
    for sentence in reading.sentences():
        found.extend(fire(_CUES, reading, sentence, text))
    return found
