#include "run.h"
#include <math.h>
#include <string.h>

static const char *const names[] = {"loss", "running", "lr", "grad_norm", "seconds", "gap", "validation"};
enum { SERIES = sizeof names / sizeof *names, RESERVED_AT_MOST = 65536 };

lgd_status lgd_history_create(lgd_history **out)
{
    if (!out)
        return lgd_fail(LGD_EINVAL, "history: out is NULL, a place for the history is accepted");
    *out = lgd_alloc("history", 1, sizeof **out);
    return *out ? LGD_OK : LGD_ENOMEM;
}

static const char *name_of(const void *ctx, size_t i)
{
    (void)ctx;
    return i < SERIES ? names[i] : NULL;
}

/* The number in "part 3"; SIZE_MAX where it is none. */
static size_t part_of(const char *name)
{
    size_t part = 0;
    if (strncmp(name, "part ", 5) != 0 || !name[5] || strlen(name) > 14)
        return SIZE_MAX;
    for (const char *digit = name + 5; *digit; digit++) {
        if (*digit < '0' || *digit > '9')
            return SIZE_MAX;
        part = 10 * part + (size_t)(*digit - '0');
    }
    return part;
}

static bool is_name(const char *name)
{
    for (size_t i = 0; i < SERIES; i++)
        if (!strcmp(name, names[i]))
            return true;
    return false;
}

const double *lgd_history_at(const lgd_history *h, const char *name)
{
    for (size_t i = 0; i < SERIES && h->count; i++)
        if (!strcmp(name, names[i]))
            return h->series[i];
    return NULL;
}

const double *lgd_history_at_part(const lgd_history *h, size_t part)
{
    return h->count ? h->series[0] + (SERIES + part) * h->room : NULL;
}

const double *lgd_history_series(const lgd_history *h, const char *name, size_t *count)
{
    static const double none = 0;
    if (count)
        *count = 0;
    if (!h || !name) {
        lgd_fail(LGD_EINVAL, "history: %s is NULL, an argument is accepted", h ? "name" : "h");
        return NULL;
    }
    const size_t part = part_of(name);
    const double *series = part < h->parts ? lgd_history_at_part(h, part) : lgd_history_at(h, name);
    if (series || (!h->count && (part < h->parts || is_name(name)))) {
        if (count)
            *count = h->count;
        return series ? series : &none;
    }
    if (part < SIZE_MAX) {
        lgd_fail(LGD_EINVAL, "history: series is \"%.60s\", there are %zu parts, from 0", name, h->parts);
        return NULL;
    }
    const char *near = lgd_nearest(name, name_of, NULL);
    lgd_fail(LGD_EINVAL, "history: series is \"%.60s\", %s is accepted", name,
             near ? near : "loss, running, lr, grad_norm, seconds, gap or validation");
    return NULL;
}

void lgd_history_free(lgd_history *h)
{
    if (!h)
        return;
    lgd_release(h->series[0]); /* one block holds them all */
    lgd_release(h);
}

/* Room for so many entries of all series, and of so many parts; what is there is copied, and else NaN in the parts. */
static lgd_status widen(lgd_history *h, size_t room, size_t parts)
{
    double *block = lgd_alloc("history", lgd_mul(room, lgd_add(SERIES, parts)), sizeof *block);
    if (!block)
        return LGD_ENOMEM;
    double *old = h->series[0];
    for (size_t i = 0; i < parts; i++)
        for (size_t j = 0; j < room; j++)
            block[(SERIES + i) * room + j] = i < h->parts && j < h->count ? old[(SERIES + i) * h->room + j] : NAN;
    for (size_t i = 0; i < SERIES; i++) {
        if (h->count)
            memcpy(block + i * room, h->series[i], h->count * sizeof *block);
        h->series[i] = block + i * room;
    }
    h->room = room;
    h->parts = parts;
    lgd_release(old);
    return LGD_OK;
}

static lgd_status grow(lgd_history *h, size_t room)
{
    return widen(h, room, h->parts);
}

lgd_status lgd_history_part(lgd_history *h, size_t parts)
{
    return parts > h->parts ? widen(h, h->room ? h->room : 64, parts) : LGD_OK;
}

void lgd_history_put_parts(lgd_history *h, size_t parts, const double *norm)
{
    for (size_t i = 0; i < parts; i++)
        h->series[0][(SERIES + i) * h->room + h->count - 1] = norm[i];
}

lgd_status lgd_history_reserve(lgd_history *h, uint64_t more)
{
    size_t room = h->count + (more < RESERVED_AT_MOST ? (size_t)more : RESERVED_AT_MOST);
    return room > h->room ? grow(h, room) : LGD_OK;
}

lgd_status lgd_history_add(lgd_history *h, double loss, double running, double lr, double grad_norm, double seconds,
                           double gap, double validation)
{
    if (h->count == h->room) {
        lgd_status status = grow(h, h->room ? lgd_mul(h->room, 2) : 64);
        if (status)
            return status;
    }
    const double entry[SERIES] = {loss, running, lr, grad_norm, seconds, gap, validation};
    for (size_t i = 0; i < SERIES; i++)
        h->series[i][h->count] = entry[i];
    h->count++;
    return LGD_OK;
}
