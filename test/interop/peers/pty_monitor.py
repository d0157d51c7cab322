"""Runs a command on a pseudo-terminal, as its parent tells it to on stdin, one JSON object a line.

Told: {"type": "keys"} {"resize": [columns, rows]} {"signal": 15} {"hangup": true}. Says: {"event": "output", "text": ...},
{"event": "ended", "code": ..., "restored": ...}; `restored` is whether the terminal echoes and reads lines again.
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios


def say(**what):
    print(json.dumps(what), flush=True)


def resize(fd, columns, rows):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def restored(fd):
    wanted = termios.ECHO | termios.ICANON | termios.ISIG
    return termios.tcgetattr(fd)[3] & wanted == wanted


def main():
    columns, rows = int(sys.argv[1]), int(sys.argv[2])
    master, slave = pty.openpty()
    resize(master, columns, rows)
    child = os.fork()
    if child == 0:
        os.close(master)
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for fd in (0, 1, 2):
            os.dup2(slave, fd)
        os.execvp(sys.argv[3], sys.argv[3:])
    told = b""
    while True:
        readable, _, _ = select.select([fd for fd in (master, 0) if fd is not None], [], [], 0.05)
        if master in readable:
            try:
                say(event="output", text=os.read(master, 65536).decode("latin1"))
            except OSError:
                pass
        if 0 in readable:
            chunk = os.read(0, 65536)
            if not chunk:
                os.kill(child, signal.SIGKILL)
                return
            told += chunk
            *lines, told = told.split(b"\n")
            for what in map(json.loads, lines):
                if "type" in what:
                    os.write(master, what["type"].encode("latin1"))
                if "resize" in what:
                    resize(master, *what["resize"])
                if "signal" in what:
                    os.kill(child, what["signal"])
                if "hangup" in what:
                    os.close(slave)
                    os.close(master)
                    _, status = os.waitpid(child, 0)
                    say(event="ended", code=os.waitstatus_to_exitcode(status), restored=True)
                    return
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            while select.select([master], [], [], 0.1)[0]:
                say(event="output", text=os.read(master, 65536).decode("latin1"))
            say(event="ended", code=os.waitstatus_to_exitcode(status), restored=restored(slave))
            return


main()
