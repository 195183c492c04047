/* Save and load. The bytes, each count a 64-bit number of this machine:
 *
 *     magic, byte order mark, version                          8 + 4 + 4 bytes
 *     name of the method                                       length, letters
 *     options                                                  count, then per option: name and its value as a double
 *     dim, t, slices
 *     lgd_judged                                               its counts, then its doubles
 *     slices                                                   per slice: first, count, decay
 *     vectors, state_size
 *     state of each slice, then each vector                    slices * state_size, vectors * dim * 8 bytes
 *     CRC-32C of all before it                                 4 bytes
 *
 * A damaged count cannot make load allocate or read beyond the bytes: each is held against those left. */
#include "optimizer.h"
#include <string.h>

static const char magic[8] = {'l', 'g', 'd', ' ', 'o', 'p', 't', '\n'};
enum { ORDER_MARK = 0x01020304, ORDER_SWAPPED = 0x04030201, VERSION = 2, CRC_SIZE = 4 };

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

static size_t write_all(const lgd_optimizer *opt, unsigned char *to)
{
    writer out = {to, 0};
    const uint32_t head[2] = {ORDER_MARK, VERSION};
    put(&out, magic, sizeof magic);
    put(&out, head, sizeof head);
    put_text(&out, opt->ops.name);
    put_count(&out, option_count(&opt->ops));
    for (const lgd_option *o = opt->ops.options; o && o->name; o++) {
        put_text(&out, o->name);
        put_number(&out, lgd_options_get(o, opt->options));
    }
    put_count(&out, opt->dim);
    put_count(&out, opt->t);
    put_count(&out, opt->slices);
    put_count(&out, opt->judged.f_seen);
    put_count(&out, opt->judged.epochs_without_gain);
    put_count(&out, opt->judged.checked);
    put_number(&out, opt->judged.largest_g);
    put_number(&out, opt->judged.f_scale);
    put_number(&out, opt->judged.f_best);
    put_number(&out, opt->judged.lowest_mean);
    put_number(&out, opt->judged.f_checked);
    for (size_t k = 0; k < opt->slices; k++) {
        put_count(&out, opt->slice[k].first);
        put_count(&out, opt->slice[k].count);
        put_number(&out, opt->slice[k].decay);
    }
    put_count(&out, opt->vectors);
    put_count(&out, opt->state_size);
    put(&out, opt->state, opt->slices * opt->state_size);
    for (size_t i = 0; i < opt->vectors; i++)
        put(&out, opt->vec[i], opt->dim * sizeof(double));
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
        return malformed(opt, "is of another version of the format, version 2 is accepted");
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

/* Slices must follow one another from 0 to dim. */
static bool get_slices(reader *in, lgd_slice slice[LGD_MAX_SLICES], size_t slices, size_t dim)
{
    size_t end = 0;
    for (size_t k = 0; k < slices; k++) {
        slice[k].first = get_size(in);
        slice[k].count = get_size(in);
        slice[k].decay = get_number(in);
        if (in->failed || slice[k].first != end || !slice[k].count || slice[k].count > dim - end)
            return false;
        if (!isnan(slice[k].decay) && slice[k].decay != 0)
            return false;
        end += slice[k].count;
    }
    return !in->failed && end == dim;
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
    if (status)
        return status;

    lgd_optimizer loaded = {.ops = opt->ops, .options = opt->options};
    lgd_slice slice[LGD_MAX_SLICES];
    const size_t dim = get_size(&in);
    loaded.t = get_count(&in);
    const size_t slices = get_size(&in);
    loaded.judged.f_seen = get_count(&in);
    loaded.judged.epochs_without_gain = get_count(&in);
    loaded.judged.checked = get_count(&in);
    loaded.judged.largest_g = get_number(&in);
    loaded.judged.f_scale = get_number(&in);
    loaded.judged.f_best = get_number(&in);
    loaded.judged.lowest_mean = get_number(&in);
    loaded.judged.f_checked = get_number(&in);
    if (in.failed || slices > LGD_MAX_SLICES || !dim != !slices || (!dim && loaded.t))
        return malformed(opt, "contradicts itself in its counts");
    if (!get_slices(&in, slice, slices, dim))
        return malformed(opt, "has slices that do not cover its coordinates");
    const size_t vectors = get_size(&in), state_size = get_size(&in);
    const size_t state_bytes = lgd_mul(slices, state_size), vector_bytes = lgd_mul(dim, sizeof(double));
    if (in.failed || lgd_add(state_bytes, lgd_mul(vectors, vector_bytes)) != in.left)
        return malformed(opt, "has another length than its counts say");

    if (dim) {
        status = lgd_optimizer_allocate(&loaded, dim);
        if (status)
            return status;
        if (loaded.vectors != vectors || loaded.state_size != state_size) {
            lgd_release(loaded.block);
            return malformed(opt, "has another layout than the method");
        }
        lgd_optimizer_set_slices(&loaded, slice, slices);
        memcpy(loaded.state, get(&in, state_bytes), state_bytes);
        for (size_t i = 0; i < vectors; i++)
            memcpy(loaded.vec[i], get(&in, vector_bytes), vector_bytes);
    }
    lgd_release(opt->block);
    *opt = loaded;
    return LGD_OK;
}
