/* All optimizers for the batteries: the built-ins as the table lists them, then one of our own that comes in by the
 * public door and has what the built-ins have not: state beside vectors, noise, a point of its own to report, and an
 * option of each type. Each comes in two variants, presets and everything else. */
#ifndef LGD_TESTS_METHODS_H
#define LGD_TESTS_METHODS_H
#include "suite.h"
#include "optimizer/optimizer.h"
#include <string.h>

/* ---- a user's method: w -= lr g, from step `first` on averaged; with noise: w += lr (u - 1/2) */

typedef struct averager_options {
    double lr;
    size_t first;
    bool noise;
    enum { MEAN, LATEST } weight;
    double loss_of_interest; /* not in the table */
} averager_options;

typedef struct averager_state {
    uint64_t averaged;
    double last_f;
} averager_state;

static const lgd_option averager_table[] = {
    {.name = "lr", .offset = offsetof(averager_options, lr), .preset = 0.01, .low = 0, .high = 10, .open = 1},
    {.name = "first", .offset = offsetof(averager_options, first), .type = LGD_SIZE, .preset = 5, .low = 1, .high = 9},
    {.name = "noise", .offset = offsetof(averager_options, noise), .type = LGD_BOOL},
    {.name = "weight", .offset = offsetof(averager_options, weight), .type = LGD_CHOICE, .choices = "mean|latest"},
    {0},
};

static inline void averager_layout(const void *options, size_t dim, size_t *vectors, size_t *state_size)
{
    (void)options, (void)dim;
    *vectors = 1;
    *state_size = sizeof(averager_state);
}

static inline lgd_status averager_step(lgd_step *s)
{
    const averager_options *o = s->options;
    averager_state *state = s->state;
    state->last_f = s->f;
    if (s->t >= o->first)
        state->averaged++;
    for (size_t j = 0; j < s->dim; j++) {
        double u = 0.5;
        if (o->noise)
            lgd_uniform(s->key, j, 1, &u);
        s->w[j] -= o->lr * s->lr_factor * (s->g[j] - (u - 0.5));
        if (state->averaged)
            s->vec[0][j] += (s->w[j] - s->vec[0][j]) / (o->weight == MEAN ? (double)state->averaged : 2);
    }
    return LGD_OK;
}

static inline void averager_result(const lgd_step *s, double *w)
{
    const averager_state *state = s->state;
    memcpy(w, state->averaged ? s->vec[0] : s->w, s->dim * sizeof *w);
}

static const lgd_optimizer_ops averager_ops = {
    .name = "averager",
    .options = averager_table,
    .options_size = sizeof(averager_options),
    .flags = LGD_SLICED,
    .layout = averager_layout,
    .step = averager_step,
    .result = averager_result,
};

/* ---- all of them */

static inline const lgd_optimizer_ops *method(size_t i)
{
    const lgd_optimizer_ops *ops = lgd_optimizer_builtin(i);
    if (ops)
        return ops;
    return i && !lgd_optimizer_builtin(i - 1) ? NULL : &averager_ops;
}

/* Those that a loop of one's own can step: built-ins, and all. The others ask for values elsewhere, which lgd_minimize lends. */
static inline const lgd_optimizer_ops *stepped_builtin(size_t i)
{
    const lgd_optimizer_ops *ops = NULL;
    for (size_t k = 0, found = 0; found <= i && (ops = lgd_optimizer_builtin(k)); k++)
        found += !(ops->flags & LGD_NEEDS_EVAL);
    return ops;
}

static inline const lgd_optimizer_ops *stepped(size_t i)
{
    const lgd_optimizer_ops *ops = stepped_builtin(i);
    return ops || (i && !stepped_builtin(i - 1)) ? ops : &averager_ops;
}

static inline void set_option(const lgd_option *o, void *options, double x)
{
    char *member = (char *)options + o->offset;
    if (o->type == LGD_DOUBLE)
        memcpy(member, &x, sizeof x);
    else if (o->type == LGD_SIZE)
        memcpy(member, &(size_t){(size_t)x}, sizeof(size_t));
    else if (o->type == LGD_BOOL)
        memcpy(member, &(unsigned char){(unsigned char)x}, 1);
    else
        memcpy(member, &(int){(int)x}, sizeof(int));
}

enum { PRESETS, EVERYTHING_ELSE, VARIANTS };

/* A legal value that is not the preset. */
static inline double other_value(const lgd_option *o)
{
    if (o->type == LGD_BOOL || o->type == LGD_CHOICE)
        return 1;
    if (o->type == LGD_SIZE)
        return o->preset + 1;
    if (o->high <= 1)
        return (o->preset + o->high) / 2;
    return o->preset == 0 ? 0.125 : 2 * o->preset;
}

/* Is `name` one of those that '|' separates? */
static inline bool listed(const char *names, const char *name)
{
    const size_t length = strlen(name);
    for (const char *at = names; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL)
        if (!strncmp(at, name, length) && (!at[length] || at[length] == '|'))
            return true;
    return false;
}

/* The method with all presets or everything else, but `names` (NULL: none; several separated by '|', as far as the method
 * has them) set to x as a caller would. */
static inline lgd_status make(lgd_optimizer **out, const lgd_optimizer_ops *ops, int variant, const char *names,
                              double x)
{
    union {
        max_align_t align;
        char bytes[256];
    } options = {.bytes = {0}};
    ck_assert_uint_le(ops->options_size, sizeof options.bytes);
    for (const lgd_option *o = ops->options; o->name; o++) {
        if (variant == EVERYTHING_ELSE)
            set_option(o, options.bytes, other_value(o));
        if (listed(names, o->name))
            set_option(o, options.bytes, x);
    }
    return lgd_optimizer_create(out, ops, options.bytes, ops->options_size);
}

static inline lgd_optimizer *made(const lgd_optimizer_ops *ops, int variant)
{
    lgd_optimizer *opt = NULL;
    ck_assert_msg(make(&opt, ops, variant, NULL, 0) == LGD_OK, "%s", lgd_last_error());
    return opt;
}

/* With 0 for the option `name` where the method has it and may have that: AdaDelta's eps is what its first steps live on. */
static inline lgd_optimizer *made_zero(const lgd_optimizer_ops *ops, int variant, const char *name)
{
    const lgd_option *o = ops->options;
    while (name && o->name && strcmp(o->name, name))
        o++;
    lgd_optimizer *opt = NULL;
    const bool legal = name && o->name && !(o->open & 1);
    ck_assert_msg(make(&opt, ops, variant, legal ? name : NULL, LGD_ZERO) == LGD_OK, "%s", lgd_last_error());
    return opt;
}

static inline lgd_optimizer *parsed(const char *text)
{
    lgd_optimizer *opt = NULL;
    ck_assert_msg(lgd_optimizer_parse(&opt, text) == LGD_OK, "%s: %s", text, lgd_last_error());
    return opt;
}

/* ---- a path: f = sum_j a_j (w_j - c_j)^2 / 2 with curvatures from 1 to 3, a rate that changes, and one unpenalised
 * coordinate where there are three */

static inline double quadratic(size_t dim, const double *w, double *g)
{
    double f = 0;
    for (size_t j = 0; j < dim; j++) {
        const double a = 1 + (double)(j % 5) / 2, e = w[j] - (1 + (double)(j % 3));
        f += 0.5 * a * e * e;
        g[j] = a * e;
    }
    return f;
}

/* What a run would lend for it; ctx points to dim. */
static inline lgd_status quadratic_lent(void *ctx, const double *w, double *f, double *g)
{
    double own[64];
    *f = quadratic(*(const size_t *)ctx, w, g ? g : own);
    return LGD_OK;
}

static inline lgd_status quadratic_hessian(void *ctx, const double *w, double *f, double *g, double *H, size_t ld)
{
    const size_t dim = *(const size_t *)ctx;
    *f = quadratic(dim, w, g);
    for (size_t i = 0; i < dim; i++)
        for (size_t j = 0; j <= i; j++)
            H[i * ld + j] = i == j ? 1 + (double)(j % 5) / 2 : 0;
    return LGD_OK;
}

static inline lgd_status quadratic_product(void *ctx, const double *w, const double *g, const double *v, double *hv)
{
    (void)w, (void)g;
    for (size_t j = 0; j < *(const size_t *)ctx; j++)
        hv[j] = (1 + (double)(j % 5) / 2) * v[j];
    return LGD_OK;
}

static inline lgd_status quadratic_diagonal(void *ctx, const double *w, double *d)
{
    (void)w;
    for (size_t j = 0; j < *(const size_t *)ctx; j++)
        d[j] = 1 + (double)(j % 5) / 2;
    return LGD_OK;
}

/* f is half the sum of squares of sqrt(a_j) (w_j - c_j), whose Jacobian is a triangle by itself. */
static inline lgd_status quadratic_gauss_newton(void *ctx, const double *w, double *T, size_t ld)
{
    const size_t dim = *(const size_t *)ctx;
    for (size_t i = 0; i <= dim; i++)
        memset(T + i * ld, 0, (dim + 1) * sizeof *T);
    for (size_t j = 0; j < dim; j++) {
        T[j * ld + j] = sqrt(1 + (double)(j % 5) / 2);
        T[j * ld + dim] = T[j * ld + j] * (w[j] - (1 + (double)(j % 3)));
    }
    return LGD_OK;
}

static const lgd_oracle quadratic_oracle = {.gauss_newton = quadratic_gauss_newton,
                                            .eval = quadratic_lent,
                                            .hessian = quadratic_hessian,
                                            .product = quadratic_product,
                                            .diagonal = quadratic_diagonal,
                                            .exact = true,
                                            .quadratic = true};

/* Steps from+1 .. to; returns the value before the last. */
static inline double walk(lgd_optimizer *opt, size_t dim, double *w, uint64_t from, uint64_t to)
{
    double g[64], f = 0;
    ck_assert_uint_le(dim, 64);
    for (uint64_t t = from; t < to; t++) {
        f = quadratic(dim, w, g);
        lgd_step s = {.w = w, .g = g, .f = f, .lr_factor = 1 / (1 + 0.01 * (double)t), .momentum = NAN, .key = t};
        s.oracle = &quadratic_oracle;
        s.oracle_ctx = &dim;
        ck_assert_int_eq(lgd_optimizer_prepare(opt, dim, dim / 2, dim >= 3), LGD_OK);
        ck_assert_msg(lgd_optimizer_advance(opt, &s) == LGD_OK, "%s", lgd_last_error());
    }
    return f;
}

/* Everything an optimizer holds. */
typedef struct saved {
    size_t size;
    unsigned char *bytes;
} saved;

static inline saved save(const lgd_optimizer *opt)
{
    saved s = {0};
    ck_assert_int_eq(lgd_optimizer_save(opt, NULL, &s.size), LGD_OK);
    s.bytes = malloc(s.size);
    ck_assert_ptr_nonnull(s.bytes);
    ck_assert_int_eq(lgd_optimizer_save(opt, s.bytes, &s.size), LGD_OK);
    return s;
}

/* Is that still what opt holds? Frees s. */
static inline bool still(const lgd_optimizer *opt, saved s)
{
    saved now = save(opt);
    const bool same = now.size == s.size && !memcmp(now.bytes, s.bytes, s.size);
    free(now.bytes);
    free(s.bytes);
    return same;
}

/* ---- memory that fails at the k-th request, and counts */

typedef struct budget {
    size_t requests, fail_at, living;
} budget;

static inline void *budget_allocate(void *ctx, size_t size, size_t alignment)
{
    budget *b = ctx;
    if (++b->requests == b->fail_at)
        return NULL;
    b->living++;
    return aligned_alloc(alignment, size);
}

static inline void budget_release(void *ctx, void *memory)
{
    ((budget *)ctx)->living--;
    free(memory);
}

static inline void budget_begin(budget *b, size_t fail_at)
{
    *b = (budget){.fail_at = fail_at};
    lgd_set_memory(&(lgd_memory){budget_allocate, budget_release, b});
}

#endif
