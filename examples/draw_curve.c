/* Draws how two descents lower the loss of a line that is fitted to eight measurements. usage: draw_curve FILE.png
 *
 * This library fits and keeps the history; the GD graphics library, the other libgd, draws it: loss over steps, on a
 * logarithmic scale. Columns of different size make a narrow valley, along which momentum is faster. Linked by
 *
 *     cc draw_curve.c $(pkg-config --cflags --libs libgd-descent) -lgd -lm
 *
 * or, where that -lgd is this library too, with -l:libgd.so.3 in its place. Prints both versions and both losses. */
#include <gd.h>
#include <gdfonts.h>
#include <lgd.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 8, STEPS = 120, WIDTH = 480, HEIGHT = 320, MARGIN = 40, TOP = 3, BOTTOM = -3 }; /* loss 1e-3 to 1e3 */
static const double load[ROWS] = {0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4};                            /* kg */
static const double length[ROWS] = {11.6, 13.0, 14.7, 16.2, 17.8, 19.1, 20.9, 22.3};          /* cm */
static const char *const methods[] = {"sgd:lr=0.25", "nesterov:lr=0.13,momentum=0.72"};

static int across(size_t step)
{
    return MARGIN + (int)step * (WIDTH - 2 * MARGIN) / STEPS;
}

static int down(double exponent)
{
    return MARGIN + (int)((HEIGHT - 2 * MARGIN) * (TOP - exponent) / (TOP - BOTTOM));
}

static void write_text(gdImagePtr image, int x, int y, const char *text, int colour)
{
    gdImageString(image, gdFontGetSmall(), x, y, (unsigned char *)text, colour);
}

static void draw_decades(gdImagePtr image, int line, int ink)
{
    for (int exponent = BOTTOM; exponent <= TOP; exponent++) {
        char label[16];
        snprintf(label, sizeof label, "1e%+d", exponent);
        gdImageLine(image, across(0), down(exponent), across(STEPS), down(exponent), line);
        write_text(image, 4, down(exponent) - 6, label, ink);
    }
    write_text(image, across(0), HEIGHT - MARGIN + 8, "loss over steps", ink);
}

/* Fits from the origin and draws the loss before each step. */
static lgd_status fit_and_draw(lgd_objective *f, int method, gdImagePtr image, int colour)
{
    double w[2] = {0};
    size_t count = 0;
    lgd_optimizer *opt = NULL;
    lgd_history *history = NULL;
    lgd_report report;

    lgd_status st = lgd_optimizer_parse(&opt, methods[method]);
    if (!st)
        st = lgd_history_create(&history);
    if (!st)
        st = lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_steps = STEPS, .history = history}, &report);
    if (!st) {
        const double *loss = lgd_history_series(history, "loss", &count);
        for (size_t t = 1; t < count; t++)
            gdImageLine(image, across(t - 1), down(log10(loss[t - 1])), across(t), down(log10(loss[t])), colour);
        write_text(image, WIDTH / 2, MARGIN + 14 * method, methods[method], colour);
        printf("%s: loss %.4f after %zu steps\n", methods[method], report.f, count);
    }
    lgd_history_free(history);
    lgd_optimizer_free(opt);
    return st;
}

int main(int argc, char **argv)
{
    FILE *file = argc == 2 ? fopen(argv[1], "wb") : NULL;
    gdImagePtr image = file ? gdImageCreate(WIDTH, HEIGHT) : NULL;
    if (!image) {
        fprintf(stderr, "usage: draw_curve FILE.png, a file that can be written\n");
        return EXIT_FAILURE;
    }
    printf("gradient descent %d.%d, graphics %s\n", lgd_version() / 10000, lgd_version() / 100 % 100,
           gdVersionString());
    gdImageColorAllocate(image, 255, 255, 255); /* the first colour is the background */
    const int grey = gdImageColorAllocate(image, 200, 200, 200), black = gdImageColorAllocate(image, 0, 0, 0);
    const int colours[] = {gdImageColorAllocate(image, 213, 94, 0), gdImageColorAllocate(image, 0, 114, 178)};
    draw_decades(image, grey, black);

    lgd_matrix *X = NULL;
    lgd_objective *f = NULL;
    lgd_status st = lgd_matrix_dense(&X, ROWS, 1, load, 1);
    if (!st)
        st = lgd_glm_create(&f, X, length, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true});
    for (int i = 0; i < 2 && !st; i++)
        st = fit_and_draw(f, i, image, colours[i]);
    if (st)
        fprintf(stderr, "%s\n", lgd_last_error());
    lgd_objective_free(f);
    lgd_matrix_free(X);

    gdImagePng(image, file);
    gdImageDestroy(image);
    return fclose(file) || st ? EXIT_FAILURE : EXIT_SUCCESS;
}
