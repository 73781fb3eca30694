"""Cues of conduct and wording: off-label, favours, gifts, rivals, boasts, material, prices, MSL."""

from __future__ import annotations

import re

from cases.guard.cues import cue, fire
from cases.guard.findings import Finding, finding
from cases.guard.morphemes import Reading

_DRUG = r"(?:[ァ-ヴー]{4,}|製品|薬|剤|投与|用量|処方|点して|点眼|塗|飲|打って|接種|注射|効き|効果|症|病|炎|がん|方に|例)"
_UNAPPROVED = (
    r"適応外|未承認(?!薬の講演)|承認外|保険適用外|適応(?:症)?[はが]?(?:ない|無い|なく|ありませ|まだ|取れて|通って)"
    r"|適応が(?:取れる|つく|追加される)|承認され(?:る予定|そう|ていない|てない|る前)|承認前|(?:まだ|正式には)[^。]{0,6}(?:認め|承認)られ?"
    r"|まだ認められ|認められていな|添付文書(?:に(?:は)?な|に(?:は)?載って|には書|外|では[^。]{0,16}(?:が|けど|けれど)"
    r"|は[^。]{0,16}(?:ですが|だが|けど|けれど)|を超え|より(?:多|少|長|短)|(?:は|の)?(?:無視|気にせ))"
    r"|(?:承認|適応|認可)(?:された|されている)?(?:は|の範囲は|年齢は|用量は)[^。]{0,14}(?:だけ|のみ|まで|限)[^。]{0,4}(?:が|けど|けれど|でも)"
)
_STRETCHED = (
    r"でなくても|じゃなくても|ではない方|でない方|以外(?:の[^。]{0,8})?に(?:も|使)|だけでなく[^。]{0,14}にも|の代わりと?して|代わりに使"
    r"|対象(?:年齢|外|でない)|(?:小児|お子さん|子ども|妊娠|妊婦|授乳|高齢者)[^。]{0,12}(?:にも|でも)|海外では|米国では|欧州では|アメリカでは"
    r"|倍量|半量|倍の量|半分の量|減らして(?:使|も)|増やすよう|増やして(?:も|いただ|使)|(?:長め|多め|少なめ)に(?:使|出|投与|飲)|1日\d回に"
    r"|1回で(?:済|大丈夫|十分)|予防(?:に|目的)[^。]{0,10}(?:使|飲|も)|美容|ダイエット|初発|(?:にも|でも)効(?:く|き|果)|査定され(?:な|ませ)"
    r"|という使い方|裏技"
)
_PUSHED = (
    r"勧め|すすめ|推奨|お伝え|伝え(?:た|て)|説明|紹介|ご?案内|お話し|話(?:す|し)(?:た|て|と)|使って(?:いただ|もら|くださ|みて|ください|も)|使え(?:ます|る)|試し"
    r"|広が|お願い|大丈夫|問題な|構いませ|構わな|効きます|いただけます|提案|渡し|アピール|お答え|補足|回って|食いつき|一言添え|売り"
)
_HANDLED = (
    r"引き?継|(?:MA|MSL|DI|学術|メディカル|本社|くすり相談)[^。]{0,6}(?:に|へ)(?:つな|確認|引|回|お願|渡|取次|取り次|連絡|相談)|答えず|お答えせ|お答えでき|お答えしな|回答(?:せ|を控|でき)|控え"
    r"|断り|断っ|お断り|ロールプレイ|線引き|できません|できないと|範囲内|してはいけ|しないこと|やめま|NG|研修"
)
_RIVAL = (
    r"他社|競合|競争相手|ライバル|あちら|あそこ|向こうの|よその|先発品|後発|ジェネリック|別の会社|別の薬|同効薬|相手の|あの会社"
    r"|(?<![A-Za-z])[A-Z]社|あんな|そんな薬|こんな薬|古い薬|[ァ-ヴー]{4,}(?:なんて|の会社|など|は|って|を使)"
)
_SLUR = (
    r"ダメ|駄目|だめ|時代遅れ|古い|粗悪|異物|雑[でなに]|嘘|うそ|隠し|隠して|潰れ|つぶれ|ひどい|酷い|誤情報|危な|危険|効かな|価値がな|信用(?:し|でき|な)"
    r"|恥ずかし|提灯|壊す|壊れ|不良品|回収|最悪|劣|レベルが低|役に立た|使えな|使い物|しみる|副作用(?:が|は|も)?(?:多|ひど|強|だらけ)|勝負にならな"
    r"|終わって|終わった薬|毒|やめたほうが|やめた方が|無能|怠慢|詐欺|ごまかし|捏造|でたらめ|デタラメ|いい加減|だらけ|悪口|評判が悪|噂|言いふら|評価を下げ|見劣り|いまだに"
)
_FAIR = r"お答えでき|反省|見習|勉強にな|悔し|褒め|優れ|素晴らし|うらやま|負けて|資料のほうが|参考にし|重なっ|比較はし|DIへ|控え"
_BENEFIT = (
    r"商品券|ギフト|金券|クオカード|図書カード|電子マネー|現金|謝礼|謝金|お礼に|講演料|監修料|原稿料|コンサル料|寄付|寄附|協賛金|旅行|温泉|宿泊|ゴルフ|プレー代"
    r"|接待|会食|寿司|料亭|焼肉|ディナー|フレンチ|飲み代|食事代|二次会|クラブ代|キャバ|タクシー(?:券|チケット|代)|(?:観戦|コンサート|ライブ|観劇)|チケット"
    r"|腕時計|万年筆|銘酒|日本酒|ワイン|ビール券|ケーキ|羊羹|和菓子|お菓子|菓子折|手土産|お土産|差し入れ|贈っ|贈り|プレゼント|ハンドクリーム|化粧品|ブランド"
    r"|タブレットを|iPad|パソコンを|コーヒー(?:メーカー|マシン)|家電|お中元|お歳暮|入学祝|開業祝|万円|千円|費用を?[^。]{0,6}(?:肩代わり|負担|持)|肩代わり|全部うちで持"
    r"|奢|おごっ|ご馳走|ごちそう|ご招待|招待し|お連れ|論文[^。]{0,8}手伝|引っ越し[^。]{0,8}手伝|送迎|便宜|見返り"
)
_FAVOUR = (
    r"処方|採用|切り?替え|替えて(?:いただ|くれ|もら)|変更して|新規|\d+例|[一二三四五六七八九十]例|推し|優先|上積み|増え|増やし|倍に|約束|確約|通りました|通った|通して|通過"
    r"|代わりに|見返り|引き換え|登録し|を条件|よろしくお願い|使っていただ|使ってくれ|うちの(?:薬|製品)|効果が出|手応え|面会|味方|会って(?:くれ|いただ)|次の施設"
)
_REFUSED = (
    r"断り|断っ|辞退|やめて|やめま|廃止|上限|規程|規定|ルール|契約に基づ|してはいけ|しません|しないこと|不要|賞品|所内|営業所内|社内|チーム内|禁止|コンプラ|研修|いただいた|いただきもの|公正競争"
)
_SHEET = r"資料|比較表|表を|スライド|チラシ|シート|グラフ|パンフ|ポスター|まとめ|プリント|手紙"
_GIVEN = r"渡|見せ|送っ|送り|配っ|配り|持参|置い|お届け|使っ|持って|ウケ|回って|貼|出し"
_EN_RIVAL = r"\b(?:rivals?|competitors?|the other (?:company|drug|brand)|their (?:drug|company|product)|[A-Z][a-z]+(?:a|en|il|on|st|ra|ol|um) is)\b"
_EN_SLUR = r"\b(?:useless|poison|dangerous|hides?|hiding|garbage|rubbish|outdated|stuck in the past|liars?|lies?|lying|terrible|worthless|unsafe|toxic|cheap copy|inferior|scam|awful)\b"
_EN_BENEFIT = r"\b(?:gift|voucher|tickets?|dinner|golf|cash|coffee machine|wine|paid for|bought|treat(?:ed)? (?:him|her|them)|honorari\w+|speaker fee|donation|hotel|trip|tablet computer|ipad|hamper)\b"
_EN_FAVOUR = r"\b(?:first choice|prescri\w+|new patients|if (?:he|she|they) (?:start|switch|put|use)\w*|in (?:return|exchange)|formulary|on the understanding|as a thank|switch\w*|starts? \w+ (?:new )?patients|promised)\b"
_EN_UNAPPROVED = r"\b(?:off[- ]label|isn't approved|is not approved|not approved|unapproved|not licen[sc]ed|doubl\w+ the (?:labell?ed )?dose|labell?ed dose|even though it|also works for|higher dose than|outside the label|beyond the label|younger than the label)\b"
_EN_PUSHED = r"\b(?:suggest\w*|recommend\w*|tell|told|tip|works|promot\w+|mention\w*|showed|explain\w*|pitch\w*|encourag\w*|doctors love|try)\b"
_EN_HANDLED = r"\b(?:passed|referred|handed|forwarded|MSL|medical affairs|declin\w+|refus\w+|did not answer|didn't answer|boundar\w+)\b"

_CUES = (
    cue("quid_pro_quo", rf"{_BENEFIT}", _FAVOUR, unless=_REFUSED),
    cue("quid_pro_quo", r"(?:演者|講演|座長|監修|寄付|寄附|協賛|説明会|アンケート|研究費)[^。]{0,24}(?:代わり|見返り|引き換え|条件|その分)",
        r"例|処方|採用|切替|増", unless=_REFUSED),
    cue("quid_pro_quo", r"(?:あと|まずは|もう|残り)[^。]{0,4}[\d一二三四五]+例", r"お願い|頼", unless=_REFUSED),
    cue("quid_pro_quo", r"処方(?:して(?:くれ|くださ|いただけ)|を?増やして(?:くれ|いただけ|くださ)|が増え)[^。]{0,6}(?:たら|れば|なら)",
        r"持ち|お連れ|ます|差し上げ|出します|プレゼント", unless=_REFUSED),
    cue("quid_pro_quo", _EN_BENEFIT, _EN_FAVOUR),
    cue("gift", r"商品券|金券|ギフトカード|電子マネー|タクシー(?:券|チケット|代)|手土産|お中元|お歳暮|菓子折|銘酒|ゴルフ|二次会|キャバ|接待|旅行[^。]{0,8}招待|温泉[^。]{0,10}招待",
        r"渡|贈|配|届け|差し上げ|差し入れ|持って|誘|招待|連れ|距離|縮|喜ば|出し|用意|行っ|手配|払",
        unless=_REFUSED),
    cue("gift", r"論文|学会発表|スライド作成|原稿|引っ越し|送迎", r"手伝(?:い|っ|う)|代わりに(?:作|書)|代筆|下書き", r"先生|教授|医局|ドクター",
        unless=_REFUSED + r"|先輩|後輩|してもらった|していただ"),
    cue("meal", r"お弁当|弁当|茶菓|ランチ付き", r"説明会|勉強会|持参|用意|付き|出"),
    cue("off_label", _UNAPPROVED, _PUSHED, unless=_HANDLED),
    cue("off_label", _STRETCHED, _PUSHED, _DRUG, unless=_HANDLED + r"|番組|Web|メール|動画|配信|面談の代わり|訪問の代わり|電話の代わり|紙の代わり"),
    cue("off_label", _EN_UNAPPROVED, _EN_PUSHED, unless=_EN_HANDLED),
    cue("disparagement", _RIVAL, _SLUR, unless=_FAIR),
    cue("disparagement", r"全く同じだから|まったく同じだから", r"切り?替え|安全"),
    cue("disparagement", _EN_RIVAL, _EN_SLUR),
    cue("exaggeration", r"(?:絶対に?|必ず|100%|完全に|確実に|間違いなく|誰にでも)[^。、]{0,10}(?:治|効き|効く|安全|良くな)",
        r"薬|剤|[ァ-ヴー]{4,}|処方|副作用|製品|患者"),
    cue("exaggeration", r"副作用(?:は|が|も)(?:ない|ありませ|ゼロ|出な|一切)", r"薬|剤|[ァ-ヴー]{4,}|製品|うち"),
    cue("exaggeration", r"(?:薬|剤|製品|[ァ-ヴー]{4,})(?:が|は)[^。、]{0,6}(?:最強|世界一|日本一|一番効く|ナンバーワン|No\.?1)"),
    cue("unapproved_material", r"自作|自分で作っ|手作りの|切り貼り|切り抜|勝手に作|非公式|審査前|審査を通して(?:い)?な|未審査", _SHEET, _GIVEN,
        unless=r"資材コード|審査済|所内|社内|自分用|チーム内"),
    cue("unapproved_material", r"個人(?:の)?(?:LINE|ライン|アドレス|メール|携帯|スマホ)|私用の?(?:LINE|メール|携帯)|プライベートの?(?:LINE|メール|携帯)",
        r"送っ|送り|やりと|連絡|交換|届け|既読|まで|使", unless=r"しない|禁止|NG|やめ|いけません"),
    cue("confidential", r"仕切り?価|リベート|アローアンス|納入価|値引き率|薬価差|上市(?:予定|時期)|発売予定日|ここだけの話|社外秘|未公表|開発コード"),
    cue("msl_line", r"MSL|メディカル(?:部門|アフェアーズ)?|MA(?:さん|の)", r"売り込|後押し|プッシュ|処方(?:を|の)お?(?:願|促)|採用を(?:頼|お願|促)|クロージング|切り?替えを(?:勧|頼|促)"),
    cue("chart_access", r"(?:カルテ|診療録|薬歴|レセプト|処方箋|患者(?:リスト|一覧|データ))[^。]{0,16}(?:見せて(?:いただ|もら|くれ)|拝見|閲覧|のぞ|覗|写真|写させ|抽出|リストアップ|ピックアップ|コピー|洗い出)",
        unless=r"しない|できません|禁止|いけません|お断り|統計|公開"),
    cue("hcp_sensitive", r"先生|教授|院長|師長|ドクター|薬剤師|看護師", r"離婚|不倫|愛人|借金|酒癖|酒浸り|ハゲ|性格が悪|バカ|馬鹿|使えない医|ヤブ|やぶ医者|うつ病で休|がんが見つか|闘病|浮気|認知症が始"),
    cue("rx_outcome", r"処方(?:数|量|例数)?(?:が|は)?[^。]{0,6}(?:増え|倍|伸び|獲得)|売上|売り上げ|シェアが|新規処方|納入(?:軒|数)"),
    cue("peer_shaming", r"あいつ|同僚の|後輩の|先輩の|所長の|新人の|あのMR", r"使えな|サボ|無能|やる気がな|ひどい|役立たず|迷惑"),
)
_STRONG = re.compile(_UNAPPROVED)
_HANDLING = re.compile(_HANDLED)
_GAVE = re.compile(r"紹介し(?:た|て|ま)|説明し(?:た|て|ま)|渡し(?:た|て|ま)")


def conduct(reading: Reading) -> list[Finding]:
    """Findings of the conduct and wording rules, in places of the folded text."""
    found: list[Finding] = []
    for sentence in reading.sentences():
        fired = fire(_CUES, reading, sentence, reading.text)
        rules = {f.rule for f in fired}
        if "quid_pro_quo" in rules:
            fired = [f for f in fired if f.rule not in ("gift", "rx_outcome")]
        found.extend(fired)
        if "off_label" not in rules and (handled := _handled(reading.text, sentence)):
            found.append(handled)
    return found


def _handled(text: str, sentence: tuple[int, int]) -> Finding | None:
    """An off-label question that was passed on, not answered: shared, and looked at afterwards."""
    asked = _STRONG.search(text, *sentence)
    if asked is None or not _HANDLING.search(text, *sentence) or _GAVE.search(text, *sentence):
        return None
    return finding("off_label_handled", asked.start(), asked.end())
