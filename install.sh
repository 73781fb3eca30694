#!/bin/sh
# Makes .venv from requirements.lock. A second run installs nothing, an interrupted one goes on.
#   sh install.sh           everything, for running and for development (make setup)
#   sh install.sh runtime   only what hitotsubu runs with (Dockerfile)
# Every failure is one sentence with a code, in Japanese and English, and a non-zero exit.

set -u
cd "$(dirname "$0")" || exit 1
PYTORCH_CPU=https://download.pytorch.org/whl/cpu
done_lock=.venv/installed.lock   # a copy of what was installed; written last, so it is the proof
log=.venv/install.log

fail() { # code, Japanese, English, exit status
    printf '\n%s %s\n%s %s\n' "$1" "$2" "$1" "$3" >&2
    exit "${4:-1}"
}

wanted_lock() { # the part of the lock that this run installs
    if [ "${1:-}" = runtime ]; then sed '/^# Development only/,$d' requirements.lock
    else cat requirements.lock; fi
}

find_python() { # the first Python that is new enough; else the sentence about the one there is
    for python in "${PYTHON:-python3}" python3.13 python3.12 python3.11 python; do
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && return
    done
    found=$("${PYTHON:-python3}" -V 2>&1) || found='Python: -'
    fail E-51 "Python 3.11 以上が必要です(いまは $found)。" \
        "Python 3.11 or newer is needed (found: $found)."
}

make_venv() {
    (mkdir -p .venv && : >.venv/writable && rm .venv/writable) 2>/dev/null ||
        fail E-54 "このフォルダーに書き込めません: $PWD" "This folder cannot be written to: $PWD"
    "$python" -c 'import venv, ensurepip' 2>/dev/null ||
        fail E-52 "Python の venv がありません。Debian や Ubuntu では apt install python3-venv で入ります。" \
            "Python lacks its venv module; on Debian and Ubuntu: apt install python3-venv"
    .venv/bin/python -m pip --version >/dev/null 2>&1 && return
    say "仮想環境を作っています / making .venv ($("$python" -V 2>&1))"
    words=$("$python" -m venv --clear .venv 2>&1) || explain "$words"
}

drop_half_installed() { # pip writes INSTALLER after a package's files: without it they are not all there
    for info in .venv/lib/python3.*/site-packages/*.dist-info; do
        [ ! -d "$info" ] || [ -f "$info/INSTALLER" ] || rm -rf "$info"
    done
}

say() { printf '%s\n' "$*"; }

pip_install() { # words for the person, then pip's arguments; shows a counter, keeps pip's words in the log
    say "$1"
    shift
    : >"$log"
    { PYTHONUNBUFFERED=1 .venv/bin/python -m pip install --progress-bar off \
        --disable-pip-version-check --no-input "$@" 2>&1; echo "exit $?"; } | count_lines
}

count_lines() { # pip's lines in, a counter out; ends with pip's own status
    n=0
    while IFS= read -r line; do
        printf '%s\n' "$line" >>"$log"
        case $line in
        "Collecting "* | "Processing "* | "Requirement already satisfied"*) n=$((n + 1)) && counter ;;
        "Installing collected"*) say "  展開しています / unpacking" ;;
        "exit "*) return "${line#exit }" ;;
        esac
    done
    return 1
}

counter() { # each package on a terminal, each twentieth in a file
    if [ -t 1 ]; then printf '\r  %d ' "$n"
    elif [ $((n % 20)) = 0 ]; then say "  $n"; fi
}

explain() { # which sentence fits pip's last words
    case ${1:-$(cat "$log")} in
    *"DO NOT MATCH THE HASHES"*)
        fail E-56 "届いたファイルが requirements.lock と違うため、入れませんでした(詳細: $log)。" \
            "A file differs from requirements.lock and was not installed (details: $log)." ;;
    *"No space left"* | *"Permission denied"* | *"Read-only file system"*)
        fail E-54 "このフォルダーに書き込めません: $PWD" "This folder cannot be written to: $PWD" ;;
    *"No matching distribution"* | *"Max retries"* | *"onnection"* | *"timed out"*)
        fail E-53 "パッケージを取得できません。ネットワークを確かめて、もう一度実行してください(続きから始まります)。" \
            "Packages cannot be fetched; check the network and run it again (it goes on from here)." ;;
    esac
    fail E-57 "インストールに失敗しました(詳細: $log)。" "The installation failed (details: $log)."
}

install_torch() { # alone and without hash, from PyTorch's CPU index if it answers, else the configured one
    torch=$(sed -n 's/^# \(torch==[^ ]*\)$/\1/p' requirements.lock)
    pip_install "1/3 $torch (CPU版, 約190MB / CPU build, about 190 MB)" --no-deps --retries 0 \
        --timeout 5 --index-url "$PYTORCH_CPU" "$torch" ||
        pip_install "1/3 $torch: 設定済みの取得先から / from the configured index" --no-deps "$torch" ||
        explain
}

install_lock() {
    wanted_lock "${1:-}" >.venv/wanted.lock
    many=$(grep -c '^[a-z0-9].*==' .venv/wanted.lock)
    pip_install "2/3 requirements.lock: $many 個 (約330MB) / $many packages (about 330 MB)" \
        --require-hashes --no-deps -r .venv/wanted.lock || explain
}

complete_torch() { # the CUDA build of the general index needs more packages; the CPU build none
    say "3/3 確認しています / checking"
    .venv/bin/python -m pip check >>"$log" 2>&1 ||
        pip_install "    torch の追加分(CUDA版, 数GB) / more for torch (CUDA build, some GB)" "$torch" ||
        explain
}

link_project() { # no build: a path file makes the three packages importable from anywhere
    site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))') || explain
    echo ../../../.. >"$site/hitotsubu.pth"
    printf '#!/bin/sh\nexec "$(dirname "$0")/python" -P -m bot "$@"\n' >.venv/bin/hitotsubu
    chmod +x .venv/bin/hitotsubu
    .venv/bin/python -m compileall -qq bot cases scheduler || : # the first start does not wait for it
}

if [ -x .venv/bin/python ] && wanted_lock "${1:-}" | cmp -s - "$done_lock"; then exit 0; fi

trap 'fail E-55 "中断しました。もう一度実行すると続きから始まります。" \
    "Interrupted; run it again and it goes on from here." 130' INT TERM HUP
find_python
make_venv
drop_half_installed
rm -f "$done_lock"
install_torch
install_lock "${1:-}"
complete_torch
link_project
mv .venv/wanted.lock "$done_lock"
say "準備ができました / ready"
