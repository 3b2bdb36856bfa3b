#!/bin/sh
# Makes sure that what the tests need is here: PostgreSQL (a private cluster is started by the tests themselves), and
# Python with openpyxl, LibreOffice and Node with SheetJS, which write the workbooks of other writers that the reader is
# tested with.
# As root on Debian what is missing is installed; otherwise it is named and the tests do not run.
set -eu

missing=""
need() { # need PACKAGE TEST-COMMAND
    if ! sh -c "$2" >/dev/null 2>&1; then missing="$missing $1"; fi
}
need postgresql 'command -v postgres || ls /usr/lib/postgresql/*/bin/initdb'
need libreoffice-calc 'command -v soffice || command -v libreoffice'
need python3 'command -v python3'
need nodejs 'command -v node'
need npm 'command -v npm'
need python3-venv 'python3 -c "import venv, ensurepip"'

if [ -n "$missing" ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "installing:$missing"
        apt-get update -q >/dev/null
        # A cluster of its own is not wanted: the tests make a private one.
        DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >/dev/null
    else
        echo "The tests need these Debian packages, which are not installed:$missing" >&2
        echo "Install them (apt-get install$missing) and run 'make test' again." >&2
        exit 1
    fi
fi

# The workbooks of other writers are rendered by a pinned openpyxl in a venv of its own.
venv="${RONGHE_TEST_VENV:-target/test-venv}"
if [ ! -x "$venv/bin/python" ]; then
    mkdir -p "$(dirname "$venv")"
    python3 -m venv "$venv"
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r tests/workbooks/requirements.txt

# Those of SheetJS are rendered by a pinned release beside it.
if ! cmp -s tests/workbooks/package.json "$venv/node/package.json"; then
    mkdir -p "$venv/node"
    cp tests/workbooks/package.json "$venv/node/package.json"
    npm install --prefix "$venv/node" --silent --no-audit --no-fund --no-package-lock || {
        rm -f "$venv/node/package.json"
        exit 1
    }
fi
echo "test tools are ready"
