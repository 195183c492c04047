#include "penalty/penalty.h"
#include "problems.h"
#include <stdio.h>

/* The prox of each penalty against its definition, argmin_u h(u) + sum_j (u_j - w_j)^2 / (2 eta_j), which is minimised here in
 * long double and by other means: the dual number is found by bisection, that of total variation coordinate by coordinate on
 * the level sets of u. 1000 random problems each, of numbers up to 10^3 and rates up to 10^8 apart, sometimes 10^80, some
 * coordinates fixed. */

enum { MOST = 20, PROBLEMS = 1000 };

enum { L1, ELASTIC_NET, GROUP_L1, VARIATION, BOX, NON_NEGATIVE, SIMPLEX, L1_BALL, L2_BALL, KINDS };

static const char *const names[] = {"l1",           "elastic_net", "group_l1", "total_variation", "box",
                                    "non_negative", "simplex",     "l1_ball",  "l2_ball"};

static uint64_t drawn;

/* A number in [0, 1), in [low, high), or with its logarithm there. */
static double draw(double low, double high)
{
    return low + (high - low) * (double)(lgd_random(7, LGD_STREAM_UNIFORM, drawn++, 0) >> 11) * 0x1p-53;
}

static double draw_power(double low, double high)
{
    return pow(10, draw(low, high));
}

/* One penalty, its numbers. */
typedef struct part {
    int kind;
    size_t n;
    double strength, l2; /* or total, radius */
    double low[MOST], high[MOST];
    lgd_penalty_group group[3];
    size_t groups;
    lgd_penalty *p;
} part;

typedef struct problem {
    double w[MOST], each[MOST], eta, size;
    bool fixed, uniform;
} problem;

static double rate(const problem *q, size_t j)
{
    return q->uniform ? q->eta : q->each[j];
}

/* ---- random problems */

static problem draw_problem(size_t n, bool may_fix)
{
    problem q = {.uniform = draw(0, 1) < 0.4, .eta = draw_power(-3, 3)};
    const double spread = draw(0, 1) < 0.5 ? 0 : 3, far = draw(0, 1),
                 apart = far < 0.4   ? 1
                         : far < 0.8 ? 4
                                     : 40,
                 size = draw_power(-5, 5);
    for (size_t j = 0; j < n; j++) {
        q.w[j] = draw(-1, 1) * draw_power(-spread, 0) * size;
        q.each[j] = may_fix && draw(0, 1) < 0.15 ? 0 : draw_power(-apart, apart);
        q.fixed = q.fixed || (!q.uniform && q.each[j] == 0);
        q.size = fmax(q.size, fabs(q.w[j]));
    }
    return q;
}

/* The penalty of a kind for which the problem is neither settled at once nor infeasible; w of fixed coordinates may change. */
static void draw_part(part *h, int kind, size_t n, problem *q)
{
    *h = (part){.kind = kind, .n = n};
    double fixed = 0, moving = 0, longest = 0;
    for (size_t j = 0; j < n; j++) {
        const bool stays = rate(q, j) == 0;
        if (stays && kind == SIMPLEX)
            q->w[j] = fabs(q->w[j]);
        longest = fmax(longest, rate(q, j));
        *(stays ? &fixed : &moving) =
            kind == L2_BALL ? hypot(stays ? fixed : moving, q->w[j]) : (stays ? fixed : moving) + fabs(q->w[j]);
    }
    h->strength = q->size * draw_power(-2, 0.5) / (longest > 0 ? longest : 1);
    h->l2 = draw_power(-2, 1) / (longest > 0 ? longest : 1);
    if (kind == SIMPLEX)
        h->strength = fixed + draw_power(-2, 0.3) * moving + (moving == 0 ? draw_power(-1, 1) * (fixed == 0) : 0);
    if (kind == L1_BALL)
        h->strength = fixed + draw_power(-2, 0.1) * moving;
    if (kind == L2_BALL)
        h->strength = hypot(fixed, draw_power(-2, 0.1) * moving);
    for (size_t j = 0; j < n; j++) {
        const double a = draw(-1, 1) * q->size, b = draw(-1, 1) * q->size;
        h->low[j] = draw(0, 1) < 0.2 ? -INFINITY : rate(q, j) == 0 ? q->w[j] : fmin(a, b);
        h->high[j] = draw(0, 1) < 0.2 ? INFINITY : rate(q, j) == 0 ? q->w[j] : fmax(a, b);
    }
    for (size_t j = (size_t)draw(0, 2); j < n && h->groups < 3; j += h->group[h->groups++].count + (size_t)draw(0, 2))
        h->group[h->groups] =
            (lgd_penalty_group){j, 1 + (size_t)draw(0, (double)(n - j)), draw(0, 1) < 0.5 ? 0 : draw(0.1, 2)};
    if (kind == GROUP_L1 && !h->groups)
        h->group[h->groups++] = (lgd_penalty_group){0, n, 0};
    ck_ok(kind == L1             ? lgd_penalty_l1_create(&h->p, h->strength)
          : kind == ELASTIC_NET  ? lgd_penalty_elastic_net_create(&h->p, h->strength, h->l2)
          : kind == GROUP_L1     ? lgd_penalty_group_l1_create(&h->p, h->strength, h->group, h->groups)
          : kind == VARIATION    ? lgd_penalty_total_variation_create(&h->p, h->strength)
          : kind == BOX          ? lgd_penalty_box_create(&h->p, n, h->low, h->high)
          : kind == NON_NEGATIVE ? lgd_penalty_non_negative_create(&h->p)
          : kind == SIMPLEX      ? lgd_penalty_simplex_create(&h->p, h->strength)
          : kind == L1_BALL      ? lgd_penalty_l1_ball_create(&h->p, h->strength)
                                 : lgd_penalty_l2_ball_create(&h->p, h->strength));
}

/* ---- the definition */

static real weight_of(const lgd_penalty_group *g)
{
    return g->weight == 0 ? sqrtl((real)g->count) : g->weight;
}

static real norm_of(size_t n, const real *u)
{
    real sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += u[j] * u[j];
    return sqrtl(sum);
}

/* h(u) for a u that is within a constraint. */
static real value_of(const part *h, const real *u)
{
    real sum = 0;
    for (size_t i = 0; i < h->groups && h->kind == GROUP_L1; i++)
        sum += weight_of(&h->group[i]) * norm_of(h->group[i].count, u + h->group[i].first);
    for (size_t j = 0; j < h->n; j++) {
        sum += h->kind == L1 || h->kind == ELASTIC_NET ? fabsl(u[j]) : 0;
        sum += h->kind == VARIATION && j ? fabsl(u[j] - u[j - 1]) : 0;
    }
    return h->strength * (h->kind >= BOX ? 0 : sum) +
           (h->kind == ELASTIC_NET ? h->l2 / 2 * norm_of(h->n, u) * norm_of(h->n, u) : 0);
}

static real objective(const part *h, const problem *q, const real *u)
{
    real sum = value_of(h, u);
    for (size_t j = 0; j < h->n; j++)
        if (rate(q, j) > 0)
            sum += (u[j] - q->w[j]) * (u[j] - q->w[j]) / (2 * (real)rate(q, j));
    return sum;
}

/* ---- its minimum: a number x at which falling(x) turns from positive, by bisection */

typedef real falling(const part *h, const problem *q, size_t which, real x);

static real turn_of(falling *f, const part *h, const problem *q, size_t which, real low, real high)
{
    for (int i = 0; i < 400; i++) {
        /* by exponents as long as they differ */
        const real x = low > 0 && high > 2 * low ? sqrtl(low) * sqrtl(high) : (low + high) / 2;
        if (!(x > low && x < high))
            break;
        *(f(h, q, which, x) > 0 ? &low : &high) = x;
    }
    return (low + high) / 2;
}

static real soft(real w, real t)
{
    return fabsl(w) > t ? w - copysignl(t, w) : 0;
}

/* minus the derivative of coordinate j */
static real elastic(const part *h, const problem *q, size_t j, real u)
{
    return (q->w[j] - u) / rate(q, j) - h->strength * ((real)(u > 0) - (real)(u < 0)) -
           (h->kind == ELASTIC_NET ? h->l2 * u : 0);
}

/* |u| of group i at the size r, less r */
static real group_size(const part *h, const problem *q, size_t i, real r)
{
    const lgd_penalty_group *g = &h->group[i];
    real sum = 0;
    for (size_t j = g->first; j < g->first + g->count; j++) {
        const real t = (real)q->w[j] / (r + rate(q, j) * h->strength * weight_of(g));
        sum += q->w[j] == 0 ? 0 : t * t;
    }
    return sum - 1;
}

/* The derivative up to node j from one side, cut off; then all of it at node j: above level x or not. */
static real beyond_level(const part *h, const problem *q, size_t at, real x)
{
    real sides[2] = {0, 0};
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0, j = side ? h->n - 1 : 0; j != at; i++, j = side ? j - 1 : j + 1) {
            const real all = rate(q, j) == 0 ? (x - q->w[j]) * INFINITY : sides[side] + (x - q->w[j]) / rate(q, j);
            sides[side] = fmaxl(fminl(all, h->strength), -h->strength);
        }
    return (q->w[at] - x) / rate(q, at) - sides[0] - sides[1];
}

static real point_of(const part *h, const problem *q, size_t j, real x)
{
    const real w = q->w[j], r = rate(q, j);
    return r == 0               ? w
           : h->kind == SIMPLEX ? fmaxl(w - r * x, 0)
           : h->kind == L1_BALL ? soft(w, r * x)
                                : w / (1 + r * x);
}

/* The sum, or the norm, at the dual number x, less what it shall be. */
static real excess(const part *h, const problem *q, size_t which, real x)
{
    real sum = 0;
    (void)which;
    for (size_t j = 0; j < h->n; j++) {
        const real u = point_of(h, q, j, x);
        sum += h->kind == L2_BALL ? u * u : fabsl(u);
    }
    return h->kind == L2_BALL ? sum - (real)h->strength * h->strength : sum - h->strength;
}

static void minimum(const part *h, const problem *q, real *u)
{
    const real far = 1e6L * (real)q->size;
    for (size_t j = 0; j < h->n; j++) {
        u[j] = q->w[j];
        if (rate(q, j) == 0 || h->kind == GROUP_L1 || h->kind >= SIMPLEX)
            continue;
        if (h->kind == L1 || h->kind == ELASTIC_NET) /* the sign of w, or 0 */
            u[j] = elastic(h, q, j, copysignl(1e-30L, u[j])) * u[j] <= 0 ? 0
                   : u[j] > 0                                            ? turn_of(elastic, h, q, j, 0, u[j])
                                                                         : turn_of(elastic, h, q, j, u[j], 0);
        if (h->kind == VARIATION)
            u[j] = turn_of(beyond_level, h, q, j, -2 * (real)q->size, 2 * (real)q->size);
        if (h->kind == BOX || h->kind == NON_NEGATIVE) {
            const real low = h->kind == BOX ? h->low[j] : 0, high = h->kind == BOX ? h->high[j] : INFINITY;
            u[j] = fminl(fmaxl(u[j], low), high);
        }
    }
    for (size_t i = 0; i < h->groups && h->kind == GROUP_L1; i++) {
        const lgd_penalty_group *g = &h->group[i];
        const real r = turn_of(group_size, h, q, i, 0, far);
        for (size_t j = g->first; j < g->first + g->count; j++)
            u[j] = rate(q, j) == 0 ? u[j] : u[j] * r / (r + rate(q, j) * h->strength * weight_of(g));
    }
    if (h->kind < SIMPLEX || (h->kind > SIMPLEX && excess(h, q, 0, 0) <= 0))
        return;
    real low = 0, high = 1;
    while (excess(h, q, 0, high) > 0 && high < 1e60L)
        high *= 4;
    for (low = h->kind == SIMPLEX ? -1e-30L : 0; h->kind == SIMPLEX && excess(h, q, 0, low) < 0 && low > -1e60L;)
        low *= 4;
    if (excess(h, q, 0, 0) < 0) /* simplex: the number is negative */
        high = 0;
    const real x = turn_of(excess, h, q, 0, low, high);
    for (size_t j = 0; j < h->n; j++)
        u[j] = point_of(h, q, j, x);
}

/* ---- the comparison */

static void show(const part *h, const problem *q, const double *u, const real *expected)
{
    fprintf(stderr, "%s, strength %.17g, l2 %.17g, eta %g\n", names[h->kind], h->strength, h->l2, q->eta);
    for (size_t j = 0; j < h->n; j++)
        fprintf(stderr, "  w %.17g eta %.17g low %g high %g u %.17g expected %.17Lg\n", q->w[j], rate(q, j), h->low[j],
                h->high[j], u[j], expected[j]);
}

/* A random point within the constraint, that has the fixed coordinates. */
static void draw_point(const part *h, const problem *q, const real *u, real *v)
{
    real fixed = 0, moving = 0;
    const real reach = powl(10, draw(-6, 0));
    for (size_t j = 0; j < h->n; j++) {
        const bool stays = rate(q, j) == 0;
        v[j] = stays ? u[j] : draw(h->kind == SIMPLEX ? 0 : -1, 1) * (real)q->size;
        if (h->kind == BOX && !stays)
            v[j] = fminl(fmaxl(v[j], h->low[j]), h->high[j]);
        v[j] = h->kind == NON_NEGATIVE && !stays ? fabsl(v[j]) : v[j];
        *(stays ? &fixed : &moving) += h->kind == L2_BALL ? v[j] * v[j] : fabsl(v[j]);
    }
    if (h->kind >= SIMPLEX) {
        const real all = h->kind == L2_BALL ? (real)h->strength * h->strength : h->strength,
                   left = fmaxl(all - fixed, 0);
        const real factor = moving > 0 ? (h->kind == L2_BALL ? sqrtl(left / moving) : left / moving) : 0;
        for (size_t j = 0; j < h->n; j++)
            v[j] *= rate(q, j) > 0 ? factor : 1;
    }
    for (size_t j = 0; j < h->n; j++)
        v[j] = u[j] + reach * (v[j] - u[j]);
}

static void compare(const part *h, const problem *q)
{
    double u[MOST], value, scale = h->kind >= SIMPLEX ? fmax(q->size, h->strength) : q->size;
    real expected[MOST], at[MOST], other[MOST];
    memcpy(u, q->w, sizeof u);
    ck_ok(lgd_penalty_prox(h->p, h->n, q->eta, q->uniform ? NULL : q->each, u));
    minimum(h, q, expected);
    for (size_t j = 0; j < h->n; j++) {
        const bool right = fabsl(u[j] - expected[j]) <= 1e-12L * scale && (rate(q, j) > 0 || u[j] == q->w[j]);
        if (!right)
            show(h, q, u, expected);
        ck_assert_msg(right, "%s: u[%zu] is %.17g, not %.17Lg", names[h->kind], j, u[j], expected[j]);
        at[j] = u[j];
    }
    ck_ok(lgd_penalty_value(h->p, h->n, u, &value));
    bool any = false; /* moves */
    for (size_t j = 0; j < h->n; j++)
        any = any || rate(q, j) > 0;
    if (h->kind >= BOX && any && (h->kind != NON_NEGATIVE || !q->fixed))
        ck_assert_msg(value == 0, "%s: a prox is not within", names[h->kind]);
    if (h->kind < BOX)
        ck_near(value / (value_of(h, at) > 0 ? (double)value_of(h, at) : 1), value_of(h, at) > 0, 1e-14);
    for (int i = 0; i < 5;
         i++) { /* no other point is better: by less than |v - u|^2/2 in the metric it cannot be worse */
        draw_point(h, q, at, other);
        real distance = 0, size = value_of(h, at) + value_of(h, other);
        for (size_t j = 0; j < h->n; j++)
            if (rate(q, j) > 0) {
                distance += (other[j] - at[j]) * (other[j] - at[j]) / (2 * (real)rate(q, j));
                size += (real)scale * scale / rate(q, j);
            }
        const bool right = objective(h, q, other) >= objective(h, q, at) + distance - 1e-12L * size;
        if (!right)
            show(h, q, u, expected);
        ck_assert_msg(right, "%s: another point is better, by %Lg of %Lg", names[h->kind],
                      objective(h, q, at) + distance - objective(h, q, other), size);
    }
}

/* features: 69 */
START_TEST(prox_random_problems_minimum_of_the_definition)
{
    for (int i = 0; i < PROBLEMS; i++) {
        const size_t n = 1 + (size_t)draw(0, MOST);
        problem q = draw_problem(n, true);
        part h;
        draw_part(&h, _i, n, &q);
        compare(&h, &q);
        lgd_penalty_free(h.p);
    }
}
END_TEST

/* sum (u_j - v_j)(x_j - y_j)/eta_j over what moves */
static real product(const problem *q, size_t n, const double *u, const double *v, const double *x, const double *y)
{
    real sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += rate(q, j) > 0 ? ((real)u[j] - v[j]) * ((real)x[j] - y[j]) / rate(q, j) : 0;
    return sum;
}

static real all_of(const problem *q, size_t n, double scale)
{
    real sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += rate(q, j) > 0 ? (real)scale * scale / rate(q, j) : 0;
    return sum;
}

START_TEST(prox_two_points_firmly_non_expansive)
{
    for (int i = 0; i < PROBLEMS; i++) {
        const size_t n = 1 + (size_t)draw(0, MOST);
        double x[MOST], u[MOST], v[MOST];
        problem q = draw_problem(n, true);
        part h;
        draw_part(&h, _i, n, &q);
        const double scale = fmax(q.size, _i >= SIMPLEX ? h.strength : 0), reach = draw_power(-6, 0);
        memcpy(u, q.w, sizeof u);
        for (size_t j = 0; j < n; j++)
            x[j] = rate(&q, j) > 0 ? q.w[j] + reach * draw(-1, 1) * q.size : q.w[j];
        memcpy(v, x, sizeof v);
        ck_ok(lgd_penalty_prox(h.p, n, q.eta, q.uniform ? NULL : q.each, u));
        ck_ok(lgd_penalty_prox(h.p, n, q.eta, q.uniform ? NULL : q.each, v));
        ck_assert(product(&q, n, u, v, u, v) <= product(&q, n, u, v, q.w, x) + 1e-13L * reach * all_of(&q, n, scale));
        lgd_penalty_free(h.p);
    }
}
END_TEST

/* ---- conjugates */

/* A v at which h* may be finite: 0 where nothing is penalised, no side without a bound, and for total variation of sum 0. */
static void draw_dual(const part *h, const problem *q, double *v)
{
    double before = 0;
    for (size_t j = 0; j < h->n; j++) {
        bool penalised = h->kind != GROUP_L1;
        for (size_t i = 0; i < h->groups; i++)
            penalised = penalised || (j >= h->group[i].first && j - h->group[i].first < h->group[i].count);
        v[j] = penalised ? draw(-1, 1) * draw_power(-2, 1) * q->size / rate(q, j) : 0;
        if ((h->kind == BOX && isinf(v[j] > 0 ? h->high[j] : h->low[j])) || (h->kind == NON_NEGATIVE && v[j] > 0))
            v[j] = 0;
        if (h->kind == VARIATION) {
            const double here = j + 1 < h->n ? v[j] : 0;
            v[j] = here - before;
            before = here;
        }
    }
}

/* Takes from the largest what is missing to a sum of 0. */
static void sum_to_zero(size_t n, double *v)
{
    for (int round = 0; round < 2; round++) {
        real sum = 0;
        size_t largest = 0;
        for (size_t j = 0; j < n; j++) {
            sum += v[j];
            largest = fabs(v[j]) > fabs(v[largest]) ? j : largest;
        }
        v[largest] = (double)(v[largest] - sum);
    }
}

static real dot(size_t n, const double *v, const real *u)
{
    real sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += v[j] * u[j];
    return sum;
}

START_TEST(conjugate_random_points_fenchel_young)
{
    for (int i = 0; i < PROBLEMS; i++) {
        const size_t n = 1 + (size_t)draw(0, MOST);
        double w[MOST], v[MOST], scale;
        real u[MOST], other[MOST];
        problem q = draw_problem(n, false);
        part h;
        draw_part(&h, _i, n, &q);
        const real size = 1e-12L * all_of(&q, n, fmax(q.size, _i >= SIMPLEX ? h.strength : 0));
        memcpy(w, q.w, sizeof w);
        ck_ok(lgd_penalty_prox(h.p, n, q.eta, q.uniform ? NULL : q.each, w));
        for (size_t j = 0; j < n; j++) {
            u[j] = w[j];
            v[j] = (q.w[j] - w[j]) / rate(&q, j); /* is a subgradient of h in w, so equality holds */
        }
        if (_i == VARIATION)
            sum_to_zero(n, v);
        double conjugate = h.p->ops.conjugate(h.p->ctx, n, v, &scale);
        real rounding = 0; /* that of v, beside the strength; constraints take every v */
        for (size_t j = 0; j < n && _i < BOX; j++)
            rounding += 1e-13L * q.size / rate(&q, j) / h.strength;
        ck_assert_msg(scale >= 1 - rounding, "%s: scale %.17g", names[_i], scale);
        ck_assert_msg(fabsl(value_of(&h, u) + conjugate - scale * dot(n, v, u)) <= size, "%s: %Lg of %Lg", names[_i],
                      value_of(&h, u) + conjugate - scale * dot(n, v, u), size);

        draw_dual(&h, &q, v);
        conjugate = h.p->ops.conjugate(h.p->ctx, n, v, &scale);
        ck_assert(scale > 0 && scale <= 1);
        for (int k = 0; k < 5; k++) {
            draw_point(&h, &q, u, other);
            ck_assert_msg(value_of(&h, other) + conjugate >= scale * dot(n, v, other) - 10 * size, "%s", names[_i]);
        }
        if (scale < 1) { /* it is the largest */
            double beyond, within;
            for (size_t j = 0; j < n; j++)
                v[j] *= scale * (1 - 1e-9);
            h.p->ops.conjugate(h.p->ctx, n, v, &within);
            for (size_t j = 0; j < n; j++)
                v[j] *= 1 + 2e-9;
            h.p->ops.conjugate(h.p->ctx, n, v, &beyond);
            ck_assert(within == 1 && beyond < 1);
        }
        lgd_penalty_free(h.p);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("prox");
    TCase *cases = tcase_create("prox");
    tcase_set_timeout(cases, 300);
    tcase_add_loop_test(cases, prox_random_problems_minimum_of_the_definition, 0, KINDS);
    tcase_add_loop_test(cases, prox_two_points_firmly_non_expansive, 0, KINDS);
    tcase_add_loop_test(cases, conjugate_random_points_fenchel_young, 0, KINDS);
    suite_add_tcase(s, cases);
    return suite_run(s);
}
