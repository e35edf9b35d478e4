# shellcheck shell=bash disable=SC2086,SC2154 # words; work: lib.sh's
# SPDX-License-Identifier: GPL-2.0-or-later
#
# topology.sh, to be sourced behind lib.sh: a client, a router, directors and two real servers, each a network namespace.
#
#     client            router              front: 192.0.2.0/24, 2001:db8::/64
#     198.51.100.1-8    .254  .1            d1 .2 ::2        rs1 .101 ::101
#     2001:db8:c::1-8   ::fe  ::1           d2 .3 ::3        rs2 .102 ::102
#         eth0 --- eth1, eth0 ------- eth0 ----+--------------- eth0
#                                              |  back: 10.0.0.0/24, 2001:db8:0:1::/64
#                                           eth1 -+------------ eth1
#                                           d1 .1 ::1        rs1 .11 .21 ::11 ::21
#                                           d2 .2 ::2        rs2 .12 .22 ::12 ::22
#
# These are the addresses of templates/example.ini. VIPs, 192.0.2.10 and .11, 2001:db8::10 and ::11, are on eth0 of the
# director that has them (give_vips). What the real servers send back leaves through d1 (servers_answer nat), or by eth0
# and the router (dr, tun); there they have the VIPs as well.

vips4="192.0.2.10 192.0.2.11"
vips6="2001:db8::10 2001:db8::11"
clients4=$(echo 198.51.100.{1..8})
clients6=$(echo 2001:db8:c::{1..8})

at() { # HOST COMMAND...
    nsenter --net="/run/netns/$1" "${@:2}"
}

# Below, what prints lines is for ip's batch mode: a program less to start for each line.

host() { # NAME: of this machine's first namespace
    echo "netns add $1"
}

plugged() { # HOST DEVICE BRIDGE ID: the last byte of its MAC address, the same for each director of a name
    echo "link add $1.$2 type veth peer name $2 address 02:00:00:00:00:$4 netns $1"
    echo "link set $1.$2 master $3 up"
}

device() { # NAME ADDRESS...
    local address
    echo "link set $1 up"
    for address in "${@:2}"; do
        case $address in
        *:*) echo "addr add $address dev $1 nodad" ;;
        *) echo "addr add $address dev $1" ;;
        esac
    done
}

default_routes() { # ADDRESS4 ADDRESS6
    echo "route replace default via $1"
    echo "route replace default via $2"
}

# What every host of the network inherits: it forwards, has its addresses from here alone, and answers for those that the
# asked interface has.
set_defaults() {
    local name
    echo 1 >/proc/sys/net/core/devconf_inherit_init_net
    for name in all default; do
        echo 0 >/proc/sys/net/ipv4/conf/$name/rp_filter
        echo 0 >/proc/sys/net/ipv4/conf/$name/send_redirects
        echo 1 >/proc/sys/net/ipv4/conf/$name/forwarding
        echo 1 >/proc/sys/net/ipv4/conf/$name/arp_ignore
        echo 2 >/proc/sys/net/ipv4/conf/$name/arp_announce
        echo 0 >/proc/sys/net/ipv6/conf/$name/accept_ra
        echo 1 >/proc/sys/net/ipv6/conf/$name/forwarding
    done
}

# A new director, in place of one of that name: no rules, no virtual servers.
make_director() { # d1|d2
    local n=${1#d}
    {
        [ ! -e "/run/netns/$1" ] || printf 'link del %s\n' "$1.eth0" "$1.eth1"
        [ ! -e "/run/netns/$1" ] || echo "netns del $1"
        host "$1"
        plugged "$1" eth0 front "d$n"
        plugged "$1" eth1 back "e$n"
    } | ip -batch - || return
    {
        device lo
        device eth0 192.0.2.$((n + 1))/24 2001:db8::$((n + 1))/64
        device eth1 10.0.0.$n/24 2001:db8:0:1::$n/64
        default_routes 192.0.2.1 2001:db8::1
    } | ip -n "$1" -batch -
}

give_vips() { # d1|d2: takes them
    device eth0 ${vips4// //32 }/32 ${vips6// //128 }/128 | ip -n "$1" -batch -
}

forget() { # HOST: its neighbours, and the MTU of paths
    printf 'neigh flush all\nroute flush cache\n' | ip -n "$1" -batch -
    ip -n "$1" -6 route flush cache
}

# How the real servers are reached, and answer.
servers_answer() { # nat|dr|tun
    local host vip
    for host in rs1 rs2; do
        if [ "$1" = nat ]; then
            default_routes 10.0.0.1 2001:db8:0:1::1
        else
            default_routes 192.0.2.1 2001:db8::1
        fi | ip -n $host -batch -
        for vip in $vips4 $vips6; do
            case $1-$vip in
            nat-*) echo "addr del $vip dev lo" ;;
            *:*) echo "addr add $vip dev lo nodad" ;;
            *) echo "addr add $vip dev lo" ;;
            esac
        done | ip -n $host -force -batch - 2>/dev/null
        [ "$1" != tun ] || printf 'link set tunl0 up\nlink set ip6tnl0 up\n' | ip -n $host -batch - || return
    done
}

make_network() { # and d1, with the VIPs; the real servers answer through it
    local i
    set_defaults
    {
        echo "link add front type bridge forward_delay 0"
        echo "link add back type bridge forward_delay 0"
        printf 'link set %s up\n' front back
        printf 'netns add %s\n' client router rs1 rs2
        plugged router eth0 front 01
        echo "link add eth0 netns client address 02:00:00:00:00:c0 type veth peer name eth1 address 02:00:00:00:00:c1 netns router"
        for i in 1 2; do
            plugged rs$i eth0 front "a$i"
            plugged rs$i eth1 back "b$i"
        done
    } | ip -batch - || return
    {
        device lo
        device eth0 192.0.2.1/24 2001:db8::1/64
        device eth1 198.51.100.254/24 2001:db8:c::fe/64
    } | ip -n router -batch -
    {
        device lo
        device eth0 ${clients4// //24 }/24 ${clients6// //64 }/64
        default_routes 198.51.100.254 2001:db8:c::fe
    } | ip -n client -batch -
    for i in 1 2; do
        {
            device lo
            device eth0 192.0.2.10$i/24 2001:db8::10$i/64
            device eth1 10.0.0.1$i/24 10.0.0.2$i/24 2001:db8:0:1::1$i/64 2001:db8:0:1::2$i/64
        } | ip -n rs$i -batch -
    done
    servers_answer nat
    make_director d1
    give_vips d1
}

# --- servers and clients ---------------------------------------------------------------------------------------------------

# HTTP and HTTPS, IPv4 and IPv6, on both real servers: the answer is `SERVER CLIENT`, and for /big 60,000 bytes before it.
start_web() {
    local host
    cat >$work/www <<'END'
#!/bin/sh
read -r method path version
while read -r line && [ "${#line}" -gt 1 ]; do :; done
printf 'HTTP/1.0 200 OK\r\nConnection: close\r\n\r\n'
[ "$path" != /big ] || head -c 60000 /dev/zero | tr '\0' '#'
echo "$1 $SOCAT_PEERADDR"
END
    chmod +x $work/www
    for host in rs1 rs2; do
        at $host socat "TCP6-LISTEN:80,ipv6-v6only=0,reuseaddr,fork,backlog=64" EXEC:"$work/www $host" 2>>$work/web.err &
        at $host socat "OPENSSL-LISTEN:443,pf=ip6,ipv6-v6only=0,reuseaddr,fork,backlog=64,cert=/etc/server.pem,verify=0" \
            EXEC:"$work/www $host" 2>>$work/web.err &
    done
    for host in rs1 rs2; do
        wait_until 30 listens $host 80
        wait_until 30 listens $host 443 || fail "no web server on $host" $work/web.err
    done
}

listens() { # HOST PORT
    grep -qi "^ *[0-9]*: [0-9A-F]*:$(printf %04X "$2") [0-9A-F]*:0000 0A" <(at "$1" cat /proc/net/tcp /proc/net/tcp6)
}

vip_url() { # SCHEME ADDRESS [PATH]
    case $2 in
    *:*) echo "$1://[$2]/${3-}" ;;
    *) echo "$1://$2/${3-}" ;;
    esac
}

# HTTP and then HTTPS from each of the clients: lines `CLIENT HTTP-SERVER HTTPS-SERVER`, `none` where there is no answer.
browse() { # VIP CLIENT...
    local vip=$1 client arguments=()
    for client in "${@:2}"; do
        arguments+=(-s -k --interface "$client" --connect-timeout "${wait_for:-15}" --max-time 30 -o - -w "= $client\n"
            "$(vip_url http $vip)" "$(vip_url https $vip)" --next)
    done
    unset "arguments[-1]"
    at client curl "${arguments[@]}" 2>/dev/null | awk -v order="${*:2}" '
        $1 ~ /^rs/ { server = $1 }
        $1 == "=" { got[$2, ++n[$2]] = server == "" ? "none" : server; server = "" }
        END { last = split(order, c, " "); for (i = 1; i <= last; i++) print c[i], got[c[i], 1], got[c[i], 2] }'
}

# Of browse's lines: how many clients there are, how many of them met one server twice, how many servers there are.
summary() {
    awk '{ n++; if ($2 == $3 && $2 ~ /^rs/) same++; if ($2 ~ /^rs/) seen[$2]; if ($3 ~ /^rs/) seen[$3] }
        $2 $3 ~ /none/ { none++ }
        END { for (s in seen) servers++; print n + 0, "clients,", same + 0, "together,", none + 0, "refused,", servers + 0, "servers" }'
}

# One request; the server's name is printed.
fetch() { # URL CLIENT [CURL-ARGUMENT...]
    at client curl -s -k --interface "$2" --connect-timeout "${wait_for:-30}" --max-time "${wait_for:-30}" "${@:3}" "$1" 2>&1 |
        tail -c 200 | tr -d '#' | cut -d ' ' -f 1 | grep .
}
