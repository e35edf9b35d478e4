/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inject [-4|-6] [-r ROUNDS] [-t MS] TARGETS NETNS...   what a packet costs there: lines "ROUND NETNS
 * NANOSECONDS" inject [-4|-6] -e TARGETS NETNS...                    one packet to every target; prints
 * nothing
 *
 * The kernel itself hands TCP packets to a network namespace's receive path, in batches, as if its lo had
 * received them, and tells the time that a packet took (BPF_PROG_TEST_RUN with live frames; Linux 5.18 or
 * newer, root). TARGETS is a file of lines "ADDRESS PORT"; packets go to one after the other, round and
 * round, so the file decides what is warm in the caches. They come from 198.51.100.7 or 2001:db8:ffff::7, and
 * their TCP header is of a length that TCP drops at once: behind netfilter's INPUT, without an answer.
 *
 * NETNS is a file such as /run/netns/NAME. Each round visits all of them, for about MS (10) milliseconds
 * each. Status 0; 1 when the kernel refuses, 2 bad usage or bad targets.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

#ifndef BPF_F_TEST_XDP_LIVE_FRAMES /* headers older than Linux 5.18 */
#define BPF_F_TEST_XDP_LIVE_FRAMES (1U << 1)
#endif

enum { ETHERNET = 14, FEWEST_PACKETS = 256, MOST_PACKETS = 4000000 };

/* Where a packet to a target differs from any other. The kernel lays items out in steps of 8 bytes. */
struct target {
    uint32_t address[4]; /* IPv4: the first alone */
    uint16_t checksum;   /* of the IPv4 header */
    uint16_t port;
    uint32_t padding;
};

struct targets {
    struct target *at;
    size_t n, cap;
};

struct frame {
    int family;
    unsigned char bytes[ETHERNET + 40 + 20];
    int16_t len, address_at, checksum_at, port_at; /* checksum_at 0: there is none */
};

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "inject: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* --- packets --- */

static struct frame make_frame(int family)
{
    static const unsigned char ip4[20] = {0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0, 198, 51, 100, 7};
    static const unsigned char ip6[40] = {0x60, 0,    0, 0, 0, 20, 6, 64, 0x20, 0x01, 0x0d, 0xb8,
                                          0xff, 0xff, 0, 0, 0, 0,  0, 0,  0,    0,    0,    7};
    static const unsigned char tcp[20] = {0x9c, 0x40, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0 /* words of header */,
                                          2};
    struct frame f = {.family = family, .bytes = {[6] = 2}};
    size_t ip_len = family == AF_INET ? sizeof ip4 : sizeof ip6;

    f.bytes[12] = family == AF_INET ? 0x08 : 0x86;
    f.bytes[13] = family == AF_INET ? 0x00 : 0xdd;
    memcpy(f.bytes + ETHERNET, family == AF_INET ? ip4 : ip6, ip_len);
    memcpy(f.bytes + ETHERNET + ip_len, tcp, sizeof tcp);
    f.len = (int16_t)(ETHERNET + ip_len + sizeof tcp);
    f.address_at = ETHERNET + (family == AF_INET ? 16 : 24);
    f.checksum_at = family == AF_INET ? ETHERNET + 10 : 0;
    f.port_at = (int16_t)(ETHERNET + ip_len + 2);
    return f;
}

static uint16_t ip4_checksum(const struct frame *frame, uint32_t address)
{
    uint16_t header[10];
    uint32_t sum = 0;

    memcpy(header, frame->bytes + ETHERNET, sizeof header);
    memcpy(header + 8, &address, sizeof address);
    for (size_t i = 0; i < 10; i++)
        sum += header[i];
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t) ~(sum + (sum >> 16));
}

static struct targets read_targets(const char *name, const struct frame *frame)
{
    struct targets list = {0};
    char address[64];
    unsigned int port;
    int fields;
    FILE *file = fopen(name, "re");

    if (!file)
        die(name);
    while ((fields = fscanf(file, "%63s %u", address, &port)) == 2) {
        struct target *t = VEC_ADD(&list);
        *t = (struct target){.port = htons((uint16_t)port)};
        if (port > 65535 || inet_pton(frame->family, address, t->address) != 1)
            break;
        t->checksum = ip4_checksum(frame, t->address[0]);
    }
    if (fields != EOF || list.n == 0) {
        fprintf(stderr, "inject: %s: not lines of ADDRESS PORT, after %zu\n", name, list.n);
        exit(2);
    }
    fclose(file);
    return list;
}

/* --- the program that sets the destination --- */

static int bpf(enum bpf_cmd command, union bpf_attr *attr)
{
    return (int)syscall(SYS_bpf, command, attr, sizeof *attr);
}

/* An array that this process has in its memory, at *memory, too. */
static int make_array(size_t item_size, size_t n, void **memory)
{
    union bpf_attr attr = {
        .map_type = BPF_MAP_TYPE_ARRAY, .key_size = sizeof(uint32_t), .map_flags = BPF_F_MMAPABLE};

    attr.value_size = (uint32_t)item_size;
    attr.max_entries = (uint32_t)n;
    int fd = bpf(BPF_MAP_CREATE, &attr);
    if (fd < 0)
        die("no BPF map");
    *memory = mmap(NULL, item_size * n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (*memory == MAP_FAILED)
        die("BPF map's memory");
    return fd;
}

enum { R0, R1, R2, R3, R6 = 6, R7, R8, R10 = 10 };

struct program {
    struct bpf_insn at[64];
    uint32_t n;
};

static void add(struct program *p, int code, int to, int from, int offset, int number)
{
    p->at[p->n++] = (struct bpf_insn){.code = (uint8_t)code,
                                      .dst_reg = (uint8_t)(to & 15),
                                      .src_reg = (uint8_t)(from & 15),
                                      .off = (int16_t)offset,
                                      .imm = number};
}

static void add_map(struct program *p, int to, int how, int map)
{
    add(p, BPF_LD | BPF_DW | BPF_IMM, to, how, 0, map);
    add(p, 0, 0, 0, 0, 0);
}

static void add_return(struct program *p, int action)
{
    add(p, BPF_ALU64 | BPF_MOV | BPF_K, R0, 0, 0, action);
    add(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

/* From the target in R0 into the packet in R7. */
static void add_copy(struct program *p, int size, size_t from, int to)
{
    add(p, BPF_LDX | size | BPF_MEM, R1, R0, (int)from, 0);
    add(p, BPF_STX | size | BPF_MEM, R7, R1, to, 0);
}

static struct program make_program(const struct frame *frame, size_t n, int targets, int counter)
{
    struct program p = {.n = 0};

    /* Is the packet whole? */
    add(&p, BPF_LDX | BPF_W | BPF_MEM, R7, R1, offsetof(struct xdp_md, data), 0);
    add(&p, BPF_LDX | BPF_W | BPF_MEM, R8, R1, offsetof(struct xdp_md, data_end), 0);
    add(&p, BPF_ALU64 | BPF_MOV | BPF_X, R1, R7, 0, 0);
    add(&p, BPF_ALU64 | BPF_ADD | BPF_K, R1, 0, 0, frame->len);
    add(&p, BPF_JMP | BPF_JLE | BPF_X, R1, R8, 2, 0);
    add_return(&p, XDP_ABORTED);

    /* The counter's target, and the counter one further. */
    add_map(&p, R6, BPF_PSEUDO_MAP_VALUE, counter);
    add(&p, BPF_LDX | BPF_W | BPF_MEM, R2, R6, 0, 0);
    add(&p, BPF_STX | BPF_W | BPF_MEM, R10, R2, -4, 0);
    add(&p, BPF_ALU64 | BPF_ADD | BPF_K, R2, 0, 0, 1);
    add(&p, BPF_JMP | BPF_JLT | BPF_K, R2, 0, 1, (int)n);
    add(&p, BPF_ALU64 | BPF_MOV | BPF_K, R2, 0, 0, 0);
    add(&p, BPF_STX | BPF_W | BPF_MEM, R6, R2, 0, 0);
    add_map(&p, R1, BPF_PSEUDO_MAP_FD, targets);
    add(&p, BPF_ALU64 | BPF_MOV | BPF_X, R2, R10, 0, 0);
    add(&p, BPF_ALU64 | BPF_ADD | BPF_K, R2, 0, 0, -4);
    add(&p, BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_lookup_elem);
    add(&p, BPF_JMP | BPF_JNE | BPF_K, R0, 0, 2, 0);
    add_return(&p, XDP_ABORTED);

    for (int word = 0; word < (frame->family == AF_INET ? 1 : 4); word++)
        add_copy(&p, BPF_W, offsetof(struct target, address) + 4 * (size_t)word,
                 frame->address_at + 4 * word);
    if (frame->checksum_at)
        add_copy(&p, BPF_H, offsetof(struct target, checksum), frame->checksum_at);
    add_copy(&p, BPF_H, offsetof(struct target, port), frame->port_at);
    add_return(&p, XDP_PASS);
    return p;
}

static int load(const struct program *program)
{
    static char log[16384];
    union bpf_attr attr = {.prog_type = BPF_PROG_TYPE_XDP, .log_level = 1, .log_size = sizeof log};

    attr.insns = (uintptr_t)program->at;
    attr.insn_cnt = program->n;
    attr.license = (uintptr_t) "GPL";
    attr.log_buf = (uintptr_t)log;
    int fd = bpf(BPF_PROG_LOAD, &attr);
    if (fd < 0) {
        fputs(log, stderr);
        die("BPF program");
    }
    return fd;
}

/* --- injection
 * ----------------------------------------------------------------------------------------------------------
 */

/* Into the namespace this process is in; nanoseconds a packet. */
static uint32_t inject(int program, const struct frame *frame, uint32_t packets)
{
    union bpf_attr attr = {0};

    attr.test.prog_fd = (uint32_t)program;
    attr.test.data_in = (uintptr_t)frame->bytes;
    attr.test.data_size_in = (uint32_t)frame->len;
    attr.test.repeat = packets;
    attr.test.flags = BPF_F_TEST_XDP_LIVE_FRAMES;
    if (bpf(BPF_PROG_TEST_RUN, &attr) < 0)
        die("BPF_PROG_TEST_RUN");
    return attr.test.duration;
}

static void enter(const char *netns)
{
    int fd = open(netns, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
        die(netns);
    close(fd);
}

/* Others on this machine are kept from the caches meanwhile, where that is allowed. */
static void stay_alone(void)
{
    struct sched_param priority = {.sched_priority = 1};
    cpu_set_t here;

    CPU_ZERO(&here);
    CPU_SET((size_t)sched_getcpu(), &here);
    if (sched_setaffinity(0, sizeof here, &here) < 0 || sched_setscheduler(0, SCHED_FIFO, &priority) < 0)
        return;
}

static uint32_t packets_for(double ms, uint32_t ns)
{
    double packets = ms * 1e6 / (ns ? ns : 1);

    return packets < FEWEST_PACKETS ? FEWEST_PACKETS
           : packets > MOST_PACKETS ? MOST_PACKETS
                                    : (uint32_t)packets;
}

static void measure(int program, const struct frame *frame, long rounds, double ms, char **netns, size_t n)
{
    uint32_t *packets = xcalloc(n, sizeof *packets);

    for (long round = 0; round <= rounds; round++) {
        for (size_t i = 0; i < n; i++) {
            enter(netns[i]);
            uint32_t ns = inject(program, frame, packets[i] ? packets[i] : FEWEST_PACKETS);
            packets[i] = packets_for(ms, ns);
            if (round > 0) /* the first one tells how many packets there can be, and fills the caches */
                printf("%ld %s %u\n", round, netns[i], ns);
        }
    }
    free(packets);
}

static int usage(void)
{
    fputs("usage: inject [-4|-6] [-r ROUNDS] [-t MS] TARGETS NETNS...\n"
          "       inject [-4|-6] -e TARGETS NETNS...\n",
          stderr);
    return 2;
}

int main(int argc, char **argv)
{
    int option, each = 0, family = AF_INET;
    long rounds = 9;
    double ms = 10;

    while ((option = getopt(argc, argv, "46er:t:")) != -1) {
        switch (option) {
        case '4': family = AF_INET; break;
        case '6': family = AF_INET6; break;
        case 'e': each = 1; break;
        case 'r': rounds = atol(optarg); break;
        case 't': ms = atof(optarg); break;
        default: return usage();
        }
    }
    if (argc - optind < 2)
        return usage();

    struct frame frame = make_frame(family);
    struct targets list = read_targets(argv[optind++], &frame);
    void *targets, *counter;
    int target_map = make_array(sizeof *list.at, list.n, &targets);
    int counter_map = make_array(sizeof(uint32_t), 1, &counter);
    struct program program = make_program(&frame, list.n, target_map, counter_map);
    int loaded = load(&program);

    memcpy(targets, list.at, list.n * sizeof *list.at);
    if (!each) {
        stay_alone();
        measure(loaded, &frame, rounds, ms, argv + optind, (size_t)(argc - optind));
    } else {
        for (; optind < argc; optind++) {
            enter(argv[optind]);
            *(uint32_t *)counter = 0;
            inject(loaded, &frame, (uint32_t)list.n);
        }
    }
    free(list.at);
    return 0;
}
