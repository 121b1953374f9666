#!/usr/bin/env bash
# What `cmake --install` puts in place, and that each piece is understood by its reader.
# usage: install_test.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
source_dir=$1 build_dir=$2
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
fail() {
  echo "error: $*"
  exit 1
}

cmake --install "$build_dir" --prefix "$prefix" >"$prefix/log" 2>&1 || { cat "$prefix/log" && fail "install failed"; }

[[ -x $prefix/bin/weir ]] || fail "no program"
"$prefix/bin/weir" version >/dev/null || fail "the program does not start"
for topology in "$source_dir"/config/*.yaml; do
  [[ -e $topology ]] || continue
  cmp "$topology" "$prefix/share/weir/topologies/${topology##*/}" || fail "a topology is missing"
done

page=$prefix/share/man/man1/weir.1
if command -v man >/dev/null; then
  warnings=$(man --warnings -E UTF-8 -l -Tutf8 "$page" 2>&1 >/dev/null) || fail "man cannot read the page: $warnings"
  [[ -z $warnings ]] || fail "the man page has mistakes: $warnings"
fi

bash -n "$prefix/share/bash-completion/completions/weir"
complete_words() {
  bash -c 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _weir; printf "%s " "${COMPREPLY[@]}"' \
    - "$prefix/share/bash-completion/completions/weir" "$@"
}
[[ $(complete_words weir st) == "status " ]] || fail "weir st does not complete to status"
[[ $(complete_words weir run --on) == "--once " ]] || fail "weir run --on does not complete to --once"
[[ $(complete_words weir plan --format m) == "mermaid " ]] || fail "weir plan --format m does not complete to mermaid"
# Names that only the command knows.
PATH=$prefix/bin:$PATH
[[ $(complete_words weir help sink sql) == "sqlite " ]] || fail "weir help sink sql does not complete to sqlite"
WEIR_RUNTIME_DIR=$prefix/nobody complete_words weir top x >/dev/null || fail "weir top cannot be completed where no node runs"
[[ -s $prefix/share/zsh/site-functions/_weir && -s $prefix/share/fish/vendor_completions.d/weir.fish ]] \
  || fail "no completions for zsh or fish"
echo "everything is in place"
