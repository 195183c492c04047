/* Races: choose, make, check, time, free. */
#include "bench.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const race_ops *ops_of(race_id id)
{
    static const race_ops *const ops[RACES] = {[RACE_CALLERS] = &race_of_callers,
                                               [RACE_CALLERS_FULL] = &race_of_callers_full,
                                               [RACE_SAME_BITS_TALL] = &race_of_same_bits_tall,
                                               [RACE_SAME_BITS_WIDE] = &race_of_same_bits_wide,
                                               [RACE_SPARSE] = &race_of_sparse,
                                               [RACE_SPARSE_SGD] = &race_of_sparse_sgd,
                                               [RACE_STEP_THREADS] = &race_of_step_threads,
                                               [RACE_STREAM] = &race_of_stream,
                                               [RACE_CSV] = &race_of_csv,
                                               [RACE_CSV_DIGITS] = &race_of_csv_digits,
                                               [RACE_EPOCHS] = &race_of_epochs,
                                               [RACE_ADAM_8] = &race_of_adam_8,
                                               [RACE_ADAM_32] = &race_of_adam_32,
                                               [RACE_ORDERS_1] = &race_of_orders_1,
                                               [RACE_ORDERS_8] = &race_of_orders_8,
                                               [RACE_ORDERS_32] = &race_of_orders_32,
                                               [RACE_ORDERS_64] = &race_of_orders_64,
                                               [RACE_ORDERS_256] = &race_of_orders_256,
                                               [RACE_ORDERS_1024] = &race_of_orders_1024,
                                               [RACE_ORDERS_4096] = &race_of_orders_4096,
                                               [RACE_FACTORIZATION] = &race_of_factorization,
                                               [RACE_LASSO] = &race_of_lasso,
                                               [RACE_LOGISTIC] = &race_of_logistic,
                                               [RACE_LOSSES_8] = &race_of_losses_8,
                                               [RACE_LOSSES_32] = &race_of_losses_32,
                                               [RACE_LOSSES_64] = &race_of_losses_64,
                                               [RACE_LOSSES_1024] = &race_of_losses_1024,
                                               [RACE_RATES_TALL] = &race_of_rates_tall,
                                               [RACE_RATES_WIDE] = &race_of_rates_wide,
                                               [RACE_REDUCTION] = &race_of_reduction};
    return ops[id];
}

void race_describe(race *r, race_id id)
{
    *r = (race){0};
    ops_of(id)->describe(r);
}

static bool chosen(const settings *s, const race *r, const runner *k)
{
    char name[2 * NAME_SIZE];
    snprintf(name, sizeof name, "%s/%s", r->name, k->name);
    return settings_choose(s, r->name, r->where) || settings_choose(s, name, r->where);
}

bool race_choose(const settings *s, const race *r)
{
    for (size_t i = 0; i < r->runners; i++)
        if (chosen(s, r, &r->runner[i]))
            return true;
    return false;
}

void race_costs(runner *k, const lgd_report *report, double share)
{
    k->bytes = share * report->bytes;
    k->flops = share * report->flops;
}

void race_targets(race *r)
{
    double noise[4];
    for (size_t i = 0; i < r->rows; i++) {
        lgd_uniform(r->seed, r->rows * r->cols + 4 * i, 4, noise);
        r->y[i] = noise[0] + noise[1] + noise[2] + noise[3] - 2;
        for (size_t j = 0; j < r->cols; j += 10)
            r->y[i] += r->X[i * r->cols + j] * (j % 20 ? 1.0 : -0.5);
    }
}

/* Of the runners only those that were asked for, and always the first, which they are compared with. */
static void choose(race *r, const settings *s)
{
    size_t kept = 1;
    for (size_t i = 1; i < r->runners; i++)
        if (chosen(s, r, &r->runner[i]))
            r->runner[kept++] = r->runner[i];
    r->runners = kept;
}

static bool make_runner(race *r, runner *k)
{
    k->race = r;
    k->verdict = FAILED;
    k->error = NAN;
    k->passes = k->bytes = k->flops = NAN;
    k->seconds = (quartiles){NAN, NAN, NAN, NAN};
    k->ratio = (interval){NAN, NAN, NAN};
    k->w = calloc(r->cols, sizeof *k->w);
    k->sample = calloc(r->rounds, sizeof *k->sample);
    return k->w && k->sample && !lgd_optimizer_parse(&k->opt, k->optimizer);
}

static bool race_make(race *r, race_id id)
{
    r->X = malloc(r->rows * r->cols * sizeof *r->X);
    r->y = malloc(r->rows * sizeof *r->y);
    bool ok = r->X && r->y && ops_of(id)->make(r) &&
              (r->f || (!lgd_matrix_dense(&r->A, r->rows, r->cols, r->X, r->cols) &&
                        !lgd_glm_create(&r->f, r->A, r->y, lgd_loss_half_squared(), NULL)));
    for (size_t i = 0; ok && i < r->runners; i++)
        ok = make_runner(r, &r->runner[i]);
    return ok;
}

static bool race_time(race *r, race_id id, progress *bar)
{
    timed t[MAX_RUNNERS];
    size_t sound = 0;
    for (size_t i = 0; i < r->runners; i++) {
        runner *k = &r->runner[i];
        ops_of(id)->check(r, k);
        if (k->verdict == OK && !(fabs(k->error) <= r->tolerance))
            k->verdict = WRONG;
        if (k->verdict == OK)
            t[sound++] = (timed){ops_of(id)->run, k, 0, k->sample};
    }
    if (!measure(t, sound, r->rounds, 1e-3, r->seed, bar))
        return false;
    for (size_t i = 0; i < sound; i++) {
        runner *k = t[i].ctx;
        k->repeats = t[i].repeats;
        k->seconds = quartiles_of(r->rounds, k->sample);
        if (k != r->runner && r->runner->verdict == OK)
            k->ratio = ratio_of(r->rounds, k->sample, r->runner->sample, r->seed);
    }
    return true;
}

bool race_run(race *r, race_id id, const settings *s)
{
    progress bar;
    race_describe(r, id);
    r->rows = s->quick ? r->quick_rows : r->rows;
    r->rounds = s->rounds;
    r->seed = s->seed;
    choose(r, s);
    if (!memory_suffices(8.0 * (double)r->rows * (double)r->cols)) {
        snprintf(r->note, sizeof r->note,
                 "left out: its %zu x %zu numbers take more than half of this machine's memory", r->rows, r->cols);
        r->runners = 0;
        return true;
    }
    progress_begin(&bar, r->name, r->rounds);
    const bool ok = race_make(r, id) && race_time(r, id, &bar);
    progress_end(&bar);
    if (!ok)
        fprintf(stderr, "lgd-bench: %s: it could not be measured: %s\n", r->name,
                *lgd_last_error() ? lgd_last_error() : "out of memory");
    lgd_objective_free(r->copy_f);
    lgd_matrix_free(r->copy);
    lgd_objective_free(r->f);
    lgd_matrix_free(r->A);
    lgd_penalty_free(r->penalty);
    free(r->X);
    free(r->y);
    free(r->expected);
    r->f = r->copy_f = NULL;
    r->A = r->copy = NULL;
    r->penalty = NULL;
    r->X = r->y = r->expected = NULL;
    return ok;
}

void race_free(race *r)
{
    for (size_t i = 0; i < r->runners; i++) {
        lgd_optimizer_free(r->runner[i].opt);
        free(r->runner[i].w);
        free(r->runner[i].sample);
    }
}
