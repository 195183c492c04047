/* Rows of a perceptron by panels: what belongs to them, and the scratch of the passes. */
#include "mlp.h"

/* Cuts arrays from a block, each at a cache line; without a block it counts. */
typedef struct cutter {
    char *base;
    size_t used;
} cutter;

static void *cut(cutter *c, size_t count, size_t size)
{
    enum { LINE = 64 };
    void *at = c->base ? c->base + c->used : NULL;
    const size_t bytes = lgd_add(lgd_mul(count, size), LINE - 1);
    c->used = lgd_add(c->used, bytes == SIZE_MAX ? bytes : bytes / LINE * LINE);
    return at;
}

/* What a walk goes over. */
typedef struct walked {
    const lgd_mlp *m;
    const lgd_matrix *matrix;
    bool single, copied; /* in float; the matrix can copy its rows */
    bool targets;
    size_t room; /* rows of a panel */
} walked;

static void cut_panel(const walked *of, cutter *c, lgd_mlp_panel *p)
{
    const lgd_mlp *m = of->m;
    const lgd_mlp_layer_of *first = &m->layer[0];
    const size_t size = of->single ? sizeof(float) : sizeof(double), room = of->room;
    p->matrix = of->matrix;
    p->rows_room = room;
    if (of->copied)
        p->own_X = cut(c, lgd_mul(room, first->in), size);
    p->A = cut(c, lgd_mul(room, m->outputs), size);
    if (m->keeps)
        p->S = cut(c, lgd_mul(room, m->outputs - m->k), size);
    p->E = cut(c, lgd_mul(room, m->widest), size);
    if (of->single) {
        p->w = cut(c, m->dim, size);
        p->G = cut(c, m->largest, size);
        p->Z = cut(c, lgd_mul(room, m->k), sizeof *p->Z);
    } else if (c->base) {
        p->Z = (double *)p->A + room * (m->outputs - m->k);
    }
    if (!of->copied) {
        p->turned = cut(c, lgd_mul(first->in, first->out), sizeof *p->turned);
        p->turned_G = cut(c, lgd_mul(first->in, first->out), sizeof *p->turned_G);
        p->products = cut(c, lgd_mul(room, first->out), sizeof *p->products);
    }
    if (!of->copied && of->matrix->ops.touched) {
        p->column = cut(c, first->in, sizeof *p->column);
        p->seen = cut(c, first->in, sizeof *p->seen);
    }
    if (m->dropout > 0)
        p->keep = cut(c, m->widest, sizeof *p->keep);
    if (of->targets) {
        p->own_y = cut(c, lgd_mul(room, m->t), sizeof *p->own_y);
        p->own_omega = cut(c, room, sizeof *p->own_omega);
        p->own_row = cut(c, room, sizeof *p->own_row);
    }
}

/* Rows of floats, scattered ones asked for ahead. */
static void gather_single(const lgd_mlp *m, const lgd_rows *rows, float *restrict X)
{
    enum { AHEAD = 8, LINE = 64 / sizeof(float) };
    const size_t n = m->X->cols, *index = rows->index + rows->first;
    for (size_t i = 0; i < rows->count; i++, X += n) {
        for (size_t j = 0; i + AHEAD < rows->count && j < n; j += LINE)
            lgd_prefetch(m->X_single + index[i + AHEAD] * n + j);
        memcpy(X, m->X_single + index[i] * n, n * sizeof *X);
    }
}

static void look_up_columns(const walked *of, lgd_mlp_panel *p)
{
    const lgd_matrix *X = of->matrix;
    if (!p->column)
        return;
    p->columns = X->ops.touched(X->ctx, &p->rows, p->seen, p->column, X->cols);
    for (size_t i = 0; i < p->columns; i++)
        p->seen[p->column[i]] = false;
}

/* A_0 */
static lgd_status look_up_inputs(const walked *of, lgd_mlp_panel *p)
{
    const lgd_mlp *m = of->m;
    p->X = p->own_X;
    look_up_columns(of, p);
    if (!of->copied)
        return LGD_OK;
    if (!of->single)
        return lgd_matrix_call_gather(of->matrix, &p->rows, p->own_X);
    if (p->rows.index)
        gather_single(m, &p->rows, p->own_X);
    else
        p->X = m->X_single + p->rows.first * m->X->cols;
    return LGD_OK;
}

static void look_up_targets(const lgd_mlp *m, lgd_mlp_panel *p)
{
    const lgd_rows *rows = &p->rows;
    p->y = m->y + (rows->index ? 0 : rows->first * m->t);
    p->omega = m->weights ? m->weights + (rows->index ? 0 : rows->first) : NULL;
    if (!rows->index)
        return;
    for (size_t i = 0; i < rows->count; i++) {
        const size_t row = rows->index[rows->first + i];
        memcpy(p->own_y + i * m->t, m->y + row * m->t, m->t * sizeof *p->own_y);
        if (m->weights)
            p->own_omega[i] = m->weights[row];
    }
    p->y = p->own_y;
    p->omega = m->weights ? p->own_omega : NULL;
}

/* From terms to rows. */
static void look_up_rows(const lgd_mlp *m, lgd_mlp_panel *p)
{
    const lgd_rows terms = p->rows;
    for (size_t i = 0; i < terms.count; i++)
        p->own_row[i] = m->kept[terms.index ? terms.index[terms.first + i] : terms.first + i];
    p->rows = (lgd_rows){0, terms.count, p->own_row};
}

static lgd_status walk(const walked *of, const lgd_rows *rows, lgd_mlp_visit visit, void *ctx)
{
    const lgd_mlp *m = of->m;
    lgd_mlp_panel p = {0};
    cutter c = {NULL, 0};
    cut_panel(of, &c, &p);
    void *block = lgd_pool_take(m->pool, c.used);
    if (!block)
        return LGD_ENOMEM;
    c = (cutter){block, 0};
    cut_panel(of, &c, &p);
    if (p.seen)
        memset(p.seen, 0, m->layer[0].in * sizeof *p.seen);
    lgd_status status = LGD_OK;
    for (size_t done = 0; done < rows->count && !status; done += of->room) {
        const size_t left = rows->count - done;
        p.rows = (lgd_rows){rows->first + done, left < of->room ? left : of->room, rows->index};
        if (m->kept && of->targets)
            look_up_rows(m, &p);
        if (of->targets)
            look_up_targets(m, &p);
        status = look_up_inputs(of, &p);
        if (!status)
            status = visit(ctx, &p, done);
    }
    lgd_pool_give(m->pool, block);
    return status;
}

lgd_status lgd_mlp_walk(const lgd_mlp *m, const lgd_rows *rows, lgd_mlp_visit visit, void *ctx)
{
    const walked of = {m, m->X, m->single, m->single ? m->X_single != NULL : lgd_mlp_copies(m->X), true, m->panel};
    return walk(&of, rows, visit, ctx);
}

lgd_status lgd_mlp_walk_matrix(const lgd_mlp *m, const lgd_matrix *X, lgd_mlp_visit visit, void *ctx)
{
    const walked of = {m, X, false, lgd_mlp_copies(X), false, m->panel};
    return walk(&of, &(lgd_rows){0, X->rows, NULL}, visit, ctx);
}

void lgd_mlp_drop(const lgd_mlp *m, const lgd_mlp_layer_of *layer, const lgd_mlp_panel *p, size_t i)
{
    enum { AT_ONCE = 64 };
    const size_t row = p->rows.index ? p->rows.index[p->rows.first + i] : p->rows.first + i;
    const double kept = 1 / (1 - m->dropout);
    /* A 32-bit word is below 2^32 dropout with that probability. */
    const uint64_t below = (uint64_t)(m->dropout * 0x1p32 + 0.5);
    for (size_t c = 0; c < layer->out; c += AT_ONCE) {
        uint32_t word[AT_ONCE];
        const size_t count = layer->out - c < AT_ONCE ? layer->out - c : AT_ONCE;
        lgd_random_words(m->seed, LGD_STREAM_DROPOUT, m->noise, (row * m->units + layer->unit + c) / 4, (count + 3) / 4,
                         word);
        for (size_t j = 0; j < count; j++)
            p->keep[c + j] = word[j] < below ? 0 : kept;
    }
}
