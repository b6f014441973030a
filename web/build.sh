#!/usr/bin/env bash
# build.sh FOLDER: builds the pages and writes FOLDER/assets.cpp and FOLDER/contents.S, which put them into the program.
set -euo pipefail
cd "$(dirname "$0")"
folder="$1"

# Two builds at once would meet in node_modules and in the generated types.
mkdir -p "$folder"
exec 9>.build.lock
flock 9

marker=node_modules/.installed-lock
if ! cmp -s package-lock.json "$marker"; then
  npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json "$marker"
fi
npm run --silent check
node_modules/.bin/vite build --outDir "$folder/dist" --emptyOutDir --logLevel warn
node embed.mjs "$folder/dist" "$folder"
