"""libgd from Python: one file over ctypes and NumPy, nothing to build. Copy it beside your program.

    X = lgd.Matrix(data)                                  # [rows x cols], where it lies
    f = lgd.Glm(X, y, "logistic", intercept=True, l2=0.01)
    w = np.zeros(f.dim)
    report = lgd.minimize(f, lgd.Optimizer("adam:lr=0.1"), w, batch_size=32, max_epochs=100)
    print(report.reason, report.f, f.predict(w))

Library     libgd.so.0 where the loader finds it, or the file that LGD_LIBRARY names. (The name "gd" alone is the graphics
            library's.)
Arrays      Are used where they lie, float64, rows (C order) or columns (Fortran order) in one piece each; parts of larger
            arrays too. A matrix of float32 stays so; that by columns NumPy multiplies, a panel of rows at a time. So are sparse
            rows of SciPy. Anything else is refused by its dtype or strides, never copied in silence. w moves in place.
Lifetime    An object keeps the arrays and objects it was made of. close(), `with` or the end of its last name frees it.
Options     Are the members of the structs in the C headers by name. What is not given is the default; 0 is 0.
Errors      lgd.Error with a status and the library's sentence. An exception in a function of yours ends the run and goes
            through; Ctrl-C ends it after the epoch (full batch: step) and becomes KeyboardInterrupt.
"""
import collections
import contextlib
import ctypes
import enum
import operator
import os
import signal
import sys
import threading
from ctypes import (CFUNCTYPE, POINTER, Structure, c_bool, c_char, c_char_p, c_double, c_float, c_int, c_size_t, c_uint, c_uint64,
                    c_void_p)

import numpy as np

ZERO = -sys.float_info.min  # LGD_ZERO: 0 where 0 asks for the default
SIZE = np.dtype(np.uintp)
Status = enum.IntEnum("Status", {"OK": 0, "EINVAL": -1, "ENOMEM": -2, "ERANGE": -3, "EDIVERGED": -4, "EUNSUPPORTED": -5,
                                 "EUSER": -6, "EIO": -7, "EFORMAT": -8})
Stop = enum.IntEnum("Stop", "EPOCHS STEPS SECONDS GRAD_TOL F_TOL STEP_TOL F_TARGET ROUNDING STALLED CALLBACK OPTIMIZER "
                    "DIVERGED ERROR GAP_TOL SADDLE SEARCH UNBOUNDED SEPARABLE PATIENCE")
WORDS = {  # what options that are enumerators may be, in their order
    "order": ("shuffle", "sequential", "replacement", "blocks", "interleaved", "window"),
    "last": ("divide", "scale", "drop"),
    "kind": ("constant", "step", "multi-step", "exponential", "cosine", "inverse time", "inverse scaling", "polynomial",
             "user", "warm restarts", "one cycle", "triangular", "triangular2", "exp range", "trapezoid", "plateau", "optimal",
             "vw power"),
    "estimator": ("minibatch", "svrg", "saga", "sarah"),
    "saddle": ("unchecked", "stop", "escape", "perturb"),
    "average": ("none", "uniform", "ema", "lookahead"),
    "robust": ("none", "huber", "cauchy", "soft_l1"),
    "jacobian": ("given", "central", "forward"),
    "solver": ("auto", "qr", "svd", "reduction"),
    "way": ("auto", "stream", "reduce", "direct"),
    "draw": ("latin", "uniform"),
    "errors": ("model", "hc0", "hc1"),
    "activation": ("relu", "identity", "sigmoid", "tanh", "leaky_relu", "gelu", "softplus"),
    "init": ("auto", "he", "glorot"),
    "diagnosis": ("none", "converging", "slow", "oscillating", "diverging", "plateau", "overfitting", "vanishing", "exploding")}

# ---- The C interface: structs under their names there, functions as the letters of _TYPES, the first for what they return.


def _struct(name, /, **members):
    return type(name, (Structure,), {"_fields_": list(members.items())})


lgd_rows = _struct("lgd_rows", first=c_size_t, count=c_size_t, index=c_void_p)
_FORWARD = CFUNCTYPE(c_int, c_void_p, POINTER(lgd_rows), c_size_t, c_void_p, c_size_t, c_void_p, c_size_t)
_MOMENTS = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p)
lgd_matrix_ops = _struct("lgd_matrix_ops", name=c_char_p, flags=c_uint, forward=_FORWARD, adjoint=_FORWARD, panel=c_void_p,
                         free=c_void_p, moments=_MOMENTS, gather=c_void_p, fused=c_void_p, descend=c_void_p, use=c_void_p,
                         kernel=c_void_p, squares=c_void_p, stored=c_void_p, bytes=c_void_p, touched=c_void_p)
lgd_csr = _struct("lgd_csr", rows=c_size_t, cols=c_size_t, row_start=c_void_p, column=c_void_p, column_i64=c_void_p,
                  value=c_void_p, value_f32=c_void_p)
_READ = CFUNCTYPE(c_int, c_void_p, c_size_t, c_size_t, c_void_p)
lgd_stream = _struct("lgd_stream", rows=c_size_t, cols=c_size_t, read=_READ, ctx=c_void_p, free=c_void_p, single=c_bool,
                     block_rows=c_size_t, memory=c_size_t, synchronous=c_bool)
lgd_gradient_check = _struct("lgd_gradient_check", worst=c_size_t, analytic=c_double, numeric=c_double, error=c_double)
lgd_curvature_options = _struct("lgd_curvature_options", tol=c_double, max_products=c_size_t, seed=c_uint64, power=c_bool,
                                smallest_vector=c_void_p, largest_vector=c_void_p)
lgd_curvature = _struct("lgd_curvature", largest=c_double, smallest=c_double, condition=c_double, error=c_double,
                        products=c_size_t, exact=c_bool)
lgd_glm_options = _struct("lgd_glm_options", l2=c_double, intercept=c_bool, outputs=c_size_t, weights=c_void_p,
                          offset=c_void_p, class_weights=c_void_p, balanced=c_bool)
lgd_mlp_options = _struct("lgd_mlp_options", hidden=c_void_p, hidden_count=c_size_t, activation=c_int, activations=c_void_p,
                          outputs=c_size_t, l2=c_double, dropout=c_double, seed=c_uint64, single=c_bool, weights=c_void_p)
lgd_mlp_layer_info = _struct("lgd_mlp_layer_info", first=c_size_t, inputs=c_size_t, outputs=c_size_t, bias=c_size_t)
lgd_factorization_options = _struct("lgd_factorization_options", rank=c_size_t, l2=c_double, biases=c_bool, mean=c_double,
                                    low=c_double, high=c_double, weights=c_void_p)
lgd_factors = _struct("lgd_factors", rows=c_size_t, cols=c_size_t, rank=c_size_t, mean=c_double, V=c_size_t,
                      row_bias=c_size_t, col_bias=c_size_t)
lgd_standard_errors_options = _struct("lgd_standard_errors_options", kind=c_int, dispersion=c_double, frozen=c_void_p)
lgd_jacobian_check = _struct("lgd_jacobian_check", row=c_size_t, column=c_size_t, analytic=c_double, numeric=c_double,
                             error=c_double)
lgd_residual_options = _struct("lgd_residual_options", weights=c_void_p, robust=c_int, scale=c_double, jacobian=c_int)
lgd_ridge_options = _struct("lgd_ridge_options", error=c_void_p, gcv=c_void_p, freedom=c_void_p)
lgd_ridge_report = _struct("lgd_ridge_report", best=c_size_t, best_gcv=c_size_t, error=c_double, gcv=c_double,
                           largest=c_double, smallest=c_double)
lgd_least_squares_options = _struct("lgd_least_squares_options", solver=c_int, rcond=c_double, refinements=c_size_t,
                                    plain=c_bool, sigma=c_double, errors=c_void_p, covariance=c_void_p)
lgd_least_squares_report = _struct("lgd_least_squares_report", solver=c_int, rank=c_size_t, condition=c_double, rss=c_double,
                                   freedom=c_double, sigma=c_double, r_squared=c_double, digits=c_double,
                                   refinements=c_size_t)
lgd_refinement = _struct("lgd_refinement", digits=c_double, condition=c_double, limit=c_double, rank=c_size_t,
                         passes=c_size_t)
lgd_plan_options = _struct("lgd_plan_options", rows=c_size_t, cols=c_size_t, outputs=c_size_t, steps=c_size_t,
                           optimum=c_bool, condition=c_double, way=c_int)
lgd_plan_cost = _struct("lgd_plan_cost", flops=c_double, bytes=c_double, time=c_double)
lgd_plan = _struct("lgd_plan", way=c_int, cost=lgd_plan_cost * 4, break_even=c_double, text=c_char * 240)
lgd_penalty_group = _struct("lgd_penalty_group", first=c_size_t, count=c_size_t, weight=c_double)
lgd_penalty_range = _struct("lgd_penalty_range", penalty=c_void_p, first=c_size_t, count=c_size_t)
lgd_group = _struct("lgd_group", first=c_size_t, count=c_size_t, lr_scale=c_double, decay=c_double, frozen=c_bool)
lgd_average = _struct("lgd_average", kind=c_int, start=c_uint64, period=c_uint64, decay=c_double, alpha=c_double)
_FACTOR = CFUNCTYPE(c_double, c_void_p, c_uint64, c_uint64)
lgd_schedule = _struct("lgd_schedule", kind=c_int, period=c_double, factor=c_double, floor=c_double, warmup=c_double,
                       warmup_start=c_double, power=c_double, per_step=c_bool, milestones=c_void_p, milestone_count=c_size_t,
                       fn=_FACTOR, ctx=c_void_p, rise=c_double, fall=c_double, start=c_double, patience=c_double,
                       tol=c_double, cooldown=c_double, momentum_low=c_double, momentum_high=c_double, plateau=c_void_p,
                       next=c_void_p, until=c_double, reserved=c_double * 4)
lgd_progress = _struct("lgd_progress", step=c_uint64, epoch=c_uint64, f=c_double, grad_norm=c_double, lr=c_double,
                       seconds=c_double, dim=c_size_t, w=c_void_p)
_CALLBACK = CFUNCTYPE(c_int, c_void_p, POINTER(lgd_progress))
_METRIC = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_void_p)
lgd_minimize_options = _struct(
    "lgd_minimize_options", batch_size=c_size_t, max_epochs=c_uint64, max_steps=c_uint64, check_every=c_uint64,
    max_seconds=c_double, grad_tol=c_double, grad_tol_abs=c_double, f_tol=c_double, step_tol=c_double, f_target=c_double,
    divergence_factor=c_double, clip_norm=c_double, clip_value=c_double, order=c_int, last=c_int, seed=c_uint64,
    first_epoch=c_uint64, schedule=lgd_schedule, maximize=c_bool, lr_scale=c_void_p, w_best=c_void_p, w_average=c_void_p,
    threads=c_size_t, history=c_void_p, callback=_CALLBACK, callback_ctx=c_void_p, penalty=c_void_p, estimator=c_int,
    gap_tol=c_double, norm_test=c_double, precondition=_METRIC, precondition_ctx=c_void_p, start_rows=c_size_t, saddle=c_int,
    validation=c_void_p, patience=c_uint64, profile=c_bool, block_rows=c_size_t, window=c_size_t)
lgd_report = _struct("lgd_report", stop=c_int, steps=c_uint64, epochs=c_uint64, evaluations=c_uint64, passes=c_double,
                     f=c_double, grad_norm=c_double, best_f=c_double, seconds=c_double, best_step=c_uint64, clipped=c_uint64,
                     lr_hold=c_double, f_average=c_double, gap=c_double, batch_size=c_size_t, indefinite=c_uint64,
                     smallest_curvature=c_double, f_validation=c_double, bytes=c_double, flops=c_double, streaming=c_double,
                     seconds_loss=c_double, seconds_matrix=c_double, seconds_optimizer=c_double, kernel=c_char_p,
                     machine=c_char_p, updates=c_char_p)
lgd_lasso_path_options = _struct(
    "lgd_lasso_path_options", count=c_size_t, ratio=c_double, strengths=c_void_p, l1_ratio=c_double, lower=c_void_p,
    upper=c_void_p, bounds=c_size_t, gap_tol=c_double, max_sweeps=c_uint64, on_data=c_bool, threads=c_size_t)
lgd_lasso_point = _struct("lgd_lasso_point", strength=c_double, f=c_double, gap=c_double, nonzeros=c_size_t, sweeps=c_uint64,
                          stop=c_int)
lgd_starts_options = _struct("lgd_starts_options", starts=c_size_t, W0=c_void_p, lower=c_void_p, upper=c_void_p, draw=c_int,
                             seed=c_uint64, same=c_double, W=c_void_p)
lgd_starts_report = _struct("lgd_starts_report", best=c_size_t, runs=c_size_t, failed=c_size_t, minima=c_size_t, f=c_double)
lgd_split = _struct("lgd_split", terms=c_size_t, parts=c_size_t, index=c_void_p, first=c_void_p)
lgd_split_options = _struct("lgd_split_options", seed=c_uint64, contiguous=c_bool, classes=c_void_p, groups=c_void_p)
lgd_cv_report = _struct("lgd_cv_report", mean=c_double, standard_error=c_double, failed=c_size_t, accuracy=c_double,
                        accuracy_error=c_double)
lgd_cv_glm_options = _struct("lgd_cv_glm_options", optimizer=c_char_p, standardize=c_bool, scores=c_void_p,
                             accuracies=c_void_p, W=c_void_p)
lgd_axis = _struct("lgd_axis", name=c_char_p, values=c_void_p, low=c_double, high=c_double, count=c_size_t, log=c_bool)
lgd_choose_options = _struct("lgd_choose_options", draws=c_size_t, seed=c_uint64, maximize=c_bool, optimizer=c_char_p,
                             points=c_void_p, scores=c_void_p, errors=c_void_p)
lgd_choose_report = _struct("lgd_choose_report", candidates=c_size_t, failed=c_size_t, best=c_size_t, within=c_size_t,
                            score=c_double, error=c_double)
lgd_diagnose_options = _struct("lgd_diagnose_options", stop=c_int, maximize=c_bool)
lgd_series = _struct("lgd_series", count=c_size_t, loss=c_void_p, running=c_void_p, validation=c_void_p, lr=c_void_p,
                     grad_norm=c_void_p, parts=c_void_p, part_count=c_size_t, descent=c_bool)
lgd_diagnosis = _struct("lgd_diagnosis", label=c_int, epoch=c_size_t, part=c_size_t, lr=c_double, lr_better=c_double,
                        clip_norm=c_double, ratio=c_double, evidence=c_char * 192, remedy=c_char * 192)
lgd_federated_options = _struct("lgd_federated_options", rounds=c_uint64, step_tol=c_double)
lgd_federated_report = _struct("lgd_federated_report", stop=c_int, rounds=c_uint64, f=c_double)
lgd_piecewise_options = _struct("lgd_piecewise_options", gap_tol=c_double, max_rounds=c_size_t, multipliers=c_void_p,
                                threads=c_size_t)
lgd_piecewise_report = _struct("lgd_piecewise_report", stop=c_int, f=c_double, gap=c_double, kinks=c_size_t, rounds=c_size_t,
                               steps=c_uint64, width=c_double)
lgd_rate_range_options = _struct("lgd_rate_range_options", low=c_double, high=c_double, steps=c_uint64, batch_size=c_size_t,
                                 smoothing=c_size_t, seed=c_uint64, divergence=c_double, rates=c_void_p, losses=c_void_p)
lgd_rate_range_report = _struct("lgd_rate_range_report", suggestion=c_double, rate_lowest=c_double, loss_lowest=c_double,
                                rate_diverged=c_double, steps=c_uint64)
_FOLD = CFUNCTYPE(c_int, c_void_p, c_size_t, POINTER(lgd_rows), POINTER(lgd_rows), POINTER(c_double))
_CANDIDATE = CFUNCTYPE(c_int, c_void_p, c_char_p, c_void_p, POINTER(c_double), POINTER(c_double))
_RESIDUAL = CFUNCTYPE(c_int, c_void_p, c_size_t, c_size_t, c_void_p, c_void_p, c_void_p)
_FUNCTION = CFUNCTYPE(c_int, c_void_p, c_size_t, c_void_p, POINTER(c_double), c_void_p)

_TYPES = {"p": c_void_p, "s": c_char_p, "d": c_double, "z": c_size_t, "l": c_uint64, "i": c_int, "b": c_bool, "v": None}
FUNCTIONS = {  # p pointer, s text, d double, z size_t, l uint64_t, i int or enum, b bool, v nothing
    "lgd_build_info": "s", "lgd_machine": "s", "lgd_optimizer_machine": "sp", "lgd_streaming_rate": "dz",
    "lgd_stream_read": "dpzzz", "lgd_last_error": "s", "lgd_stop_string": "si", "lgd_uniform": "vlzzp",
    "lgd_permutation": "vllzp", "lgd_matrix_dense": "ipzzpz", "lgd_matrix_dense_columns": "ipzzpz", "lgd_matrix_dense_f32": "ipzzpz",
    "lgd_matrix_create_sized": "ipzzpzp", "lgd_matrix_csr_sized": "ippz", "lgd_matrix_stream_sized": "ippz",
    "lgd_matrix_block_rows": "zp", "lgd_matrix_scaled": "ipppp", "lgd_matrix_unscale": "ipzbpp", "lgd_matrix_free": "vp",
    "lgd_glm_create_sized": "ipppppz", "lgd_glm_predict": "ippppz", "lgd_function_create": "ipzpp",
    "lgd_function_create_differences": "ipzpp", "lgd_objective_subset": "ippp", "lgd_objective_eval": "ippppp",
    "lgd_objective_dim": "zp", "lgd_objective_terms": "zp", "lgd_objective_check_gradient_sized": "ipppz",
    "lgd_objective_check_jacobian_sized": "ipppz", "lgd_objective_curvature_sized": "ipppzpz",
    "lgd_residual_create_with_sized": "ipzzpppz", "lgd_least_squares_solve_sized": "ipppzpz",
    "lgd_least_squares_errors_sized": "ipppzpz", "lgd_quadratic_create": "ipp", "lgd_quadratic_create_dense": "ipzpzpd",
    "lgd_quadratic_refine_sized": "ipppzpz", "lgd_least_squares_plan_sized": "ipzpz", "lgd_ridge_path_sized": "ipzpppzpz",
    "lgd_lasso_path_sized": "ipppzpz", "lgd_penalty_elastic_box_create": "ipddzpp",
    "lgd_objective_free": "vp", "lgd_penalty_l1_create": "ipd", "lgd_penalty_elastic_net_create": "ipdd",
    "lgd_penalty_group_l1_create_sized": "ipdpzz", "lgd_penalty_total_variation_create": "ipd",
    "lgd_penalty_box_create": "ipzpp", "lgd_penalty_non_negative_create": "ip", "lgd_penalty_simplex_create": "ipd",
    "lgd_penalty_l1_ball_create": "ipd", "lgd_penalty_l2_ball_create": "ipd", "lgd_penalty_ranges_create_sized": "ippzz",
    "lgd_penalty_name": "sp", "lgd_penalty_value": "ipzpp", "lgd_penalty_prox": "ipzdpp", "lgd_penalty_free": "vp",
    "lgd_optimizer_parse": "ips", "lgd_optimizer_name": "sp", "lgd_optimizer_option": "ipsp", "lgd_optimizer_penalty": "ipp",
    "lgd_optimizer_groups_sized": "ippzz", "lgd_optimizer_average_sized": "ippz", "lgd_optimizer_momentum": "ipd",
    "lgd_optimizer_step": "ipzppdd", "lgd_optimizer_step_sparse": "ipzpzppdd", "lgd_optimizer_result": "ippp",
    "lgd_optimizer_steps": "lp", "lgd_optimizer_follow": "ipp",
    "lgd_optimizer_reset": "vp", "lgd_optimizer_save": "ippp", "lgd_optimizer_load": "ippz", "lgd_optimizer_free": "vp",
    "lgd_history_create": "ip", "lgd_history_series": "ppsp", "lgd_history_free": "vp", "lgd_duality_gap": "ipppp",
    "lgd_minimize_sized": "ippppzpz", "lgd_minimize_starts_sized": "ippppzpzpzpz",
    "lgd_loss_parse": "ips", "lgd_loss_describe": "zppz", "lgd_loss_free": "vp", "lgd_matrix_standardized_on": "ippp",
    "lgd_matrix_scaling": "ipppp", "lgd_matrix_imputed": "ipzzpzp", "lgd_matrix_imputed_on": "ippp",
    "lgd_objective_describe": "zppz", "lgd_minimize_describe_sized": "zpppzpz", "lgd_standard_errors_sized": "ipppzpp",
    "lgd_mlp_create_sized": "ipppppz", "lgd_mlp_initialise": "ipilp", "lgd_mlp_predict": "ippppz",
    "lgd_mlp_layer_sized": "ipzpz", "lgd_mlp_layer_norms": "ippp", "lgd_factorization_create_sized": "ipzzzppppz",
    "lgd_factorization_csr_sized": "ippzpz",
    "lgd_factorization_factors_sized": "ippz", "lgd_factorization_initialise": "ipdlp",
    "lgd_factorization_predict": "ippzppp", "lgd_factorization_top": "ippzzbppp", "lgd_split_draw_sized": "ipppz",
    "lgd_split_rows": "ipzpp", "lgd_cross_validate_sized": "ipppppz", "lgd_cross_validate_glm_sized": "ipppppzpzpzpz",
    "lgd_choose_sized": "ipzzpppzppz", "lgd_diagnose_sized": "ippzpz", "lgd_diagnose_series_sized": "ipzpzpz",
    "lgd_minimize_federated_sized": "ipzpppzpzpz", "lgd_minimize_piecewise_sized": "ipppzpz",
    "lgd_minimize_rates_sized": "ipppzppzpzp", "lgd_rate_range_sized": "ippppzpz"}


def _load():
    name = os.environ.get("LGD_LIBRARY") or ("libgd.0.dylib" if sys.platform == "darwin" else "libgd.so.0")
    try:
        library = ctypes.CDLL(name)
    except OSError as error:
        raise ImportError(f"lgd: {error}; LGD_LIBRARY may name the file of libgd, the gradient descent library") from None
    for function, letters in FUNCTIONS.items():
        getattr(library, function).restype = _TYPES[letters[0]]
        getattr(library, function).argtypes = [_TYPES[letter] for letter in letters[1:]]
    return library


_C = _load()

# ---- Errors, and functions of Python that C calls


class Error(Exception):
    """What the library refuses: status, a sentence, and after a run its report."""

    def __init__(self, status, sentence, report=None):
        super().__init__(status, sentence, report)
        self.status, self.report = status, report

    def __str__(self):
        return self.args[1]


_thread = threading.local()  # .error: the exception that a function of the caller's has raised and C is passing through


def _guarded(function, failed):
    """function as C may call it: an exception is kept for _check, and C receives what makes it end."""
    def guarded(*words):
        try:
            return function(*words)
        except BaseException as error:  # all, for none may be lost in C
            _thread.error = error
            return failed
    return guarded


def _check(status, report=None):
    error, _thread.error = getattr(_thread, "error", None), None
    if error is not None:
        raise error
    if status:
        raise Error(_named(Status, status), _C.lgd_last_error().decode(), report)


def _word(name, number):
    return WORDS[name][number] if number < len(WORDS[name]) else number


def _values(struct):
    return [getattr(struct, name) for name, _ in struct._fields_]


def _named(names, number):
    try:
        return names(number)
    except ValueError:  # a newer library may have more
        return number


@contextlib.contextmanager
def _interrupts_noted():
    """Ctrl-C meanwhile is noted in the list that this gives, and raised at the end; a second one at once."""
    noted = []

    def note(*_):
        if noted:
            raise KeyboardInterrupt
        noted.append(True)
    ours = threading.current_thread() is threading.main_thread() and \
        signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if ours:
        signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        if ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)
    if noted:
        raise KeyboardInterrupt

# ---- Arrays: what C may use where it lies


def _refuse(what, has, accepted, kind=ValueError, hint=""):
    raise kind(f"lgd: {what} {has}, {accepted} is accepted{hint}")


_COPIES = "; numpy.ascontiguousarray makes such a copy"


def _plain(what, a):
    if not isinstance(a, np.ndarray) or isinstance(a, np.ma.MaskedArray):  # the library would not see the mask
        _refuse(what, f"is a {type(a).__name__}", "a plain NumPy array", TypeError)


def _array(what, a, shape, dtype=np.float64, write=False):
    """The address of a, which has this shape in one piece; None stands for any length."""
    _plain(what, a)
    if a.dtype != dtype:
        _refuse(what, f"has dtype {a.dtype}", np.dtype(dtype).name, TypeError)
    if len(a.shape) != len(shape) or any(n not in (None, m) for n, m in zip(shape, a.shape)):
        _refuse(what, f"has shape {a.shape}", str(shape).replace("None", "any length"))
    if not (a.flags.c_contiguous and a.flags.aligned):
        _refuse(what, f"has strides {a.strides}", "an aligned array in one piece", hint=_COPIES)
    if write and not a.flags.writeable:
        _refuse(what, "is read-only", "an array that can be written to")
    return a.ctypes.data


def _layout(what, a):
    """Whether a matrix lies by columns, and its leading dimension."""
    _plain(what, a)
    if a.dtype not in (np.float64, np.float32):
        _refuse(what, f"has dtype {a.dtype}", "float64 or float32", TypeError)
    if a.ndim != 2:
        _refuse(what, f"has {a.ndim} dimensions", "an array of 2")
    for by_columns, length, near, count, far in ((False, a.shape[1], a.strides[1], a.shape[0], a.strides[0]),
                                                 (True, a.shape[0], a.strides[0], a.shape[1], a.strides[1])):
        step, rest = divmod(far, a.itemsize)
        if a.flags.aligned and (length < 2 or near == a.itemsize) and (count < 2 or (rest == 0 and step >= length)):
            return by_columns, step if count > 1 else max(length, 1)
    return _refuse(what, f"of shape {a.shape} and dtype {a.dtype} has strides {a.strides}",
                   "an aligned array whose rows or columns are in one piece each, ascending,", hint=_COPIES)


def _view(address, rows, cols, ld):
    length = (rows - 1) * ld + cols if rows else 0
    return np.ndarray((rows, cols), np.float64, (c_double * length).from_address(address), strides=(8 * ld, 8))


def _given(what, a, shape):
    """What a function of the caller's gave, as float64."""
    a = np.asarray(a)
    a = a.astype(np.float64, casting="same_kind", copy=False)  # complex numbers are not
    if a.shape != shape:
        _refuse(what, f"has shape {a.shape}", f"{shape}")
    return a


def _copy(address, length):
    return np.array((c_double * length).from_address(address))


def _rows(rows, kept):
    """A set of rows for C: None, a range, or an array of their numbers."""
    if rows is None:
        return None
    if isinstance(rows, range):
        if rows.step != 1 or rows.start < 0:
            _refuse("rows", f"is {rows}", "a range upwards from 0 in steps of 1")
        kept.append(lgd_rows(rows.start, len(rows), None))
    else:
        if getattr(rows, "dtype", None) == np.intp:
            rows = rows.view(SIZE)  # a negative number is then out of bounds
        kept += rows, lgd_rows(0, len(rows), _array("rows", rows, (None,), SIZE))
    return ctypes.byref(kept[-1])


def _optional(what, a, shape, dtype=np.float64):
    return None if a is None else _array(what, a, shape, dtype)


def _numbers(what, a, length=None):
    """The address of an array of numbers of rows or columns."""
    if getattr(a, "dtype", None) == np.intp:
        a = a.view(SIZE)  # a negative number is then out of bounds
    return _array(what, a, (length,), SIZE)


def _text(describe, *words):
    """What a function of C that writes as snprintf does says."""
    room = ctypes.create_string_buffer(describe(*words, None, 0) + 1)
    if not describe(*words, room, len(room)):
        _check(Status.EINVAL)
    return room.value.decode()


def _whole(what, value):
    """value, which ctypes would otherwise cut to 64 bits."""
    value = operator.index(value)
    if not 0 <= value < 2**64:
        _refuse(what, f"is {value}", "a whole number from 0 to 2**64 - 1")
    return value


def _fill(what, struct, options):
    """Members by name; what is None or not given stays the default, and 0 is 0."""
    types = dict(struct._fields_)
    for name, value in options.items():
        if name not in types or types[name] not in (c_double, c_size_t, c_uint64, c_bool, c_int):
            known = [n for n, t in struct._fields_ if t in (c_double, c_size_t, c_uint64, c_bool, c_int)]
            raise TypeError(f"lgd: {what} has no option {name}, {', '.join(known)} are accepted")
        if value is None:
            continue
        if isinstance(value, str) and types[name] is not c_int:
            _refuse(f"{name} of {what}", f"is {value!r}", "a truth value" if types[name] is c_bool else "a number", TypeError)
        if types[name] is c_double:
            value = float(value) or ZERO
        elif types[name] is c_int:
            if value not in WORDS[name]:
                _refuse(f"{name} of {what}", f"is {value!r}", f"one of {', '.join(WORDS[name])}")
            value = WORDS[name].index(value)
        elif types[name] is not c_bool:
            value = _whole(f"{name} of {what}", value)
        setattr(struct, name, value)
    return struct

# ---- Objects


class _Handle:
    """An object of the library's. Those made of it keep it, so closing the one below does no harm to the one above, and so
    does the call that it is an argument of, should a function of the caller's close it meanwhile."""

    def __init__(self, create, free, *kept):
        self._as_parameter_, self.free, self.kept = c_void_p(), free, kept
        _check(create(ctypes.byref(self._as_parameter_)))

    def __del__(self):
        self.free(self)

    def __reduce__(self):
        raise TypeError("lgd: objects of the library can be neither pickled nor copied")


class _Object:
    _handle = None

    @property
    def handle(self):
        if self._handle is None:
            raise ValueError(f"lgd: this {type(self).__name__} is closed")
        return self._handle

    def close(self):
        self._handle = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _of(kind, what, thing):
    """The handle of thing: C could not tell one of another kind."""
    if not isinstance(thing, kind):
        _refuse(what, f"is a {type(thing).__name__}", f"lgd.{kind.__name__}", TypeError)
    return thing.handle


class Loss(_Object):
    """A loss from text, "logistic" or "huber:delta=1.2"; text has every parameter."""

    def __init__(self, text):
        if "\0" in text:
            _refuse("the text of Loss", f"is {text!r}", "one without the character 0")
        self._handle = _Handle(lambda out: _C.lgd_loss_parse(out, text.encode()), _C.lgd_loss_free)
        self.text = _text(_C.lgd_loss_describe, self.handle)


def _loss(loss):
    return _of(Loss, "loss", Loss(loss) if isinstance(loss, str) else loss)


class Matrix(_Object):
    """data [rows x cols], borrowed: by the library's own kernels, but for float32 by columns, which NumPy multiplies. Or sparse
    rows, a csr_matrix or csr_array of SciPy, likewise."""

    def __init__(self, data):
        if hasattr(data, "indptr"):
            given, kept = _csr("data of Matrix", data)
            self.shape = data.shape
            self._handle = _Handle(lambda out: _C.lgd_matrix_csr_sized(out, ctypes.byref(given), ctypes.sizeof(given)),
                                   _C.lgd_matrix_free, *kept)
            return
        by_columns, ld = _layout("data of Matrix", data)
        self.shape = data.shape
        if data.dtype == np.float32 and by_columns:
            ops = _float32_ops(data)
            size = ctypes.sizeof(ops)

            def create(out):
                return _C.lgd_matrix_create_sized(out, *data.shape, ctypes.byref(ops), size, None)
            self._handle = _Handle(create, _C.lgd_matrix_free, data, ops)
        else:
            dense = (_C.lgd_matrix_dense_columns if by_columns else
                     _C.lgd_matrix_dense_f32 if data.dtype == np.float32 else _C.lgd_matrix_dense)
            self._handle = _Handle(lambda out: dense(out, *data.shape, data.ctypes.data, ld), _C.lgd_matrix_free, data)

    @classmethod
    def csr(cls, data, column=None, row_start=None, cols=None):
        """Sparse rows as Matrix takes them, or the arrays that they are made of: numbers, their columns, row_start [rows + 1]."""
        return cls(data if column is None else Csr(data, column, row_start, (len(row_start) - 1, cols)))

    @classmethod
    def stream(cls, rows, cols, read, **options):
        """Rows that are never in memory as a whole: read(first, count) gives an array [count x cols], when they are needed and on
        the thread that needs them. Options are single, for float32 in memory, block_rows and memory."""
        o = _fill("stream", lgd_stream(rows=_whole("rows", rows), cols=_whole("cols", cols)), options)
        number = c_float if o.single else c_double

        def fill(_, first, count, to):
            block, shape = np.asarray(read(first, count)), (count, o.cols)
            if block.shape != shape:
                _refuse("what read of stream gives", f"has shape {block.shape}", f"{shape}")
            np.copyto(np.ndarray(shape, number, (number * block.size).from_address(to)), block, "same_kind")
            return 0
        o.read, o.synchronous = _READ(_guarded(fill, Status.EUSER)), True
        whole = object.__new__(cls)
        whole.shape = rows, cols
        whole._handle = _Handle(lambda out: _C.lgd_matrix_stream_sized(out, ctypes.byref(o), ctypes.sizeof(o)),
                                _C.lgd_matrix_free, o)
        return whole

    @property
    def block_rows(self):
        """How many rows of a stream are read together; else 0."""
        return _C.lgd_matrix_block_rows(self.handle)

    def _above(self, create):
        above = object.__new__(Matrix)
        above.shape, above._handle = self.shape, _Handle(create, _C.lgd_matrix_free, self.handle)
        return above

    def scaled(self, shift=None, scale=None):
        """(A - 1 shift^T) diag(1/scale), never formed."""
        at = [None if a is None else _array(name, a, self.shape[1:]) for name, a in (("shift", shift), ("scale", scale))]
        return self._above(lambda out: _C.lgd_matrix_scaled(out, self.handle, *at))

    def standardized(self, rows=None):
        """The same with each column's mean and standard deviation, in all rows or in some."""
        kept = []
        return self._above(lambda out: _C.lgd_matrix_standardized_on(out, self.handle, _rows(rows, kept)))

    def scaling(self):
        """Of a scaled matrix: shift and scale of each column, and which ones were measured to be constant."""
        found = np.empty(self.shape[1]), np.empty(self.shape[1]), np.empty(self.shape[1], bool)
        _check(_C.lgd_matrix_scaling(self.handle, *(a.ctypes.data for a in found)))
        return found

    @classmethod
    def imputed(cls, data, fit=None):
        """data [rows x cols], float64 by rows, in which NaN is a missing cell: the mean of its column in the rows `fit`."""
        by_columns, ld = _layout("data of imputed", data)
        if by_columns or data.dtype != np.float64:
            _refuse("data of imputed", f"has dtype {data.dtype} and strides {data.strides}", "float64 by rows", TypeError)
        whole, kept = object.__new__(cls), []
        whole.shape = data.shape
        whole._handle = _Handle(lambda out: _C.lgd_matrix_imputed(out, *data.shape, data.ctypes.data, ld, _rows(fit, kept)),
                                _C.lgd_matrix_free, data)
        return whole

    def imputed_on(self, fit):
        """The same data with the means of the rows `fit`, of a matrix that imputed() has made."""
        kept = []
        return self._above(lambda out: _C.lgd_matrix_imputed_on(out, self.handle, _rows(fit, kept)))

    def unscale(self, w, outputs=1, intercept=True):
        """Weights fitted on this scaled matrix, as weights on the one below it."""
        raw = np.empty((self.shape[1] + bool(intercept)) * outputs)
        _check(_C.lgd_matrix_unscale(self.handle, outputs, intercept, _array("w", w, raw.shape), raw.ctypes.data))
        return raw


Csr = collections.namedtuple("Csr", "data indices indptr shape")


def _csr(what, sparse):
    """Sparse rows for C, and the arrays that are to be kept: those of SciPy where they lie, but for the beginnings of rows, which
    become as wide as an address."""
    if getattr(sparse, "format", "csr") != "csr":
        _refuse(what, f"is sparse in the format {sparse.format}", "csr", TypeError, "; tocsr() makes such a copy")
    start = np.asarray(sparse.indptr)
    if start.ndim != 1 or len(start) != sparse.shape[0] + 1 or start.dtype.kind not in "iu" or start.min() < 0:
        _refuse(f"indptr of {what}", f"has dtype {start.dtype} and shape {start.shape}", "a whole number for each row and one more")
    start, count = np.ascontiguousarray(start, SIZE), int(start[-1])
    for name, kinds in ("data", (np.float64, np.float32)), ("indices", (np.int32, np.int64)):
        a = getattr(sparse, name)
        _plain(f"{name} of {what}", a)
        if a.dtype not in kinds:
            _refuse(f"{name} of {what}", f"has dtype {a.dtype}", " or ".join(kind.__name__ for kind in kinds), TypeError)
        if a.ndim != 1 or not (a.flags.c_contiguous and a.flags.aligned) or len(a) < count:
            _refuse(f"{name} of {what}", f"has shape {a.shape} and strides {a.strides}", f"{count} numbers in one piece")
    data, column = sparse.data, sparse.indices
    given = lgd_csr(rows=sparse.shape[0], cols=sparse.shape[1], row_start=start.ctypes.data)
    setattr(given, "column" if column.dtype == np.int32 else "column_i64", column.ctypes.data)
    setattr(given, "value" if data.dtype == np.float64 else "value_f32", data.ctypes.data)
    return given, (data, column, start)


def _float32_ops(data):
    """Products of a matrix of float32 with vectors of float64: a panel of rows is widened at a time, never the whole."""
    data = data.view(np.ndarray)  # whose shape stays, whatever happens to that of the caller's
    rows, cols = data.shape
    panel = max(1, 2**18 // max(cols, 1))
    for i in range(0, rows, panel):
        bad = np.argwhere(~np.isfinite(data[i:i + panel]))
        if len(bad):
            row, column = i + bad[0][0], bad[0][1]
            raise Error(Status.EINVAL, f"float32 matrix: the number in row {row}, column {column} (from 0) is "
                                       f"{data[row, column]:g}, finite ones are accepted")

    def widened(rows):
        r = rows.contents
        if r.index is None:
            return data[r.first:r.first + r.count].astype(np.float64)
        index = (c_size_t * r.count).from_address(r.index + ctypes.sizeof(c_size_t) * r.first)
        return data[np.frombuffer(index, SIZE)].astype(np.float64)

    def forward(_, rows, k, W, ldw, Z, ldz):
        _view(Z, rows.contents.count, k, ldz)[:] = widened(rows) @ _view(W, cols, k, ldw)
        return 0

    def adjoint(_, rows, k, R, ldr, G, ldg):
        gradient = _view(G, cols, k, ldg)
        gradient += widened(rows).T @ _view(R, rows.contents.count, k, ldr)
        return 0

    def moments(_, mean, deviation):
        mean, deviation = _view(mean, 1, cols, cols)[0], _view(deviation, 1, cols, cols)[0]
        panels = [slice(i, i + panel) for i in range(0, rows, panel)]
        mean[:] = sum(data[p].sum(axis=0, dtype=np.float64) for p in panels) / rows
        deviation[:] = np.sqrt(sum(((data[p] - mean)**2).sum(axis=0) for p in panels) / rows)
        return 0

    return lgd_matrix_ops(name=b"float32 matrix", forward=_FORWARD(_guarded(forward, Status.EUSER)),
                          adjoint=_FORWARD(_guarded(adjoint, Status.EUSER)),
                          moments=_MOMENTS(_guarded(moments, Status.EUSER)))


class Objective(_Object):
    """w to a value and a gradient; made as Glm, Mlp, Factorization, Residuals, Quadratic or Function, or as
    a subset of one."""
    outputs = 1

    @property
    def dim(self):
        return _C.lgd_objective_dim(self.handle)

    @property
    def terms(self):
        return _C.lgd_objective_terms(self.handle)

    def eval(self, w, rows=None):
        """(value, gradient) at w over rows: None for all, a range, or an array of their numbers."""
        value, gradient, kept = c_double(), np.empty(self.dim), []
        _check(_C.lgd_objective_eval(self.handle, _rows(rows, kept), _array("w", w, gradient.shape), ctypes.byref(value),
                                     gradient.ctypes.data))
        return value.value, gradient

    def check_gradient(self, w):
        """The gradient against differences: .error is below 1e-7 for a sound one, .worst is the coordinate."""
        result = lgd_gradient_check()
        _check(_C.lgd_objective_check_gradient_sized(self.handle, _array("w", w, (self.dim,)), ctypes.byref(result),
                                                     ctypes.sizeof(result)))
        return result

    def describe(self):
        """What it is, as a formula with every constant."""
        return _text(_C.lgd_objective_describe, self.handle)

    def standard_errors(self, w, kind="model", frozen=None, dispersion=None):
        """(errors, covariance) at the minimum w of any model with second derivatives: kind "model", "hc0" or "hc1"."""
        if kind not in WORDS["errors"]:
            _refuse("kind of standard errors", f"is {kind!r}", f"one of {', '.join(WORDS['errors'])}")
        o = _fill("standard errors", lgd_standard_errors_options(), dict(dispersion=dispersion))
        o.kind, o.frozen = WORDS["errors"].index(kind), _optional("frozen", frozen, (self.dim,), bool)
        errors, covariance = np.empty(self.dim), np.empty((self.dim, self.dim))
        _check(_C.lgd_standard_errors_sized(self.handle, _array("w", w, (self.dim,)), ctypes.byref(o), ctypes.sizeof(o),
                                            errors.ctypes.data, covariance.ctypes.data))
        return errors, covariance

    def curvature(self, w, **options):
        """The largest and smallest curvature at w, with their directions; options are tol, max_products, seed, power."""
        o, result = _fill("curvature", lgd_curvature_options(), options), lgd_curvature()
        ends = np.empty((2, self.dim))
        o.smallest_vector, o.largest_vector = (end.ctypes.data for end in ends)
        _check(_C.lgd_objective_curvature_sized(self.handle, _array("w", w, (self.dim,)), ctypes.byref(o), ctypes.sizeof(o),
                                                ctypes.byref(result), ctypes.sizeof(result)))
        return Curvature(*_values(result), *ends)

    def check_jacobian(self, w):
        """The Jacobian of residuals against differences: .error is below 1e-7 for a sound one, at .row and .column."""
        result = lgd_jacobian_check()
        _check(_C.lgd_objective_check_jacobian_sized(self.handle, _array("w", w, (self.dim,)), ctypes.byref(result),
                                                     ctypes.sizeof(result)))
        return result

    def least_squares(self, errors=False, covariance=False, **options):
        """The minimum of a linear sum of squares at once, as a Fit; options are solver, rcond, refinements, plain, sigma."""
        w = np.zeros(self.dim)
        return self._fit(_C.lgd_least_squares_solve_sized, w, errors, covariance, options)

    def errors(self, w, covariance=False, **options):
        """Standard errors at the minimum w of any sum of squares, as a Fit; options are rcond and sigma."""
        _array("w", w, (self.dim,))
        return self._fit(_C.lgd_least_squares_errors_sized, w.copy(), True, covariance, options)

    def _fit(self, function, w, errors, covariance, options):
        o, r = _fill("least squares", lgd_least_squares_options(), options), lgd_least_squares_report()
        e = np.empty(len(w)) if errors else None
        c = np.empty((len(w), len(w))) if covariance else None
        o.errors, o.covariance = (None if a is None else a.ctypes.data for a in (e, c))
        status = function(self.handle, w.ctypes.data, ctypes.byref(o), ctypes.sizeof(o), ctypes.byref(r), ctypes.sizeof(r))
        fit = Fit(w, e, c, *_values(r))
        fit = fit._replace(solver=_word("solver", r.solver))
        _check(status, fit)
        return fit

    def quadratic(self):
        """Least squares reduced, in one pass over the rows, to a Quadratic of the same value at every w."""
        below, reduced = self.handle, object.__new__(Quadratic)
        reduced._handle = _Handle(lambda out: _C.lgd_quadratic_create(out, below), _C.lgd_objective_free)
        reduced.outputs = self.outputs
        return reduced

    def ridge_path(self, strengths, errors=True):
        """Least squares with each of the strengths as l2, as a RidgePath; errors=False: weights alone, one pass less."""
        count, at = len(strengths), _array("strengths", strengths, (None,))
        shape = (count,) if self.outputs == 1 else (count, self.outputs)
        W, r, o = np.empty((count, self.dim)), lgd_ridge_report(), lgd_ridge_options()
        found = {name: np.empty(count if name == "freedom" else shape) for name, _ in o._fields_} if errors else {}
        for name, a in found.items():
            setattr(o, name, a.ctypes.data)
        _check(_C.lgd_ridge_path_sized(self.handle, count, at, W.ctypes.data, ctypes.byref(o), ctypes.sizeof(o),
                                       ctypes.byref(r) if errors else None, ctypes.sizeof(r)))
        return RidgePath(W, *(found.get(name) for name, _ in o._fields_),
                         *([r.best, r.best_gcv, r.largest, r.smallest] if errors else [None] * 4))

    def lasso_path(self, strengths=None, lower=None, upper=None, **options):
        """The lasso or elastic net for each strength, from the one before, as a LassoPath; bounds are numbers or arrays."""
        o = _fill("lasso_path", lgd_lasso_path_options(), options)
        if strengths is not None:
            o.strengths, o.count = _array("strengths", strengths, (o.count or None,)), len(strengths)
            if not o.count:
                _refuse("strengths", "has shape (0,)", "a number at least")
        (o.lower, o.upper), o.bounds, kept = _bounds(lower, upper, "lower", "upper")
        o.count = o.count or 100
        W, points = np.empty((o.count, self.dim)), (lgd_lasso_point * o.count)()
        _check(_C.lgd_lasso_path_sized(self.handle, W.ctypes.data, points, ctypes.sizeof(lgd_lasso_point), ctypes.byref(o),
                                       ctypes.sizeof(o)))
        columns = {name: np.array([getattr(point, name) for point in points]) for name, _ in lgd_lasso_point._fields_}
        return LassoPath(W, **dict(columns, stop=[_named(Stop, point.stop) for point in points]))

    def subset(self, rows):
        """The terms `rows` as an objective of their own, without copies."""
        below, kept, part = self.handle, [], Objective()
        chosen = _rows(rows, kept)
        part._handle = _Handle(lambda out: _C.lgd_objective_subset(out, below, chosen), _C.lgd_objective_free, below,
                               kept)
        part.outputs = self.outputs
        return part


class Glm(Objective):
    """A generalised linear model: targets y [rows] or [rows x outputs], classes of softmax [rows]; a loss as text or lgd.Loss;
    weights [rows], offset as the scores, class_weights [classes]."""

    def __init__(self, X, y, loss="half_squared", weights=None, offset=None, class_weights=None, **options):
        o, kind = _fill("Glm", lgd_glm_options(), options), _loss(loss)
        self.matrix, self.outputs = X, max(o.outputs, 1)
        matrix, rows = _of(Matrix, "X of Glm", X), X.shape[0]
        shape = (rows,) if self.outputs == 1 and np.ndim(y) != 2 else (rows, self.outputs)
        kept = None if class_weights is None else np.array(class_weights, np.float64)
        if kept is not None:
            o.class_weights = _array("class_weights of Glm", kept, (max(self.outputs, 2),))
        if weights is not None:
            o.weights = _array("weights of Glm", weights, (rows,))
        if offset is not None:
            o.offset = _array("offset of Glm", offset, shape)
        at = _targets("y of Glm", y, kind, shape)

        def create(out):
            return _C.lgd_glm_create_sized(out, matrix, at, kind, ctypes.byref(o), ctypes.sizeof(o))
        self._handle = _Handle(create, _C.lgd_objective_free, matrix, kind, y, weights, offset)

    def predict(self, w, X=None):
        """Predictions for the rows of X, or of the matrix it was fitted to."""
        return _predicted(self, _C.lgd_glm_predict, w, X)


def _targets(what, y, loss, shape):
    """The address of y; the loss of classes by one target a row has no more, whatever the outputs."""
    one = len(shape) == 2 and np.ndim(y) == 1 and _text(_C.lgd_loss_describe, loss) == "softmax"
    return _array(what, y, shape[:1] if one else shape)


def _predicted(f, predict, w, X):
    X = f.matrix if X is None else X
    matrix = _of(Matrix, "X of predict", X)
    out = np.empty((X.shape[0], f.outputs))
    _check(predict(f.handle, matrix, _array("w", w, (f.dim,)), out.ctypes.data, f.outputs))
    return out if f.outputs > 1 else out[:, 0]


class Mlp(Objective):
    """A multilayer perceptron: hidden, the outputs of each hidden layer; one activation by name, or one for each."""

    def __init__(self, X, y, loss="half_squared", hidden=(), activation="relu", weights=None, **options):
        o, kind = _fill("Mlp", lgd_mlp_options(), options), _loss(loss)
        self.matrix, self.outputs, self.layers = X, max(o.outputs, 1), len(hidden) + 1
        matrix, rows = _of(Matrix, "X of Mlp", X), X.shape[0]
        each = [activation] * len(hidden) if isinstance(activation, str) else list(activation)
        if len(each) != len(hidden) or not set(each) <= set(WORDS["activation"]):
            _refuse("activation of Mlp", f"is {activation!r}",
                    f"one of {', '.join(WORDS['activation'])}, or one for each hidden layer,")
        widths = (c_size_t * len(hidden))(*(_whole("hidden of Mlp", n) for n in hidden))
        kinds = (c_int * len(hidden))(*(WORDS["activation"].index(a) for a in each))
        o.hidden, o.hidden_count = ctypes.addressof(widths), len(hidden)
        o.activations = ctypes.addressof(kinds) if hidden else None
        o.weights = _optional("weights of Mlp", weights, (rows,))
        at = _targets("y of Mlp", y, kind, (rows,) if self.outputs == 1 and np.ndim(y) != 2 else (rows, self.outputs))
        self._handle = _Handle(lambda out: _C.lgd_mlp_create_sized(out, matrix, at, kind, ctypes.byref(o), ctypes.sizeof(o)),
                               _C.lgd_objective_free, matrix, kind, y, weights)

    def initialise(self, seed=0, kind="auto"):
        """Weights to begin with, a new array: kind "auto", "he" or "glorot"."""
        if kind not in WORDS["init"]:
            _refuse("kind of initialise", f"is {kind!r}", f"one of {', '.join(WORDS['init'])}")
        w = np.empty(self.dim)
        _check(_C.lgd_mlp_initialise(self.handle, WORDS["init"].index(kind), _whole("seed", seed), w.ctypes.data))
        return w

    def predict(self, w, X=None):
        """Predictions for the rows of X, or of the matrix it was fitted to."""
        return _predicted(self, _C.lgd_mlp_predict, w, X)

    def layer(self, l, w):
        """(W [outputs x inputs], b) of layer l from 0, views of w."""
        i = lgd_mlp_layer_info()
        _array("w", w, (self.dim,))
        _check(_C.lgd_mlp_layer_sized(self.handle, _whole("l", l), ctypes.byref(i), ctypes.sizeof(i)))
        return w[i.first:i.first + i.outputs * i.inputs].reshape(i.outputs, i.inputs), w[i.bias:i.bias + i.outputs]

    def layer_norms(self, g):
        """|(W, b)| of each layer of a gradient or a point."""
        norms = np.empty(self.layers)
        _check(_C.lgd_mlp_layer_norms(self.handle, _array("g", g, (self.dim,)), norms.ctypes.data))
        return norms


class Factorization(Objective):
    """Ratings [count] of columns by rows, as u_i . v_j and biases; row and col are arrays of integers as wide as an address."""

    def __init__(self, rows, cols, row, col, rating, weights=None, **options):
        at = _numbers("row", row, len(rating)), _numbers("col", col, len(rating)), _array("rating", rating, (None,))
        self._make(_C.lgd_factorization_create_sized, (rows, cols, len(rating), *at), len(rating), weights, options, row, col, rating)

    @classmethod
    def csr(cls, ratings, weights=None, **options):
        """The same of sparse rows of SciPy, which are copied: a rating is a number that they have, 0 among them."""
        given, kept = _csr("ratings", ratings)
        made = object.__new__(cls)
        count = int(kept[-1][-1] - kept[-1][0])
        made._make(_C.lgd_factorization_csr_sized, (ctypes.byref(given), ctypes.sizeof(given)), count, weights, options)
        return made

    def _make(self, create, words, count, weights, options, *kept):
        o = _fill("Factorization", lgd_factorization_options(), options)
        o.weights = _optional("weights of Factorization", weights, (count,))
        self._handle = _Handle(lambda out: create(out, *words, ctypes.byref(o), ctypes.sizeof(o)), _C.lgd_objective_free, *kept,
                               weights)
        self._at = lgd_factors()
        _check(_C.lgd_factorization_factors_sized(self.handle, ctypes.byref(self._at), ctypes.sizeof(self._at)))

    def initialise(self, seed=0, scale=0.0):
        """Where to begin, a new array: 0 is a saddle."""
        w = np.empty(self.dim)
        _check(_C.lgd_factorization_initialise(self.handle, scale, _whole("seed", seed), w.ctypes.data))
        return w

    def factors(self, w):
        """(mean, U [rows x rank], V [cols x rank], b, c), views of w; without biases b and c are empty."""
        at = self._at
        _array("w", w, (self.dim,))
        return (at.mean, w[:at.V].reshape(at.rows, at.rank), w[at.V:at.V + at.cols * at.rank].reshape(at.cols, at.rank),
                w[at.row_bias:at.row_bias + at.rows], w[at.col_bias:])

    def predict(self, w, row, col):
        out = np.empty(len(row))
        _check(_C.lgd_factorization_predict(self.handle, _array("w", w, (self.dim,)), len(row), _numbers("row", row),
                                            _numbers("col", col, len(row)), out.ctypes.data))
        return out

    def top(self, w, row, k, unseen=False):
        """(columns, scores): the k of largest score for a row, without those that it has rated if only the unseen are asked for."""
        col, score, found = np.empty(k, SIZE), np.empty(k), c_size_t()
        _check(_C.lgd_factorization_top(self.handle, _array("w", w, (self.dim,)), _whole("row", row), k, unseen,
                                        col.ctypes.data, score.ctypes.data, ctypes.byref(found)))
        return col[:found.value], score[:found.value]


class Function(Objective):
    """fn(w) -> (value, gradient) of dim parameters, or with differences=True fn(w) -> value. w is a copy."""

    def __init__(self, dim, fn, differences=False):
        dim = _whole("dim of Function", dim)

        def evaluate(_, dim, w, value, gradient):
            result = fn(_copy(w, dim))
            value[0], g = (result, None) if differences else result
            if gradient:
                _view(gradient, 1, dim, dim)[0] = _given("the gradient of Function", g, (dim,))
            return 0
        called = _FUNCTION(_guarded(evaluate, Status.EUSER))
        create = _C.lgd_function_create_differences if differences else _C.lgd_function_create
        self._handle = _Handle(lambda out: create(out, dim, called, None), _C.lgd_objective_free, called)


class Residuals(Objective):
    """The sum of squares 1/2 sum weights r^2 of fn(w) -> r [count], with derivative(w) -> its Jacobian [count x dim], or by
    differences: jacobian "central" or "forward". Other options are robust and scale. w is a copy."""

    def __init__(self, dim, count, fn, derivative=None, weights=None, **options):
        dim, count = _whole("dim of Residuals", dim), _whole("count of Residuals", count)
        kind = options.setdefault("jacobian", "given" if derivative else "central")
        if (kind == "given") != (derivative is not None):
            _refuse("jacobian of Residuals", f"is {kind!r}", "'given' with a derivative, 'central' or 'forward' without")
        o = _fill("Residuals", lgd_residual_options(), options)
        if weights is not None:
            o.weights = _array("weights of Residuals", weights, (count,))

        def evaluate(_, dim, count, w, r, jacobian):
            _view(r, 1, count, count)[0] = _given("what Residuals are given", fn(_copy(w, dim)), (count,))
            if jacobian:
                J = _given("the derivative of Residuals", derivative(_copy(w, dim)), (count, dim))
                _view(jacobian, count, dim, dim)[:] = J
            return 0
        called = _RESIDUAL(_guarded(evaluate, Status.EUSER))
        self._handle = _Handle(lambda out: _C.lgd_residual_create_with_sized(out, dim, count, called, None, ctypes.byref(o),
                                                                             ctypes.sizeof(o)),
                               _C.lgd_objective_free, called, weights)


class Quadratic(Objective):
    """1/2 w^T Q w + b^T w + c for a symmetric Q, which is copied; or what quadratic() of an objective makes."""

    def __init__(self, Q, b=None, c=0.0):
        dim = len(Q)
        at = _array("Q of Quadratic", Q, (dim, dim)), None if b is None else _array("b of Quadratic", b, (dim,))
        self._handle = _Handle(lambda out: _C.lgd_quadratic_create_dense(out, dim, at[0], dim, at[1], c),
                               _C.lgd_objective_free)

    def refine(self, f, w, steps=0):
        """Moves w by Newton's steps with the gradient of f, of which this is the reduction: to the digits of its rows."""
        r, of = lgd_refinement(), _of(Objective, "f of refine", f)
        status = _C.lgd_quadratic_refine_sized(self.handle, of, _array("w", w, (self.dim,), write=True), steps,
                                               ctypes.byref(r), ctypes.sizeof(r))
        _check(status, Refinement(*_values(r)))
        return Refinement(*_values(r))


def _bounds(low, high, *names):
    """Addresses of bounds that are numbers, arrays or None, their number, and what must be kept."""
    count = max([len(bound) for bound in (low, high) if np.ndim(bound)], default=1)
    kept = [None if bound is None else bound if np.ndim(bound) else np.full(count, float(bound)) for bound in (low, high)]
    return [None if bound is None else _array(name, bound, (count,)) for name, bound in zip(names, kept)], count, kept


class Penalty(_Object):
    """What is added to an objective and known by its prox, or a constraint; made by its functions, as Penalty.l1(0.1)."""

    def __init__(self, create, *words, kept=()):
        self._handle = _Handle(lambda out: create(out, *words), _C.lgd_penalty_free, *kept)
        self.name = _C.lgd_penalty_name(self.handle).decode()

    @classmethod
    def l1(cls, strength):
        """strength |w|_1."""
        return cls(_C.lgd_penalty_l1_create, strength)

    @classmethod
    def elastic_net(cls, l1, l2):
        """l1 |w|_1 + l2/2 |w|_2^2."""
        return cls(_C.lgd_penalty_elastic_net_create, l1, l2)

    @classmethod
    def group_l1(cls, strength, *groups):
        """strength sum weight |w_g|_2 over ranges of w, each a dict: first, count, and weight (the root of count)."""
        own = (lgd_penalty_group * len(groups))()
        for i, group in enumerate(groups):
            _fill(f"group {i}", own[i], group)
        return cls(_C.lgd_penalty_group_l1_create_sized, strength, own, len(groups), ctypes.sizeof(lgd_penalty_group))

    @classmethod
    def total_variation(cls, strength):
        """strength sum |w_{j+1} - w_j|."""
        return cls(_C.lgd_penalty_total_variation_create, strength)

    @classmethod
    def box(cls, low=None, high=None):
        """low <= w <= high, numbers or arrays; None: no bound."""
        at, count, kept = _bounds(low, high, "low", "high")
        return cls(_C.lgd_penalty_box_create, count, *at, kept=kept)

    @classmethod
    def elastic_box(cls, l1, l2, low=None, high=None):
        """l1 |w|_1 + l2/2 |w|_2^2 for low <= w <= high."""
        at, count, kept = _bounds(low, high, "low", "high")
        return cls(_C.lgd_penalty_elastic_box_create, l1, l2, count, *at, kept=kept)

    @classmethod
    def non_negative(cls):
        """w >= 0."""
        return cls(_C.lgd_penalty_non_negative_create)

    @classmethod
    def simplex(cls, total=1.0):
        """w >= 0 with the sum `total`."""
        return cls(_C.lgd_penalty_simplex_create, total)

    @classmethod
    def l1_ball(cls, radius):
        """|w|_1 <= radius."""
        return cls(_C.lgd_penalty_l1_ball_create, radius)

    @classmethod
    def l2_ball(cls, radius):
        """|w|_2 <= radius."""
        return cls(_C.lgd_penalty_l2_ball_create, radius)

    @classmethod
    def ranges(cls, *ranges):
        """Penalties of ranges of w, each (penalty, first, count)."""
        kept = [_of(Penalty, f"penalty of range {i}", penalty) for i, (penalty, _, _) in enumerate(ranges)]
        own = (lgd_penalty_range * len(ranges))(*((handle._as_parameter_, _whole("first", first), _whole("count", count))
                                                  for handle, (_, first, count) in zip(kept, ranges)))
        return cls(_C.lgd_penalty_ranges_create_sized, own, len(ranges), ctypes.sizeof(lgd_penalty_range), kept=kept)

    def value(self, w):
        """h(w); infinite outside a constraint."""
        value = c_double()
        _check(_C.lgd_penalty_value(self.handle, len(w), _array("w", w, (None,)), ctypes.byref(value)))
        return value.value

    def prox(self, w, eta=1.0):
        """argmin_u h(u) + sum_j (u_j - w_j)^2 / (2 eta_j), a new array; eta is a number or an array of them."""
        _array("w", w, (None,))
        u, each = w.copy(), _array("eta", eta, w.shape) if np.ndim(eta) else None
        _check(_C.lgd_penalty_prox(self.handle, len(u), 1.0 if np.ndim(eta) else eta, each, u.ctypes.data))
        return u


class Optimizer(_Object):
    """A method from text: "adam", "adam:lr=0.01,beta1=0.8"."""

    def __init__(self, text):
        if "\0" in text:  # C would read no further
            _refuse("the text of Optimizer", f"is {text!r}", "one without the character 0")
        self._handle = _Handle(lambda out: _C.lgd_optimizer_parse(out, text.encode()), _C.lgd_optimizer_free)
        self.name = _C.lgd_optimizer_name(self.handle).decode()
        self._dim = None  # of w, as far as it is known here

    def __getitem__(self, option):
        value = c_double()
        _check(_C.lgd_optimizer_option(self.handle, option.encode(), ctypes.byref(value)))
        return value.value

    def groups(self, *groups):
        """Ranges of w with settings of their own, each a dict: first, count, and lr_scale, decay or frozen."""
        own = (lgd_group * len(groups))()
        for i, group in enumerate(groups):
            _fill(f"group {i}", own[i], group)
        _check(_C.lgd_optimizer_groups_sized(self.handle, own, len(groups), ctypes.sizeof(lgd_group)))

    def average(self, kind, **options):
        """Averages the points: kind "uniform", "ema" or "lookahead", with start, period, decay, alpha."""
        if kind not in WORDS["average"]:
            _refuse("kind of average", f"is {kind!r}", f"one of {', '.join(WORDS['average'])}")
        own = _fill("average", lgd_average(), options)
        own.kind = WORDS["average"].index(kind)
        _check(_C.lgd_optimizer_average_sized(self.handle, ctypes.byref(own), ctypes.sizeof(own)))

    def momentum(self, value):
        """For loops of your own: the momentum from the next step on; None: the method's own."""
        _check(_C.lgd_optimizer_momentum(self.handle, float("nan") if value is None else value))

    def penalty(self, penalty):
        """For loops of your own: every step ends with the prox of this lgd.Penalty; None: of none."""
        kept = None if penalty is None else _of(Penalty, "penalty", penalty)
        _check(_C.lgd_optimizer_penalty(self.handle, kept))
        self.handle.penalty = kept

    def follow(self, before):
        """Goes on where the lgd.Optimizer `before` is, which may be of another method: with its counters, from its tolerances."""
        _check(_C.lgd_optimizer_follow(self.handle, _of(Optimizer, "before of follow", before)))

    @property
    def steps(self):
        return _C.lgd_optimizer_steps(self.handle)

    def step(self, w, g, f=0.0, lr_factor=1.0):
        """One step of a loop of your own: moves w by g, which may be overwritten."""
        at = _array("w", w, (None,), write=True), _array("g", g, w.shape, write=True)
        _check(_C.lgd_optimizer_step(self.handle, len(w), *at, f, lr_factor))
        self._dim = len(w)

    def step_sparse(self, w, index, g, f=0.0, lr_factor=1.0):
        """The same of a gradient that is 0 but for g[i] at the coordinate index[i], each of them once: sgd, adagrad, ftrl, lazy_adam."""
        at = _array("w", w, (None,), write=True), len(g), _numbers("index", index, len(g)), _array("g", g, (None,), write=True)
        _check(_C.lgd_optimizer_step_sparse(self.handle, len(w), *at, f, lr_factor))
        self._dim = len(w)

    def result(self, w):
        """The point to use after a step or run to w: an average, or a copy of w."""
        if self._dim is None:
            raise ValueError("lgd: a result is asked for, after a step or a run it is accepted")
        at, out = _array("w", w, (self._dim,)), np.empty(self._dim)
        _check(_C.lgd_optimizer_result(self.handle, at, _array("out", out, out.shape)))
        return out

    def reset(self):
        self._dim = None
        _C.lgd_optimizer_reset(self.handle)

    def save(self):
        """The whole state as bytes."""
        size = c_size_t()
        _check(_C.lgd_optimizer_save(self.handle, None, ctypes.byref(size)))
        state = ctypes.create_string_buffer(size.value)
        _check(_C.lgd_optimizer_save(self.handle, state, ctypes.byref(size)))
        return state.raw[:size.value]

    def load(self, state):
        _check(_C.lgd_optimizer_load(self.handle, state, len(state)))
        self._dim = None

    @property
    def machine(self):
        """Where the state that was loaded last had been saved, as machine() says it; else machine()."""
        return _C.lgd_optimizer_machine(self.handle).decode()


class History(_Object):
    """Series that a run appends to: h["loss"], "running", "lr", "grad_norm", "seconds", "gap", "validation", "part 0" ..., copies."""

    def __init__(self):
        self._handle = _Handle(_C.lgd_history_create, _C.lgd_history_free)

    def __getitem__(self, name):
        count = c_size_t()
        series = _C.lgd_history_series(self.handle, name.encode(), ctypes.byref(count))
        if not series:
            _check(Status.EINVAL)
        return _copy(series, count.value)


def Schedule(kind, milestones=None, fn=None, next=None, **options):
    """A schedule for minimize: a kind and its members by name, or the kind "user" and fn(step, epoch) -> factor. From
    `until` on the schedule `next` holds."""
    s = _fill("Schedule", lgd_schedule(), dict(options, kind=kind))
    if next is not None:
        if not isinstance(next, lgd_schedule):
            _refuse("next of Schedule", f"is a {type(next).__name__}", "an lgd.Schedule", TypeError)
        s.next, s.kept_next = ctypes.addressof(next), next
    if milestones is not None:
        s.milestones, s.milestone_count = _array("milestones of Schedule", milestones, (None,)), len(milestones)
        s.kept = milestones
    if fn is not None:
        s.fn = _FACTOR(_guarded(lambda _, step, epoch: fn(step, epoch), float("nan")))
    return s


class Report(collections.namedtuple("Report", [name for name, _ in lgd_report._fields_])):
    """What happened, as in lgd/minimize.h; reason is why the run ended, in words."""
    __slots__ = ()

    @property
    def reason(self):
        return _C.lgd_stop_string(self.stop).decode()


def minimize(f, opt, w, callback=None, history=None, schedule=None, lr_scale=None, w_best=None, w_average=None, penalty=None,
             precondition=None, validation=None, **options):
    """Moves w by opt to where f is low. callback(progress) sees step, epoch, f, grad_norm, lr, seconds and w (a copy), and
    stops the run by returning True; precondition(w, r), which both are copies, gives P r; validation is an objective on other
    rows, on which patience counts. Raises Error where the run fails;
    after divergence w is the best point, and .report of the error holds a rate that would hold as lr_hold."""
    r = lgd_report()
    with _prepared(f, opt, w, callback, history, schedule, lr_scale, w_best, w_average, penalty, precondition,
                   validation, options) as (objective, method, at, o):
        status = _C.lgd_minimize_sized(objective, method, at, ctypes.byref(o), ctypes.sizeof(o), ctypes.byref(r),
                                       ctypes.sizeof(r))
        report = _reported(r)
        _check(status, report)
        opt._dim = len(w)
    return report


def minimize_starts(f, opt, w, starts, callback=None, history=None, schedule=None, lr_scale=None, w_best=None,
                    w_average=None, penalty=None, precondition=None, validation=None, **options):
    """minimize from each of several starts; w is set to the end of the best run. starts is a dict: W0, an array of points, or
    their number as starts and a box as lower and upper, from which they are drawn; beside that draw, seed and same."""
    dim, W0 = f.dim, starts.get("W0")
    s = _fill("starts", lgd_starts_options(), {name: starts[name] for name in starts if name not in ("W0", "lower", "upper")})
    if W0 is not None:
        s.W0, s.starts = _array("W0", W0, (s.starts or None, dim)), len(W0)
    s.lower, s.upper = (None if starts.get(name) is None else _array(name, starts[name], (dim,)) for name in ("lower", "upper"))
    W = np.full((s.starts, dim), np.nan)
    s.W = W.ctypes.data
    reports, r = (lgd_report * s.starts)(), lgd_starts_report()
    with _prepared(f, opt, w, callback, history, schedule, lr_scale, w_best, w_average, penalty, precondition,
                   validation, options) as (objective, method, at, o):
        status = _C.lgd_minimize_starts_sized(
            objective, method, at, ctypes.byref(s), ctypes.sizeof(s), ctypes.byref(o), ctypes.sizeof(o), reports,
            ctypes.sizeof(lgd_report), ctypes.byref(r), ctypes.sizeof(r))
        found = Starts(*_values(r), [_reported(report) for report in reports[:r.runs]], W)
        _check(status, found)
        opt._dim = dim
    return found


def describe(f, opt, penalty=None, schedule=None, **options):
    """What minimize would do with these, in words and with every number."""
    with _prepared(f, opt, np.empty(f.dim), schedule=schedule, penalty=penalty, options=options) as (objective, method, _, o):
        o.callback = _CALLBACK()
        return _text(_C.lgd_minimize_describe_sized, objective, method, ctypes.byref(o), ctypes.sizeof(o))


def minimize_rates(f, opt, rates, W, histories=None, schedule=None, penalty=None, **options):
    """minimize at several rates side by side, from and to the rows of W [rates x dim]; a list of reports."""
    shape, at = (len(rates), f.dim), _array("rates", rates, (None,))
    reports = (lgd_report * len(rates))()
    kept = None if histories is None else [_of(History, "history of minimize_rates", h) for h in histories]
    if kept is not None and len(kept) != len(rates):
        _refuse("histories", f"has {len(kept)} of them", f"{len(rates)}")
    each = None if kept is None else (c_void_p * len(rates))(*(h._as_parameter_.value for h in kept))
    with _prepared(f, opt, W, schedule=schedule, penalty=penalty, options=options,
                   shape=shape) as (objective, method, start, o):
        _check(_C.lgd_minimize_rates_sized(objective, method, at, len(rates), start, ctypes.byref(o), ctypes.sizeof(o),
                                           reports, ctypes.sizeof(lgd_report), each))
    return [_reported(report) for report in reports]


def rate_range(f, opt, w, **options):
    """The learning-rate range test from w, which stays, as a RateRange: its suggestion, and rates and losses of the steps."""
    o, r = _fill("rate_range", lgd_rate_range_options(), options), lgd_rate_range_report()
    rates, losses = np.empty((2, o.steps or 100))
    o.rates, o.losses = rates.ctypes.data, losses.ctypes.data
    _check(_C.lgd_rate_range_sized(_of(Objective, "f of rate_range", f), _of(Optimizer, "opt of rate_range", opt),
                                   _array("w", w, (f.dim,)), ctypes.byref(o), ctypes.sizeof(o), ctypes.byref(r),
                                   ctypes.sizeof(r)))
    return RateRange(*_values(r), rates[:r.steps], losses[:r.steps])


def minimize_piecewise(f, w, **options):
    """The exact minimum of a model whose loss is piecewise linear, into w, as a Piecewise with its multipliers."""
    o, r = _fill("minimize_piecewise", lgd_piecewise_options(), options), lgd_piecewise_report()
    u = np.empty((f.terms, f.outputs))
    o.multipliers = u.ctypes.data
    _check(_C.lgd_minimize_piecewise_sized(_of(Objective, "f of minimize_piecewise", f), _array("w", w, (f.dim,), write=True),
                                           ctypes.byref(o), ctypes.sizeof(o), ctypes.byref(r), ctypes.sizeof(r)))
    return Piecewise(*_values(r), u if f.outputs > 1 else u[:, 0])._replace(stop=_named(Stop, r.stop))


def minimize_federated(clients, opt, w, rounds=None, step_tol=None, callback=None, schedule=None, penalty=None, **local):
    """Federated averaging: each round every client goes from the common w by minimize with the options `local`."""
    kept = [_of(Objective, f"client {i}", client) for i, client in enumerate(clients)]
    own = (c_void_p * len(kept))(*(handle._as_parameter_.value for handle in kept))
    o = _fill("minimize_federated", lgd_federated_options(), dict(rounds=rounds, step_tol=step_tol))
    r = lgd_federated_report()
    if not kept:
        _refuse("clients", "is empty", "an objective at least")
    with _prepared(clients[0], opt, w, callback, schedule=schedule, penalty=penalty, options=local) as (_, method, at, l):
        _check(_C.lgd_minimize_federated_sized(own, len(kept), method, at, ctypes.byref(o), ctypes.sizeof(o), ctypes.byref(l),
                                               ctypes.sizeof(l), ctypes.byref(r), ctypes.sizeof(r)))
        opt._dim = len(w)
    return Federated(*_values(r))._replace(stop=_named(Stop, r.stop))


class Split:
    """Rows dealt to parts: at random by seed, contiguous, stratified by classes [terms] or by groups [terms]; by equal shares
    (folds) or by `shares`. split[i] is (the rows of part i, all others), arrays for subset and eval."""

    def __init__(self, terms, parts, shares=None, classes=None, groups=None, **options):
        o = _fill("Split", lgd_split_options(), options)
        o.classes = _optional("classes of Split", classes, (terms,))
        o.groups = _optional("groups of Split", groups, (terms,))
        given = None if shares is None else np.array(shares, np.float64)
        self._index, self._first = np.empty(2 * _whole("terms", terms), SIZE), np.empty(_whole("parts", parts) + 1, SIZE)
        self.c = lgd_split(terms, parts, self._index.ctypes.data, self._first.ctypes.data)
        _check(_C.lgd_split_draw_sized(ctypes.byref(self.c), _optional("shares of Split", given, (parts,)), ctypes.byref(o),
                                       ctypes.sizeof(o)))

    def __len__(self):
        return self.c.parts

    def __getitem__(self, i):
        part, others = lgd_rows(), lgd_rows()
        if not -len(self) <= i < len(self):
            raise IndexError(f"lgd: part is {i}, one of {len(self)} is accepted")
        _check(_C.lgd_split_rows(ctypes.byref(self.c), i % len(self), ctypes.byref(part), ctypes.byref(others)))
        return _row_numbers(part), _row_numbers(others)


def _row_numbers(rows):
    at = rows.index + ctypes.sizeof(c_size_t) * rows.first
    return np.array((c_size_t * rows.count).from_address(at), SIZE)


def _split(what, split):
    if not isinstance(split, Split):
        _refuse(what, f"is a {type(split).__name__}", "lgd.Split", TypeError)
    return ctypes.byref(split.c)


def cross_validate(split, fold):
    """fold(train, test) -> score for each part of the split, as a CrossValidation."""
    scores, r = np.empty(len(split)), lgd_cv_report()

    def one(_, fold_number, train, test, score):
        score[0] = fold(_row_numbers(train.contents), _row_numbers(test.contents))
        return 0
    called = _FOLD(_guarded(one, Status.EUNSUPPORTED))  # which ends all
    _check(_C.lgd_cross_validate_sized(_split("split of cross_validate", split), called, None, scores.ctypes.data,
                                       ctypes.byref(r), ctypes.sizeof(r)))
    return CrossValidation(*_values(r), scores, None, None)


def cross_validate_glm(split, X, y, loss="half_squared", optimizer="lbfgs", standardize=False, glm=None, accuracies=False,
                       **run):
    """Glm(X, y, loss, **glm) fitted by minimize(**run) on the rows of each fit, as a CrossValidation with the weights W;
    accuracies=True: of a loss of classes, right answers too."""
    glm = dict(glm or {})
    f = Glm(X, y, loss, **glm)  # checks what it is given; it is no part of the folds
    arrays = [glm.pop(name, None) for name in ("weights", "offset", "class_weights")]
    g, m, kind = _fill("Glm", lgd_glm_options(), glm), _fill("minimize", lgd_minimize_options(), run), _loss(loss)
    arrays = [None if a is None else np.array(a, np.float64) for a in arrays]
    g.weights, g.offset, g.class_weights = (None if a is None else a.ctypes.data for a in arrays)
    scores, right, W = np.empty(len(split)), np.empty(len(split)) if accuracies else None, np.empty((len(split), f.dim))
    o = lgd_cv_glm_options(optimizer.encode(), standardize, scores.ctypes.data, right.ctypes.data if accuracies else None,
                           W.ctypes.data)
    r = lgd_cv_report()
    _check(_C.lgd_cross_validate_glm_sized(
        _split("split of cross_validate_glm", split), X.handle, y.ctypes.data, kind, ctypes.byref(g), ctypes.sizeof(g),
        ctypes.byref(m), ctypes.sizeof(m), ctypes.byref(o), ctypes.sizeof(o), ctypes.byref(r), ctypes.sizeof(r)))
    return CrossValidation(*_values(r), scores, right, W)


def choose(axes, try_one, optimizer=None, **options):
    """The best of candidates, as a Choice. axes is a dict: a name to an array of values, or to a dict of low, high, count and
    log; try_one(point, text) -> score, or (score, its error), where point is a dict and text the optimizer's, with the value
    of each {name} in it. Options are draws, seed and maximize."""
    own, kept, names = (lgd_axis * len(axes))(), [], list(axes)
    for axis, (name, values) in zip(own, axes.items()):
        if isinstance(values, dict):
            _fill(f"axis {name}", axis, values)
        else:
            kept.append(np.array(values, np.float64))
            axis.values, axis.count = _array(f"axis {name}", kept[-1], (None,)), len(kept[-1])
        axis.name = name.encode()
    o, r = _fill("choose", lgd_choose_options(), options), lgd_choose_report()
    count = o.draws
    if not count:
        count = 1
        for axis in own:
            count *= max(axis.count, 1)
    points, point = np.empty((count, len(own))), np.empty(len(own))
    scores, errors = np.full((2, count), np.nan)
    o.optimizer = None if optimizer is None else optimizer.encode()
    o.points, o.scores, o.errors = (a.ctypes.data for a in (points, scores, errors))

    def one(_, text, at, score, error):
        found = try_one(dict(zip(names, _copy(at, len(names)))), text and text.decode())
        if isinstance(found, tuple):
            score[0], error[0] = found
        else:
            score[0] = found
        return 0
    called = _CANDIDATE(_guarded(one, Status.EUNSUPPORTED))  # which ends all
    _check(_C.lgd_choose_sized(own, ctypes.sizeof(lgd_axis), len(own), called, None, ctypes.byref(o), ctypes.sizeof(o),
                               point.ctypes.data, ctypes.byref(r), ctypes.sizeof(r)))
    return Choice(*_values(r), dict(zip(names, point)), points, scores, errors)


def diagnose(history, stop=Stop.EPOCHS, maximize=False, parts=(), descent=False):
    """What a run left behind says of it, as a Diagnosis with a label, its evidence and a remedy. history is an lgd.History, or a
    dict of arrays of a loop of your own: loss, running, validation, lr, grad_norm; parts are |g| of each layer."""
    o, d = lgd_diagnose_options(stop, maximize), lgd_diagnosis()
    if isinstance(history, History):
        _check(_C.lgd_diagnose_sized(history.handle, ctypes.byref(o), ctypes.sizeof(o), ctypes.byref(d), ctypes.sizeof(d)))
    else:
        s, series = lgd_series(), dict(history, **{f"part {i}": part for i, part in enumerate(parts)})
        s.count, s.part_count, s.descent = len(next(iter(series.values()), ())), len(parts), descent
        at = {name: _array(name, a, (s.count,)) for name, a in series.items()}
        layers = (c_void_p * len(parts))(*(at.pop(f"part {i}") for i in range(len(parts))))
        s.parts = ctypes.addressof(layers) if parts else None
        for name in at:
            if name not in ("loss", "running", "validation", "lr", "grad_norm"):
                raise TypeError(f"lgd: diagnose has no series {name}, loss, running, validation, lr, grad_norm are accepted")
            setattr(s, name, at[name])
        _check(_C.lgd_diagnose_series_sized(ctypes.byref(s), ctypes.sizeof(s), ctypes.byref(o), ctypes.sizeof(o),
                                            ctypes.byref(d), ctypes.sizeof(d)))
    return Diagnosis(*_values(d))._replace(label=_word("diagnosis", d.label), evidence=d.evidence.decode(),
                                           remedy=d.remedy.decode())


def _reported(r):
    words = {name: (getattr(r, name) or b"").decode() for name in ("kernel", "machine", "updates")}
    return Report(*_values(r))._replace(stop=_named(Stop, r.stop), **words)


@contextlib.contextmanager
def _prepared(f, opt, w, callback=None, history=None, schedule=None, lr_scale=None, w_best=None, w_average=None, penalty=None,
              precondition=None, validation=None, options=None, shape=None):
    """What the arguments of minimize are in C, for as long as it runs."""
    o = _fill("minimize", lgd_minimize_options(), options or {})
    objective, method = _of(Objective, "f of minimize", f), _of(Optimizer, "opt of minimize", opt)
    at = _array("w", w, shape or (f.dim,), write=True)
    shape = (f.dim,)
    if validation is not None:
        kept_validation = _of(Objective, "validation of minimize", validation)
        o.validation = kept_validation._as_parameter_
    if lr_scale is not None:
        o.lr_scale = _array("lr_scale", lr_scale, shape)
    if w_best is not None:
        o.w_best = _array("w_best", w_best, shape, write=True)
    if w_average is not None:
        o.w_average = _array("w_average", w_average, shape, write=True)
    if history is not None:
        kept = _of(History, "history of minimize", history)
        o.history = kept._as_parameter_
    if penalty is not None:
        kept_penalty = _of(Penalty, "penalty of minimize", penalty)
        o.penalty = kept_penalty._as_parameter_
    if schedule is not None:
        o.schedule = schedule

    def metric(_, point, r, pr):
        value = precondition(_copy(point, *shape), _copy(r, *shape))
        _view(pr, 1, *shape, *shape)[0] = _given("what precondition gives", value, shape)
        return 0
    if precondition is not None:
        o.precondition = _METRIC(_guarded(metric, Status.EUSER))
    with _interrupts_noted() as interrupted:
        def watch(_, progress):
            if interrupted:
                return 1
            if callback is None:
                return 0
            p = progress.contents
            fields = {name: getattr(p, name) for name, _ in lgd_progress._fields_}
            return bool(callback(Progress(**dict(fields, w=_copy(p.w, p.dim)))))
        o.callback = _CALLBACK(_guarded(watch, -1))
        yield objective, method, at, o


def plan(rows, cols, **options):
    """Which way of least squares is the cheapest, as a Plan: by way, "stream", "reduce" or "direct", and a sentence."""
    o, p = _fill("plan", lgd_plan_options(), dict(options, rows=rows, cols=cols)), lgd_plan()
    _check(_C.lgd_least_squares_plan_sized(ctypes.byref(o), ctypes.sizeof(o), ctypes.byref(p), ctypes.sizeof(p)))
    cost = {way: Cost(*_values(one)) for way, one in list(zip(WORDS["way"], p.cost))[1:]}
    return Plan(_word("way", p.way), cost, p.break_even, p.text.decode())


def duality_gap(f, w, penalty=None):
    """A bound on F(w) - min F, F being f and the penalty, where the objective and the penalty can tell one."""
    h, gap = None if penalty is None else _of(Penalty, "penalty of duality_gap", penalty), c_double()
    objective = _of(Objective, "f of duality_gap", f)
    _check(_C.lgd_duality_gap(objective, h, _array("w", w, (f.dim,)), ctypes.byref(gap)))
    return gap.value


Curvature = collections.namedtuple("Curvature", [name for name, _ in lgd_curvature._fields_] +
                                   ["smallest_vector", "largest_vector"])
Progress = collections.namedtuple("Progress", [name for name, _ in lgd_progress._fields_])
Fit = collections.namedtuple("Fit", ["w", "errors", "covariance"] + [name for name, _ in lgd_least_squares_report._fields_])
RidgePath = collections.namedtuple("RidgePath", "W error gcv freedom best best_gcv largest smallest")
LassoPath = collections.namedtuple("LassoPath", ["W"] + [name for name, _ in lgd_lasso_point._fields_])
Refinement = collections.namedtuple("Refinement", [name for name, _ in lgd_refinement._fields_])
Starts = collections.namedtuple("Starts", [name for name, _ in lgd_starts_report._fields_] + ["reports", "W"])
Plan = collections.namedtuple("Plan", "way cost break_even text")
RateRange = collections.namedtuple("RateRange", [name for name, _ in lgd_rate_range_report._fields_] + ["rates", "losses"])
Piecewise = collections.namedtuple("Piecewise", [name for name, _ in lgd_piecewise_report._fields_] + ["multipliers"])
Federated = collections.namedtuple("Federated", [name for name, _ in lgd_federated_report._fields_])
CrossValidation = collections.namedtuple("CrossValidation", [name for name, _ in lgd_cv_report._fields_] +
                                         ["scores", "accuracies", "W"])
Choice = collections.namedtuple("Choice", [name for name, _ in lgd_choose_report._fields_] +
                                ["point", "points", "scores", "errors"])
Diagnosis = collections.namedtuple("Diagnosis", [name for name, _ in lgd_diagnosis._fields_])
Cost = collections.namedtuple("Cost", [name for name, _ in lgd_plan_cost._fields_])


def permutation(seed, epoch, count):
    """The order in which an epoch visits the rows."""
    index = np.empty(count, SIZE)
    _C.lgd_permutation(_whole("seed", seed), _whole("epoch", epoch), count, index.ctypes.data)
    return index


def uniform(seed, first, count):
    """Numbers in [0, 1) that belong to (seed, first), (seed, first + 1), ..."""
    x = np.empty(count)
    _C.lgd_uniform(_whole("seed", seed), _whole("first", first), count, x.ctypes.data)
    return x


def machine():
    """What the last bits of results depend on: the kind of processor, and the BLAS."""
    return _C.lgd_machine().decode()


def streaming_rate(threads=0):
    """Bytes a second at which so many threads read memory."""
    return _C.lgd_streaming_rate(_whole("threads", threads))


def stream_read(x, streams=8, threads=0):
    """Seconds of one read of the array x."""
    x = np.ascontiguousarray(x, dtype=np.double)
    return _C.lgd_stream_read(x.ctypes.data, x.size, _whole("streams", streams), _whole("threads", threads))


def build_info():
    """Which library this is, and which BLAS it runs on."""
    return _C.lgd_build_info().decode()
