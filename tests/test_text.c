/* Text as sparse rows: counts of words have the models that the same counts have as dense rows, and a model of pairs of words learns. */
#include "base/base.h"
#include "problems.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WORDS = 1200, ROWS = 600, TOKENS = 8192, CLASSES = 3 };

/* The sentences of bench/data/sentences, as numbers of words: those of sentence i from first[i] on. */
static char word[WORDS][24];
static size_t words, rows, first[ROWS + 1];
static int32_t token[TOKENS];
static double source[ROWS];

static int32_t number_of(const char *text)
{
    for (size_t i = 0; i < words; i++)
        if (!strcmp(word[i], text))
            return (int32_t)i;
    ck_assert_uint_lt(words, WORDS);
    snprintf(word[words], sizeof word[words], "%s", text);
    return (int32_t)words++;
}

static void read_sentences(void)
{
    static const char *const files[] = {"films", "kitchen", "tables"};
    words = rows = 0;
    for (int c = 0; c < CLASSES; c++) {
        char path[1024], line[512];
        snprintf(path, sizeof path, "%s/bench/data/sentences/%s.tsv", SOURCE_ROOT, files[c]);
        FILE *file = fopen(path, "r");
        ck_assert_msg(file != NULL, "%s", path);
        while (fgets(line, sizeof line, file)) {
            ck_assert_uint_lt(rows, ROWS);
            size_t at = first[rows];
            *strchr(line, '\t') = 0;
            for (char *s = line; *s; s++)
                *s = isalpha((unsigned char)*s) ? (char)tolower((unsigned char)*s) : ' ';
            for (char *s = strtok(line, " "); s; s = strtok(NULL, " ")) {
                ck_assert_uint_lt(at, TOKENS);
                token[at++] = number_of(s);
            }
            source[rows++] = c;
            first[rows] = at;
        }
        fclose(file);
    }
}

/* How often each word is in each sentence, as dense rows and as sparse ones. */
typedef struct counts {
    double *dense, *value;
    size_t *start;
    int32_t *column;
    lgd_matrix *rows[2]; /* dense, sparse */
} counts;

static counts count_words(void)
{
    counts b = {.dense = lgd_alloc("test", rows * words, sizeof(double)),
                .value = lgd_alloc("test", first[rows], sizeof(double)),
                .start = lgd_alloc("test", rows + 1, sizeof(size_t)),
                .column = lgd_alloc("test", first[rows], sizeof(int32_t))};
    for (size_t i = 0, e = 0; i < rows; i++) {
        double *row = b.dense + i * words;
        for (size_t t = first[i]; t < first[i + 1]; t++)
            row[token[t]]++;
        for (size_t j = 0; j < words; j++)
            if (row[j] != 0) {
                b.column[e] = (int32_t)j;
                b.value[e++] = row[j];
            }
        b.start[i + 1] = e;
    }
    const lgd_csr sparse = {.rows = rows, .cols = words, .row_start = b.start, .column = b.column, .value = b.value};
    ck_ok(lgd_matrix_dense(&b.rows[0], rows, words, b.dense, words));
    ck_ok(lgd_matrix_csr(&b.rows[1], &sparse));
    for (int k = 0; k < 2; k++)
        ck_ok(lgd_matrix_set_kernel(b.rows[k], LGD_KERNEL_ROWS));
    return b;
}

static void counts_free(counts *b)
{
    void *all[] = {b->dense, b->value, b->start, b->column};
    lgd_matrix_free(b->rows[0]);
    lgd_matrix_free(b->rows[1]);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        lgd_release(all[i]);
}

/* Runs of full batches, of steps on what a batch touches (adagrad, sgd), and of steps on all of w (adam). */
static const struct run {
    const char *method;
    lgd_minimize_options options;
    const char *updates;
} runs[] = {
    {"lbfgs", {.max_steps = 25}, ""},
    {"sgd:lr=0.1", {.batch_size = 2, .max_epochs = 2}, "sparse"},
    {"adagrad:lr=0.1", {.batch_size = 2, .max_epochs = 2}, "sparse"},
    {"adam:lr=0.01", {.batch_size = 16, .max_epochs = 2}, "dense: "},
};

/* features: 12 */
START_TEST(softmax_on_counts_of_words_sparse_has_bits_of_dense)
{
    read_sentences();
    counts b = count_words();
    const size_t dim = (words + 1) * CLASSES;
    double *w[2];
    for (size_t r = 0; r < sizeof runs / sizeof *runs; r++) {
        lgd_report report[2];
        for (int k = 0; k < 2; k++) {
            const lgd_glm_options options = {.intercept = true, .outputs = CLASSES};
            lgd_objective *f;
            lgd_optimizer *opt;
            ck_ok(lgd_glm_create(&f, b.rows[k], source, lgd_loss_softmax(), &options));
            ck_ok(lgd_optimizer_parse(&opt, runs[r].method));
            w[k] = lgd_alloc("test", dim, sizeof(double));
            ck_ok(lgd_minimize(f, opt, w[k], &runs[r].options, &report[k]));
            lgd_optimizer_free(opt);
            lgd_objective_free(f);
        }
        ck_assert_msg(!memcmp(w[0], w[1], dim * sizeof(double)), "%s", runs[r].method);
        ck_assert_double_eq(report[0].f, report[1].f);
        ck_assert_double_lt(report[1].f, 0.9 * log(CLASSES)); /* it has learnt */
        ck_assert_msg(!strncmp(report[1].updates, runs[r].updates, strlen(runs[r].updates)), "%s: %s", runs[r].method,
                      report[1].updates);
        lgd_release(w[0]);
        lgd_release(w[1]);
    }
    counts_free(&b);
}
END_TEST

/* ---- a model of pairs: the word before, as a row of one number, tells the word that follows */

enum { COMMON = 150, VOCABULARY = COMMON + 1 };

static double perplexity(lgd_objective *f, const double *w)
{
    double loss;
    ck_ok(lgd_objective_eval(f, NULL, w, &loss, NULL));
    return exp(loss);
}

/* That of rows order[train..] when words are as likely as they are among order[..train), each counted once more. */
static double perplexity_of_counts(const double *next, const size_t *order, size_t train, size_t pairs)
{
    double count[VOCABULARY], loss = 0;
    for (size_t v = 0; v < VOCABULARY; v++)
        count[v] = 1;
    for (size_t i = 0; i < train; i++)
        count[(size_t)next[order[i]]]++;
    for (size_t i = train; i < pairs; i++)
        loss -= log(count[(size_t)next[order[i]]] / (double)(train + VOCABULARY));
    return exp(loss / (double)(pairs - train));
}

/* The commonest words by their rank, all others as one. */
static int32_t rank_of(int32_t number)
{
    static size_t uses[WORDS];
    if (!uses[token[0]])
        for (size_t t = 0; t < first[rows]; t++)
            uses[token[t]]++;
    int32_t above = 0;
    for (size_t i = 0; i < words; i++)
        above += uses[i] > uses[number] || (uses[i] == uses[number] && (int32_t)i < number);
    return above < COMMON ? above : COMMON;
}

/* features: 12 */
START_TEST(bigram_model_perplexity_of_other_pairs_falls_below_that_of_counts)
{
    static size_t start[TOKENS + 1], order[TOKENS];
    static int32_t before[TOKENS];
    static double one[TOKENS], next[TOKENS], w[VOCABULARY * VOCABULARY];
    read_sentences();
    size_t pairs = 0;
    for (size_t i = 0; i < rows; i++)
        for (size_t t = first[i]; t + 1 < first[i + 1]; t++, pairs++) {
            before[pairs] = rank_of(token[t]);
            next[pairs] = rank_of(token[t + 1]);
            one[pairs] = 1;
            start[pairs + 1] = pairs + 1;
        }
    const size_t train = pairs * 4 / 5;
    lgd_permutation(1, 0, pairs, order);
    const lgd_csr sparse = {.rows = pairs, .cols = VOCABULARY, .row_start = start, .column = before, .value = one};
    const lgd_rows fitted_rows = {0, train, order}, held_rows = {train, pairs - train, order};
    const lgd_glm_options options = {.outputs = VOCABULARY};
    lgd_matrix *X;
    lgd_objective *all, *fitted, *held;
    lgd_optimizer *opt;
    lgd_report report;
    ck_ok(lgd_matrix_csr(&X, &sparse));
    ck_ok(lgd_glm_create(&all, X, next, lgd_loss_softmax(), &options));
    ck_ok(lgd_objective_subset(&fitted, all, &fitted_rows));
    ck_ok(lgd_objective_subset(&held, all, &held_rows));
    ck_ok(lgd_optimizer_parse(&opt, "adagrad:lr=0.3"));

    double last = perplexity(held, w);
    ck_assert_double_eq_tol(last, VOCABULARY, 1e-12 * VOCABULARY); /* nothing is known */
    for (uint64_t epoch = 0; epoch < 3; epoch++) {
        const lgd_minimize_options one_epoch = {.batch_size = 4, .max_epochs = 1, .first_epoch = epoch};
        ck_ok(lgd_minimize(fitted, opt, w, &one_epoch, &report));
        ck_assert_str_eq(report.updates, "sparse");
        const double now = perplexity(held, w);
        ck_assert_double_lt(now, last);
        last = now;
    }
    ck_assert_double_lt(last, 0.9 * perplexity_of_counts(next, order, train, pairs));
    lgd_optimizer_free(opt);
    lgd_objective_free(held);
    lgd_objective_free(fitted);
    lgd_objective_free(all);
    lgd_matrix_free(X);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("text");
    CASE(s, softmax_on_counts_of_words_sparse_has_bits_of_dense);
    CASE(s, bigram_model_perplexity_of_other_pairs_falls_below_that_of_counts);
    return suite_run(s);
}
