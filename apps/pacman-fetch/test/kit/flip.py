"""Exchanges two names again and again, as fast as it can: flip.py PATH PATH

It says so when it has begun, and goes on until it is killed.
"""

import ctypes
import os
import sys

AT_FDCWD = -100
RENAME_EXCHANGE = 2

libc = ctypes.CDLL(None, use_errno=True)
first, second = (os.fsencode(path) for path in sys.argv[1:])


def exchange():
    if libc.renameat2(AT_FDCWD, first, AT_FDCWD, second, RENAME_EXCHANGE):
        raise OSError(ctypes.get_errno(), "renameat2")


exchange()
print("begun", flush=True)
while True:
    exchange()
