/* Ranges of coordinates that do not meet: the groups of a norm, the ranges of a penalty. */
#include "penalty.h"
#include <stdlib.h>

static int by_first(const void *a, const void *b)
{
    const size_t x = ((const lgd_span *)a)->first, y = ((const lgd_span *)b)->first;
    return (x > y) - (x < y);
}

lgd_status lgd_spans_sort(const char *penalty, const char *what, lgd_span *spans, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!spans[i].count || spans[i].count > SIZE_MAX - spans[i].first)
            return lgd_fail(LGD_EINVAL, "%s: %s %zu is %zu + %zu, a range of at least one coordinate is accepted",
                            penalty, what, i, spans[i].first, spans[i].count);
    qsort(spans, count, sizeof *spans, by_first);
    for (const lgd_span *s = spans + 1; s < spans + count; s++)
        if (s->first - s[-1].first < s[-1].count)
            return lgd_fail(LGD_EINVAL, "%s: the %s %zu + %zu overlaps the %s %zu + %zu, ranges apart are accepted",
                            penalty, what, s->first, s->count, what, s[-1].first, s[-1].count);
    return LGD_OK;
}

lgd_status lgd_spans_within(const char *penalty, const char *what, const lgd_span *spans, size_t count, size_t n)
{
    const lgd_span *last = &spans[count - 1];
    if (last->first > n || last->count > n - last->first)
        return lgd_fail(LGD_EINVAL,
                        "%s: a %s is %zu + %zu, a range within the %zu coordinates that are penalised is accepted",
                        penalty, what, last->first, last->count, n);
    return LGD_OK;
}

bool lgd_spans_cover(const lgd_span *spans, size_t count, size_t n, const double *v)
{
    size_t j = 0;
    for (size_t i = 0; i <= count; i++) {
        for (const size_t end = i < count ? spans[i].first : n; j < end; j++)
            if (v[j] != 0)
                return false;
        j = i < count ? spans[i].first + spans[i].count : n;
    }
    return true;
}
