! libgd: gradient descent, for Fortran 2018.
!
!   data -> matrix -> objective(loss) -> optimizer -> minimize(schedule, penalty) -> report
!
! Compile this file with your own compiler, since module files cannot be shared between compilers:
!     gfortran lgd.f90 program.f90 $(pkg-config --cflags --libs libgd-descent)
! `use lgd` brings iso_c_binding along. Each function is that of the C headers beside this file, which are its reference:
!
! Status      Functions that can fail return integer(c_int), LGD_OK or an error; lgd_last_error() is the sentence.
! Handles     A matrix, loss, objective, penalty, optimizer or history is a type(c_ptr), c_null_ptr before it is created.
! Matrices    Element (i, j) of A(rows, cols) is where lgd_matrix_dense_columns looks for it, with ld = rows. If instead each
!             row of data is a column, A(cols, rows), it is lgd_matrix_dense with ld = cols. Neither copies.
! Borrowed    What an object goes on using is given as c_loc(A), of an A with the attribute `target` that lives on and is
!             not moved. Points and results are plain arrays.
! Numbers     size_t is integer(c_size_t), as of size(A, 1, c_size_t); uint64_t is integer(c_int64_t).
! Options     type(lgd_minimize_options) :: o is all defaults. Where 0 is legal but not the default write LGD_ZERO.
! NULL        An optional argument is left out where C passes NULL: lgd_objective_eval(f, w=w, value=v) for all rows, no g.
! Strings     Are characters of Fortran in both directions, blanks at the end being padding. lgd_string turns those inside
!             structs.
! Rows        Of results, W [count x dim], and of Jacobians are columns here: W(dim, count), jacobian(dim, count).
! Callbacks   Yours have bind(C) and the interface lgd_function, lgd_residual, lgd_callback, lgd_precondition, lgd_fold or
!             lgd_candidate; those of a table of ops have the arguments that the C header says. In a struct they are c_funloc(name).
! Optimizers  Come from text, lgd_optimizer_parse(opt, 'adam:lr=0.01'); so a new method needs no line here. So may losses,
!             lgd_loss_parse(loss, 'huber:delta=1.2').
! Differs     LGD_ZERO and LGD_VERSION are lgd_zero and lgd_version in Fortran, which has one case: the first is the
!             constant, the second the function.
module lgd
    use, intrinsic :: iso_c_binding
    implicit none
    public

    ! ---- status.h, runtime.h

    enum, bind(C)
        enumerator :: LGD_OK = 0, LGD_EINVAL = -1, LGD_ENOMEM = -2, LGD_ERANGE = -3, LGD_EDIVERGED = -4, &
            LGD_EUNSUPPORTED = -5, LGD_EUSER = -6, LGD_EIO = -7, LGD_EFORMAT = -8
    end enum

    real(c_double), parameter :: LGD_ZERO = -2.2250738585072014e-308_c_double
    real(c_double), parameter :: LGD_AUTO = -4.4501477170144028e-308_c_double

    type, bind(C) :: lgd_memory
        type(c_funptr) :: allocate = c_null_funptr, release = c_null_funptr
        type(c_ptr) :: ctx = c_null_ptr
    end type

    ! ---- matrix.h, loss.h

    enum, bind(C)
        enumerator :: LGD_CONCURRENT = 1
    end enum

    type, bind(C) :: lgd_rows ! first counts from 0, and so do the rows that index names
        integer(c_size_t) :: first = 0, count = 0
        type(c_ptr) :: index = c_null_ptr
    end type

    enum, bind(C)
        enumerator :: LGD_KERNEL_AUTO = 0, LGD_KERNEL_ROWS = 1, LGD_KERNEL_BLAS = 2
    end enum

    type, bind(C) :: lgd_row_step
        real(c_double) :: lr = 0, by = 0, l2 = 0
        type(c_ptr) :: smooth = c_null_ptr
    end type

    type, bind(C) :: lgd_matrix_ops
        type(c_ptr) :: name = c_null_ptr
        integer(c_int) :: flags = 0
        type(c_funptr) :: forward = c_null_funptr, adjoint = c_null_funptr, panel = c_null_funptr, free = c_null_funptr
        type(c_funptr) :: moments = c_null_funptr, gather = c_null_funptr
        type(c_funptr) :: fused = c_null_funptr, descend = c_null_funptr, use = c_null_funptr, kernel = c_null_funptr
        type(c_funptr) :: squares = c_null_funptr, stored = c_null_funptr, bytes = c_null_funptr
        type(c_funptr) :: touched = c_null_funptr
    end type

    type, bind(C) :: lgd_csr ! columns count from 0; c_loc of the arrays, which are kept
        integer(c_size_t) :: rows = 0, cols = 0
        type(c_ptr) :: row_start = c_null_ptr, column = c_null_ptr, column_i64 = c_null_ptr
        type(c_ptr) :: value = c_null_ptr, value_f32 = c_null_ptr
    end type

    type, bind(C) :: lgd_stream ! read is c_funloc of a function that has first, from 0, and count by value
        integer(c_size_t) :: rows = 0, cols = 0
        type(c_funptr) :: read = c_null_funptr
        type(c_ptr) :: ctx = c_null_ptr
        type(c_funptr) :: free = c_null_funptr
        logical(c_bool) :: single = .false.
        integer(c_size_t) :: block_rows = 0, memory = 0
        logical(c_bool) :: synchronous = .false.
    end type

    enum, bind(C)
        enumerator :: LGD_SQUARES = 1, LGD_CLASSES = 4
    end enum

    type, bind(C) :: lgd_loss_ops
        type(c_ptr) :: name = c_null_ptr
        integer(c_int) :: flags = 0
        type(c_funptr) :: targets = c_null_funptr, eval = c_null_funptr, free = c_null_funptr, link = c_null_funptr
        type(c_funptr) :: check = c_null_funptr, curvature = c_null_funptr, fenchel = c_null_funptr
        type(c_funptr) :: hessian = c_null_funptr
        type(c_funptr) :: kinks = c_null_funptr, attained = c_null_funptr, describe = c_null_funptr
    end type

    ! ---- objective.h, glm.h

    enum, bind(C)
        enumerator :: LGD_QUADRATIC = 2
    end enum

    type, bind(C) :: lgd_objective_ops
        type(c_ptr) :: name = c_null_ptr
        integer(c_int) :: flags = 0
        type(c_funptr) :: eval = c_null_funptr, smooth = c_null_funptr, free = c_null_funptr, weight = c_null_funptr
        type(c_funptr) :: unpenalised = c_null_funptr
        type(c_funptr) :: linear = c_null_funptr, difference = c_null_funptr, fenchel = c_null_funptr
        type(c_funptr) :: curvature = c_null_funptr
        type(c_funptr) :: product = c_null_funptr, hessian = c_null_funptr, smooth_product = c_null_funptr
        type(c_funptr) :: scores = c_null_funptr, along = c_null_funptr
        type(c_funptr) :: jacobian = c_null_funptr, residuals = c_null_funptr, bend = c_null_funptr, design = c_null_funptr
        type(c_funptr) :: panel = c_null_funptr, describe = c_null_funptr, attained = c_null_funptr, descend = c_null_funptr
        type(c_funptr) :: noise = c_null_funptr, parts = c_null_funptr
        type(c_funptr) :: diagonal = c_null_funptr, product_of = c_null_funptr, cost = c_null_funptr
        type(c_funptr) :: support = c_null_funptr
    end type

    type, bind(C) :: lgd_gradient_check
        integer(c_size_t) :: worst = 0
        real(c_double) :: analytic = 0, numeric = 0, error = 0
    end type

    type, bind(C) :: lgd_curvature_options
        real(c_double) :: tol = 0
        integer(c_size_t) :: max_products = 0
        integer(c_int64_t) :: seed = 0
        logical(c_bool) :: power = .false.
        type(c_ptr) :: smallest_vector = c_null_ptr, largest_vector = c_null_ptr
    end type

    type, bind(C) :: lgd_curvature
        real(c_double) :: largest = 0, smallest = 0, condition = 0, error = 0
        integer(c_size_t) :: products = 0
        logical(c_bool) :: exact = .false.
    end type

    type, bind(C) :: lgd_jacobian_check ! row and column count from 0
        integer(c_size_t) :: row = 0, column = 0
        real(c_double) :: analytic = 0, numeric = 0, error = 0
    end type

    type, bind(C) :: lgd_glm_options
        real(c_double) :: l2 = 0
        logical(c_bool) :: intercept = .false.
        integer(c_size_t) :: outputs = 0
        type(c_ptr) :: weights = c_null_ptr, offset = c_null_ptr, class_weights = c_null_ptr
        logical(c_bool) :: balanced = .false.
    end type

    ! ---- mlp.h, factorization.h, standard_errors.h

    enum, bind(C)
        enumerator :: LGD_RELU = 0, LGD_IDENTITY, LGD_SIGMOID, LGD_TANH, LGD_LEAKY_RELU, LGD_GELU, LGD_SOFTPLUS
    end enum

    enum, bind(C)
        enumerator :: LGD_INIT_AUTO = 0, LGD_INIT_HE, LGD_INIT_GLOROT
    end enum

    type, bind(C) :: lgd_mlp_options
        type(c_ptr) :: hidden = c_null_ptr
        integer(c_size_t) :: hidden_count = 0
        integer(c_int) :: activation = LGD_RELU
        type(c_ptr) :: activations = c_null_ptr
        integer(c_size_t) :: outputs = 0
        real(c_double) :: l2 = 0, dropout = 0
        integer(c_int64_t) :: seed = 0
        logical(c_bool) :: single = .false.
        type(c_ptr) :: weights = c_null_ptr
    end type

    type, bind(C) :: lgd_mlp_layer_info ! first and bias count from 0
        integer(c_size_t) :: first = 0, inputs = 0, outputs = 0, bias = 0
    end type

    type, bind(C) :: lgd_factorization_options
        integer(c_size_t) :: rank = 0
        real(c_double) :: l2 = 0
        logical(c_bool) :: biases = .false.
        real(c_double) :: mean = 0, low = 0, high = 0
        type(c_ptr) :: weights = c_null_ptr
    end type

    type, bind(C) :: lgd_factors ! V, row_bias and col_bias count from 0
        integer(c_size_t) :: rows = 0, cols = 0, rank = 0
        real(c_double) :: mean = 0
        integer(c_size_t) :: V = 0, row_bias = 0, col_bias = 0
    end type

    enum, bind(C)
        enumerator :: LGD_ERRORS_MODEL = 0, LGD_ERRORS_HC0, LGD_ERRORS_HC1
    end enum

    type, bind(C) :: lgd_standard_errors_options
        integer(c_int) :: kind = LGD_ERRORS_MODEL
        real(c_double) :: dispersion = 0
        type(c_ptr) :: frozen = c_null_ptr
    end type

    ! ---- least_squares.h, quadratic.h

    enum, bind(C)
        enumerator :: LGD_ROBUST_NONE = 0, LGD_ROBUST_HUBER, LGD_ROBUST_CAUCHY, LGD_ROBUST_SOFT_L1
    end enum

    enum, bind(C)
        enumerator :: LGD_JACOBIAN_GIVEN = 0, LGD_JACOBIAN_CENTRAL, LGD_JACOBIAN_FORWARD
    end enum

    type, bind(C) :: lgd_residual_options
        type(c_ptr) :: weights = c_null_ptr
        integer(c_int) :: robust = LGD_ROBUST_NONE
        real(c_double) :: scale = 0
        integer(c_int) :: jacobian = LGD_JACOBIAN_GIVEN
    end type

    type, bind(C) :: lgd_ridge_options
        type(c_ptr) :: error = c_null_ptr, gcv = c_null_ptr, freedom = c_null_ptr
    end type

    type, bind(C) :: lgd_ridge_report ! best and best_gcv count from 0
        integer(c_size_t) :: best = 0, best_gcv = 0
        real(c_double) :: error = 0, gcv = 0, largest = 0, smallest = 0
    end type

    enum, bind(C)
        enumerator :: LGD_SOLVER_AUTO = 0, LGD_SOLVER_QR, LGD_SOLVER_SVD, LGD_SOLVER_REDUCTION
    end enum

    type, bind(C) :: lgd_least_squares_options
        integer(c_int) :: solver = LGD_SOLVER_AUTO
        real(c_double) :: rcond = 0
        integer(c_size_t) :: refinements = 0
        logical(c_bool) :: plain = .false.
        real(c_double) :: sigma = 0
        type(c_ptr) :: errors = c_null_ptr, covariance = c_null_ptr
    end type

    type, bind(C) :: lgd_least_squares_report
        integer(c_int) :: solver = LGD_SOLVER_AUTO
        integer(c_size_t) :: rank = 0
        real(c_double) :: condition = 0, rss = 0, freedom = 0, sigma = 0, r_squared = 0, digits = 0
        integer(c_size_t) :: refinements = 0
    end type

    type, bind(C) :: lgd_refinement
        real(c_double) :: digits = 0, condition = 0, limit = 0
        integer(c_size_t) :: rank = 0, passes = 0
    end type

    enum, bind(C)
        enumerator :: LGD_WAY_AUTO = 0, LGD_WAY_STREAM, LGD_WAY_REDUCE, LGD_WAY_DIRECT
    end enum

    type, bind(C) :: lgd_plan_options
        integer(c_size_t) :: rows = 0, cols = 0, outputs = 0, steps = 0
        logical(c_bool) :: optimum = .false.
        real(c_double) :: condition = 0
        integer(c_int) :: way = LGD_WAY_AUTO
    end type

    type, bind(C) :: lgd_plan_cost
        real(c_double) :: flops = 0, bytes = 0, time = 0
    end type

    type, bind(C) :: lgd_plan
        integer(c_int) :: way = LGD_WAY_AUTO
        type(lgd_plan_cost) :: cost(0:3) ! cost(LGD_WAY_REDUCE)
        real(c_double) :: break_even = 0
        character(kind=c_char) :: text(240) = c_null_char ! of a target, lgd_string(c_loc(plan%text))
    end type

    ! ---- penalty.h, optimizer.h

    enum, bind(C)
        enumerator :: LGD_SEPARABLE = 1, LGD_CONSTRAINT = 2
    end enum

    type, bind(C) :: lgd_penalty_ops
        type(c_ptr) :: name = c_null_ptr
        integer(c_int) :: flags = 0
        type(c_funptr) :: value = c_null_funptr, prox = c_null_funptr, free = c_null_funptr, check = c_null_funptr
        type(c_funptr) :: work = c_null_funptr, conjugate = c_null_funptr
        type(c_funptr) :: l1 = c_null_funptr, bounds = c_null_funptr, coordinates = c_null_funptr
        type(c_funptr) :: describe = c_null_funptr
    end type

    type, bind(C) :: lgd_penalty_group ! first counts from 0
        integer(c_size_t) :: first = 0, count = 0
        real(c_double) :: weight = 0
    end type

    type, bind(C) :: lgd_penalty_range ! first counts from 0
        type(c_ptr) :: penalty = c_null_ptr
        integer(c_size_t) :: first = 0, count = 0
    end type

    enum, bind(C)
        enumerator :: LGD_DOUBLE = 0, LGD_SIZE, LGD_BOOL, LGD_CHOICE
    end enum

    enum, bind(C)
        enumerator :: LGD_SLICED = 1, LGD_NEEDS_EVAL = 2, LGD_FULL_BATCH = 4, LGD_LINEAR = 8, LGD_LAYERED = 16, &
            LGD_OWN_POINTS = 32, LGD_CHECKED = 64, LGD_TELLS_RATE = 128, LGD_OWN_PROX = 256, &
            LGD_NOISE_GROWS = 512, LGD_TAKES_L1 = 1024, LGD_TAKES_BOX = 2048, LGD_PRECONDITIONED = 4096, &
            LGD_FINDS_STEP = 8192, LGD_NEEDS_RESIDUALS = 16384, LGD_JUDGES = 32768, LGD_NEEDS_QUADRATIC = 65536, &
            LGD_TAKES_COORDINATES = 131072, LGD_ELEMENTWISE = 262144, LGD_SPARSE = 524288, LGD_LAZY = 1048576
    end enum

    type, bind(C) :: lgd_option
        type(c_ptr) :: name = c_null_ptr
        integer(c_size_t) :: offset = 0
        integer(c_int) :: type = LGD_DOUBLE
        real(c_double) :: preset = 0, low = 0, high = 0
        integer(c_int) :: open = 0
        type(c_ptr) :: choices = c_null_ptr, help = c_null_ptr
        type(c_ptr) :: reserved(2) = c_null_ptr
    end type

    type, bind(C) :: lgd_oracle
        type(c_funptr) :: eval = c_null_funptr, prox = c_null_funptr
        type(c_funptr) :: begin_line = c_null_funptr, line = c_null_funptr
        type(c_funptr) :: product = c_null_funptr, hessian = c_null_funptr, precondition = c_null_funptr
        type(c_ptr) :: l1 = c_null_ptr, lower = c_null_ptr, upper = c_null_ptr
        logical(c_bool) :: exact = .false.
        type(c_ptr) :: frozen = c_null_ptr
        type(c_funptr) :: gauss_newton = c_null_funptr, bend = c_null_funptr
        type(c_ptr) :: l2 = c_null_ptr
        logical(c_bool) :: quadratic = .false.
        type(c_funptr) :: diagonal = c_null_funptr
    end type

    type, bind(C) :: lgd_step
        integer(c_size_t) :: dim = 0
        type(c_ptr) :: w = c_null_ptr, g = c_null_ptr
        real(c_double) :: f = 0
        integer(c_int64_t) :: t = 0
        real(c_double) :: lr_factor = 0
        real(c_double) :: momentum = 0, decay = 0
        logical(c_bool) :: fresh = .false.
        integer(c_int) :: stop = 0
        integer(c_int64_t) :: key = 0
        type(c_ptr) :: oracle = c_null_ptr, oracle_ctx = c_null_ptr
        type(c_ptr) :: options = c_null_ptr, state = c_null_ptr, vec = c_null_ptr
        real(c_double) :: sum(4) = 0
        logical(c_bool) :: finite = .false., penalised = .false.
        real(c_double) :: eta = 0
        type(c_ptr) :: eta_each = c_null_ptr
        real(c_double) :: weight = 0
        logical(c_bool) :: indefinite = .false., known = .false.
        integer(c_size_t) :: threads = 0
        type(c_ptr) :: support = c_null_ptr
    end type

    type, bind(C) :: lgd_optimizer_ops
        type(c_ptr) :: name = c_null_ptr, options = c_null_ptr
        integer(c_size_t) :: options_size = 0
        integer(c_int) :: flags = 0
        type(c_funptr) :: layout = c_null_funptr, init = c_null_funptr, step = c_null_funptr, result = c_null_funptr
        type(c_funptr) :: check = c_null_funptr, measure = c_null_funptr
        type(c_ptr) :: about = c_null_ptr, source = c_null_ptr
        type(c_funptr) :: settle = c_null_funptr
    end type

    type, bind(C) :: lgd_group ! first counts from 0
        integer(c_size_t) :: first = 0, count = 0
        real(c_double) :: lr_scale = 0, decay = 0
        logical(c_bool) :: frozen = .false.
    end type

    enum, bind(C)
        enumerator :: LGD_AVERAGE_NONE = 0, LGD_AVERAGE_UNIFORM, LGD_AVERAGE_EMA, LGD_LOOKAHEAD
    end enum

    type, bind(C) :: lgd_average
        integer(c_int) :: kind = LGD_AVERAGE_NONE
        integer(c_int64_t) :: start = 0, period = 0
        real(c_double) :: decay = 0, alpha = 0
    end type

    ! ---- schedule.h, minimize.h

    enum, bind(C)
        enumerator :: LGD_CONSTANT = 0, LGD_STEP_DECAY, LGD_MULTI_STEP, LGD_EXPONENTIAL, LGD_COSINE, LGD_INVERSE_TIME, &
            LGD_INVERSE_SCALING, LGD_POLYNOMIAL, LGD_USER_SCHEDULE, LGD_WARM_RESTARTS, LGD_ONE_CYCLE, LGD_TRIANGULAR, &
            LGD_TRIANGULAR2, LGD_EXP_RANGE, LGD_TRAPEZOID, LGD_PLATEAU, LGD_OPTIMAL, LGD_VW_POWER
    end enum

    type, bind(C) :: lgd_plateau_state
        real(c_double) :: best = 0
        integer(c_int64_t) :: seen = 0, bad = 0, rest = 0, cuts = 0
    end type

    type, bind(C) :: lgd_schedule
        integer(c_int) :: kind = LGD_CONSTANT
        real(c_double) :: period = 0, factor = 0, floor = 0, warmup = 0, warmup_start = 0, power = 0
        logical(c_bool) :: per_step = .false.
        type(c_ptr) :: milestones = c_null_ptr
        integer(c_size_t) :: milestone_count = 0
        type(c_funptr) :: fn = c_null_funptr
        type(c_ptr) :: ctx = c_null_ptr
        real(c_double) :: rise = 0, fall = 0, start = 0, patience = 0, tol = 0, cooldown = 0
        real(c_double) :: momentum_low = 0, momentum_high = 0
        type(c_ptr) :: plateau = c_null_ptr, next = c_null_ptr
        real(c_double) :: until = 0
        real(c_double) :: reserved(4) = 0
    end type

    enum, bind(C)
        enumerator :: LGD_SHUFFLE = 0, LGD_SEQUENTIAL, LGD_REPLACEMENT, LGD_BLOCKS, LGD_INTERLEAVED, LGD_WINDOW
    end enum

    enum, bind(C)
        enumerator :: LGD_LAST_DIVIDE = 0, LGD_LAST_SCALE, LGD_LAST_DROP
    end enum

    enum, bind(C)
        enumerator :: LGD_MINIBATCH = 0, LGD_SVRG, LGD_SAGA, LGD_SARAH
    end enum

    enum, bind(C)
        enumerator :: LGD_STOP_NONE = 0, LGD_STOP_EPOCHS, LGD_STOP_STEPS, LGD_STOP_SECONDS, LGD_STOP_GRAD_TOL, &
            LGD_STOP_F_TOL, LGD_STOP_STEP_TOL, LGD_STOP_F_TARGET, LGD_STOP_ROUNDING, LGD_STOP_STALLED, LGD_STOP_CALLBACK, &
            LGD_STOP_OPTIMIZER, LGD_STOP_DIVERGED, LGD_STOP_ERROR, LGD_STOP_GAP_TOL, &
            LGD_STOP_SADDLE, LGD_STOP_SEARCH, LGD_STOP_UNBOUNDED, LGD_STOP_SEPARABLE, LGD_STOP_PATIENCE
    end enum

    enum, bind(C)
        enumerator :: LGD_SADDLE_UNCHECKED = 0, LGD_SADDLE_STOP, LGD_SADDLE_ESCAPE, LGD_SADDLE_PERTURB
    end enum

    type, bind(C) :: lgd_progress
        integer(c_int64_t) :: step = 0, epoch = 0
        real(c_double) :: f = 0, grad_norm = 0, lr = 0, seconds = 0
        integer(c_size_t) :: dim = 0
        type(c_ptr) :: w = c_null_ptr ! call c_f_pointer(p%w, w, [p%dim])
    end type

    type, bind(C) :: lgd_minimize_options
        integer(c_size_t) :: batch_size = 0
        integer(c_int64_t) :: max_epochs = 0, max_steps = 0, check_every = 0
        real(c_double) :: max_seconds = 0, grad_tol = 0, grad_tol_abs = 0, f_tol = 0, step_tol = 0, f_target = 0
        real(c_double) :: divergence_factor = 0, clip_norm = 0, clip_value = 0
        integer(c_int) :: order = LGD_SHUFFLE
        integer(c_int) :: last = LGD_LAST_DIVIDE
        integer(c_int64_t) :: seed = 0, first_epoch = 0
        type(lgd_schedule) :: schedule
        logical(c_bool) :: maximize = .false.
        type(c_ptr) :: lr_scale = c_null_ptr, w_best = c_null_ptr, w_average = c_null_ptr
        integer(c_size_t) :: threads = 0
        type(c_ptr) :: history = c_null_ptr
        type(c_funptr) :: callback = c_null_funptr
        type(c_ptr) :: callback_ctx = c_null_ptr, penalty = c_null_ptr
        integer(c_int) :: estimator = LGD_MINIBATCH
        real(c_double) :: gap_tol = 0, norm_test = 0
        type(c_funptr) :: precondition = c_null_funptr ! of the interface lgd_precondition
        type(c_ptr) :: precondition_ctx = c_null_ptr
        integer(c_size_t) :: start_rows = 0
        integer(c_int) :: saddle = LGD_SADDLE_UNCHECKED
        type(c_ptr) :: validation = c_null_ptr
        integer(c_int64_t) :: patience = 0
        logical(c_bool) :: profile = .false.
        integer(c_size_t) :: block_rows = 0, window = 0
    end type

    type, bind(C) :: lgd_report
        integer(c_int) :: stop = LGD_STOP_NONE
        integer(c_int64_t) :: steps = 0, epochs = 0, evaluations = 0
        real(c_double) :: passes = 0, f = 0, grad_norm = 0, best_f = 0, seconds = 0
        integer(c_int64_t) :: best_step = 0, clipped = 0
        real(c_double) :: lr_hold = 0, f_average = 0, gap = 0
        integer(c_size_t) :: batch_size = 0
        integer(c_int64_t) :: indefinite = 0
        real(c_double) :: smallest_curvature = 0, f_validation = 0
        real(c_double) :: bytes = 0, flops = 0, streaming = 0, seconds_loss = 0, seconds_matrix = 0, seconds_optimizer = 0
        type(c_ptr) :: kernel = c_null_ptr, machine = c_null_ptr, updates = c_null_ptr ! lgd_string() makes text of them
    end type

    type, bind(C) :: lgd_lasso_path_options
        integer(c_size_t) :: count = 0
        real(c_double) :: ratio = 0
        type(c_ptr) :: strengths = c_null_ptr
        real(c_double) :: l1_ratio = 0
        type(c_ptr) :: lower = c_null_ptr, upper = c_null_ptr
        integer(c_size_t) :: bounds = 0
        real(c_double) :: gap_tol = 0
        integer(c_int64_t) :: max_sweeps = 0
        logical(c_bool) :: on_data = .false.
        integer(c_size_t) :: threads = 0
    end type

    type, bind(C) :: lgd_lasso_point
        real(c_double) :: strength = 0, f = 0, gap = 0
        integer(c_size_t) :: nonzeros = 0
        integer(c_int64_t) :: sweeps = 0
        integer(c_int) :: stop = LGD_STOP_NONE
    end type

    ! ---- starts.h

    enum, bind(C)
        enumerator :: LGD_DRAW_LATIN = 0, LGD_DRAW_UNIFORM
    end enum

    type, bind(C) :: lgd_starts_options
        integer(c_size_t) :: starts = 0
        type(c_ptr) :: W0 = c_null_ptr, lower = c_null_ptr, upper = c_null_ptr
        integer(c_int) :: draw = LGD_DRAW_LATIN
        integer(c_int64_t) :: seed = 0
        real(c_double) :: same = 0
        type(c_ptr) :: W = c_null_ptr
    end type

    type, bind(C) :: lgd_starts_report ! best counts from 0
        integer(c_size_t) :: best = 0, runs = 0, failed = 0, minima = 0
        real(c_double) :: f = 0
    end type

    ! ---- choose.h, diagnose.h, federated.h, piecewise.h, rates.h

    type, bind(C) :: lgd_split ! the rows in index count from 0
        integer(c_size_t) :: terms = 0, parts = 0
        type(c_ptr) :: index = c_null_ptr, first = c_null_ptr
    end type

    type, bind(C) :: lgd_split_options
        integer(c_int64_t) :: seed = 0
        logical(c_bool) :: contiguous = .false.
        type(c_ptr) :: classes = c_null_ptr, groups = c_null_ptr
    end type

    type, bind(C) :: lgd_cv_report
        real(c_double) :: mean = 0, standard_error = 0
        integer(c_size_t) :: failed = 0
        real(c_double) :: accuracy = 0, accuracy_error = 0
    end type

    type, bind(C) :: lgd_cv_glm_options
        type(c_ptr) :: optimizer = c_null_ptr
        logical(c_bool) :: standardize = .false.
        type(c_ptr) :: scores = c_null_ptr, accuracies = c_null_ptr, W = c_null_ptr
    end type

    type, bind(C) :: lgd_axis
        type(c_ptr) :: name = c_null_ptr, values = c_null_ptr
        real(c_double) :: low = 0, high = 0
        integer(c_size_t) :: count = 0
        logical(c_bool) :: log = .false.
    end type

    type, bind(C) :: lgd_choose_options
        integer(c_size_t) :: draws = 0
        integer(c_int64_t) :: seed = 0
        logical(c_bool) :: maximize = .false.
        type(c_ptr) :: optimizer = c_null_ptr, points = c_null_ptr, scores = c_null_ptr, errors = c_null_ptr
    end type

    type, bind(C) :: lgd_choose_report ! best and within count from 0
        integer(c_size_t) :: candidates = 0, failed = 0, best = 0, within = 0
        real(c_double) :: score = 0, error = 0
    end type

    enum, bind(C)
        enumerator :: LGD_DIAGNOSIS_NONE = 0, LGD_DIAGNOSIS_CONVERGING, LGD_DIAGNOSIS_SLOW, LGD_DIAGNOSIS_OSCILLATING, &
            LGD_DIAGNOSIS_DIVERGING, LGD_DIAGNOSIS_PLATEAU, LGD_DIAGNOSIS_OVERFITTING, LGD_DIAGNOSIS_VANISHING, &
            LGD_DIAGNOSIS_EXPLODING
    end enum

    type, bind(C) :: lgd_diagnose_options
        integer(c_int) :: stop = LGD_STOP_NONE
        logical(c_bool) :: maximize = .false.
    end type

    type, bind(C) :: lgd_series
        integer(c_size_t) :: count = 0
        type(c_ptr) :: loss = c_null_ptr, running = c_null_ptr, validation = c_null_ptr, lr = c_null_ptr, &
            grad_norm = c_null_ptr, parts = c_null_ptr
        integer(c_size_t) :: part_count = 0
        logical(c_bool) :: descent = .false.
    end type

    type, bind(C) :: lgd_diagnosis ! epoch and part count from 0; of a target, lgd_string(c_loc(d%remedy))
        integer(c_int) :: label = LGD_DIAGNOSIS_NONE
        integer(c_size_t) :: epoch = 0, part = 0
        real(c_double) :: lr = 0, lr_better = 0, clip_norm = 0, ratio = 0
        character(kind=c_char) :: evidence(192) = c_null_char, remedy(192) = c_null_char
    end type

    type, bind(C) :: lgd_federated_options
        integer(c_int64_t) :: rounds = 0
        real(c_double) :: step_tol = 0
    end type

    type, bind(C) :: lgd_federated_report
        integer(c_int) :: stop = LGD_STOP_NONE
        integer(c_int64_t) :: rounds = 0
        real(c_double) :: f = 0
    end type

    type, bind(C) :: lgd_piecewise_options
        real(c_double) :: gap_tol = 0
        integer(c_size_t) :: max_rounds = 0
        type(c_ptr) :: multipliers = c_null_ptr
        integer(c_size_t) :: threads = 0
    end type

    type, bind(C) :: lgd_piecewise_report
        integer(c_int) :: stop = LGD_STOP_NONE
        real(c_double) :: f = 0, gap = 0
        integer(c_size_t) :: kinks = 0, rounds = 0
        integer(c_int64_t) :: steps = 0
        real(c_double) :: width = 0
    end type

    type, bind(C) :: lgd_rate_range_options
        real(c_double) :: low = 0, high = 0
        integer(c_int64_t) :: steps = 0
        integer(c_size_t) :: batch_size = 0, smoothing = 0
        integer(c_int64_t) :: seed = 0
        real(c_double) :: divergence = 0
        type(c_ptr) :: rates = c_null_ptr, losses = c_null_ptr
    end type

    type, bind(C) :: lgd_rate_range_report
        real(c_double) :: suggestion = 0, rate_lowest = 0, loss_lowest = 0, rate_diverged = 0
        integer(c_int64_t) :: steps = 0
    end type

    ! ---- functions of yours

    abstract interface
        function lgd_function(ctx, dim, w, f, g) bind(C) result(status) ! g is absent where only f is asked for
            import
            type(c_ptr), value :: ctx
            integer(c_size_t), value :: dim
            real(c_double), intent(in) :: w(dim)
            real(c_double), intent(out) :: f
            real(c_double), intent(out), optional :: g(dim)
            integer(c_int) :: status
        end function
        ! jacobian(j, i) is the derivative of r(i) in w(j); it comes zeroed, and is absent where only r is asked for.
        function lgd_residual(ctx, dim, count, w, r, jacobian) bind(C) result(status)
            import
            type(c_ptr), value :: ctx
            integer(c_size_t), value :: dim, count
            real(c_double), intent(in) :: w(dim)
            real(c_double), intent(out) :: r(count)
            real(c_double), intent(inout), optional :: jacobian(dim, count)
            integer(c_int) :: status
        end function
        function lgd_callback(ctx, p) bind(C) result(stop) ! 0: go on; > 0: stop; < 0: an error
            import
            type(c_ptr), value :: ctx
            type(lgd_progress), intent(in) :: p
            integer(c_int) :: stop
        end function
        function lgd_precondition(ctx, w, r, pr) bind(C) result(status) ! [dim] each
            import
            type(c_ptr), value :: ctx
            real(c_double), intent(in) :: w(*), r(*)
            real(c_double), intent(out) :: pr(*)
            integer(c_int) :: status
        end function
        function lgd_fold(ctx, fold, train, test, score) bind(C) result(status) ! fold counts from 0
            import
            type(c_ptr), value :: ctx
            integer(c_size_t), value :: fold
            type(lgd_rows), intent(in) :: train, test
            real(c_double), intent(out) :: score
            integer(c_int) :: status
        end function
        function lgd_candidate(ctx, optimizer, point, score, error) bind(C) result(status)
            import
            type(c_ptr), value :: ctx
            type(c_ptr), value :: optimizer ! lgd_string(optimizer)
            real(c_double), intent(in) :: point(*)
            real(c_double), intent(inout) :: score, error
            integer(c_int) :: status
        end function
    end interface

    ! ---- functions of the library that Fortran calls as they are

    interface
        function lgd_version() bind(C, name='lgd_version') result(number)
            import
            integer(c_int) :: number
        end function
        function lgd_selftest() bind(C, name='lgd_selftest') result(status)
            import
            integer(c_int) :: status
        end function
        subroutine lgd_set_memory(memory) bind(C, name='lgd_set_memory')
            import
            type(lgd_memory), intent(in), optional :: memory
        end subroutine
        subroutine lgd_permutation(seed, epoch, count, index) bind(C, name='lgd_permutation')
            import
            integer(c_int64_t), value :: seed, epoch
            integer(c_size_t), value :: count
            integer(c_size_t), intent(out) :: index(count)
        end subroutine
        subroutine lgd_uniform(seed, first, count, x) bind(C, name='lgd_uniform')
            import
            integer(c_int64_t), value :: seed, first
            integer(c_size_t), value :: count
            real(c_double), intent(out) :: x(count)
        end subroutine

        function lgd_matrix_dense(out, rows, cols, data, ld) bind(C, name='lgd_matrix_dense') result(status)
            import
            type(c_ptr), intent(out) :: out
            integer(c_size_t), value :: rows, cols, ld
            type(c_ptr), value :: data
            integer(c_int) :: status
        end function
        function lgd_matrix_dense_columns(out, rows, cols, data, ld) bind(C, name='lgd_matrix_dense_columns') result(status)
            import
            type(c_ptr), intent(out) :: out
            integer(c_size_t), value :: rows, cols, ld
            type(c_ptr), value :: data
            integer(c_int) :: status
        end function
        function lgd_matrix_dense_f32(out, rows, cols, data, ld) bind(C, name='lgd_matrix_dense_f32') result(status)
            import
            type(c_ptr), intent(out) :: out
            integer(c_size_t), value :: rows, cols, ld
            type(c_ptr), value :: data
            integer(c_int) :: status
        end function
        function lgd_matrix_dense_copy(out, rows, cols, data, ld) bind(C, name='lgd_matrix_dense_copy') result(status)
            import
            type(c_ptr), intent(out) :: out
            integer(c_size_t), value :: rows, cols, ld
            type(c_ptr), value :: data
            integer(c_int) :: status
        end function
        function lgd_matrix_set_kernel(A, kernel) bind(C, name='lgd_matrix_set_kernel') result(status)
            import
            type(c_ptr), value :: A
            integer(c_int), value :: kernel
            integer(c_int) :: status
        end function
        function lgd_matrix_csr_sized(out, data, data_size) bind(C, name='lgd_matrix_csr_sized') result(status)
            import
            type(c_ptr), intent(out) :: out
            type(lgd_csr), intent(in) :: data
            integer(c_size_t), value :: data_size
            integer(c_int) :: status
        end function
        function lgd_matrix_stream_sized(out, stream, stream_size) bind(C, name='lgd_matrix_stream_sized') result(status)
            import
            type(c_ptr), intent(out) :: out
            type(lgd_stream), intent(in) :: stream
            integer(c_size_t), value :: stream_size
            integer(c_int) :: status
        end function
        function lgd_matrix_block_rows(A) bind(C, name='lgd_matrix_block_rows') result(rows)
            import
            type(c_ptr), value :: A
            integer(c_size_t) :: rows
        end function
        function lgd_matrix_scaled(out, A, shift, scale) bind(C, name='lgd_matrix_scaled') result(status)
            import
            type(c_ptr), intent(out) :: out
            type(c_ptr), value :: A
            real(c_double), intent(in), optional :: shift(*), scale(*)
            integer(c_int) :: status
        end function
        function lgd_matrix_standardized(out, A) bind(C, name='lgd_matrix_standardized') result(status)
            import
            type(c_ptr), intent(out) :: out
            type(c_ptr), value :: A
            integer(c_int) :: status
        end function
        function lgd_matrix_standardized_on(out, A, rows) bind(C, name='lgd_matrix_standardized_on') result(status)
            import
            type(c_ptr), intent(out) :: out
            type(c_ptr), value :: A
            type(lgd_rows), intent(in), optional :: rows
            integer(c_int) :: status
        end function
        function lgd_matrix_scaling(scaled, shift, scale, constant) bind(C, name='lgd_matrix_scaling') result(status)
            import
            type(c_ptr), value :: scaled
            real(c_double), intent(inout), optional :: shift(*), scale(*)
            logical(c_bool), intent(inout), optional :: constant(*)
            integer(c_int) :: status
        end function
        function lgd_matrix_imputed(out, rows, cols, data, ld, fit) bind(C, name='lgd_matrix_imputed') result(status)
            import
            type(c_ptr), intent(out) :: out
            integer(c_size_t), value :: rows, cols, ld
            type(c_ptr), value :: data
            type(lgd_rows), intent(in), optional :: fit
            integer(c_int) :: status
        end function
        function lgd_matrix_imputed_on(out, A, fit) bind(C, name='lgd_matrix_imputed_on') result(status)
            import
            type(c_ptr), intent(out) :: out
            type(c_ptr), value :: A
            type(lgd_rows), intent(in), optional :: fit
            integer(c_int) :: status
        end function
        function lgd_matrix_unscale(scaled, outputs, intercept, w, raw) bind(C, name='lgd_matrix_unscale') result(status)
            import
            type(c_ptr), value :: scaled
            integer(c_size_t), value :: outputs
            logical(c_bool), value :: intercept
            real(c_double), intent(in) :: w(*)
            real(c_double), intent(inout) :: raw(*) ! not w itself: arguments of Fortran do not overlap
            integer(c_int) :: status
        end function
        function lgd_matrix_create_sized(out, rows, cols, ops, ops_size, ctx) &
            bind(C, name='lgd_matrix_create_sized') result(status)
            import
            type(c_ptr), intent(out) :: out
            integer(c_size_t), value :: rows, cols, ops_size
            type(lgd_matrix_ops), intent(in) :: ops
            type(c_ptr), value :: ctx
            integer(c_int) :: status
        end function
        function lgd_matrix_check(A, seed, error) bind(C, name='lgd_matrix_check') result(status)
            import
            type(c_ptr), value :: A
            integer(c_int64_t), value :: seed
            real(c_double), intent(out) :: error
            integer(c_int) :: status
        end function
        function lgd_matrix_rows(A) bind(C, name='lgd_matrix_rows') result(rows)
            import
            type(c_ptr), value :: A
            integer(c_size_t) :: rows
        end function
        function lgd_matrix_cols(A) bind(C, name='lgd_matrix_cols') result(cols)
            import
            type(c_ptr), value :: A
            integer(c_size_t) :: cols
        end function
        function lgd_matrix_forward(A, rows, k, W, ldw, Z, ldz) bind(C, name='lgd_matrix_forward') result(status)
            import
            type(c_ptr), value :: A
            type(lgd_rows), intent(in), optional :: rows
            integer(c_size_t), value :: k, ldw, ldz
            real(c_double), intent(in) :: W(*)
            real(c_double), intent(inout) :: Z(*)
            integer(c_int) :: status
        end function
        function lgd_matrix_adjoint(A, rows, k, R, ldr, G, ldg) bind(C, name='lgd_matrix_adjoint') result(status)
            import
            type(c_ptr), value :: A
            type(lgd_rows), intent(in), optional :: rows
            integer(c_size_t), value :: k, ldr, ldg
            real(c_double), intent(in) :: R(*)
            real(c_double), intent(inout) :: G(*)
            integer(c_int) :: status
        end function
        subroutine lgd_matrix_free(A) bind(C, name='lgd_matrix_free')
            import
            type(c_ptr), value :: A
        end subroutine

        function lgd_loss_half_squared() bind(C, name='lgd_loss_half_squared') result(loss)
            import
            type(c_ptr) :: loss
        end function
        function lgd_loss_squared() bind(C, name='lgd_loss_squared') result(loss)
            import
            type(c_ptr) :: loss
        end function
        function lgd_loss_logistic() bind(C, name='lgd_loss_logistic') result(loss)
            import
            type(c_ptr) :: loss
        end function
        function lgd_loss_squared_hinge() bind(C, name='lgd_loss_squared_hinge') result(loss)
            import
            type(c_ptr) :: loss
        end function
        function lgd_loss_softmax() bind(C, name='lgd_loss_softmax') result(loss)
            import
            type(c_ptr) :: loss
        end function
        function lgd_loss_hinge() bind(C, name='lgd_loss_hinge') result(loss)
            import
            type(c_ptr) :: loss
        end function
        function lgd_loss_modified_huber() bind(C, name='lgd_loss_modified_huber') result(loss)
            import
            type(c_ptr) :: loss
        end function
        function lgd_loss_huber() bind(C, name='lgd_loss_huber') result(loss)
            import
            type(c_ptr) :: loss
        end function
        function lgd_loss_epsilon_insensitive() bind(C, name='lgd_loss_epsilon_insensitive') result(loss)
            import
            type(c_ptr) :: loss
        end function
        function lgd_loss_squared_epsilon_insensitive() bind(C, name='lgd_loss_squared_epsilon_insensitive') result(loss)
            import
            type(c_ptr) :: loss
        end function
        function lgd_loss_quantile() bind(C, name='lgd_loss_quantile') result(loss)
            import
            type(c_ptr) :: loss
        end function
        function lgd_loss_expectile() bind(C, name='lgd_loss_expectile') result(loss)
            import
            type(c_ptr) :: loss
        end function
        function lgd_loss_poisson() bind(C, name='lgd_loss_poisson') result(loss)
            import
            type(c_ptr) :: loss
        end function
        function lgd_loss_gamma() bind(C, name='lgd_loss_gamma') result(loss)
            import
            type(c_ptr) :: loss
        end function
        function lgd_loss_log_cosh() bind(C, name='lgd_loss_log_cosh') result(loss)
            import
            type(c_ptr) :: loss
        end function
        function lgd_loss_huber_create(out, delta) bind(C, name='lgd_loss_huber_create') result(status)
            import
            type(c_ptr), intent(out) :: out
            real(c_double), value :: delta
            integer(c_int) :: status
        end function
        function lgd_loss_epsilon_insensitive_create(out, epsilon) &
            bind(C, name='lgd_loss_epsilon_insensitive_create') result(status)
            import
            type(c_ptr), intent(out) :: out
            real(c_double), value :: epsilon
            integer(c_int) :: status
        end function
        function lgd_loss_squared_epsilon_insensitive_create(out, epsilon) &
            bind(C, name='lgd_loss_squared_epsilon_insensitive_create') result(status)
            import
            type(c_ptr), intent(out) :: out
            real(c_double), value :: epsilon
            integer(c_int) :: status
        end function
        function lgd_loss_quantile_create(out, tau) bind(C, name='lgd_loss_quantile_create') result(status)
            import
            type(c_ptr), intent(out) :: out
            real(c_double), value :: tau
            integer(c_int) :: status
        end function
        function lgd_loss_expectile_create(out, tau) bind(C, name='lgd_loss_expectile_create') result(status)
            import
            type(c_ptr), intent(out) :: out
            real(c_double), value :: tau
            integer(c_int) :: status
        end function
        function lgd_loss_builtin(i) bind(C, name='lgd_loss_builtin') result(loss)
            import
            integer(c_size_t), value :: i
            type(c_ptr) :: loss
        end function
        function lgd_loss_create_sized(out, ops, ops_size, ctx) bind(C, name='lgd_loss_create_sized') result(status)
            import
            type(c_ptr), intent(out) :: out
            type(lgd_loss_ops), intent(in) :: ops
            integer(c_size_t), value :: ops_size
            type(c_ptr), value :: ctx
            integer(c_int) :: status
        end function
        subroutine lgd_loss_free(loss) bind(C, name='lgd_loss_free')
            import
            type(c_ptr), value :: loss
        end subroutine

        function lgd_objective_create_sized(out, dim, terms, ops, ops_size, ctx) &
            bind(C, name='lgd_objective_create_sized') result(status)
            import
            type(c_ptr), intent(out) :: out
            integer(c_size_t), value :: dim, terms, ops_size
            type(lgd_objective_ops), intent(in) :: ops
            type(c_ptr), value :: ctx
            integer(c_int) :: status
        end function
        function lgd_objective_subset(out, f, rows) bind(C, name='lgd_objective_subset') result(status)
            import
            type(c_ptr), intent(out) :: out
            type(c_ptr), value :: f
            type(lgd_rows), intent(in), optional :: rows
            integer(c_int) :: status
        end function
        function lgd_objective_eval(f, rows, w, value, g) bind(C, name='lgd_objective_eval') result(status)
            import
            type(c_ptr), value :: f
            type(lgd_rows), intent(in), optional :: rows
            real(c_double), intent(in) :: w(*)
            real(c_double), intent(out), optional :: value
            real(c_double), intent(inout), optional :: g(*)
            integer(c_int) :: status
        end function
        function lgd_objective_dim(f) bind(C, name='lgd_objective_dim') result(dim)
            import
            type(c_ptr), value :: f
            integer(c_size_t) :: dim
        end function
        function lgd_objective_terms(f) bind(C, name='lgd_objective_terms') result(terms)
            import
            type(c_ptr), value :: f
            integer(c_size_t) :: terms
        end function
        subroutine lgd_objective_unpenalised(f, first, count) bind(C, name='lgd_objective_unpenalised')
            import
            type(c_ptr), value :: f
            integer(c_size_t), intent(out) :: first, count
        end subroutine
        function lgd_objective_check_gradient_sized(f, w, result, result_size) &
            bind(C, name='lgd_objective_check_gradient_sized') result(status)
            import
            type(c_ptr), value :: f
            real(c_double), intent(in) :: w(*)
            type(lgd_gradient_check), intent(out) :: result
            integer(c_size_t), value :: result_size
            integer(c_int) :: status
        end function
        function lgd_objective_curvature_sized(f, w, options, options_size, result, result_size) &
            bind(C, name='lgd_objective_curvature_sized') result(status)
            import
            type(c_ptr), value :: f
            real(c_double), intent(in) :: w(*)
            type(lgd_curvature_options), intent(in), optional :: options
            type(lgd_curvature), intent(out) :: result
            integer(c_size_t), value :: options_size, result_size
            integer(c_int) :: status
        end function
        function lgd_objective_check_product_sized(f, w, seed, result, result_size) &
            bind(C, name='lgd_objective_check_product_sized') result(status)
            import
            type(c_ptr), value :: f
            real(c_double), intent(in) :: w(*)
            integer(c_int64_t), value :: seed
            type(lgd_gradient_check), intent(out) :: result
            integer(c_size_t), value :: result_size
            integer(c_int) :: status
        end function
        function lgd_objective_check_jacobian_sized(f, w, result, result_size) &
            bind(C, name='lgd_objective_check_jacobian_sized') result(status)
            import
            type(c_ptr), value :: f
            real(c_double), intent(in) :: w(*)
            type(lgd_jacobian_check), intent(out) :: result
            integer(c_size_t), value :: result_size
            integer(c_int) :: status
        end function
        subroutine lgd_objective_free(f) bind(C, name='lgd_objective_free')
            import
            type(c_ptr), value :: f
        end subroutine

        function lgd_glm_create_sized(out, X, y, loss, options, options_size) &
            bind(C, name='lgd_glm_create_sized') result(status)
            import
            type(c_ptr), intent(out) :: out
            type(c_ptr), value :: X, y, loss
            type(lgd_glm_options), intent(in), optional :: options
            integer(c_size_t), value :: options_size
            integer(c_int) :: status
        end function
        function lgd_glm_predict(f, X, w, out, ld) bind(C, name='lgd_glm_predict') result(status)
            import
            type(c_ptr), value :: f, X
            real(c_double), intent(in) :: w(*)
            real(c_double), intent(inout) :: out(*)
            integer(c_size_t), value :: ld
            integer(c_int) :: status
        end function

        function lgd_mlp_create_sized(out, X, y, loss, options, options_size) &
            bind(C, name='lgd_mlp_create_sized') result(status)
            import
            type(c_ptr), intent(out) :: out
            type(c_ptr), value :: X, y, loss
            type(lgd_mlp_options), intent(in), optional :: options
            integer(c_size_t), value :: options_size
            integer(c_int) :: status
        end function
        function lgd_mlp_initialise(f, kind, seed, w) bind(C, name='lgd_mlp_initialise') result(status)
            import
            type(c_ptr), value :: f
            integer(c_int), value :: kind
            integer(c_int64_t), value :: seed
            real(c_double), intent(inout) :: w(*)
            integer(c_int) :: status
        end function
        function lgd_mlp_predict(f, X, w, out, ld) bind(C, name='lgd_mlp_predict') result(status)
            import
            type(c_ptr), value :: f, X
            real(c_double), intent(in) :: w(*)
            real(c_double), intent(inout) :: out(*)
            integer(c_size_t), value :: ld
            integer(c_int) :: status
        end function
        function lgd_mlp_layer_sized(f, l, info, info_size) bind(C, name='lgd_mlp_layer_sized') result(status)
            import
            type(c_ptr), value :: f
            integer(c_size_t), value :: l, info_size
            type(lgd_mlp_layer_info), intent(inout) :: info
            integer(c_int) :: status
        end function
        function lgd_mlp_layer_norms(f, g, norms) bind(C, name='lgd_mlp_layer_norms') result(status)
            import
            type(c_ptr), value :: f
            real(c_double), intent(in) :: g(*)
            real(c_double), intent(inout) :: norms(*)
            integer(c_int) :: status
        end function

        function lgd_factorization_create_sized(out, rows, cols, count, row, col, rating, options, options_size) &
            bind(C, name='lgd_factorization_create_sized') result(status)
            import
            type(c_ptr), intent(out) :: out
            integer(c_size_t), value :: rows, cols, count, options_size
            type(c_ptr), value :: row, col, rating
            type(lgd_factorization_options), intent(in), optional :: options
            integer(c_int) :: status
        end function
        function lgd_factorization_csr_sized(out, ratings, ratings_size, options, options_size) &
            bind(C, name='lgd_factorization_csr_sized') result(status)
            import
            type(c_ptr), intent(out) :: out
            type(lgd_csr), intent(in) :: ratings
            integer(c_size_t), value :: ratings_size, options_size
            type(lgd_factorization_options), intent(in), optional :: options
            integer(c_int) :: status
        end function
        function lgd_factorization_factors_sized(f, factors, factors_size) &
            bind(C, name='lgd_factorization_factors_sized') result(status)
            import
            type(c_ptr), value :: f
            type(lgd_factors), intent(inout) :: factors
            integer(c_size_t), value :: factors_size
            integer(c_int) :: status
        end function
        function lgd_factorization_initialise(f, scale, seed, w) bind(C, name='lgd_factorization_initialise') result(status)
            import
            type(c_ptr), value :: f
            real(c_double), value :: scale
            integer(c_int64_t), value :: seed
            real(c_double), intent(inout) :: w(*)
            integer(c_int) :: status
        end function
        function lgd_factorization_predict(f, w, count, row, col, out) &
            bind(C, name='lgd_factorization_predict') result(status)
            import
            type(c_ptr), value :: f
            real(c_double), intent(in) :: w(*)
            integer(c_size_t), value :: count
            integer(c_size_t), intent(in) :: row(*), col(*)
            real(c_double), intent(inout) :: out(*)
            integer(c_int) :: status
        end function
        function lgd_factorization_top(f, w, row, k, unseen, col, score, found) &
            bind(C, name='lgd_factorization_top') result(status)
            import
            type(c_ptr), value :: f
            real(c_double), intent(in) :: w(*)
            integer(c_size_t), value :: row, k
            logical(c_bool), value :: unseen
            integer(c_size_t), intent(inout) :: col(*)
            real(c_double), intent(inout), optional :: score(*)
            integer(c_size_t), intent(out) :: found
            integer(c_int) :: status
        end function

        ! index(size) with size >= rows + batch_size; its numbers count from 0
        function lgd_minimize_order_sized(options, options_size, epoch, rows, index, draws) &
            bind(C, name='lgd_minimize_order_sized') result(status)
            import
            type(lgd_minimize_options), intent(in), optional :: options
            integer(c_size_t), value :: options_size
            integer(c_int64_t), value :: epoch
            integer(c_size_t), value :: rows
            integer(c_size_t), intent(inout) :: index(*)
            integer(c_size_t), intent(out) :: draws
            integer(c_int) :: status
        end function

        function lgd_standard_errors_sized(f, w, options, options_size, errors, covariance) &
            bind(C, name='lgd_standard_errors_sized') result(status)
            import
            type(c_ptr), value :: f
            real(c_double), intent(in) :: w(*)
            type(lgd_standard_errors_options), intent(in), optional :: options
            integer(c_size_t), value :: options_size
            real(c_double), intent(inout), optional :: errors(*), covariance(*)
            integer(c_int) :: status
        end function

        function lgd_ridge_path_sized(f, count, strength, W, options, options_size, report, report_size) &
            bind(C, name='lgd_ridge_path_sized') result(status)
            import
            type(c_ptr), value :: f
            integer(c_size_t), value :: count, options_size, report_size
            real(c_double), intent(in) :: strength(*)
            real(c_double), intent(inout) :: W(*)
            type(lgd_ridge_options), intent(in), optional :: options
            type(lgd_ridge_report), intent(inout), optional :: report
            integer(c_int) :: status
        end function
        function lgd_least_squares_solve_sized(f, w, options, options_size, report, report_size) &
            bind(C, name='lgd_least_squares_solve_sized') result(status)
            import
            type(c_ptr), value :: f
            real(c_double), intent(inout) :: w(*)
            type(lgd_least_squares_options), intent(in), optional :: options
            type(lgd_least_squares_report), intent(inout), optional :: report
            integer(c_size_t), value :: options_size, report_size
            integer(c_int) :: status
        end function
        function lgd_least_squares_errors_sized(f, w, options, options_size, report, report_size) &
            bind(C, name='lgd_least_squares_errors_sized') result(status)
            import
            type(c_ptr), value :: f
            real(c_double), intent(in) :: w(*)
            type(lgd_least_squares_options), intent(in), optional :: options
            type(lgd_least_squares_report), intent(inout), optional :: report
            integer(c_size_t), value :: options_size, report_size
            integer(c_int) :: status
        end function
        function lgd_quadratic_create(out, f) bind(C, name='lgd_quadratic_create') result(status)
            import
            type(c_ptr), intent(out) :: out
            type(c_ptr), value :: f
            integer(c_int) :: status
        end function
        function lgd_quadratic_create_dense(out, dim, Q, ld, b, c) bind(C, name='lgd_quadratic_create_dense') result(status)
            import
            type(c_ptr), intent(out) :: out
            integer(c_size_t), value :: dim, ld
            real(c_double), intent(in) :: Q(*) ! Q(ld, dim), of which the upper triangle of Fortran is read
            real(c_double), intent(in), optional :: b(*)
            real(c_double), value :: c
            integer(c_int) :: status
        end function
        function lgd_quadratic_refine_sized(q, f, w, steps, report, report_size) &
            bind(C, name='lgd_quadratic_refine_sized') result(status)
            import
            type(c_ptr), value :: q, f
            real(c_double), intent(inout) :: w(*)
            integer(c_size_t), value :: steps, report_size
            type(lgd_refinement), intent(inout), optional :: report
            integer(c_int) :: status
        end function
        function lgd_least_squares_plan_sized(options, options_size, plan, plan_size) &
            bind(C, name='lgd_least_squares_plan_sized') result(status)
            import
            type(lgd_plan_options), intent(in) :: options
            integer(c_size_t), value :: options_size, plan_size
            type(lgd_plan), intent(inout) :: plan
            integer(c_int) :: status
        end function

        function lgd_penalty_create_sized(out, ops, ops_size, ctx) bind(C, name='lgd_penalty_create_sized') result(status)
            import
            type(c_ptr), intent(out) :: out
            type(lgd_penalty_ops), intent(in) :: ops
            integer(c_size_t), value :: ops_size
            type(c_ptr), value :: ctx
            integer(c_int) :: status
        end function
        function lgd_penalty_l1_create(out, strength) bind(C, name='lgd_penalty_l1_create') result(status)
            import
            type(c_ptr), intent(out) :: out
            real(c_double), value :: strength
            integer(c_int) :: status
        end function
        function lgd_penalty_elastic_net_create(out, l1, l2) bind(C, name='lgd_penalty_elastic_net_create') result(status)
            import
            type(c_ptr), intent(out) :: out
            real(c_double), value :: l1, l2
            integer(c_int) :: status
        end function
        function lgd_penalty_elastic_box_create(out, l1, l2, count, low, high) &
            bind(C, name='lgd_penalty_elastic_box_create') result(status)
            import
            type(c_ptr), intent(out) :: out
            real(c_double), value :: l1, l2
            integer(c_size_t), value :: count
            type(c_ptr), value :: low, high ! borrowed
            integer(c_int) :: status
        end function
        function lgd_penalty_group_l1_create_sized(out, strength, groups, count, group_size) &
            bind(C, name='lgd_penalty_group_l1_create_sized') result(status)
            import
            type(c_ptr), intent(out) :: out
            real(c_double), value :: strength
            type(lgd_penalty_group), intent(in) :: groups(*)
            integer(c_size_t), value :: count, group_size
            integer(c_int) :: status
        end function
        function lgd_penalty_total_variation_create(out, strength) &
            bind(C, name='lgd_penalty_total_variation_create') result(status)
            import
            type(c_ptr), intent(out) :: out
            real(c_double), value :: strength
            integer(c_int) :: status
        end function
        function lgd_penalty_box_create(out, count, low, high) bind(C, name='lgd_penalty_box_create') result(status)
            import
            type(c_ptr), intent(out) :: out
            integer(c_size_t), value :: count
            type(c_ptr), value :: low, high ! borrowed
            integer(c_int) :: status
        end function
        function lgd_penalty_non_negative_create(out) bind(C, name='lgd_penalty_non_negative_create') result(status)
            import
            type(c_ptr), intent(out) :: out
            integer(c_int) :: status
        end function
        function lgd_penalty_simplex_create(out, total) bind(C, name='lgd_penalty_simplex_create') result(status)
            import
            type(c_ptr), intent(out) :: out
            real(c_double), value :: total
            integer(c_int) :: status
        end function
        function lgd_penalty_l1_ball_create(out, radius) bind(C, name='lgd_penalty_l1_ball_create') result(status)
            import
            type(c_ptr), intent(out) :: out
            real(c_double), value :: radius
            integer(c_int) :: status
        end function
        function lgd_penalty_l2_ball_create(out, radius) bind(C, name='lgd_penalty_l2_ball_create') result(status)
            import
            type(c_ptr), intent(out) :: out
            real(c_double), value :: radius
            integer(c_int) :: status
        end function
        function lgd_penalty_ranges_create_sized(out, ranges, count, range_size) &
            bind(C, name='lgd_penalty_ranges_create_sized') result(status)
            import
            type(c_ptr), intent(out) :: out
            type(lgd_penalty_range), intent(in) :: ranges(*)
            integer(c_size_t), value :: count, range_size
            integer(c_int) :: status
        end function
        function lgd_penalty_value(p, n, w, value) bind(C, name='lgd_penalty_value') result(status)
            import
            type(c_ptr), value :: p
            integer(c_size_t), value :: n
            real(c_double), intent(in) :: w(n)
            real(c_double), intent(out) :: value
            integer(c_int) :: status
        end function
        function lgd_penalty_prox(p, n, eta, eta_each, w) bind(C, name='lgd_penalty_prox') result(status)
            import
            type(c_ptr), value :: p
            integer(c_size_t), value :: n
            real(c_double), value :: eta
            real(c_double), intent(in), optional :: eta_each(n)
            real(c_double), intent(inout) :: w(n)
            integer(c_int) :: status
        end function
        subroutine lgd_penalty_free(p) bind(C, name='lgd_penalty_free')
            import
            type(c_ptr), value :: p
        end subroutine

        function lgd_optimizer_create_sized(out, ops, ops_size, options, options_size) &
            bind(C, name='lgd_optimizer_create_sized') result(status)
            import
            type(c_ptr), intent(out) :: out
            type(lgd_optimizer_ops), intent(in) :: ops
            integer(c_size_t), value :: ops_size, options_size
            type(c_ptr), value :: options
            integer(c_int) :: status
        end function
        function lgd_optimizer_builtin(i) bind(C, name='lgd_optimizer_builtin') result(ops)
            import
            integer(c_size_t), value :: i
            type(c_ptr) :: ops
        end function
        function lgd_optimizer_spare(opt, dim, first, count) bind(C, name='lgd_optimizer_spare') result(status)
            import
            type(c_ptr), value :: opt
            integer(c_size_t), value :: dim, first, count
            integer(c_int) :: status
        end function
        function lgd_optimizer_groups_sized(opt, groups, count, group_size) &
            bind(C, name='lgd_optimizer_groups_sized') result(status)
            import
            type(c_ptr), value :: opt
            type(lgd_group), intent(in) :: groups(*)
            integer(c_size_t), value :: count, group_size
            integer(c_int) :: status
        end function
        function lgd_optimizer_average_sized(opt, average, average_size) &
            bind(C, name='lgd_optimizer_average_sized') result(status)
            import
            type(c_ptr), value :: opt
            type(lgd_average), intent(in), optional :: average
            integer(c_size_t), value :: average_size
            integer(c_int) :: status
        end function
        function lgd_optimizer_penalty(opt, penalty) bind(C, name='lgd_optimizer_penalty') result(status)
            import
            type(c_ptr), value :: opt, penalty
            integer(c_int) :: status
        end function
        function lgd_optimizer_momentum(opt, momentum) bind(C, name='lgd_optimizer_momentum') result(status)
            import
            type(c_ptr), value :: opt
            real(c_double), value :: momentum
            integer(c_int) :: status
        end function
        function lgd_optimizer_step(opt, dim, w, g, f, lr_factor) bind(C, name='lgd_optimizer_step') result(status)
            import
            type(c_ptr), value :: opt
            integer(c_size_t), value :: dim
            real(c_double), intent(inout) :: w(dim), g(dim)
            real(c_double), value :: f, lr_factor
            integer(c_int) :: status
        end function
        function lgd_optimizer_step_sparse(opt, dim, w, count, index, g, f, lr_factor) &
            bind(C, name='lgd_optimizer_step_sparse') result(status)
            import
            type(c_ptr), value :: opt
            integer(c_size_t), value :: dim, count
            real(c_double), intent(inout) :: w(dim), g(count)
            integer(c_size_t), intent(in) :: index(count) ! from 0
            real(c_double), value :: f, lr_factor
            integer(c_int) :: status
        end function
        function lgd_optimizer_result(opt, w, out) bind(C, name='lgd_optimizer_result') result(status)
            import
            type(c_ptr), value :: opt
            real(c_double), intent(inout) :: w(*)
            real(c_double), intent(inout) :: out(*)
            integer(c_int) :: status
        end function
        function lgd_optimizer_steps(opt) bind(C, name='lgd_optimizer_steps') result(steps)
            import
            type(c_ptr), value :: opt
            integer(c_int64_t) :: steps
        end function
        function lgd_optimizer_follow(opt, before) bind(C, name='lgd_optimizer_follow') result(status)
            import
            type(c_ptr), value :: opt, before
            integer(c_int) :: status
        end function
        function lgd_optimizer_state_bytes(opt, dim) bind(C, name='lgd_optimizer_state_bytes') result(bytes)
            import
            type(c_ptr), value :: opt
            integer(c_size_t), value :: dim
            integer(c_size_t) :: bytes
        end function
        subroutine lgd_optimizer_reset(opt) bind(C, name='lgd_optimizer_reset')
            import
            type(c_ptr), value :: opt
        end subroutine
        function lgd_optimizer_save(opt, bytes, size) bind(C, name='lgd_optimizer_save') result(status)
            import
            type(c_ptr), value :: opt, bytes
            integer(c_size_t), intent(inout) :: size
            integer(c_int) :: status
        end function
        function lgd_optimizer_load(opt, bytes, size) bind(C, name='lgd_optimizer_load') result(status)
            import
            type(c_ptr), value :: opt, bytes
            integer(c_size_t), value :: size
            integer(c_int) :: status
        end function
        subroutine lgd_optimizer_free(opt) bind(C, name='lgd_optimizer_free')
            import
            type(c_ptr), value :: opt
        end subroutine

        function lgd_schedule_factor(schedule, step, epoch, factor) bind(C, name='lgd_schedule_factor') result(status)
            import
            type(lgd_schedule), intent(in), optional :: schedule
            integer(c_int64_t), value :: step, epoch
            real(c_double), intent(out) :: factor
            integer(c_int) :: status
        end function
        function lgd_schedule_momentum(schedule, step, epoch, momentum) bind(C, name='lgd_schedule_momentum') result(status)
            import
            type(lgd_schedule), intent(in), optional :: schedule
            integer(c_int64_t), value :: step, epoch
            real(c_double), intent(out) :: momentum
            integer(c_int) :: status
        end function
        function lgd_schedule_observe(schedule, state, f) bind(C, name='lgd_schedule_observe') result(status)
            import
            type(lgd_schedule), intent(in) :: schedule
            type(lgd_plateau_state), intent(inout) :: state
            real(c_double), value :: f
            integer(c_int) :: status
        end function
        function lgd_history_create(out) bind(C, name='lgd_history_create') result(status)
            import
            type(c_ptr), intent(out) :: out
            integer(c_int) :: status
        end function
        subroutine lgd_history_free(h) bind(C, name='lgd_history_free')
            import
            type(c_ptr), value :: h
        end subroutine
        function lgd_duality_gap(f, h, w, gap) bind(C, name='lgd_duality_gap') result(status)
            import
            type(c_ptr), value :: f, h
            real(c_double), intent(in) :: w(*)
            real(c_double), intent(out) :: gap
            integer(c_int) :: status
        end function
        function lgd_minimize_sized(f, opt, w, options, options_size, report, report_size) &
            bind(C, name='lgd_minimize_sized') result(status)
            import
            type(c_ptr), value :: f, opt
            real(c_double), intent(inout) :: w(*)
            type(lgd_minimize_options), intent(in), optional :: options
            type(lgd_report), intent(inout), optional :: report
            integer(c_size_t), value :: options_size, report_size
            integer(c_int) :: status
        end function
        function lgd_lasso_path_sized(f, W, points, point_size, options, options_size) &
            bind(C, name='lgd_lasso_path_sized') result(status)
            import
            type(c_ptr), value :: f
            real(c_double), intent(inout), optional :: W(*)
            type(lgd_lasso_point), intent(inout), optional :: points(*)
            integer(c_size_t), value :: point_size, options_size
            type(lgd_lasso_path_options), intent(in), optional :: options
            integer(c_int) :: status
        end function
        function lgd_starts_draw_sized(dim, starts, starts_size, W) bind(C, name='lgd_starts_draw_sized') result(status)
            import
            integer(c_size_t), value :: dim, starts_size
            type(lgd_starts_options), intent(in) :: starts
            real(c_double), intent(inout) :: W(*)
            integer(c_int) :: status
        end function
        function lgd_minimize_starts_sized(f, opt, w, starts, starts_size, options, options_size, reports, one_report_size, &
            report, report_size) bind(C, name='lgd_minimize_starts_sized') result(status)
            import
            type(c_ptr), value :: f, opt
            real(c_double), intent(inout) :: w(*)
            type(lgd_starts_options), intent(in) :: starts
            type(lgd_minimize_options), intent(in), optional :: options
            type(lgd_report), intent(inout), optional :: reports(*)
            type(lgd_starts_report), intent(inout), optional :: report
            integer(c_size_t), value :: starts_size, options_size, one_report_size, report_size
            integer(c_int) :: status
        end function

        function lgd_split_draw_sized(split, shares, options, options_size) &
            bind(C, name='lgd_split_draw_sized') result(status)
            import
            type(lgd_split), intent(inout) :: split
            real(c_double), intent(in), optional :: shares(*)
            type(lgd_split_options), intent(in), optional :: options
            integer(c_size_t), value :: options_size
            integer(c_int) :: status
        end function
        function lgd_split_rows(split, i, part, others) bind(C, name='lgd_split_rows') result(status)
            import
            type(lgd_split), intent(in) :: split
            integer(c_size_t), value :: i
            type(lgd_rows), intent(inout), optional :: part, others
            integer(c_int) :: status
        end function
        function lgd_cross_validate_glm_sized(split, X, y, loss, glm, glm_size, run, run_size, options, options_size, &
            report, report_size) bind(C, name='lgd_cross_validate_glm_sized') result(status)
            import
            type(lgd_split), intent(in) :: split
            type(c_ptr), value :: X, y, loss
            type(lgd_glm_options), intent(in), optional :: glm
            integer(c_size_t), value :: glm_size, run_size, options_size, report_size
            type(lgd_minimize_options), intent(in), optional :: run
            type(lgd_cv_glm_options), intent(in), optional :: options
            type(lgd_cv_report), intent(inout), optional :: report
            integer(c_int) :: status
        end function
        function lgd_diagnose_sized(history, options, options_size, out, out_size) &
            bind(C, name='lgd_diagnose_sized') result(status)
            import
            type(c_ptr), value :: history
            type(lgd_diagnose_options), intent(in), optional :: options
            integer(c_size_t), value :: options_size, out_size
            type(lgd_diagnosis), intent(inout) :: out
            integer(c_int) :: status
        end function
        function lgd_diagnose_series_sized(series, series_size, options, options_size, out, out_size) &
            bind(C, name='lgd_diagnose_series_sized') result(status)
            import
            type(lgd_series), intent(in) :: series
            integer(c_size_t), value :: series_size, options_size, out_size
            type(lgd_diagnose_options), intent(in), optional :: options
            type(lgd_diagnosis), intent(inout) :: out
            integer(c_int) :: status
        end function
        function lgd_minimize_federated_sized(clients, count, opt, w, options, options_size, local, local_size, report, &
            report_size) bind(C, name='lgd_minimize_federated_sized') result(status)
            import
            type(c_ptr), intent(in) :: clients(*)
            integer(c_size_t), value :: count, options_size, local_size, report_size
            type(c_ptr), value :: opt
            real(c_double), intent(inout) :: w(*)
            type(lgd_federated_options), intent(in), optional :: options
            type(lgd_minimize_options), intent(in), optional :: local
            type(lgd_federated_report), intent(inout), optional :: report
            integer(c_int) :: status
        end function
        function lgd_minimize_piecewise_sized(f, w, options, options_size, report, report_size) &
            bind(C, name='lgd_minimize_piecewise_sized') result(status)
            import
            type(c_ptr), value :: f
            real(c_double), intent(inout) :: w(*)
            type(lgd_piecewise_options), intent(in), optional :: options
            integer(c_size_t), value :: options_size, report_size
            type(lgd_piecewise_report), intent(inout), optional :: report
            integer(c_int) :: status
        end function
        function lgd_minimize_rates_sized(f, opt, rates, count, W, options, options_size, reports, one_report_size, &
            histories) bind(C, name='lgd_minimize_rates_sized') result(status)
            import
            type(c_ptr), value :: f, opt
            real(c_double), intent(in) :: rates(*)
            integer(c_size_t), value :: count, options_size, one_report_size
            real(c_double), intent(inout) :: W(*)
            type(lgd_minimize_options), intent(in), optional :: options
            type(lgd_report), intent(inout), optional :: reports(*)
            type(c_ptr), intent(in), optional :: histories(*)
            integer(c_int) :: status
        end function
        function lgd_rate_range_sized(f, opt, w, options, options_size, report, report_size) &
            bind(C, name='lgd_rate_range_sized') result(status)
            import
            type(c_ptr), value :: f, opt
            real(c_double), intent(in) :: w(*)
            type(lgd_rate_range_options), intent(in), optional :: options
            integer(c_size_t), value :: options_size, report_size
            type(lgd_rate_range_report), intent(inout), optional :: report
            integer(c_int) :: status
        end function
    end interface

    ! ---- functions with text or a procedure among their arguments, called by those of the same name below

    interface
        function c_strerror(status) bind(C, name='lgd_strerror') result(text)
            import
            integer(c_int), value :: status
            type(c_ptr) :: text
        end function
        function c_last_error() bind(C, name='lgd_last_error') result(text)
            import
            type(c_ptr) :: text
        end function
        function c_set_error(status, text) bind(C, name='lgd_set_error') result(same)
            import
            integer(c_int), value :: status
            character(kind=c_char), intent(in) :: text(*)
            integer(c_int) :: same
        end function
        function c_build_info() bind(C, name='lgd_build_info') result(text)
            import
            type(c_ptr) :: text
        end function
        function c_machine() bind(C, name='lgd_machine') result(text)
            import
            type(c_ptr) :: text
        end function
        function c_matrix_kernel(A, k) bind(C, name='lgd_matrix_kernel') result(text)
            import
            type(c_ptr), value :: A
            integer(c_size_t), value :: k
            type(c_ptr) :: text
        end function
        function c_optimizer_machine(opt) bind(C, name='lgd_optimizer_machine') result(text)
            import
            type(c_ptr), value :: opt
            type(c_ptr) :: text
        end function
        function lgd_streaming_rate(threads) bind(C, name='lgd_streaming_rate') result(rate)
            import
            integer(c_size_t), value :: threads
            real(c_double) :: rate
        end function
        function lgd_stream_read(x, count, streams, threads) bind(C, name='lgd_stream_read') result(seconds)
            import
            real(c_double), intent(in) :: x(*)
            integer(c_size_t), value :: count, streams, threads
            real(c_double) :: seconds
        end function
        function c_loss_name(loss) bind(C, name='lgd_loss_name') result(text)
            import
            type(c_ptr), value :: loss
            type(c_ptr) :: text
        end function
        function c_loss_find(name) bind(C, name='lgd_loss_find') result(loss)
            import
            character(kind=c_char), intent(in) :: name(*)
            type(c_ptr) :: loss
        end function
        function c_function_create(out, dim, fn, ctx) bind(C, name='lgd_function_create') result(status)
            import
            type(c_ptr), intent(out) :: out
            integer(c_size_t), value :: dim
            type(c_funptr), value :: fn
            type(c_ptr), value :: ctx
            integer(c_int) :: status
        end function
        function c_function_create_differences(out, dim, fn, ctx) &
            bind(C, name='lgd_function_create_differences') result(status)
            import
            type(c_ptr), intent(out) :: out
            integer(c_size_t), value :: dim
            type(c_funptr), value :: fn
            type(c_ptr), value :: ctx
            integer(c_int) :: status
        end function
        function c_residual_create(out, dim, count, fn, ctx) bind(C, name='lgd_residual_create') result(status)
            import
            type(c_ptr), intent(out) :: out
            integer(c_size_t), value :: dim, count
            type(c_funptr), value :: fn
            type(c_ptr), value :: ctx
            integer(c_int) :: status
        end function
        function c_residual_create_with_sized(out, dim, count, fn, ctx, options, options_size) &
            bind(C, name='lgd_residual_create_with_sized') result(status)
            import
            type(c_ptr), intent(out) :: out
            integer(c_size_t), value :: dim, count, options_size
            type(c_funptr), value :: fn
            type(c_ptr), value :: ctx
            type(lgd_residual_options), intent(in), optional :: options
            integer(c_int) :: status
        end function
        function c_penalty_name(p) bind(C, name='lgd_penalty_name') result(text)
            import
            type(c_ptr), value :: p
            type(c_ptr) :: text
        end function
        function c_optimizer_parse(out, text) bind(C, name='lgd_optimizer_parse') result(status)
            import
            type(c_ptr), intent(out) :: out
            character(kind=c_char), intent(in) :: text(*)
            integer(c_int) :: status
        end function
        function c_optimizer_name(opt) bind(C, name='lgd_optimizer_name') result(text)
            import
            type(c_ptr), value :: opt
            type(c_ptr) :: text
        end function
        function c_optimizer_option(opt, name, value) bind(C, name='lgd_optimizer_option') result(status)
            import
            type(c_ptr), value :: opt
            character(kind=c_char), intent(in) :: name(*)
            real(c_double), intent(out) :: value
            integer(c_int) :: status
        end function
        function c_stop_string(stop) bind(C, name='lgd_stop_string') result(text)
            import
            integer(c_int), value :: stop
            type(c_ptr) :: text
        end function
        function c_history_series(h, name, count) bind(C, name='lgd_history_series') result(series)
            import
            type(c_ptr), value :: h
            character(kind=c_char), intent(in) :: name(*)
            integer(c_size_t), intent(out) :: count
            type(c_ptr) :: series
        end function
        function c_loss_parse(out, text) bind(C, name='lgd_loss_parse') result(status)
            import
            type(c_ptr), intent(out) :: out
            character(kind=c_char), intent(in) :: text(*)
            integer(c_int) :: status
        end function
        function c_loss_describe(loss, text, size) bind(C, name='lgd_loss_describe') result(length)
            import
            type(c_ptr), value :: loss
            character(kind=c_char), intent(inout) :: text(*)
            integer(c_size_t), value :: size
            integer(c_size_t) :: length
        end function
        function c_objective_describe(f, text, size) bind(C, name='lgd_objective_describe') result(length)
            import
            type(c_ptr), value :: f
            character(kind=c_char), intent(inout) :: text(*)
            integer(c_size_t), value :: size
            integer(c_size_t) :: length
        end function
        function c_minimize_describe_sized(f, opt, options, options_size, text, size) &
            bind(C, name='lgd_minimize_describe_sized') result(length)
            import
            type(c_ptr), value :: f, opt
            type(lgd_minimize_options), intent(in), optional :: options
            integer(c_size_t), value :: options_size, size
            character(kind=c_char), intent(inout) :: text(*)
            integer(c_size_t) :: length
        end function
        function c_cross_validate_sized(split, fold, ctx, scores, report, report_size) &
            bind(C, name='lgd_cross_validate_sized') result(status)
            import
            type(lgd_split), intent(in) :: split
            type(c_funptr), value :: fold
            type(c_ptr), value :: ctx
            real(c_double), intent(inout), optional :: scores(*)
            type(lgd_cv_report), intent(inout), optional :: report
            integer(c_size_t), value :: report_size
            integer(c_int) :: status
        end function
        function c_choose_sized(axes, axis_size, count, try_one, ctx, options, options_size, point, report, report_size) &
            bind(C, name='lgd_choose_sized') result(status)
            import
            type(lgd_axis), intent(in) :: axes(*)
            integer(c_size_t), value :: axis_size, count, options_size, report_size
            type(c_funptr), value :: try_one
            type(c_ptr), value :: ctx
            type(lgd_choose_options), intent(in), optional :: options
            real(c_double), intent(inout), optional :: point(*)
            type(lgd_choose_report), intent(inout), optional :: report
            integer(c_int) :: status
        end function
        function c_choose_text_sized(axes, axis_size, count, point, optimizer, text, size) &
            bind(C, name='lgd_choose_text_sized') result(status)
            import
            type(lgd_axis), intent(in) :: axes(*)
            integer(c_size_t), value :: axis_size, count, size
            real(c_double), intent(in) :: point(*)
            character(kind=c_char), intent(in) :: optimizer(*)
            character(kind=c_char), intent(inout) :: text(*)
            integer(c_int) :: status
        end function
        function c_diagnosis_string(label) bind(C, name='lgd_diagnosis_string') result(text)
            import
            integer(c_int), value :: label
            type(c_ptr) :: text
        end function
        function c_strlen(text) bind(C, name='strlen') result(length)
            import
            type(c_ptr), value :: text
            integer(c_size_t) :: length
        end function
    end interface
    private :: c_strerror, c_last_error, c_set_error, c_build_info, c_machine, c_matrix_kernel, c_optimizer_machine, &
        c_loss_name, c_loss_find, c_function_create, &
        c_function_create_differences, c_residual_create, c_residual_create_with_sized, c_penalty_name, c_optimizer_parse, &
        c_optimizer_name, c_optimizer_option, c_stop_string, c_history_series, c_strlen
    private :: c_loss_parse, c_loss_describe, c_objective_describe, c_minimize_describe_sized, c_cross_validate_sized, &
        c_choose_sized, c_choose_text_sized, c_diagnosis_string

contains

    ! ---- text

    ! A C string as characters of Fortran; '' for NULL.
    function lgd_string(text) result(string)
        type(c_ptr), intent(in) :: text
        character(:), allocatable :: string
        character(kind=c_char), pointer :: c(:)
        integer(c_size_t) :: i
        if (.not. c_associated(text)) then
            string = ''
            return
        end if
        call c_f_pointer(text, c, [c_strlen(text)])
        allocate (character(size(c)) :: string)
        do i = 1, size(c, kind=c_size_t)
            string(i:i) = c(i)
        end do
    end function

    function lgd_strerror(status) result(text)
        integer(c_int), intent(in) :: status
        character(:), allocatable :: text
        text = lgd_string(c_strerror(status))
    end function

    function lgd_last_error() result(text)
        character(:), allocatable :: text
        text = lgd_string(c_last_error())
    end function

    function lgd_set_error(status, text) result(same)
        integer(c_int), intent(in) :: status
        character(*), intent(in) :: text
        integer(c_int) :: same
        same = c_set_error(status, trim(text)//c_null_char)
    end function

    function lgd_build_info() result(text)
        character(:), allocatable :: text
        text = lgd_string(c_build_info())
    end function

    function lgd_matrix_kernel(A, k) result(text)
        type(c_ptr), intent(in) :: A
        integer(c_size_t), intent(in) :: k
        character(:), allocatable :: text
        text = lgd_string(c_matrix_kernel(A, k))
    end function

    function lgd_optimizer_machine(opt) result(text)
        type(c_ptr), intent(in) :: opt
        character(:), allocatable :: text
        text = lgd_string(c_optimizer_machine(opt))
    end function

    function lgd_machine() result(text)
        character(:), allocatable :: text
        text = lgd_string(c_machine())
    end function

    function lgd_loss_name(loss) result(text)
        type(c_ptr), intent(in) :: loss
        character(:), allocatable :: text
        text = lgd_string(c_loss_name(loss))
    end function

    function lgd_loss_find(name) result(loss)
        character(*), intent(in) :: name
        type(c_ptr) :: loss
        loss = c_loss_find(trim(name)//c_null_char)
    end function

    function lgd_penalty_name(p) result(text)
        type(c_ptr), intent(in) :: p
        character(:), allocatable :: text
        text = lgd_string(c_penalty_name(p))
    end function

    function lgd_optimizer_parse(out, text) result(status)
        type(c_ptr), intent(out) :: out
        character(*), intent(in) :: text
        integer(c_int) :: status
        status = c_optimizer_parse(out, trim(text)//c_null_char)
    end function

    function lgd_optimizer_name(opt) result(text)
        type(c_ptr), intent(in) :: opt
        character(:), allocatable :: text
        text = lgd_string(c_optimizer_name(opt))
    end function

    function lgd_optimizer_option(opt, name, value) result(status)
        type(c_ptr), intent(in) :: opt
        character(*), intent(in) :: name
        real(c_double), intent(out) :: value
        integer(c_int) :: status
        status = c_optimizer_option(opt, trim(name)//c_null_char, value)
    end function

    function lgd_stop_string(stop) result(text)
        integer(c_int), intent(in) :: stop
        character(:), allocatable :: text
        text = lgd_string(c_stop_string(stop))
    end function

    function lgd_loss_parse(out, text) result(status)
        type(c_ptr), intent(out) :: out
        character(*), intent(in) :: text
        integer(c_int) :: status
        status = c_loss_parse(out, trim(text)//c_null_char)
    end function

    function lgd_loss_describe(loss) result(text)
        type(c_ptr), intent(in) :: loss
        character(:), allocatable :: text
        integer(c_size_t) :: length
        character(kind=c_char) :: none(1)
        length = c_loss_describe(loss, none, 0_c_size_t)
        allocate (character(length + 1) :: text) ! C ends it by 0
        length = c_loss_describe(loss, text, length + 1)
        text = text(:length)
    end function

    function lgd_objective_describe(f) result(text)
        type(c_ptr), intent(in) :: f
        character(:), allocatable :: text
        integer(c_size_t) :: length
        character(kind=c_char) :: none(1)
        length = c_objective_describe(f, none, 0_c_size_t)
        allocate (character(length + 1) :: text)
        length = c_objective_describe(f, text, length + 1)
        text = text(:length)
    end function

    function lgd_minimize_describe(f, opt, options) result(text)
        type(c_ptr), intent(in) :: f, opt
        type(lgd_minimize_options), intent(in), optional :: options
        character(:), allocatable :: text
        integer(c_size_t) :: length
        character(kind=c_char) :: none(1)
        length = c_minimize_describe_sized(f, opt, options, c_sizeof(lgd_minimize_options()), none, 0_c_size_t)
        allocate (character(length + 1) :: text)
        length = c_minimize_describe_sized(f, opt, options, c_sizeof(lgd_minimize_options()), text, length + 1)
        text = text(:length)
    end function

    function lgd_diagnosis_string(label) result(text)
        integer(c_int), intent(in) :: label
        character(:), allocatable :: text
        text = lgd_string(c_diagnosis_string(label))
    end function

    ! text is padded with blanks, and LGD_ERANGE if it is too short by one or more.
    function lgd_choose_text(axes, point, optimizer, text) result(status)
        type(lgd_axis), intent(in) :: axes(:)
        real(c_double), intent(in) :: point(*)
        character(*), intent(in) :: optimizer
        character(*), intent(out) :: text
        integer(c_int) :: status
        character(len(text) + 1) :: room ! C ends it by 0
        text = ''
        status = c_choose_text_sized(axes, c_sizeof(lgd_axis()), size(axes, kind=c_size_t), point, &
            trim(optimizer)//c_null_char, room, len(room, kind=c_size_t))
        if (status == LGD_OK) text = room(:index(room, c_null_char) - 1)
    end function

    ! Not associated for an unknown name; empty before a run.
    function lgd_history_series(h, name) result(series)
        type(c_ptr), intent(in) :: h
        character(*), intent(in) :: name
        real(c_double), pointer :: series(:)
        integer(c_size_t) :: count
        type(c_ptr) :: first
        first = c_history_series(h, trim(name)//c_null_char, count)
        series => null()
        if (c_associated(first)) call c_f_pointer(first, series, [count])
    end function

    ! ---- procedures

    function lgd_function_create(out, dim, fn, ctx) result(status)
        type(c_ptr), intent(out) :: out
        integer(c_size_t), intent(in) :: dim
        procedure(lgd_function) :: fn
        type(c_ptr), intent(in) :: ctx
        integer(c_int) :: status
        status = c_function_create(out, dim, c_funloc(fn), ctx)
    end function

    function lgd_function_create_differences(out, dim, fn, ctx) result(status)
        type(c_ptr), intent(out) :: out
        integer(c_size_t), intent(in) :: dim
        procedure(lgd_function) :: fn
        type(c_ptr), intent(in) :: ctx
        integer(c_int) :: status
        status = c_function_create_differences(out, dim, c_funloc(fn), ctx)
    end function

    function lgd_residual_create(out, dim, count, fn, ctx) result(status)
        type(c_ptr), intent(out) :: out
        integer(c_size_t), intent(in) :: dim, count
        procedure(lgd_residual) :: fn
        type(c_ptr), intent(in) :: ctx
        integer(c_int) :: status
        status = c_residual_create(out, dim, count, c_funloc(fn), ctx)
    end function

    function lgd_residual_create_with(out, dim, count, fn, ctx, options) result(status)
        type(c_ptr), intent(out) :: out
        integer(c_size_t), intent(in) :: dim, count
        procedure(lgd_residual) :: fn
        type(c_ptr), intent(in) :: ctx
        type(lgd_residual_options), intent(in), optional :: options
        integer(c_int) :: status
        status = c_residual_create_with_sized(out, dim, count, c_funloc(fn), ctx, options, c_sizeof(lgd_residual_options()))
    end function

    function lgd_cross_validate(split, fold, ctx, scores, report) result(status)
        type(lgd_split), intent(in) :: split
        procedure(lgd_fold) :: fold
        type(c_ptr), intent(in) :: ctx
        real(c_double), intent(inout), optional :: scores(*)
        type(lgd_cv_report), intent(inout), optional :: report
        integer(c_int) :: status
        status = c_cross_validate_sized(split, c_funloc(fold), ctx, scores, report, c_sizeof(lgd_cv_report()))
    end function

    function lgd_choose(axes, try_one, ctx, options, point, report) result(status)
        type(lgd_axis), intent(in) :: axes(:)
        procedure(lgd_candidate) :: try_one
        type(c_ptr), intent(in) :: ctx
        type(lgd_choose_options), intent(in), optional :: options
        real(c_double), intent(inout), optional :: point(*)
        type(lgd_choose_report), intent(inout), optional :: report
        integer(c_int) :: status
        status = c_choose_sized(axes, c_sizeof(lgd_axis()), size(axes, kind=c_size_t), c_funloc(try_one), ctx, options, &
            c_sizeof(lgd_choose_options()), point, report, c_sizeof(lgd_choose_report()))
    end function

    ! ---- the sizes that the inline functions of the C headers fill in

    function lgd_matrix_create(out, rows, cols, ops, ctx) result(status)
        type(c_ptr), intent(out) :: out
        integer(c_size_t), intent(in) :: rows, cols
        type(lgd_matrix_ops), intent(in) :: ops
        type(c_ptr), intent(in) :: ctx
        integer(c_int) :: status
        status = lgd_matrix_create_sized(out, rows, cols, ops, c_sizeof(ops), ctx)
    end function

    function lgd_loss_create(out, ops, ctx) result(status)
        type(c_ptr), intent(out) :: out
        type(lgd_loss_ops), intent(in) :: ops
        type(c_ptr), intent(in) :: ctx
        integer(c_int) :: status
        status = lgd_loss_create_sized(out, ops, c_sizeof(ops), ctx)
    end function

    function lgd_objective_create(out, dim, terms, ops, ctx) result(status)
        type(c_ptr), intent(out) :: out
        integer(c_size_t), intent(in) :: dim, terms
        type(lgd_objective_ops), intent(in) :: ops
        type(c_ptr), intent(in) :: ctx
        integer(c_int) :: status
        status = lgd_objective_create_sized(out, dim, terms, ops, c_sizeof(ops), ctx)
    end function

    function lgd_objective_check_gradient(f, w, result) result(status)
        type(c_ptr), intent(in) :: f
        real(c_double), intent(in) :: w(*)
        type(lgd_gradient_check), intent(out) :: result
        integer(c_int) :: status
        status = lgd_objective_check_gradient_sized(f, w, result, c_sizeof(result))
    end function

    function lgd_objective_curvature(f, w, result, options) result(status)
        type(c_ptr), intent(in) :: f
        real(c_double), intent(in) :: w(*)
        type(lgd_curvature), intent(out) :: result
        type(lgd_curvature_options), intent(in), optional :: options
        integer(c_int) :: status
        status = lgd_objective_curvature_sized(f, w, options, c_sizeof(lgd_curvature_options()), result, c_sizeof(result))
    end function

    function lgd_objective_check_product(f, w, seed, result) result(status)
        type(c_ptr), intent(in) :: f
        real(c_double), intent(in) :: w(*)
        integer(c_int64_t), intent(in) :: seed
        type(lgd_gradient_check), intent(out) :: result
        integer(c_int) :: status
        status = lgd_objective_check_product_sized(f, w, seed, result, c_sizeof(result))
    end function

    function lgd_objective_check_jacobian(f, w, result) result(status)
        type(c_ptr), intent(in) :: f
        real(c_double), intent(in) :: w(*)
        type(lgd_jacobian_check), intent(out) :: result
        integer(c_int) :: status
        status = lgd_objective_check_jacobian_sized(f, w, result, c_sizeof(result))
    end function

    function lgd_matrix_csr(out, data) result(status)
        type(c_ptr), intent(out) :: out
        type(lgd_csr), intent(in) :: data
        integer(c_int) :: status
        status = lgd_matrix_csr_sized(out, data, c_sizeof(data))
    end function

    function lgd_matrix_stream(out, stream) result(status)
        type(c_ptr), intent(out) :: out
        type(lgd_stream), intent(in) :: stream
        integer(c_int) :: status
        status = lgd_matrix_stream_sized(out, stream, c_sizeof(stream))
    end function

    function lgd_ridge_path(f, strength, W, options, report) result(status)
        type(c_ptr), intent(in) :: f
        real(c_double), intent(in) :: strength(:)
        real(c_double), intent(inout) :: W(*) ! W(dim, size(strength))
        type(lgd_ridge_options), intent(in), optional :: options
        type(lgd_ridge_report), intent(inout), optional :: report
        integer(c_int) :: status
        status = lgd_ridge_path_sized(f, size(strength, kind=c_size_t), strength, W, options, c_sizeof(lgd_ridge_options()), &
            report, c_sizeof(lgd_ridge_report()))
    end function

    function lgd_least_squares_solve(f, w, options, report) result(status)
        type(c_ptr), intent(in) :: f
        real(c_double), intent(inout) :: w(*)
        type(lgd_least_squares_options), intent(in), optional :: options
        type(lgd_least_squares_report), intent(inout), optional :: report
        integer(c_int) :: status
        status = lgd_least_squares_solve_sized(f, w, options, c_sizeof(lgd_least_squares_options()), report, &
            c_sizeof(lgd_least_squares_report()))
    end function

    function lgd_least_squares_errors(f, w, options, report) result(status)
        type(c_ptr), intent(in) :: f
        real(c_double), intent(in) :: w(*)
        type(lgd_least_squares_options), intent(in), optional :: options
        type(lgd_least_squares_report), intent(inout), optional :: report
        integer(c_int) :: status
        status = lgd_least_squares_errors_sized(f, w, options, c_sizeof(lgd_least_squares_options()), report, &
            c_sizeof(lgd_least_squares_report()))
    end function

    function lgd_quadratic_refine(q, f, w, steps, report) result(status)
        type(c_ptr), intent(in) :: q, f
        real(c_double), intent(inout) :: w(*)
        integer(c_size_t), intent(in) :: steps
        type(lgd_refinement), intent(inout), optional :: report
        integer(c_int) :: status
        status = lgd_quadratic_refine_sized(q, f, w, steps, report, c_sizeof(lgd_refinement()))
    end function

    function lgd_least_squares_plan(options, plan) result(status)
        type(lgd_plan_options), intent(in) :: options
        type(lgd_plan), intent(inout) :: plan
        integer(c_int) :: status
        status = lgd_least_squares_plan_sized(options, c_sizeof(options), plan, c_sizeof(plan))
    end function

    function lgd_glm_create(out, X, y, loss, options) result(status)
        type(c_ptr), intent(out) :: out
        type(c_ptr), intent(in) :: X, y, loss
        type(lgd_glm_options), intent(in), optional :: options
        integer(c_int) :: status
        status = lgd_glm_create_sized(out, X, y, loss, options, c_sizeof(lgd_glm_options()))
    end function

    function lgd_penalty_create(out, ops, ctx) result(status)
        type(c_ptr), intent(out) :: out
        type(lgd_penalty_ops), intent(in) :: ops
        type(c_ptr), intent(in) :: ctx
        integer(c_int) :: status
        status = lgd_penalty_create_sized(out, ops, c_sizeof(ops), ctx)
    end function

    function lgd_penalty_group_l1_create(out, strength, groups) result(status)
        type(c_ptr), intent(out) :: out
        real(c_double), intent(in) :: strength
        type(lgd_penalty_group), intent(in) :: groups(:)
        integer(c_int) :: status
        status = lgd_penalty_group_l1_create_sized(out, strength, groups, size(groups, kind=c_size_t), &
            c_sizeof(lgd_penalty_group()))
    end function

    function lgd_penalty_ranges_create(out, ranges) result(status)
        type(c_ptr), intent(out) :: out
        type(lgd_penalty_range), intent(in) :: ranges(:)
        integer(c_int) :: status
        status = lgd_penalty_ranges_create_sized(out, ranges, size(ranges, kind=c_size_t), c_sizeof(lgd_penalty_range()))
    end function

    function lgd_optimizer_create(out, ops, options, options_size) result(status)
        type(c_ptr), intent(out) :: out
        type(lgd_optimizer_ops), intent(in) :: ops
        type(c_ptr), intent(in) :: options
        integer(c_size_t), intent(in) :: options_size
        integer(c_int) :: status
        status = lgd_optimizer_create_sized(out, ops, c_sizeof(ops), options, options_size)
    end function

    function lgd_optimizer_groups(opt, groups) result(status) ! an array of size 0: none
        type(c_ptr), intent(in) :: opt
        type(lgd_group), intent(in) :: groups(:)
        integer(c_int) :: status
        status = lgd_optimizer_groups_sized(opt, groups, size(groups, kind=c_size_t), c_sizeof(lgd_group()))
    end function

    function lgd_optimizer_average(opt, average) result(status)
        type(c_ptr), intent(in) :: opt
        type(lgd_average), intent(in), optional :: average
        integer(c_int) :: status
        status = lgd_optimizer_average_sized(opt, average, c_sizeof(lgd_average()))
    end function

    function lgd_minimize(f, opt, w, options, report) result(status)
        type(c_ptr), intent(in) :: f, opt
        real(c_double), intent(inout) :: w(*)
        type(lgd_minimize_options), intent(in), optional :: options
        type(lgd_report), intent(inout), optional :: report
        integer(c_int) :: status
        status = lgd_minimize_sized(f, opt, w, options, c_sizeof(lgd_minimize_options()), report, c_sizeof(lgd_report()))
    end function

    function lgd_lasso_path(f, W, points, options) result(status)
        type(c_ptr), intent(in) :: f
        real(c_double), intent(inout), optional :: W(*) ! W(dim, count)
        type(lgd_lasso_point), intent(inout), optional :: points(*)
        type(lgd_lasso_path_options), intent(in), optional :: options
        integer(c_int) :: status
        status = lgd_lasso_path_sized(f, W, points, c_sizeof(lgd_lasso_point()), options, c_sizeof(lgd_lasso_path_options()))
    end function

    function lgd_starts_draw(dim, starts, W) result(status)
        integer(c_size_t), intent(in) :: dim
        type(lgd_starts_options), intent(in) :: starts
        real(c_double), intent(inout) :: W(*) ! W(dim, starts%starts)
        integer(c_int) :: status
        status = lgd_starts_draw_sized(dim, starts, c_sizeof(starts), W)
    end function

    function lgd_minimize_starts(f, opt, w, starts, options, reports, report) result(status)
        type(c_ptr), intent(in) :: f, opt
        real(c_double), intent(inout) :: w(*)
        type(lgd_starts_options), intent(in) :: starts
        type(lgd_minimize_options), intent(in), optional :: options
        type(lgd_report), intent(inout), optional :: reports(*)
        type(lgd_starts_report), intent(inout), optional :: report
        integer(c_int) :: status
        status = lgd_minimize_starts_sized(f, opt, w, starts, c_sizeof(starts), options, c_sizeof(lgd_minimize_options()), &
            reports, c_sizeof(lgd_report()), report, c_sizeof(lgd_starts_report()))
    end function

    function lgd_mlp_create(out, X, y, loss, options) result(status)
        type(c_ptr), intent(out) :: out
        type(c_ptr), intent(in) :: X, y, loss
        type(lgd_mlp_options), intent(in), optional :: options
        integer(c_int) :: status
        status = lgd_mlp_create_sized(out, X, y, loss, options, c_sizeof(lgd_mlp_options()))
    end function

    function lgd_mlp_layer(f, l, info) result(status)
        type(c_ptr), intent(in) :: f
        integer(c_size_t), intent(in) :: l
        type(lgd_mlp_layer_info), intent(inout) :: info
        integer(c_int) :: status
        status = lgd_mlp_layer_sized(f, l, info, c_sizeof(lgd_mlp_layer_info()))
    end function

    function lgd_factorization_create(out, rows, cols, count, row, col, rating, options) result(status)
        type(c_ptr), intent(out) :: out
        integer(c_size_t), intent(in) :: rows, cols, count
        type(c_ptr), intent(in) :: row, col, rating
        type(lgd_factorization_options), intent(in), optional :: options
        integer(c_int) :: status
        status = lgd_factorization_create_sized(out, rows, cols, count, row, col, rating, options, &
            c_sizeof(lgd_factorization_options()))
    end function

    function lgd_factorization_csr(out, ratings, options) result(status)
        type(c_ptr), intent(out) :: out
        type(lgd_csr), intent(in) :: ratings
        type(lgd_factorization_options), intent(in), optional :: options
        integer(c_int) :: status
        status = lgd_factorization_csr_sized(out, ratings, c_sizeof(ratings), options, c_sizeof(lgd_factorization_options()))
    end function

    function lgd_factorization_factors(f, factors) result(status)
        type(c_ptr), intent(in) :: f
        type(lgd_factors), intent(inout) :: factors
        integer(c_int) :: status
        status = lgd_factorization_factors_sized(f, factors, c_sizeof(lgd_factors()))
    end function

    function lgd_standard_errors(f, w, options, errors, covariance) result(status)
        type(c_ptr), intent(in) :: f
        real(c_double), intent(in) :: w(*)
        type(lgd_standard_errors_options), intent(in), optional :: options
        real(c_double), intent(inout), optional :: errors(*), covariance(*)
        integer(c_int) :: status
        status = lgd_standard_errors_sized(f, w, options, c_sizeof(lgd_standard_errors_options()), errors, covariance)
    end function

    ! index(size) with size >= rows + batch_size; its numbers count from 0
    function lgd_minimize_order(options, epoch, rows, index, draws) result(status)
        type(lgd_minimize_options), intent(in), optional :: options
        integer(c_int64_t), intent(in) :: epoch
        integer(c_size_t), intent(in) :: rows
        integer(c_size_t), intent(inout) :: index(*)
        integer(c_size_t), intent(out) :: draws
        integer(c_int) :: status
        status = lgd_minimize_order_sized(options, c_sizeof(lgd_minimize_options()), epoch, rows, index, draws)
    end function

    function lgd_split_draw(split, shares, options) result(status)
        type(lgd_split), intent(inout) :: split
        real(c_double), intent(in), optional :: shares(*)
        type(lgd_split_options), intent(in), optional :: options
        integer(c_int) :: status
        status = lgd_split_draw_sized(split, shares, options, c_sizeof(lgd_split_options()))
    end function

    function lgd_cross_validate_glm(split, X, y, loss, glm, run, options, report) result(status)
        type(lgd_split), intent(in) :: split
        type(c_ptr), intent(in) :: X, y, loss
        type(lgd_glm_options), intent(in), optional :: glm
        type(lgd_minimize_options), intent(in), optional :: run
        type(lgd_cv_glm_options), intent(in), optional :: options
        type(lgd_cv_report), intent(inout), optional :: report
        integer(c_int) :: status
        status = lgd_cross_validate_glm_sized(split, X, y, loss, glm, c_sizeof(lgd_glm_options()), run, &
            c_sizeof(lgd_minimize_options()), options, c_sizeof(lgd_cv_glm_options()), report, c_sizeof(lgd_cv_report()))
    end function

    function lgd_diagnose(history, options, out) result(status)
        type(c_ptr), intent(in) :: history
        type(lgd_diagnose_options), intent(in), optional :: options
        type(lgd_diagnosis), intent(inout) :: out
        integer(c_int) :: status
        status = lgd_diagnose_sized(history, options, c_sizeof(lgd_diagnose_options()), out, c_sizeof(lgd_diagnosis()))
    end function

    function lgd_diagnose_series(series, options, out) result(status)
        type(lgd_series), intent(in) :: series
        type(lgd_diagnose_options), intent(in), optional :: options
        type(lgd_diagnosis), intent(inout) :: out
        integer(c_int) :: status
        status = lgd_diagnose_series_sized(series, c_sizeof(lgd_series()), options, c_sizeof(lgd_diagnose_options()), &
            out, c_sizeof(lgd_diagnosis()))
    end function

    function lgd_minimize_federated(clients, opt, w, options, local, report) result(status)
        type(c_ptr), intent(in) :: clients(:), opt
        real(c_double), intent(inout) :: w(*)
        type(lgd_federated_options), intent(in), optional :: options
        type(lgd_minimize_options), intent(in), optional :: local
        type(lgd_federated_report), intent(inout), optional :: report
        integer(c_int) :: status
        status = lgd_minimize_federated_sized(clients, size(clients, kind=c_size_t), opt, w, options, &
            c_sizeof(lgd_federated_options()), local, c_sizeof(lgd_minimize_options()), report, &
            c_sizeof(lgd_federated_report()))
    end function

    function lgd_minimize_piecewise(f, w, options, report) result(status)
        type(c_ptr), intent(in) :: f
        real(c_double), intent(inout) :: w(*)
        type(lgd_piecewise_options), intent(in), optional :: options
        type(lgd_piecewise_report), intent(inout), optional :: report
        integer(c_int) :: status
        status = lgd_minimize_piecewise_sized(f, w, options, c_sizeof(lgd_piecewise_options()), report, &
            c_sizeof(lgd_piecewise_report()))
    end function

    function lgd_minimize_rates(f, opt, rates, W, options, reports, histories) result(status)
        type(c_ptr), intent(in) :: f, opt
        real(c_double), intent(in) :: rates(:)
        real(c_double), intent(inout) :: W(*)
        type(lgd_minimize_options), intent(in), optional :: options
        type(lgd_report), intent(inout), optional :: reports(*)
        type(c_ptr), intent(in), optional :: histories(*)
        integer(c_int) :: status
        status = lgd_minimize_rates_sized(f, opt, rates, size(rates, kind=c_size_t), W, options, &
            c_sizeof(lgd_minimize_options()), reports, c_sizeof(lgd_report()), histories)
    end function

    function lgd_rate_range(f, opt, w, options, report) result(status)
        type(c_ptr), intent(in) :: f, opt
        real(c_double), intent(in) :: w(*)
        type(lgd_rate_range_options), intent(in), optional :: options
        type(lgd_rate_range_report), intent(inout), optional :: report
        integer(c_int) :: status
        status = lgd_rate_range_sized(f, opt, w, options, c_sizeof(lgd_rate_range_options()), report, &
            c_sizeof(lgd_rate_range_report()))
    end function

end module
