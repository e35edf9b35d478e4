# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# boot.sh, to be sourced: the start of a guest, for tests/vm/run and for the parts that boot their guests themselves.

export LC_ALL=C PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
vm=$root/build/vm
LBGEN=$(realpath -m "${LBGEN:-$root/lbgen}")
export LBGEN
qemu=

# Ends the guest that runs with this script.
trap '[ -z "$qemu" ] || kill "$qemu" 2>/dev/null; exit 143' HUP INT TERM

# Boots build/vm/vmlinuz with build/vm/initrd for SECONDS at most. What the guest writes to ttyS1 goes to FILE, the
# kernel's own words to FILE.console. Never with KVM: where it is offered to a container, guests may hang in it.
# no_timer_check: on a machine that is busy, a guest's timer fails the kernel's test, which then panics. A processor with
# few features, and a kernel that does not defend itself, start programs in two thirds of the time.
# Status: 0 the guest ended by itself; 124 or 137 it had to be ended; else qemu's own.
vm_boot() { # FILE SECONDS KERNEL-ARGUMENTS [QEMU-ARGUMENT...]
    local out=$1 seconds=$2 arguments=$3 status=0
    shift 3
    timeout -k 5 "$seconds" qemu-system-x86_64 -accel tcg,thread=multi -cpu qemu64 -m 768 -smp 1 -display none -no-reboot \
        -nodefaults -serial "file:$out.console" -serial "file:$out" -kernel "$vm/vmlinuz" -initrd "$vm/initrd" \
        -append "console=ttyS0 loglevel=4 panic=-1 no_timer_check mitigations=off init_on_alloc=0 audit=0 apparmor=0 $arguments" "$@" </dev/null >"$out.qemu" 2>&1 &
    qemu=$!
    wait $qemu || status=$?
    qemu=
    return $status
}

# Does FILE end with a closing line?
vm_closed() { # FILE
    tail -n 1 "$1" 2>/dev/null | grep -qE '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$'
}

# Runs a guest script in a guest of its own and shows what it says; a guest that ends without a closing line says FAIL.
vm_script() { # SCRIPT(below the repository) FILE SECONDS [KERNEL-ARGUMENTS [QEMU-ARGUMENT...]]
    local script=$1 out=$2 seconds=$3 arguments=${4-} status=0
    shift 3
    [ $# = 0 ] || shift
    vm_boot "$out" "$seconds" "vm.script=$script $arguments" "$@" || status=$?
    cat "$out"
    vm_closed "$out" && [ $status = 0 ] && return
    case $status in
    124 | 137) echo "FAIL the guest was ended after $seconds s" ;;
    *) echo "FAIL the guest ended without a closing line (qemu's status $status)" ;;
    esac
    cat "$out.qemu" "$out.console" 2>/dev/null | grep -aA 1000 'Kernel panic' | head -n 12 | sed 's/^/    /'
    tail -qn 3 "$out.qemu" "$out.console" | sed 's/^/    /'
    echo "0 passed, 1 failed, 0 skipped"
    return 1
}
