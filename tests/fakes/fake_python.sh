#!/bin/sh
# A Python for tests/test_setup.py: notes what it is asked and fails as $FAKE says.
set -u
site=.venv/lib/python3.11/site-packages
case "$FAKE $*" in
old*version_info*) exit 1 ;;
no-venv*ensurepip*) exit 1 ;;
*"-m venv"*)
    mkdir -p .venv/bin "$site"
    ln -sf "$SELF" .venv/bin/python ;;
*purelib*) echo "$site" ;;
old*-V) echo "Python 3.9.18" ;;
*-V) echo "Python 3.11.7" ;;
*"pip install"*)
    echo "$*" >>calls
    echo "Collecting something"
    case "$FAKE $*" in
    no-cpu-index*--index-url*) echo "ERROR: No matching distribution found for torch"; exit 1 ;;
    offline*) echo "ERROR: Max retries exceeded with url: /simple"; exit 1 ;;
    changed-file*--require-hashes*) echo "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES"; exit 1 ;;
    full*) echo "OSError: [Errno 28] No space left on device"; exit 1 ;;
    strange*) echo "ERROR: never seen before"; exit 1 ;;
    slow*--require-hashes*)
        mkdir -p "$site/half-1.0.dist-info" "$site/whole-1.0.dist-info"
        : >"$site/whole-1.0.dist-info/INSTALLER"
        echo started >fifo
        exec sleep 60 ;;
    esac ;;
*"pip check"*) [ "$FAKE" != cuda ] ;;
esac
