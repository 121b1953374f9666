# fish completion for weir

set -l commands run check plan reload scale status buffer cat replay certs version help
complete -c weir -f
complete -c weir -n "not __fish_seen_subcommand_from $commands" -a run -d "Run a topology"
complete -c weir -n "not __fish_seen_subcommand_from $commands" -a check -d "Report every mistake in a topology"
complete -c weir -n "not __fish_seen_subcommand_from $commands" -a plan -d "Draw components, wiring and placement"
complete -c weir -n "not __fish_seen_subcommand_from $commands" -a reload -d "Have a running node do what its file says now"
complete -c weir -n "not __fish_seen_subcommand_from $commands" -a scale -d "Run another number of instances of an aggregator"
complete -c weir -n "not __fish_seen_subcommand_from $commands" -a status -d "Show what a running node does"
complete -c weir -n "not __fish_seen_subcommand_from $commands" -a buffer -d "Look into a disk buffer"
complete -c weir -n "not __fish_seen_subcommand_from $commands" -a cat -d "Send lines by the forward protocol"
complete -c weir -n "not __fish_seen_subcommand_from $commands" -a replay -d "Send dead letters through again"
complete -c weir -n "not __fish_seen_subcommand_from $commands" -a certs -d "Make and look at certificates"
complete -c weir -n "not __fish_seen_subcommand_from $commands" -a version -d "Print the version"
complete -c weir -n "not __fish_seen_subcommand_from $commands" -a help -d "Explain plug-ins and settings"
complete -c weir -n "__fish_seen_subcommand_from run check plan" -F
complete -c weir -n "__fish_seen_subcommand_from run" -l node -x -d "Name of this process"
complete -c weir -n "__fish_seen_subcommand_from run" -l as -x -d "Node class to host"
complete -c weir -n "__fish_seen_subcommand_from run" -l once -d "End when all is stored"
complete -c weir -n "__fish_seen_subcommand_from run" -l drain-timeout -x -d "How long a stop may take"
complete -c weir -n "__fish_seen_subcommand_from run" -l status -x -a "auto always never" -d "Live status"
complete -c weir -n "__fish_seen_subcommand_from run" -l log-level -x -a "trace debug info warn error critical off"
complete -c weir -n "__fish_seen_subcommand_from run" -l log-json -d "Log JSON lines"
complete -c weir -n "__fish_seen_subcommand_from plan" -l format -x -a "text dot json mermaid"
complete -c weir -n "__fish_seen_subcommand_from reload" -l discard -d "Drop what is left for components that go"
complete -c weir -n "__fish_seen_subcommand_from scale" -l node -x -d "Node that has it"
complete -c weir -n "__fish_seen_subcommand_from scale" -l via -x -d "Node of this machine that passes it on"
complete -c weir -n "__fish_seen_subcommand_from status" -l json -d "For programs"
complete -c weir -n "__fish_seen_subcommand_from status" -l cluster -d "All nodes"
complete -c weir -n "__fish_seen_subcommand_from status" -l check -d "Only whether all is well"
complete -c weir -n "__fish_seen_subcommand_from status" -l max-delay -x -d "Longest that anything may be held"
complete -c weir -n "__fish_seen_subcommand_from buffer" -a "ls verify dump"
complete -c weir -n "__fish_seen_subcommand_from ls verify dump" -F
complete -c weir -n "__fish_seen_subcommand_from buffer" -l chunks -d "List every chunk"
complete -c weir -n "__fish_seen_subcommand_from buffer" -l json -d "For programs"
complete -c weir -n "__fish_seen_subcommand_from buffer" -l format -x -a "json msgpack"
complete -c weir -n "__fish_seen_subcommand_from buffer" -l unsettled -d "Only what a reader has not settled"
complete -c weir -n "__fish_seen_subcommand_from buffer" -l reader -x -d "Only what this reader has not settled"
complete -c weir -n "__fish_seen_subcommand_from cat" -s t -l tag -x -d Tag
complete -c weir -n "__fish_seen_subcommand_from cat" -s H -l host -x -d Host
complete -c weir -n "__fish_seen_subcommand_from cat" -s p -l port -x -d Port
complete -c weir -n "__fish_seen_subcommand_from replay" -F
complete -c weir -n "__fish_seen_subcommand_from replay" -l to -x -d "host:port of a collector"
complete -c weir -n "__fish_seen_subcommand_from replay" -l dry-run -d "Only count"
complete -c weir -n "__fish_seen_subcommand_from replay" -l again -d "Also what was replayed before"
complete -c weir -n "__fish_seen_subcommand_from certs" -a "init node renew revoke show"
complete -c weir -n "__fish_seen_subcommand_from show" -F
complete -c weir -n "__fish_seen_subcommand_from certs" -l dir -x -a "(__fish_complete_directories)" -d "Directory of the authority"
complete -c weir -n "__fish_seen_subcommand_from certs" -l name -x -d "Name of the cluster"
complete -c weir -n "__fish_seen_subcommand_from certs" -l host -x -d "Host name or address of the node"
complete -c weir -n "__fish_seen_subcommand_from certs" -l days -x -d "How long it is good for"
complete -c weir -n "__fish_seen_subcommand_from certs" -l within -x -d "How many days off an end is near"
complete -c weir -n "__fish_seen_subcommand_from certs" -l algorithm -x -a "p256 ed25519" -d "Of the key"
complete -c weir -n "__fish_seen_subcommand_from certs" -l json -d "For programs"
complete -c weir -n "__fish_seen_subcommand_from help" -a "collector aggregator parser operator sink cluster node run check plan reload scale status buffer cat replay certs version"
complete -c weir -n "__fish_seen_subcommand_from help" -l markdown -d "All settings"
complete -c weir -n "__fish_seen_subcommand_from help" -l schema -d "JSON schema of a topology"
