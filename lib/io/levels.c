/* A sorted array and a binary search: a thousand levels are ten comparisons. */
#include "io.h"
#include <string.h>

static int compare(const lgd_level *level, const char *text, size_t length)
{
    size_t n = level->length < length ? level->length : length;
    int order = memcmp(level->text, text, n);
    return order ? order : (level->length > length) - (level->length < length);
}

/* The index of the first level that is not below text. */
static size_t lower_bound(const lgd_levels *levels, const char *text, size_t length)
{
    size_t low = 0, high = levels->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(levels->item[middle], text, length) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t lgd_levels_find(const lgd_levels *levels, const char *text, size_t length)
{
    size_t i = lower_bound(levels, text, length);
    return i < levels->count && compare(levels->item[i], text, length) == 0 ? i : levels->count;
}

lgd_status lgd_levels_add(lgd_levels *levels, const char *text, size_t length)
{
    size_t i = lower_bound(levels, text, length);
    if (i == levels->count || compare(levels->item[i], text, length) != 0) {
        if (levels->count == levels->room) {
            size_t room = levels->room ? 2 * levels->room : 8;
            lgd_level **item = lgd_alloc("csv: levels", room, sizeof *item);
            if (!item)
                return LGD_ENOMEM;
            if (levels->count)
                memcpy(item, levels->item, levels->count * sizeof *item);
            lgd_release(levels->item);
            levels->item = item;
            levels->room = room;
        }
        lgd_level *level = lgd_alloc("csv: level", 1, lgd_add(sizeof *level, lgd_add(length, 1)));
        if (!level)
            return LGD_ENOMEM;
        level->length = length;
        memcpy(level->text, text, length);
        memmove(levels->item + i + 1, levels->item + i, (levels->count - i) * sizeof *levels->item);
        levels->item[i] = level;
        levels->count++;
    }
    levels->last = levels->item[i];
    levels->last->uses++;
    return LGD_OK;
}

void lgd_levels_prune(lgd_levels *levels)
{
    size_t kept = 0;
    for (size_t i = 0; i < levels->count; i++) {
        if (levels->item[i]->uses)
            levels->item[kept++] = levels->item[i];
        else
            lgd_release(levels->item[i]);
    }
    levels->count = kept;
    levels->last = NULL;
}

void lgd_levels_free(lgd_levels *levels)
{
    if (!levels)
        return;
    for (size_t i = 0; i < levels->count; i++)
        lgd_release(levels->item[i]);
    lgd_release(levels->item);
    lgd_release(levels);
}
