# shellcheck shell=bash disable=SC2154 # work is the sourcing script's
# SPDX-License-Identifier: GPL-2.0-or-later
#
# probes.sh, to be sourced in a network namespace of one's own: a director and its client, packets between them, and
# whether what became of each is what lbgen said. The tools of tests/tools, in $LBGEN_TOOLS, build, send and watch them;
# $work is a folder. Rules of group 1 of NFLOG tell how far a packet came (packet_watch).

unable() { # REASON: cannot be tested here
    echo "$*"
    exit 77
}

start_client() { # sets client: its process, which ends by itself should this script be killed
    local own i
    own=$(readlink /proc/self/ns/net)
    unshare -n sleep "${CLIENT_SECONDS:-120}" &
    client=$!
    trap 'kill "$client"' EXIT
    for i in $(seq 200); do
        [ "$(readlink "/proc/$client/ns/net")" != "$own" ] && return
        sleep 0.01
    done
    unable "no client namespace"
}

director() { # everything of *.100.* and *:100:: is local, the rest is forwarded to wan
    local name i
    for name in all default; do
        echo 0 >"/proc/sys/net/ipv4/conf/$name/rp_filter"
        echo 0 >"/proc/sys/net/ipv6/conf/$name/accept_ra"
    done
    echo 1 >/proc/sys/net/ipv4/ip_forward
    echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
    echo 0 >/proc/sys/net/ipv6/auto_flowlabels
    echo "link set lo up"
    for i in eth0 eth1 eth10 wan; do
        echo "link add dev $i address 02:00:00:00:00:0d type veth peer name $i address 02:00:00:00:00:0c netns $client"
        echo "link set $i addrgenmode none arp off up"
    done
    echo "route add local 192.168.100.0/24 dev lo"
    echo "route add 192.168.200.0/24 dev wan"
    echo "route add 10.0.0.0/8 dev wan"
    echo "route add local 2001:db8:100::/64 dev lo"
    echo "route add 2001:db8:200::/64 dev wan"
    echo "route add 2001:db8::/64 dev wan"
}

two_hosts() { # both, on devices that are up
    local i
    start_client
    director >"$work/commands" || unable "no director namespace"
    ip -batch "$work/commands" >"$work/said" 2>&1 || unable "ip: $(head -n 1 "$work/said")"
    for i in eth0 eth1 eth10 wan; do
        echo "link set $i addrgenmode none arp off up"
    done | nsenter -t "$client" -n ip -batch - || unable "no client namespace"
}

send() { # N: the probes 1 to N in $work/probes; prints what packet_watch saw
    "$LBGEN_TOOLS/packet_build" <"$work/probes" >"$work/hex" || return
    awk '{
        mac = "02:00:00:00:00:0c"
        for (i = 6; i <= NF; i++)
            if ($i ~ /^mac=/) mac = substr($i, 5)
        getline hex < HEX
        print $5, mac, hex
    }' HEX="$work/hex" "$work/probes" >"$work/packets"
    "$LBGEN_TOOLS/packet_watch" "$1" "$LBGEN_TOOLS/packet_send" "/proc/$client/ns/net" <"$work/packets"
}

# Holds what trace_answer said of the probes, $work/answers, against what was seen, $work/seen: prints "ok" for an answer
# that is right, "unknown", or "FAIL ...".
judge() { # SET
    awk -v set="$1" '
    FILENAME == ARGV[1] { came[$1] = 1; if ($2 == "passed" || $2 == "dropped") { how[$1] = $2; mark[$1] = $3 }; next }
    FILENAME == ARGV[2] { said_mark[$1] = $2; said[$1] = $3; next }
    {
        seen = $1 in how
        verdict = seen && how[$1] == "passed" ? "ACCEPT" : "DROP"
        wrong = ""
        if (!($1 in came)) wrong = " (the packet was lost)"
        else if (said[$1] != "unknown" && said[$1] != verdict) wrong = " verdict=" verdict
        if (seen && said_mark[$1] != "unknown" && said_mark[$1] != mark[$1]) wrong = wrong " fwmark=" mark[$1]
        if (wrong != "") print "FAIL set " set ": " $0 ": said " said_mark[$1] " " said[$1] ", got" wrong
        else print said[$1] == "unknown" || said_mark[$1] == "unknown" ? "unknown" : "ok"
    }' "$work/seen" "$work/answers" "$work/probes"
}
