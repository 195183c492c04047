/* The scene of depth: how long the gradient of each layer is, on its way back from the loss, in networks of twenty layers. */
#include "scenes.h"
#include <math.h>
#include <string.h>

enum { COLS = DIABETES_COLS, HIDDEN = 19, WIDTH = 32, LAYERS = HIDDEN + 1 };
enum { DIM = COLS * WIDTH + (HIDDEN - 1) * WIDTH * WIDTH + WIDTH + HIDDEN * WIDTH + 1 };

static const struct {
    const char *name;
    lgd_activation activation;
    lgd_initialisation beginning;
    double scale; /* of the weights that begin so */
} networks[] = {{"sigmoid, Glorot", LGD_SIGMOID, LGD_INIT_GLOROT, 1},
                {"tanh, Glorot", LGD_TANH, LGD_INIT_GLOROT, 1},
                {"ReLU, He", LGD_RELU, LGD_INIT_HE, 1},
                {"ReLU, twice He", LGD_RELU, LGD_INIT_HE, 2}};

/* norms[LAYERS] of the gradient where the network begins. */
static lgd_status norms_of(const diabetes *d, size_t kind, double *norms)
{
    static double w[DIM], g[DIM];
    size_t hidden[HIDDEN];
    lgd_objective *f = NULL;
    for (size_t l = 0; l < HIDDEN; l++)
        hidden[l] = WIDTH;
    lgd_status st = lgd_mlp_create(
        &f, d->A, d->y, lgd_loss_half_squared(),
        &(lgd_mlp_options){.hidden = hidden, .hidden_count = HIDDEN, .activation = networks[kind].activation});
    if (!st)
        st = lgd_mlp_initialise(f, networks[kind].beginning, 1, w);
    for (size_t i = 0; i < DIM; i++)
        w[i] *= networks[kind].scale;
    if (!st)
        st = lgd_objective_eval(f, NULL, w, NULL, g);
    if (!st)
        st = lgd_mlp_layer_norms(f, g, norms);
    lgd_objective_free(f);
    return st;
}

/* A row for each layer, from that next to the data to the last, of each network; relative: to that of the last. */
static lgd_status fill_layers(FILE *to)
{
    static diabetes d;
    double norms[LAYERS];
    lgd_status st = diabetes_create(&d);
    if (!st)
        scene_standardize(DIABETES_ROWS, 1, d.y);
    fputs("network\tlayer\tnorm\trelative\n", to);
    for (size_t kind = 0; kind < sizeof networks / sizeof *networks && !st; kind++) {
        st = norms_of(&d, kind, norms);
        for (size_t l = 0; l < LAYERS && !st; l++)
            fprintf(to, "%s\t%zu\t%.9g\t%.9g\n", networks[kind].name, l + 1, norms[l], norms[l] / norms[HIDDEN]);
    }
    diabetes_free(&d);
    return st;
}

const scene scenes_of_layers[] = {{"layers.tsv", fill_layers}, {NULL, NULL}};
