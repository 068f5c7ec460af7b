"""Runs the emulator, unchanged, for as long as whoever started it lives.

Usage: launch.py HOME. Standard input is a pipe that the parent holds open. When it closes, the parent
is gone, in whatever way: then the directory HOME is removed, and the process group (the emulator and
the workers of its functions) ends.
"""

import os
import shutil
import signal
import sys
import threading

from ministack.app import main

home = sys.argv.pop(1)


def end_with_parent() -> None:
    while sys.stdin.buffer.read(1024):
        pass
    shutil.rmtree(home, ignore_errors=True)
    os.killpg(os.getpgid(0), signal.SIGKILL)


threading.Thread(target=end_with_parent, daemon=True).start()
main()
