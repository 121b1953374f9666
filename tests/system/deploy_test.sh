#!/usr/bin/env bash
# deploy/run against stand-ins for dpkg, apt, sudo and cmake: what a newcomer's machine may look like.
# usage: deploy_test.sh SOURCE_DIR
set -euo pipefail
source_dir=$1
room=$(mktemp -d)
chmod 755 "$room"
trap 'rm -rf "$room"' EXIT
failures=0
unset WEIR_WERROR # the one that runs this test may have set it

# clone NAME: a clone with stand-ins, each of which writes its arguments to calls.
clone() {
  here=$room/$1
  mkdir -p "$here/bin" "$here/config" "$here/build/release"
  cp -r "$source_dir/deploy" "$here/"
  touch "$here/config/quickstart.yaml" "$here/calls"
  printf '#!/bin/sh\necho "weir $*" >>%q\necho "events=1 bytes=1 seconds=1 lost=0"\n' "$here/calls" >"$here/build/release/weir"
  stand_in cmake 'touch build/release/build.ninja; for p; do case $p in -D*) echo "${p#-D}" | sed s/=/:BOOL=/ ;; esac; done >>build/release/CMakeCache.txt'
  stand_in sudo '[ "$1" = -n ] && shift; exec "$@"'
  stand_in dpkg-query 'for p; do case $p in -*|*Status*) ;; *) grep -qx "$p" "$ROOM/absent" || echo "installed $p" ;; esac; done'
  stand_in apt-get 'case " $* " in *" install "*) : >"$ROOM/absent" ;; esac'
  : >"$here/absent"
  chmod -R a+rwX "$here"
  chmod +x "$here/build/release/weir" "$here/bin/"*
}
stand_in() { printf '#!/bin/bash\nROOM=%q\necho "%s $*" >>"$ROOM/calls"\n%s\n' "$here" "$1" "$2" >"$here/bin/$1"; chmod +x "$here/bin/$1"; }
run() { run_as "" "$@"; }
# run_as PREFIX ARGUMENT...: PREFIX is empty, or a command that becomes another user.
run_as() {
  status=0
  output=$($1 env PATH="$here/bin:$PATH" "$here/deploy/run" "${@:2}" 2>&1 </dev/null) || status=$?
}
expect() {
  if ! eval "$2"; then
    echo "error: $1: expected $2; status $status, output:"
    printf '%s\n' "$output" "calls:" "$(<"$here/calls")" | sed 's/^/  /'
    failures=$((failures + 1))
  fi
}

clone complete
run --once
expect "with everything installed apt is not called" '((status == 0)) && ! grep -q "^apt" "$here/calls"'
expect "the quickstart is run" 'grep -qx "weir run config/quickstart.yaml --once" "$here/calls"'
expect "the data and a query are named" '[[ $output == *weir-data*sqlite3*weir.db*select* ]]'
expect "the last line is the program's" '[[ $(tail -n 1 <<<"$output") == "events=1 "* ]]'

expect "what only tests need is not asked for" 'grep -q "^cmake --preset release.* -DBUILD_TESTING=OFF" "$here/calls"'
: >"$here/calls"
echo BUILD_TESTING:BOOL=ON >"$here/build/release/CMakeCache.txt"
run
expect "a build that is there is kept as it is configured" '! grep -q "^cmake --preset" "$here/calls"'

clone missing
printf 'libcaf-dev\nsqlite3\n' >"$here/absent"
run --once
expect "only the missing packages are installed" \
  '((status == 0)) && grep -q "^apt-get .*install -y --no-install-recommends libcaf-dev sqlite3$" "$here/calls"'
expect "the lists are fetched once" '(($(grep -c "^apt-get .*update" "$here/calls") == 1))'
: >"$here/calls"
run --once
expect "a second run does not call apt" '((status == 0)) && ! grep -q "^apt" "$here/calls"'

clone offline
echo libcaf-dev >"$here/absent"
stand_in apt-get 'echo "E: Temporary failure resolving deb.debian.org" >&2; exit 100'
run
expect "no network: status 1, the missing package and the reason are named, nothing is run" \
  '((status == 1)) && [[ $output == *"could not be installed: libcaf-dev"*"network"* ]] && ! grep -q "^weir" "$here/calls"'

if ((EUID == 0)); then
  clone user
  echo libcaf-dev >"$here/absent"
  chmod 666 "$here/absent"
  run_as "setpriv --reuid=65534 --regid=65534 --clear-groups" --once
  expect "a user installs by sudo, which does not ask without a terminal" \
    '((status == 0)) && grep -q "^sudo -n env DEBIAN_FRONTEND=noninteractive apt-get .*install" "$here/calls"'
fi

clone topology
printf 'sinks: {}\n' >"$room/my own.yaml"
cd "$room"
run "my own.yaml" --log-level debug
expect "a topology is found from where the user stands" \
  '((status == 0)) && grep -qx "weir run $room/my own.yaml --log-level debug" "$here/calls"'
run absent.yaml
expect "a topology that cannot be read is wrong use" '((status == 2)) && [[ $output == *"absent.yaml cannot be read"* ]]'

clone broken
touch "$here/build/release/build.ninja"
stand_in cmake '[ "$1" != --build ] || { echo "a.cpp:1: error: broken"; exit 1; }'
run
expect "a failed build: status 1, and the log is named" '((status == 1)) && [[ $output == *"error: broken"*build.log* ]]'

((failures == 0)) && echo "deploy/run: all as expected"
exit $((failures > 0))
