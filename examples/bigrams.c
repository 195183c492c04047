/* A model of language: which word comes next, by the one before. Softmax regression from the one to the other.
 *
 * usage: bigrams FILE...
 *
 * The words are the 200 commonest ones, "any other" and the end of a sentence. A row has one number, a 1 in the column of the word before;
 * its class is the word that follows. A batch therefore touches some rows of W, and adagrad moves those alone. What is printed is the
 * perplexity of pairs that are not fitted, exp of their mean loss: among how many words, all equally likely, it would be as hard to
 * choose. It starts at the number of words, and falls below that of counting words without a look at the one before. */
/* features: 12 */
#include <ctype.h>
#include <lgd.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMMON = 200, OTHER = COMMON, END, VOCABULARY, DIFFERENT = 20000, TOKENS = 1 << 19 };

typedef struct entry {
    char text[24];
    int count, number;
} entry;

static entry dictionary[DIFFERENT];
static int token[TOKENS]; /* of the dictionary, in the order of the text; -1: a sentence ends */
static size_t different, tokens;

static int by_text(const void *a, const void *b)
{
    return strcmp(((const entry *)a)->text, ((const entry *)b)->text);
}

static int by_count(const void *a, const void *b)
{
    const entry *x = a, *z = b;
    return x->count != z->count ? z->count - x->count : by_text(a, b);
}

static int read_sentence(char *line)
{
    char *tab = strrchr(line, '\t'); /* what stands behind it is no text */
    if (tab)
        *tab = 0;
    for (char *s = line; *s; s++)
        *s = isalpha((unsigned char)*s) || *s == '\'' ? (char)tolower((unsigned char)*s) : ' ';
    for (char *s = strtok(line, " "); s; s = strtok(NULL, " ")) {
        entry *e = dictionary;
        s[strlen(s) < 23 ? strlen(s) : 23] = 0;
        while (e < dictionary + different && strcmp(e->text, s))
            e++;
        if (e == dictionary + DIFFERENT || tokens + 1 >= TOKENS)
            return 0;
        if (e == dictionary + different) {
            strcpy(e->text, s);
            e->number = (int)different++;
        }
        e->count++;
        token[tokens++] = e->number;
    }
    if (tokens == TOKENS)
        return 0;
    token[tokens++] = -1;
    return 1;
}

static lgd_status read_file(const char *path)
{
    static char line[1 << 16];
    char why[300];
    FILE *file = fopen(path, "r");
    int ok = file != NULL;
    while (ok && fgets(line, sizeof line, file))
        ok = read_sentence(line);
    if (file)
        fclose(file);
    snprintf(why, sizeof why, "%s: cannot be read, or is too long", path);
    return ok ? LGD_OK : lgd_set_error(LGD_EIO, why);
}

/* Tokens become 0 .. COMMON - 1 by how common they are, OTHER and END. */
static void number_words(void)
{
    static int rank[DIFFERENT];
    qsort(dictionary, different, sizeof *dictionary, by_count);
    for (size_t i = 0; i < different; i++)
        rank[dictionary[i].number] = i < COMMON ? (int)i : OTHER;
    for (size_t t = 0; t < tokens; t++)
        token[t] = token[t] < 0 ? END : rank[token[t]];
}

/* The perplexity of the tokens order[first..] when each word is as likely as it is among those before them. */
static double of_counts(const size_t *order, size_t first)
{
    double count[VOCABULARY], sum = VOCABULARY, loss = 0;
    for (size_t v = 0; v < VOCABULARY; v++)
        count[v] = 1; /* so that none is impossible */
    for (size_t i = 0; i < first; i++, sum++)
        count[token[order[i]]]++;
    for (size_t i = first; i < tokens; i++)
        loss -= log(count[token[order[i]]] / sum);
    return exp(loss / (double)(tokens - first));
}

/* The likeliest words behind one of the common ones. */
static void print_next(const double *w, size_t before)
{
    double score[COMMON];
    memcpy(score, w + before * VOCABULARY, sizeof score);
    for (size_t n = 0, best = 0; n < 3; n++) {
        for (size_t v = 0; v < COMMON; v++)
            best = score[v] > score[best] ? v : best;
        printf("%s%s %s", n ? "" : dictionary[before].text, n ? "," : ":", dictionary[best].text);
        score[best] = -INFINITY;
    }
    printf("\n");
}

int main(int argc, char **argv)
{
    static size_t start[TOKENS + 1], order[TOKENS];
    static int32_t before[TOKENS];
    static double one[TOKENS], next[TOKENS], w[VOCABULARY * VOCABULARY];
    lgd_matrix *X = NULL;
    lgd_objective *all = NULL, *fitted = NULL, *held = NULL;
    lgd_optimizer *adagrad = NULL;
    lgd_report report = {0};
    double loss = 0;

    lgd_status st = argc > 1 ? LGD_OK : lgd_set_error(LGD_EINVAL, "usage: bigrams FILE...");
    for (int i = 1; i < argc && !st; i++)
        st = read_file(argv[i]);
    number_words();
    for (size_t t = 0; t < tokens; t++) {
        start[t + 1] = t + 1;
        before[t] = t ? token[t - 1] : END;
        next[t] = token[t];
        one[t] = 1;
    }
    const size_t train = tokens * 4 / 5;
    const lgd_csr pairs = {.rows = tokens, .cols = VOCABULARY, .row_start = start, .column = before, .value = one};
    if (!st)
        st = lgd_matrix_csr(&X, &pairs);
    if (!st)
        st = lgd_glm_create(&all, X, next, lgd_loss_softmax(), &(lgd_glm_options){.outputs = VOCABULARY});
    if (!st)
        lgd_permutation(1, 0, tokens, order);
    if (!st)
        st = lgd_objective_subset(&fitted, all, &(lgd_rows){0, train, order});
    if (!st)
        st = lgd_objective_subset(&held, all, &(lgd_rows){train, tokens - train, order});
    if (!st)
        st = lgd_adagrad_create(&adagrad, &(lgd_adagrad_options){.lr = 0.3});
    if (!st)
        st = lgd_objective_eval(held, NULL, w, &loss, NULL);
    if (!st)
        printf("%zu words, %d of them by name\nperplexity without a model %.1f, by counts of words %.1f", tokens,
               COMMON, exp(loss), of_counts(order, train));
    for (uint64_t epoch = 0; epoch < 5 && !st; epoch++) {
        const lgd_minimize_options options = {.batch_size = 4, .max_epochs = 1, .first_epoch = epoch};
        st = lgd_minimize(fitted, adagrad, w, &options, &report);
        st = st ? st : lgd_objective_eval(held, NULL, w, &loss, NULL);
        printf("%s %.1f", epoch ? "," : "\nby the word before, epoch by epoch:", exp(loss));
    }
    if (st) {
        fprintf(stderr, "%s\n", lgd_last_error());
    } else {
        printf("\nsteps are %s\n", report.updates);
        for (size_t v = 0; v < 3; v++)
            print_next(w, v);
    }
    lgd_optimizer_free(adagrad);
    lgd_objective_free(held);
    lgd_objective_free(fitted);
    lgd_objective_free(all);
    lgd_matrix_free(X);
    return st ? EXIT_FAILURE : EXIT_SUCCESS;
}
