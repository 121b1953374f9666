#!/usr/bin/env bash
# Every relative link in the documents leads to a file.
# usage: links_test.sh SOURCE_DIR
set -euo pipefail
cd -- "$1"
broken=0
for page in *.md docs/*.md; do
  while read -r link; do
    [[ -e $(dirname "$page")/$link ]] && continue
    echo "error: $page links to $link, which does not exist"
    broken=$((broken + 1))
  done < <(awk '/^```/ { on = !on; next } !on' "$page" | grep -oE '\]\([^)# ]+' | sed 's/^](//' | grep -vE '^[a-z]+:' || true)
done
exit $((broken > 0))
