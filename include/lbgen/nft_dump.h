/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking nf_tables for all of something, by libmnl; nothing is changed. */
#ifndef LBGEN_NFT_DUMP_H
#define LBGEN_NFT_DUMP_H

#include <libmnl/libmnl.h>
#include <stdint.h>

/* NULL with errno set when there is none to be had; else for mnl_socket_close. */
struct mnl_socket *nft_dump_open(void);

/* Sends a request (NFT_MSG_GET...) for all there is, of one family (or NFPROTO_UNSPEC) and, where it is
 * named, of one table, and hands every answer to `take`. 0, or an errno value: EPERM without CAP_NET_ADMIN,
 * EINVAL where the kernel knows no nf_tables, EAGAIN when it is silent for 10 seconds, EINTR when the rules
 * changed meanwhile, so that some may have been handed out twice or not at all: begin anew, with a new
 * socket. */
int nft_dump(struct mnl_socket *socket, unsigned what, uint8_t family, const char *table, mnl_cb_t take,
             void *to);

/* The same of one set's or map's elements (NFT_MSG_GETSETELEM), where it is named. */
int nft_dump_of(struct mnl_socket *socket, unsigned what, uint8_t family, const char *table, const char *set,
                mnl_cb_t take, void *to);

/* The attributes of an answer, or of a nest, by type; NULL for what is not there. Types over 15 are left out.
 */
struct nft_attrs {
    const struct nlattr *of[16];
};

struct nft_attrs nft_attrs_of(const struct nlmsghdr *answer);
struct nft_attrs nft_attrs_inside(const struct nlattr *nest); /* which may be NULL */

/* "" and 0 for what is not there, or not of that kind. */
const char *nft_text(const struct nlattr *attr);
uint32_t nft_number(const struct nlattr *attr);

#endif
