/* A multilayer perceptron is checked and made; its ops but for the passes. */
#include "mlp.h"
#include "blas/blas.h"
#include <float.h>
#include <math.h>

enum {
    PANEL_ROWS = 512,        /* what products of so many rows need is still in the cache for the next */
    PANEL_NUMBERS = 1 << 22, /* and no more numbers than these, where layers are wide, */
    LEAST_ROWS = 64,         /* but for so many rows */
    CHUNK_PANELS = 2         /* a gradient for fewer rows costs more to add than threads bring */
};

/* ---- ops */

static lgd_status mlp_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    const lgd_mlp *m = ctx;
    lgd_mlp_wanted to = {m, w, f, g, 1, false};
    return lgd_mlp_walk(m, rows, m->single ? lgd_mlp_eval_panel_single : lgd_mlp_eval_panel, &to);
}

static lgd_status mlp_mean(void *ctx, const lgd_rows *rows, const double *w, double by, bool clean, double *f,
                           double *g)
{
    const lgd_mlp *m = ctx;
    double sum = 0;
    lgd_mlp_wanted to = {m, w, &sum, g, by, !clean};
    const lgd_status status = lgd_mlp_walk(m, rows, m->single ? lgd_mlp_eval_panel_single : lgd_mlp_eval_panel, &to);
    *f = sum / by;
    return status;
}

/* l2/2 sum_l |W_l|^2: biases come after all W_l */
static lgd_status mlp_smooth(void *ctx, const double *w, double *f, double *g)
{
    const lgd_mlp *m = ctx;
    if (m->l2 == 0)
        return LGD_OK;
    *f += 0.5 * m->l2 * lgd_dot(m->biases, w, w);
    for (size_t j = 0; g && j < m->biases; j++)
        g[j] += m->l2 * w[j];
    return LGD_OK;
}

static double mlp_weight(void *ctx, const lgd_rows *rows)
{
    const lgd_mlp *m = ctx;
    if (!m->weights)
        return (double)rows->count;
    double sum = 0;
    for (size_t i = rows->first; i < rows->first + rows->count; i++)
        sum += m->weights[lgd_mlp_row(m, rows->index ? rows->index[i] : i)];
    return sum;
}

static void mlp_unpenalised(void *ctx, size_t *first, size_t *count)
{
    const lgd_mlp *m = ctx;
    *first = m->biases;
    *count = m->dim - m->biases;
}

static size_t mlp_panel(void *ctx)
{
    return CHUNK_PANELS * ((const lgd_mlp *)ctx)->panel;
}

static void mlp_noise(void *ctx, uint64_t t)
{
    lgd_mlp *m = ctx;
    m->noise = t;
}

/* The weights of each layer, then all biases. */
static size_t mlp_parts(void *ctx, size_t *first)
{
    const lgd_mlp *m = ctx;
    for (size_t l = 0; first && l < m->count; l++)
        first[l] = m->layer[l].W;
    if (first)
        first[m->count] = m->biases;
    return m->count + 1;
}

/* Two products forward, four back, but that no gradient goes back to the inputs; weights stay in cache from row to row. */
static const char *mlp_cost(void *ctx, double *bytes, double *flops)
{
    const lgd_mlp *m = ctx;
    const lgd_matrix *X = m->X;
    const bool sparse = X->ops.stored && X->rows;
    const double in = sparse ? (double)X->ops.stored(X->ctx) / (double)X->rows : (double)X->cols;
    *flops = 4 * in * (double)m->layer[0].out;
    for (size_t l = 1; l < m->count; l++)
        *flops += 6 * (double)m->layer[l].in * (double)m->layer[l].out;
    *bytes = (m->X_single ? sizeof(float) * (double)m->X->cols : lgd_matrix_bytes(m->X)) +
             sizeof(double) * (double)(m->t + (m->weights != NULL));
    return m->single ? "sgemm" : "gemm";
}

static void mlp_free(void *ctx)
{
    lgd_mlp *m = ctx;
    lgd_pool_free(m->pool);
    lgd_release(m->X_single);
    lgd_release(m->kept);
    lgd_release(m->layer);
    lgd_release(m);
}

static const lgd_objective_ops mlp_ops = {
    .name = "mlp",
    .flags = LGD_CONCURRENT,
    .eval = mlp_eval,
    .smooth = mlp_smooth,
    .free = mlp_free,
    .weight = mlp_weight,
    .unpenalised = mlp_unpenalised,
    .panel = mlp_panel,
    .describe = lgd_mlp_describe,
    .noise = mlp_noise,
    .parts = mlp_parts,
    .cost = mlp_cost,
};

const lgd_mlp *lgd_mlp_of(const char *object, const lgd_objective *f)
{
    if (f && f->ops.eval == mlp_eval)
        return f->ctx;
    if (f)
        lgd_fail(LGD_EINVAL, "%s: f is a %s, one made by lgd_mlp_create is accepted", object, f->ops.name);
    else
        lgd_fail(LGD_EINVAL, "%s: f is NULL, a perceptron is accepted", object);
    return NULL;
}

/* ---- checks */

static lgd_status check_options(lgd_mlp_options *o)
{
    const double l2 = o->l2, dropout = o->dropout;
    if (o->l2 == LGD_ZERO)
        o->l2 = 0;
    if (o->dropout == LGD_ZERO)
        o->dropout = 0;
    if (!(o->l2 >= 0) || !isfinite(o->l2))
        return lgd_fail(LGD_EINVAL, "mlp: l2 is %g, a finite number >= 0 is accepted", l2);
    if (!(o->dropout >= 0 && o->dropout < 1))
        return lgd_fail(LGD_EINVAL, "mlp: dropout is %g, a number at least 0 and below 1 is accepted", dropout);
    if (o->hidden_count && !o->hidden)
        return lgd_fail(LGD_EINVAL, "mlp: hidden is NULL, %zu widths are accepted", o->hidden_count);
    if (!o->outputs)
        o->outputs = 1;
    return lgd_check_size("mlp", "outputs", o->outputs, false);
}

static lgd_status check_layer(const lgd_mlp_options *o, size_t l)
{
    const int activation = (int)(o->activations ? o->activations[l] : o->activation);
    if (!o->hidden[l] || o->hidden[l] > PTRDIFF_MAX)
        return lgd_fail(LGD_EINVAL,
                        "mlp: number of outputs of hidden layer %zu (from 0) is %td, at least 1 is accepted", l,
                        (ptrdiff_t)o->hidden[l]);
    if (activation < 0 || activation > LGD_SOFTPLUS)
        return lgd_fail(LGD_EINVAL,
                        "mlp: activation of hidden layer %zu (from 0) is %d, 0 (LGD_RELU) to %d is accepted", l,
                        activation, LGD_SOFTPLUS);
    return lgd_blas_fits("mlp", "number of outputs of a layer", o->hidden[l]);
}

/* The shape, and where everything lies. */
static lgd_status lay_out(lgd_mlp *m, const lgd_mlp_options *o)
{
    lgd_status status = lgd_blas_fits("mlp", "outputs", o->outputs);
    size_t in = m->X->cols;
    for (size_t l = 0; l < m->count && !status; l++) {
        const bool last = l + 1 == m->count;
        if (!last)
            status = check_layer(o, l);
        if (status)
            return status;
        lgd_mlp_layer_of *layer = &m->layer[l];
        *layer = (lgd_mlp_layer_of){
            .in = in, .out = last ? o->outputs : o->hidden[l], .W = m->biases, .at = m->outputs, .unit = m->units};
        layer->activation = last ? LGD_IDENTITY : o->activations ? o->activations[l] : o->activation;
        const size_t size = lgd_mul(layer->in, layer->out);
        m->biases = lgd_add(m->biases, size);
        m->outputs = lgd_add(m->outputs, layer->out);
        if (size > m->largest)
            m->largest = size;
        if (!last && layer->out > m->widest)
            m->widest = layer->out;
        m->units += last ? 0 : (layer->out + 3) / 4 * 4;
        m->keeps = m->keeps || m->dropout > 0 || layer->activation == LGD_GELU || layer->activation == LGD_SOFTPLUS;
        in = layer->out;
    }
    m->dim = lgd_add(m->biases, m->outputs);
    if (!status && m->dim > PTRDIFF_MAX / sizeof(double))
        status = lgd_fail(LGD_ERANGE,
                          "mlp: number of weights of %zu layers from %zu columns is more than an address can reach",
                          m->count, m->X->cols);
    for (size_t l = 0; l < m->count; l++)
        m->layer[l].b = m->biases + m->layer[l].at;
    return status;
}

/* Finds the rows of weight 0 and what is not legal among weights. */
static lgd_status keep_rows(lgd_mlp *m)
{
    const size_t rows = m->X->rows;
    m->terms = rows;
    if (!m->weights)
        return LGD_OK;
    for (size_t i = 0; i < rows; i++) {
        if (!(m->weights[i] >= 0) || !isfinite(m->weights[i]))
            return lgd_fail(LGD_EINVAL, "mlp: weight of row %zu is %g, a finite number >= 0 is accepted", i,
                            m->weights[i]);
        m->terms -= m->weights[i] == 0;
    }
    if (m->terms == rows)
        return LGD_OK;
    if (m->terms == 0)
        return lgd_fail(LGD_EINVAL, "mlp: weight of all %zu rows is 0, at least one positive is accepted", rows);
    m->kept = lgd_alloc("mlp", m->terms, sizeof *m->kept);
    if (!m->kept)
        return LGD_ENOMEM;
    for (size_t i = 0, term = 0; i < rows; i++)
        if (m->weights[i] > 0)
            m->kept[term++] = i;
    return LGD_OK;
}

static lgd_status refuse_target(const lgd_mlp *m, size_t row, double target, const char *accepted)
{
    const char *loss = m->loss->ops.name;
    if (m->loss->ops.flags & LGD_CLASSES && m->t == 1 && m->k > 1)
        return lgd_fail(
            LGD_EINVAL,
            "mlp: target of row %zu is %g, a whole number from 0 to %zu is accepted by the %s loss with %zu outputs",
            row, target, m->k - 1, loss, m->k);
    return lgd_fail(LGD_EINVAL, "mlp: target of row %zu is %g, %s by the %s loss", row, target, accepted, loss);
}

static lgd_status check_targets(const lgd_mlp *m)
{
    for (size_t term = 0; term < m->terms; term++) {
        const size_t row = lgd_mlp_row(m, term);
        const double *y = m->y + row * m->t;
        const char *accepted = "a finite number is accepted";
        size_t bad = lgd_first_not_finite(m->t, y);
        if (bad == m->t && m->loss->ops.check)
            bad = m->loss->ops.check(m->loss->ctx, 1, m->k, y, &accepted);
        if (bad < m->t)
            return refuse_target(m, row, y[bad], accepted);
    }
    return LGD_OK;
}

/* ---- creation */

/* X as floats, by blocks of rows. */
static lgd_status copy_single(lgd_mlp *m)
{
    enum { ROWS = 64 };
    const size_t n = m->X->cols, rows = m->X->rows;
    double *block = lgd_alloc("mlp", lgd_mul(ROWS, n), sizeof *block);
    m->X_single = lgd_alloc("mlp", lgd_mul(rows, n), sizeof *m->X_single);
    lgd_status status = block && m->X_single ? LGD_OK : LGD_ENOMEM;
    for (size_t first = 0; first < rows && !status; first += ROWS) {
        const lgd_rows part = {first, rows - first < ROWS ? rows - first : ROWS, NULL};
        status = lgd_matrix_call_gather(m->X, &part, block);
        for (size_t i = 0; i < part.count * n && !status; i++) {
            m->X_single[first * n + i] = (float)block[i];
            if (fabs(block[i]) > FLT_MAX)
                status = lgd_fail(
                    LGD_EINVAL,
                    "mlp: the number in row %zu, column %zu (from 0) is %g, at most %g is accepted with single",
                    first + i / n, i % n, block[i], (double)FLT_MAX);
        }
    }
    lgd_release(block);
    return status;
}

/* As many rows as make good products, in scratch that stays small. */
static size_t panel_rows(const lgd_mlp *m)
{
    const size_t inputs = lgd_mlp_copies(m->X) ? m->X->cols : 0;
    const size_t each = lgd_add(lgd_add(inputs, lgd_mul(m->keeps ? 2 : 1, m->outputs)), m->widest);
    size_t rows = PANEL_NUMBERS / each;
    rows = rows < LEAST_ROWS ? LEAST_ROWS : rows > PANEL_ROWS ? PANEL_ROWS : rows;
    return rows < m->X->rows ? rows : m->X->rows ? m->X->rows : 1;
}

static lgd_status make(lgd_mlp *m, const lgd_mlp_options *o)
{
    m->count = lgd_add(o->hidden_count, 1);
    m->layer = lgd_alloc("mlp", m->count, sizeof *m->layer);
    if (!m->layer)
        return LGD_ENOMEM;
    lgd_status status = lay_out(m, o);
    if (!status)
        status = keep_rows(m);
    if (!status)
        status = check_targets(m);
    if (!status)
        status = lgd_pool_create(&m->pool, "mlp");
    if (!status && m->single && lgd_mlp_copies(m->X))
        status = copy_single(m);
    m->panel = panel_rows(m);
    return status;
}

lgd_status lgd_mlp_create_sized(lgd_objective **out, const lgd_matrix *X, const double *y, const lgd_loss *loss,
                                const lgd_mlp_options *options, size_t options_size)
{
    lgd_objective_ops mine = mlp_ops;
    lgd_mlp_options o;
    if (out)
        *out = NULL;
    if (!out)
        return lgd_fail(LGD_EINVAL, "mlp: out is NULL, a place for the objective is accepted");
    if (!X || !loss)
        return lgd_fail(LGD_EINVAL, "mlp: %s is NULL, %s is accepted", X ? "loss" : "X", X ? "a loss" : "a matrix");
    if (!y && X->rows)
        return lgd_fail(LGD_EINVAL, "mlp: y is NULL, one target per row is accepted");
    lgd_status status = lgd_take_struct("mlp options", &o, sizeof o, options, options_size);
    if (!status)
        status = check_options(&o);
    if (status)
        return status;
    lgd_mlp *m = lgd_alloc("mlp", 1, sizeof *m);
    if (!m)
        return LGD_ENOMEM;
    *m = (lgd_mlp){.X = X,
                   .y = y,
                   .weights = o.weights,
                   .loss = loss,
                   .l2 = o.l2,
                   .dropout = o.dropout,
                   .seed = o.seed,
                   .single = o.single,
                   .k = o.outputs};
    m->t = lgd_loss_targets(loss, m->k);
    status = make(m, &o);
    if (!(X->ops.flags & LGD_CONCURRENT))
        mine.flags = 0;
    if (o.dropout == 0)
        mine.noise = NULL;
    if (o.l2 == 0)
        mine.smooth = NULL;
    if (X->ops.touched)
        mine.support = lgd_mlp_support;
    if (!status)
        status = lgd_objective_create(out, m->dim, m->terms, &mine, m);
    if (status)
        mlp_free(m);
    else
        (*out)->mean = mlp_mean;
    return status;
}
