#!/bin/sh
# Makes the virtual environment and installs what a lock file names, every file checked by
# its hash. Says in plain words what is missing where it may not install it itself.
set -eu
venv=$1
lock=$2

say() { printf '%s\n' "$*" >&2; }

# Debian packages are installed only where this may be done without asking for a password.
install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    if [ "$(id -u)" = 0 ]; then sudo=""; elif sudo -n true 2>/dev/null; then sudo="sudo -n"; else return 1; fi
    say "正在安装系统软件包 Installing: $*"
    $sudo apt-get update -qq >/dev/null 2>&1 || true
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq "$@" >/dev/null 2>&1
}

python=""
for name in python3.11 python3.12 python3.13 python3; do
    if command -v "$name" >/dev/null 2>&1 &&
        "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$name
        break
    fi
done
if [ -z "$python" ]; then
    install python3 python3-venv && python=python3 || {
        say "需要 Python 3.11 或更新版本。Debian 12: apt install python3 python3-venv"
        say "Python 3.11 or newer is needed. Debian 12: apt install python3 python3-venv"
        exit 1
    }
fi

if [ ! -x "$venv/bin/python" ]; then
    if ! "$python" -m venv "$venv" >/dev/null 2>&1; then
        rm -rf "$venv"
        install python3-venv || install python3.11-venv || true
        "$python" -m venv "$venv" >/dev/null || {
            say "不能建立虚拟环境。Debian 12: apt install python3-venv"
            say "No virtual environment can be made. Debian 12: apt install python3-venv"
            exit 1
        }
    fi
fi

say "正在安装依赖（$lock，约半分钟，只在第一次）…  Installing what $lock names; half a minute, once."
"$venv/bin/python" -m pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r "$lock"
"$venv/bin/python" -m pip install --quiet --no-compile --disable-pip-version-check --no-deps --no-build-isolation -e .

# Only the tests of the pages want a browser and a font with Chinese signs; without them
# they are skipped and say so.
case $lock in
*dev*)
    if ! command -v chromium >/dev/null 2>&1; then
        install chromium fonts-noto-cjk || {
            say "没有 Chromium，浏览器测试会跳过。Debian 12: apt install chromium fonts-noto-cjk"
            say "No Chromium: the browser tests will be skipped. Debian 12: apt install chromium fonts-noto-cjk"
        }
    fi
    ;;
esac
