! Minimises a function of one's own, in Fortran, and stops the run from a function of one's own: Rosenbrock's valley,
!
!     f(x, y) = (a - x)^2 + b (y - x^2)^2, whose minimum lies at (a, a^2),
!
! with a and b in a context that is handed to the function. The gradient is first compared with differences of f. A callback
! then watches the run: it prints every thousandth step, and stops it once f is below what the watcher wants.
module valley
    use lgd
    implicit none

    type :: shape_of_valley
        real(c_double) :: a, b
    end type

    type :: watcher
        integer(c_int64_t) :: every
        real(c_double) :: good_enough
    end type

contains

    function rosenbrock(ctx, dim, w, f, g) bind(C) result(status)
        type(c_ptr), value :: ctx
        integer(c_size_t), value :: dim
        real(c_double), intent(in) :: w(dim)
        real(c_double), intent(out) :: f
        real(c_double), intent(out), optional :: g(dim)
        integer(c_int) :: status
        type(shape_of_valley), pointer :: v
        real(c_double) :: off
        call c_f_pointer(ctx, v)
        off = w(2) - w(1)**2
        f = (v%a - w(1))**2 + v%b*off**2
        if (present(g)) g = [-2*(v%a - w(1)) - 4*v%b*w(1)*off, 2*v%b*off]
        status = LGD_OK
    end function

    function watch(ctx, p) bind(C) result(stop)
        type(c_ptr), value :: ctx
        type(lgd_progress), intent(in) :: p
        integer(c_int) :: stop
        type(watcher), pointer :: me
        real(c_double), pointer :: w(:)
        call c_f_pointer(ctx, me)
        call c_f_pointer(p%w, w, [p%dim])
        if (mod(p%step, me%every) == 0) print '(a, i0, a, f0.3, a, f0.3, a)', 'step ', p%step, ' at (', w(1), ', ', w(2), ')'
        stop = merge(1_c_int, 0_c_int, p%f < me%good_enough)
    end function
end module

program own_objective
    use valley
    implicit none
    type(shape_of_valley), target :: v = shape_of_valley(a=1.5d0, b=20d0)
    type(watcher), target :: me = watcher(every=1000, good_enough=1d-6)
    type(c_ptr) :: f = c_null_ptr, sgd = c_null_ptr
    type(lgd_gradient_check) :: check
    type(lgd_minimize_options) :: o
    type(lgd_report) :: report
    real(c_double) :: w(2) = [0.5d0, 0.5d0]
    integer(c_int) :: st

    o%max_steps = 100000
    o%callback = c_funloc(watch)
    o%callback_ctx = c_loc(me)
    st = lgd_function_create(f, 2_c_size_t, rosenbrock, c_loc(v))
    if (st == LGD_OK) st = lgd_objective_check_gradient(f, w, check)
    if (st == LGD_OK) print '(2a)', 'gradient: ', merge('agrees with differences', 'wrong                  ', check%error < 1d-7)
    if (st == LGD_OK) st = lgd_optimizer_parse(sgd, 'sgd:lr=0.003')
    if (st == LGD_OK) st = lgd_minimize(f, sgd, w, o, report)
    if (st == LGD_OK) print '(2a, f0.2, a, f0.2, a)', lgd_stop_string(report%stop), ' at (', w(1), ', ', w(2), ')'
    call lgd_optimizer_free(sgd)
    call lgd_objective_free(f)
    if (st /= LGD_OK) error stop lgd_last_error()
end program
