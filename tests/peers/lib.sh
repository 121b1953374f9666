# For the start scripts of real servers that tests talk to; sourced.
#
#   tests/peers/NAME/start FOLDER PORT   starts NAME on 127.0.0.1:PORT with all that it keeps in FOLDER, and returns when it
#                                        answers; prints why not and returns 1, or 77 where it cannot be had
#   tests/peers/stop FOLDER              ends it and waits until it is gone
#
# FOLDER/pid is the server's process, which leads a group of its own; FOLDER/log what it says. A later start in a FOLDER finds
# what an earlier one left. What takes long to fetch or build is kept in $WEIR_PEERS between runs.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[1]}")" && pwd)
[ $# -eq 2 ] || { echo "usage: $0 FOLDER PORT" >&2; exit 2; }
mkdir -p "$1"
folder=$(cd "$1" && pwd)
port=$2
kept=${WEIR_PEERS:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/weir-peers}/$(basename "$here")

# Ends with 77, which says "skipped", unless the program is there.
want_program() {
  [ -x "$1" ] || command -v "$1" >/dev/null || { echo "skipped: $1 is missing (Debian package $2)" >&2; exit 77; }
}

# run_server COMMAND...: in the background, in a session of its own.
run_server() {
  setsid "$@" >>"$folder/log" 2>&1 </dev/null &
  echo $! >"$folder/pid"
}

# wait_until SECONDS COMMAND...: for what says that the server answers.
wait_until() {
  local pid end=$(($(date +%s) + $1))
  pid=$(cat "$folder/pid")
  shift
  while ! "$@" >/dev/null 2>&1; do
    if [ ! -d "/proc/$pid" ] || [ "$(date +%s)" -gt "$end" ]; then
      echo "$(basename "$here") does not answer; its log ends:" >&2
      tail -20 "$folder/log" >&2
      kill -KILL -- "-$pid" 2>/dev/null || true
      exit 1
    fi
    sleep 0.05
  done
}

# What takes minutes of both cores is only made where somebody says so.
want_to_build() {
  [ -n "${WEIR_BUILD_PEERS:-}" ] || { echo "skipped: $(basename "$here") is not built yet; WEIR_BUILD_PEERS=1 lets this build it, in minutes" >&2; exit 77; }
}
