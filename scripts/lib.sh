# Shared by the scripts: where things are, and how what is missing gets here. Sourced, not run.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
prefix="$root/.build/install"

# need PACKAGE…: installs Debian packages that are not there yet.
need() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    echo "installing ${missing[*]}" >&2
    local sudo=""
    [ "$(id -u)" -eq 0 ] || sudo=sudo
    # The packages' own chatter goes to a file, shown only when something fails.
    local log
    log=$(mktemp)
    if ! { $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq "${missing[@]}"; } >"$log" 2>&1; then
        cat "$log" >&2
        exit 1
    fi
    rm -f "$log"
}

need_swift() {
    command -v swift >/dev/null || {
        echo "Tessera needs Swift 6.3 or newer: https://www.swift.org/install/linux" >&2
        exit 1
    }
}

need_build() {
    need_swift
    # tzdata: the time zones of waits.
    need libsqlite3-dev libcurl4-openssl-dev libssl-dev tzdata
}

# What the proofs need: for deliveries a server that speaks HTTP/2, certificates, and from PyPI the verifier of signatures that the
# specification's authors publish; for the HTTP server llhttp, and programs that are slow and busy. What
# is from PyPI goes into a folder of the build.
need_proofs() {
    need nginx-light openssl python3 gcc slowhttptest wrk
    need_python standardwebhooks 1.1.0
    need_python httptools 0.9.0
    need_schemathesis
}

# need_python PACKAGE VERSION
need_python() {
    [ -d ".build/python/$1" ] && return
    python3 -m pip --version >/dev/null 2>&1 || need python3-pip
    echo "installing $1 from PyPI" >&2
    python3 -m pip install --quiet --target .build/python "$1==$2" >&2
}

# What attacks the API by its own description: in a folder of its own, since it brings many packages.
need_schemathesis() {
    [ -d .build/schemathesis/schemathesis ] && return
    python3 -m pip --version >/dev/null 2>&1 || need python3-pip
    echo "installing schemathesis from PyPI" >&2
    python3 -m pip install --quiet --target .build/schemathesis schemathesis==4.32.5 openapi-spec-validator==0.9.0 >&2
}
