/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/import_ka.h"
#include "lbgen/import_kinds.h"
#include "lbgen/keepalived_reader.h"
#include "lbgen/key_table.h"
#include "lbgen/vec.h"

enum { ADDRESSES_MAX = 32 };

const char *import_ka_text(struct draft *d, const struct ka_line *line)
{
    struct buf b = {0};

    for (uint32_t i = 0; i < line->n_words; i++) {
        const char *text = line->words[i].text;
        bool quotes = !*text || strpbrk(text, " \t");

        buf_printf(&b, "%s%s%s%s", i ? " " : "", quotes ? "\"" : "", text, quotes ? "\"" : "");
    }
    const char *text = arena_text(&d->mem, b.len ? b.at : "", b.len);
    buf_free(&b);
    return text;
}

/* --- interfaces and peers --- */

struct vrrp_peer {
    struct address address;
    uint64_t family;
};

/* What [vrrp] is put together from. */
struct vrrp_facts {
    struct key_table interfaces, peers; /* names with their NUL; struct vrrp_peer */
    bool any_interface, any_peer, ah;
};

static void add_interface(struct vrrp_facts *f, const char *name)
{
    key_table_enter(&f->interfaces, name, strlen(name) + 1);
}

static bool is_interface(const char *name)
{
    struct interface ignored;
    struct complaint why;

    return name && draft_item_good(name) && interface_parse(name, strlen(name), &ignored, &why);
}

static void look_at_interface(struct draft *d, struct vrrp_facts *f, const struct ka_instance *instance)
{
    if (is_interface(instance->interface) && !instance->own_interface) {
        add_interface(f, instance->interface);
        return;
    }
    f->any_interface = true;
    if (instance->own_interface)
        draft_remark(d, &d->vrrp_remarks,
                     "vrrp_instance %s has an interface of its own (use_vmac): VRRP is accepted on all",
                     instance->name);
}

static void look_at_instance(struct draft *d, struct vrrp_facts *f, const struct ka_instance *instance)
{
    look_at_interface(d, f, instance);
    f->any_peer |= !instance->unicast || instance->n_peers == 0;
    for (uint32_t i = 0; i < instance->n_peers; i++) {
        const struct prefix *peer = &instance->peers[i].address;
        const struct vrrp_peer key = {.address = peer->first, .family = peer->family};

        key_table_enter(&f->peers, &key, sizeof key);
    }
    f->ah |= instance->ah == KA_YES;
    if (instance->ah == KA_OPEN)
        draft_leave(d, &d->vrrp_remarks, instance->ah_place.at,
                    "auth_type of vrrp_instance %s; if it is AH, write authentication = ah", instance->name);
}

static void put_list(struct draft *d, const char *key, struct buf *list)
{
    if (list->len)
        draft_vrrp(d, "%s = %s", key, buf_text(list));
    list->len = 0;
}

static void put_facts(const struct ka_import *import, const struct vrrp_facts *f)
{
    struct draft *d = import->draft;
    struct buf list = {0};

    for (uint32_t i = 0; !f->any_interface && i < f->interfaces.n; i++)
        buf_printf(&list, "%s%s", i ? ", " : "", (const char *)key_table_bytes(&f->interfaces, i));
    put_list(d, "interface", &list);
    for (uint32_t i = 0; !f->any_peer && i < f->peers.n; i++) {
        const struct vrrp_peer *peer = key_table_bytes(&f->peers, i);

        if (i)
            buf_str(&list, ", ");
        address_print(&list, (enum family)peer->family, peer->address);
    }
    put_list(d, "source", &list);
    if (f->ah)
        draft_vrrp(d, "authentication = ah");
    if (import->k->sync_interface)
        draft_vrrp(d, "sync = yes");
    buf_free(&list);
}

void import_ka_vrrp(const struct ka_import *import)
{
    const struct keepalived *k = import->k;
    struct draft *d = import->draft;
    struct vrrp_facts f = {0};

    if (k->n_instances == 0 && !k->sync_interface) {
        draft_remark(d, &d->vrrp_remarks, "keepalived.conf has no vrrp_instance, so nothing needs VRRP.");
        draft_vrrp(d, "accept = no");
        return;
    }
    for (uint32_t i = 0; i < k->n_instances; i++)
        look_at_instance(d, &f, &k->instances[i]);
    if (is_interface(k->sync_interface))
        add_interface(&f, k->sync_interface);
    else
        f.any_interface |= k->sync_interface != NULL;
    put_facts(import, &f);
    key_table_free(&f.interfaces);
    key_table_free(&f.peers);
}

/* --- groups --- */

static const char *group_name(const void *items, uint32_t i, size_t *len)
{
    const struct ka_line *const *groups = items;

    *len = strlen(groups[i]->words[1].text);
    return groups[i]->words[1].text;
}

static void collect_groups(struct ka_import *import, const struct ka_tree *tree)
{
    import->groups.names.name_of = group_name;
    for (const struct ka_line *l = tree->root.first; l; l = l->next) {
        const struct ka_word *name = ka_line_word(l, 1);

        if (!ka_line_is(l, "virtual_server_group") || !name || name->unknown)
            continue;
        if (name_index_enter(&import->groups.names, import->groups.at, name->text, strlen(name->text),
                             (uint32_t)import->groups.n) == NAME_NOT_FOUND)
            *VEC_ADD(&import->groups) = l;
    }
}

const struct ka_line *import_ka_group(const struct ka_import *import, const char *name)
{
    uint32_t i = name_index_find(&import->groups.names, import->groups.at, name, strlen(name));

    return i == NAME_NOT_FOUND ? NULL : import->groups.at[i];
}

/* --- the file --- */

static void list_addresses(struct draft *d, const struct keepalived *k)
{
    for (int f = 0; f < FAMILIES; f++) {
        struct buf list = {0};
        int n = 0;

        for (uint32_t i = 0; i < k->n_addresses; i++) {
            const struct prefix *p = &k->addresses[i].address;

            if (p->family != f)
                continue;
            if (n == ADDRESSES_MAX) {
                d->more_addresses = true;
                break;
            }
            if (n++)
                buf_str(&list, ", ");
            address_print(&list, (enum family)f, p->first);
        }
        if (list.len)
            d->addresses[f] = arena_text(&d->mem, list.at, list.len);
        buf_free(&list);
    }
}

static void take_line(const struct ka_import *import, const struct ka_line *line)
{
    struct draft *d = import->draft;

    if (ka_line_is(line, "virtual_server"))
        import_ka_virtual(import, line);
    else if (!ka_line_is(line, "virtual_server_group") && !ka_line_is(line, "vrrp_instance") && line->n_words)
        draft_leave(d, &d->remarks, line->words[0].at, "%s%s", line->block ? "the block " : "",
                    import_ka_text(d, line));
}

static void note_ids(struct draft *d, const struct ka_ids *ids)
{
    for (size_t i = 0; i < ids->n; i++)
        draft_leave(d, &d->remarks, SRC_NONE,
                    "lines with the condition @%s: the file was read as by a Keepalived that has no "
                    "configuration id",
                    ids->at[i]);
}

void import_keepalived(struct draft *draft, struct diag *diag)
{
    struct ka_files files = {.sources = draft->sources};
    struct ka_tree tree = {0};
    struct keepalived k = {0};
    struct ka_ids ids = {0};
    struct diag ignored = {0}; /* notes of what only a running Keepalived knows: remarks tell it */
    struct ka_import import = {.draft = draft, .k = &k};

    if (ka_read(&files, draft->source, NULL, &ids, &tree, diag)) {
        keepalived_make(&tree, draft->sources->at[draft->source].base, &k, &ignored);
        note_ids(draft, &ids);
        list_addresses(draft, &k);
        collect_groups(&import, &tree);
        draft->taken.first = k.nft_first;
        draft->taken.count = k.nft_count;
        draft_remark(draft, &draft->remarks,
                     "Of vrrp_instance, lbgen has interfaces, peers and authentication; all else of it stays "
                     "Keepalived's.");
        import_ka_vrrp(&import);
        for (const struct ka_line *l = tree.root.first; l; l = l->next)
            take_line(&import, l);
    }
    name_index_free(&import.groups.names);
    free(import.groups.at);
    diag_free(&ignored);
    keepalived_free(&k);
    ka_tree_free(&tree);
    ka_ids_free(&ids);
    ka_files_free(&files);
}
