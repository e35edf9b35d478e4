# shellcheck shell=bash disable=SC2034,SC2154 # names are for those who source this, or host.sh's
# SPDX-License-Identifier: GPL-2.0-or-later
#
# firewalld.sh, to be sourced behind host.sh: a firewalld of one's own, on a bus of its own, in a host of its own, whose
# /run and /etc are private and whose processes end with it. Nothing here talks to a system bus.

firewalld_etc=/etc/lbgen-firewalld # its configuration, private as all of this /etc

need_firewalld() { # skips the whole script where firewalld or its bus is missing
    local program
    for program in firewalld firewall-cmd firewall-offline-cmd dbus-daemon nft; do
        command -v "$program" >/dev/null || skip_all "no $program"
    done
    /usr/bin/python3 -c 'import dbus, firewall.client' 2>/dev/null || skip_all "firewalld's Python modules are missing"
}

# A configuration without anything of the system's: firewalld's defaults; zone "closed" drops what no rule accepts.
make_firewalld_etc() { # nftables|iptables
    mkdir -p "$firewalld_etc"/{zones,policies,services,icmptypes,ipsets,helpers}
    printf '%s\n' DefaultZone=closed CleanupOnExit=yes IPv6_rpfilter=no LogDenied=off FlushAllOnReload=yes \
        "FirewallBackend=$1" >"$firewalld_etc/firewalld.conf"
    printf '<?xml version="1.0" encoding="utf-8"?>\n<zone target="DROP">\n</zone>\n' >"$firewalld_etc/zones/closed.xml"
}

start_bus() {
    cat >"$work/bus.conf" <<END
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=$work/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_type="method_call"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
END
    export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$work/bus
    dbus-daemon --config-file="$work/bus.conf" --nofork --nopidfile >"$work/bus.log" 2>&1 &
    wait_until 5 test -S "$work/bus"
}

# Starts it; "FAIL" and status 1 where it does not run.
start_firewalld() { # nftables|iptables
    make_firewalld_etc "$1"
    ip link set lo up
    start_bus
    firewalld --nofork --nopid --system-config="$firewalld_etc" >"$work/firewalld.log" 2>&1 &
    wait_until 20 firewall-cmd --state && return
    fail "firewalld ($1) does not start" "$work/firewalld.log" "$work/bus.log"
    return 1
}

# firewall-cmd's own program without the time that Python needs to start (tests/tools/firewall_cmds.py): in front of
# PATH from here on. Tests run at least one script without it.
quick_firewall_cmd() {
    mkdir -p "$work/quick" && mkfifo "$work/quick/asked" "$work/quick/said" || return 1
    cat >"$work/quick/firewall-cmd" <<END
#!/bin/sh
printf '%s\n' "\$#" "\$@" >$work/quick/asked
{
    read -r status
    cat
    exit "\$status"
} <$work/quick/said
END
    chmod +x "$work/quick/firewall-cmd"
    "$tests/tools/firewall_cmds.py" "$work/quick" 2>"$work/quick/errors" &
    PATH=$work/quick:$PATH
    check "firewall-cmd answers quickly" firewall-cmd --state
}

# All that firewalld keeps, file by file, without the copies that it makes of what was before.
firewalld_files() {
    find "$firewalld_etc" -type f ! -name '*.old' | sort | while read -r file; do
        echo "== $file"
        cat "$file"
    done
}

# firewalld writes a zone in its own form at the first change; after this only what a test does is a difference.
settle_firewalld() {
    firewall-cmd --permanent --zone=closed --add-port=1/tcp
    firewall-cmd --permanent --zone=closed --remove-port=1/tcp
    firewall-cmd --permanent --direct --add-chain ipv4 mangle settling
    firewall-cmd --permanent --direct --remove-chain ipv4 mangle settling
}
