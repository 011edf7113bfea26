/** The help: one screen of 24 lines and 80 columns. A test compares it with the table of options. */
export const help = `\
Usage: sb-run [options] -- command [args]
Alone: reads all you may but /dev and credentials (~/.ssh ...), writes nothing,
connects to any TCP port, sends UDP. What it reads it can send.
 --profile read|project|build|convert|client|server|none   --list-profiles
 --fs read-only|minimal|none  instead: read all, credentials too; libraries; -
 --ro --rx --rw --rwx PATH    grant reading, executing, writing beneath PATH
 --ro? --rx? --rw? --rwx?     the same where PATH is there (quote them in zsh)
 --connect-tcp --bind-tcp PORT|none|any        --unix PATH|any  --ipc
 --scope none|LIST            no signal, abstract_unix_socket out (both)
 --user NAME[:GROUP]  --groups none|initgroups|LIST  --caps none|off|LIST (none)
 --seccomp PRESET|FILE|off    deny-dangerous (default), network-client, JSON
 --deny --allow LIST          system calls and @groups on top of that
 --rlimit NAME=VALUE          such as nofile=64, as=2G; cpu in s, sizes in bytes
 --env NAME[=VALUE]           add to PATH HOME USER LOGNAME SHELL TERM LANG
 --tmp[=memory]  --tmp-home   a private TMPDIR, in memory; HOME beside it
 --cwd FOLDER  --umask OCTAL  --keep-fd N  --no-new-session
 -c, --shell LINE             run a line of sh(1); -- gives it arguments
 --policy FILE  --require --prefer --off LAYER[.FEATURE]  JSON to add to, levels
 --report[=FILE]  --compile FILE   what is in force, as JSON; a file for sb-exec
 --export oci|kubernetes|systemd|docker|bwrap  for another engine; its gaps
 --dry-run --explain --self-test   the plan; plain words; tries what is denied
 --why 'write /etc/hosts' --json  --completion bash|zsh|fish --version --help
LISTs are a,b,c; PATH, PORT, LIST, NAME and N may repeat. Exit status: that of
the command, 128+n for signal n; 125 failure; 126 not executable; 127 missing.
`;
