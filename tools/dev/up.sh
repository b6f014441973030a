#!/usr/bin/env bash
# up [--scale] [PORT]: starts Gatehouse, nginx in front (port 8088) and a demo application behind; Ctrl-C ends all of it
# --scale: two identity nodes, two gates, PostgreSQL with a replica, PgBouncer and Redis
set -euo pipefail
cd "$(dirname "$0")/../.."
source tools/dev/common.sh
source tools/dev/stack.sh

scale=no
[[ "${1:-}" == --scale ]] && scale=yes && shift
port="${1:-8088}"
[[ "$port" =~ ^[0-9]+$ ]] || die "up: PORT is a number"

trap stop_stack EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
if [[ "$scale" == yes ]]; then
  need build run scale
  build_release
  values=$(mktemp -u)
  start_scale "$values" "$port" /dev/stdout
  rm -f "$values"
  wait "${stack_pids[0]}"
  exit
fi
need build run
build_release
start_stack "$PWD/build/up" "$port"

# shellcheck disable=SC2154 # start_stack sets them
cat <<TEXT

  through nginx   http://127.0.0.1:$port/           (the demo application, behind the gate)
  sign in         http://127.0.0.1:$port/sign-in    (register first)
  Gatehouse       http://127.0.0.1:$gatehouse_port
  operations      http://127.0.0.1:$admin_port/metrics
  data and logs   build/up/

  curl -i http://127.0.0.1:$port/
  curl -s http://127.0.0.1:$port/v1/register -H 'Content-Type: application/json' \\
    -d '{"username":"alice","email":"alice@example.org","password":"correct horse battery staple"}'
  token=\$(curl -s http://127.0.0.1:$port/v1/login -H 'Content-Type: application/json' \\
    -d '{"username":"alice","password":"correct horse battery staple"}' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  curl -i http://127.0.0.1:$port/ -H "Authorization: Bearer \$token"

  Ctrl-C ends all of it.
TEXT
wait -n "${stack_pids[@]}" || true
die "one of the three has ended; see build/up/"
