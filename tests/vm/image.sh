# shellcheck shell=bash disable=SC2154 # vm, root: of boot.sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# image.sh, to be sourced behind boot.sh: the kernel and the initramfs that all guests start from, in build/vm.
#
# The kernel has IPVS, which that of the machine need not have. It is fetched once, and so are the programs that only
# guests run (an FTP server is nothing to install on the machine itself): as packages that are unpacked below build/vm.
# All other programs of the initramfs are this machine's own, each with the libraries that it links.
# Where there is no apt-get, the newest kernel of /boot that has IPVS does, and the programs that are installed.

kernel_packages="linux-image-cloud-amd64 linux-image-virtual" # Debian's, Ubuntu's: the first that there is
guest_packages="socat curl vsftpd dnsmasq-base ldnsutils"
fetch_seconds=240

guest_programs=(bash busybox iptables ip nft ipset ipvsadm keepalived modprobe socat curl vsftpd dnsmasq drill
    awk sed grep diff find timeout date sort stat mount umount unshare nsenter setpriv flock env
    realpath) # busybox for the rest
for name in iptables ip6tables; do
    guest_programs+=("$name"-{save,restore,legacy,nft} "$name"-{legacy,nft}-{save,restore})
done

# What a guest's network is made of, and disks; of drivers, no more than that.
guest_modules=(net lib crypto drivers/net/{veth,dummy,tun,macvlan,virtio_net,net_failover}.ko drivers/virtio
    drivers/block/virtio_blk.ko drivers/char/virtio_console.ko fs/overlayfs net/core/failover.ko)

download() { # PACKAGE...: into the current folder, unpacked into root/
    local file
    timeout -k 5 $fetch_seconds apt-get -q -o APT::Sandbox::User=root download "$@" </dev/null >apt.log 2>&1 || return
    for file in *.deb; do
        dpkg -x "$file" root || return
        rm "$file"
    done
}

fetch() { # NAME PACKAGE...: build/vm/NAME, once for each list of packages
    local name=$1
    shift
    [ "$(cat "$vm/$name/packages" 2>/dev/null)" != "$*" ] || return 0
    rm -rf "${vm:?}/$name"
    mkdir -p "$vm/$name/root" || return
    [ $# = 0 ] || (cd "$vm/$name" && download "$@") || {
        unable="apt-get download $*: $(tail -n 1 "$vm/$name/apt.log" 2>/dev/null)"
        return 1
    }
    echo "$*" >"$vm/$name/packages"
}

not_installed() { # PACKAGE...: those of them, and of what they need, that this machine lacks
    apt-get -s --no-install-recommends install "$@" 2>/dev/null </dev/null | awk '$1 == "Inst" && $3 !~ /^\[/ { print $2 }'
}

kernel_of() { # PACKAGE: the packages that hold it
    apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces "$1" 2>/dev/null |
        grep -oE '^linux-(image|modules)-(unsigned-)?[0-9]+\.[^ ]+' | sort -u
}

fetch_kernel() { # to build/vm/kernel/root
    local package packages
    for package in $kernel_packages; do
        packages=$(kernel_of "$package")
        # shellcheck disable=SC2086 # words
        [ -z "$packages" ] || { fetch kernel $packages && return; }
    done
    unable=${unable:-"apt-get knows no package of: $kernel_packages"}
    return 1
}

find_kernel() { # sets kernel, modules; in unable why there is none
    local folder folders=/
    if command -v apt-get >/dev/null; then
        fetch_kernel && folders=$vm/kernel/root
    fi
    for kernel in $(printf '%s\n' "$folders"/boot/vmlinuz-* | sort -rV); do
        for folder in "$folders/lib/modules/${kernel##*/vmlinuz-}" "$folders/usr/lib/modules/${kernel##*/vmlinuz-}"; do
            modules=$folder
            [ ! -d "$folder" ] || [ -z "$(find "$folder/" -name 'ip_vs.ko*')" ] || [ ! -r "$kernel" ] || return 0
        done
    done
    unable=${unable:-"no kernel with IPVS in $folders/boot"}
    return 1
}

put() { # FILE [AS]: into the initramfs
    local as=$guest${2:-$1}
    mkdir -p "${as%/*}" && cp -L "$1" "$as"
}

libraries_of() { # PROGRAM...: whatever they link
    local extra
    extra=$(find "$packages" -name '*.so.*' -printf '%h\n' | sort -u | paste -s -d :)
    LD_LIBRARY_PATH=$extra ldd "$@" 2>/dev/null | sed -n 's/^\t\(.* => \)\{0,1\}\(\/[^ ]*\) .*/\2/p' | sort -u
}

put_program() { # NAME: of this machine, or of the fetched packages
    local path
    path=$(command -v "$1") || path=$(PATH=$packages/usr/sbin:$packages/usr/bin:$packages/sbin:$packages/bin command -v "$1") ||
        return 0 # what needs it says so itself
    case $(head -c 2 "$path") in
    '#!') return 0 ;;
    esac
    put "$path" "/usr/bin/$1"
    linked+=("$path")
}

put_libraries() { # of all that was put
    local file own=() fetched=()
    for file in $(libraries_of "${linked[@]}" "$xtables"/*.so); do
        case $file in
        "$packages"/*) fetched+=(".${file#"$packages"}") ;;
        *) own+=("$file") ;;
        esac
    done
    cp -L --parents "${own[@]}" "$guest" || return
    [ ${#fetched[@]} = 0 ] || (cd "$packages" && cp -L --parents "${fetched[@]}" "$guest")
}

put_modules() {
    local part to=$guest/lib/modules/${modules##*/}
    mkdir -p "$to/kernel"
    (cd "$modules" && for part in modules.builtin modules.order "${guest_modules[@]/#/kernel/}"; do
        for file in "$part"*; do # NAME.ko, NAME.ko.xz
            [ ! -e "$file" ] || cp --parents -r "$file" "$to"
        done
    done)
    depmod -b "$guest" "${modules##*/}"
}

put_settings() {
    local file
    for file in protocols services; do
        put "/etc/$file"
    done
    echo 'hosts: files' >"$guest/etc/nsswitch.conf"
    printf 'root:x:0:0:root:/root:/bin/bash\nftp:x:1:1::/srv/ftp:/bin/false\nnobody:x:65534:65534::/:/bin/false\n' >"$guest/etc/passwd"
    printf 'root:x:0:\nftp:x:1:\nnogroup:x:65534:\n' >"$guest/etc/group"
    echo '127.0.0.1 localhost' >"$guest/etc/hosts"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=test.example \
        -keyout "$guest/etc/key.pem" -out "$guest/etc/cert.pem" 2>/dev/null
    cat "$guest/etc/key.pem" "$guest/etc/cert.pem" >"$guest/etc/server.pem"
}

# lbgen and its tests, at the places that they have below the repository, so that host.sh finds them.
put_lbgen() {
    local folder
    put "$LBGEN" /lbgen/lbgen
    linked+=("$LBGEN")
    for folder in templates tests/vm tests/host.sh tests/kernel/commit.d tests/cases/{keepalived-format,ipvsadm,setups}; do
        mkdir -p "$(dirname "$guest/lbgen/$folder")"
        cp -r "$root/$folder" "$guest/lbgen/$folder"
    done
    put "$root/tests/vm/guest/init" /init
    ln -s /lbgen/lbgen "$guest/usr/sbin/lbgen"
}

make_image() { # build/vm/vmlinuz and build/vm/initrd; false: in unable, why not
    local guest=$1/guest packages=$vm/programs/root linked=() xtables name kernel modules
    unable=
    find_kernel || return
    if command -v apt-get >/dev/null; then
        # shellcheck disable=SC2046,SC2086 # words
        fetch programs $(not_installed $guest_packages) || return
    fi
    mkdir -p "$packages" "$guest"/{usr/{bin,sbin,lib,lib64},etc,dev,proc,sys,run,tmp,root,var/lib,var/run,srv/ftp,disk} || return
    for name in bin sbin lib lib64; do
        ln -s usr/$name "$guest/$name"
    done
    for name in "${guest_programs[@]}"; do
        put_program "$name"
    done
    xtables=$(pkg-config --variable=xtlibdir xtables)
    for name in "$xtables"/*.so; do
        put "$name"
    done
    put_lbgen
    put_libraries
    put_modules
    put_settings
    cp "$kernel" "$vm/vmlinuz"
    (cd "$guest" && find . | cpio -o -H newc --quiet) >"$vm/initrd" || {
        unable="no initramfs could be made"
        return 1
    }
}
