# shellcheck shell=bash disable=SC2034,SC2154
# The story that `smoke` walks with curl. Sourced; wants $site (where nginx listens) and $folder (for what was answered,
# and with demo.log in $demo_log, what the application saw). Ends the script at the first step that does not hold.

# How often `soon` looks, 50 ms apart. Alone, a process refuses at once; many need a moment to hear of it.
patience=1

# ask WHAT STATUS METHOD URL [curl options]: one request; body and headers stay in $folder for the checks behind it.
ask() {
  local what="$1" wanted="$2" method="$3" url="$4" status
  shift 4
  status=$(curl -s -m 10 -X "$method" -o "$folder/body" -D "$folder/headers" -w '%{http_code}' "$url" "$@") || true
  if [[ "$status" != "$wanted" ]]; then
    echo "FAILED  $what: $status, not $wanted" && cat "$folder/headers" "$folder/body"
    exit 1
  fi
  echo "ok      $what ($status)"
}
step() { ask "$1" "$2" "$3" "$site$4" "${@:5}"; }
json() { node -p 'JSON.parse(require("fs").readFileSync(0))[process.argv[1]]' "$1" <"$folder/body"; }
cookie() { sed -nE "s/^set-cookie: $1=([^;]+);.*/\1/Ip" "$folder/headers" | tr -d '\r'; }
holds() {
  if ! "${@:2}"; then echo "FAILED  $1" && cat "$folder/headers" "$folder/body" && exit 1; fi
  echo "ok      $1"
}
soon() {
  local tries
  for ((tries = 1; tries < patience; tries++)); do
    ("$@") >"$folder/tried" && cat "$folder/tried" && return 0
    sleep 0.05
  done
  "$@"
}
lacks() { ! grep -qi -- "$1" "$folder/body"; }

content='Content-Type: application/json'
password='correct horse battery staple'

walk_story() {
  step "registers" 201 POST /v1/register -H "$content" \
    -d "{\"username\":\"alice\",\"email\":\"alice@example.org\",\"password\":\"$password\"}"
  local account token refresh newer newer_refresh access_cookie refresh_cookie
  account=$(json id)
  step "is refused without a token" 401 GET /hello
  holds "and the application saw nothing" test "$(grep -c '"request"' "$demo_log")" = 0

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
  soon step "is refused with the very token that worked" 401 GET /hello -H "Authorization: Bearer $newer"
  soon step "is refused with the one before" 401 GET /hello -H "Authorization: Bearer $token"
  step "can't refresh any more" 401 POST /v1/refresh -H "$content" -d "{\"refresh_token\":\"$newer_refresh\"}"

  step "does not sign in by an address that was never shown to be hers" 401 POST /v1/login -H "$content" \
    -d "{\"email\":\"alice@example.org\",\"password\":\"$password\"}"
  step "signs in with cookies" 200 POST /v1/login -H "$content" -H "Origin: $site" \
    -d "{\"username\":\"Alice\",\"password\":\"$password\"}"
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
  soon step "is refused with the cookie that worked" 401 GET /hello -H "Cookie: $access_cookie"
}

# Several nodes: what ends at one of them has ended at all. Wants ${identity_ports[@]} and ${gate_ports[@]}.
walk_many_nodes() {
  local account="{\"username\":\"alice\",\"password\":\"$password\",\"refresh_in\":\"body\"}"
  local first="http://127.0.0.1:${identity_ports[0]}" last="http://127.0.0.1:${identity_ports[-1]}" token refresh port
  ask "signs in at the first node" 200 POST "$first/v1/login" -H "$content" -d "$account"
  token=$(json access_token)
  refresh=$(json refresh_token)
  for port in "${gate_ports[@]}"; do judge "is let through by the gate at $port" 200; done
  ask "signs out at the last node" 204 POST "$last/v1/logout" -H "$content" -d "{\"refresh_token\":\"$refresh\"}"
  for port in "${gate_ports[@]}"; do soon judge "is refused by the gate at $port" 401; done
  ask "can't refresh at the first node" 401 POST "$first/v1/refresh" -H "$content" -d "{\"refresh_token\":\"$refresh\"}"
}
judge() {
  ask "$1" "$2" GET "http://127.0.0.1:$port/gate/check" -H "Authorization: Bearer $token" \
    -H "X-Original-URL: $site/hello" -H 'X-Original-Method: GET'
}
