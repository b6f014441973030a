#!/usr/bin/env bash
# chaos [MINUTES] [SEED] [SET]: kills and freezes each process under load, then looks for what was lost, doubled, resurrected
set -euo pipefail
cd "$(dirname "$0")/../.."
source tools/dev/common.sh

minutes="${1:-2}"
[[ "$minutes" =~ ^[0-9]+(\.[0-9]+)?$ ]] || die "chaos: MINUTES is a number"
[[ "${2:-0}" =~ ^[0-9]+$ ]] || die "chaos: SEED is a number"

need build run scale lint
build_release
npm_install tests/e2e
npm --prefix tests/e2e run --silent build
exec tests/chaos/run --minutes "$minutes" ${2:+--seed "$2"} --installation "${3:-scale}"
