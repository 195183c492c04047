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
