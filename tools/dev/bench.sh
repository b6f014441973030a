#!/usr/bin/env bash
# bench [NAME [OPTION...]]: runs bench/load/NAME, or each of them; figures go to build/bench/NAME.json, exit 1 where a must fails
set -euo pipefail
cd "$(dirname "$0")/../.."
source tools/dev/common.sh

names=()
for file in bench/load/*; do [[ -f "$file" && -x "$file" ]] && names+=("$(basename "$file")"); done
if [[ $# -gt 0 ]]; then
  [[ -x "bench/load/$1" && -f "bench/load/$1" ]] || die "bench: there is no '$1'; there are: ${names[*]:-none}"
  names=("$1")
  shift
fi
[[ ${#names[@]} -gt 0 ]] || die "bench: bench/load/ holds none"

need build run scale bench
build_release
mkdir -p build/bench
# The tool below HTTP in a folder of its own, as build/bench holds the figures; and what the peers need.
cmake --preset bench -B build/bench-build >build/bench.configure.log 2>&1 || { cat build/bench.configure.log >&2 && exit 1; }
ninja -C build/bench-build bench_tool
npm_install bench/peers/express
npm_install tests/e2e  # what failover starts its servers with, and page its browser
npm --prefix tests/e2e run --silent build

status=0
for name in "${names[@]}"; do
  say "bench $name"
  "bench/load/$name" "$@" || status=1
  [[ -s "build/bench/$name.json" ]] || { echo "bench: $name wrote no build/bench/$name.json" >&2 && status=1; }
done
exit "$status"
