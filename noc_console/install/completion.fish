# Completion of noc-console for fish: put it into ~/.config/fish/completions/noc-console.fish.
complete -c noc-console -n __fish_use_subcommand -l alone
complete -c noc-console -n __fish_use_subcommand -l ascii
complete -c noc-console -n __fish_use_subcommand -l config
complete -c noc-console -n __fish_use_subcommand -l help
complete -c noc-console -n __fish_use_subcommand -l link
complete -c noc-console -n __fish_use_subcommand -l mouse
complete -c noc-console -n __fish_use_subcommand -l no-ascii
complete -c noc-console -n __fish_use_subcommand -l no-mouse
complete -c noc-console -n __fish_use_subcommand -l read-only
complete -c noc-console -n __fish_use_subcommand -l screen
complete -c noc-console -n __fish_use_subcommand -l theme
complete -c noc-console -n __fish_use_subcommand -l version
complete -c noc-console -n __fish_use_subcommand -f -a ack -d 'Say that you have it'
complete -c noc-console -n '__fish_seen_subcommand_from ack' -l help
complete -c noc-console -n '__fish_seen_subcommand_from ack' -l json
complete -c noc-console -n __fish_use_subcommand -f -a audit-head -d 'Print the newest signed head of the audit log, to keep on another machine'
complete -c noc-console -n '__fish_seen_subcommand_from audit-head' -l help
complete -c noc-console -n __fish_use_subcommand -f -a audit-verify -d 'Verify the whole audit log and its archive against the chain and the signed heads'
complete -c noc-console -n '__fish_seen_subcommand_from audit-verify' -l accept
complete -c noc-console -n '__fish_seen_subcommand_from audit-verify' -l archive
complete -c noc-console -n '__fish_seen_subcommand_from audit-verify' -l heads
complete -c noc-console -n '__fish_seen_subcommand_from audit-verify' -l help
complete -c noc-console -n '__fish_seen_subcommand_from audit-verify' -l json
complete -c noc-console -n __fish_use_subcommand -f -a backup -d 'Read an OLTs configuration over its command line and keep it, now'
complete -c noc-console -n '__fish_seen_subcommand_from backup' -l force
complete -c noc-console -n '__fish_seen_subcommand_from backup' -l help
complete -c noc-console -n '__fish_seen_subcommand_from backup' -l json
complete -c noc-console -n '__fish_seen_subcommand_from backup' -l reason
complete -c noc-console -n '__fish_seen_subcommand_from backup' -l wait
complete -c noc-console -n __fish_use_subcommand -f -a backup-diff -d 'Print what differs between two configurations of an OLT'
complete -c noc-console -n '__fish_seen_subcommand_from backup-diff' -l help
complete -c noc-console -n '__fish_seen_subcommand_from backup-diff' -l json
complete -c noc-console -n '__fish_seen_subcommand_from backup-diff' -l reveal
complete -c noc-console -n __fish_use_subcommand -f -a backup-show -d 'Print a configuration that was kept'
complete -c noc-console -n '__fish_seen_subcommand_from backup-show' -l help
complete -c noc-console -n '__fish_seen_subcommand_from backup-show' -l reveal
complete -c noc-console -n __fish_use_subcommand -f -a bulk -d 'Do one action on many ONTs, at the pace that the config sets; --dry-run first shows on which'
complete -c noc-console -n '__fish_seen_subcommand_from bulk' -f -a 'reboot wifi-channel firmware'
complete -c noc-console -n '__fish_seen_subcommand_from bulk' -l count
complete -c noc-console -n '__fish_seen_subcommand_from bulk' -l dry-run
complete -c noc-console -n '__fish_seen_subcommand_from bulk' -l filter
complete -c noc-console -n '__fish_seen_subcommand_from bulk' -l force
complete -c noc-console -n '__fish_seen_subcommand_from bulk' -l help
complete -c noc-console -n '__fish_seen_subcommand_from bulk' -l json
complete -c noc-console -n '__fish_seen_subcommand_from bulk' -l reason
complete -c noc-console -n '__fish_seen_subcommand_from bulk' -l wait
complete -c noc-console -n __fish_use_subcommand -f -a bulk-again -d 'Go on with a bulk action of which some expired, as after a time without a collector'
complete -c noc-console -n '__fish_seen_subcommand_from bulk-again' -l count
complete -c noc-console -n '__fish_seen_subcommand_from bulk-again' -l dry-run
complete -c noc-console -n '__fish_seen_subcommand_from bulk-again' -l force
complete -c noc-console -n '__fish_seen_subcommand_from bulk-again' -l help
complete -c noc-console -n '__fish_seen_subcommand_from bulk-again' -l json
complete -c noc-console -n '__fish_seen_subcommand_from bulk-again' -l reason
complete -c noc-console -n '__fish_seen_subcommand_from bulk-again' -l wait
complete -c noc-console -n __fish_use_subcommand -f -a bulk-cancel -d 'Cancel what has not begun of a bulk action'
complete -c noc-console -n '__fish_seen_subcommand_from bulk-cancel' -l help
complete -c noc-console -n __fish_use_subcommand -f -a bulk-release -d 'Let a bulk action of another operator start that is too large for one'
complete -c noc-console -n '__fish_seen_subcommand_from bulk-release' -l help
complete -c noc-console -n __fish_use_subcommand -f -a chart -d 'Print the history of an ONT, a PON port or an OLT'
complete -c noc-console -n '__fish_seen_subcommand_from chart' -l csv
complete -c noc-console -n '__fish_seen_subcommand_from chart' -l help
complete -c noc-console -n '__fish_seen_subcommand_from chart' -l json
complete -c noc-console -n '__fish_seen_subcommand_from chart' -l of
complete -c noc-console -n '__fish_seen_subcommand_from chart' -l range
complete -c noc-console -n '__fish_seen_subcommand_from chart' -l svg
complete -c noc-console -n __fish_use_subcommand -f -a check -d 'Validate the config, then try everything that it names'
complete -c noc-console -n '__fish_seen_subcommand_from check' -l help
complete -c noc-console -n '__fish_seen_subcommand_from check' -l json
complete -c noc-console -n __fish_use_subcommand -f -a collect -d 'Run the collector'
complete -c noc-console -n '__fish_seen_subcommand_from collect' -l help
complete -c noc-console -n '__fish_seen_subcommand_from collect' -l join
complete -c noc-console -n '__fish_seen_subcommand_from collect' -l json
complete -c noc-console -n '__fish_seen_subcommand_from collect' -l once
complete -c noc-console -n '__fish_seen_subcommand_from collect' -l region
complete -c noc-console -n __fish_use_subcommand -f -a comment -d 'Write something down about an incident or alarm'
complete -c noc-console -n '__fish_seen_subcommand_from comment' -l help
complete -c noc-console -n '__fish_seen_subcommand_from comment' -l json
complete -c noc-console -n __fish_use_subcommand -f -a completion -d 'Print the completion of commands for a shell'
complete -c noc-console -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'
complete -c noc-console -n '__fish_seen_subcommand_from completion' -l help
complete -c noc-console -n __fish_use_subcommand -f -a demo -d 'Open the console on a simulated network behind real sockets'
complete -c noc-console -n '__fish_seen_subcommand_from demo' -l dir
complete -c noc-console -n '__fish_seen_subcommand_from demo' -l headless
complete -c noc-console -n '__fish_seen_subcommand_from demo' -l help
complete -c noc-console -n '__fish_seen_subcommand_from demo' -l json
complete -c noc-console -n '__fish_seen_subcommand_from demo' -l olts
complete -c noc-console -n '__fish_seen_subcommand_from demo' -l onts
complete -c noc-console -n '__fish_seen_subcommand_from demo' -l scenario
complete -c noc-console -n '__fish_seen_subcommand_from demo' -l seed
complete -c noc-console -n __fish_use_subcommand -f -a do -d 'Do one action on an ONT, its router or an OLT'
complete -c noc-console -n '__fish_seen_subcommand_from do' -f -a 'refresh olt-refresh backup reboot factory-reset speed-test ping traceroute wifi-ssid wifi-password wifi-switch wifi-channel lan-port pppoe firmware olt-reboot ont-disable ont-enable'
complete -c noc-console -n '__fish_seen_subcommand_from do' -l force
complete -c noc-console -n '__fish_seen_subcommand_from do' -l help
complete -c noc-console -n '__fish_seen_subcommand_from do' -l json
complete -c noc-console -n '__fish_seen_subcommand_from do' -l list
complete -c noc-console -n '__fish_seen_subcommand_from do' -l reason
complete -c noc-console -n '__fish_seen_subcommand_from do' -l wait
complete -c noc-console -n '__fish_seen_subcommand_from do' -l yes
complete -c noc-console -n __fish_use_subcommand -f -a door -d 'Let operators in by SSH, each with their own key'
complete -c noc-console -n '__fish_seen_subcommand_from door' -l help
complete -c noc-console -n __fish_use_subcommand -f -a export -d 'Print records of the plant as CSV, as import takes it'
complete -c noc-console -n '__fish_seen_subcommand_from export' -f -a 'zones splitters subscribers uplinks vlans pools blocks closures strands splices'
complete -c noc-console -n '__fish_seen_subcommand_from export' -l help
complete -c noc-console -n __fish_use_subcommand -f -a factory-reset -d 'Reset a customers router to its factory settings'
complete -c noc-console -n '__fish_seen_subcommand_from factory-reset' -l force
complete -c noc-console -n '__fish_seen_subcommand_from factory-reset' -l help
complete -c noc-console -n '__fish_seen_subcommand_from factory-reset' -l json
complete -c noc-console -n '__fish_seen_subcommand_from factory-reset' -l reason
complete -c noc-console -n '__fish_seen_subcommand_from factory-reset' -l wait
complete -c noc-console -n '__fish_seen_subcommand_from factory-reset' -l yes
complete -c noc-console -n __fish_use_subcommand -f -a handover -d 'Print what the next shift must know, as Markdown'
complete -c noc-console -n '__fish_seen_subcommand_from handover' -l help
complete -c noc-console -n '__fish_seen_subcommand_from handover' -l json
complete -c noc-console -n '__fish_seen_subcommand_from handover' -l since
complete -c noc-console -n __fish_use_subcommand -f -a import -d 'Import records from CSV, or from another systems database ("all" of it); twice the same changes nothing'
complete -c noc-console -n '__fish_seen_subcommand_from import' -f -a 'zones splitters subscribers uplinks vlans pools blocks closures strands splices'
complete -c noc-console -n '__fish_seen_subcommand_from import' -l dry-run
complete -c noc-console -n '__fish_seen_subcommand_from import' -l from
complete -c noc-console -n '__fish_seen_subcommand_from import' -l help
complete -c noc-console -n '__fish_seen_subcommand_from import' -l json
complete -c noc-console -n '__fish_seen_subcommand_from import' -l replace
complete -c noc-console -n __fish_use_subcommand -f -a incident -d 'Print one incident for a ticket, as Markdown'
complete -c noc-console -n '__fish_seen_subcommand_from incident' -l csv
complete -c noc-console -n '__fish_seen_subcommand_from incident' -l help
complete -c noc-console -n '__fish_seen_subcommand_from incident' -l json
complete -c noc-console -n __fish_use_subcommand -f -a init -d 'Write a commented config file; with --service all that a collector needs to run as a service'
complete -c noc-console -n '__fish_seen_subcommand_from init' -l extras
complete -c noc-console -n '__fish_seen_subcommand_from init' -l help
complete -c noc-console -n '__fish_seen_subcommand_from init' -l service
complete -c noc-console -n __fish_use_subcommand -f -a job-cancel -d 'Cancel one job'
complete -c noc-console -n '__fish_seen_subcommand_from job-cancel' -l help
complete -c noc-console -n __fish_use_subcommand -f -a lookup -d 'Find one customer by serial (any form), MAC, IP, PPPoE login or description; say what is wrong and what to do'
complete -c noc-console -n '__fish_seen_subcommand_from lookup' -l cached
complete -c noc-console -n '__fish_seen_subcommand_from lookup' -l help
complete -c noc-console -n '__fish_seen_subcommand_from lookup' -l json
complete -c noc-console -n __fish_use_subcommand -f -a maintenance -d 'Announce planned work'
complete -c noc-console -n '__fish_seen_subcommand_from maintenance' -l help
complete -c noc-console -n '__fish_seen_subcommand_from maintenance' -l json
complete -c noc-console -n '__fish_seen_subcommand_from maintenance' -l reason
complete -c noc-console -n '__fish_seen_subcommand_from maintenance' -l splitter
complete -c noc-console -n '__fish_seen_subcommand_from maintenance' -l start
complete -c noc-console -n '__fish_seen_subcommand_from maintenance' -l zone
complete -c noc-console -n __fish_use_subcommand -f -a maintenance-end -d 'End planned work before its time'
complete -c noc-console -n '__fish_seen_subcommand_from maintenance-end' -l help
complete -c noc-console -n '__fish_seen_subcommand_from maintenance-end' -l json
complete -c noc-console -n __fish_use_subcommand -f -a move -d 'Copy everything from SQLite into an empty PostgreSQL database, and prove that it arrived'
complete -c noc-console -n '__fish_seen_subcommand_from move' -l help
complete -c noc-console -n '__fish_seen_subcommand_from move' -l json
complete -c noc-console -n '__fish_seen_subcommand_from move' -l to
complete -c noc-console -n __fish_use_subcommand -f -a notify-test -d 'Send a test message to each target under notifications'
complete -c noc-console -n '__fish_seen_subcommand_from notify-test' -l help
complete -c noc-console -n '__fish_seen_subcommand_from notify-test' -l json
complete -c noc-console -n __fish_use_subcommand -f -a probe -d 'Say what a device is, which profile fits, and what each of its columns answers'
complete -c noc-console -n '__fish_seen_subcommand_from probe' -l community
complete -c noc-console -n '__fish_seen_subcommand_from probe' -l help
complete -c noc-console -n '__fish_seen_subcommand_from probe' -l json
complete -c noc-console -n '__fish_seen_subcommand_from probe' -l port
complete -c noc-console -n '__fish_seen_subcommand_from probe' -l write
complete -c noc-console -n __fish_use_subcommand -f -a profiles -d 'List the OLT families that can be read, and what is read of each'
complete -c noc-console -n '__fish_seen_subcommand_from profiles' -l help
complete -c noc-console -n '__fish_seen_subcommand_from profiles' -l json
complete -c noc-console -n __fish_use_subcommand -f -a reboot -d 'Reboot a customers router, and see it come back'
complete -c noc-console -n '__fish_seen_subcommand_from reboot' -l force
complete -c noc-console -n '__fish_seen_subcommand_from reboot' -l help
complete -c noc-console -n '__fish_seen_subcommand_from reboot' -l json
complete -c noc-console -n '__fish_seen_subcommand_from reboot' -l reason
complete -c noc-console -n '__fish_seen_subcommand_from reboot' -l wait
complete -c noc-console -n '__fish_seen_subcommand_from reboot' -l yes
complete -c noc-console -n __fish_use_subcommand -f -a record -d 'Write what the collector observed as a recording'
complete -c noc-console -n '__fish_seen_subcommand_from record' -l anonymous
complete -c noc-console -n '__fish_seen_subcommand_from record' -l help
complete -c noc-console -n '__fish_seen_subcommand_from record' -l json
complete -c noc-console -n '__fish_seen_subcommand_from record' -l since
complete -c noc-console -n '__fish_seen_subcommand_from record' -l until
complete -c noc-console -n __fish_use_subcommand -f -a refresh -d 'Read an ONT from its OLT and its router through the ACS, now'
complete -c noc-console -n '__fish_seen_subcommand_from refresh' -l help
complete -c noc-console -n '__fish_seen_subcommand_from refresh' -l json
complete -c noc-console -n '__fish_seen_subcommand_from refresh' -l reason
complete -c noc-console -n '__fish_seen_subcommand_from refresh' -l wait
complete -c noc-console -n '__fish_seen_subcommand_from refresh' -l yes
complete -c noc-console -n __fish_use_subcommand -f -a register -d 'Print the commands that would register an ONT that waits at its OLT'
complete -c noc-console -n '__fish_seen_subcommand_from register' -l description
complete -c noc-console -n '__fish_seen_subcommand_from register' -l help
complete -c noc-console -n '__fish_seen_subcommand_from register' -l json
complete -c noc-console -n '__fish_seen_subcommand_from register' -l preset
complete -c noc-console -n __fish_use_subcommand -f -a replay -d 'Play a recording on the screen; with --json or --at print what the incident engine says, as fast as it can'
complete -c noc-console -n '__fish_seen_subcommand_from replay' -l at
complete -c noc-console -n '__fish_seen_subcommand_from replay' -l help
complete -c noc-console -n '__fish_seen_subcommand_from replay' -l json
complete -c noc-console -n '__fish_seen_subcommand_from replay' -l speed
complete -c noc-console -n __fish_use_subcommand -f -a share -d 'Keep one picture for all consoles of this config and user on this host'
complete -c noc-console -n '__fish_seen_subcommand_from share' -l help
complete -c noc-console -n __fish_use_subcommand -f -a shelve -d 'Put an incident or alarm away for some time; it comes back by itself'
complete -c noc-console -n '__fish_seen_subcommand_from shelve' -l help
complete -c noc-console -n '__fish_seen_subcommand_from shelve' -l json
complete -c noc-console -n '__fish_seen_subcommand_from shelve' -l reason
complete -c noc-console -n __fish_use_subcommand -f -a show -d 'Print what is known'
complete -c noc-console -n '__fish_seen_subcommand_from show' -f -a 'alarms assignments audit backup-runs backups blocks bulk cards changes closures comments core core-interfaces fans firmware handlings incidents jobs maintenance olts onts path pools ports presence routers sfps sources splices splitters strands subscribers swaps traps unregistered uplinks vlans zones'
complete -c noc-console -n '__fish_seen_subcommand_from show' -l csv
complete -c noc-console -n '__fish_seen_subcommand_from show' -l filter
complete -c noc-console -n '__fish_seen_subcommand_from show' -l help
complete -c noc-console -n '__fish_seen_subcommand_from show' -l json
complete -c noc-console -n '__fish_seen_subcommand_from show' -l list
complete -c noc-console -n __fish_use_subcommand -f -a swap -d 'Record that a customers hardware was replaced; a diagnostic swap is due to be tested'
complete -c noc-console -n '__fish_seen_subcommand_from swap' -f -a 'definitive diagnostic'
complete -c noc-console -n '__fish_seen_subcommand_from swap' -l customer
complete -c noc-console -n '__fish_seen_subcommand_from swap' -l help
complete -c noc-console -n '__fish_seen_subcommand_from swap' -l json
complete -c noc-console -n '__fish_seen_subcommand_from swap' -l reason
complete -c noc-console -n __fish_use_subcommand -f -a swap-close -d 'End the diagnosis of a swap'
complete -c noc-console -n '__fish_seen_subcommand_from swap-close' -l help
complete -c noc-console -n __fish_use_subcommand -f -a unack -d 'Take an acknowledgement back'
complete -c noc-console -n '__fish_seen_subcommand_from unack' -l help
complete -c noc-console -n '__fish_seen_subcommand_from unack' -l json
complete -c noc-console -n __fish_use_subcommand -f -a unshelve -d 'Bring a shelved incident or alarm back before its time'
complete -c noc-console -n '__fish_seen_subcommand_from unshelve' -l help
complete -c noc-console -n '__fish_seen_subcommand_from unshelve' -l json
complete -c noc-console -n __fish_use_subcommand -f -a wallboard -d 'Big figures for a spare terminal'
complete -c noc-console -n '__fish_seen_subcommand_from wallboard' -l help
complete -c noc-console -n '__fish_seen_subcommand_from wallboard' -l pages
complete -c noc-console -n '__fish_seen_subcommand_from wallboard' -l seconds
