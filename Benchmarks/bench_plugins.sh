#!/usr/bin/env bash
# Builds the tile of the bench twice, once for each kind of isolation, and measures. Started by scripts/bench.
set -euo pipefail
bin=$1
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
for isolation in inproc process; do
    mkdir -m 755 "$directory/$isolation"
    cc -std=c11 -O2 -Wall -Wextra -Werror -shared -fPIC -fvisibility=hidden -ISources/CTessera/include \
        "-DID=\"com.example.$isolation\"" -o "$directory/$isolation/plugin.so" Benchmarks/plugin_tile.c
done
"$bin/PluginBench" "$directory" "$bin/tessera-plugin-host"
