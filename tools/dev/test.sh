#!/usr/bin/env bash
# test: everything that is proven by a machine; the last line is "N passed, N failed"
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
source tools/dev/common.sh

# Threads meet in these, so ThreadSanitizer reads them. One that does not exist counts as failed.
readonly tsan_tests=(platform_runtime_test platform_http_test platform_db_test platform_limits_test
  platform_cache_test platform_limits_shared_test platform_telemetry_test gate_test feed_test
  database_conformance_test)
readonly fuzz_seconds="${FUZZ_SECONDS:-10}"

passed=0
failed=0
summary=()

# count NAME PASSED FAILED: a part that ran nothing did not pass.
count() {
  local name="$1" good="$2" bad="$3"
  ((good + bad == 0)) && bad=1
  ((passed += good, failed += bad))
  summary+=("$(printf '%-12s %5d passed %5d failed' "$name" "$good" "$bad")")
}

# run_ctest PART FOLDER [ctest options]: counts the cases of every program; one that died without a report is a failure.
run_ctest() {
  local part="$1" folder="$2" report="$PWD/$2/gtest" programs good=0 bad=0
  shift 2
  rm -rf "$report" && mkdir -p "$report"
  export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1
  export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:suppressions=$PWD/tests/support/tsan.supp
  GTEST_OUTPUT="xml:$report/" fixed_layout ctest --test-dir "$folder" -j2 --timeout 600 --output-on-failure "$@"
  programs=$(ctest --test-dir "$folder" -N "$@" | sed -n 's/.*Test *#[0-9]*: //p')
  for program in $programs; do
    local cases
    cases=$(tools/gtest_cases "$report/$program.xml")
    ((good += ${cases% *}, bad += ${cases#* }))
  done
  count "$part" "$good" "$bad"
}

part_lint() {
  say "checks"
  local out
  out=$(bash tools/dev/lint.sh --quick 2>&1; tools/check_operations 2>&1)
  printf '%s\n' "$out" | tail -60
  count checks "$(grep -c '^ok ' <<<"$out")" "$(grep -c '^FAILED ' <<<"$out")"
}

# The test programs a configured folder can build.
test_programs() { ninja -C "$1" -t targets all | sed -n 's/^.*: CXX_EXECUTABLE_LINKER__\(.*_test\)_[A-Za-z]*$/\1/p'; }

part_asan() {
  say "unit and conformance tests under AddressSanitizer and UndefinedBehaviorSanitizer"
  local programs
  if ! configure asan; then
    count asan 0 1
    return
  fi
  mapfile -t programs < <(test_programs build/asan)
  ninja -C build/asan -k 0 "${programs[@]}" || count asan-build 0 1
  run_ctest asan build/asan
}

part_tsan() {
  say "what threads share, under ThreadSanitizer"
  local known program programs=()
  if ! configure tsan; then
    count tsan 0 1
    return
  fi
  known=" $(test_programs build/tsan | tr '\n' ' ') "
  for program in "${tsan_tests[@]}"; do
    if [[ "$known" == *" $program "* ]]; then programs+=("$program"); else count "$program" 0 1; fi
  done
  ninja -C build/tsan -k 0 "${programs[@]}" || count tsan-build 0 1
  run_ctest tsan build/tsan -R "^($(IFS='|' && echo "${programs[*]}"))\$"
}

part_web() {
  say "what the pages decide by themselves"
  local report=build/web.tap
  if ! npm_install web || ! npm --prefix web run --silent types >/dev/null; then
    count web 0 1
    return
  fi
  npm --prefix web test --silent >"$report"
  grep -E '^not ok|^# (pass|fail)' "$report"
  count web "$(tap_total pass "$report")" "$(tap_total fail "$report")"
}

part_e2e() {
  say "the program, end to end through nginx"
  if ! { build_release && npm_install tests/e2e && npm --prefix tests/e2e run --silent build; }; then
    count e2e 0 1
    return
  fi
  local report=build/e2e.tap
  (cd tests/e2e && node --test --test-reporter=tap dist/*.test.js) | tee "$report" | grep -E -A 30 '^ *not ok|^# [a-z]'
  local skipped
  skipped=$(tap_total skipped "$report")
  count e2e "$(tap_total pass "$report")" "$(($(tap_total fail "$report") + $(tap_total cancelled "$report") + skipped))"
}
tap_total() {
  local n
  n=$(sed -n "s/^# $1 //p" "$2" | tail -1)
  echo "${n:-0}"
}

# What finds a broken promise in a history is itself lied to, and must notice.
part_chaos() {
  say "the history checker against lies"
  local out
  if ! build_release; then
    count chaos 0 1
    return
  fi
  out=$(tests/chaos/lies 2>&1)
  printf '%s\n' "$out"
  count chaos "$(grep -c '^ok ' <<<"$out")" "$(grep -c '^FAILED ' <<<"$out")"
}

part_fuzz() {
  say "fuzz targets, ${fuzz_seconds} s each"
  local good=0 bad=0 target
  if ! { configure fuzz && ninja -C build/fuzz fuzz_targets; }; then
    count fuzz 0 1
    return
  fi
  for target in tests/fuzz/*_fuzz.cpp; do
    if bash tools/dev/fuzz.sh "$(basename "$target" _fuzz.cpp)" "$fuzz_seconds"; then ((good++)); else ((bad++)); fi
  done
  count fuzz "$good" "$bad"
}

need build run scale test lint fuzz || exit 1
mkdir -p build
for part in ${PARTS:-lint web asan tsan e2e chaos fuzz}; do
  "part_$part"
done

echo
printf '%s\n' "${summary[@]}"
echo "$passed passed, $failed failed"
[[ "$failed" == 0 && "$passed" != 0 ]]
