# shellcheck shell=bash disable=SC2034,SC2154 # names of host.sh, and of those who source this
# SPDX-License-Identifier: GPL-2.0-or-later
#
# two_states.sh, to be sourced after host.sh: a host that is in an old state, commits that would bring it into a new one, and
# the question in which of the two it is afterwards.

strike=$LBGEN_TOOLS/strike
end='' hits=0 ms=0 at='' # of the last strike

text() { # 4|6: the live rules as they are saved, without counters
    "$(tool "$1" save)" 2>/dev/null | sed -e '/^#/d' -e '/^:/s/ \[[0-9]*:[0-9]*\]$//'
}

prepare() {
    ini new 's/^ports = 25$/ports = 2525/; s/^ports = 80, 443$/ports = 80/; s/^masquerade-ports = 20$/masquerade-ports = 21/; s/^fwmark = 53$/&\nexclude-mac = 52:54:00:12:34:56/' "$closed"
    commit "$base"
    expect 0 "first commit"
    load 4 "$fixtures/fail2ban.v4"
    local family
    mkdir "$work/disk"
    cp -a /etc/sysconfig "$work/disk/sysconfig"
    cp -a /var/lib/lbgen "$work/disk/lbgen" 2>/dev/null
    for family in 4 6; do
        "$(tool $family save)" >"$work/old$family.save" 2>/dev/null
        text $family >"$work/old$family"
    done
    commit "$work/new.ini"
    expect 0 "the commit that will be struck"
    for family in 4 6; do text $family >"$work/new$family"; done
    cp -a /etc/sysconfig "$work/disk/new"
    reset
    check "the old state can be made again" test "$(states)" = oooo
}

reset() {
    local family
    [ "$backend" = legacy ] || nft flush ruleset
    for family in 4 6; do "$(tool $family restore)" <"$work/old$family.save"; done
    rm -rf /etc/sysconfig /var/lib/lbgen /run/lbgen
    cp -a "$work/disk/sysconfig" /etc/sysconfig
    [ ! -e "$work/disk/lbgen" ] || cp -a "$work/disk/lbgen" /var/lib/lbgen
}

# Of live rules 4 and 6, and boot files 4 and 6: o old, n new, x neither.
states() {
    local family said=
    for family in 4 6; do
        text $family >"$work/now"
        if cmp -s "$work/now" "$work/old$family"; then said+=o; elif cmp -s "$work/now" "$work/new$family"; then said+=n; else said+=x; fi
    done
    for family in ip ip6; do
        if cmp -s "/etc/sysconfig/${family}tables" "$work/disk/sysconfig/${family}tables"; then
            said+=o
        elif cmp -s "/etc/sysconfig/${family}tables" "$work/disk/new/${family}tables"; then said+=n; else said+=x; fi
    done
    echo "$said"
}

struck() { # POINT=ACTION...: leaves $end ("status 0"), $hits, $ms, $at
    "$strike" -t 10 -r "$work/result" "$@" -- "$LBGEN" --commit --backend "$backend" --no-system-templates --wait=2 \
        "$work/new.ini" >"$work/out" 2>"$work/err" </dev/null
    IFS=, read -r end hits ms at <"$work/result"
    hits=${hits##* } ms=${ms##* } at=${at##* }
}

judge() { # of $end, $now
    case $end.$now in
    late.*) wrong "it did not end" ;;
    "status 0.nnnn") new=$((new + 1)) ;;
    "status 6."nn*) unsaved=$((unsaved + 1)) ;;
    "status "[12345].oooo) old=$((old + 1)) ;;
    "signal 9.oooo" | "signal 15.oooo") old=$((old + 1)) ;;
    "signal 9.nnnn" | "signal 15.nnnn") new=$((new + 1)) ;;
    "status 127.oooo") # the loader
        old=$((old + 1))
        ;;
    *) wrong "$end, $now" ;;
    esac
    [ "${ms:-0}" -le 2500 ] || wrong "it took $ms ms"
    if [ "$action" != KILL ] && [ "$end" = "signal 9" ]; then wrong "killed, by whom?"; fi
}

wrong() { # WHAT: the first ones are told
    broken=$((broken + 1))
    [ "$broken" -gt 8 ] || fail "$point: $1: $(tail -n 2 "$work/err" | tr '\n' ' ' | cut -c 1-200)"
}
