# Completion of noc-console for bash: source it, or put it into /etc/bash_completion.d.
_noc_console() {
    local current=${COMP_WORDS[COMP_CWORD]} command= words= one
    for one in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case " ack audit-head audit-verify backup backup-diff backup-show bulk bulk-again bulk-cancel bulk-release chart check collect comment completion demo do door export factory-reset handover import incident init job-cancel lookup maintenance maintenance-end move notify-test probe profiles reboot record refresh register replay share shelve show swap swap-close unack unshelve wallboard " in *" $one "*) command=$one; break ;; esac
    done
    case $command in
        ack) words="--help --json" ;;
        audit-head) words="--help" ;;
        audit-verify) words="--accept --archive --heads --help --json" ;;
        backup) words="--force --help --json --reason --wait" ;;
        backup-diff) words="--help --json --reveal" ;;
        backup-show) words="--help --reveal" ;;
        bulk) words="reboot wifi-channel firmware --count --dry-run --filter --force --help --json --reason --wait" ;;
        bulk-again) words="--count --dry-run --force --help --json --reason --wait" ;;
        bulk-cancel) words="--help" ;;
        bulk-release) words="--help" ;;
        chart) words="--csv --help --json --of --range --svg" ;;
        check) words="--help --json" ;;
        collect) words="--help --join --json --once --region" ;;
        comment) words="--help --json" ;;
        completion) words="bash zsh fish --help" ;;
        demo) words="--dir --headless --help --json --olts --onts --scenario --seed" ;;
        do) words="refresh olt-refresh backup reboot factory-reset speed-test ping traceroute wifi-ssid wifi-password wifi-switch wifi-channel lan-port pppoe firmware olt-reboot ont-disable ont-enable --force --help --json --list --reason --wait --yes" ;;
        door) words="--help" ;;
        export) words="zones splitters subscribers uplinks vlans pools blocks closures strands splices --help" ;;
        factory-reset) words="--force --help --json --reason --wait --yes" ;;
        handover) words="--help --json --since" ;;
        import) words="zones splitters subscribers uplinks vlans pools blocks closures strands splices --dry-run --from --help --json --replace" ;;
        incident) words="--csv --help --json" ;;
        init) words="--extras --help --service" ;;
        job-cancel) words="--help" ;;
        lookup) words="--cached --help --json" ;;
        maintenance) words="--help --json --reason --splitter --start --zone" ;;
        maintenance-end) words="--help --json" ;;
        move) words="--help --json --to" ;;
        notify-test) words="--help --json" ;;
        probe) words="--community --help --json --port --write" ;;
        profiles) words="--help --json" ;;
        reboot) words="--force --help --json --reason --wait --yes" ;;
        record) words="--anonymous --help --json --since --until" ;;
        refresh) words="--help --json --reason --wait --yes" ;;
        register) words="--description --help --json --preset" ;;
        replay) words="--at --help --json --speed" ;;
        share) words="--help" ;;
        shelve) words="--help --json --reason" ;;
        show) words="alarms assignments audit backup-runs backups blocks bulk cards changes closures comments core core-interfaces fans firmware handlings incidents jobs maintenance olts onts path pools ports presence routers sfps sources splices splitters strands subscribers swaps traps unregistered uplinks vlans zones --csv --filter --help --json --list" ;;
        swap) words="definitive diagnostic --customer --help --json --reason" ;;
        swap-close) words="--help" ;;
        unack) words="--help --json" ;;
        unshelve) words="--help --json" ;;
        wallboard) words="--help --pages --seconds" ;;
        *) words="ack audit-head audit-verify backup backup-diff backup-show bulk bulk-again bulk-cancel bulk-release chart check collect comment completion demo do door export factory-reset handover import incident init job-cancel lookup maintenance maintenance-end move notify-test probe profiles reboot record refresh register replay share shelve show swap swap-close unack unshelve wallboard --alone --ascii --config --help --link --mouse --no-ascii --no-mouse --read-only --screen --theme --version" ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -F _noc_console noc-console
