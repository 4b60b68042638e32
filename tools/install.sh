#!/bin/sh
# sh install.sh [DIR]: installs or upgrades the program in DIR (/opt/jieban) without a network.
#
# It stands in the folder that tools/wheelhouse.sh made. It touches no data: stop the services and
# make a backup before an upgrade. PYTHON says which Python to use.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
target=${1:-/opt/jieban}
wanted=$(cat "$here/PYTHON")
python=${PYTHON:-python$wanted}

cd "$here"
sha256sum --check --quiet SHA256SUMS || {
    echo "文件与 SHA256SUMS 不符，没有安装。Files differ from SHA256SUMS; nothing was installed." >&2
    exit 1
}
found=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || true)
if [ "$found" != "$wanted" ]; then
    echo "需要 Python $wanted（$python）。Python $wanted is needed ($python)." >&2
    exit 1
fi
[ -x "$target/bin/python" ] || "$python" -m venv "$target"
pip() { "$target/bin/python" -m pip --quiet --disable-pip-version-check install --no-index "$@"; }
if [ -s requirements.lock ]; then
    pip --require-hashes --find-links wheels -r requirements.lock
fi
pip --no-deps --force-reinstall wheels/jieban-*.whl
"$target/bin/jieban" --version
