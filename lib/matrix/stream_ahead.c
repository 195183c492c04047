/* Which blocks come next: those of a set of rows, and behind it as far as is known, in the order in which they are met. Each thread that
 * computes keeps what it has asked for and has not held yet, and how far it has looked, so that a row is looked at once. */
#include "stream.h"
#include <math.h>

enum { AHEAD = 8, RARE = 256 };

static _Thread_local struct {
    const lgd_blocks *of;
    const size_t *index;
    size_t begin, at; /* of the index, or of the rows */
    size_t count, block[AHEAD];
} ahead;

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Beyond the last number of the set, or of the rows, that may be read. */
static size_t end_of(const lgd_blocks *b, const lgd_rows *rows)
{
    return rows->index ? rows->first + rows->count + lgd_rows_ahead(rows) : b->from.rows;
}

/* Do the next rows lie in more blocks than there are buffers? Of n blocks that come equally often, in any order, so many rows show
 * n (1 - (1 - 1/n)^rows) or all. */
static bool are_many(const lgd_blocks *b, const size_t *row, size_t rows)
{
    enum { PLACES = 2 * RARE };
    const double n = (double)b->count, most = ceil(-n * expm1((double)rows * log1p(-1 / n)));
    size_t found[PLACES], count = 0;
    for (size_t i = 0; i < PLACES; i++)
        found[i] = SIZE_MAX;
    for (size_t i = 0; i < rows && (double)count <= most; i++) {
        const size_t block = row[i] / b->from.block_rows;
        size_t at = block % PLACES;
        while (found[at] != SIZE_MAX && found[at] != block)
            at = (at + 1) % PLACES;
        count += found[at] == SIZE_MAX;
        found[at] = block;
    }
    return (double)count > most;
}

/* Is a block met less often than it would have to make room for others, or now, and not again for long, for less than a quarter of its rows,
 * or for no run of rows while others are that leave it no buffer? */
static bool is_rare(const lgd_blocks *b, const size_t *index, size_t at, size_t end)
{
    const size_t each = b->from.block_rows, first = index[at] / each * each;
    const size_t seen = least(end - at, RARE), soon = least(seen, lgd_mul(16, b->count)), near = least(seen, each);
    size_t met = 0, met_soon = 0, met_near = 0, last = 0;
    if (each == 1 || b->count == b->blocks)
        return false;
    for (size_t i = 0; i < seen; i++) {
        const bool here = index[at + i] - first < each;
        met += here;
        met_soon += here && i < soon;
        met_near += here && i < near;
        last = here ? i : last;
    }
    return 2 * b->count * met_soon < soon || (last < seen / 2 && met < each / 4) ||
           (2 * met_near < near && are_many(b, index + at, seen));
}

bool lgd_blocks_rare(const lgd_blocks *b, const lgd_rows *rows, size_t at)
{
    return rows->index && is_rare(b, rows->index, rows->first + at, end_of(b, rows));
}

/* Where the next row of another block is, seen from `at`; of blocks that come as a whole without a look at each row. */
static size_t behind_block(const lgd_blocks *b, const size_t *index, size_t at, size_t end)
{
    const size_t each = b->from.block_rows, row = index ? index[at] : at, first = row - row % each;
    const size_t left = least(first + each, b->from.rows) - row;
    if (!index || (left <= end - at && index[at + left - 1] == row + left - 1))
        return at + left;
    while (at < end && index[at] - first < each)
        at++;
    return at;
}

void lgd_blocks_ahead(lgd_blocks *b, const lgd_rows *rows, size_t at)
{
    const size_t each = b->from.block_rows, begin = rows->first + at, end = end_of(b, rows);
    const size_t far = least(end - begin, lgd_mul(b->count, each)) + begin;
    const size_t most = least(b->count / 2 / atomic_load(&b->products), AHEAD);
    if (b->from.synchronous)
        return;
    if (ahead.of != b || ahead.index != rows->index || begin < ahead.begin || ahead.at < begin || ahead.at > end) {
        ahead.of = b;
        ahead.index = rows->index;
        ahead.at = begin;
        ahead.count = 0;
    }
    ahead.begin = begin;
    while (ahead.count < most && ahead.at < far) {
        const size_t block = (rows->index ? rows->index[ahead.at] : ahead.at) / each;
        const bool has = lgd_blocks_has(b, block), rare = !has && rows->index && is_rare(b, rows->index, ahead.at, end);
        if (!has && !rare) {
            if (!lgd_blocks_ask(b, block, ahead.count, ahead.block))
                return;
            ahead.block[ahead.count++] = block;
        }
        ahead.at = rare ? ahead.at + 1 : behind_block(b, rows->index, ahead.at, end);
    }
}

void lgd_blocks_met(const lgd_blocks *b, size_t block)
{
    for (size_t i = 0; ahead.of == b && i < ahead.count; i++)
        if (ahead.block[i] == block) {
            ahead.block[i] = ahead.block[--ahead.count];
            return;
        }
}
