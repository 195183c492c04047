/* Which changes of the problem leave the path of a method as it is, bit for bit. The table below is the whole of it: what it
 * says holds is asserted to hold, what it says does not is asserted to differ, and docs/optimizers/invariances.md shows it.
 * A change is by a power of 2, so that nothing but the method can round. */
#include "methods.h"
#include <math.h>
#include <stdio.h>

/* A cell: "yes", "no", or "option^p": yes, if that option is multiplied by the p-th power of what the problem was. */
typedef struct invariance {
    const char *method;
    const char *with;  /* options under which it holds: constants that have a unit are 0, or out of reach */
    const char *value; /* c f(w) */
    const char *point; /* f(w/c) */
    const char *shift; /* f(w) + c */
} invariance;

static const invariance table[] = {
    {"sgd", "", "lr^-1", "lr^2", "yes"},
    {"momentum", "", "lr^-1", "lr^2", "yes"},
    {"nesterov", "", "lr^-1", "lr^2", "yes"},
    {"nesterov_convex", "", "lr^-1", "lr^2", "yes"},
    {"proximal_gradient", "", "lr^-1", "lr^2", "yes"},
    {"lbfgs", "", "yes", "yes", "yes"},
    {"owlqn", "", "yes", "yes", "yes"},
    {"fista", "", "lr^-1", "lr^2", "yes"},
    {"polyak", "lr=1e300", "yes", "yes", "no"},
    {"lion", "", "yes", "lr^1", "yes"},
    {"lars", "", "yes", "yes", "yes"},
    {"adagrad", "eps=0", "yes", "lr^1", "yes"},
    {"rmsprop", "eps=0", "yes", "lr^1", "yes"},
    {"adadelta", "", "no", "no", "yes"}, /* one eps is added to g^2 and to squares of steps */
    {"rprop", "step_min=0,step_max=1e300", "yes", "lr^1", "yes"},
    {"adam", "eps=0", "yes", "lr^1", "yes"},
    {"adamw", "eps=0,weight_decay=0", "yes", "lr^1", "yes"},
    {"lazy_adam", "eps=0", "yes", "lr^1", "yes"},
    {"amsgrad", "eps=0", "yes", "lr^1", "yes"},
    {"adamax", "eps=0", "yes", "lr^1", "yes"},
    {"nadam", "eps=0", "yes", "lr^1", "yes"},
    {"radam", "eps=0", "no", "no", "yes"}, /* its first steps do not divide by the root */
    {"yogi", "eps=0,initial=0", "yes", "lr^1", "yes"},
    {"adabelief", "eps=0,eps_root=0", "yes", "lr^1", "yes"},
    {"lamb", "eps=0", "yes", "yes", "yes"},
    {"ftrl", "beta=0", "yes", "lr^1", "yes"},
    {"asgd", "lambd=0", "lr^-1", "lr^2", "yes"},
    {"schedule_free_sgd", "", "lr^-1", "lr^2", "yes"},
    {"schedule_free_adamw", "eps=0", "yes", "lr^1", "yes"},
    {"prodigy", "eps=0", "yes", "d0^1", "yes"},
    {"lbfgsb", "", "yes", "yes", "yes"},
    {"bfgs", "", "yes", "yes", "yes"},
    {"cg", "", "yes", "yes", "yes"},
    {"bb", "", "yes", "yes", "yes"},
    {"newton_cg", "", "yes", "yes", "yes"},
    {"trust_region", "", "yes", "yes", "yes"},
    {"newton", "", "yes", "yes", "yes"},
    {"cd", "", "yes", "yes", "yes"},
    {"lm", "", "yes", "yes", "yes"}, /* the constant is the square of one residual more */
    {"dogleg", "", "yes", "yes", "yes"},
};
enum { ROWS = sizeof table / sizeof *table, DIM = 12, STEPS = 150 };

static const invariance *row_of(const char *method)
{
    for (size_t i = 0; i < ROWS; i++)
        if (!strcmp(table[i].method, method))
            return &table[i];
    return NULL;
}

/* f, of which one coordinate is in other units. */
static const char *feature_of(const invariance *row)
{
    static const char *const own_units[] = {"newton", "cd", "lm", "dogleg"};
    for (size_t i = 0; i < sizeof own_units / sizeof *own_units; i++)
        if (!strcmp(row->method, own_units[i]))
            return "yes";
    return "no";
}

/* ---- paths */

/* value f(w/point) + shift, with the first coordinate of w divided by `feature` beside that; f = sum a (w - c)^2 / 2. */
typedef struct change {
    double value, point, shift, feature;
} change;

static const change none = {1, 1, 0, 1};

static double unit(const change *c, size_t j)
{
    return j ? c->point : c->point / c->feature;
}

static double eval(const change *c, const double *w, double *g)
{
    double f = 0;
    for (size_t j = 0; j < DIM; j++) {
        const double a = 1 + (double)(j % 5) / 2, e = w[j] / unit(c, j) - (1 + (double)(j % 3));
        f += 0.5 * a * e * e;
        g[j] = c->value * (a * e / unit(c, j));
    }
    return c->value * f + c->shift;
}

static lgd_status eval_lent(void *ctx, const double *w, double *f, double *g)
{
    double own[DIM];
    *f = eval(ctx, w, g ? g : own);
    return LGD_OK;
}

/* hv = H v, and H is diagonal. */
static lgd_status product_lent(void *ctx, const double *w, const double *g, const double *v, double *hv)
{
    const change *c = ctx;
    (void)w, (void)g;
    for (size_t j = 0; j < DIM; j++)
        hv[j] = c->value * ((1 + (double)(j % 5) / 2) * v[j] / unit(c, j) / unit(c, j));
    return LGD_OK;
}

static lgd_status hessian_lent(void *ctx, const double *w, double *f, double *g, double *H, size_t ld)
{
    const change *c = ctx;
    *f = eval(c, w, g);
    for (size_t i = 0; i < DIM; i++) {
        memset(H + i * ld, 0, i * sizeof *H);
        H[i * ld + i] = c->value * ((1 + (double)(i % 5) / 2) / unit(c, i) / unit(c, i));
    }
    return LGD_OK;
}

/* The residuals are sqrt(a_j) (w_j - c_j), and a root of the constant. */
static lgd_status gauss_newton_lent(void *ctx, const double *w, double *T, size_t ld)
{
    const change *c = ctx;
    for (size_t i = 0; i <= DIM; i++)
        memset(T + i * ld, 0, (DIM + 1) * sizeof *T);
    for (size_t j = 0; j < DIM; j++) {
        const double root = sqrt(c->value) * sqrt(1 + (double)(j % 5) / 2);
        T[j * ld + j] = root / unit(c, j);
        T[j * ld + DIM] = root * (w[j] / unit(c, j) - (1 + (double)(j % 3)));
    }
    T[DIM * ld + DIM] = c->shift > 0 ? sqrt(2 * c->shift) : 0;
    return LGD_OK;
}

/* As in a run, which lends f to those that ask for it. */
static lgd_status step(lgd_optimizer *opt, const change *c, double *w)
{
    static const lgd_oracle oracle = {.gauss_newton = gauss_newton_lent,
                                      .eval = eval_lent,
                                      .hessian = hessian_lent,
                                      .product = product_lent,
                                      .exact = true,
                                      .quadratic = true};
    double g[DIM];
    const double f = eval(c, w, g);
    if (!(opt->ops.flags & LGD_NEEDS_EVAL))
        return lgd_optimizer_step(opt, DIM, w, g, f, 1);
    change same = *c;
    lgd_step s = {.w = w, .g = g, .f = f, .lr_factor = 1, .momentum = NAN, .oracle = &oracle, .oracle_ctx = &same};
    const lgd_status status = lgd_optimizer_prepare(opt, DIM, 0, 0);
    return status ? status : lgd_optimizer_advance(opt, &s);
}

/* The method with the row's settings, and with one option times the `power` of `by`, which the cell tells. */
static lgd_optimizer *with(const invariance *row, const char *cell, double by)
{
    char text[256], option[64];
    int power = 0, n = snprintf(text, sizeof text, "%s%s%s", row->method, *row->with ? ":" : "", row->with);
    if (sscanf(cell, "%63[a-z0-9_]^%d", option, &power) == 2) {
        lgd_optimizer *plain = parsed(text);
        double preset;
        ck_assert_int_eq(lgd_optimizer_option(plain, option, &preset), LGD_OK);
        snprintf(text + n, sizeof text - (size_t)n, "%c%s=%.17g", *row->with ? ',' : ':', option,
                 preset * pow(by, power));
        lgd_optimizer_free(plain);
    }
    return parsed(text);
}

/* Does the method take the same path on the changed problem, in the units of the first one? */
static bool same_path(lgd_optimizer *opt, lgd_optimizer *changed, const change *c)
{
    bool same = true;
    double w[DIM], x[DIM];
    for (size_t j = 0; j < DIM; j++) {
        w[j] = 0.5 + (double)j / 8;
        x[j] = w[j] * unit(c, j);
    }
    for (int t = 0; t < STEPS && same; t++) {
        ck_assert_msg(step(opt, &none, w) == LGD_OK, "%s", lgd_last_error());
        same = step(changed, c, x) == LGD_OK; /* it may diverge there */
        for (size_t j = 0; j < DIM; j++)
            same = same && x[j] / unit(c, j) == w[j];
    }
    lgd_optimizer_free(opt);
    lgd_optimizer_free(changed);
    return same;
}

/* What the cell says: yes, no, or yes with an option scaled by powers of `by`, and no without that. */
static void holds(const invariance *row, const char *cell, change c, double by, const char *what)
{
    const bool scaled = strchr(cell, '^') != NULL, expected = strcmp(cell, "no") != 0;
    lgd_optimizer *opt = with(row, "", 1);
    const bool searches =
        opt->ops.flags & LGD_NEEDS_EVAL; /* a rate that is halved soon enough forgets where it began */
    const bool same = same_path(opt, with(row, cell, by), &c);
    ck_assert_msg(same == expected, "%s, %s times %g: the path is %s, the table says %s", row->method, what, by,
                  same ? "the same" : "another", cell);
    if (scaled && !searches)
        ck_assert_msg(!same_path(with(row, "", 1), with(row, "", 1), &c), "%s, %s times %g: %s is not needed",
                      row->method, what, by, cell);
}

static const double powers[] = {0x1p-40, 0x1p40};

START_TEST(table_every_method_has_a_row_every_row_a_method)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = lgd_optimizer_builtin(i)) != NULL; i++)
        ck_assert_msg(row_of(ops->name) != NULL, "%s has no row in the table of tests/test_invariance.c", ops->name);
    for (size_t i = 0; i < ROWS; i++) {
        ck_assert_msg(row_of(table[i].method) == &table[i], "%s has two rows", table[i].method);
        lgd_optimizer_free(with(&table[i], "", 1));
    }
}
END_TEST

START_TEST(value_times_power_of_two_as_the_table_says)
{
    for (size_t i = 0; i < ROWS; i++)
        for (size_t k = 0; k < 2; k++)
            holds(&table[i], table[i].value, (change){powers[k], 1, 0, 1}, powers[k], "f");
}
END_TEST

START_TEST(point_times_power_of_two_as_the_table_says)
{
    for (size_t i = 0; i < ROWS; i++)
        for (size_t k = 0; k < 2; k++)
            holds(&table[i], table[i].point, (change){1, powers[k], 0, 1}, powers[k], "w");
}
END_TEST

START_TEST(value_plus_constant_as_the_table_says)
{
    for (size_t i = 0; i < ROWS; i++)
        for (size_t k = 0; k < 2; k++)
            holds(&table[i], table[i].shift, (change){1, 1, k ? 1000 : -8, 1}, 1, "f plus a constant, which is");
}
END_TEST

/* The weight of a column in other units is not the same weight in other units after a few steps, by any method here but Newton's and
 * those for sums of squares: a column that is 1000 times as large changes Adam's path too. For the others only scaling the columns
 * first makes a run independent of units. */
START_TEST(feature_times_power_of_two_as_the_table_says)
{
    for (size_t i = 0; i < ROWS; i++)
        for (size_t k = 0; k < 2; k++)
            holds(&table[i], feature_of(&table[i]), (change){1, 1, 0, k ? 0x1p10 : 0x1p-10}, k ? 0x1p10 : 0x1p-10,
                  "a feature");
}
END_TEST

/* ---- the page */

static const char *said(const char *cell, char room[64])
{
    static const char *const factor[] = {" / c²", " / c", "", " c", " c²"};
    char option[48];
    int power = 0;
    if (sscanf(cell, "%47[a-z0-9_]^%d", option, &power) != 2)
        return cell;
    snprintf(room, 64, "with %s%s", option, power >= -2 && power <= 2 ? factor[power + 2] : "");
    return room;
}

/* The table as the page has it, in the order of the built-in methods. */
static char *lines(void)
{
    enum { ROOM = 20000 };
    char *text = malloc(ROOM), room[3][64], given[128];
    if (!text)
        abort();
    int n =
        snprintf(text, ROOM,
                 "| method | options | c f(w) | f(w/c) | f(w) + c | a feature times c |\n|---|---|---|---|---|---|\n");
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = lgd_optimizer_builtin(i)) != NULL; i++) {
        const invariance *row = row_of(ops->name);
        if (!row)
            continue;
        snprintf(given, sizeof given, *row->with ? "`%s`" : "%s", row->with);
        n += snprintf(text + n, ROOM - (size_t)n, "| [%s](%s.md) | %s | %s | %s | %s | %s |\n", ops->name, ops->name,
                      given, said(row->value, room[0]), said(row->point, room[1]), said(row->shift, room[2]),
                      feature_of(row));
        if (n >= ROOM)
            abort();
    }
    return text;
}

/* The page with the table that is right in place of the one it has; NULL if it cannot be read, or has none. */
static char *page_made_anew(const char *name, char page[], size_t room)
{
    FILE *file = fopen(name, "r");
    page[file ? fread(page, 1, room - 1, file) : 0] = 0;
    if (file)
        fclose(file);
    char *old = strstr(page, "| method |"), *end = old ? strstr(old, "\n\n") : NULL;
    if (!end)
        return NULL;
    char *table_lines = lines(), *made = malloc(room + strlen(table_lines));
    if (!made)
        abort();
    sprintf(made, "%.*s%s%s", (int)(old - page), page, table_lines, end + 1);
    free(table_lines);
    return made;
}

START_TEST(page_of_invariances_shows_the_table)
{
    char page[40000], *made = page_made_anew(SOURCE_ROOT "/docs/optimizers/invariances.md", page, sizeof page);
    ck_assert_msg(made != NULL, "docs/optimizers/invariances.md has no table");
    ck_assert_msg(!strcmp(page, made), "docs/optimizers/invariances.md has another table than tests/test_invariance.c: "
                                       "test_invariance --page docs/optimizers/invariances.md");
    free(made);
}
END_TEST

int main(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], "--page")) {
        char page[40000], *made = page_made_anew(argv[2], page, sizeof page);
        FILE *file = made ? fopen(argv[2], "w") : NULL;
        const bool written = file && fputs(made, file) >= 0;
        const bool closed = file && fclose(file) == 0;
        free(made);
        if (!written || !closed)
            fprintf(stderr, "%s: a page with a table of invariances that can be written is accepted\n", argv[2]);
        return written && closed ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    Suite *s = suite_create("invariance");
    CASE(s, table_every_method_has_a_row_every_row_a_method);
    CASE(s, value_times_power_of_two_as_the_table_says);
    CASE(s, point_times_power_of_two_as_the_table_says);
    CASE(s, value_plus_constant_as_the_table_says);
    CASE(s, feature_times_power_of_two_as_the_table_says);
    CASE(s, page_of_invariances_shows_the_table);
    return suite_run(s);
}
