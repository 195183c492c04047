/* Total variation in one dimension. Dynamic programming over the derivative of what the coordinates up to j cost at least, as a
 * function of u_j: N. A. Johnson, "A dynamic programming algorithm for the fused lasso and L0-segmentation", J. Comput. Graph.
 * Stat. 22 (2013). That derivative is piecewise linear, and is cut off at -lambda and lambda before the next coordinate adds
 * its own; each coordinate adds two knots and every knot leaves once, so the cost is O(n). Weights of the coordinates are
 * 1/eta_j; one that does not move begins anew, with a jump. */
#include "penalty.h"

enum { ARRAYS = 12 }; /* of n doubles */

static double value(const void *ctx, size_t n, const double *w)
{
    double sum = 0;
    for (size_t j = 1; j < n; j++)
        sum += fabs(w[j] - w[j - 1]);
    return lgd_times(*(const double *)ctx, sum);
}

/* slope u + constant. In two numbers each: weights far apart are added, and taken away again. */
typedef struct line {
    lgd_twofold slope, constant;
} line;

static lgd_twofold add(lgd_twofold a, lgd_twofold b)
{
    const lgd_twofold s = lgd_two_sum(a.hi, b.hi), t = lgd_two_sum(a.lo, b.lo);
    const lgd_twofold c = lgd_two_sum(s.hi, s.lo + t.hi);
    return lgd_two_sum(c.hi, c.lo + t.lo);
}

static lgd_twofold negative(lgd_twofold a)
{
    return (lgd_twofold){-a.hi, -a.lo};
}

static line sum_of(line a, line b)
{
    return (line){add(a.slope, b.slope), add(a.constant, b.constant)};
}

static line difference_of(line a, line b)
{
    return (line){add(a.slope, negative(b.slope)), add(a.constant, negative(b.constant))};
}

static line raised(line a, double by)
{
    a.constant = add(a.constant, (lgd_twofold){by, 0});
    return a;
}

static double at(line a, double u)
{
    const double p = a.slope.hi * u;
    const lgd_twofold y = add((lgd_twofold){p, fma(a.slope.hi, u, -p) + a.slope.lo * u}, a.constant);
    return y.hi + y.lo;
}

/* The derivative: -lambda before the first knot, lambda after the last, at each knot a line is added. */
typedef struct chain {
    double lambda;
    double *x, *hi, *lo, *constant_hi, *constant_lo; /* [2 n] knots */
    size_t first, end;                               /* those of them there are */
} chain;

static line step_of(const chain *c, size_t k)
{
    return (line){{c->hi[k], c->lo[k]}, {c->constant_hi[k], c->constant_lo[k]}};
}

static void put(chain *c, size_t k, double x, line step)
{
    c->x[k] = x;
    c->hi[k] = step.slope.hi;
    c->lo[k] = step.slope.lo;
    c->constant_hi[k] = step.constant.hi;
    c->constant_lo[k] = step.constant.lo;
}

/* (target - constant) / slope */
static double root(line a, double target)
{
    const lgd_twofold y = add((lgd_twofold){target, 0}, negative(a.constant));
    return (y.hi + y.lo) / (a.slope.hi + a.slope.lo);
}

/* own plus the derivative so far, of which `part` is the line that ends at u: there it is cut off, whatever rounding made of a
 * knot on a steep line. */
static double derivative(const chain *c, line own, line part, double u)
{
    return at(own, u) + fmin(fmax(at(part, u), -c->lambda), c->lambda);
}

/* What sums of steps have been. They may cancel: slopes grow up to some knot and fall after it. Two numbers bear that, unless
 * sizes lie this far apart; then the line is made anew from the other end, where it is a sum of slopes of one sign, at the cost
 * of a look at all knots. */
typedef struct extent {
    double slope, constant;
} extent;

static bool has_cancelled(const chain *c, line own, line part, extent *largest)
{
    const bool falls = part.slope.hi < largest->slope;
    if (falls && (part.slope.hi + own.slope.hi < 0x1p-45 * largest->slope || c->lambda < 0x1p-45 * largest->constant)) {
        *largest = (extent){0, 0};
        return true;
    }
    largest->slope = fmax(largest->slope, part.slope.hi);
    largest->constant = fmax(largest->constant, fabs(part.constant.hi));
    return false;
}

/* Where the derivative with `own` added is `target`: from the left, knots that lie before leave; *left is the line there. */
static double from_left(chain *c, line own, double target, line *left)
{
    double before = -INFINITY;
    line part = {{0, 0}, {-c->lambda, 0}};
    extent largest = {0, 0};
    while (c->first < c->end && derivative(c, own, part, c->x[c->first]) <= target) {
        before = c->x[c->first];
        part = sum_of(part, step_of(c, c->first++));
        if (has_cancelled(c, own, part, &largest)) {
            part = (line){{0, 0}, {c->lambda, 0}};
            for (size_t k = c->end; k-- > c->first;)
                part = difference_of(part, step_of(c, k));
        }
    }
    *left = sum_of(part, own);
    return fmin(fmax(root(*left, target), before), c->first < c->end ? c->x[c->first] : INFINITY);
}

static double from_right(chain *c, line own, double target, line *right)
{
    double after = INFINITY;
    line part = {{0, 0}, {c->lambda, 0}};
    extent largest = {0, 0};
    while (c->first < c->end && derivative(c, own, part, c->x[c->end - 1]) >= target) {
        after = c->x[--c->end];
        part = difference_of(part, step_of(c, c->end));
        if (has_cancelled(c, own, part, &largest)) {
            part = (line){{0, 0}, {-c->lambda, 0}};
            for (size_t k = c->first; k < c->end; k++)
                part = sum_of(part, step_of(c, k));
        }
    }
    *right = sum_of(part, own);
    return fmax(fmin(root(*right, target), after), c->first < c->end ? c->x[c->end - 1] : -INFINITY);
}

/* The weight 1/q at x: its derivative is (u - x)/q. That the product is rounded is as if x were, which moves no u by more. */
static line own_of(double x, double q)
{
    return (line){{1 / q, 0}, {-(1 / q) * x, 0}};
}

/* What w[n] becomes, in units where the largest size and rate are about 1; low and high are scratch of n. */
static void solve(chain *c, size_t n, const double *eta_each, double largest, double unit, double *low, double *high,
                  double *w)
{
    line left, right;
    double least = INFINITY, most = -INFINITY, u = 0;
    c->first = c->end = n;
    for (size_t j = 0; j < n; j++) {
        const double q = lgd_rate(eta_each, largest, j), x = w[j] * unit;
        least = fmin(least, w[j]);
        most = fmax(most, w[j]);
        if (q == 0) { /* from here on the derivative is that of lambda |u - x| */
            low[j] = high[j] = x;
            c->first = c->end = n;
            put(c, c->end++, x, (line){{0, 0}, {2 * c->lambda, 0}});
            continue;
        }
        const line own = own_of(x, q);
        if (j == 0) { /* (u - x)/q alone: it is cut off at x - lambda q and x + lambda q */
            low[j] = x - c->lambda * q;
            high[j] = x + c->lambda * q;
            put(c, c->end++, low[j], raised(own, c->lambda));
            put(c, c->end++, high[j], raised((line){negative(own.slope), negative(own.constant)}, c->lambda));
            continue;
        }
        const bool ends = j + 1 == n;
        low[j] = from_left(c, own, ends ? 0 : -c->lambda, &left);
        if (ends) {
            high[j] = low[j];
            continue;
        }
        high[j] = fmax(from_right(c, own, c->lambda, &right), low[j]);
        put(c, --c->first, low[j], raised(left, c->lambda));
        put(c, c->end++, high[j], raised((line){negative(right.slope), negative(right.constant)}, c->lambda));
    }
    for (size_t j = n; j-- > 0;) {
        u = j + 1 == n ? low[j] : fmin(fmax(u, low[j]), high[j]);
        if (lgd_rate(eta_each, largest, j) > 0)
            w[j] = fmin(fmax(u / unit, least), most);
    }
}

static bool is_constant(size_t n, const double *w)
{
    for (size_t j = 1; j < n; j++)
        if (w[j] != w[j - 1])
            return false;
    return true;
}

static size_t work_of(const void *ctx, size_t n)
{
    (void)ctx;
    return lgd_mul(ARRAYS, n);
}

static lgd_status prox(const void *ctx, size_t n, double eta, const double *eta_each, double *w, double *work)
{
    const double strength = *(const double *)ctx, rate = lgd_largest_rate(n, eta_each);
    double size = 0, weights = 0;
    if (strength == 0 || rate == 0 || is_constant(n, w))
        return LGD_OK;
    for (size_t j = 0; j < n; j++) {
        const double q = lgd_rate(eta_each, rate, j);
        size = fmax(size, fabs(w[j]));
        weights += q > 0 ? 1 / q : 0;
    }
    const double unit = lgd_unit(size), lambda = strength * (eta_each ? rate : eta) * unit;
    /* A lambda beyond all that can pull changes nothing any more, and would drown the rest. */
    chain c = {fmin(lambda, 4 * weights), work, work + 2 * n, work + 4 * n, work + 6 * n, work + 8 * n, n, n};
    if (c.lambda > 0)
        solve(&c, n, eta_each, rate, unit, work + 10 * n, work + 11 * n, w);
    return LGD_OK;
}

/* 0 as long as no sum of the first v_j exceeds lambda; infinite unless the sum of all is 0. */
static double conjugate(const void *ctx, size_t n, const double *v, double *scale)
{
    const double strength = *(const double *)ctx;
    lgd_twofold sum = {0, 0};
    double largest = 0, sizes = 0;
    for (size_t j = 0; j < n; j++) {
        lgd_accumulate(&sum, v[j]);
        sizes += fabs(v[j]);
        if (j + 1 < n)
            largest = fmax(largest, fabs(sum.hi + sum.lo));
    }
    *scale = largest > strength ? strength / largest : 1;
    if (fabs(sum.hi + sum.lo) > 4 * (double)n * DBL_EPSILON * sizes)
        *scale = 0;
    return 0;
}

static int describe(const void *ctx, char *text, size_t size)
{
    return lgd_penalty_say(text, size, "", *(const double *)ctx, " sum_j |w_{j+1} - w_j|");
}

lgd_status lgd_penalty_total_variation_create(lgd_penalty **out, double strength)
{
    const lgd_penalty_ops ops = {.name = "total_variation",
                                 .flags = isinf(strength) ? LGD_CONSTRAINT : 0,
                                 .value = value,
                                 .prox = prox,
                                 .work = work_of,
                                 .conjugate = conjugate,
                                 .describe = describe};
    if (out)
        *out = NULL;
    const lgd_status status = lgd_penalty_strength("total_variation", "strength", strength);
    return status ? status : lgd_penalty_of(out, &ops, &strength, sizeof strength);
}
