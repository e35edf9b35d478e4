/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "lbgen/journal.h"
#include "lbgen/nft_dump.h"
#include "lbgen/nft_model.h"
#include "lbgen/nft_script.h"
#include "lbgen/nft_tables.h"
#include "lbgen/number.h"
#include "lbgen/own_table_elements.h"
#include "lbgen/own_table_live.h"

#define NEW_PATH OWN_TABLE_PATH ".new"

enum { TRIES = 10 };

struct marker_search {
    bool exists;
    uint64_t handle;
    char marker[MARKER_MAX];
};

static int look_at_table(const struct nlmsghdr *answer, void *to)
{
    struct marker_search *search = to;
    const struct nfgenmsg *head = mnl_nlmsg_get_payload(answer);
    const struct nft_attrs attrs = nft_attrs_of(answer);

    if (head->nfgen_family != NFPROTO_INET || strcmp(nft_text(attrs.of[NFTA_TABLE_NAME]), NFT_TABLE) != 0)
        return MNL_CB_OK;
    search->exists = true;
    if (attrs.of[NFTA_TABLE_HANDLE] && mnl_attr_validate(attrs.of[NFTA_TABLE_HANDLE], MNL_TYPE_U64) >= 0)
        search->handle = mnl_attr_get_u64(attrs.of[NFTA_TABLE_HANDLE]);
    return MNL_CB_OK;
}

static int look_at_chain(const struct nlmsghdr *answer, void *to)
{
    struct marker_search *search = to;
    const struct nfgenmsg *head = mnl_nlmsg_get_payload(answer);
    const struct nft_attrs attrs = nft_attrs_of(answer);
    const char *name = nft_text(attrs.of[NFTA_CHAIN_NAME]);

    if (head->nfgen_family == NFPROTO_INET && strcmp(nft_text(attrs.of[NFTA_CHAIN_TABLE]), NFT_TABLE) == 0 &&
        strncmp(name, MARKER_PREFIX, sizeof MARKER_PREFIX - 1) == 0)
        snprintf(search->marker, sizeof search->marker, "%s", name);
    return MNL_CB_OK;
}

static int search_once(struct marker_search *search)
{
    struct mnl_socket *socket = nft_dump_open();
    int error = socket ? 0 : errno;

    *search = (struct marker_search){0};
    if (!error)
        error = nft_dump(socket, NFT_MSG_GETTABLE, NFPROTO_INET, NULL, look_at_table, search);
    if (!error && search->exists)
        error = nft_dump(socket, NFT_MSG_GETCHAIN, NFPROTO_INET, NULL, look_at_chain, search);
    if (socket)
        mnl_socket_close(socket);
    return error;
}

static bool search_marker(struct marker_search *search, struct complaint *why)
{
    int error = EINTR;

    for (int i = 0; i < TRIES && error == EINTR; i++)
        error = search_once(search);
    return error == 0 || complain(why, 0, 0, "nf_tables can't be asked: %s", strerror(error));
}

bool own_table_read_marker(char marker[MARKER_MAX], bool *exists, struct complaint *why)
{
    struct marker_search search;

    if (!search_marker(&search, why))
        return false;
    memcpy(marker, search.marker, MARKER_MAX);
    *exists = search.exists;
    return true;
}

/* --- what is remembered --- */

/* `netns DEV INODE generation N handle H marker M shape LENGTH`, a line, then shape and elements. */
static bool print_head(struct buf *out, uint32_t generation, const struct marker_search *live)
{
    struct stat ns;

    if (stat("/proc/self/ns/net", &ns) != 0)
        return false;
    buf_printf(out, "netns %ju %ju generation %" PRIu32 " exists %d handle %" PRIu64 " marker %s shape ",
               (uintmax_t)ns.st_dev, (uintmax_t)ns.st_ino, generation, live->exists, live->handle,
               live->marker[0] ? live->marker : "-");
    return true;
}

/* The file's text is the table as it is, when its head says all that the kernel says now. */
static bool read_remembered(struct own_table *out, const struct buf *text, uint32_t generation,
                            const struct marker_search *live)
{
    struct buf head = {0};
    const char *length, *shape = NULL, *end = text->at + text->len;
    uint32_t n = 0;

    if (print_head(&head, generation, live) && text->len > head.len &&
        memcmp(text->at, head.at, head.len) == 0) {
        length = text->at + head.len;
        shape = memchr(length, '\n', (size_t)(end - length));
        if (shape && decimal_parse(length, (size_t)(shape - length), &n))
            shape++;
        else
            shape = NULL;
    }
    buf_free(&head);
    if (!shape || n > (size_t)(end - shape))
        return false;
    out->exists = live->exists;
    buf_add(&out->shape, shape, n);
    buf_add(&out->elements, shape + n, (size_t)(end - shape) - n);
    own_table_find_marker(out);
    return true;
}

bool own_table_read(struct own_table *out, uint32_t *generation, bool *remembered, struct complaint *why)
{
    struct marker_search live;
    struct buf text = {0};
    struct complaint ignored;

    own_table_free(out);
    if (!nft_generation(generation, why) || !search_marker(&live, why))
        return false;
    *remembered = state_read(OWN_TABLE_PATH, &text, &ignored) && text.len > 0 &&
                  read_remembered(out, &text, *generation, &live);
    buf_free(&text);
    return *remembered || own_table_read_kernel(out, generation, why);
}

void own_table_remember(const struct own_table *table, uint32_t generation)
{
    struct marker_search live;
    struct complaint ignored;
    struct buf text = {0};
    int fd;

    if (table->foreign.len) /* the next run is to find them, too */
        return;
    if (!search_marker(&live, &ignored) || !print_head(&text, generation, &live)) {
        buf_free(&text);
        return;
    }
    buf_printf(&text, "%zu\n", table->shape.len);
    buf_add(&text, table->shape.at, table->shape.len);
    buf_add(&text, table->elements.at, table->elements.len);
    fd = open(NEW_PATH, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool good = fd >= 0 && buf_flush_fd(&fd, text.at, text.len) == 0;
    if (fd >= 0)
        good = close(fd) == 0 && good;
    if (!good || rename(NEW_PATH, OWN_TABLE_PATH) != 0)
        unlink(NEW_PATH);
    buf_free(&text);
}

/* --- from the kernel --- */

static bool read_once(struct own_table *out, bool exists, struct complaint *why)
{
    own_table_free(out);
    out->exists = exists;
    if (!exists)
        return true;
    if (!nft_script_run("list table inet " NFT_TABLE "\n", &out->shape, why) ||
        !own_table_read_elements(out, why))
        return false;
    own_table_find_marker(out);
    return true;
}

bool own_table_read_kernel(struct own_table *out, uint32_t *generation, struct complaint *why)
{
    for (int i = 0; i < TRIES; i++) {
        uint32_t after;
        char marker[MARKER_MAX];
        bool exists;

        if (!nft_generation(generation, why) || !own_table_read_marker(marker, &exists, why))
            return false;
        bool good = read_once(out, exists, why);
        if (!nft_generation(&after, why))
            return false;
        if (after == *generation)
            return good;
    }
    return complain(why, 0, 0, "somebody else changes nftables' rules again and again");
}
