/* The state as bytes. */
#include "state.h"

/* Writes to `to`, or with to NULL only counts. */
typedef struct writer {
    unsigned char *to;
    size_t size;
} writer;

static void put(writer *out, const void *bytes, size_t size)
{
    if (out->to && size)
        memcpy(out->to + out->size, bytes, size);
    out->size += size;
}

static void put_count(writer *out, uint64_t n)
{
    put(out, &n, sizeof n);
}

static void put_number(writer *out, double x)
{
    put(out, &x, sizeof x);
}

static void put_text(writer *out, const char *text)
{
    put_count(out, strlen(text));
    put(out, text, strlen(text));
}

static void put_judged(writer *out, lgd_judged judged)
{
    uint64_t *count[LGD_JUDGED_COUNTS];
    double *number[LGD_JUDGED_NUMBERS];
    lgd_judged_members(&judged, count, number);
    for (size_t i = 0; i < LGD_JUDGED_COUNTS; i++)
        put_count(out, *count[i]);
    for (size_t i = 0; i < LGD_JUDGED_NUMBERS; i++)
        put_number(out, *number[i]);
}

/* What must be the same in the optimizer that loads: method, options, groups, average. */
static void put_settings(writer *out, const lgd_optimizer *opt)
{
    put_text(out, opt->ops.name);
    put_count(out, lgd_state_options(&opt->ops));
    for (const lgd_option *o = opt->ops.options; o && o->name; o++) {
        put_text(out, o->name);
        put_number(out, lgd_optimizer_given(opt, o));
    }
    put_count(out, opt->group_count);
    for (size_t i = 0; i < opt->group_count; i++) {
        put_count(out, opt->groups[i].first);
        put_count(out, opt->groups[i].count);
        put_count(out, opt->groups[i].frozen);
        put_number(out, opt->groups[i].lr_scale);
        put_number(out, opt->groups[i].decay);
    }
    put_count(out, (uint64_t)opt->average.kind);
    put_count(out, opt->average.start);
    put_count(out, opt->average.period);
    put_number(out, opt->average.decay);
    put_number(out, opt->average.alpha);
}

static size_t write_all(const lgd_optimizer *opt, unsigned char *to)
{
    writer out = {to, 0};
    const uint32_t head[2] = {LGD_STATE_ORDER, LGD_STATE_VERSION};
    put(&out, lgd_state_magic, sizeof lgd_state_magic);
    put(&out, head, sizeof head);
    put_text(&out, lgd_machine());
    put_settings(&out, opt);
    put_count(&out, opt->dim);
    put_count(&out, opt->t);
    put_number(&out, opt->momentum);
    put_judged(&out, opt->judged);
    put_count(&out, opt->spare_first);
    put_count(&out, opt->spare_count);
    put_count(&out, opt->slices);
    put_count(&out, lgd_state_vectors(opt));
    put_count(&out, opt->state_size);
    put_count(&out, opt->seen.terms);
    put_count(&out, opt->seen.each);
    put_count(&out, opt->seen.visits);
    put_number(&out, opt->seen.largest);
    for (size_t k = 0; k < opt->slices; k++) {
        put_count(&out, opt->slice[k].count);
        put_count(&out, opt->slice[k].steps);
        put_number(&out, opt->slice[k].weight);
    }
    put(&out, opt->state, opt->slices * opt->state_size);
    for (size_t i = 0; i < lgd_state_vectors(opt); i++)
        put(&out, lgd_state_vector(opt, i), opt->dim * sizeof(double));
    if (opt->seen.terms) {
        put(&out, opt->seen.mean, opt->dim * sizeof(double));
        put(&out, opt->seen.slope, opt->seen.terms * opt->seen.each * sizeof(double));
    }
    const uint32_t crc = to ? lgd_crc32c(0, to, out.size) : 0;
    put(&out, &crc, LGD_STATE_CRC);
    return out.size;
}

lgd_status lgd_optimizer_save(const lgd_optimizer *opt, void *bytes, size_t *size)
{
    if (!opt || !size)
        return lgd_optimizer_missing(opt ? "size" : "opt", opt ? "a place for a number" : "an optimizer");
    const lgd_status status = lgd_optimizer_check_whole(opt);
    if (status)
        return status;
    const size_t needed = write_all(opt, NULL);
    if (bytes && *size < needed)
        return lgd_fail(LGD_EINVAL, "%s: size is %zu, at least %zu bytes are accepted to save into", opt->ops.name,
                        *size, needed);
    if (bytes)
        write_all(opt, bytes);
    *size = needed;
    return LGD_OK;
}

const char *lgd_optimizer_machine(const lgd_optimizer *opt)
{
    return opt && opt->machine[0] ? opt->machine : lgd_machine();
}
