# shellcheck shell=bash disable=SC2034,SC2154 # work, status: of lib.sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# power.sh, to be sourced behind lib.sh: for guests that boot more than once.

lbgen() { # ARGUMENT...: as host.sh's, with the patience that an emulated processor takes
    timeout -k 1 90 "$LBGEN" "$@" >"$work/out" 2>"$work/err" </dev/null
    status=$?
}

is_wanted() { # INI: is lbgen's part, live and saved, what this input asks for, in both families?
    local family boot
    for family in 4 6; do
        boot=boot$family
        wanted_own $family "$1" >"$work/wanted"
        [ -s "$work/wanted" ] || return
        live_own $family | same "$work/wanted" - || return
        file_own "${!boot}" | same "$work/wanted" - || return
    done
}

none_are_live() { [ "$(live 4 | wc -l) $(live 6 | wc -l)" = '0 0' ]; }

# The end of a boot when the power goes: nothing is synced, nothing unmounted, what is not on the disk by now is lost.
power_cut() {
    (closing_line)
    sleep 0.5 # the serial line's
    echo b >/proc/sysrq-trigger
    sleep 60
}
