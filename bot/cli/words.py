"""What `--help` says, Japanese first and English behind it; and the language of the terminal."""

from __future__ import annotations

import os

HELP = {
    "hitotsubu": ("ヒトツブ: 一粒の成功を、となりの営業所へ。 / Peer case sharing among MRs."),
    "run": "すべてをひとつで動かします / everything in one process, with samples",
    "serve": "受付・予定・送信を動かします / doors, planner, sending",
    "worker": "送信と索引づくりを動かします / deliveries and indexing only",
    "watchdog": "予定が閉じないことを知らせます / alarms for turns that never closed",
    "indexer": "索引づくりの子プロセス(自動で起動) / the indexing child, started by itself",
    "migrate": "データベースを最新にします / brings the database up to date",
    "seed": "空のデータベースにサンプルを入れます / samples into an empty database",
    "search": "事例を探します / finds cases, one question or a file of them",
    "reindex": "別のモデルで探せるようにします / re-embeds for the configured model, online",
    "eval": "自社の事例と質問で検索の質を測ります / how well search answers judged questions",
    "guard": "文を公開前の確認にかけます / what the guard says of a text",
    "capture": "投稿の読み取り方を見ます / how a post is read",
    "import": "事例を取り込みます / brings cases in",
    "import cases": "事例の一覧を取り込みます / cases from JSON Lines or CSV",
    "export": "事例を書き出します / takes cases out",
    "export cases": "全社の事例を書き出します / all company-wide cases",
    "safety": "安全性の控えを書き出します / takes the safety queue out",
    "safety export": "月ごとの突き合わせをCSVに書き出します / a month's reconciliation as CSV",
    "digest": "月次まとめを下見します / looks at a digest",
    "digest preview": "月次まとめの下見です / a digest as it would be made now",
    "plan": "だれに何がいつ届くかの下見です / who would get what when",
    "schedule": "配信の予定を見て、変えます / what goes out when, and its changes",
    "deliveries": "届いていないお知らせを見ます / what did not arrive",
    "inbox": "扱えなかった受信を見て、再試行か消去をします / events that could not be handled",
    "audit": "監査の記録を確かめ、書き出します / the audit trail",
    "audit author": "事例を書いた人(見たことは記録) / who wrote a case; it is recorded",
    "rules": "規則ごとの誤検知と、会社のことば / false alarms per rule, and company words",
    "audit export": "日を区切って記録をCSVに書き出します / who did what between two days, as CSV",
    "audit verify": "記録が書き換えられていないか確かめます / whether the trail is whole",
    "case": "ひとつの事例を消します / ends one case",
    "case delete": "事例ひとつをその場で消します(2人で) / ends one case at once, by two people",
    "member": "ひとりのデータを書き出し、消します / takes out or ends one person's data",
    "member export": "ひとりについて持っている全部を書き出します / all that is kept about a person",
    "member delete": "退職した人のデータを消します(2人で) / ends a leaver's data, by two people",
    "hold": "保全(消去を止めます) / legal holds, which stop purging",
    "retention": "何をいつまで持つか / how long everything is kept",
    "keys": "鍵を見る・作る・かけ直す / which keys seal what, a fresh one, sealing anew",
    "backup": "データベースの控えをとります / the whole database in one sealed file",
    "restore": "控えから戻します / a backup into a new, empty database",
    "company": "会社とサインインのリンクを作ります / makes companies and sign-in links",
    "company add": "会社をつくります / a new, empty company",
    "company delete": "会社のデータをすべて消します(2人で) / ends a whole company, by two people",
    "company invite": "ひとりのサインイン用リンクを出します / a link to sign in to the pages",
    "room": "営業所の部屋を登録します / registers rooms",
    "room add": "チャンネルを営業所の部屋にします / a channel becomes an office's room",
    "roster": "名簿を確かめ、取り込みます / checks and imports the roster",
    "roster check": "名簿の下見です / what a roster file would change",
    "roster import": "名簿を取り込みます / the roster from a CSV file",
    "workspace": "Slack か Teams をつなぎます / connects chat workspaces",
    "workspace add": "Slack か Teams をつなぎます / connects Slack or Teams",
    "slack": "Slack の招待リンクを作ります / makes installation links",
    "slack invite": "Slack の管理者に渡すリンクを作ります / an installation link, good once",
    "teams": "Teams のアプリを作ります / makes the Teams app",
    "teams package": "Teams に入れるアプリを作ります / the Teams app package",
    "manifest": "アプリの設定を出します / prints app manifests",
    "manifest slack": "Slack アプリの設定を出します / the Slack app manifest",
    "console": "端末で会話します(サンプルのみ) / the conversation in a terminal, sample only",
    "doctor": "動作確認 / is everything well, and does a clear text lie somewhere",
    "tour": "体験ツアーを端末でたどります / the whole loop as a story",
}


def locale() -> str:
    """`en` where the terminal is English, else `ja`; as POSIX orders it."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    chosen = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return "en" if chosen.startswith("en") else "ja"


def own(text: str) -> str:
    """「日本語 / English」 in the terminal's language; a text of one language as it is."""
    ja, between, en = text.partition(" / ")
    return en if between and locale() == "en" else ja if between else text
