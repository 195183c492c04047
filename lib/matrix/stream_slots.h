/* Buffers of a stream by lists and by the blocks that they have. */
#ifndef LGD_STREAM_SLOTS_H
#define LGD_STREAM_SLOTS_H
#include "base/base.h"

typedef enum stage { ABSENT, READING, THERE } stage;

/* A buffer; also the end of a list.
 *   before, after  its neighbours in the list it is in; NULL: in none
 *   like           the next of those whose block has the same place in the table
 *   block, holds   SIZE_MAX: none; how many pieces use it
 *   to_come        it is read ahead, and nobody has held it yet */
typedef struct slot {
    struct slot *before, *after;
    struct slot *like;
    size_t block, holds;
    stage stage;
    bool to_come;
} slot;

/* Those that have a block, by its hash. */
typedef struct slot_table {
    slot **first;
    size_t mask;
} slot_table;

static inline void leave_list(slot *x)
{
    if (!x->after)
        return;
    x->before->after = x->after;
    x->after->before = x->before;
    x->before = x->after = NULL;
}

static inline void put_before(slot *x, slot *end)
{
    leave_list(x);
    x->before = end->before;
    x->after = end;
    x->before->after = x;
    end->before = x;
}

static inline void make_list(slot *end)
{
    end->before = end->after = end;
}

static inline slot **place_of(const slot_table *t, size_t block)
{
    return &t->first[(size_t)lgd_mix(block, 0) & t->mask];
}

static inline slot *find(const slot_table *t, size_t block)
{
    slot *x = *place_of(t, block);
    while (x && x->block != block)
        x = x->like;
    return x;
}

static inline void rename_slot(slot_table *t, slot *x, size_t block)
{
    if (x->block != SIZE_MAX) {
        slot **at = place_of(t, x->block);
        while (*at != x)
            at = &(*at)->like;
        *at = x->like;
    }
    x->block = block;
    x->stage = ABSENT;
    x->to_come = false;
    if (block != SIZE_MAX) {
        slot **at = place_of(t, block);
        x->like = *at;
        *at = x;
    }
}

#endif
