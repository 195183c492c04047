/* Bytes as the state: nothing but those of lgd_optimizer_save are taken for one. */
#include "state.h"

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

/* Are the next bytes this text? shown becomes what they are, for messages, which are one line. */
enum { SHOWN = 65 };
static bool get_text(reader *in, const char *text, char shown[SHOWN])
{
    const size_t n = get_size(in);
    const char *letters = get(in, n);
    size_t i = 0;
    for (; letters && i < n && i < SHOWN - 1; i++)
        shown[i] = letters[i] < ' ' || letters[i] > '~' ? '?' : letters[i];
    shown[i] = 0;
    return letters && n == strlen(text) && !memcmp(letters, text, n);
}

static lgd_status malformed(const lgd_optimizer *opt, const char *what)
{
    return lgd_fail(LGD_EFORMAT, "%s: the saved state %s", opt->ops.name, what);
}

static lgd_status check_frame(const lgd_optimizer *opt, const unsigned char *bytes, size_t size)
{
    uint32_t head[2], crc;
    if (size < sizeof lgd_state_magic + sizeof head + LGD_STATE_CRC ||
        memcmp(bytes, lgd_state_magic, sizeof lgd_state_magic))
        return malformed(opt, "is none, bytes of lgd_optimizer_save are accepted");
    memcpy(head, bytes + sizeof lgd_state_magic, sizeof head);
    memcpy(&crc, bytes + size - LGD_STATE_CRC, LGD_STATE_CRC);
    if (head[0] == LGD_STATE_SWAPPED)
        return malformed(opt, "is of a machine of the other byte order, one of this order is accepted");
    if (crc != lgd_crc32c(0, bytes, size - LGD_STATE_CRC))
        return malformed(opt, "is damaged or cut (its checksum differs), all bytes as saved are accepted");
    if (head[0] != LGD_STATE_ORDER || head[1] != LGD_STATE_VERSION)
        return malformed(opt, "is of another version of the format, version 7 is accepted");
    return LGD_OK;
}

/* The machine need not be this one: what differs are the last bits from here on. */
static lgd_status get_machine(const lgd_optimizer *opt, reader *in, char machine[LGD_MACHINE_SIZE])
{
    const size_t length = get_size(in);
    const char *letters = length < LGD_MACHINE_SIZE ? get(in, length) : NULL;
    if (!letters)
        return malformed(opt, "has no line about its machine");
    memcpy(machine, letters, length);
    machine[length] = 0;
    return LGD_OK;
}

/* Name and options must be those of opt. */
static lgd_status check_method(const lgd_optimizer *opt, reader *in)
{
    const char *name = opt->ops.name;
    char shown[SHOWN];
    if (!get_text(in, name, shown) && !in->failed)
        return lgd_fail(LGD_EINVAL, "%s: the saved state is of method %s, one of %s is accepted", name, shown, name);
    const size_t count = get_size(in);
    if (!in->failed && count != lgd_state_options(&opt->ops))
        return lgd_fail(LGD_EINVAL, "%s: the saved state has %zu options, %zu are accepted", name, count,
                        lgd_state_options(&opt->ops));
    for (const lgd_option *o = opt->ops.options; !in->failed && o && o->name; o++) {
        const bool same = get_text(in, o->name, shown);
        const double saved = get_number(in), own = lgd_optimizer_given(opt, o);
        if (!in->failed && !same)
            return lgd_fail(LGD_EINVAL, "%s: the saved state has option %s, %s is accepted", name, shown, o->name);
        if (!in->failed && saved != own && (saved == LGD_AUTO || own == LGD_AUTO))
            return lgd_fail(LGD_EINVAL, "%s: %s of the saved state is %s, %s as in this optimizer is accepted", name,
                            o->name, saved == LGD_AUTO ? "auto" : "a number", own == LGD_AUTO ? "auto" : "a number");
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
    uint64_t *count[LGD_JUDGED_COUNTS];
    double *number[LGD_JUDGED_NUMBERS];
    lgd_judged_members(judged, count, number);
    for (size_t i = 0; i < LGD_JUDGED_COUNTS; i++)
        *count[i] = get_count(in);
    for (size_t i = 0; i < LGD_JUDGED_NUMBERS; i++)
        *number[i] = get_number(in);
}

/* The contents of an optimizer that was made ready as the saved one was. */
static bool get_contents(lgd_optimizer *opt, reader *in)
{
    bool same = true;
    for (size_t k = 0; k < opt->slices; k++) {
        same = get_count(in) == opt->slice[k].count && same;
        opt->slice[k].steps = get_count(in);
        opt->slice[k].weight = get_number(in);
    }
    const size_t state_bytes = opt->slices * opt->state_size, vector_bytes = opt->dim * sizeof(double);
    const void *state = get(in, state_bytes);
    if (state_bytes)
        memcpy(opt->state, state, state_bytes);
    for (size_t i = 0; i < lgd_state_vectors(opt); i++)
        memcpy(lgd_state_vector(opt, i), get(in, vector_bytes), vector_bytes);
    lgd_seen *seen = &opt->seen;
    const size_t slope_bytes = seen->terms * seen->each * sizeof(double);
    if (seen->terms) {
        memcpy(seen->mean, get(in, vector_bytes), vector_bytes);
        memcpy(seen->slope, get(in, slope_bytes), slope_bytes);
    }
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
    const size_t terms = get_size(in), each = get_size(in);
    const uint64_t visits = get_count(in);
    const double largest = get_number(in);
    const size_t steps_and_state = lgd_mul(slices, lgd_add(state_size, 3 * sizeof(uint64_t)));
    if (in->failed || !dim != !slices || (!dim && t) || spare_first > dim || spare_count > dim - spare_first ||
        !terms != !each || (!dim && terms))
        return malformed(opt, "contradicts itself in its counts");
    const size_t numbers = lgd_add(lgd_mul(lgd_add(vectors, terms != 0), dim), lgd_mul(terms, each));
    if (lgd_add(steps_and_state, lgd_mul(numbers, sizeof(double))) != in->left)
        return malformed(opt, "has another length than its counts say");
    if (!dim)
        return LGD_OK;
    lgd_status status = lgd_optimizer_prepare(loaded, dim, spare_first, spare_count);
    if (!status && terms)
        status = lgd_optimizer_remember(loaded, terms, each);
    if (status)
        return status;
    if (loaded->slices != slices || lgd_state_vectors(loaded) != vectors || loaded->state_size != state_size)
        return malformed(opt, "has another layout than the method");
    if (!get_contents(loaded, in))
        return malformed(opt, "has slices that do not cover its coordinates");
    loaded->t = t;
    loaded->seen.visits = visits;
    loaded->seen.largest = largest;
    return LGD_OK;
}

lgd_status lgd_optimizer_load(lgd_optimizer *opt, const void *bytes, size_t size)
{
    if (!opt || !bytes)
        return lgd_optimizer_missing(opt ? "bytes" : "opt", opt ? "a saved state" : "an optimizer");
    lgd_status status = check_frame(opt, bytes, size);
    if (status)
        return status;
    const size_t head = sizeof lgd_state_magic + 2 * sizeof(uint32_t);
    reader in = {(const unsigned char *)bytes + head, size - head - LGD_STATE_CRC, false};
    char machine[LGD_MACHINE_SIZE];
    status = get_machine(opt, &in, machine);
    if (!status)
        status = check_method(opt, &in);
    if (!status)
        status = check_settings(opt, &in);
    if (status)
        return status;

    lgd_optimizer loaded = *opt, old = *opt;
    loaded.block = loaded.table = NULL;
    loaded.eta_each = NULL;
    loaded.penalised = (lgd_penalised){0};
    loaded.seen = (lgd_seen){0};
    loaded.compact = (lgd_compact){0};
    lgd_optimizer_reset(&loaded); /* what is left is borrowed or copied: the memory is that of opt */
    memcpy(loaded.machine, machine, sizeof machine);
    status = load_contents(opt, &in, &loaded);
    lgd_optimizer *gone = status ? &loaded : &old;
    lgd_optimizer_disengage(gone);
    lgd_optimizer_forget(gone);
    lgd_optimizer_forget_room(gone);
    lgd_release(gone->table);
    lgd_release(gone->block);
    if (!status)
        *opt = loaded;
    lgd_optimizer_put_rate(opt); /* the reset of a copy has written to the options of both */
    return status;
}
