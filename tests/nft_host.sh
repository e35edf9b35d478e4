# shellcheck shell=bash disable=SC2034,SC2154 # names are for those who source this, and from host.sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# nft_host.sh, to be sourced behind host.sh: what tests of --backend nftables ask of a host.

backend=nftables
boot=/etc/nftables/lbgen.nft

foreign='table inet other {
	chain prerouting { type filter hook prerouting priority -300; policy accept; counter packets 7 bytes 77 accept; }
}
table ip lbgen { chain input { type filter hook input priority 0; policy accept; }; }'

begin() { # a host with others' tables
    nft -f - <<<"$foreign" 2>"$work/said" && return
    skip "no nftables here: $(tail -n 1 "$work/said")"
    return 1
}

others() { nft -a list table inet other && nft -a list table ip lbgen; }
table() { nft list table inet lbgen 2>/dev/null; }
meaning() { table | grep -v 'chain content-' | sort; }
handle() { nft -a list tables 2>/dev/null | sed -n 's/^table inet lbgen .*# handle //p'; }

# What --format=nft prints of the input, as nft lists it in a network namespace of its own.
expected() { # INI
    "$LBGEN" --format=nft --no-system-templates "$1" 2>/dev/null |
        unshare -n sh -c 'nft -f - && nft list table inet lbgen' | sort
}
# The marker chain is of two lines, one of them like any other's end.
is_table() { # INI
    diff <(meaning | grep -v '^$\|^	}$') <(expected "$1" | grep -v '^$\|^	}$')
}
file_loads() { # the boot file alone puts the same table in place
    diff <(unshare -n sh -c "nft -f $boot && nft list table inet lbgen" | grep -v 'chain content-' | sort) <(meaning)
}

check_state() { # INI WHAT
    check "$2: the table" is_table "$1"
    check "$2: the boot file" file_loads
}
