#!/usr/bin/env bash
# lint [--changed|--quick]: layers, hygiene, ASVS, format, shellcheck, the history checker and clang-tidy (all, changed, none)
set -euo pipefail
cd "$(dirname "$0")/../.."
source tools/dev/common.sh

scope="${1:-all}"
sources() { find src tests bench -name node_modules -prune -o \( -name '*.cpp' -o -name '*.hpp' \) -print | sort; }
scripts() { printf '%s\n' dev .ci/run && grep -rlE --exclude-dir=node_modules '^#!.*(ba)?sh$' tools bench deploy; }
changed() { git diff --name-only --diff-filter=AMR "$(git merge-base HEAD origin/main 2>/dev/null || echo HEAD~1)"; }

# Only files the build knows have flags to be read with.
check_tidy() {
  mkdir -p build
  cmake --preset dev -B build/lint -DGATEHOUSE_BENCH=ON >/dev/null || return 1
  local files
  if [[ "$scope" == --changed ]]; then files=$(changed); else files=$(sources); fi
  printf '%s\n' "$files" | grep -E '^src/.*\.cpp$' | grep -vE '_test\.cpp$' |
    xargs -r -P "$(nproc)" -n 1 clang-tidy-16 --quiet -p build/lint 2>/dev/null
}

run_check() {
  case "$1" in
    layers) tools/check_layers --self-test && tools/check_layers ;;
    hygiene) tools/check_hygiene ;;
    asvs) tools/check_asvs --self-test && tools/check_asvs ;;
    format) sources | xargs clang-format-16 --dry-run -Werror ;;
    shell) scripts | xargs shellcheck -x ;;
    histories) python3 -m unittest discover -s tests/chaos -p '*_test.py' ;;
    tidy) check_tidy ;;
  esac
}

checks=(layers hygiene asvs format shell histories)
need lint
if [[ "$scope" != --quick ]]; then
  need build test tidy
  checks+=(tidy)
fi

failed=0
for check in "${checks[@]}"; do
  if run_check "$check"; then
    echo "ok $check"
  else
    echo "FAILED $check"
    failed=1
  fi
done
exit "$failed"
