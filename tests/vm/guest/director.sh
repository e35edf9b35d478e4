# shellcheck shell=bash disable=SC2046,SC2086,SC2154 # words; work: lib.sh's
# SPDX-License-Identifier: GPL-2.0-or-later
#
# director.sh, to be sourced behind topology.sh: what is done on director d1.

# What --format ipvsadm prints, through a sed script, into IPVS.
virtual_servers() { # INI [SED]
    "$LBGEN" --no-system-templates --format ipvsadm "$1" 2>$work/said | sed "${2-}" >$work/virtual
    at d1 ipvsadm -C && at d1 ipvsadm --restore <$work/virtual
}

commit_d1() { # BACKEND INI [ARGUMENT...]
    at d1 timeout 120 "$LBGEN" --commit --backend "$1" --no-system-templates --no-persist "${@:2}"
}

# What lbgen prints, through a sed script, in place of all rules.
load_d1() { # legacy|nft INI [SED]
    "$LBGEN" --no-system-templates -4 "$2" 2>$work/said | sed "${3-}" | at d1 iptables-$1-restore &&
        "$LBGEN" --no-system-templates -6 "$2" 2>$work/said | sed "${3-}" | at d1 ip6tables-$1-restore
}

open_d1() { # legacy|nft: no rules, all policies ACCEPT
    printf '*mangle\nCOMMIT\n*nat\nCOMMIT\n*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n' |
        tee >(at d1 ip6tables-$1-restore) | at d1 iptables-$1-restore
}

is() { # WANTED COMMAND...: that is what it prints
    local wanted=$1 got
    shift
    got=$("$@")
    echo "got: $got"
    [ "$got" = "$wanted" ]
}

# How HTTP and HTTPS of the clients, or of the first so many, end: summary's line.
browsed() { # 4|6 [COUNT]
    local vips=vips$1 clients=clients$1
    browse ${!vips%% *} $(echo ${!clients} | cut -d ' ' -f 1-${2-8}) >$work/browsed.$1
    summary <$work/browsed.$1
}
