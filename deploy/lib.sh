# Shared by deploy/run and deploy/test: packages, build, messages. Sourced by bash, from the root of the clone.

log_dir=build/deploy

say() { printf '%s\n' "$*" >&2; }
die() {
  say "error: $*"
  exit 1
}

# packages_of GROUP...: the names in deploy/packages.txt.
packages_of() {
  local group
  for group in "$@"; do
    awk -v want="[$group]" '/^\[/ { here = ($1 == want); next } here && NF && !/^#/ { print $1 }' deploy/packages.txt
  done
}

# missing_of NAME...: those that dpkg does not know as installed. Asks no network and no lock.
missing_of() {
  local name
  local -A installed=()
  while read -r name; do installed[$name]=1; done < <(
    dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p'
  )
  for name in "$@"; do [[ -n ${installed[$name]:-} ]] || printf '%s\n' "$name"; done
}

# as_root COMMAND...: without a terminal sudo must not ask.
as_root() {
  if ((EUID == 0)); then
    env DEBIAN_FRONTEND=noninteractive "$@" </dev/null
  elif [[ -t 0 ]]; then
    sudo env DEBIAN_FRONTEND=noninteractive "$@"
  else
    sudo -n env DEBIAN_FRONTEND=noninteractive "$@" </dev/null
  fi
}

# apt_install NAME...: quiet; what apt says goes to apt.log. Package lists are fetched at most once a run.
apt_install() {
  local lock=(-o DPkg::Lock::Timeout=300 -o Acquire::Retries=2)
  if [[ -z ${lists_fetched:-} ]]; then
    as_root apt-get "${lock[@]}" update >>$log_dir/apt.log 2>&1 || return 1
    lists_fetched=1
  fi
  as_root apt-get "${lock[@]}" install -y --no-install-recommends "$@" >>$log_dir/apt.log 2>&1
}

explain_apt_failure() {
  say "error: these Debian packages are missing and could not be installed: $*"
  grep -E '^(E|Err|sudo)[: ]' $log_dir/apt.log 2>/dev/null | tail -n 5 | sed 's/^/  apt: /' >&2
  if grep -qE 'Could not resolve|Temporary failure|Unable to connect|Could not connect|Network is unreachable|timed out' \
    $log_dir/apt.log 2>/dev/null; then
    say "  It looks as if the network or the package mirror is out of reach."
  fi
  say "  All that apt said: $PWD/$log_dir/apt.log"
  say "  By hand: apt-get install --no-install-recommends $*"
  exit 1
}

# need_packages GROUP...: installs what is missing, or ends with its names.
need_packages() {
  command -v dpkg-query >/dev/null || die "this sets up Debian 12; dpkg-query was not found"
  local names missing
  mapfile -t names < <(packages_of "$@")
  mapfile -t missing < <(missing_of "${names[@]}")
  ((${#missing[@]})) || return 0
  mkdir -p $log_dir
  : >$log_dir/apt.log
  if ((EUID != 0)) && ! command -v sudo >/dev/null; then
    say "error: these Debian packages are missing, and installing them needs root or sudo: ${missing[*]}"
    say "  As root: apt-get install --no-install-recommends ${missing[*]}"
    exit 1
  fi
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  apt_install "${missing[@]}" || explain_apt_failure "${missing[@]}"
}

# want_packages GROUP...: tries once what is missing; what the mirror lacks is left out, and not asked for again.
want_packages() {
  local names missing known name tried=$log_dir/tried
  mapfile -t names < <(packages_of "$@")
  mapfile -t missing < <(missing_of "${names[@]}")
  ((${#missing[@]})) || return 0
  mkdir -p $log_dir
  [[ -e $tried && $(<"$tried") == "${missing[*]}" ]] && return 0
  ((EUID == 0)) || command -v sudo >/dev/null || return 0
  known=()
  for name in "${missing[@]}"; do
    apt-cache show "$name" >/dev/null 2>&1 && known+=("$name")
  done
  say "installing test peers: ${missing[*]}"
  ((${#known[@]})) || known=("${missing[@]}")
  apt_install "${known[@]}" || say "note: not all of them could be installed; tests that need them are skipped"
  mapfile -t missing < <(missing_of "${names[@]}")
  printf '%s' "${missing[*]}" >"$tried"
}

# One job a core, but no more than memory allows: a compiler takes up to 1 GiB.
build_jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo)
  ((memory >= 1)) || memory=1
  echo $((cores < memory ? cores : memory))
}

# Shows the build's own "[12/80] …" in one line of a terminal, and nothing elsewhere.
show_progress() {
  local line
  if [[ ! -t 2 ]]; then
    cat >/dev/null
    return
  fi
  while IFS= read -r line; do
    [[ $line == \[* ]] && printf '\r\033[K%.78s' "$line" >&2
  done
  printf '\r\033[K' >&2
}

# is_cached VARIABLE VALUE: whether build/release is configured so.
is_cached() { grep -qsx "$1:BOOL=$2" build/release/CMakeCache.txt; }

# configure_release OPTION=VALUE...: configures if there is no build yet, or one that is configured otherwise.
configure_release() {
  local log=$log_dir/configure.log pair flags=() fits=1
  [[ -z ${WEIR_WERROR:-} ]] || set -- "$@" "WEIR_WERROR=$WEIR_WERROR"
  for pair in "$@"; do
    is_cached "${pair%%=*}" "${pair#*=}" || fits=
    flags+=("-D$pair")
  done
  [[ -e build/release/build.ninja && -n $fits ]] && return
  # Whoever configured a build to work in keeps it as it is.
  [[ -e build/release/build.ninja ]] || flags+=(-DWEIR_UNITY=ON)
  cmake --preset release "${flags[@]}" >"$log" 2>&1 </dev/null || {
    tail -n 30 "$log" >&2
    die "cmake could not configure the build; its output: $PWD/$log"
  }
  say "building in build/release (the first time takes some minutes)"
}

# build_release program: what deploy/run needs, without what only tests need; build_release all: everything.
build_release() {
  local log=$log_dir/build.log begun=$SECONDS target=all
  mkdir -p $log_dir
  if [[ $1 == program ]]; then
    target=weir
    # A clone that is configured with tests keeps them.
    if [[ -e build/release/build.ninja ]]; then configure_release; else configure_release BUILD_TESTING=OFF; fi
  else
    configure_release BUILD_TESTING=ON
  fi
  if ! cmake --build --preset release -j "$(build_jobs)" --target "$target" 2>&1 </dev/null | tee "$log" | show_progress; then
    grep -m 60 -E -A 8 'FAILED|error:' "$log" >&2 || true
    die "the build failed; its output: $PWD/$log"
  fi
  ((SECONDS - begun < 5)) || say "built in $((SECONDS - begun)) s"
}
