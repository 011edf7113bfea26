/** The help: one screen of 24 lines and 80 columns. A test compares it with the table of options. */
export const help = `\
Usage: sb-run [options] -- command [args]     Everything not granted is denied.
 --user NAME[:GROUP]          become a user   --groups none|initgroups|LIST
 --caps none|off|LIST         capabilities that the command has (none)
 --fs read-only|minimal|none  read and execute: all (read-only), libraries, none
 --ro --rx --rw --rwx PATH    grant reading, executing, writing beneath PATH
 --ro? --rx? --rw? --rwx?     the same where PATH is there (quote them in zsh)
 --connect-tcp --bind-tcp PORT|none|any        only these ports (any; none)
 --scope none|LIST            no signal, abstract_unix_socket out (both)
 --unix PATH|any  --ipc       unix sockets there; System V and POSIX IPC (none)
 --seccomp PRESET|FILE|off    deny-dangerous (default), network-client, JSON
 --deny --allow LIST          system calls and @groups on top of that
 --rlimit NAME=VALUE          such as nofile=64, as=2G; cpu in s, sizes in bytes
 --env NAME[=VALUE]           add to PATH HOME USER LOGNAME SHELL TERM LANG
 --tmp[=memory]  --tmp-home   a private TMPDIR, in memory; HOME beside it
 --cwd FOLDER  --umask OCTAL  --keep-fd N  --no-new-session
 -c, --shell LINE             run a line of sh(1); -- gives it arguments
 --policy FILE                JSON to start from; options add to it
 --require --prefer --off LAYER[.FEATURE]      privdrop caps landlock seccomp
 --report[=FILE]  --compile FILE   what is in force, as JSON; a file for sb-exec
 --dry-run --explain --self-test   the plan; plain words; tries what is denied
 --why 'write /etc/hosts' --json  --completion bash|zsh|fish --version --help
PORT and the levels take LISTs (a,b,c); PATH, PORT, LIST, NAME and N may repeat.
Exit status: the command's, 128+n for signal n; 125 (the report says why) usage,
a layer failed, or the report was lost; 126 not executable; 127 not found.
`;
