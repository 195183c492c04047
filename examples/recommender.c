/* A recommender: 400 people have each seen some of 150 films and rated them from 1 to 5. The ratings are made here: every film is of
 * one of four kinds, every person likes one kind best and another least, some are generous, some films are better than others, and
 * the rest is chance. The library sees nothing but who rated what.
 *
 * usage: recommender
 *
 * Four fifths of the ratings, drawn at random, are fitted entry by entry; the others tell how good that is, beside a guess that is the
 * mean for everyone. Then each person is recommended three films not seen yet. */
#include <lgd.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { PEOPLE = 400, FILMS = 150, RATINGS = 12000, TRAIN = RATINGS * 4 / 5, KINDS = 4, BEST = 3 };

static const char *const kinds[KINDS] = {"comedy", "drama", "crime", "nature"};

/* How much a person likes a film, before it becomes a rating. */
static double taste(size_t person, size_t film)
{
    static const double liking[KINDS] = {1.3, 0.2, -0.2, -1.3};
    double generous, good;
    lgd_uniform(1, person, 1, &generous);
    lgd_uniform(2, film, 1, &good);
    return 3.2 + (generous - 0.5) + (good - 0.5) + liking[(film + person) % KINDS];
}

static void rate(size_t *person, size_t *film, double *rating)
{
    double u[3];
    for (size_t t = 0; t < RATINGS; t++) {
        lgd_uniform(3, 3 * t, 3, u);
        person[t] = (size_t)(u[0] * PEOPLE);
        film[t] = (size_t)(u[1] * FILMS);
        rating[t] = fmin(fmax(floor(taste(person[t], film[t]) + (u[2] - 0.5) + 0.5), 1), 5);
    }
}

/* Root mean square of rating - guess over the ratings order[first] .. order[end - 1]. */
static double rmse(const double *rating, const double *guess, const size_t *order, size_t first, size_t end)
{
    double sum = 0;
    for (size_t i = first; i < end; i++)
        sum += (rating[order[i]] - guess[order[i]]) * (rating[order[i]] - guess[order[i]]);
    return sqrt(sum / (double)(end - first));
}

/* Of the films recommended, how many are of the kind that the person likes best? Shows those of the first three. */
static lgd_status recommend(lgd_objective *all, const double *w, size_t *right)
{
    lgd_status st = LGD_OK;
    *right = 0;
    for (size_t person = 0; person < PEOPLE && !st; person++) {
        size_t film[BEST], found;
        st = lgd_factorization_top(all, w, person, BEST, true, film, NULL, &found);
        for (size_t i = 0; i < found && !st; i++) {
            *right += (film[i] + person) % KINDS == 0;
            if (person < 3)
                printf("%s%s", i ? ", " : "not seen yet: ", kinds[film[i] % KINDS]);
        }
        if (person < 3 && !st)
            printf("; likes %s\n", kinds[(KINDS - person % KINDS) % KINDS]);
    }
    return st;
}

int main(void)
{
    static size_t person[RATINGS], film[RATINGS], order[RATINGS];
    static double rating[RATINGS], guess[RATINGS], mean[RATINGS];
    const lgd_factorization_options model = {.rank = 4, .l2 = 0.05, .biases = true, .low = 1, .high = 5};
    const lgd_minimize_options options = {
        .batch_size = 1, .max_epochs = 60, .schedule = {.kind = LGD_COSINE, .period = 60}};
    lgd_objective *all = NULL, *fitted = NULL;
    lgd_optimizer *opt = NULL;
    lgd_factors at = {0};
    double *w = NULL;
    size_t right = 0;

    rate(person, film, rating);
    lgd_permutation(4, 0, RATINGS, order);
    lgd_status st = lgd_factorization_create(&all, PEOPLE, FILMS, RATINGS, person, film, rating, &model);
    if (!st)
        st = lgd_factorization_factors(all, &at);
    if (!st)
        st = lgd_objective_subset(&fitted, all, &(lgd_rows){0, TRAIN, order});
    if (!st) {
        w = calloc(lgd_objective_dim(all), sizeof *w);
        st = w ? LGD_OK : lgd_set_error(LGD_ENOMEM, "recommender: out of memory");
    }
    if (!st)
        st = lgd_factorization_initialise(all, 0, 5, w);
    if (!st)
        st = lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 0.03});
    if (!st)
        st = lgd_minimize(fitted, opt, w, &options, NULL);
    if (!st)
        st = lgd_factorization_predict(all, w, RATINGS, person, film, guess);
    if (!st) {
        for (size_t t = 0; t < RATINGS; t++)
            mean[t] = at.mean;
        printf("%d ratings of %d films by %d people, %d of them fitted\n", RATINGS, FILMS, PEOPLE, TRAIN);
        printf("off by, on the others: %.2f by the mean, %.2f by taste\n", rmse(rating, mean, order, TRAIN, RATINGS),
               rmse(rating, guess, order, TRAIN, RATINGS));
        st = recommend(all, w, &right);
    }
    if (!st)
        printf("of the liked kind: %.0f %% of %d\n", 100.0 * (double)right / (PEOPLE * BEST), PEOPLE * BEST);
    if (st)
        fprintf(stderr, "%s\n", lgd_last_error());
    lgd_optimizer_free(opt);
    lgd_objective_free(fitted);
    lgd_objective_free(all);
    free(w);
    return st ? EXIT_FAILURE : EXIT_SUCCESS;
}
