/* Inside of an optimizer, and what lgd_minimize needs of it beyond the public face. */
#ifndef LGD_OPTIMIZER_INSIDE_H
#define LGD_OPTIMIZER_INSIDE_H
#include "base/base.h"
#include "lgd/optimizer.h"
#include "lgd/optimizers.h"
#include "penalty/penalty.h"
#include <math.h>
#include <string.h>

/* A run of coordinates with the same settings. */
typedef struct lgd_slice {
    size_t first, count;
    uint64_t steps;  /* taken by it: not those while it was frozen */
    double lr_scale; /* of its group, else 1 */
    double decay;    /* of its group, else NaN: the optimizer's own; 0 where the objective leaves it unpenalised */
    double weight;   /* lgd_step.weight */
    bool frozen;
    size_t begin, touched; /* of a sparse step: which of its coordinates are of the slice */
} lgd_slice;

/* Room for the coordinates of a sparse step: w, g, then the vectors, [room] each, and support and place [room]; one block. */
typedef struct lgd_compact {
    size_t room;
    double *w, *g, **vec;    /* vec [vectors] */
    size_t *support, *place; /* place: where a coordinate is among those of its slice, which lie together */
    bool *seen;              /* [dim] of a caller's own loop, all false between steps; made when first needed */
} lgd_compact;

/* What tolerances and divergence refer to; part of the saved state, so that a continued run judges as one would that
 * was not interrupted. Values in the sign of minimisation. */
typedef struct lgd_judged {
    double largest_g;             /* largest |g|_2 judged since reset */
    double f_scale;               /* largest |f| among the first ten values */
    double f_best;                /* lowest f, INFINITY before the first */
    double lowest_mean;           /* lowest mean of f over an epoch, INFINITY before the first */
    uint64_t f_seen;              /* how many values f_scale has seen, at most 10 */
    uint64_t epochs_without_gain; /* epochs since lowest_mean fell by more than f_tol */
    double f_checked;             /* value of the last evaluation over all rows that tolerances saw */
    uint64_t checked;             /* t + 1 there, 0 before the first */
    double plateau_best;          /* lowest value a schedule by plateaus saw, and its counts: see lgd_plateau_state */
    uint64_t plateau_seen, plateau_bad, plateau_rest, plateau_cuts;
    double lr_found;     /* what LGD_AUTO has become, 0 before it is known */
    uint64_t batch_size; /* to which a test of the noise has let batches grow, 0 before it did */
    uint64_t joined;  /* t when it followed another optimizer: its own steps, and samples of its average, begin there */
    uint64_t escapes; /* saddle points left since f last fell at one, see lib/minimize/saddle.c */
    double saddle_f;  /* lowest f at one, INFINITY before the first */
    double largest_w; /* largest |w|_2 judged, where saddle points are looked for */
    double validation_best;  /* lowest value of the validation, INFINITY before the first */
    uint64_t validation_bad; /* and how many since then in a row were not lower */
    double w_scale;          /* and among the values of f_scale, for methods that find the length of their steps */
} lgd_judged;

/* The memory of LGD_SAGA, part of the saved state: of each term the slopes r_i at which it was last seen, 0 before, and the mean
 * gradient 1/(terms omega) sum A_i^T r_i that they make. Any slopes are sound, but only with the mean that is theirs. */
typedef struct lgd_seen {
    size_t terms, each;   /* each: slopes of a term; both 0 without a memory */
    double *mean, *slope; /* [dim], [terms x each], one block */
    uint64_t visits;      /* terms added to the mean since it was 0, */
    double largest;       /* and its largest element ever: how far rounding may have moved it */
} lgd_seen;

enum { LGD_MACHINE_SIZE = 256 };

struct lgd_optimizer {
    lgd_optimizer_ops ops;
    void *options; /* presets filled in; ops.options_size bytes */
    size_t dim;    /* 0 until the first step */
    uint64_t t;    /* steps taken */
    size_t vectors, state_size;
    void *block;          /* the vectors, each of dim, then the average if there is one */
    void *table;          /* what slice, vec, state, w_old, moved and next_state point into */
    lgd_slice *slice;     /* [slices], from 0 to dim */
    double **vec;         /* [slices x vectors] where slice k of vector i begins: vec[k*vectors + i] */
    unsigned char *state; /* [slices x state_size] */
    double *mean;         /* [dim] the average, NULL without one */
    double *w_old;        /* [dim] for groups of a method that is not sliced, else NULL */
    lgd_step *moved;      /* [slices] what the steps of slices said that are moved by ranges; NULL where none are, */
    unsigned char *next_state; /* and their state after it */
    size_t slices;
    size_t spare_first, spare_count; /* the unpenalised range */
    lgd_group *groups;               /* [group_count] in their order, presets filled in (decay: NaN for its own) */
    size_t group_count;
    lgd_average average;              /* presets filled in */
    double momentum;                  /* of the caller's own loop; NaN: the method's */
    const lgd_penalty *penalty;       /* NULL: none */
    lgd_penalised penalised;          /* it at work, once dim is known */
    double eta, *eta_each;            /* the rates of the last step: eta, or where that is NaN eta_each [dim] */
    bool takes_decay, takes_momentum; /* it has options of those names */
    bool finds_lr;                    /* the option lr was given as LGD_AUTO */
    bool half_done; /* the last step failed with something moved, or has not settled: reset or load comes next */
    lgd_judged judged;
    lgd_seen seen;
    lgd_compact compact;
    char machine[LGD_MACHINE_SIZE]; /* of the state that was loaded; "": this one */
};

/* Makes opt ready for dim coordinates of which [first, first + count) are unpenalised; allocates all state at the first
 * call. LGD_EINVAL if it was used with another dim. */
lgd_status lgd_optimizer_prepare(lgd_optimizer *opt, size_t dim, size_t first, size_t count);

/* One step of a prepared optimizer. `s` brings w, g (of length dim, finite), f, lr_factor, momentum, key, oracle and
 * oracle_ctx; fresh, stop and finite come back in it. t advances when the step succeeded. One that failed with nothing
 * moved can be tried again; else LGD_EINVAL until reset. */
lgd_status lgd_optimizer_advance(lgd_optimizer *opt, lgd_step *s);

/* The same where g is 0 but at index [count]: s->g is compact, g[i] at index[i], each finite. Of w only these are read and written, but for
 * init. lgd_optimizer_is_dense: NULL if the method can be stepped so with its settings, else "dense: " and why not. (support.c) */
lgd_status lgd_optimizer_advance_sparse(lgd_optimizer *opt, lgd_step *s, size_t count, const size_t *index);
const char *lgd_optimizer_is_dense(const lgd_optimizer *opt);

/* Makes room for steps of so many coordinates; and forgets it. */
lgd_status lgd_optimizer_reserve(lgd_optimizer *opt, size_t room);
void lgd_optimizer_forget_room(lgd_optimizer *opt);

/* After a step, and whatever else moved w[dim]: a sample for the average if it is time for one. Lookahead moves w. True if
 * it did. */
bool lgd_optimizer_sample(lgd_optimizer *opt, double *w);
uint64_t lgd_optimizer_samples_from(const lgd_optimizer *opt);

/* The method begins anew at w, where no step has led: as after lgd_optimizer_reset, but that counters stay. */
void lgd_optimizer_begin_anew(lgd_optimizer *opt, const double *w);

/* A memory for so many terms and slopes of each, of an optimizer with dim: as it is, if there is one of this shape, else of
 * zeros. And none. */
lgd_status lgd_optimizer_remember(lgd_optimizer *opt, size_t terms, size_t each);
void lgd_optimizer_forget(lgd_optimizer *opt);

/* Methods that see to the penalty themselves: no prox comes after their steps. */
#define LGD_OWN_PENALTY ((unsigned)LGD_OWN_PROX | LGD_TAKES_L1 | LGD_TAKES_BOX | LGD_TAKES_COORDINATES)

/* ---- prox.c */

/* LGD_EUNSUPPORTED if the method cannot be followed by the penalty. */
lgd_status lgd_optimizer_check_penalty(const lgd_optimizer *opt, const lgd_penalty *penalty);

/* A penalty and what it needs for dim coordinates; as long as dim is 0, nothing. */
typedef struct lgd_engaged {
    const lgd_penalty *penalty; /* NULL: none */
    lgd_penalised at_work;
    double *eta_each; /* [dim] */
} lgd_engaged;
lgd_status lgd_engage(lgd_engaged *out, const lgd_optimizer *opt, const lgd_penalty *penalty, size_t dim,
                      size_t spare_first, size_t spare_count);
void lgd_disengage(lgd_engaged *e);

/* Another one in the place of what the optimizer has, which comes back. Cannot fail, so that what was lent is given back. */
lgd_engaged lgd_optimizer_exchange(lgd_optimizer *opt, lgd_engaged with);

/* Frees what the penalty needs; it stays set. */
void lgd_optimizer_disengage(lgd_optimizer *opt);

/* Does the penalty want to know the rates of a step? */
bool lgd_optimizer_asks_rate(const lgd_optimizer *opt);

/* Within advance, of slice k: what its step said of its rate. After it: of groups where the method sees all of w. */
void lgd_optimizer_note_rate(lgd_optimizer *opt, const lgd_step *part, size_t k);
void lgd_optimizer_scale_rates(lgd_optimizer *opt);

/* After a step, if there is a penalty: its prox on w[dim] at the rates of the step, each times lr_scale[j] unless that is
 * NULL, and what the method makes of the point. */
lgd_status lgd_optimizer_prox(lgd_optimizer *opt, const lgd_step *s, const double *lr_scale);

/* After a step: moves w[dim] back into constraints, where a mean of points within them may lie outside by its rounding. */
lgd_status lgd_optimizer_stay_within(lgd_optimizer *opt, double *w);

/* Is lgd_optimizer_result another point than w? */
bool lgd_optimizer_has_result(const lgd_optimizer *opt);

/* Writes the rate in use into the options of a method whose lr is LGD_AUTO: judged.lr_found, or LGD_AUTO before it is known. */
void lgd_optimizer_put_rate(lgd_optimizer *opt);

/* The value of an option as it was given: LGD_AUTO even where the rate has been found since. */
double lgd_optimizer_given(const lgd_optimizer *opt, const lgd_option *o);

/* The value of the option `name` as a double, or `otherwise` if the method has no such option. */
double lgd_optimizer_value(const lgd_optimizer *opt, const char *name, double otherwise);

/* ---- for the methods: an option table reads
 *
 *     static const lgd_option options[] = {
 *         LGD_OPTION(lgd_sgd_options, lr, 0.01, LGD_POSITIVE, "rate"),
 *         {0},
 *     };
 */
#define LGD_OPTION(S, member, value, range, words)                                                                     \
    {                                                                                                                  \
        .name = #member, .offset = offsetof(S, member), .type = LGD_DOUBLE, .preset = value, range, .help = words      \
    }
#define LGD_OPTION_CHOICE(S, member, names, words)                                                                     \
    {                                                                                                                  \
        .name = #member, .offset = offsetof(S, member), .type = LGD_CHOICE, .choices = names, .help = words            \
    }
#define LGD_OPTION_BOOL(S, member, words)                                                                              \
    {                                                                                                                  \
        .name = #member, .offset = offsetof(S, member), .type = LGD_BOOL, .help = words                                \
    }
#define LGD_POSITIVE .low = 0, .high = INFINITY, .open = 3     /* x > 0 */
#define LGD_NOT_NEGATIVE .low = 0, .high = INFINITY, .open = 2 /* x >= 0 */
#define LGD_BELOW_ONE .low = 0, .high = 1, .open = 2           /* 0 <= x < 1 */
#define LGD_UP_TO_ONE .low = 0, .high = 1, .open = 0           /* 0 <= x <= 1 */

/* Rates of a prox lie between its inverse and this, or are 0: their squares, and those of their inverses, are numbers. */
#define LGD_RATE_LARGEST 0x1p511

/* What the run asks for, or the method's own where it asks for nothing (NaN). */
static inline double lgd_given_or(double given, double own)
{
    return isnan(given) ? own : given;
}

/* 1 - beta^t for beta in [0, 1): expm1 keeps the digits that the subtraction would lose for beta near 1. log(0) would
 * raise FE_DIVBYZERO, which some callers trap. */
static inline double lgd_bias(double beta, uint64_t t)
{
    return beta == 0 ? 1 : -expm1((double)t * log(beta));
}

/* A divisor that was a root of squares: it is 0 only where every gradient was 0, or so small that its square is, and
 * then the quotient shall be that 0, not NaN. A sum, since compilers take no loop with `?:` here for a vector loop. */
static inline double lgd_divisor(double d)
{
    return d + (double)(d == 0);
}

/* keep x + (1 - keep) new: a mean that forgets. */
static inline double lgd_mean(double keep, double mean, double x)
{
    return keep * mean + (1 - keep) * x;
}

/* A flag of the library's own methods: a step leaves w as it is until it goes to a point whose f oracle->eval has told in that step,
 * with an |f| and a |g| that are numbers. */
enum { LGD_EVALUATES_FIRST = 1 << 30 };

/* The end of a step with LGD_CHECKED, `bad` being the lgd_not_finite of all it wrote to w, or'ed. */
static inline lgd_status lgd_stepped(lgd_step *s, uint64_t bad)
{
    s->finite = !(bad >> 63);
    return LGD_OK;
}

/* Does coordinate j stay where it is, whatever a method knows of it? */
static inline bool lgd_step_holds(const lgd_step *s, size_t j)
{
    return s->oracle->frozen && s->oracle->frozen[j];
}

/* Is coordinate j left unpenalised by the objective? */
static inline bool lgd_spared(const lgd_optimizer *opt, size_t j)
{
    return j >= opt->spare_first && j - opt->spare_first < opt->spare_count;
}

/* Every x_j = value: where a vector does not begin at 0. */
static inline void lgd_fill(size_t dim, double value, double *x)
{
    for (size_t j = 0; j < dim; j++)
        x[j] = value;
}

/* w -= lr g, with LGD_CHECKED: the step of methods that only find the rate. */
lgd_status lgd_descend(lgd_step *s, double lr);

/* g += decay w, over dim coordinates. */
void lgd_add_decay(double decay, size_t dim, const double *w, double *g);

/* For LGD_TELLS_RATE: the sum of the weights of a mean that forgets, m = keep m + (1 - keep) g, after this step. */
static inline double lgd_weigh_mean(lgd_step *s, double keep)
{
    return s->weight = lgd_mean(keep, s->weight, 1);
}

/* And of a velocity, v = mu v + share g. */
static inline double lgd_weigh_velocity(lgd_step *s, double mu, double share)
{
    return s->weight = fmin(mu * s->weight + share, LGD_RATE_LARGEST);
}

/* For LGD_TELLS_RATE, at the end of a step that divided by these roots: eta_j = rate / (root sqrt(v_j + floor) + eps). */
void lgd_tell_rates(lgd_step *s, double rate, const double *v, double root, double floor, double eps);

/* Layouts that several methods have: so many vectors and no state. */
void lgd_one_vector(const void *options, size_t dim, size_t *vectors, size_t *state_size);
void lgd_two_vectors(const void *options, size_t dim, size_t *vectors, size_t *state_size);
void lgd_three_vectors(const void *options, size_t dim, size_t *vectors, size_t *state_size);

/* ---- options.c: the table walk. `options` is always the struct that ops->options describes. */

/* Is the table sound: members inside the struct, presets inside their ranges? */
lgd_status lgd_options_check_table(const lgd_optimizer_ops *ops);

/* Presets for zero members, 0 for LGD_ZERO, then the ranges: LGD_EINVAL names option, value and what is accepted. */
lgd_status lgd_options_fill(const lgd_optimizer_ops *ops, void *options);

/* "key=value,key=value" into a zeroed struct that lgd_options_fill then completes. */
lgd_status lgd_options_parse(const lgd_optimizer_ops *ops, const char *text, void *options);

/* "name:key=value,key=value" with every option, as lgd_optimizer_parse takes it. */
void lgd_optimizer_say(lgd_words *t, const lgd_optimizer *opt);

/* The option of that name or NULL; find leaves a sentence as well, with the nearest name. */
const lgd_option *lgd_options_look(const lgd_optimizer_ops *ops, const char *name);
const lgd_option *lgd_options_find(const lgd_optimizer_ops *ops, const char *name);
double lgd_options_get(const lgd_option *o, const void *options);
void lgd_options_set(const lgd_option *o, void *options, double x);

/* LGD_EINVAL unless x is within the range of the option, in the name of `object`. */
lgd_status lgd_options_check_range(const char *object, const lgd_option *o, double x);

/* ---- clone.c */

/* A fresh optimizer with the method, options, groups, average, momentum and penalty of opt. */
lgd_status lgd_optimizer_twin(lgd_optimizer **out, const lgd_optimizer *opt);

/* The same at the rate lr. LGD_EINVAL where lr is not
 * within the range of the method's, LGD_EUNSUPPORTED where it has none; the sentences begin with `object`. */
lgd_status lgd_optimizer_clone(lgd_optimizer **out, const char *object, const lgd_optimizer *opt, double lr);

/* ---- optimizer.c, for the other files */

/* LGD_EINVAL: an argument is NULL. */
lgd_status lgd_optimizer_missing(const char *argument, const char *accepted);

/* How many vectors and bytes of state the method asks for. */
void lgd_optimizer_layout(const lgd_optimizer *opt, size_t dim, size_t *vectors, size_t *state_size);

/* ---- step.c, for the other files */

/* After a failure before anything moved: a first step can be tried again. */
void lgd_optimizer_forget_init(lgd_optimizer *opt);

/* What a step of slice k said, into what s says of all. */
void lgd_optimizer_note_step(lgd_optimizer *opt, lgd_step *s, const lgd_step *part, size_t k);

/* For a step of the caller's own loop: can the method make it by itself, at such a factor? */
lgd_status lgd_optimizer_check_alone(const lgd_optimizer *opt, size_t dim, double lr_factor);

/* What the method sees of slice k. */
lgd_step lgd_slice_step(const lgd_optimizer *opt, const lgd_step *s, size_t k);

/* A method's own function, and its failure with a sentence. */
lgd_status lgd_optimizer_call(const lgd_optimizer *opt, const char *what, lgd_status (*function)(lgd_step *),
                              lgd_step *part);

/* LGD_EINVAL after a step that failed half done. */
lgd_status lgd_optimizer_check_whole(const lgd_optimizer *opt);

/* ---- ranges.c: vectors of LGD_LONG coordinates or more, cut by dim alone into at most LGD_RANGES ranges */

enum { LGD_LONG = 262144, LGD_RANGES = 64, LGD_RANGE_SUMS = 4 };

/* How long each of them is but the last. */
size_t lgd_range_length(size_t dim);

/* For a method whose step needs sums over its coordinates: part(s, ctx, first, count, sum) over each range of s->dim, on up to
 * s->threads threads; it may write to what is within its range, and adds to sum, 0 before. Returns how many ranges there are. */
typedef void lgd_range_part(const lgd_step *s, const void *ctx, size_t first, size_t count, double sum[LGD_RANGE_SUMS]);
size_t lgd_over_ranges(const lgd_step *s, lgd_range_part *part, const void *ctx, double sum[][LGD_RANGE_SUMS]);

/* The slice in which coordinate j is. */
size_t lgd_slice_of(const lgd_optimizer *opt, size_t j);

/* May dim coordinates of a method with LGD_ELEMENTWISE be moved by ranges? Are they in this step? And the step: opt->moved[k] is what
 * that of slice k said. */
bool lgd_optimizer_can_be_swept(const lgd_optimizer *opt);
bool lgd_optimizer_is_swept(const lgd_optimizer *opt, const lgd_step *s);
lgd_status lgd_optimizer_sweep(lgd_optimizer *opt, const lgd_step *s);

#endif
