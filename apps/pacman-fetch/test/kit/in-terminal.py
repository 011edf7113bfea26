"""Runs a program in a pseudo-terminal: in-terminal.py COLUMNS ROWS PROGRAM [ARGUMENT...]

What it writes there goes to standard output. Each line of standard input, COLUMNS ROWS, changes the size; one that
begins with TYPE is typed, without that word.
"""

import fcntl
import os
import pty
import select
import struct
import sys
import termios


def resize(descriptor, columns, rows):
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", int(rows), int(columns), 0, 0))


columns, rows, *command = sys.argv[1:]
child, terminal = pty.fork()
if child == 0:
    resize(0, columns, rows)
    os.execvp(command[0], command)

inputs = [terminal, 0]
while True:
    readable, _, _ = select.select(inputs, [], [])
    if 0 in readable:
        lines = os.read(0, 4096)
        if not lines:
            inputs.remove(0)
        for line in lines.decode().split("\n"):
            if line.startswith("TYPE "):
                os.write(terminal, line[5:].encode() + b"\n")
            elif line:
                resize(terminal, *line.split())
    if terminal in readable:
        try:
            output = os.read(terminal, 65536)
        except OSError:  # EIO: nobody holds the other side any more
            break
        os.write(1, output)

_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status) % 256)
