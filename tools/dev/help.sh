#!/usr/bin/env bash
# help: this list
set -euo pipefail
cd "$(dirname "$0")/../.."

echo "usage: ./dev COMMAND"
for name in up smoke build test lint bench fuzz chaos help; do
  sed -n '2s/^# \([^:]*\): /\1\t/p' "tools/dev/$name.sh"
done | awk -F'\t' '{ printf "  %-24s %s\n", $1, $2 }'
