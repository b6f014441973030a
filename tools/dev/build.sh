#!/usr/bin/env bash
# build: builds the release program, build/release/gatehouse
set -euo pipefail
cd "$(dirname "$0")/../.."
source tools/dev/common.sh

need build
build_release
say "build/release/gatehouse is ready"
