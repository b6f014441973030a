# shellcheck shell=bash
# What the commands share. Sourced from the project's root; changes nothing by itself.

# Objects are found again in ccache by another clone, too: paths below the root count as relative.
export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1

say() { printf '\033[1m== %s\033[0m\n' "$*"; }
die() {
  echo "dev: $*" >&2
  exit 1
}

# Runs a command as root: packages are the only thing that needs it.
as_root() {
  if [[ "$(id -u)" == 0 ]]; then "$@"; else sudo "$@"; fi
}

# The packages of the given sections of tools/packages.txt that this machine lacks.
missing_packages() {
  local section package unless command wanted=" $* "
  while read -r package unless command; do
    case "$package" in
      '' | '#'*) continue ;;
      '['*) section="${package//[\[\]]/}" && continue ;;
    esac
    [[ "$wanted" == *" $section "* ]] || continue
    [[ "$unless" == unless ]] && command -v "$command" >/dev/null && continue
    [[ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)" == installed ]] || echo "$package"
  done <tools/packages.txt | sort -u
}

# need SECTION...: installs what is missing, and asks the network only then.
need() {
  local packages
  mapfile -t packages < <(missing_packages "$@")
  [[ ${#packages[@]} == 0 ]] && return 0
  say "installing: ${packages[*]}"
  command -v apt-get >/dev/null || die "this needs Debian 12 (apt-get); missing: ${packages[*]}"
  as_root apt-get update -q
  install_quietly "${packages[@]}"
}

# Debian starts a service it installs, and nginx would take port 80. A policy of our own forbids that for this one
# call; nginx stays disabled unless it was here before.
install_quietly() {
  local policy=/usr/sbin/policy-rc.d ours=no had_nginx=no
  [[ -x /usr/sbin/nginx ]] && had_nginx=yes
  if [[ ! -e "$policy" ]]; then
    ours=yes
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
  fi
  local status=0
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" || status=$?
  [[ "$ours" == yes ]] && as_root rm -f "$policy"
  if [[ "$had_nginx" == no && -x /usr/sbin/nginx && -d /run/systemd/system ]]; then
    as_root systemctl disable --quiet nginx || true
  fi
  return "$status"
}

# configure PRESET: a preset that is configured already costs a second. What an older preset left is begun anew.
configure() {
  local log="build/$1.configure.log"
  cmake --preset "$1" >"$log" 2>&1 || cmake --fresh --preset "$1" >"$log" 2>&1 || {
    cat "$log" >&2
    return 1
  }
}

build_release() {
  mkdir -p build
  configure release
  ninja -C build/release gatehouse
}

# Sanitizers' shadow memory collides with the address layout newer kernels choose at random.
fixed_layout() {
  if setarch "$(uname -m)" -R true 2>/dev/null; then setarch "$(uname -m)" -R "$@"; else "$@"; fi
}

# npm_install FOLDER: exactly what the lock file says; nothing when that is there already.
npm_install() {
  local marker="$1/node_modules/.installed-lock"
  cmp -s "$1/package-lock.json" "$marker" && return 0
  (cd "$1" && npm ci --no-audit --no-fund --loglevel=error)
  cp "$1/package-lock.json" "$marker"
}
