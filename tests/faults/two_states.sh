# shellcheck shell=bash disable=SC2034,SC2154 # names of host.sh, and of those who source this
# SPDX-License-Identifier: GPL-2.0-or-later
#
# two_states.sh, to be sourced after host.sh: a host that is in one state, a verb of lbgen's that would bring it into
# another one, and the question in which of the two it is afterwards.

strike=$LBGEN_TOOLS/strike
end='' hits=0 ms=0 at='' # of the last strike
limit_ms=2500            # within which all has to be over: 2 s and half a one for looking, or what measure() finds
whole_ms=0               # of a run that nothing strikes

foreign_nft='table inet other { chain in { type filter hook input priority 0; policy accept; ip saddr 198.51.100.66 drop; }; }'

text() { # 4|6: the live rules as they are saved, without counters and lbgen's marker
    case $backend.$1 in
    # A table that was put in place as a whole, where it could not be tried before, comes in another order.
    nftables.4) nft -s list ruleset | grep -v 'chain content-' | sed 's/,$//' | sort ;;
    nftables.6) ;;
    *) "$(tool "$1" save)" 2>/dev/null | sed -e '/^#/d' -e '/^:/s/ \[[0-9]*:[0-9]*\]$//' ;;
    esac
}

boot_folder() { if [ "$backend" = nftables ]; then echo /etc/nftables; else echo /etc/sysconfig; fi; }
boot_files() { if [ "$backend" = nftables ]; then echo lbgen.nft none; else echo iptables ip6tables; fi; }

use_host() { # legacy|nft|nftables
    case $1 in
    nftables)
        backend=nftables
        unshare -n nft -f - <<<"$foreign_nft" >"$work/said" 2>&1 && return
        skip "no nftables: $(tail -n 1 "$work/said")"
        return 1
        ;;
    *) use_backend "$1" ;;
    esac
}

capture() { # before|after: the state as it is now
    local family
    mkdir "$work/$1"
    for family in 4 6; do
        text $family >"$work/$1/text$family"
        [ "$backend" = nftables ] || "$(tool $family save)" >"$work/$1/live$family" 2>/dev/null
    done
    [ "$backend" != nftables ] || nft list ruleset >"$work/$1/live"
    mkdir -p "$(boot_folder)"
    cp -a "$(boot_folder)" "$work/$1/boot"
    cp -a /var/lib/lbgen "$work/$1/lbgen" 2>/dev/null
}

# What a verb is as words of lbgen's command line, in the array $words.
words_of() { # commit|remove|rollback|restore|unconfirmed|confirmed
    case $1 in
    commit) words=(--commit "$work/new.ini") ;;
    unconfirmed) words=(--commit --confirm=1 "$work/new.ini") ;;
    confirmed) words=(--commit --confirm=3 "$work/new.ini") ;;
    *) words=("--$1") ;;
    esac
    words+=(--backend "$backend" --no-system-templates --wait=2)
}

prepare() { # [VERB]: $work/before, and $work/after it; the host is as before
    verb=${1:-commit}
    ini new 's/^ports = 25$/ports = 2525/; s/^ports = 80, 443$/ports = 80/; s/^masquerade-ports = 20$/masquerade-ports = 21/; s/^fwmark = 53$/&\nexclude-mac = 52:54:00:12:34:56/' "$([ "$backend" = nftables ] || echo "$closed")"
    [ "$backend" != nftables ] || nft -f - <<<"$foreign_nft"
    commit "$base"
    [ "$status" = 0 ] || fail "first commit: status $status" "$work/err"
    [ "$backend" = nftables ] || load 4 "$fixtures/fail2ban.v4"
    case $verb in
    rollback) commit "$work/new.ini" ;;
    restore) # as after a boot: nothing is live
        if [ "$backend" = nftables ]; then
            nft delete table inet lbgen
        else
            for family in 4 6; do "$(tool $family save)" | grep -v 'lbgen[:.-]' | "$(tool $family restore)"; done
        fi
        rm -rf /run/lbgen
        ;;
    esac
    capture before
    words_of "${verb/*confirmed/commit}"
    lbgen "${words[@]}"
    [ "$status" = 0 ] || fail "what will be struck: status $status" "$work/err"
    capture after
    words_of "$verb"
    reset
    [[ $(states) =~ ^[o-]+$ ]] || fail "the state before can't be made again: $(states)"
}

reset() {
    local family
    if [ "$backend" = nftables ]; then
        { echo flush ruleset; cat "$work/before/live"; } | nft -f -
    else
        [ "$backend" = legacy ] || nft flush ruleset
        for family in 4 6; do "$(tool "$family" restore)" <"$work/before/live$family"; done
    fi
    rm -rf "$(boot_folder)" /var/lib/lbgen /run/lbgen
    cp -a "$work/before/boot" "$(boot_folder)"
    [ ! -e "$work/before/lbgen" ] || cp -a "$work/before/lbgen" /var/lib/lbgen
}

same_file() { # FILE FILE: neither is there, or both with the same bytes
    if [ -e "$1" ]; then cmp -s "$1" "$2"; else [ ! -e "$2" ]; fi
}

letter() { # NOW BEFORE AFTER: files; o as before, n as after, - where these are the same, x neither
    if same_file "$1" "$2"; then
        if same_file "$2" "$3"; then echo -; else echo o; fi
    elif same_file "$1" "$3"; then echo n; else echo x; fi
}

# Of live rules 4 and 6, and boot files 4 and 6.
states() {
    local family file said=
    for family in 4 6; do
        text $family >"$work/now"
        said+=$(letter "$work/now" "$work/before/text$family" "$work/after/text$family")
    done
    for file in $(boot_files); do
        said+=$(letter "$(boot_folder)/$file" "$work/before/boot/$file" "$work/after/boot/$file")
    done
    echo "$said"
}

# lbgen --confirmed as soon as something is pending; its last status in $work/confirmed
confirm_it() {
    local i
    for ((i = 0; i < 200; i++)); do
        "$LBGEN" --confirmed >/dev/null 2>&1
        echo $? >"$work/confirmed"
        [ "$(cat "$work/confirmed")" = 1 ] || return
        [ ! -e "$work/over" ] || return
        sleep 0.02
    done
}

struck() { # POINT=ACTION..., or -l LOG: leaves $end ("status 0"), $hits, $ms, $at
    local helper=
    rm -f "$work/over" "$work/confirmed"
    if [ "$verb" = confirmed ]; then
        confirm_it &
        helper=$!
    fi
    "$strike" -t 20 -r "$work/result" "$@" -- "$LBGEN" "${words[@]}" >"$work/out" 2>"$work/err" </dev/null
    : >"$work/over"
    [ -z "$helper" ] || wait "$helper"
    IFS=, read -r end hits ms at <"$work/result"
    hits=${hits##* } ms=${ms##* } at=${at##* }
}

# How long it takes here and now when nothing strikes, and what is called then, in $work/log.
measure() {
    local began took
    reset
    began=$(date +%s%N)
    struck -l "$work/log"
    took=$((($(date +%s%N) - began) / 1000000))
    # A confirmation that nobody gives is waited for.
    case $verb in unconfirmed) took=$((took + 1000)) ;; confirmed) took=$((took + 3000)) ;; esac
    [ $took -le $limit_ms ] || limit_ms=$took
    [ $took -le $whole_ms ] || whole_ms=$took
    reset
}

# Who is killed has ended at that moment; others go on, and may come to the end of what they do.
allowed_ms() { if [ "$action" = KILL ]; then echo $limit_ms; else echo $((limit_ms + whole_ms)); fi; }

in_time() { # MS: since it was struck
    [ "$1" -le "$(allowed_ms)" ] || measure
    [ "$1" -le "$(allowed_ms)" ] || wrong "it took $1 ms of $(allowed_ms)"
}

judge() { # of $end, $now: counts $old, $new, $unsaved, $lied, $broken
    local all=${now//-/} live=${now:0:2}
    live=${live//-/}
    case $end in
    "status 0") [[ ! $all =~ ^o+$ ]] || lied=$((lied + 1)) ;;
    esac
    case $end in
    late) wrong "it did not end" ;;
    "status 0")
        if [[ $all =~ ^n+$ ]]; then new=$((new + 1)); else wrong "$end, $now"; fi
        ;;
    "status 6")
        if [[ $live =~ ^n*$ && $all != *x* ]]; then unsaved=$((unsaved + 1)); else wrong "$end, $now"; fi
        ;;
    "status "[12345] | "status 127") # 127: the loader's
        if [[ $all =~ ^o+$ ]]; then old=$((old + 1)); else wrong "$end, $now"; fi
        ;;
    "signal 11") # libnftables without memory; the guard undoes
        if [[ $backend.$action =~ ^nftables\.(once|ever)$ && $all =~ ^o+$ ]]; then
            old=$((old + 1)) crashed=$((${crashed:-0} + 1))
        else
            wrong "$end, $now"
        fi
        ;;
    "signal 9" | "signal 15")
        if [[ $all =~ ^o+$ ]]; then old=$((old + 1)); elif [[ $all =~ ^n+$ ]]; then new=$((new + 1)); else wrong "$end, $now"; fi
        ;;
    *) wrong "$end, $now" ;;
    esac
    if [ "$action" != KILL ] && [ "$end" = "signal 9" ]; then wrong "killed, by whom?"; fi
    if [ "$verb" = confirmed ] && [ "$(cat "$work/confirmed" 2>/dev/null)" = 0 ] && [[ ! $all =~ ^n+$ ]]; then
        wrong "--confirmed ended with 0, $now"
    fi
    in_time "${ms:-0}"
}

wrong() { # WHAT: the first ones are told
    broken=$((broken + 1))
    [ "$broken" -gt 8 ] || fail "$point: $1: $(tail -n 2 "$work/err" | tr '\n' ' ' | cut -c 1-200)"
}
