/* Save and load. The bytes, each count a 64-bit number of this machine:
 *
 *     magic, byte order mark, version                          8 + 4 + 4 bytes
 *     name of the method                                       length, letters
 *     options                                                  count, then per option: name and its value as a double
 *     groups                                                   count, then per group: first, count, frozen, lr_scale, decay
 *     average                                                  kind, start, period, decay, alpha
 *     dim, t, momentum
 *     lgd_judged                                               its counts, then its doubles
 *     the unpenalised range                                    first, count
 *     slices, vectors (the average's included), state_size
 *     length and steps of each slice                           slices * (8 + 8) bytes
 *     state of each slice, then each vector                    slices * state_size, vectors * dim * 8 bytes
 *     CRC-32C of all before it                                 4 bytes
 *
 * A damaged count cannot make load allocate or read beyond the bytes: each is held against those left. */
#include "optimizer.h"

static const char magic[8] = {'l', 'g', 'd', ' ', 'o', 'p', 't', '\n'};
enum { ORDER_MARK = 0x01020304, ORDER_SWAPPED = 0x04030201, VERSION = 3, CRC_SIZE = 4 };

/* ---- save */

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

static size_t option_count(const lgd_optimizer_ops *ops)
{
    size_t count = 0;
    while (ops->options && ops->options[count].name)
        count++;
    return count;
}

/* The counts of lgd_judged, and its doubles: for both directions. */
enum { JUDGED_COUNTS = 7, JUDGED_NUMBERS = 6 };

static void judged_members(lgd_judged *j, uint64_t *count[JUDGED_COUNTS], double *number[JUDGED_NUMBERS])
{
    uint64_t *const counts[JUDGED_COUNTS] = {&j->f_seen,       &j->epochs_without_gain, &j->checked,
                                             &j->plateau_seen, &j->plateau_bad,         &j->plateau_rest,
                                             &j->plateau_cuts};
    double *const numbers[JUDGED_NUMBERS] = {&j->largest_g,   &j->f_scale,   &j->f_best,
                                             &j->lowest_mean, &j->f_checked, &j->plateau_best};
    memcpy(count, counts, sizeof counts);
    memcpy(number, numbers, sizeof numbers);
}

static void put_judged(writer *out, lgd_judged judged)
{
    uint64_t *count[JUDGED_COUNTS];
    double *number[JUDGED_NUMBERS];
    judged_members(&judged, count, number);
    for (size_t i = 0; i < JUDGED_COUNTS; i++)
        put_count(out, *count[i]);
    for (size_t i = 0; i < JUDGED_NUMBERS; i++)
        put_number(out, *number[i]);
}

/* What must be the same in the optimizer that loads: method, options, groups, average. */
static void put_settings(writer *out, const lgd_optimizer *opt)
{
    put_text(out, opt->ops.name);
    put_count(out, option_count(&opt->ops));
    for (const lgd_option *o = opt->ops.options; o && o->name; o++) {
        put_text(out, o->name);
        put_number(out, lgd_options_get(o, opt->options));
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

/* Vectors, the average among them. */
static size_t vector_count(const lgd_optimizer *opt)
{
    return opt->vectors + (opt->mean != NULL);
}

static double *vector(const lgd_optimizer *opt, size_t i)
{
    return i < opt->vectors ? opt->vec[i] : opt->mean;
}

static size_t write_all(const lgd_optimizer *opt, unsigned char *to)
{
    writer out = {to, 0};
    const uint32_t head[2] = {ORDER_MARK, VERSION};
    put(&out, magic, sizeof magic);
    put(&out, head, sizeof head);
    put_settings(&out, opt);
    put_count(&out, opt->dim);
    put_count(&out, opt->t);
    put_number(&out, opt->momentum);
    put_judged(&out, opt->judged);
    put_count(&out, opt->spare_first);
    put_count(&out, opt->spare_count);
    put_count(&out, opt->slices);
    put_count(&out, vector_count(opt));
    put_count(&out, opt->state_size);
    for (size_t k = 0; k < opt->slices; k++)
        put_count(&out, opt->slice[k].count), put_count(&out, opt->slice[k].steps);
    put(&out, opt->state, opt->slices * opt->state_size);
    for (size_t i = 0; i < vector_count(opt); i++)
        put(&out, vector(opt, i), opt->dim * sizeof(double));
    const uint32_t crc = to ? lgd_crc32c(0, to, out.size) : 0;
    put(&out, &crc, CRC_SIZE);
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

/* ---- load */

/* What is left to read. Once a read fails all later ones do, so that one test at the end is enough. */
typedef struct reader {
    const unsigned char *at;
    size_t left;
    bool failed;
} reader;

static const void *get(reader *in, size_t size)
{
    if (in->failed || size > in->left) {
        in->failed = true;
        return NULL;
    }
    const void *bytes = in->at;
    in->at += size;
    in->left -= size;
    return bytes;
}

static uint64_t get_count(reader *in)
{
    uint64_t n = 0;
    const void *bytes = get(in, sizeof n);
    if (bytes)
        memcpy(&n, bytes, sizeof n);
    return n;
}

/* A count that must also fit size_t. */
static size_t get_size(reader *in)
{
    const uint64_t n = get_count(in);
    if (n > PTRDIFF_MAX)
        in->failed = true;
    return in->failed ? 0 : (size_t)n;
}

static double get_number(reader *in)
{
    double x = 0;
    const void *bytes = get(in, sizeof x);
    if (bytes)
        memcpy(&x, bytes, sizeof x);
    return x;
}

/* Are the next bytes this text? *shown is what they are, for messages. */
static bool get_text(reader *in, const char *text, const char **shown, int *length)
{
    const size_t n = get_size(in);
    const char *letters = get(in, n);
    *shown = letters ? letters : "";
    *length = letters ? (int)(n < 64 ? n : 64) : 0;
    return letters && n == strlen(text) && !memcmp(letters, text, n);
}

static lgd_status malformed(const lgd_optimizer *opt, const char *what)
{
    return lgd_fail(LGD_EFORMAT, "%s: the saved state %s", opt->ops.name, what);
}

static lgd_status check_frame(const lgd_optimizer *opt, const unsigned char *bytes, size_t size)
{
    uint32_t head[2], crc;
    if (size < sizeof magic + sizeof head + CRC_SIZE || memcmp(bytes, magic, sizeof magic))
        return malformed(opt, "is none, bytes of lgd_optimizer_save are accepted");
    memcpy(head, bytes + sizeof magic, sizeof head);
    memcpy(&crc, bytes + size - CRC_SIZE, CRC_SIZE);
    if (head[0] == ORDER_SWAPPED)
        return malformed(opt, "is of a machine of the other byte order, one of this order is accepted");
    if (crc != lgd_crc32c(0, bytes, size - CRC_SIZE))
        return malformed(opt, "is damaged or cut (its checksum differs), all bytes as saved are accepted");
    if (head[0] != ORDER_MARK || head[1] != VERSION)
        return malformed(opt, "is of another version of the format, version 3 is accepted");
    return LGD_OK;
}

/* Name and options must be those of opt. */
static lgd_status check_method(const lgd_optimizer *opt, reader *in)
{
    const char *name = opt->ops.name, *shown;
    int length;
    if (!get_text(in, name, &shown, &length) && !in->failed)
        return lgd_fail(LGD_EINVAL, "%s: the saved state is of method %.*s, one of %s is accepted", name, length, shown,
                        name);
    const size_t count = get_size(in);
    if (!in->failed && count != option_count(&opt->ops))
        return lgd_fail(LGD_EINVAL, "%s: the saved state has %zu options, %zu are accepted", name, count,
                        option_count(&opt->ops));
    for (const lgd_option *o = opt->ops.options; !in->failed && o && o->name; o++) {
        const bool same = get_text(in, o->name, &shown, &length);
        const double saved = get_number(in), own = lgd_options_get(o, opt->options);
        if (!in->failed && !same)
            return lgd_fail(LGD_EINVAL, "%s: the saved state has option %.*s, %s is accepted", name, length, shown,
                            o->name);
        if (!in->failed && saved != own)
            return lgd_fail(LGD_EINVAL, "%s: %s of the saved state is %.17g, %.17g as in this optimizer is accepted",
                            name, o->name, saved, own);
    }
    return in->failed ? malformed(opt, "ends too early") : LGD_OK;
}

static bool same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* Groups and average must be those of opt. */
static lgd_status check_settings(const lgd_optimizer *opt, reader *in)
{
    const char *name = opt->ops.name;
    const size_t count = get_size(in);
    if (!in->failed && count != opt->group_count)
        return lgd_fail(LGD_EINVAL, "%s: the saved state has %zu groups, %zu as in this optimizer are accepted", name,
                        count, opt->group_count);
    for (size_t i = 0; i < count && !in->failed; i++) {
        const lgd_group *own = &opt->groups[i];
        const size_t first = get_size(in), length = get_size(in), frozen = get_size(in);
        const double lr_scale = get_number(in), decay = get_number(in);
        if (!in->failed && (first != own->first || length != own->count || frozen != own->frozen ||
                            lr_scale != own->lr_scale || !same_number(decay, own->decay)))
            return lgd_fail(
                LGD_EINVAL,
                "%s: the saved state has the group %zu + %zu (lr_scale %g, decay %g, frozen %zu), %zu + %zu "
                "(%g, %g, %d) as in this optimizer is accepted",
                name, first, length, lr_scale, decay, frozen, own->first, own->count, own->lr_scale, own->decay,
                own->frozen);
    }
    const lgd_average *own = &opt->average;
    const uint64_t kind = get_count(in), start = get_count(in), period = get_count(in);
    const double decay = get_number(in), alpha = get_number(in);
    if (!in->failed && (kind != (uint64_t)own->kind || start != own->start || period != own->period ||
                        decay != own->decay || alpha != own->alpha))
        return lgd_fail(
            LGD_EINVAL,
            "%s: the saved state has an average of kind %d (start %llu, period %llu, decay %g, alpha %g), kind %d "
            "(%llu, %llu, %g, %g) as in this optimizer is accepted",
            name, (int)kind, (unsigned long long)start, (unsigned long long)period, decay, alpha, (int)own->kind,
            (unsigned long long)own->start, (unsigned long long)own->period, own->decay, own->alpha);
    return in->failed ? malformed(opt, "ends too early") : LGD_OK;
}

static void get_judged(reader *in, lgd_judged *judged)
{
    uint64_t *count[JUDGED_COUNTS];
    double *number[JUDGED_NUMBERS];
    judged_members(judged, count, number);
    for (size_t i = 0; i < JUDGED_COUNTS; i++)
        *count[i] = get_count(in);
    for (size_t i = 0; i < JUDGED_NUMBERS; i++)
        *number[i] = get_number(in);
}

/* The contents of an optimizer that was made ready as the saved one was. */
static bool get_contents(lgd_optimizer *opt, reader *in)
{
    bool same = true;
    for (size_t k = 0; k < opt->slices; k++) {
        same = get_count(in) == opt->slice[k].count && same;
        opt->slice[k].steps = get_count(in);
    }
    const size_t state_bytes = opt->slices * opt->state_size, vector_bytes = opt->dim * sizeof(double);
    const void *state = get(in, state_bytes);
    if (state_bytes)
        memcpy(opt->state, state, state_bytes);
    for (size_t i = 0; i < vector_count(opt); i++)
        memcpy(vector(opt, i), get(in, vector_bytes), vector_bytes);
    return same;
}

/* What follows the settings, into `loaded`, which is opt without its memory. */
static lgd_status load_contents(const lgd_optimizer *opt, reader *in, lgd_optimizer *loaded)
{
    const size_t dim = get_size(in);
    const uint64_t t = get_count(in);
    loaded->momentum = get_number(in);
    get_judged(in, &loaded->judged);
    const size_t spare_first = get_size(in), spare_count = get_size(in);
    const size_t slices = get_size(in), vectors = get_size(in), state_size = get_size(in);
    const size_t steps_and_state = lgd_mul(slices, lgd_add(state_size, 2 * sizeof(uint64_t)));
    if (in->failed || !dim != !slices || (!dim && t) || spare_first > dim || spare_count > dim - spare_first)
        return malformed(opt, "contradicts itself in its counts");
    if (lgd_add(steps_and_state, lgd_mul(vectors, lgd_mul(dim, sizeof(double)))) != in->left)
        return malformed(opt, "has another length than its counts say");
    if (!dim)
        return LGD_OK;
    const lgd_status status = lgd_optimizer_prepare(loaded, dim, spare_first, spare_count);
    if (status)
        return status;
    if (loaded->slices != slices || vector_count(loaded) != vectors || loaded->state_size != state_size)
        return malformed(opt, "has another layout than the method");
    if (!get_contents(loaded, in))
        return malformed(opt, "has slices that do not cover its coordinates");
    loaded->t = t;
    return LGD_OK;
}

lgd_status lgd_optimizer_load(lgd_optimizer *opt, const void *bytes, size_t size)
{
    if (!opt || !bytes)
        return lgd_optimizer_missing(opt ? "bytes" : "opt", opt ? "a saved state" : "an optimizer");
    lgd_status status = check_frame(opt, bytes, size);
    if (status)
        return status;
    const size_t head = sizeof magic + 2 * sizeof(uint32_t);
    reader in = {(const unsigned char *)bytes + head, size - head - CRC_SIZE, false};
    status = check_method(opt, &in);
    if (!status)
        status = check_settings(opt, &in);
    if (status)
        return status;

    lgd_optimizer loaded = *opt, old = *opt;
    loaded.block = loaded.table = NULL;
    lgd_optimizer_reset(&loaded);
    status = load_contents(opt, &in, &loaded);
    lgd_optimizer *gone = status ? &loaded : &old;
    lgd_release(gone->table);
    lgd_release(gone->block);
    if (!status)
        *opt = loaded;
    return status;
}
