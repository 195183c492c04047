/* The loops that a step of an optimizer is compared with: plain C, compiled with the library's flags. */
#include "loops.h"
#include <math.h>
#include <string.h>

/* As the library's own loops are. */
#ifdef LGD_AVX2
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

/* The number of vectors is a constant wherever this is put, so that the inner loops are unrolled. */
static inline __attribute__((always_inline)) void move(size_t dim, size_t vectors, double *w, const double *g,
                                                       double *const *vec)
{
    double *v[LOOP_VECTORS];
    memcpy(v, vec, vectors * sizeof *v);
#pragma omp simd
    for (size_t j = 0; j < dim; j++) {
        double x = g[j];
        for (size_t k = 0; k < vectors; k++)
            x = v[k][j] = 0.5 * v[k][j] + x;
        w[j] -= 1e-3 * x;
    }
}

WIDE void loop_move(size_t dim, size_t vectors, double *w, const double *g, double *const *vec)
{
    switch (vectors) {
    case 0:
        move(dim, 0, w, g, vec);
        break;
    case 1:
        move(dim, 1, w, g, vec);
        break;
    case 2:
        move(dim, 2, w, g, vec);
        break;
    case 3:
        move(dim, 3, w, g, vec);
        break;
    case 4:
        move(dim, 4, w, g, vec);
        break;
    case 5:
        move(dim, 5, w, g, vec);
        break;
    default:
        move(dim, LOOP_VECTORS, w, g, vec);
    }
}

WIDE double loop_read(size_t dim, const double *w, const double *g)
{
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t j = 0; j < dim; j++)
        sum += w[j] * g[j];
    return sum;
}

/* ---- three methods with their presets, and no check of anything */

WIDE static void sgd(size_t dim, double *w, const double *g, double *const *vec, uint64_t t)
{
    (void)vec;
    (void)t;
#pragma omp simd
    for (size_t j = 0; j < dim; j++)
        w[j] -= 0.01 * g[j];
}

WIDE static void momentum(size_t dim, double *w, const double *g, double *const *vec, uint64_t t)
{
    double *v = vec[0];
    (void)t;
#pragma omp simd
    for (size_t j = 0; j < dim; j++) {
        v[j] = 0.9 * v[j] + 0.01 * g[j];
        w[j] -= v[j];
    }
}

WIDE static void adam(size_t dim, double *w, const double *g, double *const *vec, uint64_t t)
{
    double *m = vec[0], *v = vec[1];
    const double rate = 0.001 / (1 - pow(0.9, (double)t)), root = 1 / sqrt(1 - pow(0.999, (double)t));
#pragma omp simd
    for (size_t j = 0; j < dim; j++) {
        m[j] = 0.9 * m[j] + (1 - 0.9) * g[j];
        v[j] = 0.999 * v[j] + (1 - 0.999) * g[j] * g[j];
        w[j] -= rate * m[j] / (sqrt(v[j]) * root + 1e-8);
    }
}

WIDE double loop_rows(size_t rows, size_t n, const double *X, const double *y, const double *w, double *g)
{
    double f = 0;
    for (size_t i = 0; i < rows; i++) {
        const double *x = X + i * n;
        double z = -y[i];
#pragma omp simd reduction(+ : z)
        for (size_t j = 0; j < n; j++)
            z += x[j] * w[j];
#pragma omp simd
        for (size_t j = 0; j < n; j++)
            g[j] += z * x[j];
        f += z * z / 2;
    }
    return f;
}

loop_of_method *loop_find(const char *name)
{
    static const struct {
        const char *name;
        loop_of_method *loop;
    } all[] = {{"sgd", sgd}, {"momentum", momentum}, {"adam", adam}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!strcmp(all[i].name, name))
            return all[i].loop;
    return NULL;
}
