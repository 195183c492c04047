/* The tables of the scenes: each is made in memory and then written, so that a file is there whole or its name is said. */
#include "scenes.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- what the scenes share */

void scene_noise(uint64_t seed, size_t n, double *x)
{
    for (size_t i = 0; i < n; i++) {
        double u[4];
        lgd_uniform(seed, 4 * i, 4, u);
        x[i] = sqrt(3) * (u[0] + u[1] + u[2] + u[3] - 2);
    }
}

void scene_standardize(size_t n, size_t stride, double *x)
{
    double mean = 0, square = 0;
    for (size_t i = 0; i < n; i++)
        mean += x[i * stride] / (double)n;
    for (size_t i = 0; i < n; i++)
        square += (x[i * stride] - mean) * (x[i * stride] - mean) / (double)n;
    for (size_t i = 0; i < n; i++)
        x[i * stride] = (x[i * stride] - mean) / sqrt(square);
}

lgd_status regression_create(regression *r)
{
    lgd_status st = lgd_matrix_dense(&r->A, r->rows, r->cols, r->X, r->cols);
    return st ? st : lgd_glm_create(&r->f, r->A, r->y, lgd_loss_half_squared(), NULL);
}

void regression_free(regression *r)
{
    lgd_objective_free(r->f);
    lgd_matrix_free(r->A);
}

/* The i-th of count places from `from` to `until`. */
static double place(double from, double until, size_t i, size_t count)
{
    return from + (until - from) * (double)i / (double)(count - 1);
}

lgd_status scene_grid(FILE *to, lgd_objective *f, const frame *area)
{
    const size_t n = area->count;
    lgd_status st = LGD_OK;
    fprintf(to, "%zu", n);
    for (size_t i = 0; i < n; i++)
        fprintf(to, "\t%.9g", place(area->x0, area->x1, i, n));
    for (size_t j = 0; j < n && !st; j++) {
        double w[2] = {0, place(area->y0, area->y1, j, n)}, value = 0;
        fprintf(to, "\n%.9g", w[1]);
        for (size_t i = 0; i < n && !st; i++) {
            w[0] = place(area->x0, area->x1, i, n);
            st = lgd_objective_eval(f, NULL, w, &value, NULL);
            fprintf(to, "\t%.8g", value);
        }
    }
    fprintf(to, "\n");
    return st;
}

/* ---- files */

static bool refuse(const char *path, const char *why)
{
    fprintf(stderr, "lgd-bench: %s: %s\n", path, why);
    return false;
}

static bool scene_write(const scene *s, const char *folder)
{
    char path[PATH_SIZE], *text = NULL;
    size_t size = 0;
    if (snprintf(path, sizeof path, "%s/%s", folder, s->file) >= (int)sizeof path)
        return refuse(folder, strerror(ENAMETOOLONG));
    FILE *memory = open_memstream(&text, &size);
    if (!memory)
        return file_refused(path);
    lgd_status st = s->fill(memory);
    bool bad = ferror(memory) != 0;
    bad = fclose(memory) || bad;
    bool done = st    ? refuse(path, lgd_last_error())
                : bad ? refuse(path, "memory does not suffice for the table")
                      : file_write(path, text);
    free(text);
    return done;
}

bool scenes_write(const char *folder)
{
    static const scene *const lists[] = {
        scenes_of_rates,      scenes_of_paths,  scenes_of_costs,  scenes_of_box,           scenes_of_lasso,
        scenes_of_estimators, scenes_of_newton, scenes_of_mesh,   scenes_of_least_squares, scenes_of_curve,
        scenes_of_overfit,    scenes_of_layers, scenes_of_scaling};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (const scene *s = lists[i]; s->file; s++)
            if (!scene_write(s, folder))
                return false;
    return true;
}
