"""What `--help` says, Japanese first and English behind it."""

HELP = {
    "hitotsubu": "ヒトツブ: 一粒の成功を、となりの営業所へ。 / Peer case sharing among MRs.",
    "run": "画面とサンプルを動かします / everything in one process",
    "serve": "受付と予定だけを動かします / doors and planner only",
    "worker": "送信と索引づくりを動かします / deliveries and indexing only",
    "watchdog": "予定が閉じないことを知らせます / alarms for turns that never closed",
    "indexer": "索引づくり(自動で起動) / the indexing child",
    "migrate": "データベースを最新にします / brings the database up to date",
    "seed": "空のデータベースにサンプルを入れます / loads the sample company",
}
