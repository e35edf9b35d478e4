#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""firewall_cmds.py FOLDER: runs firewall-cmd's own program, again and again, without Python's start each time.

FOLDER/asked is a pipe: a call is the number of its arguments and then each argument, a line each. FOLDER/said takes
the answer: the exit status, and then what was printed. A process of its own runs each call.
"""
import os
import shutil
import sys
import tempfile

import dbus  # noqa: F401  loaded once, for all calls
import firewall.client  # noqa: F401
import firewall.command  # noqa: F401
import firewall.core.rich  # noqa: F401


def run(code, path, arguments):
    with tempfile.TemporaryFile() as printed:
        child = os.fork()
        if child == 0:
            os.dup2(printed.fileno(), 1)
            os.dup2(printed.fileno(), 2)
            sys.argv = [path] + arguments
            exec(code, {"__name__": "__main__"})
            sys.exit(0)
        _, status = os.waitpid(child, 0)
        printed.seek(0)
        return os.waitstatus_to_exitcode(status), printed.read()


def main():
    folder = sys.argv[1]
    path = shutil.which("firewall-cmd", path="/usr/bin:/usr/sbin")
    with open(path, encoding="utf-8") as file:
        code = compile(file.read(), path, "exec")
    while True:
        with open(folder + "/asked", encoding="utf-8") as asked:
            count = int(asked.readline())
            arguments = [asked.readline().rstrip("\n") for _ in range(count)]
        status, printed = run(code, path, arguments)
        with open(folder + "/said", "wb") as said:
            said.write(b"%d\n" % status + printed)


main()
