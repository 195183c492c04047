/* Which way least squares go, by counts of operations and bytes. */
#include "lgd/quadratic.h"
#include "reduction.h"
#include <math.h>

/* In units of an operation of a matrix product; see lgd/quadratic.h. */
static const double BYTE = 3, QR = 2, VECTOR = 2, ROW = 600, COPIED_ROW = 1200, STEP = 10000;
enum { CORRECTIONS = 2 };

/* Of the columns, of which the Gram matrix has the square. */
static double worst_condition(void)
{
    return sqrt(LGD_REDUCTION_LIMIT);
}

/* A reading of all rows. */
static lgd_plan_cost reading(const lgd_plan_options *o, double flops, double rate, double row)
{
    const double m = (double)o->rows, bytes = 8 * m * (double)o->cols;
    return (lgd_plan_cost){m * flops, bytes, m * (flops * rate + row) + bytes * BYTE};
}

static lgd_plan_cost times(double count, lgd_plan_cost each)
{
    return (lgd_plan_cost){count * each.flops, count * each.bytes, count * each.time};
}

static lgd_plan_cost plus(lgd_plan_cost a, lgd_plan_cost b)
{
    return (lgd_plan_cost){a.flops + b.flops, a.bytes + b.bytes, a.time + b.time};
}

static lgd_plan_cost inside(double flops, double rate, double call)
{
    return (lgd_plan_cost){flops, 0, flops * rate + call};
}

static const lgd_plan_cost NEVER = {INFINITY, INFINITY, INFINITY};

static void find_costs(const lgd_plan_options *o, lgd_plan *plan)
{
    const double n = (double)o->cols, k = (double)o->outputs, W = n + k, steps = (double)o->steps;
    const bool at_once = o->optimum || o->steps == 0;
    /* A product and its transpose share a panel in cache, so what a step waits for is memory. */
    const lgd_plan_cost step = reading(o, 4 * n * k, 0.5, ROW), reduction = reading(o, W * W, 1, COPIED_ROW);
    const lgd_plan_cost small = inside(2 * n * n * k, VECTOR, STEP), factor = inside(n * n * n / 3, 1, STEP);
    const lgd_plan_cost pass = reading(o, 4 * n * k, 1, COPIED_ROW);
    plan->cost[LGD_WAY_AUTO] = NEVER;
    plan->cost[LGD_WAY_STREAM] = o->steps ? times(steps, step) : NEVER;
    plan->cost[LGD_WAY_REDUCE] =
        plus(reduction, at_once ? plus(factor, times(CORRECTIONS, pass)) : times(steps, small));
    plan->cost[LGD_WAY_DIRECT] =
        at_once ? plus(reading(o, 2 * W * W, QR, COPIED_ROW), inside(n * n * k, VECTOR, STEP)) : NEVER;
    if (at_once && (o->rows < o->cols || o->condition > worst_condition()))
        plan->cost[LGD_WAY_REDUCE] = NEVER;
    plan->break_even = step.time > small.time ? ceil(reduction.time / (step.time - small.time)) : INFINITY;
}

static lgd_way cheapest(const lgd_plan *plan)
{
    lgd_way best = LGD_WAY_STREAM;
    for (int way = LGD_WAY_REDUCE; way <= LGD_WAY_DIRECT; way++)
        if (plan->cost[way].time < plan->cost[best].time)
            best = (lgd_way)way;
    return best;
}

/* Bytes in the largest unit of which there is a tenth. */
static const char *unit_of(double bytes, double *many)
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB"};
    int i = 0;
    for (*many = bytes; *many >= 100 && i < 3; i++)
        *many /= 1000;
    return units[i];
}

/* "reduce: 1.0e+10 flops and 0.8 GB; stream would take 4.0e+11 flops and 800 GB" */
static void tell(const lgd_plan_options *o, lgd_plan *plan)
{
    static const char *const names[] = {"auto", "stream", "reduce", "direct"};
    size_t at = 0;
    for (int i = 0; i <= LGD_WAY_DIRECT; i++) {
        const int way = i == 0 ? (int)plan->way : i; /* the chosen one first */
        const lgd_plan_cost *c = &plan->cost[way];
        if ((i && way == (int)plan->way) || !isfinite(c->time))
            continue;
        double many;
        const char *unit = unit_of(c->bytes, &many);
        lgd_format(plan->text + at, sizeof plan->text - at, "%s%s%s %.3g flops and %.3g %s", i ? "; " : "", names[way],
                   i        ? " would take"
                   : o->way ? " (forced):"
                            : ":",
                   c->flops, many, unit);
        at += strlen(plan->text + at);
    }
    if (o->steps && !o->optimum && isfinite(plan->break_even))
        lgd_format(plan->text + at, sizeof plan->text - at, "; reducing pays from %.3g steps on", plan->break_even);
    else if (o->steps && !o->optimum)
        lgd_format(plan->text + at, sizeof plan->text - at, "; over so few rows a step is as quick");
}

static lgd_status check(const lgd_plan_options *o, const lgd_plan *plan)
{
    lgd_status status = lgd_check_size("plan", "rows", o->rows, false);
    if (!status)
        status = lgd_check_size("plan", "cols", o->cols, false);
    if (!status)
        status = lgd_check_size("plan", "outputs", o->outputs, true);
    if (!status && !plan)
        status = lgd_fail(LGD_EINVAL, "plan: plan is NULL, a place for the plan is accepted");
    if (!status && o->condition != 0 && !(o->condition >= 1))
        status =
            lgd_fail(LGD_EINVAL, "plan: condition is %g, a number at least 1 is accepted (0: not known)", o->condition);
    if (!status && ((int)o->way < LGD_WAY_AUTO || (int)o->way > LGD_WAY_DIRECT))
        status = lgd_fail(LGD_EINVAL, "plan: way is %d, LGD_WAY_AUTO .. LGD_WAY_DIRECT is accepted", (int)o->way);
    return status;
}

/* A forced way that does not lead there. */
static lgd_status refuse(const lgd_plan_options *o, lgd_way way)
{
    if (way == LGD_WAY_STREAM)
        return lgd_fail(LGD_EINVAL, "plan: way is stream and steps is 0, a number of steps is accepted");
    if (way == LGD_WAY_DIRECT)
        return lgd_fail(LGD_EINVAL,
                        "plan: way is direct with %zu steps and without optimum, which it finds, stream or "
                        "reduce is accepted",
                        o->steps);
    if (o->rows < o->cols)
        return lgd_fail(LGD_EINVAL,
                        "plan: way is reduce for the optimum of %zu rows and %zu columns, at least as many rows "
                        "are accepted, or direct",
                        o->rows, o->cols);
    return lgd_fail(LGD_EINVAL,
                    "plan: way is reduce for the optimum at a condition of %g, at most %.2g is accepted, or direct",
                    o->condition, worst_condition());
}

lgd_status lgd_least_squares_plan_sized(const lgd_plan_options *options, size_t options_size, lgd_plan *plan,
                                        size_t plan_size)
{
    lgd_plan_options o;
    lgd_plan mine = {0};
    lgd_status status = lgd_take_struct("plan options", &o, sizeof o, options, options_size);
    if (!status)
        status = check(&o, plan);
    if (status)
        return status;
    o.outputs = o.outputs ? o.outputs : 1;
    find_costs(&o, &mine);
    mine.way = o.way ? o.way : cheapest(&mine);
    if (!isfinite(mine.cost[mine.way].time))
        return refuse(&o, mine.way);
    tell(&o, &mine);
    lgd_give_struct(plan, plan_size, &mine, sizeof mine);
    return LGD_OK;
}
