# shellcheck shell=bash disable=SC2034,SC2086 # names are for those who source this; families are digits
# SPDX-License-Identifier: GPL-2.0-or-later
#
# host.sh, to be sourced: hosts of one's own, and what tests of lbgen --commit ask of them.
#
# A test script has cases, functions case_NAME, each run as `SCRIPT --inside CASE [ARGUMENT...]` in a host of its own:
# namespaces for network, processes and mounts; in the last, /run, /var/lib and /etc are in memory and private (/etc
# a copy, without boot files, units, and lbgen's own folder), so that neither lbgen nor the xtables lock nor a process
# that is left over can touch anything outside. A host ends with its case, and all its processes with it.
#
# A case prints lines that begin with "ok ", "FAIL " or "SKIP ", and lines beside them that explain. The script ends
# with `N passed, N failed, N skipped`; a case that ends early or says nothing is a failure.
#
# LBGEN names the program, LBGEN_TOOLS the folder of the test tools, JOBS how many hosts there are at a time.

export LC_ALL=C PATH=$PATH:/usr/sbin:/sbin
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${tests%/tests}
self=$(realpath "$0")
fixtures=$tests/kernel/commit.d
LBGEN=$(realpath -m "${LBGEN:-$root/lbgen}")
LBGEN_TOOLS=$(realpath -m "${LBGEN_TOOLS:-$root/build/release/tests/tools}")
export LBGEN LBGEN_TOOLS
umask 022
unset SSH_CONNECTION SSH_CLIENT XTABLES_LOCKFILE XTABLES_LIBDIR IPTABLES_LIB_DIR IP6TABLES_LIB_DIR

# --- outside: cases and their count -------------------------------------------------------------------------------------

# Root needs no user namespace; others need the uid map first, and then the rest.
host_namespaces=(unshare --kill-child -n -m -p -f --mount-proc)
[ "$(id -u)" = 0 ] || host_namespaces=(unshare -Ur "${host_namespaces[@]}")

passed=0 failed=0 skipped=0
needs=() # programs that a script cannot do without, beside lbgen

closing_line() { # prints it, and ends
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" = 0 ]
    exit
}

skip_all() { # REASON
    skipped=$((skipped + 1))
    echo "SKIP $(basename "$self"): $*"
    closing_line
}

# Ends the script, with its closing line, where there can be no hosts or no program.
need_hosts() { # PROGRAM...: others that it takes
    local program
    case $root/:$LBGEN:$LBGEN_TOOLS/ in
    /run/* | /var/lib/* | /etc/* | *:/run/* | *:/var/lib/* | *:/etc/*) skip_all "the program lies below /run, /var/lib or /etc" ;;
    esac
    "${host_namespaces[@]}" mount -t tmpfs tmpfs /run 2>/dev/null || skip_all "no namespaces here"
    for program in "$LBGEN" "$@"; do
        [ -x "$program" ] || {
            echo "FAIL $(basename "$self"): no program $program (make all tools)"
            failed=1
            closing_line
        }
    done
}

own_host() { # CASE ARGUMENT...: runs it, for CASE_SECONDS (120) at most
    local status
    HOST_WORK=$(mktemp -d /tmp/lbgen-host.XXXXXX) || return 3
    export HOST_WORK
    HOST_NETNS=$(readlink /proc/self/ns/net) timeout -k 5 "${CASE_SECONDS:-120}" \
        "${host_namespaces[@]}" "$BASH" "$self" --inside "$@" </dev/null
    status=$?
    rmdir "$HOST_WORK"
    return $status
}

count_case() { # NAME STATUS FILE: shows what did not pass and counts
    local ok bad left
    ok=$(grep -c '^ok ' "$3")
    bad=$(grep -c '^FAIL ' "$3")
    left=$(grep -c '^SKIP ' "$3")
    if [ "${SHOW_ALL-}" = yes ]; then
        sed "/: line [0-9]*: *[0-9]* \(Killed\|Hangup\|Terminated\|Interrupt\|Aborted\|Segmentation fault\)/d; s/^\(ok\|FAIL\|SKIP\) /\1 $1: /" "$3"
    else
        sed "/^ok /d; /: line [0-9]*: *[0-9]* \(Killed\|Hangup\|Terminated\|Interrupt\|Aborted\|Segmentation fault\)/d; s/^\(FAIL\|SKIP\) /\1 $1: /" "$3"
    fi
    if [ "$2" != 0 ] || [ $((ok + bad + left)) = 0 ]; then
        echo "FAIL $1: ended with status $2 after $((ok + bad + left)) answers"
        bad=$((bad + 1))
    fi
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + left))
}

# Reads lines "CASE ARGUMENT..." and runs JOBS of them at a time, each in a host of its own. With words, only those
# lines that hold one of them. What they say comes in the order of the lines.
run_cases() { # [WORD...]
    local lines=() line word n=0 running=0 log
    log=$(mktemp -d) || exit 3
    trap 'rm -rf "$log"; kill $(jobs -p) 2>/dev/null' EXIT
    trap 'exit 130' HUP INT TERM
    while IFS= read -r line; do
        [ $# -gt 0 ] || lines+=("$line")
        for word; do
            [[ " $line " == *" $word "* ]] && lines+=("$line") && break
        done
    done
    for line in "${lines[@]}"; do
        n=$((n + 1))
        if [ $running -ge "${JOBS:-$(nproc)}" ]; then
            wait -n
            running=$((running - 1))
        fi
        (
            set -f
            # shellcheck disable=SC2086 # words
            own_host $line >"$log/$n" 2>&1
            echo $? >"$log/$n.status"
        ) &
        running=$((running + 1))
    done
    wait
    n=0
    for line in "${lines[@]}"; do
        n=$((n + 1))
        count_case "$line" "$(cat "$log/$n.status" 2>/dev/null || echo none)" "$log/$n"
    done
}

# --- inside -------------------------------------------------------------------------------------------------------------

ok() { echo "ok $*"; }
# A line for the table of figures (tests/faults/run): ROW, KEY=VALUE...
figure() { [ "${FIGURES-}" != yes ] || echo "figure $*"; }
skip() { echo "SKIP $*"; }
fail() { # WHAT [FILE...]: and the beginning of each file
    local file
    echo "FAIL $1"
    shift
    for file; do
        sed -n '1,12p' "$file" | cut -c 1-240 | sed 's/^/    /'
    done
}

# Is it so? WHAT is told when it is not, with what the command prints.
check() { # WHAT COMMAND...
    local what=$1
    shift
    if "$@" >"$work/checked" 2>&1; then
        ok "$what"
    else
        fail "$what" "$work/checked"
    fi
}

check_not() { # WHAT COMMAND...
    local what=$1
    shift
    if "$@" >"$work/checked" 2>&1; then
        fail "$what" "$work/checked"
    else
        ok "$what"
    fi
}

# For a case: a host of its own, whose files for the test are in $work. A script calls it for --inside.
enter_host() { # CASE ARGUMENT...
    [ "$(readlink /proc/self/ns/net)" != "$HOST_NETNS" ] || { echo "FAIL no namespace of its own"; exit 1; }
    work=$HOST_WORK
    mount -t tmpfs -o mode=755 tmpfs /run && mount -t tmpfs -o mode=755 tmpfs /var/lib &&
        mount -t tmpfs -o mode=755 tmpfs "$work" && mkdir "$work/etc" &&
        mount -t tmpfs -o mode=755 tmpfs "$work/etc" || exit 1
    cp -a /etc/. "$work/etc/" 2>/dev/null # what may be read
    mount --move "$work/etc" /etc || exit 1
    rm -rf /etc/sysconfig /etc/iptables /etc/lbgen /etc/systemd/system /etc/firewalld
    mkdir -p /etc/systemd/system
    rmdir "$work/etc"
    cd "$work" || exit 1
    local name=$1
    shift
    "case_$name" "$@"
    exit 0
}

use_backend() { # legacy|nft: what the functions below look at and commit to. Status 1, and said: not here.
    backend=$1
    unshare -n sh -c "iptables-$backend -S && ip6tables-$backend -S" >"$work/said" 2>&1 && return
    skip "no iptables-$backend: $(tail -n 1 "$work/said")"
    return 1
}

tool() { # 4|6 [save|restore]
    local name=iptables
    [ "$1" = 6 ] && name=ip6tables
    echo "$name-$backend${2:+-$2}"
}

boot4=/etc/sysconfig/iptables boot6=/etc/sysconfig/ip6tables

# Runs lbgen, 30 seconds at most: its status in $status, what it printed in $work/out and $work/err.
lbgen() { # ARGUMENT...
    timeout -k 1 30 "$LBGEN" "$@" >"$work/out" 2>"$work/err" </dev/null
    status=$?
}

commit() { # ARGUMENT...: to the backend in use
    lbgen --commit --backend "$backend" --no-system-templates "$@"
}

expect() { # STATUS WHAT: of the last lbgen
    if [ "$status" = "$1" ]; then
        ok "$2: status $1"
    else
        fail "$2: status $status instead of $1" "$work/out" "$work/err"
    fi
}

says() { # WHAT REGEX...: the last lbgen said each of them, on either stream
    local what=$1 regex
    shift
    for regex; do
        cat "$work/out" "$work/err" | grep -qiE -e "$regex" || {
            fail "$what: nothing of '$regex'" "$work/out" "$work/err"
            return
        }
    done
    ok "$what"
}

silent_about() { # WHAT REGEX
    if cat "$work/out" "$work/err" | grep -qiE -e "$2"; then
        fail "$1: it says '$2'" "$work/out" "$work/err"
    else
        ok "$1"
    fi
}

# --- rule sets as texts ---------------------------------------------------------------------------------------------------
# A comparable text has one rule, chain or policy a line, each behind its table's name; tables in order of name; a table
# that is as good as none (no rules, no chains of a user's, policies ACCEPT) is left out.

comparable() { # [counters] < iptables-save's text
    sed -e '/^#/d' -e '/^$/d' | if [ "${1-}" = counters ]; then cat; else
        sed -e '/^:/s/ \[[0-9]*:[0-9]*\]$//' -e 's/^\[[0-9]*:[0-9]*\] -A/-A/'
    fi | awk '
        function flush(    i) {
            if (used)
                for (i = 1; i <= n; i++)
                    print table "\t" line[i]
            n = used = 0
        }
        /^\*/ { flush(); table = $0; next }
        $0 == "COMMIT" { next }
        { line[++n] = $0 }
        !/^:[^ ]+ ACCEPT/ { used = 1 }
        END { flush() }' | sort -s -t '	' -k 1,1
}

# In comparable texts: is it lbgen's?
own='	(\[[0-9:]*\] )?(:lbgen[-.]|-A lbgen[-.]|-A .*--comment "?lbgen:)'
built_in='	:[A-Z]+ (ACCEPT|DROP)( |$)'

live() { # 4|6 [counters]: the live rules, comparable
    if [ "${2-}" = counters ]; then
        "$(tool "$1" save)" -c
    else
        "$(tool "$1" save)"
    fi 2>/dev/null | comparable "${2-}"
}
live_own() { live "$@" | grep -E -e "$own"; }
live_foreign() { # without policies, which may be lbgen's
    live "$@" | grep -vE -e "$own" -e "$built_in"
}
live_policies() { # 4|6 [counters]: of all tables that are there
    "$(tool "$1" save)" 2>/dev/null | awk -v counters="${2-}" '
        /^\*/ { table = $0 }
        /^:[A-Z]+ (ACCEPT|DROP) / { print table "\t" $1, $2 (counters ? " " $3 : "") }' | sort -s -t '	' -k 1,1
}
wanted() { # 4|6 INI: what lbgen prints, comparable
    "$LBGEN" "-$1" --no-system-templates "$2" 2>/dev/null | comparable
}
wanted_own() { wanted "$@" | grep -E -e "$own"; }

# As an administrator sees a boot file: what is lbgen's, and what is not.
file_own() { comparable <"$1" | grep -E -e "$own"; }
file_foreign() { # FILE: byte for byte; table lines and policies too
    grep -vE -e '^(\[[0-9:]*\] )?(:lbgen[-.]|-A lbgen[-.]|-A .*--comment "?lbgen:)' \
        -e '^# (lbgen:|Generated by lbgen)' "$1"
}

same() { # FILE FILE
    diff -a -U 0 "$1" "$2"
}

check_live() { # INI WHAT: lbgen's part of the live rules is what it prints, for both families
    local family
    for family in 4 6; do
        wanted_own $family "$1" >"$work/wanted"
        [ "$family" = 4 ] || [ "$(grep -vc 'lbgen:vrrp' "$work/wanted")" != 0 ] || : >"$work/wanted"
        live_own $family >"$work/live"
        check "$2: live -$family" same "$work/wanted" "$work/live"
    done
}

# A number of its own for the counters of each rule, and, where it counts them, of each policy.
stamp_counters() { # 4|6
    "$(tool "$1" save)" -c 2>/dev/null | awk '
        /^\[[0-9:]*\] -A/ { n++; sub(/^\[[0-9:]*\]/, "[" n * 7 ":" n * 1003 "]") }
        /^:.* (ACCEPT|DROP) / { n++; sub(/\[[0-9:]*\]$/, "[" n * 5 ":" n * 907 "]") }
        { print }' >"$work/stamped"
    "$(tool "$1" restore)" -c <"$work/stamped"
}

# What there is of a host's rules and files: for "nothing was touched".
snapshot() { # FILE
    {
        live 4 counters
        live 6 counters
        cat /proc/net/ip_tables_names /proc/net/ip6_tables_names 2>/dev/null | sort
        nft list ruleset 2>/dev/null
        find /etc/sysconfig /etc/iptables -printf '%p %y %m %s %T@ %l\n' 2>/dev/null
        find /var/lib/lbgen -type f -printf '%p %m %s %T@\n' 2>/dev/null
    } >"$1"
}

untouched() { # WHAT: nothing has changed since `snapshot $work/before`
    snapshot "$work/after"
    check "$1: nothing is touched" same "$work/before" "$work/after"
}

wait_until() { # SECONDS COMMAND...: polls
    local i n=$(($1 * 20))
    shift
    for ((i = 0; i < n; i++)); do
        "$@" >/dev/null 2>&1 && return
        sleep 0.05
    done
    return 1
}

# --- inputs -------------------------------------------------------------------------------------------------------------

base=$fixtures/base.ini

closed='[rules filter]
policy = INPUT DROP
rule = -A INPUT -i lo -j ACCEPT
rule = -A INPUT -p tcp --dport 22 -j ACCEPT'

# base.ini in another wording, as $work/NAME.ini: with the sed expression, and more text behind it
ini() { # NAME SED [TEXT]
    sed -e "$2" "$base" >"$work/$1.ini"
    printf '%s\n' "${3-}" >>"$work/$1.ini"
}

load() { # 4|6 FILE: beside what is there
    "$(tool "$1" restore)" --noflush <"$2"
}

# --- what waits for a confirmation, what is busy ----------------------------------------------------------------------------

is_live() { # INI
    diff <(live_own 4) <(wanted_own 4 "$1")
}

# Does a commit wait for its confirmation?
is_pending() {
    "$LBGEN" --status --backend "$backend" 2>/dev/null | grep -q 'waits for its confirmation'
}

# Are its rules live, and does all that is left wait for a confirmation?
waits() { # INI
    is_live "$1" && is_pending
}

# A commit of $work/pending.ini (base.ini through SED) with --confirm that waits, without a terminal; its PID in $pending.
start_pending() { # SECONDS SED [OPTION...]
    local seconds=$1
    ini pending "$2"
    shift 2
    "$LBGEN" --commit --backend "$backend" --no-system-templates "--confirm=$seconds" "$@" "$work/pending.ini" \
        >"$work/pending" 2>&1 </dev/null &
    pending=$!
    wait_until 5 waits "$work/pending.ini" && return
    fail "a pending commit does not become live" "$work/pending"
    kill "$pending" 2>/dev/null
    return 1
}

# The xtables lock or another one; its holder's PID in $holder.
hold_lock() { # FILE SECONDS
    flock -o "$1" sleep "$2" &
    holder=$!
    wait_until 5 sh -c "[ -e '$1' ] && ! flock -n '$1' true"
}

# As after a reboot: no tables, a new /run, no process from before; disks as they were.
rebooted() { # FUNCTION: the rest of the case
    kill_all_lbgen
    unshare -n -m "$BASH" "$self" --rebooted "$backend" "$1" </dev/null
}

enter_rebooted() { # BACKEND FUNCTION: a script calls it for --rebooted
    backend=$1 work=$HOST_WORK
    mount -t tmpfs -o mode=755 tmpfs /run && cd "$work" || exit 1
    "$2"
    exit 0
}

no_lbgen_runs() {
    local exe
    for exe in /proc/[0-9]*/exe; do
        [ "$(readlink "$exe")" != "$LBGEN" ] || return 1
    done
}

kill_all_lbgen() { # of this host's own process namespace
    local process
    for process in /proc/[0-9]*; do
        [ "$(readlink "$process/exe")" != "$LBGEN" ] || kill -KILL "${process#/proc/}"
    done
}

without_privilege() { # COMMAND...: as nobody; where nobody may not get at the program, as root without capabilities
    local nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    if "${nobody[@]}" test -x "$LBGEN" -a -r "$base" 2>/dev/null; then
        "${nobody[@]}" "$@"
    else
        setpriv --bounding-set=-all --inh-caps=-all "$@"
    fi
}

# For scripts of cases: `SCRIPT --list`, `SCRIPT [WORD...]`, and what it calls itself with.
run_script() { # ARGUMENT...: list_cases prints the cases
    case ${1-} in
    --inside) shift && enter_host "$@" ;;
    --rebooted) shift && enter_rebooted "$@" ;;
    --list) list_cases ;;
    *)
        need_hosts "${needs[@]}"
        run_cases "$@" < <(list_cases)
        closing_line
        ;;
    esac
}
