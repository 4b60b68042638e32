#!/bin/sh
# sh tools/wheelhouse.sh DIR [LOCK]: everything an installation without a network takes.
#
# DIR gets the wheels that LOCK (requirements.lock) names, each checked by its hash, this
# program's own wheel, deploy/, install.sh and SHA256SUMS. Run it on the same kind of machine and
# the same Python as the one it is for; PYTHON says which (.venv/bin/python). There: sh install.sh.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
dir=${1:?"sh tools/wheelhouse.sh DIR [LOCK]"}
lock=${2:-$root/requirements.lock}
python=${PYTHON:-$root/.venv/bin/python}

if [ -e "$dir" ] && [ -n "$(ls -A "$dir")" ]; then
    echo "$dir 不是空文件夹。Not an empty folder." >&2
    exit 1
fi
mkdir -p "$dir/wheels"
dir=$(CDPATH= cd -- "$dir" && pwd)
pip() { "$python" -m pip --quiet --disable-pip-version-check "$@"; }

cp "$lock" "$dir/requirements.lock"
if [ -s "$lock" ]; then
    pip download --require-hashes --only-binary :all: --dest "$dir/wheels" -r "$lock"
fi
pip wheel --no-deps --no-index --no-build-isolation --wheel-dir "$dir/wheels" "$root"
cp -R "$root/deploy" "$dir/deploy"
"$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' >"$dir/PYTHON"
cp "$root/tools/install.sh" "$dir/install.sh"
cd "$dir"
find . -type f ! -name SHA256SUMS ! -name .sums | LC_ALL=C sort | while read -r file; do sha256sum "$file"; done >.sums
mv .sums SHA256SUMS
echo "$dir: $(ls wheels | wc -l) wheels. sh install.sh /opt/jieban"
