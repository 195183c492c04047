/* Rows dealt to parts. Whatever the way, a part is found for each row first; then one pass over the rows lists each part, ascending. */
#include "base/base.h"
#include "lgd/choose.h"
#include "matrix/matrix.h"
#include <math.h>

/* The deal.
 *   count   [parts] rows that each part shall have, and with groups may not
 *   has     [parts] rows that it has
 *   part    [terms] of each row
 *   order   [terms] rows at random, then those of a class or group together
 *   spare   [terms] for merges */
typedef struct deal {
    const lgd_split *split;
    lgd_split_options o;
    size_t terms, parts;
    const double *shares;
    size_t *count, *has, *part, *order, *spare;
} deal;

/* A merge sort, which keeps the order of equal keys. */
static void sort_by(const double *key, size_t n, size_t *index, size_t *spare)
{
    size_t *from = index, *to = spare;
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t low = 0; low < n; low += 2 * width) {
            const size_t middle = n - low < width ? n : low + width, end = n - low < 2 * width ? n : low + 2 * width;
            for (size_t i = low, j = middle, k = low; k < end; k++)
                to[k] = i < middle && (j == end || key[from[i]] <= key[from[j]]) ? from[i++] : from[j++];
        }
        size_t *sorted = to;
        to = from;
        from = sorted;
    }
    if (from != index)
        memcpy(index, from, n * sizeof *index);
}

/* ---- how many rows each part shall have */

static void count_equal(deal *d)
{
    for (size_t i = 0; i < d->parts; i++)
        d->count[i] = d->terms / d->parts + (i < d->terms % d->parts);
}

/* By largest remainders. Shares are divided by a power of two first, which changes no quotient and lets no sum overflow. */
static void count_shares(deal *d)
{
    double largest = 0, sum = 0;
    int exponent;
    for (size_t i = 0; i < d->parts; i++)
        largest = fmax(largest, d->shares[i]);
    frexp(largest, &exponent);
    for (size_t i = 0; i < d->parts; i++)
        sum += ldexp(d->shares[i], -exponent);
    size_t left = d->terms;
    for (size_t i = 0; i < d->parts; i++) {
        const double quota = (double)d->terms * ldexp(d->shares[i], -exponent) / sum;
        d->count[i] = quota < (double)left ? (size_t)quota : left;
        left -= d->count[i];
        d->has[i] = 0; /* 1: has had its remainder */
    }
    for (; left; left--) {
        size_t best = d->parts;
        double most = -INFINITY;
        for (size_t i = 0; i < d->parts; i++) {
            const double rest = (double)d->terms * ldexp(d->shares[i], -exponent) / sum - (double)d->count[i];
            if (!d->has[i] && rest > most) {
                most = rest;
                best = i;
            }
        }
        d->count[best]++;
        d->has[best] = 1;
    }
}

/* ---- which rows those are */

/* The part for the p-th row (from 1) when each part has count[i] of all of them, so that after every row all parts have their share
 * to less than one row: of those that are not too early the one whose deadline is the first (Tijdeman). */
static size_t next_part(const deal *d, size_t p)
{
    if (!d->shares)
        return (p - 1) % d->parts;
    const double slack = d->parts > 1 ? 1 / (2 * (double)d->parts - 2) : 0;
    size_t best = d->parts, behind = 0;
    double soonest = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < d->parts; i++) {
        if (d->has[i] == d->count[i])
            continue;
        const double share = (double)d->count[i] / (double)d->terms, due = share * (double)p - (double)d->has[i];
        const double deadline = (1 - slack - due) / share;
        if (due > most) {
            most = due;
            behind = i;
        }
        if (due >= slack && deadline < soonest) {
            soonest = deadline;
            best = i;
        }
    }
    return best < d->parts ? best : behind; /* rounding may find all of them a little early */
}

static void deal_rows(deal *d)
{
    memset(d->has, 0, d->parts * sizeof *d->has);
    for (size_t p = 0; p < d->terms; p++) {
        const size_t i = next_part(d, p + 1);
        d->part[d->order[p]] = i;
        d->has[i]++;
    }
}

static void deal_ranges(deal *d)
{
    for (size_t i = 0, row = 0; i < d->parts; i++)
        for (size_t n = 0; n < d->count[i]; n++)
            d->part[row++] = i;
}

/* Where the run of equal keys that begins at order[p] ends. */
static size_t end_of_run(const deal *d, const double *key, size_t p)
{
    size_t end = p + 1;
    while (end < d->terms && key[d->order[end]] == key[d->order[p]])
        end++;
    return end;
}

static lgd_status deal_classes(deal *d)
{
    const double *classes = d->o.classes;
    sort_by(classes, d->terms, d->order, d->spare);
    for (size_t p = 0, end; p < d->terms; p = end) {
        end = end_of_run(d, classes, p);
        if (end - p < d->parts)
            return lgd_fail(LGD_EINVAL,
                            "split: number of rows of class %g is %zu, at least the %zu parts are accepted (classes "
                            "NULL: rows are dealt whatever their class)",
                            classes[d->order[p]], end - p, d->parts);
    }
    deal_rows(d);
    return LGD_OK;
}

/* To which part a group goes: the one that is furthest below its share, or if no more groups are left than parts without one, such a
 * part. */
static size_t part_for(const deal *d, size_t groups_left)
{
    size_t empty = 0, best = d->parts;
    for (size_t i = 0; i < d->parts; i++)
        empty += d->has[i] == 0;
    for (size_t i = 0; i < d->parts; i++) {
        if (groups_left <= empty && d->has[i])
            continue;
        if (best == d->parts || (double)d->count[i] - (double)d->has[i] > (double)d->count[best] - (double)d->has[best])
            best = i;
    }
    return best;
}

static lgd_status deal_groups(deal *d)
{
    const double *key = d->o.groups;
    size_t groups = 0;
    sort_by(key, d->terms, d->order, d->spare);
    for (size_t p = 0; p < d->terms; p = end_of_run(d, key, p))
        groups++;
    if (groups < d->parts)
        return lgd_fail(LGD_EINVAL, "split: number of groups is %zu, at least the %zu parts are accepted", groups,
                        d->parts);
    size_t *first = lgd_alloc("split", lgd_mul(groups, 2), sizeof *first);
    double *size = first ? lgd_alloc("split", groups, sizeof *size) : NULL;
    if (!size) {
        lgd_release(first);
        return LGD_ENOMEM;
    }
    size_t *sorted = first + groups;
    for (size_t p = 0, g = 0, end; p < d->terms; p = end, g++) {
        end = end_of_run(d, key, p);
        first[g] = p;
        size[g] = -(double)(end - p); /* the largest come first */
    }
    lgd_permutation(d->o.seed, 1, groups, sorted); /* which of equal size comes first, the seed says */
    sort_by(size, groups, sorted, d->spare);
    memset(d->has, 0, d->parts * sizeof *d->has);
    for (size_t g = 0; g < groups; g++) {
        const size_t i = part_for(d, groups - g), rows = (size_t)-size[sorted[g]];
        for (size_t p = first[sorted[g]]; p < first[sorted[g]] + rows; p++)
            d->part[d->order[p]] = i;
        d->has[i] += rows;
    }
    lgd_release(first);
    lgd_release(size);
    return LGD_OK;
}

/* ---- the whole of it */

static lgd_status check_numbers(const char *name, const double *x, size_t terms)
{
    const size_t bad = x ? lgd_first_not_finite(terms, x) : terms;
    return bad == terms ? LGD_OK
                        : lgd_fail(LGD_EINVAL, "split: %s[%zu] is %g, a finite number is accepted", name, bad, x[bad]);
}

static lgd_status check(const lgd_split *s, const double *shares, const lgd_split_options *o)
{
    lgd_status status = lgd_check_size("split", "terms", s->terms, false);
    if (!status)
        status = lgd_check_size("split", "parts", s->parts, false);
    if (status)
        return status;
    if (s->parts > s->terms)
        return lgd_fail(LGD_EINVAL, "split: parts is %zu, at most the %zu rows there are is accepted", s->parts,
                        s->terms);
    if (!s->index || !s->first)
        return lgd_fail(LGD_EINVAL, "split: %s is NULL, room for %s numbers is accepted", s->index ? "first" : "index",
                        s->index ? "parts + 1" : "2 terms");
    if ((o->contiguous && (o->classes || o->groups)) || (o->classes && o->groups))
        return lgd_fail(LGD_EINVAL, "split: %s and %s are both there, one of them is accepted",
                        o->contiguous ? "contiguous" : "classes", o->groups ? "groups" : "classes");
    for (size_t i = 0; shares && i < s->parts; i++)
        if (!(shares[i] > 0) || !isfinite(shares[i]))
            return lgd_fail(LGD_EINVAL, "split: shares[%zu] is %g, a finite number above 0 is accepted", i, shares[i]);
    status = check_numbers("classes", o->classes, s->terms);
    return status ? status : check_numbers("groups", o->groups, s->terms);
}

static lgd_status deal_all(deal *d)
{
    if (d->shares)
        count_shares(d);
    else
        count_equal(d);
    for (size_t i = 0; i < d->parts; i++)
        if (d->count[i] == 0)
            return lgd_fail(LGD_EINVAL,
                            "split: part %zu has 0 of %zu rows by shares[%zu] = %g, a share of one row at least is "
                            "accepted",
                            i, d->terms, i, d->shares[i]);
    if (d->o.contiguous) {
        deal_ranges(d);
        return LGD_OK;
    }
    lgd_permutation(d->o.seed, 0, d->terms, d->order);
    if (d->o.classes)
        return deal_classes(d);
    if (d->o.groups)
        return deal_groups(d);
    deal_rows(d);
    return LGD_OK;
}

static void list(const deal *d)
{
    size_t *index = d->split->index, *first = d->split->first, *next = d->has;
    memset(first, 0, (d->parts + 1) * sizeof *first);
    for (size_t row = 0; row < d->terms; row++)
        first[d->part[row] + 1]++;
    for (size_t i = 0; i < d->parts; i++) {
        first[i + 1] += first[i];
        next[i] = first[i];
    }
    for (size_t row = 0; row < d->terms; row++)
        index[next[d->part[row]]++] = row;
    memcpy(index + d->terms, index, d->terms * sizeof *index);
}

lgd_status lgd_split_draw_sized(lgd_split *split, const double *shares, const lgd_split_options *options,
                                size_t options_size)
{
    if (!split)
        return lgd_fail(LGD_EINVAL, "split: split is NULL, one with room for its rows is accepted");
    deal d = {.split = split, .terms = split->terms, .parts = split->parts, .shares = shares};
    lgd_status status = lgd_take_struct("split options", &d.o, sizeof d.o, options, options_size);
    if (!status)
        status = check(split, shares, &d.o);
    if (status)
        return status;
    d.count = lgd_alloc("split", lgd_add(lgd_mul(d.terms, 3), lgd_mul(d.parts, 2)), sizeof *d.count);
    if (!d.count)
        return LGD_ENOMEM;
    d.has = d.count + d.parts;
    d.part = d.has + d.parts;
    d.order = d.part + d.terms;
    d.spare = d.order + d.terms;
    status = deal_all(&d);
    if (!status)
        list(&d);
    lgd_release(d.count);
    return status;
}

lgd_status lgd_split_rows(const lgd_split *split, size_t i, lgd_rows *part, lgd_rows *others)
{
    if (!split || !split->index || !split->first)
        return lgd_fail(LGD_EINVAL, "split: %s is NULL, %s is accepted",
                        !split         ? "split"
                        : split->index ? "first"
                                       : "index",
                        split ? "an array" : "a split that was drawn");
    if (i >= split->parts)
        return lgd_fail(LGD_EINVAL, "split: part is %zu, a number below %zu is accepted", i, split->parts);
    const size_t first = split->first[i], end = split->first[i + 1];
    if (part)
        *part = (lgd_rows){first, end - first, split->index};
    if (others)
        *others = (lgd_rows){end, split->terms - (end - first), split->index};
    return LGD_OK;
}
