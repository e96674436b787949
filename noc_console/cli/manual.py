"""The man page and the shells' completions, made from the commands as they are.

``python -m noc_console.cli.manual`` writes those that are shipped into ``noc_console/install``; a test compares them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from noc_console import __version__

SHELLS = ("bash", "zsh", "fish")
FOLDER = Path(__file__).parents[1] / "install"
_INTRO = r"""
.SH NAME
noc\-console \- see, judge and act on a GPON access network
.SH SYNOPSIS
.B noc\-console
[\fIOPTIONS\fR] [\fB:COMMAND\fR | \fICOMMAND\fR [\fIARGUMENTS\fR]]
.SH DESCRIPTION
Without a command the console opens on this terminal; a word that begins with a colon is a command of the console, as in
.B noc\-console ':inc 17'\fR.
In the console
.B ?
shows the keys. All other commands work without a terminal; most take
.BR \-\-json .
"""
_OUTRO = r"""
.SH EXIT STATUS
0 done, 1 the job failed, 2 wrong usage or config, 3 a source cannot be reached, 4 accepted but not provable.
.SH FILES
The first that is there counts: the file of \-\-config or of NOC_CONSOLE_CONFIG, ./config.yaml,
~/.config/noc\-console/config.yaml, /etc/noc\-console/config.yaml. Secrets of the service: /etc/default/noc\-console.
State: ~/.local/state/noc\-console, of the service /var/lib/noc\-console.
.SH ENVIRONMENT
NOC_CONSOLE_CONFIG, NO_COLOR, TERM, COLORTERM, XDG_STATE_HOME, and each ${NAME} of the config file.
"""


def man_page() -> str:
    """In roff."""
    group = _group()
    lines = [f'.TH NOC\\-CONSOLE 1 "" "noc-console {__version__}" "User Commands"', _INTRO.strip(), ".SH OPTIONS"]
    lines += _options(group)
    lines.append(".SH COMMANDS")
    for name, command in _commands(group):
        usage = " ".join([name, *(_argument(one) for one in command.params if one.param_type_name == "argument")])
        lines += [f".SS {_plain(usage)}", _plain(command.help or ""), *_options(command)]
    return "\n".join([*lines, _OUTRO.strip()]) + "\n"


def completion(shell: str) -> str:
    """A script for one of ``SHELLS``: commands, their options, and the words that some of them take."""
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell]()


def files() -> dict[str, str]:
    """What is shipped: file name to text."""
    return {"noc-console.1": man_page()} | {f"completion.{shell}": completion(shell) for shell in SHELLS}


def words() -> dict[str, list[str]]:
    """By command: the words that its first argument can be."""
    from noc_console.cli.show import AUDIT, PATH, SHOWN
    from noc_console.domain.actions import ACTIONS
    from noc_console.domain.record_kinds import RECORD_KINDS

    kinds = [kind.name for kind in RECORD_KINDS.values() if kind.imported]
    actions = [str(kind) for kind, spec in ACTIONS.items() if spec.offered]
    bulk = [str(kind) for kind, spec in ACTIONS.items() if spec.bulk]
    shown = sorted([*SHOWN, PATH, AUDIT])
    return {
        "show": shown,
        "import": kinds,
        "export": kinds,
        "do": actions,
        "bulk": bulk,
        "swap": ["definitive", "diagnostic"],
        "completion": list(SHELLS),
    }


def _group() -> Any:
    from noc_console.cli.main import app

    return typer.main.get_command(app)


def _commands(group: Any) -> Iterator[tuple[str, Any]]:
    return ((name, command) for name, command in sorted(group.commands.items()) if not command.hidden)


def _shown(command: Any) -> list[Any]:
    return [one for one in command.params if one.param_type_name == "option" and not one.hidden]


def _flags(command: Any) -> list[str]:
    """Long and short options of a command."""
    return sorted({flag for one in _shown(command) for flag in (*one.opts, *one.secondary_opts)} | {"--help"})


def _options(command: Any) -> Iterator[str]:
    for one in _shown(command):
        names = ", ".join((*one.opts, *one.secondary_opts)) + ("" if one.is_flag else f" {_metavar(one)}")
        yield f".TP\n.B {_plain(names)}\n{_plain(one.help or '')}"


def _metavar(one: Any) -> str:
    return str(one.metavar or one.name.upper())


def _argument(one: Any) -> str:
    if one.metavar:
        return str(one.metavar)
    return str(one.name.upper() if one.required else f"[{one.name.upper()}]")


def _plain(text: str) -> str:
    """Text as roff shows it: no line may begin as a request does."""
    words = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{words}" if words[:1] in (".", "'") else words


def _bash() -> str:
    group, taken = _group(), words()
    commands = " ".join(name for name, _ in _commands(group))
    cases = []
    for name, command in _commands(group):
        cases.append(f'        {name}) words="{" ".join([*taken.get(name, []), *_flags(command)])}" ;;')
    return f"""# Completion of noc-console for bash: source it, or put it into /etc/bash_completion.d.
_noc_console() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} command= words= one
    for one in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case " {commands} " in *" $one "*) command=$one; break ;; esac
    done
    case $command in
{chr(10).join(cases)}
        *) words="{" ".join([commands, *_flags(group)])}" ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    [ ${{#COMPREPLY[@]}} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}}
complete -F _noc_console noc-console
"""


def _zsh() -> str:
    return f"""#compdef noc-console
# Completion of noc-console for zsh: put it into a folder of $fpath as _noc-console.
autoload -U +X bashcompinit && bashcompinit
{_bash()}"""


def _fish() -> str:
    group, taken = _group(), words()
    lines = ["# Completion of noc-console for fish: put it into ~/.config/fish/completions/noc-console.fish."]
    for flag in _flags(group):
        lines.append(f"complete -c noc-console -n __fish_use_subcommand {_fish_flag(flag)}")
    for name, command in _commands(group):
        told = (command.help or "").split(".")[0].split(":")[0].replace("'", "")
        lines.append(f"complete -c noc-console -n __fish_use_subcommand -f -a {name} -d '{told}'")
        seen = f"-n '__fish_seen_subcommand_from {name}'"
        if name in taken:
            lines.append(f"complete -c noc-console {seen} -f -a '{' '.join(taken[name])}'")
        lines += [f"complete -c noc-console {seen} {_fish_flag(flag)}" for flag in _flags(command)]
    return "\n".join(lines) + "\n"


def _fish_flag(flag: str) -> str:
    return f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}"


if __name__ == "__main__":
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
