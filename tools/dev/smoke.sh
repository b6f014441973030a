#!/usr/bin/env bash
# smoke: brings the same up on free ports, walks the story through nginx with curl, takes it down; exit 0 if it held
set -euo pipefail
cd "$(dirname "$0")/../.."
source tools/dev/common.sh
source tools/dev/stack.sh

need build run
build_release
folder=$(mktemp -d)
finish() {
  local status=$?
  stop_stack
  if [[ "$status" != 0 ]]; then tail -n 20 "$folder"/*.log >&2; fi
  rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM
port=$(free_port)
start_stack "$folder" "$port"
site="http://127.0.0.1:$port"

# step WHAT STATUS METHOD PATH [curl options]: one request; body and headers stay in $folder for the checks behind it.
step() {
  local what="$1" wanted="$2" method="$3" path="$4" status
  shift 4
  status=$(curl -s -m 10 -X "$method" -o "$folder/body" -D "$folder/headers" -w '%{http_code}' "$site$path" "$@") || true
  if [[ "$status" != "$wanted" ]]; then
    echo "FAILED  $what: $status, not $wanted" && cat "$folder/headers" "$folder/body"
    exit 1
  fi
  echo "ok      $what ($status)"
}
json() { node -p 'JSON.parse(require("fs").readFileSync(0))[process.argv[1]]' "$1" <"$folder/body"; }
cookie() { sed -nE "s/^set-cookie: $1=([^;]+);.*/\1/Ip" "$folder/headers" | tr -d '\r'; }
holds() {
  if ! "${@:2}"; then echo "FAILED  $1" && cat "$folder/headers" "$folder/body" && exit 1; fi
  echo "ok      $1"
}
lacks() { ! grep -qi -- "$1" "$folder/body"; }

content='Content-Type: application/json'
password='correct horse battery staple'

step "registers" 201 POST /v1/register -H "$content" \
  -d "{\"username\":\"alice\",\"email\":\"alice@example.org\",\"password\":\"$password\"}"
account=$(json id)
step "is refused without a token" 401 GET /hello
holds "and the application saw nothing" test "$(grep -c '"request"' "$folder/demo.log")" = 0

step "signs in" 200 POST /v1/login -H "$content" \
  -d "{\"username\":\"alice\",\"password\":\"$password\",\"refresh_in\":\"body\"}"
token=$(json access_token)
refresh=$(json refresh_token)
step "reaches the application" 200 GET '/hello?a=1' -H "Authorization: Bearer $token" -H 'X-Auth-Subject: somebody-else'
holds "which is told who it is" grep -q "\"x-auth-subject\": \"$account\"" "$folder/body"
holds "and is not shown the token" lacks "$token"

step "refreshes" 200 POST /v1/refresh -H "$content" -d "{\"refresh_token\":\"$refresh\"}"
newer=$(json access_token)
newer_refresh=$(json refresh_token)
step "reaches the application with the new token" 200 GET /hello -H "Authorization: Bearer $newer"
step "signs out" 204 POST /v1/logout -H "$content" -d "{\"refresh_token\":\"$newer_refresh\"}"
step "is refused with the very token that worked" 401 GET /hello -H "Authorization: Bearer $newer"
step "is refused with the one before" 401 GET /hello -H "Authorization: Bearer $token"
step "can't refresh any more" 401 POST /v1/refresh -H "$content" -d "{\"refresh_token\":\"$newer_refresh\"}"

step "signs in with cookies, by e-mail" 200 POST /v1/login -H "$content" -H "Origin: $site" \
  -d "{\"email\":\"Alice@Example.org\",\"password\":\"$password\"}"
access_cookie="__Host-gatehouse_access=$(cookie __Host-gatehouse_access)"
refresh_cookie="__Host-gatehouse_refresh=$(cookie __Host-gatehouse_refresh)"
step "reaches the application with the cookie" 200 GET /hello -H "Cookie: $access_cookie; $refresh_cookie; theme=dark"
holds "which is not shown the cookies" lacks gatehouse_
holds "but those of its own" grep -q '"cookie": "theme=dark"' "$folder/body"
step "refreshes with the cookie" 200 POST /v1/refresh -H "$content" -H "Origin: $site" -H "Cookie: $refresh_cookie" -d '{}'
access_cookie="__Host-gatehouse_access=$(cookie __Host-gatehouse_access)"
refresh_cookie="__Host-gatehouse_refresh=$(cookie __Host-gatehouse_refresh)"
step "is refused from a foreign page" 403 POST /v1/logout -H "$content" -H 'Origin: https://evil.example' \
  -H "Cookie: $refresh_cookie" -d '{}'
step "signs out with the cookie" 204 POST /v1/logout -H "$content" -H "Origin: $site" -H "Cookie: $refresh_cookie" -d '{}'
step "is refused with the cookie that worked" 401 GET /hello -H "Cookie: $access_cookie"

say "it holds"
