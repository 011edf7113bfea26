/** The help: one screen of 24 lines and 80 columns. A test compares it with the table of options. */
export const help = `\
Usage: sb-seccomp COMMAND [options] FILTER ...

 explain FILTER                list the filter of a policy with its rules
 simulate FILTER CALL [ARG..]  show the answer to a call, on --arch ARCH
 lint FILTER                   find mistakes in a valid policy
 compare FILTER FILTER         show how two filters relate, for every call
 import FORMAT FILE            print the policy of an oci, systemd or bpf file
 export FORMAT FILTER          print a policy in that format: oci, systemd
 disasm FILTER                 list instructions: of a program, of a process

 --machine MACHINE   machine of a BPF program, or of the program that disasm
                     makes from a policy (default x86_64)
 --expect RELATION   compare: exit with 0 for this relation (repeatable):
                     equal (default) alike subset superset overlap disjoint
 --runtime runc|crun import oci: who loads the profile (runc)
 --caps none|CAP,CAP import oci: the container's capabilities (Docker's)
 --completion SHELL  print a completion script for bash, zsh or fish
 --json (print the answer as JSON)  --version  --help

FILTER is a preset (deny-dangerous), a file with a policy in JSON, or - for
standard input. compare and disasm also take a BPF program, and pid:1234[/N],
the Nth filter of a process.
Exit status: 0 yes (the call is let through; lint finds no error; the relation
is expected; the formats say the same), 1 no, 2 usage or other errors.
`;
