/* What a perceptron is used for beside runs: weights to begin with, predictions, and where its layers are. */
#include "mlp.h"
#include <math.h>

lgd_status lgd_mlp_initialise(lgd_objective *f, lgd_initialisation kind, uint64_t seed, double *w)
{
    const lgd_mlp *m = lgd_mlp_of("initialise", f);
    if (!m)
        return LGD_EINVAL;
    if (!w)
        return lgd_fail(LGD_EINVAL, "initialise: w is NULL, a place for %zu numbers is accepted", m->dim);
    if ((int)kind < 0 || kind > LGD_INIT_GLOROT)
        return lgd_fail(LGD_EINVAL, "initialise: kind is %d, 0 (LGD_INIT_AUTO) to %d is accepted", (int)kind,
                        LGD_INIT_GLOROT);
    memset(w, 0, m->dim * sizeof *w);
    for (size_t l = 0; l < m->count; l++) {
        const lgd_mlp_layer_of *layer = &m->layer[l];
        const lgd_activation act = layer->activation;
        const bool rectifies =
            l + 1 < m->count && (act == LGD_RELU || act == LGD_LEAKY_RELU || act == LGD_GELU || act == LGD_SOFTPLUS);
        const bool he = kind == LGD_INIT_HE || (kind == LGD_INIT_AUTO && rectifies);
        const double range = sqrt(6 / (he ? (double)layer->in : (double)layer->in + (double)layer->out));
        double *W = w + layer->W;
        lgd_uniform(seed, layer->W, layer->in * layer->out, W);
        for (size_t i = 0; i < layer->in * layer->out; i++)
            W[i] = range * (2 * W[i] - 1);
    }
    return LGD_OK;
}

/* ---- predictions */

typedef struct predicted {
    lgd_mlp_wanted scores;
    double *out;
    size_t ld;
} predicted;

static lgd_status predict_panel(void *ctx, const lgd_mlp_panel *p, size_t done)
{
    const predicted *to = ctx;
    const lgd_mlp *m = to->scores.m;
    const lgd_status status = lgd_mlp_eval_panel(ctx, p, done);
    for (size_t i = 0; i < p->rows.count && !status; i++)
        memcpy(to->out + (done + i) * to->ld, p->Z + i * m->k, m->k * sizeof *to->out);
    if (!status && m->loss->ops.link)
        m->loss->ops.link(m->loss->ctx, p->rows.count, m->k, to->out + done * to->ld, to->ld);
    return status;
}

lgd_status lgd_mlp_predict(lgd_objective *f, const lgd_matrix *X, const double *w, double *out, size_t ld)
{
    const lgd_mlp *m = lgd_mlp_of("predict", f);
    if (!m)
        return LGD_EINVAL;
    if (!X || !w || !out)
        return lgd_fail(LGD_EINVAL, "predict: %s is NULL, an argument is accepted", !X ? "X" : !w ? "w" : "out");
    if (X->cols != m->X->cols)
        return lgd_fail(LGD_EINVAL, "predict: number of columns is %zu, %zu is accepted", X->cols, m->X->cols);
    if (ld < m->k)
        return lgd_fail(LGD_EINVAL, "predict: ld is %zu, at least %zu is accepted", ld, m->k);
    predicted to = {.scores = {.m = m, .w = w}, .out = out, .ld = ld};
    lgd_objective_begin(f, 0);
    const lgd_status status = lgd_mlp_walk_matrix(m, X, predict_panel, &to);
    lgd_objective_end(f);
    return status;
}

/* ---- in words */

/* 784-256(relu)-10 */
static void say_layers(lgd_words *t, const lgd_mlp *m)
{
    static const char *const names[] = {
        [LGD_RELU] = "relu",        [LGD_IDENTITY] = "identity",           [LGD_SIGMOID] = "sigmoid",
        [LGD_TANH] = "tanh",        [LGD_LEAKY_RELU] = "leaky relu, 0.01", [LGD_GELU] = "gelu",
        [LGD_SOFTPLUS] = "softplus"};
    lgd_say(t, "%zu", m->X->cols);
    for (size_t l = 0; l + 1 < m->count; l++)
        lgd_say(t, "-%zu(%s)", m->layer[l].out, names[m->layer[l].activation]);
    lgd_say(t, "-%zu", m->k);
}

int lgd_mlp_describe(void *ctx, char *text, size_t size)
{
    const lgd_mlp *m = ctx;
    lgd_words t = {text, size, 0};
    lgd_say(&t, "f(w) = 1/");
    if (m->weights) {
        double sum = 0;
        for (size_t i = 0; i < m->terms; i++)
            sum += m->weights[lgd_mlp_row(m, i)];
        lgd_say(&t, "(%zu * ", m->terms);
        lgd_say_number(&t, sum / (double)m->terms);
        lgd_say(&t, ") sum_i omega_i ");
    } else {
        lgd_say(&t, "%zu sum_i ", m->terms);
    }
    lgd_say_by(&t, m->loss->ops.describe, m->loss->ctx, m->loss->ops.name);
    lgd_say(&t, "(z(x_i), y_i)");
    if (m->l2 > 0) {
        lgd_say(&t, " + ");
        lgd_say_number(&t, m->l2);
        lgd_say(&t, "/2 sum_l |W_l|^2");
    }
    lgd_say(&t, "; z of layers ");
    say_layers(&t, m);
    lgd_say(&t, "; %zu rows, %zu parameters", m->terms, m->dim);
    if (m->dropout > 0) {
        lgd_say(&t, "; dropout of ");
        lgd_say_number(&t, m->dropout);
        lgd_say(&t, " in steps on batches");
    }
    if (m->single)
        lgd_say(&t, "; in float");
    if (m->terms < m->X->rows)
        lgd_say(&t, "; %zu rows of weight 0 left out", m->X->rows - m->terms);
    return (int)t.length;
}

/* ---- layers */

lgd_status lgd_mlp_layer_sized(const lgd_objective *f, size_t l, lgd_mlp_layer_info *info, size_t info_size)
{
    const lgd_mlp *m = lgd_mlp_of("layer", f);
    if (!m)
        return LGD_EINVAL;
    if (!info)
        return lgd_fail(LGD_EINVAL, "layer: info is NULL, a place for it is accepted");
    if (l >= m->count)
        return lgd_fail(LGD_EINVAL, "layer: l is %zu, below %zu is accepted", l, m->count);
    const lgd_mlp_layer_of *layer = &m->layer[l];
    const lgd_mlp_layer_info mine = {layer->W, layer->in, layer->out, layer->b};
    lgd_give_struct(info, info_size, &mine, sizeof mine);
    return LGD_OK;
}

lgd_status lgd_mlp_layer_norms(const lgd_objective *f, const double *g, double *norms)
{
    const lgd_mlp *m = lgd_mlp_of("layer norms", f);
    if (!m)
        return LGD_EINVAL;
    if (!g || !norms)
        return lgd_fail(LGD_EINVAL, "layer norms: %s is NULL, an array is accepted", g ? "norms" : "g");
    for (size_t l = 0; l < m->count; l++) {
        const lgd_mlp_layer_of *layer = &m->layer[l];
        norms[l] = hypot(lgd_norm2(layer->in * layer->out, g + layer->W), lgd_norm2(layer->out, g + layer->b));
    }
    return LGD_OK;
}
