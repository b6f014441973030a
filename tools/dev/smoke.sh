#!/usr/bin/env bash
# smoke [--scale]: brings the same up on free ports, walks the story through nginx with curl, takes it down; exit 0 if it held
set -euo pipefail
cd "$(dirname "$0")/../.."
source tools/dev/common.sh
source tools/dev/stack.sh
source tools/dev/story.sh

scale="${1:-}"
[[ -z "$scale" || "$scale" == --scale ]] || die "smoke: '$scale' is not --scale"
folder=$(mktemp -d)
finish() {
  local status=$?
  if [[ "$status" != 0 ]]; then tail -n 20 "$folder"/*.log >&2; fi
  stop_stack
  rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

if [[ "$scale" == --scale ]]; then
  need build run scale
  build_release
  start_scale "$folder/values" 0 "$folder/up.log"
  # shellcheck disable=SC2034 # story.sh reads it; the promise is 50 ms at p99, and this gives up after 1 s
  patience=20
else
  need build run
  build_release
  port=$(free_port)
  start_stack "$folder" "$port"
  demo_log="$folder/demo.log"
fi
site="http://127.0.0.1:$port"
walk_story
[[ -z "$scale" ]] || walk_many_nodes

say "it holds"
