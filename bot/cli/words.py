"""What `--help` says, Japanese first and English behind it."""

HELP = {
    "hitotsubu": "ヒトツブ: 一粒の成功を、となりの営業所へ。 / Peer case sharing among MRs.",
    "run": "画面とサンプルをこの機械で動かします / everything in one process, with the sample company",
    "serve": "受付と予定だけを動かします / doors and planner only",
    "worker": "送信と索引づくりを動かします / deliveries and indexing only",
    "watchdog": "予定が閉じないことを知らせます / alarms for turns that never closed",
    "indexer": "索引づくりの子プロセス(自動で起動) / the indexing child, started by itself",
    "migrate": "データベースを最新にします / brings the database up to date",
    "seed": "空のデータベースにサンプルを入れます / loads the sample company into an empty database",
    "search": "事例を探します / finds cases, one question or a file of them",
    "guard": "文を公開前の確認にかけます / what the guard says of a text",
    "capture": "投稿の読み取り方を見ます / how a post is read",
    "import": "取り込みます / brings data in",
    "import cases": "事例の一覧を取り込みます / cases from JSON Lines or CSV",
    "export": "書き出します / takes data out",
    "export cases": "全社の事例を書き出します / all company-wide cases",
}
