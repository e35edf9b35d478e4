# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# lib.sh, to be sourced by a guest script: what host.sh gives to tests of a host, in a machine of one's own.
#
# ok, fail, skip, check, check_not, expect, says, lbgen, wait_until and so on are host.sh's; here they are counted as
# they are said, in subshells and background jobs too. $work is the place for files. A script ends with closing_line.

# shellcheck source-path=SCRIPTDIR source=../../host.sh
. /lbgen/tests/host.sh

work=/tmp/work
answers=/tmp/answers
mkdir -p $work
: >>$answers
cd $work || exit 3

ok() {
    echo ok >>$answers
    echo "ok $*"
}

skip() {
    echo SKIP >>$answers
    echo "SKIP $*"
}

fail() { # WHAT [FILE...]: and the end of each file
    local file
    echo FAIL >>$answers
    echo "FAIL $1"
    shift
    for file; do
        tail -n 12 "$file" | cut -c 1-240 | sed 's/^/    /'
    done
}

counted() { grep -c "^$1$" $answers; }

closing_line() { # prints it, and ends
    echo "$(counted ok) passed, $(counted FAIL) failed, $(counted SKIP) skipped"
    [ "$(counted FAIL)" = 0 ]
    exit
}

need_programs() { # NAME...: or the script ends
    local name
    for name; do
        command -v "$name" >/dev/null || {
            skip "no $name"
            closing_line
        }
    done
}
