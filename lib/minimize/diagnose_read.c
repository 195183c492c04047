/* The numbers of a run, as a diagnosis reads them. */
#include "diagnose.h"
#include "run.h"
#include <math.h>

static double at(const double *x, size_t i)
{
    return x ? x[i] : NAN;
}

static void read_bends(lgd_reading *r)
{
    for (size_t i = 0; i + 1 < r->n && r->s.descent && r->all; i++) {
        const double lr = at(r->s.lr, r->entry[i]), promised = lr * r->g[i] * r->g[i];
        const double size = fmax(fabs(r->v[i]), fabs(r->v[i + 1]));
        if (r->entry[i + 1] == r->entry[i] + 1 && promised > 1e-10 * size && isfinite(promised))
            r->bend[r->bends++] = 2 * (1 - (r->v[i] - r->v[i + 1]) / promised);
    }
}

/* Have the values become no numbers? Those that were not measured have a number behind them, or no more of them are at the end than
 * between two numbers. */
static bool becomes_no_number(const lgd_series *s)
{
    size_t gap = 0, longest = 0;
    bool any = false;
    for (size_t i = 0; i < s->count; i++) {
        const double loss = at(s->loss, i), running = at(s->running, i);
        if (isinf(loss) || isinf(running))
            return true;
        if (isnan(loss) && isnan(running)) {
            gap++;
            continue;
        }
        if (any && gap > longest)
            longest = gap;
        any = true;
        gap = 0;
    }
    return (s->loss || s->running) && gap > longest;
}

static void read_series(lgd_reading *r)
{
    const lgd_series *s = &r->s;
    size_t known = 0;
    r->sign = r->o.maximize ? -1 : 1;
    r->n = lgd_trend_finite(s->count, s->loss, r->v, r->entry);
    r->all = r->n > 0 && (r->n >= LGD_FEWEST || 2 * r->n >= s->count || !s->running);
    if (!r->all)
        r->n = lgd_trend_finite(s->count, s->running, r->v, r->entry);
    r->lr = NAN;
    r->no_number = becomes_no_number(s);
    for (size_t i = 0; i < s->count; i++) {
        const double loss = at(s->loss, i), running = at(s->running, i);
        r->batches = r->batches || (s->running && running != loss);
        if (isfinite(at(s->lr, i)))
            r->lr = s->lr[i];
    }
    for (size_t i = 0; i < r->n; i++) {
        r->v[i] *= r->sign;
        r->g[i] = at(s->grad_norm, r->entry[i]);
        known += isfinite(r->g[i]);
    }
    r->has_g = known >= LGD_FEWEST && known == r->n;
    read_bends(r);
}

const char *lgd_diagnosis_string(lgd_diagnosis_label as)
{
    static const char *const words[] = {"undiagnosed", "converging",  "slow",      "oscillating", "diverging",
                                        "plateau",     "overfitting", "vanishing", "exploding"};
    return (size_t)as < sizeof words / sizeof *words ? words[as] : "unknown";
}

lgd_status lgd_diagnose_series_sized(const lgd_series *series, size_t series_size, const lgd_diagnose_options *options,
                                     size_t options_size, lgd_diagnosis *out, size_t out_size)
{
    lgd_diagnosis d = {.lr = NAN, .lr_better = NAN, .clip_norm = NAN, .ratio = NAN};
    lgd_reading r = {0};
    if (!series || !out)
        return lgd_fail(LGD_EINVAL, "diagnose: %s is NULL, %s is accepted", series ? "out" : "series",
                        series ? "room for a diagnosis" : "numbers of a run");
    lgd_give_struct(out, out_size, &d, sizeof d);
    lgd_status status = lgd_take_struct("series", &r.s, sizeof r.s, series, series_size);
    if (!status)
        status = lgd_take_struct("diagnose options", &r.o, sizeof r.o, options, options_size);
    if (!status && r.s.part_count && !r.s.parts)
        status = lgd_fail(LGD_EINVAL, "diagnose: parts is NULL, part_count series are accepted");
    for (size_t p = 0; p < r.s.part_count && !status; p++)
        if (!r.s.parts[p])
            status = lgd_fail(LGD_EINVAL, "diagnose: parts[%zu] is NULL, a series is accepted", p);
    if (status)
        return status;
    const size_t count = r.s.count + 1;
    r.v = lgd_alloc("diagnose", lgd_mul(count, 6), sizeof *r.v);
    r.entry = r.v ? lgd_alloc("diagnose", lgd_mul(count, 2), sizeof *r.entry) : NULL;
    if (r.entry) {
        r.g = r.v + count;
        r.bend = r.g + count; /* two of them, the second for who needs one more */
        r.room = r.bend + 2 * count;
        read_series(&r);
        d.lr = r.lr;
        lgd_diagnose_decide(&r, &d);
        lgd_give_struct(out, out_size, &d, sizeof d);
    }
    status = r.entry ? LGD_OK : LGD_ENOMEM;
    lgd_release(r.v);
    lgd_release(r.entry);
    return status;
}

lgd_status lgd_diagnose_sized(const lgd_history *h, const lgd_diagnose_options *options, size_t options_size,
                              lgd_diagnosis *out, size_t out_size)
{
    if (!h)
        return lgd_fail(LGD_EINVAL, "diagnose: history is NULL, that of a run is accepted");
    const double **parts = h->parts ? lgd_alloc("diagnose", h->parts, sizeof *parts) : NULL;
    if (h->parts && !parts)
        return LGD_ENOMEM;
    for (size_t i = 0; i < h->parts; i++)
        parts[i] = lgd_history_at_part(h, i);
    const lgd_series s = {.count = h->count,
                          .loss = lgd_history_at(h, "loss"),
                          .running = lgd_history_at(h, "running"),
                          .validation = lgd_history_at(h, "validation"),
                          .lr = lgd_history_at(h, "lr"),
                          .grad_norm = lgd_history_at(h, "grad_norm"),
                          .parts = parts,
                          .part_count = h->parts,
                          .descent = h->descent};
    const lgd_status status = lgd_diagnose_series_sized(&s, sizeof s, options, options_size, out, out_size);
    lgd_release((void *)parts);
    return status;
}
