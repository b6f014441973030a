#!/usr/bin/env bash
# Builds the Go peer into the file given. usage: build.sh OUTPUT
set -euo pipefail
output=$(readlink -f "$1")
cd "$(dirname "$0")"
PATH="$PATH:/usr/local/go/bin:/usr/lib/go/bin"
GOFLAGS=-mod=mod GOPROXY=off GOTOOLCHAIN=local GOSUMDB=off go build -trimpath -o "$output" .
