/* Tells praise from complaint: logistic regression on hashed words.
 *
 * usage: sentiment FILE...
 *
 * A line is a sentence, a tab, and 1 for praise or 0. Its words, and its pairs of neighbours, are counted in one of 65536 columns each, the
 * one that a hash says: no dictionary is kept, and a word that was never seen has its column too. A row has some twenty numbers, so a
 * batch of 8 touches a few hundred coordinates, and adagrad moves these alone. Four fifths of the sentences, drawn at random, are fitted. */
/* features: 12 */
#include <ctype.h>
#include <lgd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 1 << 16, ROWS = 10000, NUMBERS = 1 << 20, IN_A_ROW = 1024, SHOWN = 8 };

static size_t start[ROWS + 1], rows, seen[COLUMNS];
static int32_t column[NUMBERS];
static float value[NUMBERS];
static double y[ROWS], w[COLUMNS + 1], p[ROWS];
static char name[COLUMNS][24]; /* the last word counted there, for people */

/* FNV-1a: Fowler, Noll, Vo (1991). The upper half takes part. */
static int32_t hash(const char *text)
{
    uint32_t h = 2166136261u;
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 16777619u;
    return (int32_t)((h ^ h >> 16) % COLUMNS);
}

static int by_number(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, z = *(const int32_t *)b;
    return (x > z) - (x < z);
}

/* The columns of the words of a sentence, and of pairs of them; how many. */
static size_t columns_of(char *sentence, int32_t *found)
{
    size_t count = 0;
    char before[64] = "", pair[160];
    for (char *s = sentence; *s; s++)
        *s = isalpha((unsigned char)*s) || *s == '\'' ? (char)tolower((unsigned char)*s) : ' ';
    for (char *word = strtok(sentence, " "); word && count + 2 <= IN_A_ROW; word = strtok(NULL, " ")) {
        found[count++] = hash(word);
        snprintf(name[found[count - 1]], sizeof *name, "%s", word);
        snprintf(pair, sizeof pair, "%s %.63s", before, word);
        if (*before)
            found[count++] = hash(pair);
        snprintf(before, sizeof before, "%s", word);
    }
    return count;
}

/* A row: its columns in ascending order, each once, beside how often it was met. */
static int add_row(char *sentence, double label)
{
    static int32_t found[IN_A_ROW];
    const size_t count = columns_of(sentence, found);
    size_t at = start[rows];
    if (rows == ROWS || at + count > NUMBERS)
        return 0;
    qsort(found, count, sizeof *found, by_number);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || found[i] != found[i - 1]) {
            column[at] = found[i];
            value[at++] = 0;
        }
        value[at - 1]++;
    }
    y[rows++] = label;
    start[rows] = at;
    return 1;
}

static lgd_status read_file(const char *path)
{
    static char line[1 << 16];
    FILE *file = fopen(path, "r");
    int ok = file != NULL;
    while (ok && fgets(line, sizeof line, file)) {
        char *tab = strrchr(line, '\t');
        if ((ok = tab && (tab[1] == '0' || tab[1] == '1'))) {
            *tab = 0;
            ok = add_row(line, tab[1] - '0');
        }
    }
    if (file)
        fclose(file);
    char why[300];
    snprintf(why, sizeof why, "%s: lines of a sentence, a tab and 0 or 1 are accepted", path);
    return ok ? LGD_OK : lgd_set_error(LGD_EFORMAT, why);
}

static int by_weight(const void *a, const void *b)
{
    const double x = w[*(const size_t *)a], z = w[*(const size_t *)b];
    return (x < z) - (x > z);
}

/* The columns of words that were met at least four times, by their weight. */
static void print_words(void)
{
    static size_t order[COLUMNS];
    size_t count = 0;
    for (size_t i = 0; i < start[rows]; i++)
        seen[column[i]]++;
    for (size_t j = 0; j < COLUMNS; j++)
        if (*name[j] && seen[j] >= 4)
            order[count++] = j;
    qsort(order, count, sizeof *order, by_weight);
    for (size_t i = 0; i < SHOWN && i < count; i++)
        printf("%s %s", i ? "," : "praise:   ", name[order[i]]);
    for (size_t i = 0; i < SHOWN && i < count; i++)
        printf("%s %s", i ? "," : "\ncomplaint:", name[order[count - 1 - i]]);
    printf("\n");
}

int main(int argc, char **argv)
{
    static size_t order[ROWS];
    lgd_matrix *X = NULL;
    lgd_objective *all = NULL, *fitted = NULL;
    lgd_optimizer *adagrad = NULL;
    lgd_report report = {0};

    lgd_status st = argc > 1 ? LGD_OK : lgd_set_error(LGD_EINVAL, "usage: sentiment FILE...");
    for (int i = 1; i < argc && !st; i++)
        st = read_file(argv[i]);
    const size_t train = rows * 4 / 5;
    const lgd_csr sentences = {.rows = rows, .cols = COLUMNS, .row_start = start, .column = column, .value_f32 = value};
    if (!st)
        st = lgd_matrix_csr(&X, &sentences);
    if (!st)
        st = lgd_glm_create(&all, X, y, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true});
    if (!st) {
        lgd_permutation(1, 0, rows, order);
        st = lgd_objective_subset(&fitted, all, &(lgd_rows){0, train, order});
    }
    if (!st)
        st = lgd_adagrad_create(&adagrad, &(lgd_adagrad_options){.lr = 0.1});
    if (!st)
        st = lgd_minimize(fitted, adagrad, w, &(lgd_minimize_options){.batch_size = 8, .max_epochs = 10}, &report);
    if (!st)
        st = lgd_glm_predict(all, X, w, p, 1);

    if (st) {
        fprintf(stderr, "%s\n", lgd_last_error());
    } else {
        size_t right = 0;
        for (size_t i = train; i < rows; i++)
            right += (p[order[i]] > 0.5) == (y[order[i]] > 0.5);
        printf("%zu sentences, %zu numbers in %d columns; steps are %s\n", rows, start[rows], COLUMNS, report.updates);
        printf("%.0f %% of %zu other sentences told right\n", 100 * (double)right / (double)(rows - train),
               rows - train);
        print_words();
    }
    lgd_optimizer_free(adagrad);
    lgd_objective_free(fitted);
    lgd_objective_free(all);
    lgd_matrix_free(X);
    return st ? EXIT_FAILURE : EXIT_SUCCESS;
}
