#!/usr/bin/env bash
# demo_test.sh COMMAND    the demonstration runs, on the sample and on a file of one's own, and what it
# promises is there.
set -euo pipefail

command=$1
demo=$(cd "$(dirname "$0")/../.." && pwd)/examples/demo.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() { cat "$folder/out"; echo "demo_test: $1" >&2; exit 1; }
expect() { grep -qE -- "$1" "$folder/out" || fail "expected: $1"; }
expect_reports() {
  for file in report.html report.md report.json report.csv; do
    [[ -s $folder/$1/$file ]] || fail "$file is missing"
  done
  grep -q '</html>' "$folder/$1/report.html" || fail "report.html is cut off"
  python3 -m json.tool "$folder/$1/report.json" >/dev/null || fail "report.json is no JSON"
}

DEMO_DIR=$folder/demo "$demo" "$command" >"$folder/out" 2>&1 || fail "it failed"
expect '0 errors, 0 warnings'
expect '424 rows: 424 stored, 0 already there, 0 set aside'
expect '14 rows: 5 stored, 0 already there, 9 set aside'
expect '429 of 429 responses used'
for type in queued started progress completed; do expect "^  [0-9:.]+  job\.$type"; done
expect_reports demo
[[ $(wc -l <"$folder/demo/quarantine.csv") -ge 10 ]] || fail "the quarantine lacks rows"

# A second time over the first one's folder.
DEMO_DIR=$folder/demo "$demo" "$command" >"$folder/out" 2>&1 || fail "it failed the second time"

printf 'who,comment\n' >"$folder/own file.csv"
for i in 1 2 3 4; do
  printf '%s,"Delivery was late, %s days"\n%s,Friendly staff\n' "$i" "$i" "$i"
done >>"$folder/own file.csv"
(cd "$folder" && DEMO_DIR=own "$demo" "$command" "own file.csv" comment >out 2>&1) || fail "own file"
expect_reports own
[[ $(wc -l <"$folder/own/per-response.jsonl") -eq 8 ]] || fail "a line for each answer"

if "$demo" "$command" "$folder/own file.csv" '' >"$folder/out" 2>&1; then fail "it wants a column"; fi
expect 'TEXT=column'
