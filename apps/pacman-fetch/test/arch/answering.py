"""Runs a program in a pseudo-terminal: answering.py ANSWER PROGRAM [ARGUMENT...]

It types ANSWER where the program has written [Y/n] once more. pacman discards what was typed before it reads, which may
be right after the question. So ANSWER is typed again as long as nothing happens.
"""

import os
import pty
import select
import sys

answer, *command = sys.argv[1:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(command[0], command)
written, asked = b"", 0
while True:
    if asked > 0 and not select.select([terminal], [], [], 1)[0]:
        os.write(terminal, answer.encode() + b"\n")
    try:
        output = os.read(terminal, 65536)
    except OSError:  # EIO: nobody holds the other side any more
        break
    os.write(1, output)
    written += output
    while written.count(b"[Y/n]") > asked:
        asked += 1
        os.write(terminal, answer.encode() + b"\n")
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status) % 256)
