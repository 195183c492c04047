/* Long vectors by ranges, on several threads. A step of 10^7 coordinates waits for memory, of which one core cannot have all that there
 * is. Where the ranges are follows dim alone, so sums over them have the same bits whoever makes them. */
#include "optimizer.h"

enum {
    WHOLE_LINES = 512, /* ranges end where pages do, so that no two threads write to a cache line */
    MOST_VECTORS = 16,
    MOST_STATE = 32 /* numbers */
};

size_t lgd_range_length(size_t dim)
{
    const size_t each = dim / LGD_RANGES + (dim % LGD_RANGES != 0);
    return dim < LGD_LONG ? dim : (each + WHOLE_LINES - 1) / WHOLE_LINES * WHOLE_LINES;
}

/* ---- sums of a method's own */

typedef struct ranges {
    lgd_range_part *part;
    const lgd_step *s;
    const void *ctx;
    size_t each;
    double (*sum)[LGD_RANGE_SUMS];
} ranges;

static lgd_status one_range(void *ctx, size_t i)
{
    const ranges *r = ctx;
    const size_t first = i * r->each, left = r->s->dim - first;
    memset(r->sum[i], 0, sizeof r->sum[i]);
    r->part(r->s, r->ctx, first, left < r->each ? left : r->each, r->sum[i]);
    return LGD_OK;
}

size_t lgd_over_ranges(const lgd_step *s, lgd_range_part *part, const void *ctx, double sum[][LGD_RANGE_SUMS])
{
    ranges r = {.part = part, .s = s, .ctx = ctx, .each = lgd_range_length(s->dim), .sum = sum};
    const size_t count = s->dim / r.each + (s->dim % r.each != 0);
    lgd_parallel(count, s->threads, one_range, &r); /* whose parts do not fail */
    return count;
}

/* ---- the step of a method that moves each coordinate by itself */

typedef struct sweep {
    const lgd_optimizer *opt;
    const lgd_step *s;
    size_t each;
    bool finite[LGD_RANGES];
} sweep;

size_t lgd_slice_of(const lgd_optimizer *opt, size_t j)
{
    size_t low = 0, high = opt->slices - 1;
    while (low < high) {
        const size_t middle = high - (high - low) / 2;
        if (opt->slice[middle].first <= j)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/* Coordinates [first, end) of slice k, with a copy of its state. What the step says beside its numbers is that of the slice's first
 * range: no other says anything else. */
static lgd_status move(const sweep *v, size_t k, size_t first, size_t end, bool *finite)
{
    const lgd_optimizer *opt = v->opt;
    const size_t from = first - opt->slice[k].first;
    double state[MOST_STATE], *vec[MOST_VECTORS];
    lgd_step part = lgd_slice_step(opt, v->s, k);
    part.dim = end - first;
    part.w += from;
    part.g += from;
    part.eta_each = part.eta_each ? part.eta_each + from : NULL;
    part.threads = 1;
    for (size_t i = 0; i < opt->vectors; i++)
        vec[i] = part.vec[i] + from;
    part.vec = vec;
    memcpy(state, part.state, opt->state_size);
    part.state = state;
    const lgd_status status = lgd_optimizer_call(opt, "step", opt->ops.step, &part);
    *finite = *finite && part.finite;
    if (from == 0) {
        opt->moved[k] = part;
        memcpy(opt->next_state + k * opt->state_size, state, opt->state_size);
    }
    return status;
}

static lgd_status sweep_range(void *ctx, size_t i)
{
    sweep *v = ctx;
    const lgd_optimizer *opt = v->opt;
    const size_t end = opt->dim - i * v->each < v->each ? opt->dim : (i + 1) * v->each;
    lgd_status status = LGD_OK;
    v->finite[i] = true;
    for (size_t at = i * v->each, k = lgd_slice_of(opt, at); at < end && !status; k++) {
        const lgd_slice *slice = &opt->slice[k];
        const size_t stop = slice->first + slice->count < end ? slice->first + slice->count : end;
        if (!slice->frozen)
            status = move(v, k, at, stop, &v->finite[i]);
        at = stop;
    }
    return status;
}

bool lgd_optimizer_is_swept(const lgd_optimizer *opt, const lgd_step *s)
{
    return s->threads > 1 && opt->moved;
}

bool lgd_optimizer_can_be_swept(const lgd_optimizer *opt)
{
    const unsigned both = LGD_SLICED | LGD_ELEMENTWISE;
    return (opt->ops.flags & both) == both && opt->dim >= LGD_LONG && opt->vectors <= MOST_VECTORS &&
           opt->state_size <= MOST_STATE * sizeof(double);
}

lgd_status lgd_optimizer_sweep(lgd_optimizer *opt, const lgd_step *s)
{
    sweep v = {.opt = opt, .s = s, .each = lgd_range_length(opt->dim)};
    const size_t count = opt->dim / v.each + (opt->dim % v.each != 0);
    const lgd_status status = lgd_parallel(count, s->threads, sweep_range, &v);
    bool finite = true;
    for (size_t i = 0; i < count; i++)
        finite = finite && v.finite[i];
    for (size_t k = 0; k < opt->slices && !status; k++)
        if (!opt->slice[k].frozen) {
            opt->moved[k].finite = finite;
            memcpy(opt->state + k * opt->state_size, opt->next_state + k * opt->state_size, opt->state_size);
        }
    return status;
}
