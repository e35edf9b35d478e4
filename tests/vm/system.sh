# shellcheck shell=bash disable=SC2034,SC2154 # vm, root, modules, unable: of boot.sh and image.sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# system.sh, to be sourced behind boot.sh and image.sh: a disk with a small Debian or Ubuntu and its systemd, on which
# lbgen is installed as `make install` installs it. The system is made of the packages that this machine's apt-get
# knows, unpacked and not configured, and kept in build/vm/system; the disk is made of it anew each time.
#
# On the disk, beside the system: /usr/local as of `make install`, lbgen.service enabled, the modules of the guests'
# kernel, /lbgen with the tests, and vm-test.service, which runs /lbgen/tests/vm/guest/systemd at the end of the boot
# and sends what it prints to the second serial line.

system_packages=systemd-sysv,iptables,nftables,libinih1,libjansson4,kmod,iproute2,netbase,mawk
system_seconds=300 # to fetch them

make_system() { # build/vm/system; false: in unable, why not
    local made=$vm/system.new codename
    [ "$(cat "$vm/system/packages" 2>/dev/null)" != "$system_packages" ] || return 0
    rm -rf "$vm/system" "$made"
    mkdir -p "$made" || return
    # shellcheck disable=SC2016 # apt-get's
    apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
        sort -u >"$made/sources"
    apt-config dump | grep '^Acquire::' >"$made/acquire" # proxies, and what else this machine's apt-get is told
    codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    timeout -k 10 $system_seconds mmdebstrap --quiet --variant=extract --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
        --aptopt="$made/acquire" --include='?essential' --include=$system_packages "$codename" "$made/root" - \
        <"$made/sources" >"$made/log" 2>&1 || {
        unable="no system by mmdebstrap: $(grep '^E: ' "$made/log" | tail -n 1 | cut -c 1-200)"
        return 1
    }
    rm -rf "$made"/root/usr/share/{doc,man,info,locale,bash-completion,zoneinfo,perl}
    configure_system "$made/root"
    echo "$system_packages" >"$made/packages"
    mv "$made" "$vm/system"
}

# What the packages' scripts would have done, as far as a boot needs it.
configure_system() { # ROOT
    cp "$1"/usr/share/base-passwd/passwd.master "$1/etc/passwd"
    cp "$1"/usr/share/base-passwd/group.master "$1/etc/group"
    ldconfig -r "$1"
    ln -sf mawk "$1/usr/bin/awk"
    printf 'tmpfs /tmp tmpfs mode=1777 0 0\n' >"$1/etc/fstab"
    echo director >"$1/etc/hostname"
    printf '%032x\n' 1 >"$1/etc/machine-id" # not a first boot, which would ask for presets
    ln -sf /dev/null "$1/etc/systemd/system/serial-getty@ttyS0.service"
    ln -sf /dev/null "$1/etc/systemd/system/getty@tty1.service"
    cat >"$1/etc/systemd/system/vm-test.service" <<'UNIT'
[Unit]
Description=The test
After=network.target lbgen.service iptables.service
[Service]
Type=exec
ExecStart=/lbgen/tests/vm/guest/systemd
StandardInput=null
StandardOutput=file:/dev/ttyS1
StandardError=inherit
KillMode=process
UNIT
    mkdir -p "$1/etc/systemd/system/multi-user.target.wants"
    ln -s ../vm-test.service "$1/etc/systemd/system/multi-user.target.wants/vm-test.service"
}

# The system's folders with lbgen in them.
install_lbgen() { # ROOT
    local folder to
    make --no-print-directory -C "$root" install DESTDIR="$1" PREFIX=/usr/local >/dev/null || return
    systemctl --root="$1" enable lbgen.service 2>/dev/null ||
        ln -s /usr/local/lib/systemd/system/lbgen.service "$1/etc/systemd/system/multi-user.target.wants/lbgen.service"
    for folder in tests/vm tests/host.sh tests/kernel/commit.d; do
        mkdir -p "$(dirname "$1/lbgen/$folder")"
        cp -r "$root/$folder" "$1/lbgen/$folder" || return
    done
    to=$1/usr/lib/modules/${modules##*/}
    mkdir -p "$to/kernel/drivers/net" && cp -r "$modules"/modules.{builtin*,order} "$to" &&
        cp -r "$modules"/kernel/{net,lib,crypto} "$to/kernel" &&
        cp -r "$modules"/kernel/drivers/net/{veth,dummy}.ko* "$to/kernel/drivers/net" &&
        depmod -b "$1/usr" "${modules##*/}"
}

make_disk() { # FILE SCRATCH: an ext4 file system; false: in unable, why not
    unable='the disk could not be made'
    cp -a "$vm/system/root" "$2/root" && install_lbgen "$2/root" && truncate -s 600M "$1" &&
        mkfs.ext4 -q -F -d "$2/root" "$1" || return
    rm -rf "$2/root"
}

# What mounts the disk.
make_system_initrd() { # FILE SCRATCH; false: in unable, why not
    local to=$2/initrd-root
    unable='no initramfs could be made'
    mkdir -p "$to"/{bin,dev,proc,system} "$to/lib/modules/${modules##*/}/kernel/drivers/block" &&
        cp "$(command -v busybox)" "$to/bin/busybox" && cp "$root/tests/vm/guest/system_init" "$to/init" &&
        (cd "$modules" && cp -r --parents modules.builtin* modules.order kernel/drivers/virtio kernel/drivers/block/virtio_blk.ko* \
            "$to/lib/modules/${modules##*/}") && depmod -b "$to" "${modules##*/}" &&
        (cd "$to" && find . | cpio -o -H newc --quiet) >"$1"
}
