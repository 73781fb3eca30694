"""The people of the tests, by their ids in the sample company, and what some of them write."""

from __future__ import annotations

SATO = "sato"  # 佐藤 美咲, MR, 仙台: the author
ABE = "abe"  # 阿部 翔, MR, 仙台: the author's office
KATO = "kato"  # 加藤 直子, 推進メンバー, 神戸
ITO = "ito"  # 伊藤 花, MR, 名古屋
KOGA = "koga"  # 古賀 千佳, 推進メンバー, 福岡
MORI = "mori"  # 森 和彦, グループマネジャー, 関東第二
NAKAMURA = "nakamura"  # 中村 祥子, 事務局
OGAWA = "ogawa"  # 小川, コンプライアンス確認 and 安全性
KATAYAMA = "katayama"  # 片山 学, 事務局

TICKS = ("no_events", "not_identifiable", "reviewed_material")
NAME = "山田先生"
WIN = (
    f"訪問規制で会えない{NAME}への電話を、秘書さんに聞いた16時に変えてみました。"
    "「この時間なら話せる」と言っていただき、初めて5分お話しできました。"
)
QUESTION = "訪問規制の先生に、電話の時間を秘書さんに聞いて変えたら先生と話せた例、ある?"
EVENT = "先生から、薬を飲んだ患者さんに発疹が出て入院されたと伺いました。"
