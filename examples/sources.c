/* Tells where a sentence is from: softmax regression on sparse counts of words, a class for each file.
 *
 * usage: sources FILE FILE...
 *
 * What stands behind the last tab of a line is left out. Every word has a column, and a row has as many numbers as its sentence has different
 * words, so that memory and time are those of the text, not of rows times columns. Four fifths of the sentences, drawn at random, are
 * fitted by L-BFGS. Prints how many of the others are told right, and what words speak most for each file. */
/* features: 12 */
#include <ctype.h>
#include <lgd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 20000, ROWS = 10000, NUMBERS = 1 << 19, IN_A_ROW = 1024, SHOWN = 6 };

static char word[WORDS][24];
static size_t words, rows, start[ROWS + 1];
static int32_t column[NUMBERS];
static double value[NUMBERS], y[ROWS];

/* The number of a word, which becomes one where it is new; -1 if there are too many. */
static int32_t number_of(const char *text)
{
    static int32_t table[4 * WORDS]; /* a number + 1; 0: free */
    size_t h = 5381;
    for (const char *s = text; *s; s++)
        h = 33 * h + (unsigned char)*s;
    for (h %= 4 * WORDS; table[h]; h = (h + 1) % (4 * WORDS))
        if (!strcmp(word[table[h] - 1], text))
            return table[h] - 1;
    if (words == WORDS)
        return -1;
    strcpy(word[words], text);
    return (table[h] = (int32_t)++words) - 1;
}

static int by_number(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, z = *(const int32_t *)b;
    return (x > z) - (x < z);
}

/* A row: the numbers of its words in ascending order, each once, beside how often it was met. */
static int add_row(char *sentence, double source)
{
    int32_t found[IN_A_ROW];
    size_t count = 0, at = start[rows];
    for (char *s = sentence; *s; s++)
        *s = isalpha((unsigned char)*s) || *s == '\'' ? (char)tolower((unsigned char)*s) : ' ';
    for (char *s = strtok(sentence, " "); s && count < IN_A_ROW; s = strtok(NULL, " ")) {
        s[strlen(s) < 23 ? strlen(s) : 23] = 0;
        if ((found[count++] = number_of(s)) < 0)
            return 0;
    }
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
    y[rows++] = source;
    start[rows] = at;
    return 1;
}

static lgd_status read_file(const char *path, int source)
{
    static char line[1 << 16];
    char why[300];
    FILE *file = fopen(path, "r");
    int ok = file != NULL;
    while (ok && fgets(line, sizeof line, file)) {
        char *tab = strrchr(line, '\t');
        if (tab)
            *tab = 0;
        ok = add_row(line, source);
    }
    if (file)
        fclose(file);
    snprintf(why, sizeof why, "%s: cannot be read, or is too long", path);
    return ok ? LGD_OK : lgd_set_error(LGD_EIO, why);
}

/* The words of the largest weights for output c. */
static void print_words(const double *w, size_t k, size_t c)
{
    size_t best[SHOWN] = {0}, count = 0;
    for (size_t j = 0; j < words; j++) {
        size_t i = count;
        while (i > 0 && w[j * k + c] > w[best[i - 1] * k + c])
            i--;
        if (i == SHOWN)
            continue;
        count += count < SHOWN;
        memmove(best + i + 1, best + i, (count - i - 1) * sizeof *best);
        best[i] = j;
    }
    for (size_t i = 0; i < count; i++)
        printf("%s %s", i ? "," : ":", word[best[i]]);
    printf("\n");
}

int main(int argc, char **argv)
{
    const size_t k = argc > 2 ? (size_t)argc - 1 : 0;
    static size_t order[ROWS];
    lgd_matrix *X = NULL;
    lgd_objective *all = NULL, *fitted = NULL;
    lgd_optimizer *lbfgs = NULL;
    double *w = NULL, *p = NULL;

    lgd_status st = k ? LGD_OK : lgd_set_error(LGD_EINVAL, "usage: sources FILE FILE...");
    for (size_t c = 0; c < k && !st; c++)
        st = read_file(argv[c + 1], (int)c);
    const size_t train = rows * 4 / 5;
    if (!st) {
        w = calloc((words + 1) * k, sizeof *w);
        p = calloc(rows * k, sizeof *p);
        st = w && p ? LGD_OK : lgd_set_error(LGD_ENOMEM, "sources: out of memory");
    }
    const lgd_csr counts = {.rows = rows, .cols = words, .row_start = start, .column = column, .value = value};
    if (!st)
        st = lgd_matrix_csr(&X, &counts);
    if (!st)
        st = lgd_glm_create(&all, X, y, lgd_loss_softmax(),
                            &(lgd_glm_options){.l2 = 3e-3, .intercept = true, .outputs = k});
    if (!st) {
        lgd_permutation(1, 0, rows, order);
        st = lgd_objective_subset(&fitted, all, &(lgd_rows){0, train, order});
    }
    if (!st)
        st = lgd_lbfgs_create(&lbfgs, NULL);
    if (!st)
        st = lgd_minimize(fitted, lbfgs, w, &(lgd_minimize_options){.grad_tol = 1e-8}, NULL);
    if (!st)
        st = lgd_glm_predict(all, X, w, p, k);

    if (st) {
        fprintf(stderr, "%s\n", lgd_last_error());
    } else {
        size_t right = 0;
        for (size_t i = train; i < rows; i++) {
            const double *row = p + order[i] * k;
            size_t best = 0;
            for (size_t c = 1; c < k; c++)
                best = row[c] > row[best] ? c : best;
            right += best == (size_t)y[order[i]];
        }
        printf("%zu sentences, %zu words, %zu numbers that are not 0\n", rows, words, start[rows]);
        printf("%.0f %% of %zu other sentences told right\n", 100 * (double)right / (double)(rows - train),
               rows - train);
        for (size_t c = 0; c < k; c++) {
            const char *slash = strrchr(argv[c + 1], '/');
            printf("%s", slash ? slash + 1 : argv[c + 1]);
            print_words(w, k, c);
        }
    }
    lgd_optimizer_free(lbfgs);
    lgd_objective_free(fitted);
    lgd_objective_free(all);
    lgd_matrix_free(X);
    free(p);
    free(w);
    return st ? EXIT_FAILURE : EXIT_SUCCESS;
}
