/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include <nftables/libnftables.h>

#include "lbgen/nft_script.h"

/* The sentence behind `Error: `, without the place in lbgen's own text. */
static bool explain(const char *error, struct complaint *why)
{
    const char *sentence = error ? strstr(error, "Error: ") : NULL;
    size_t len;

    if (!sentence)
        return complain(why, 0, 0, "libnftables does not say why");
    sentence += strlen("Error: ");
    len = strcspn(sentence, "\n");
    return complain(why, 0, 0, "%.*s", len < 200 ? (int)len : 200, sentence);
}

bool nft_script_run(const char *text, struct buf *said, struct complaint *why)
{
    struct nft_ctx *ctx = nft_ctx_new(NFT_CTX_DEFAULT);
    bool good;

    if (!ctx)
        return complain(why, 0, 0, "libnftables can't be had");
    nft_ctx_output_set_flags(ctx, NFT_CTX_OUTPUT_TERSE);
    nft_ctx_buffer_output(ctx);
    nft_ctx_buffer_error(ctx);
    good = nft_run_cmd_from_buffer(ctx, text) == 0;
    if (good && said)
        buf_str(said, nft_ctx_get_output_buffer(ctx));
    if (!good)
        explain(nft_ctx_get_error_buffer(ctx), why);
    nft_ctx_free(ctx);
    return good;
}
