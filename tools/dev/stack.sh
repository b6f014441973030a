# shellcheck shell=bash disable=SC2034,SC2154
# Gatehouse, nginx in front and the demo application behind, as `up` and `smoke` run them, alone or as many processes.
# Sourced; ends by pid exactly what it started.

stack_pids=()

stop_stack() {
  local pid
  for pid in "${stack_pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in "${stack_pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  stack_pids=()
}

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

# await_line FILE PATTERN PID: the first line of FILE that matches, as soon as it is there; gives up when PID has gone.
await_line() {
  local line
  for ((tries = 0; tries < 200; tries++)); do
    line=$(grep -m1 -E "$2" "$1" 2>/dev/null) && echo "$line" && return 0
    kill -0 "$3" 2>/dev/null || break
    sleep 0.05
  done
  cat "$1" >&2
  return 1
}

# start_stack FOLDER NGINX_PORT: sets gatehouse_port, admin_port, app_port. Logs and data stay in FOLDER.
start_stack() {
  local folder="$1" nginx_port="$2" line
  mkdir -p "$folder/data"
  chmod 700 "$folder/data"

  : >"$folder/demo.log"
  node tests/support/demo/demo.mjs 0 >"$folder/demo.log" &
  stack_pids+=($!)
  line=$(await_line "$folder/demo.log" '"listening"' $!) || die "the demo application did not start"
  app_port=$(sed -E 's/.*"port":([0-9]+).*/\1/' <<<"$line")

  : >"$folder/gatehouse.log"
  GATEHOUSE_SERVER_ADMIN_LISTEN=127.0.0.1:0 GATEHOUSE_SERVER_PUBLIC_URL="http://127.0.0.1:$nginx_port" \
    build/release/gatehouse serve --data "$folder/data" --listen 127.0.0.1:0 2>"$folder/gatehouse.log" &
  stack_pids+=($!)
  gatehouse_port=$(listener_port "$folder/gatehouse.log" public $!) || die "gatehouse did not start"
  admin_port=$(listener_port "$folder/gatehouse.log" admin $!) || die "gatehouse did not start"

  local name
  for name in upstreams gatehouse standalone; do
    sed -e "s|\${DIR}|$folder|g" -e "s|\${NGINX_PORT}|$nginx_port|" -e "s|\${GATEHOUSE_PORT}|$gatehouse_port|" \
      -e "s|\${APP_PORT}|$app_port|" "deploy/nginx/$name.conf" >"$folder/$name.conf"
  done
  /usr/sbin/nginx -p "$folder" -e "$folder/nginx-error.log" -c "$folder/standalone.conf" &
  stack_pids+=($!)
  await_line "$folder/nginx.pid" . $! >/dev/null || die "nginx did not start: $(cat "$folder/nginx-error.log")"
}

listener_port() {
  local line
  line=$(await_line "$1" "\"event\":\"listening\".*\"listener\":\"$2\"" "$3") || return 1
  sed -E 's/.*"address":"[^"]*:([0-9]+)".*/\1/' <<<"$line"
}

# start_scale VALUES PORT LOG: the whole set of many processes, started and ended by tests/e2e/scale/up.ts. What VALUES
# then holds becomes our variables: port, identity_ports, gate_ports, scale_folder. PORT 0: any. LOG: where it says so.
start_scale() {
  local values="$1" wanted="$2" log="$3"
  npm_install tests/e2e
  npm --prefix tests/e2e run --silent build
  node tests/e2e/dist/scale/up.js "$wanted" "$values" >"$log" 2>&1 &
  stack_pids+=($!)
  while [[ ! -e "$values" ]]; do
    kill -0 "${stack_pids[-1]}" 2>/dev/null || die "the set did not start"
    sleep 0.1
  done
  # shellcheck disable=SC1090
  source "$values"
  demo_log="$scale_folder/demo.log"
}
