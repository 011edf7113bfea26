"""Runs a program in a pseudo-terminal: answering.py ANSWER PROGRAM [ARGUMENT...]

It types ANSWER where the program has written [Y/n] once more: pacman discards what is typed before a question.
"""

import os
import pty
import sys

answer, *command = sys.argv[1:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(command[0], command)
written, asked = b"", 0
while True:
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
