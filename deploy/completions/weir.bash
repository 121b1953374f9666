# bash completion for weir

_weir() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}
  local words= weir=${COMP_WORDS[0]}
  case $before in
    --node | --via) words=$("$weir" complete nodes 2>/dev/null) ;;
    --format) words="text dot json mermaid" ;;
    --log-level | --level | log-level) words="trace debug info warn error critical off" ;;
    --at) words="entry exit" ;;
    --status) words="auto always never" ;;
    --algorithm) words="p256 ed25519" ;;
  esac
  if [[ -z $words && $COMP_CWORD -eq 1 ]]; then
    words="run check try test plan reload drain scale members console logs log-level tap pause resume retry restart status top trace metrics buffer cat replay certs version help --help"
  elif [[ -z $words ]]; then
    case $command:$word in
      run:-*) words="--node --as --join --was --once --drain-timeout --status --log-level --log-json --help" ;;
      check:-*) words="--help" ;;
      try:-*) words="--component --parse --process --tag --help" ;;
      test:-*) words="--help" ;;
      plan:-*) words="--format --help" ;;
      reload:-*) words="--discard --all --help" ;;
      drain:-*) words="--via --no-wait --help" ;;
      members:-*) words="--json --help" ;;
      scale:-* | log-level:-* | pause:-* | resume:-* | retry:-* | restart:-*) words="--node --via --help" ;;
      console:-*) words="--token --help" ;;
      tap:-*) words="--at --tag --where --limit --json --node --via --help" ;;
      logs:-*) words="--follow --lines --level --text --via --help" ;;
      status:-*) words="--json --cluster --check --max-delay --help" ;;
      top:-*) words="--token --ca --number --help" ;;
      trace:-*) words="--json --via --help" ;;
      metrics:-*) words="--help" ;;
      status:* | top:* | metrics:* | members:* | console:* | reload:* | drain:* | logs:*) words=$("$weir" complete nodes 2>/dev/null) ;;
      pause:* | resume:* | retry:*) words=$("$weir" complete components sink 2>/dev/null) ;;
      restart:* | tap:*) words=$("$weir" complete components 2>/dev/null) ;;
      scale:*)
        words=$("$weir" complete components source_aggregator 2>/dev/null; "$weir" complete components destination_aggregator 2>/dev/null)
        compopt -o nospace 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -S = -W "$words" -- "$word")
        return
        ;;
      buffer:-*) words="--chunks --json --format --unsettled --reader --help" ;;
      buffer:*)
        if [[ $COMP_CWORD -eq 2 ]]; then
          words="ls verify dump"
        else
          mapfile -t COMPREPLY < <(compgen -d -S / -- "$word")
          compopt -o nospace 2>/dev/null
          return
        fi
        ;;
      cat:-*) words="-t --tag -H --host -p --port --help" ;;
      replay:-*) words="--to --dry-run --again --help" ;;
      certs:-*) words="--dir --name --host --days --within --algorithm --json --help" ;;
      certs:*)
        if [[ $COMP_CWORD -eq 2 ]]; then
          words="init node renew revoke show"
        else
          mapfile -t COMPREPLY < <(compgen -f -X '!*.pem' -- "$word"; compgen -d -S / -- "$word")
          return
        fi
        ;;
      help:-*) words="--markdown --schema --help" ;;
      help:*)
        if [[ $COMP_CWORD -eq 2 ]]; then
          words="collector aggregator parser operator sink cluster console node run check try test plan reload drain scale members status top trace metrics logs buffer cat replay certs version"
        else
          words=$("$weir" complete plugins "${COMP_WORDS[2]}" 2>/dev/null)
        fi
        ;;
      replay:*)
        mapfile -t COMPREPLY < <(compgen -f -X '!*.jsonl' -- "$word"; compgen -d -S / -- "$word")
        compopt -o nospace 2>/dev/null
        return
        ;;
      trace:*)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        compopt -o nospace 2>/dev/null
        return
        ;;
      run:* | check:* | try:* | test:* | plan:*)
        mapfile -t COMPREPLY < <(compgen -f -X '!*.y?(a)ml' -- "$word"; compgen -d -S / -- "$word")
        compopt -o nospace 2>/dev/null
        return
        ;;
    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _weir weir
