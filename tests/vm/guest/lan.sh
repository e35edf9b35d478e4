# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# lan.sh, to be sourced behind lib.sh: hosts on one wire, each a network namespace with eth0; `-` is the guest itself.

on() { # HOST COMMAND...
    local host=$1
    shift
    if [ "$host" = - ]; then
        "$@"
    else
        ip netns exec "$host" "$@"
    fi
}

set_kernel() { # HOST KEY VALUE: a key of net, like ipv4/ip_forward
    on "$1" sh -c "echo $3 >/proc/sys/net/$2"
}

make_wire() {
    ip netns add wire && ip -n wire link add wire type bridge && ip -n wire link set wire up
}

add_host() { # HOST MAC ADDRESS...
    local host=$1 mac=$2 port=port-$1 address
    shift 2
    [ "$host" = - ] || ip netns add "$host"
    ip -n wire link add "$port" type veth peer name eth0
    ip -n wire link set "$port" master wire up
    if [ "$host" = - ]; then
        ip -n wire link set eth0 netns $$
    else
        ip -n wire link set eth0 netns "$host"
    fi
    for key in ipv4/conf/all/send_redirects ipv4/conf/default/send_redirects ipv6/conf/all/accept_dad ipv6/conf/default/accept_dad; do
        set_kernel "$host" $key 0
    done
    on "$host" ip link set lo up
    on "$host" ip link set eth0 address "$mac" up
    for address; do
        case $address in
        *:*) on "$host" ip address add "$address" dev eth0 nodad ;;
        *) on "$host" ip address add "$address" dev eth0 ;;
        esac
    done
}

serve() { # HOST PORT...: who connects there is told the host's name
    local host=$1 port
    shift
    for port; do
        on "$host" socat "TCP6-LISTEN:$port,fork,reuseaddr,ipv6only=0" "SYSTEM:echo $host" >/dev/null 2>&1 </dev/null &
        servers+=($!)
    done
    wait_until 20 on "$host" socat -u OPEN:/dev/null "TCP:127.0.0.1:$port"
}
servers=()

ask() { # HOST VIP PORT [SOURCE]: what it is told there; nothing where nobody answers
    local to=$2
    case $to in
    *:*) to=[$to] ;;
    esac
    on "$1" timeout "${ASK_SECONDS:-5}" socat -u "TCP:$to:$3${4:+,bind=$4}" - 2>/dev/null </dev/null
}

no_answer() { # HOST VIP PORT [SOURCE]
    local ASK_SECONDS=2
    [ -z "$(ask "$@")" ]
}

same_server() { # HOST VIP PORT...: one and the same answers at all of them
    local host=$1 vip=$2 port answers
    shift 2
    answers=$(for port; do
        ask "$host" "$vip" "$port" || echo none
    done)
    echo "$vip $*: $answers"
    [ "$(echo "$answers" | sort -u | wc -l)" = 1 ] && [ "$(echo "$answers" | head -n 1)" != none ]
}

director() { # HOST INI: its kernel's part, IPVS by lbgen --format ipvsadm
    set_kernel "$1" ipv4/ip_forward 1
    set_kernel "$1" ipv6/conf/all/forwarding 1
    "$LBGEN" --no-system-templates --format ipvsadm "$2" | on "$1" ipvsadm --restore
}
