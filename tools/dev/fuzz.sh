#!/usr/bin/env bash
# fuzz [TARGET] [SECONDS]: fuzzes one target, or each in turn (60 s); new inputs go to build/fuzz/corpus
set -euo pipefail
cd "$(dirname "$0")/../.."
source tools/dev/common.sh

target="${1:-}"
seconds="${2:-60}"
[[ "$seconds" =~ ^[0-9]+$ ]] || die "fuzz: SECONDS is a number"

names=()
for file in tests/fuzz/*_fuzz.cpp; do names+=("$(basename "$file" _fuzz.cpp)"); done
[[ -z "$target" || " ${names[*]} " == *" $target "* ]] || die "fuzz: there is no target '$target'; there are: ${names[*]}"

need build fuzz
mkdir -p build
configure fuzz
ninja -C build/fuzz fuzz_targets

status=0
for name in ${target:-"${names[@]}"}; do
  found="build/fuzz/corpus/$name"
  mkdir -p "$found" "build/fuzz/crashes"
  say "fuzz $name for $seconds s"
  log="build/fuzz/$name.log"
  if fixed_layout "build/fuzz/tests/fuzz/${name}_fuzz" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=1024 \
    -print_final_stats=1 -artifact_prefix="build/fuzz/crashes/$name-" "$found" "tests/fuzz/corpus/$name" >"$log" 2>&1; then
    grep -E 'number_of_executed_units|peak_rss' "$log"
  else
    tail -40 "$log"
    status=1
  fi
done
exit "$status"
