#!/usr/bin/env bash
# The main job, visibly, with nothing but the command.
#
#   examples/demo.sh [COMMAND]               from a goal to a report, on the sample answers
#   examples/demo.sh [COMMAND] FILE COLUMN   what the texts in that column of your own file say
#
# Everything it writes goes to one fresh folder: DEMO_DIR, else build/demo.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
command=${1:-$here/build/release/bin/insightflow}
input=${2:-}
column=${3:-}
folder=${DEMO_DIR:-$here/build/demo}

[[ -x $command ]] || { echo "demo: there is no command at $command; 'make build' makes it." >&2; exit 2; }
command=$(cd "$(dirname "$command")" && pwd)/$(basename "$command")
if [[ -n $input$column ]]; then
  [[ -n $input && -n $column ]] ||
    { echo "demo: name both the file and its column of texts: make demo INPUT=file.csv TEXT=column" >&2; exit 2; }
  [[ -r $input ]] || { echo "demo: the file '$input' cannot be read." >&2; exit 2; }
  input=$(cd "$(dirname "$input")" && pwd)/$(basename "$input")
fi

# Only what an earlier demo wrote is cleared away.
mkdir -p "$folder"
rm -f "$folder"/{demo.db,demo.db-shm,demo.db-wal,new.survey.json,trial.survey.json,answers.csv} \
  "$folder"/{with-errors.csv,quarantine.csv,export.csv,per-response.jsonl} "$folder"/report.{html,md,json,csv}
cd "$folder"
export INSIGHTFLOW_DB=demo.db

step() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[[ -t 1 ]] || step() { printf '\n%s\n' "$*"; }
# Shows a command as one would type it, then runs it.
run() {
  printf '$ insightflow'
  for word in "$@"; do
    [[ $word == *[^A-Za-z0-9_./=-]* ]] && printf " '%s'" "$word" || printf ' %s' "$word"
  done
  printf '\n'
  "$command" "$@"
}
reports=(report.html report.md report.json report.csv)
where() {
  step "Written to $folder"
  for file in "$@"; do printf '  %-20s %8d bytes\n' "$file" "$(wc -c <"$file")"; done
  printf '\nOpen %s/report.html in a browser.\n' "$folder"
}

if [[ -n $input ]]; then
  step "What do the texts say?"
  outs=()
  for file in "${reports[@]}"; do outs+=(--out "$file"); done
  run analyze "$input" --text "$column" "${outs[@]}" --per-response per-response.jsonl
  where "${reports[@]}" per-response.jsonl
  exit 0
fi

cp "$here/examples/data/trial-feedback.survey.json" trial.survey.json
cp "$here/examples/data/trial-feedback.csv" answers.csv
cp "$here/examples/data/trial-feedback-with-errors.csv" with-errors.csv

step "1. A database, in one file"
run init

step "2. From a goal to a questionnaire, and past the linter"
run survey generate --goal 'Why do trial users leave?' --audience 'trial users' --out new.survey.json
run lint new.survey.json

step "3. The survey that the sample answers were given to: stored, linted, published"
run survey create trial.survey.json --slug trial
run survey lint trial || (($? == 1)) # 1: findings, which are the point of linting
run survey publish trial

step "4. Answers from a file (synthetic); and from one with errors, which are set aside"
run import trial answers.csv
run import trial with-errors.csv --quarantine quarantine.csv
printf '$ head -n 4 quarantine.csv\n'
head -n 4 quarantine.csv | cut -c 1-160

step "5. The insight run as a job, watched while another process works on it"
rm -f events.fifo && mkfifo events.fifo
printf "$ insightflow events --follow --after 0 --types 'job.*' &\n"
"$command" events --follow --after 0 --types 'job.*' >events.fifo &
follower=$!
trap 'kill "$follower" 2>/dev/null || true; rm -f events.fifo' EXIT
# One line for each event: its type, and how far the job is.
sed -unE -e 's/^.*"type":"([^"]+)","at":"[^"T]*T([^"]+)Z".*"data":(.*)\}$/  \2  \1  \3/' \
  -e 's/\{.*"stage":"([^"]*)","done":([0-9]+),"total":([0-9]+).*\}/\1 \2 of \3/;s/\{.*\}//;p' \
  -e '/job\.(completed|failed|cancelled)/q' <events.fifo &
watcher=$!
run insights run trial --by hidden.plan --queue
run work --until-idle
wait "$watcher"
kill "$follower"
wait "$follower" 2>/dev/null || true

step "6. What the answers say"
run insights show trial

step "7. Reports, and the answers out again"
for file in "${reports[@]}"; do run report trial --out "$file"; done
run export trial --out export.csv
where "${reports[@]}" quarantine.csv export.csv demo.db
