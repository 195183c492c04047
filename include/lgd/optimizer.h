/* An optimizer: w and g to the next w. This header is the vtable and what every optimizer can do; optimizers.h has the
 * built-in ones. */
#ifndef LGD_OPTIMIZER_H
#define LGD_OPTIMIZER_H
#include "penalty.h"
#ifdef __cplusplus
extern "C" {
#endif

/* An optimizer: a method, its options and its state. */
typedef struct lgd_optimizer lgd_optimizer;

/* What the member of an option is.
 *   LGD_DOUBLE   a double
 *   LGD_SIZE     a size_t
 *   LGD_BOOL     a bool
 *   LGD_CHOICE   an enum of the size of int */
typedef enum lgd_option_type { LGD_DOUBLE, LGD_SIZE, LGD_BOOL, LGD_CHOICE } lgd_option_type;

/* One option of an optimizer, a member of its options struct. Defaults, range checks, lgd_optimizer_parse, saved states
 * and the documentation all come from a table of these, ended by a NULL name. Members of the struct that the table does
 * not list are handed to the method as they are, and not saved.
 *   name        of the option, as in text and in messages
 *   offset      of the member in the struct
 *   type        of the member
 *   preset      what a zero member means; bools and choices have none, their 0 is the default
 *   low, high   legal range of a double or size; NaN is never legal
 *   open        1 if low itself is excluded, 2 if high is, 3 if both
 *   choices     names of an enum from value 0, separated by '|'
 *   help        a few words
 *   reserved    0 */
typedef struct lgd_option {
    const char *name;
    size_t offset;
    lgd_option_type type;
    double preset, low, high;
    unsigned open;
    const char *choices, *help;
    void *reserved[2];
} lgd_option;

/* Why a run ended: name, value, text. New ones are appended. */
#define LGD_STOP_LIST(X)                                                                                               \
    X(LGD_STOP_EPOCHS, 1, "epoch limit reached")                                                                       \
    X(LGD_STOP_STEPS, 2, "step limit reached")                                                                         \
    X(LGD_STOP_SECONDS, 3, "time limit reached")                                                                       \
    X(LGD_STOP_GRAD_TOL, 4, "converged: gradient below tolerance")                                                     \
    X(LGD_STOP_F_TOL, 5, "value changes less than its tolerance")                                                      \
    X(LGD_STOP_STEP_TOL, 6, "step shorter than its tolerance")                                                         \
    X(LGD_STOP_F_TARGET, 7, "target value reached")                                                                    \
    X(LGD_STOP_ROUNDING, 8, "no progress possible at rounding level")                                                  \
    X(LGD_STOP_STALLED, 9, "running loss no longer falls")                                                             \
    X(LGD_STOP_CALLBACK, 10, "stopped by the caller")                                                                  \
    X(LGD_STOP_OPTIMIZER, 11, "stopped by the optimizer")                                                              \
    X(LGD_STOP_DIVERGED, 12, "diverged")                                                                               \
    X(LGD_STOP_ERROR, 13, "ended by an error")                                                                         \
    X(LGD_STOP_GAP_TOL, 14, "converged: duality gap below tolerance")                                                  \
    X(LGD_STOP_SADDLE, 15, "saddle: gradient below tolerance, a curvature below 0")                                    \
    X(LGD_STOP_SEARCH, 16, "line search found no lower value")                                                         \
    X(LGD_STOP_UNBOUNDED, 17, "value falls without bound")                                                             \
    X(LGD_STOP_SEPARABLE, 18, "no minimum: the classes are separable")                                                 \
    X(LGD_STOP_PATIENCE, 19, "validation value no longer falls")

/* Why a run ended: LGD_STOP_NONE, or one of LGD_STOP_LIST.
 *   LGD_STOP_NONE   0, there was no run */
#define LGD_X(name, value, text) , name = value
typedef enum lgd_stop { LGD_STOP_NONE = 0 LGD_STOP_LIST(LGD_X) } lgd_stop;
#undef LGD_X

/* What a run lends to a step beyond w and g; members are NULL where it cannot. It is always that of the function which the run
 * minimises (with maximize the negative), over the rows of the step, smooth part included, and before any clipping. What is
 * frozen does not move: g, hv and pr are 0 there, and H has a row of the unit matrix. */
typedef struct lgd_oracle {
    /* f and g at another w. f must not be NULL, g may be. */
    lgd_status (*eval)(void *ctx, const double *w, double *f, double *g);
    /* w becomes prox(w) of the run's penalty at the rate eta > 0, and *h (unless NULL) its value there; what is frozen keeps
     * its bits. Without a penalty NULL. For methods with LGD_OWN_PROX. */
    lgd_status (*prox)(void *ctx, double eta, double *w, double *h);
    /* Values along a line at the cost of one number per row: NULL where no linear scores are behind f. begin_line passes over the
     * rows once, and w and d must stay as they are until the last `line`. */
    lgd_status (*begin_line)(void *ctx, const double *w, const double *d);
    /* *f at w + alpha d and *slope, the derivative in alpha. */
    lgd_status (*line)(void *ctx, double alpha, double *f, double *slope);
    /* hv = H v for the Hessian H at w, where the gradient is g (NULL: not known). Where the objective has no such product it is
     * a difference of gradients, and `exact` is false. */
    lgd_status (*product)(void *ctx, const double *w, const double *g, const double *v, double *hv);
    /* f, g and the lower triangle of H [dim x dim, ld >= dim] at w, from one pass over the rows where the objective has a
     * `hessian`. */
    lgd_status (*hessian)(void *ctx, const double *w, double *f, double *g, double *H, size_t ld);
    /* pr = P r, with the metric of the user's. NULL: none. For methods with LGD_PRECONDITIONED. */
    lgd_status (*precondition)(void *ctx, const double *w, const double *r, double *pr);
    /* The run's penalty where it is sum_j l1_j |w_j|, or the box lower_j <= w_j <= upper_j (infinite: no bound); [dim] each,
     * NULL without. For methods with LGD_TAKES_L1 and LGD_TAKES_BOX. */
    const double *l1, *lower, *upper;
    /* `product` is the objective's own. */
    bool exact;
    /* [dim] what is frozen, for methods that made their direction while it was not; NULL where nothing is. */
    const bool *frozen;
    /* Of a sum of squares, f = 1/2 |r(w)|^2 with the Jacobian J: T [dim + 1 x dim + 1, ld] receives the triangle of the QR
     * factorisation of [J r], so that R = T[:dim, :dim] is upper triangular, and q = T[:dim, dim] has R^T q = g and R^T R near the
     * Hessian. Below the diagonal T is 0; columns of what is frozen are 0. For methods with LGD_NEEDS_RESIDUALS. */
    lgd_status (*gauss_newton)(void *ctx, const double *w, double *T, size_t ld);
    /* g = J^T r'' for the second derivative r'' of r along v at w, which gauss_newton was asked of last. */
    lgd_status (*bend)(void *ctx, const double *w, const double *v, double *g);
    /* [dim] for methods with LGD_TAKES_COORDINATES, beside l1, lower and upper: all four, if there is a penalty. */
    const double *l2;
    /* The Hessian is the same at every w. */
    bool quadratic;
    /* d[dim] = the diagonal of the Hessian at w. NULL where the objective does not know it. */
    lgd_status (*diagonal)(void *ctx, const double *w, double *d);
} lgd_oracle;

/* One update. An optimizer with LGD_SLICED is called once for each slice of w that differs in its decay; it then sees
 * only that slice (dim, w, g, vec), and its state exists once for each. Otherwise once for all of w. */
typedef struct lgd_step {
    size_t dim;               /* length of w, g and each vec */
    double *w, *g;            /* in: the point and the gradient there; out: the next point. g may be overwritten */
    double f;                 /* value at the point, over the rows of g */
    uint64_t t;               /* number of this step, from 1 */
    double lr_factor;         /* what the schedule multiplies the rate by */
    double momentum, decay;   /* NaN: the optimizer's own; decay is 0 on coordinates the objective leaves unpenalised */
    bool fresh;               /* out: f and g already belong to the new w (full batch) */
    int stop;                 /* out: why the run ends here, a lgd_stop or 1 (LGD_STOP_OPTIMIZER); 0: it goes on */
    uint64_t key;             /* lgd_uniform(key, ...) is the run's reproducible noise for this step and slice */
    const lgd_oracle *oracle; /* NULL in a caller's own loop, and in sparse steps */
    void *oracle_ctx;         /* what its functions are handed */
    const void *options;      /* the options struct, presets filled in, LGD_ZERO turned into 0 */
    void *state;              /* state_size bytes, kept from step to step */
    double *const *vec;       /* `vectors` arrays of dim, kept from step to step; zero before the first */
    double sum[4];            /* what `measure` added up over all slices that move; 0 without it */
    bool finite;              /* out, with LGD_CHECKED: all of the new w is finite */
    bool penalised;           /* a penalty is going to be applied to the w that step leaves; see `settle` */
    double eta, *eta_each;    /* out, with LGD_TELLS_RATE: the rate of the step, below */
    double weight;   /* kept for each slice from step to step, 0 before the first: for a sum of weights, below */
    bool indefinite; /* out: the Hessian was found not to be positive definite */
    bool known;      /* f and g are those that the last step left, with `fresh`: what the method made of them holds */
    size_t threads;  /* how many threads the step may use */
    const size_t *support; /* NULL: all. Else coordinate i here is support[i] of the slice, see LGD_SPARSE */
} lgd_step;

/* Flags of lgd_optimizer_ops. */
enum {
    LGD_SLICED = 1,      /* may be called slice by slice: coordinates of two slices meet at most in `measure` */
    LGD_NEEDS_EVAL = 2,  /* needs oracle->eval, hence lgd_minimize */
    LGD_FULL_BATCH = 4,  /* makes sense on all rows only */
    LGD_LINEAR = 8,      /* the step is linear in g: a rate that holds can be told from the curvature */
    LGD_LAYERED = 16,    /* with LGD_SLICED: coordinates of one slice interact, so that groups change the path */
    LGD_OWN_POINTS = 32, /* its state holds points beside w: an lr_scale of the run is 0 or 1 there */
    LGD_CHECKED = 64,    /* step tells in `finite` whether the new w is, which saves a pass over g where dim is large */
    LGD_TELLS_RATE = 128,  /* step tells the rates at which it took a gradient, so that any penalty can follow it */
    LGD_OWN_PROX = 256,    /* step applies oracle->prox itself; a penalty is not applied after it */
    LGD_NOISE_GROWS = 512, /* its momentum nears 1, and adds up noise without end: in batches no constant rate holds */
    LGD_TAKES_L1 = 1024,   /* takes a penalty that is a weighted L1 norm, from oracle->l1, and no other */
    LGD_TAKES_BOX = 2048,  /* takes a penalty that is a box, from oracle->lower and upper, and no other */
    LGD_PRECONDITIONED = 4096,      /* asks oracle->precondition itself */
    LGD_FINDS_STEP = 8192,          /* its steps have a length of their own, see below */
    LGD_NEEDS_RESIDUALS = 16384,    /* needs oracle->gauss_newton: it is for sums of squares */
    LGD_JUDGES = 32768,             /* ends a run itself where it has converged: no grad_tol unless one is asked for */
    LGD_NEEDS_QUADRATIC = 65536,    /* needs a Hessian that is the same at every w, see LGD_QUADRATIC */
    LGD_TAKES_COORDINATES = 131072, /* takes a penalty that `coordinates`, `l1` or `bounds` describe, and no other */
    LGD_ELEMENTWISE = 262144, /* with LGD_SLICED: step moves each coordinate by itself, on several threads, see below */
    LGD_SPARSE = 524288,      /* with LGD_ELEMENTWISE: where g_j is 0 nothing changes, see below */
    LGD_LAZY = 1048576        /* with LGD_ELEMENTWISE: what a sparse batch does not touch is to stay, see below */
};

/* What LGD_ELEMENTWISE promises. What step writes to w, g, each vec and eta_each at j depends on what they have at j, and beside it
 * on what is the same for the whole slice: options, f, t, lr_factor, momentum, decay, sum, state, weight; not on dim or key. What it
 * writes to state, weight and eta is the same whichever coordinates it is called for; it sets neither fresh nor stop. Then, from
 * 262,144 coordinates on and with several threads, step is called on ranges of a slice at once, each with a copy of its state.
 * The bits are those of one call. A method of more than 16 vectors, or of more than 256 bytes of state, is called once for all. */

/* What LGD_SPARSE promises: where g_j is 0 step leaves w_j and each vec at j as they are, but for the sign of a 0. Then, in a batch that
 * touches few coordinates (`support` of the objective), step is called with these alone, side by side in arrays of their own, in any order,
 * each once, maybe none; the bits are those of a step on all. With LGD_LAZY it is called so as well, though a 0 would have moved w_j:
 * what the batch does not touch stays, its vectors too, and t counts for all. There is no `measure` and no `settle` beside either; init
 * sees all of w, with g NULL. */

/* LGD_FINDS_STEP: the length of a step comes from values or a model of f. So there is no clipping, and no penalty but one that the
 * method takes itself; it tells the factor of its direction in `eta`, which a history has as the rate. */

/* What LGD_TELLS_RATE promises. A penalty is applied after the step as w = prox(w), in the metric of the step: if that was
 * w_j -= eta_j m_j, with m_j a (weighted) mean of gradients, the rates are these eta_j, and where gradients come to rest w is a
 * minimum of F. step sets `eta` where one number is the rate of all coordinates, else it fills eta_each[dim], unless that
 * is NULL: then nobody asks. A velocity v = mu v + g is not a mean: its weights sum up to 1/(1 - mu), while it begins to
 * (1 - mu^t)/(1 - mu), and lr times that sum is the rate of a step along lr v. `weight = mu*weight + 1` is that sum, also
 * where mu changes. A rate that is NaN or below 0 fails the step, one beyond 2^511 or below 2^-511, but for 0, becomes that.
 * Without the flag a method can be followed by separable constraints alone (box), whose prox no rate changes. */

/* A method.
 *   name          one word, with _ where that has two parts
 *   options       a table of lgd_option; NULL: none. The option named "lr" is the rate. A method with one named
 *                 "weight_decay" or "l2" uses the step's `decay` in its place; to any other the library hands g + decay w.
 *                 One with "momentum" or "beta1" uses the step's `momentum` in its place
 *   options_size  bytes of the struct that the table describes
 *   flags         LGD_SLICED and its like, or 0
 *   layout        optional: how many vectors of dim, and how many bytes of state, a multiple of 8. State is plain 8-byte
 *                 members without pointers, so that it can be saved
 *   init          optional: called before the first step, at the first point
 *   step          one update. A status other than LGD_OK (see lgd_set_error) ends the run and is passed through; the step
 *                 does not count. Where an earlier slice had already moved, the optimizer goes on only after
 *                 lgd_optimizer_reset
 *   result        optional: the point to use where that is not w (averages), see lgd_optimizer_result; receives s with s->w
 *                 the last point, and writes to w
 *   check         optional: refuses options, each within its range, that contradict one another; called at creation
 *   measure       optional: adds the slice's part of up to four sums over all coordinates (norms, inner products) to s->sum;
 *                 called for each slice before the first is stepped. It may write to vec, state and g, not to w
 *   settle        optional, for methods that keep points beside w: called for each slice that moved once a penalty has been
 *                 applied, always if `penalised` was set. w is what the prox made of the w that step left, g is what step
 *                 left there, t the number of that step. It may move w to where the method stands, if that is another
 *                 point; a constraint is applied again then
 *   about         what it is, in a few words
 *   source        who published it, and when */
typedef struct lgd_optimizer_ops {
    const char *name;
    const lgd_option *options;
    size_t options_size;
    unsigned flags;
    void (*layout)(const void *options, size_t dim, size_t *vectors, size_t *state_size);
    lgd_status (*init)(lgd_step *s);
    lgd_status (*step)(lgd_step *s);
    void (*result)(const lgd_step *s, double *w);
    lgd_status (*check)(const void *options);
    lgd_status (*measure)(lgd_step *s);
    const char *about, *source;
    lgd_status (*settle)(lgd_step *s);
} lgd_optimizer_ops;

/* An optimizer from its ops, built-in or yours, and a struct of its options (NULL: all presets). Both are copied; the
 * name and the option table must outlive the optimizer. LGD_EINVAL names the option out of range, its value and what is
 * accepted, or what the ops lack (name, step, a member outside the struct, a preset outside its range). */
LGD_API lgd_status lgd_optimizer_create_sized(lgd_optimizer **out, const lgd_optimizer_ops *ops, size_t ops_size,
                                              const void *options, size_t options_size);
static inline lgd_status lgd_optimizer_create(lgd_optimizer **out, const lgd_optimizer_ops *ops, const void *options,
                                              size_t options_size)
{
    return lgd_optimizer_create_sized(out, ops, sizeof *ops, options, options_size);
}

/* A built-in optimizer from text, "adam" or "adam:lr=0.01,beta1=0.8"; choices by name, bools as true, false, 1, 0.
 * Numbers in the C locale; here 0 means 0. LGD_EINVAL for unknown names (with the nearest known one), for a key given
 * twice, for anything that follows a number. */
LGD_API lgd_status lgd_optimizer_parse(lgd_optimizer **out, const char *text);

/* The i-th built-in method, NULL beyond the last; for lists and documentation. */
LGD_API const lgd_optimizer_ops *lgd_optimizer_builtin(size_t i);

/* The name of its method. */
LGD_API const char *lgd_optimizer_name(const lgd_optimizer *opt);

/* Current value of an option by name (choices: their number). LGD_EINVAL for an unknown name. */
LGD_API lgd_status lgd_optimizer_option(const lgd_optimizer *opt, const char *name, double *value);

/* For your own loop, before the first step: w[first .. first + count) of dim are not to decay, as lgd_minimize asks for
 * what the objective leaves unpenalised (lgd_objective_unpenalised). Sets the dimension as a step would; count 0: all
 * decay, as without the call. */
LGD_API lgd_status lgd_optimizer_spare(lgd_optimizer *opt, size_t dim, size_t first, size_t count);

/* A range of coordinates with settings of its own. A zeroed one, but for its range, changes nothing.
 *   first, count   w[first .. first + count)
 *   lr_scale       > 0, multiplies the rate [1]
 *   decay          >= 0, takes the place of the method's weight_decay [its own; LGD_ZERO: none]. Methods without that option
 *                  see g + decay w, as with an L2 of that strength
 *   frozen         w and its state do not move, and g has no part in |g|; a method without LGD_SLICED sees g = 0 there */
typedef struct lgd_group {
    size_t first, count;
    double lr_scale, decay;
    bool frozen;
} lgd_group;

/* Sets the groups of an optimizer, in place of those before; count 0: none. Copied. In effect from the next step on, of
 * lgd_minimize or of your own loop; coordinates in no group go on as without. Coordinates that the objective leaves
 * unpenalised do not decay whatever their group. Settings may change between steps. Ranges may change too, unless the
 * method keeps numbers for each, or one is to take in coordinates that were frozen while others moved. LGD_EINVAL names a
 * group that overlaps another or reaches beyond dim (not yet known: at the first step), LGD_EUNSUPPORTED one that asks what
 * a method without LGD_SLICED cannot do; the groups are then those before. */
LGD_API lgd_status lgd_optimizer_groups_sized(lgd_optimizer *opt, const lgd_group *groups, size_t count,
                                              size_t group_size);
static inline lgd_status lgd_optimizer_groups(lgd_optimizer *opt, const lgd_group *groups, size_t count)
{
    return lgd_optimizer_groups_sized(opt, groups, count, sizeof *groups);
}

/* How points are averaged. Samples are taken after every `period`-th step beyond `start`; the n-th moves the average by
 * c (w - average).
 *   LGD_AVERAGE_NONE      not
 *   LGD_AVERAGE_UNIFORM   c = 1/n. Polyak and Juditsky (1992); with a period, stochastic weight averaging, Izmailov et al.
 *                         (2018)
 *   LGD_AVERAGE_EMA       c = (1 - decay)/(1 - decay^n): exponential, corrected for its start as Adam's means are
 *   LGD_LOOKAHEAD         c = alpha, from the first point on, and w itself is set to the average. Zhang et al. (2019) */
typedef enum lgd_average_kind {
    LGD_AVERAGE_NONE,
    LGD_AVERAGE_UNIFORM,
    LGD_AVERAGE_EMA,
    LGD_LOOKAHEAD
} lgd_average_kind;

/* An average beside w, of any optimizer that has none of its own. One vector more.
 *   kind     which
 *   start    steps before the first is counted
 *   period   steps from sample to sample [1; lookahead: 5]
 *   decay    in [0, 1), exponential only [0.999]
 *   alpha    in (0, 1], lookahead only [0.5] */
typedef struct lgd_average {
    lgd_average_kind kind;
    uint64_t start, period;
    double decay, alpha;
} lgd_average;

/* Averages the points of an optimizer from now on, in lgd_minimize and in your own loop: lgd_optimizer_result has the
 * average, and so have w_average and f_average of lgd_minimize. Before dim is known (by a step, or lgd_optimizer_spare),
 * else LGD_EINVAL; LGD_EUNSUPPORTED if the method has an average of its own, or for lookahead, which moves w, points
 * of its own (LGD_OWN_POINTS). NULL: none. */
LGD_API lgd_status lgd_optimizer_average_sized(lgd_optimizer *opt, const lgd_average *average, size_t average_size);
static inline lgd_status lgd_optimizer_average(lgd_optimizer *opt, const lgd_average *average)
{
    return lgd_optimizer_average_sized(opt, average, sizeof *average);
}

/* For your own loop: every lgd_optimizer_step ends with the prox of this penalty (borrowed; NULL: of none), in the metric of the
 * step and without the spared range, as lgd_minimize does with its option `penalty`. LGD_EUNSUPPORTED if the method cannot be
 * followed by it (see LGD_TELLS_RATE), LGD_EINVAL if it cannot be had for dim coordinates (not yet known: at the first
 * step). */
LGD_API lgd_status lgd_optimizer_penalty(lgd_optimizer *opt, const lgd_penalty *penalty);

/* For your own loop: from the next step on, `momentum` in [0, 1) takes the place of the option momentum or beta1, as
 * lgd_minimize asks for what a schedule says (lgd_schedule_momentum). NaN: the method's own again. LGD_EUNSUPPORTED if
 * it has none, or one that is 0 unless asked for (rmsprop). */
LGD_API lgd_status lgd_optimizer_momentum(lgd_optimizer *opt, double momentum);

/* One step of your own loop: w[dim] moves by g[dim] (which may be overwritten) at rate lr*lr_factor, lr_factor >= 0;
 * f is handed on to methods that use it. The first call sets the dimension; another one later is LGD_EINVAL until
 * reset. Long ones are moved by as many threads as LGD_NUM_THREADS, then OMP_NUM_THREADS, say (1), with the bits of one, see
 * LGD_ELEMENTWISE. A g that is not finite (frozen ranges apart) is LGD_EDIVERGED, a w that is not is LGD_EINVAL; both leave w and the
 * state alone. Methods that need the oracle answer LGD_EUNSUPPORTED. No allocation after the first call.
 *
 * Beyond 32768 coordinates a method with LGD_CHECKED, as all built-in ones are, reads g and w once, and looks while it
 * moves: there either is LGD_EDIVERGED, and w and the state are unspecified. So is w after a step in which the method
 * itself or the prox of its penalty failed, and the state if that was on a later slice or in the prox. Further steps and
 * lgd_optimizer_save are then LGD_EINVAL until lgd_optimizer_reset or lgd_optimizer_load. */
LGD_API lgd_status lgd_optimizer_step(lgd_optimizer *opt, size_t dim, double *w, double *g, double f, double lr_factor);

/* The same of a gradient that is 0 but for g[i] at the coordinate index[i], i < count, in any order, each once; g may be overwritten. What a
 * step costs goes by count, not dim, but for the first one. With LGD_SPARSE the bits are those of lgd_optimizer_step with all of g, with
 * LGD_LAZY (lazy_adam) the coordinates that are not there stay. Only w[index[i]] are looked at. LGD_EINVAL names an index that is out of
 * range or there twice; LGD_EUNSUPPORTED where what is 0 in g moves as well: other methods, groups with a decay, a penalty. Allocates
 * where count is larger than ever before, (4 + state vectors) count numbers and dim bytes. */
LGD_API lgd_status lgd_optimizer_step_sparse(lgd_optimizer *opt, size_t dim, double *w, size_t count,
                                             const size_t *index, double *g, double f, double lr_factor);

/* The point to use after the last step to w[dim], into out[dim] (not w): the average of lgd_optimizer_average, or what the
 * method's `result` says, else w itself, and before the first step or sample w itself too. LGD_EINVAL until the dimension is
 * known. */
LGD_API lgd_status lgd_optimizer_result(const lgd_optimizer *opt, double *w, double *out);

/* Steps taken since creation or reset. */
LGD_API uint64_t lgd_optimizer_steps(const lgd_optimizer *opt);

/* opt goes on where `before` is, which may be another method: as the next run's optimizer it shares w, history and first_epoch with
 * it, and takes over the count of steps, which reports, callbacks, schedules per step and lgd_optimizer_steps go by, and what
 * tolerances, divergence, a schedule by plateaus and norm_test refer to. The state of its method, its average and a rate that is
 * found (LGD_AUTO) begin anew. Saved and loaded with the rest of its state. before stays as it is; one that has no dim yet hands
 * over nothing. LGD_EINVAL if opt has taken a step, or is of another dim. Between runs that should not know of each other: not. */
LGD_API lgd_status lgd_optimizer_follow(lgd_optimizer *opt, const lgd_optimizer *before);

/* Bytes of state for dim coordinates: the vectors and the method's own state. */
LGD_API size_t lgd_optimizer_state_bytes(const lgd_optimizer *opt, size_t dim);

/* Forgets all state, step count and dimension. */
LGD_API void lgd_optimizer_reset(lgd_optimizer *opt);

/* The whole state as bytes: with bytes NULL, *size receives the number needed; else *size is the room there and becomes
 * the number written. load refuses (LGD_EFORMAT) bytes that are damaged or cut, and (LGD_EINVAL) those of another
 * method or of other options, by name; it then leaves opt as it was. A run continued after save and load has the bits
 * of one that was not interrupted, on the same machine (lgd_optimizer_machine tells). The bytes are of this machine's kind and this version. */
LGD_API lgd_status lgd_optimizer_save(const lgd_optimizer *opt, void *bytes, size_t *size);
LGD_API lgd_status lgd_optimizer_load(lgd_optimizer *opt, const void *bytes, size_t size);

/* The machine on which the state that was loaded last had been saved, as lgd_machine() says it: where that is another line than here, a
 * run that goes on from it need not have the bits of one that was not interrupted, though it is as good. lgd_machine() where nothing was
 * loaded since creation or reset, and for NULL. Valid until the next load, reset or free. */
LGD_API const char *lgd_optimizer_machine(const lgd_optimizer *opt);

/* Frees an optimizer and its state; NULL is accepted. */
LGD_API void lgd_optimizer_free(lgd_optimizer *opt);

#ifdef __cplusplus
}
#endif
#endif
