#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""examples.py PAGE: runs each example of a manual (mdoc) or of a Markdown file as it stands.
examples.py --text PAGE: prints their lines, as a reader must see them.

An example is a block .Bd -literal ... .Ed, in Markdown a block that is indented by four. All of a page are run in the
present folder, one after the other, with lbgen in PATH:

    "$ command"     is run; the lines below it, up to the next one, are what it must print, byte for byte, both streams
                    together. A status that is not 0 must show: by something that is printed, or by `echo $?` below it.
    "$ cat FILE"    where no command has made FILE, the lines below it are put into FILE.
    "[section]"     as a first line: a whole input, which `lbgen --check` has nothing to say about.

Other blocks have a comment in front, `.\\" example: ...` or `<!-- example: ... -->`:

    of COMMAND      each of these lines is among those that COMMAND prints, whatever the indentation
    with FILE       these lines, put behind FILE, are an input without findings
    commands        each line is run, whatever it prints; its status is 0, or 1 where it says so behind a #
    waits           its command waits for a confirmation, which an example below gives
    not run, WHY    what can't be run here

A comment `given, COMMAND` stands for itself: what the reader is taken to have done.

Prints "ok ..." or "FAIL ..." for each; whoever calls it counts. An escape that is not known ends it with status 1.
"""
import os
import re
import subprocess
import sys
import time

SECONDS = 60
SHOWN = 60  # lines of a failure
LETTERS = {"(dq": '"', "(aq": "'", "(ti": "~", "(ha": "^", "(ga": "`", "-": "-", "e": "\\", "&": ""}


def roff(line):
    """A line of a literal block as it is printed."""
    return re.sub(r"\\(\(..|.)", lambda m: LETTERS[m.group(1)], line)


def manual_blocks(lines):
    """Pairs of a marker (or None) and lines, with the number of the first."""
    marker, block = None, None
    for number, line in enumerate(lines, 1):
        if line.startswith(".Bd -literal"):
            start, block = number + 1, []
        elif line == ".Ed" and block is not None:
            yield start, marker, block
            marker, block = None, None
        elif block is not None:
            block.append(roff(line))
        elif line.startswith('.\\" example: given, '):
            yield number, line[len('.\\" example: '):], []
        elif line.startswith('.\\" example: '):
            marker = line[len('.\\" example: '):]
        elif line.startswith(".Dl"):
            yield number, "a .Dl, which is not run: write .Bd -literal", []


def markdown_blocks(lines):
    marker, block, blank = None, None, True
    for number, line in enumerate(lines + ["end"], 1):
        if line.startswith("    ") and (blank or block):
            if block is None:
                start, block = number, []
            block.append(line[4:])
        elif line == "" and block:
            block.append("")
        elif block:
            while block[-1] == "":
                block.pop()
            yield start, marker, block
            marker, block = None, None
        found = re.fullmatch(r"<!-- example: (.*) -->", line)
        if found and found.group(1).startswith("given, "):
            yield number, found.group(1), []
        elif found:
            marker = found.group(1)
        blank = line == ""


class Page:
    def __init__(self, path):
        self.name = os.path.basename(path)
        self.written = {}  # by a cat: NAME: its text
        self.waiting = []
        self.status = 0

    def ok(self, number, what):
        print(f"ok {self.name}:{number}: {what}")

    def fail(self, number, what, more=""):
        print(f"FAIL {self.name}:{number}: {what}")
        for line in more.splitlines()[:SHOWN]:
            print("    " + line)

    def compare(self, number, what, wanted, printed):
        if wanted == printed:
            self.ok(number, what)
            return
        self.fail(number, what, f"--- shown:\n{wanted}--- printed:\n{printed}")

    def start(self, command):
        return subprocess.Popen(["bash", "-c", f"(exit {self.status})\n{command}"], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self, command):
        process = self.start(command)
        try:
            printed = process.communicate(timeout=SECONDS)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            return f"(no end within {SECONDS} s)\n"
        self.status = process.returncode
        return printed

    def write(self, name, text):
        os.makedirs(os.path.dirname(os.path.abspath(name)), exist_ok=True)
        with open(name, "w") as file:
            file.write(text)
        self.written[name] = text

    def may_write(self, name):
        """Has no command made this file, or changed it?"""
        if not os.path.exists(name):
            return True
        with open(name) as file:
            return file.read() == self.written.get(name)

    def command(self, number, command, wanted, shows_status):
        cat = re.fullmatch(r"cat (\S+)", command)
        if cat and self.may_write(cat.group(1)):
            self.write(cat.group(1), wanted)
            self.status = 0
            return
        printed = self.run(command)
        if self.status != 0 and not printed and not shows_status:
            printed = f"(nothing, and status {self.status})\n"
        self.compare(number, command, wanted, printed)

    def session(self, number, block):
        commands = []  # [number, command, output]
        for line in block:
            if commands and commands[-1][1].endswith("\\") and not commands[-1][2]:
                commands[-1][1] += "\n" + line
            elif line.startswith("$ "):
                commands.append([number, line[2:], ""])
            else:
                commands[-1][2] += line + "\n"
            number += 1
        for i, (at, command, wanted) in enumerate(commands):
            self.command(at, command, wanted, i + 1 < len(commands) and commands[i + 1][1].startswith("echo $?"))

    def wait_for(self, number, command, wanted):
        process = self.start(command)
        self.waiting.append((number, command, wanted, process))
        while process.poll() is None:
            if "waits for its confirmation" in self.run("lbgen --status"):
                return
            time.sleep(0.1)
        self.fail(number, f"{command}: it does not wait")

    def one_of_many(self, number, line):
        command, _, comment = line.partition("  # ")
        if re.search("--confirm( |=|$)", command):
            self.wait_for(number, command, None)
            return
        printed = self.run(command)
        if self.status == (1 if "status 1" in comment else 0):
            self.ok(number, command)
        else:
            self.fail(number, f"{command}: status {self.status}", printed)

    def finish(self):
        for number, command, wanted, process in self.waiting:
            try:
                printed = process.communicate(timeout=SECONDS)[0]
            except subprocess.TimeoutExpired:
                process.kill()
                printed = "(it still waits)\n"
                wanted = wanted or ""
            if wanted is None:
                wanted = printed
            self.compare(number, command, wanted, printed)

    def example(self, number, marker, block):
        text = "".join(line + "\n" for line in block)
        word, _, rest = (marker or "").partition(" ")
        if marker and marker.startswith("not run, "):
            print(f"# {self.name}:{number}: {marker}")
        elif word == "given,":
            printed = self.run(rest)
            if self.status != 0:
                self.fail(number, marker, printed)
        elif word == "of":
            self.status = 0
            printed = self.run(rest)
            there = {line.strip() for line in printed.splitlines()}
            missing = [line for line in block if line.strip() not in there]
            if missing:
                self.fail(number, marker, "\n".join(["--- not printed:", *missing, "--- printed:", printed]))
            else:
                self.ok(number, marker)
        elif word == "with":
            self.run(f"cp {rest} example.ini")
            with open("example.ini", "a") as file:
                file.write("\n" + text)
            self.compare(number, marker, "", self.run("lbgen --check example.ini"))
        elif marker == "commands":
            for i, line in enumerate(block):
                self.one_of_many(number + i, line)
        elif marker == "waits":
            self.wait_for(number, block[0][2:], "".join(line + "\n" for line in block[1:]))
        elif marker:
            self.fail(number, f"unknown marker: {marker}")
        elif block[0].startswith("$ "):
            self.session(number, block)
        elif block[0].startswith("["):
            self.write("example.ini", text)
            self.compare(number, "an input without findings", "", self.run("lbgen --check example.ini"))
        else:
            self.fail(number, "a block that is no example: give it a marker", text)


def main():
    path = sys.argv[-1]
    with open(path) as file:
        lines = file.read().splitlines()
    blocks = (markdown_blocks if path.endswith(".md") else manual_blocks)(lines)
    if sys.argv[1] == "--text":
        print("\n".join(line for _, _, block in blocks for line in block))
        return
    page = Page(path)
    for number, marker, block in blocks:
        page.example(number, marker, block)
    page.finish()


main()
