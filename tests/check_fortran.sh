#!/bin/sh
# The Fortran module: all of the C headers is in it, as it is there; programs build against an installed library.
# usage: check_fortran.sh ROOT BUILD, with CC in the environment, and FC or gfortran
# shellcheck disable=SC2046,SC2086,SC2317 # flags are words; functions are called by name
set -eu
root=$1 build=$2
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/stage.sh
. "$(dirname "$0")/stage.sh"
work=$scratch/work
# Optional arguments that C sees as NULL are Fortran 2018.
strict="-std=f2018 -pedantic -Wall -Wextra -Werror"
FC=${FC:-gfortran}
mkdir "$work"
LC_ALL=C # one order for sort and comm
export LC_ALL

# case_ <case> <command>...: a check, or a skip where there is no Fortran compiler.
case_() {
    if command -v ${FC%% *} >/dev/null; then
        check "$@"
    else
        skip "$1" "no Fortran compiler (looked for $FC)"
    fi
}

installed() {
    cmp "$root/include/lgd.f90" "$(dirname "$(find "$shared" -name lgd.h)")/lgd.f90"
}

# compiles <program> <source>...: beside the module's source.
compiles() {
    program=$work/$1
    shift
    $FC $strict -J"$work" -o "$program" "$@" $(package "$shared" --cflags --libs libgd-descent)
}

# says <program> <file>
says() {
    prints "$2" env LD_LIBRARY_PATH="$(libdir "$shared")" "$work/$1"
}

# works <program> <source> <file>: as a user does, with the module's source from beside the headers
works() {
    compiles "$1" "$(find "$shared" -name lgd.f90)" "$2" && says "$1" "$3"
}

# bound <module>: the C functions that it binds, but for strlen of the C library.
bound() {
    sed -n "s/.*bind(C, name='\([^']*\)').*/\1/p" "$1" | grep -vx strlen | sort
}

missing_in() {
    bound "$1" | comm -23 "$work/functions" -
}

unknown_in() {
    bound "$1" | comm -13 "$work/functions" -
}

names_what_is_missing() {
    sed "/name='lgd_matrix_free'/d" "$root/include/lgd.f90" >"$work/without.f90"
    [ "$(missing_in "$work/without.f90")" = lgd_matrix_free ]
}

# signatures_of <module>: as the compiler takes its interfaces for C. Its abstract interfaces are no functions.
signatures_of() {
    $FC -J"$work" -fsyntax-only -fc-prototypes "$1" >"$work/prototypes.h" &&
        awk -f "$root/tests/signatures.awk" "$work/prototypes.h" | grep -v -e '^lgd_function ' -e '^lgd_residual ' -e '^lgd_callback ' \
            -e '^lgd_precondition ' -e '^lgd_fold ' -e '^lgd_candidate ' | sort
}

signatures_agree() {
    signatures_of "$1" >"$work/fortran" && diff "$work/signatures" "$work/fortran"
}

tells_signatures_apart() {
    sed '/function lgd_optimizer_load/,/end function/s/integer(c_size_t), value :: size/integer(c_int), value :: size/' \
        "$root/include/lgd.f90" >"$work/narrow.f90"
    signatures_agree "$root/include/lgd.f90" && ! signatures_agree "$work/narrow.f90" >"$work/why" &&
        grep '^> lgd_optimizer_load ippi' "$work/why"
}

# A Fortran program that prints sizes, offsets and constants as $1, what C prints, has them.
mirror() {
    awk '
        BEGIN { print "program mirror\n    use lgd\n    implicit none" }
        $1 == "constant" { line[++lines] = "print \"(a, i0)\", \"constant " $2 " \", " $2 }
        $1 == "bits" { line[++lines] = "print \"(a, i0)\", \"bits " $2 " \", transfer(" $2 ", 0_c_int64_t)" }
        $1 == "struct" {
            x = "x" ++types
            print "    type(" $2 "), target :: " x
            line[++lines] = "print \"(a, i0)\", \"struct " $2 " \", c_sizeof(" x ")"
        }
        $1 == "member" {
            line[++lines] = "print \"(a, i0)\", \"member " $2 " " $3 " \", at(c_loc(" x "%" $3 ")) - at(c_loc(" x "))"
        }
        END {
            for (i = 1; i <= lines; i++)
                print "    " line[i]
            print "contains\n    integer(c_intptr_t) function at(place)\n        type(c_ptr), intent(in) :: place"
            print "        at = transfer(place, at)\n    end function\nend program"
        }' "$1"
}

# agrees <module>: prints what C prints
agrees() {
    mirror "$work/said" >"$work/mirror.f90" && compiles mirror "$1" "$work/mirror.f90" && says mirror "$work/said"
}

layouts_of_c() {
    awk -f "$root/tests/layout.awk" "$work/headers" >"$work/layout.c" &&
        ${CC:-cc} -I"$root/include" -o "$work/layout" "$work/layout.c" && "$work/layout" >"$work/said" && [ -s "$work/said" ]
}

tells_layouts_apart() {
    sed 's/:: steps = 0, epochs = 0/:: epochs = 0, steps = 0/' "$root/include/lgd.f90" >"$work/swapped.f90"
    ! agrees "$work/swapped.f90" >"$work/why" 2>&1 && grep '^< member lgd_report steps' "$work/why"
}

# Characters of a fixed length, which Fortran fills with blanks.
padded() {
    cat >"$work/padded.f90" <<'END'
program padded
    use lgd
    implicit none
    character(40) :: method = 'adam:lr=0.25', name = 'lr', loss = 'logistic', series = 'loss'
    type(c_ptr) :: opt = c_null_ptr, history = c_null_ptr
    real(c_double) :: lr = 0
    if (lgd_optimizer_parse(opt, method) /= LGD_OK) error stop lgd_last_error()
    if (lgd_optimizer_option(opt, name, lr) /= LGD_OK) error stop lgd_last_error()
    if (.not. c_associated(lgd_loss_find(loss))) error stop lgd_last_error()
    if (lgd_history_create(history) /= LGD_OK) error stop lgd_last_error()
    if (.not. associated(lgd_history_series(history, series))) error stop lgd_last_error()
    print '(2a, f0.2)', lgd_optimizer_name(opt), ' ', lr
    call lgd_history_free(history)
    call lgd_optimizer_free(opt)
end program
END
    echo 'adam .25' >"$work/padded.txt" && works padded "$work/padded.f90" "$work/padded.txt"
}

# A frozen coordinate, one at half the rate, and the mean of two points.
grouped() {
    cat >"$work/grouped.f90" <<'END'
program grouped
    use lgd
    implicit none
    type(c_ptr) :: opt = c_null_ptr
    real(c_double) :: w(3) = 0, g(3), average(3)
    integer :: t
    if (lgd_optimizer_parse(opt, 'sgd:lr=1') /= LGD_OK) error stop lgd_last_error()
    if (lgd_optimizer_groups(opt, [lgd_group(first=0, count=1, frozen=.true._c_bool), &
        lgd_group(first=2, count=1, lr_scale=0.5_c_double)]) /= LGD_OK) error stop lgd_last_error()
    if (lgd_optimizer_average(opt, lgd_average(kind=LGD_AVERAGE_UNIFORM)) /= LGD_OK) error stop lgd_last_error()
    do t = 1, 2
        g = 1
        if (lgd_optimizer_step(opt, 3_c_size_t, w, g, 0.0_c_double, 1.0_c_double) /= LGD_OK) error stop lgd_last_error()
    end do
    if (lgd_optimizer_result(opt, w, average) /= LGD_OK) error stop lgd_last_error()
    print '(6f6.2)', w, average
    if (lgd_optimizer_momentum(opt, 0.5_c_double) /= LGD_EUNSUPPORTED) error stop 'momentum taken'
    call lgd_optimizer_free(opt)
end program
END
    echo '  0.00 -2.00 -1.00  0.00 -1.50 -0.75' >"$work/grouped.txt" && works grouped "$work/grouped.f90" "$work/grouped.txt"
}

# Soft thresholds, and steps of an own loop that end with one; arrays of groups and ranges; bounds that are borrowed; a gap.
penalised() {
    cat >"$work/penalised.f90" <<'END'
program penalised
    use lgd
    implicit none
    type(c_ptr) :: opt = c_null_ptr, l1 = c_null_ptr, group = c_null_ptr, box = c_null_ptr, both = c_null_ptr
    type(c_ptr) :: X = c_null_ptr, f = c_null_ptr
    real(c_double), target :: high(2) = [1, 2], A(3, 1) = reshape([1, 2, 2], [3, 1]), y(3) = [3, 3, 6]
    real(c_double) :: w(3) = [3, -1, 2], g(3) = 1, h, v(4) = [3, 4, 5, 6]
    if (lgd_penalty_l1_create(l1, -1.0_c_double) /= LGD_EINVAL) error stop 'strength taken'
    if (lgd_penalty_l1_create(l1, 0.5_c_double) /= LGD_OK) error stop lgd_last_error()
    if (lgd_penalty_prox(l1, 3_c_size_t, 0.0_c_double, [2.0_c_double, 4.0_c_double, 0.0_c_double], w) /= LGD_OK) &
        error stop lgd_last_error()
    if (lgd_penalty_value(l1, 3_c_size_t, w, h) /= LGD_OK) error stop lgd_last_error()
    print '(2a, 4f6.2)', lgd_penalty_name(l1), ':', w, h
    if (lgd_optimizer_parse(opt, 'sgd:lr=1') /= LGD_OK) error stop lgd_last_error()
    if (lgd_optimizer_penalty(opt, l1) /= LGD_OK) error stop lgd_last_error()
    if (lgd_optimizer_step(opt, 3_c_size_t, w, g, 0.0_c_double, 1.0_c_double) /= LGD_OK) error stop lgd_last_error()
    print '(3f6.2)', w
    call lgd_optimizer_free(opt)

    if (lgd_penalty_group_l1_create(group, 1.0_c_double, [lgd_penalty_group(count=2, weight=2.5_c_double)]) /= LGD_OK) &
        error stop lgd_last_error()
    if (lgd_penalty_box_create(box, 2_c_size_t, c_null_ptr, c_loc(high)) /= LGD_OK) error stop lgd_last_error()
    if (lgd_penalty_ranges_create(both, [lgd_penalty_range(penalty=group, first=0, count=2), &
        lgd_penalty_range(penalty=box, first=2, count=2)]) /= LGD_OK) error stop lgd_last_error()
    if (lgd_penalty_prox(both, 4_c_size_t, 1.0_c_double, w=v) /= LGD_OK) error stop lgd_last_error()
    print '(4f6.2)', v
    call lgd_penalty_free(both)
    call lgd_penalty_free(box)
    call lgd_penalty_free(group)

    if (lgd_matrix_dense_columns(X, 3_c_size_t, 1_c_size_t, c_loc(A), 3_c_size_t) /= LGD_OK) error stop lgd_last_error()
    if (lgd_glm_create(f, X, c_loc(y), lgd_loss_half_squared()) /= LGD_OK) error stop lgd_last_error()
    w(1) = (7 - 0.5_c_double) / 3 ! where the derivative of 1/6 sum (y_i - A_i w)**2 + w/2 is 0
    if (lgd_duality_gap(f, l1, w(:1), h) /= LGD_OK) error stop lgd_last_error()
    print '(a, l1)', 'at the minimum ', abs(h) <= 1e-15_c_double
    w(1) = 3
    if (lgd_duality_gap(f, l1, w(:1), h) /= LGD_OK) error stop lgd_last_error()
    print '(a, l1)', 'elsewhere ', h > 0.1_c_double
    call lgd_objective_free(f)
    call lgd_matrix_free(X)
    call lgd_penalty_free(l1)
end program
END
    printf '%s\n' 'l1:  2.00  0.00  2.00  2.00' '  0.50 -0.50  0.50' '  1.50  2.00  1.00  2.00' 'at the minimum T' 'elsewhere T' \
        >"$work/penalised.txt" &&
        works penalised "$work/penalised.f90" "$work/penalised.txt"
}

# The saddle of x**2 - y**2 + y**4, found, said and left; a metric of one's own; another method that goes on.
curved() {
    cat >"$work/curved.f90" <<'END'
module parts
    use lgd
    implicit none
    integer :: asked = 0
contains
    function saddle(ctx, dim, w, f, g) bind(C) result(status)
        type(c_ptr), value :: ctx
        integer(c_size_t), value :: dim
        real(c_double), intent(in) :: w(dim)
        real(c_double), intent(out) :: f
        real(c_double), intent(out), optional :: g(dim)
        integer(c_int) :: status
        f = w(1)**2 - w(2)**2 + w(2)**4
        if (present(g)) g = [2 * w(1), -2 * w(2) + 4 * w(2)**3]
        status = merge(LGD_OK, LGD_EUSER, .not. c_associated(ctx))
    end function
    function halves(ctx, w, r, pr) bind(C) result(status)
        type(c_ptr), value :: ctx
        real(c_double), intent(in) :: w(*), r(*)
        real(c_double), intent(out) :: pr(*)
        integer(c_int) :: status
        pr(:2) = r(:2) / 2
        asked = asked + 1
        status = merge(LGD_OK, LGD_EUSER, .not. c_associated(ctx) .and. abs(w(1)) <= 1)
    end function
end module
program curved
    use parts
    type(c_ptr) :: f = c_null_ptr, opt = c_null_ptr, next = c_null_ptr
    real(c_double), target :: axis(2) = 0
    real(c_double) :: w(2) = [1, 0]
    type(lgd_minimize_options) :: o
    type(lgd_curvature) :: c
    type(lgd_report) :: report
    if (lgd_function_create(f, 2_c_size_t, saddle, c_null_ptr) /= LGD_OK) error stop lgd_last_error()
    if (lgd_objective_curvature(f, w, c, lgd_curvature_options(smallest_vector=c_loc(axis))) /= LGD_OK) &
        error stop lgd_last_error()
    print '(3f6.2, l2)', c%smallest, c%largest, abs(axis(2)), c%exact
    if (lgd_optimizer_parse(opt, 'sgd:lr=1') /= LGD_OK) error stop lgd_last_error()
    o%precondition = c_funloc(halves)
    o%saddle = LGD_SADDLE_STOP
    o%grad_tol_abs = 1e-8_c_double
    if (lgd_minimize(f, opt, w, o, report) /= LGD_OK) error stop lgd_last_error()
    print '(a, f6.2, l2)', lgd_stop_string(report%stop), report%smallest_curvature, asked == report%steps
    if (lgd_optimizer_parse(next, 'lbfgs') /= LGD_OK) error stop lgd_last_error()
    if (lgd_optimizer_follow(next, opt) /= LGD_OK) error stop lgd_last_error()
    o%saddle = LGD_SADDLE_ESCAPE
    if (lgd_minimize(f, next, w, o, report) /= LGD_OK) error stop lgd_last_error()
    print '(a, 2f6.2, l2)', lgd_stop_string(report%stop), report%f, abs(w(2)), lgd_optimizer_steps(next) > report%steps
    call lgd_optimizer_free(next)
    call lgd_optimizer_free(opt)
    call lgd_objective_free(f)
end program
END
    printf '%s\n' ' -2.00  2.00  1.00 F' 'saddle: gradient below tolerance, a curvature below 0 -2.00 T' \
        'converged: gradient below tolerance -0.25  0.71 T' >"$work/curved.txt" && works curved "$work/curved.f90" "$work/curved.txt"
}

# A curve of NIST's (Misra1a) by residuals with a Jacobian of one's own, beside its certified values and errors; then 7/3 as the
# solution of least squares, of a reduction and of a dense quadratic, 7/(3 + s) with a strength s of L2, (7 - s)/3 with one of L1.
squared() {
    cat >"$work/squared.f90" <<'END'
module curve
    use lgd
    implicit none
    real(c_double), parameter :: x(14) = [77.6d0, 114.9d0, 141.1d0, 190.8d0, 239.9d0, 289.0d0, 332.8d0, 378.4d0, 434.8d0, &
        477.3d0, 536.8d0, 593.1d0, 689.1d0, 760.0d0]
    real(c_double), parameter :: y(14) = [10.07d0, 14.73d0, 17.94d0, 23.93d0, 29.61d0, 35.18d0, 40.02d0, 44.82d0, 50.76d0, &
        55.05d0, 61.01d0, 66.40d0, 75.47d0, 81.78d0]
contains
    function misra(ctx, dim, count, w, r, jacobian) bind(C) result(status)
        type(c_ptr), value :: ctx
        integer(c_size_t), value :: dim, count
        real(c_double), intent(in) :: w(dim)
        real(c_double), intent(out) :: r(count)
        real(c_double), intent(inout), optional :: jacobian(dim, count)
        integer(c_int) :: status
        r = w(1) * (1 - exp(-w(2) * x)) - y
        if (present(jacobian)) jacobian(1, :) = 1 - exp(-w(2) * x)
        if (present(jacobian)) jacobian(2, :) = w(1) * x * exp(-w(2) * x)
        status = merge(LGD_OK, LGD_EUSER, .not. c_associated(ctx))
    end function
end module
program squared
    use curve
    implicit none
    type(c_ptr) :: f = c_null_ptr, q = c_null_ptr, opt = c_null_ptr, column = c_null_ptr, box = c_null_ptr
    real(c_double), target :: errors(2), A(3, 1) = reshape([1, 2, 2], [3, 1]), z(3) = [3, 3, 6]
    real(c_double), target :: starts(2, 3) = reshape([500d0, 1d-4, 250d0, 5d-4, 240d0, 6d-4], [2, 3])
    real(c_double), target :: loo(2), ones(14) = 1, strengths(2) = [1d0, 0.25d0], low(1) = -1, high(1) = 1
    real(c_double) :: w(2) = [500d0, 1d-4], v(1), path(1, 2), drawn(2, 3)
    type(lgd_report) :: report, reports(3)
    type(lgd_starts_report) :: several
    type(lgd_least_squares_report) :: fit
    type(lgd_jacobian_check) :: check
    type(lgd_ridge_report) :: ridge
    type(lgd_lasso_point) :: points(2)
    type(lgd_refinement) :: refined
    type(lgd_plan), target :: plan
    integer :: i
    if (lgd_residual_create(f, 2_c_size_t, 14_c_size_t, misra, c_null_ptr) /= LGD_OK) error stop lgd_last_error()
    if (lgd_objective_check_jacobian(f, w, check) /= LGD_OK) error stop lgd_last_error()
    if (check%error > 1d-7) error stop 'the Jacobian is not that of the residuals'
    if (lgd_optimizer_parse(opt, 'lm') /= LGD_OK) error stop lgd_last_error()
    if (lgd_minimize(f, opt, w, report=report) /= LGD_OK) error stop lgd_last_error()
    if (lgd_least_squares_errors(f, w, lgd_least_squares_options(errors=c_loc(errors)), fit) /= LGD_OK) &
        error stop lgd_last_error()
    print '(2es15.7, l2)', w(1), errors(1), report%stop == LGD_STOP_STEP_TOL
    print '(2es15.7, f6.1)', w(2), errors(2), fit%freedom
    if (lgd_minimize_starts(f, opt, w, lgd_starts_options(starts=3, W0=c_loc(starts)), reports=reports, report=several) /= &
        LGD_OK) error stop lgd_last_error()
    print '(3(i0, 1x), l1)', several%runs, several%failed, several%minima, &
        abs(several%f - minval(reports%f)) <= 0 .and. all(reports%steps > 0)
    if (lgd_starts_draw(2_c_size_t, lgd_starts_options(starts=3, W0=c_loc(starts)), drawn) /= LGD_OK) &
        error stop lgd_last_error()
    if (any(abs(drawn - starts) > 0)) error stop 'other starts'
    call lgd_objective_free(f)
    if (lgd_residual_create_with(f, 2_c_size_t, 14_c_size_t, misra, c_null_ptr, lgd_residual_options(weights=c_loc(ones), &
        robust=LGD_ROBUST_CAUCHY, scale=1d3, jacobian=LGD_JACOBIAN_CENTRAL)) /= LGD_OK) error stop lgd_last_error()
    call lgd_optimizer_reset(opt)
    if (lgd_minimize(f, opt, w) /= LGD_OK) error stop lgd_last_error()
    print '(es13.5)', w(1)
    call lgd_optimizer_free(opt)
    call lgd_objective_free(f)

    if (lgd_matrix_dense_columns(column, 3_c_size_t, 1_c_size_t, c_loc(A), 3_c_size_t) /= LGD_OK) error stop lgd_last_error()
    if (lgd_glm_create(f, column, c_loc(z), lgd_loss_half_squared()) /= LGD_OK) error stop lgd_last_error()
    if (lgd_least_squares_solve(f, v, lgd_least_squares_options(solver=LGD_SOLVER_SVD), fit) /= LGD_OK) &
        error stop lgd_last_error()
    print '(f8.4, 2(1x, i0))', v, fit%rank, fit%solver
    if (lgd_ridge_path(f, strengths, path, lgd_ridge_options(error=c_loc(loo)), ridge) /= LGD_OK) error stop lgd_last_error()
    print '(2f8.4, l2)', path, abs(minval(loo) - ridge%error) <= 0
    if (lgd_lasso_path(f, path, points, lgd_lasso_path_options(count=2, strengths=c_loc(strengths))) /= LGD_OK) &
        error stop lgd_last_error()
    print '(2f8.4, 2(1x, i0))', path, points%nonzeros
    if (lgd_quadratic_create(q, f) /= LGD_OK) error stop lgd_last_error()
    v = 1
    if (lgd_quadratic_refine(q, f, v, 1_c_size_t, refined) /= LGD_OK) error stop lgd_last_error()
    print '(f8.4, 2(1x, i0))', v, refined%rank, refined%passes
    call lgd_objective_free(q)
    if (lgd_quadratic_create_dense(q, 1_c_size_t, [3.0_c_double], 1_c_size_t, [-7.0_c_double], 0.0_c_double) /= LGD_OK) &
        error stop lgd_last_error()
    if (lgd_optimizer_parse(opt, 'cd') /= LGD_OK) error stop lgd_last_error()
    if (lgd_penalty_elastic_box_create(box, 0.5_c_double, 0.0_c_double, 1_c_size_t, c_loc(low), c_loc(high)) /= LGD_OK) &
        error stop lgd_last_error()
    do i = 1, 2 ! freely, and within bounds
        call lgd_optimizer_reset(opt)
        if (lgd_minimize(q, opt, v, lgd_minimize_options(penalty=merge(c_null_ptr, box, i == 1))) /= LGD_OK) &
            error stop lgd_last_error()
        print '(f8.4)', v
    end do
    if (lgd_least_squares_plan(lgd_plan_options(rows=1000000, cols=100, steps=1000), plan) /= LGD_OK) &
        error stop lgd_last_error()
    print '(a, 2l2)', merge('reduce', 'other ', plan%way == LGD_WAY_REDUCE), &
        plan%cost(LGD_WAY_STREAM)%time > plan%cost(LGD_WAY_REDUCE)%time, index(lgd_string(c_loc(plan%text)), 'reduce') > 0
    call lgd_penalty_free(box)
    call lgd_optimizer_free(opt)
    call lgd_objective_free(q)
    call lgd_objective_free(f)
    call lgd_matrix_free(column)
end program
END
    printf '%s\n' '  2.3894213E+02  2.7070075E+00 T' '  5.5015643E-04  7.2668688E-06  12.0' '3 0 1 T' '  2.38942E+02' \
        '  2.3333 1 2' '  1.7500  2.1538 T' '  2.0000  2.2500 1 1' '  2.3333 1 1' '  2.3333' '  1.0000' 'reduce T T' \
        >"$work/squared.txt" && works squared "$work/squared.f90" "$work/squared.txt"
}

# The models: a network and a factorisation as they begin and where they lie, a quantile, a loss from text, a softmax with weights
# of classes, described.
modelled() {
    cat >"$work/modelled.f90" <<'END'
program modelled
    use lgd
    implicit none
    integer, parameter :: n = 6
    real(c_double), target :: A(n, 2) = reshape([real(c_double) :: 1, 2, 3, 4, 5, 6, 2, 1, 4, 3, 6, 5], [n, 2])
    real(c_double), target :: y(n) = [1, 2, 3, 4, 5, 60], class(n) = [0, 0, 1, 1, 2, 2], each(3) = 1
    real(c_double), target :: rating(5) = [5, 3, 4, 1, 2]
    integer(c_size_t), target :: hidden(1) = 3, row(5) = [0, 0, 1, 1, 2], col(5) = [0, 1, 0, 2, 2]
    integer(c_size_t) :: best(3), found
    type(c_ptr) :: X = c_null_ptr, f = c_null_ptr, opt = c_null_ptr, huber = c_null_ptr, loss = c_null_ptr, one = c_null_ptr
    type(lgd_mlp_layer_info) :: last
    type(lgd_factors) :: at
    type(lgd_piecewise_report) :: exact
    real(c_double), allocatable :: w(:)
    real(c_double) :: out(n), norms(2), point(1), covariance(1), errors(1), score(3), shift(2), scale(2)
    logical(c_bool) :: constant(2)
    if (lgd_matrix_dense_columns(X, int(n, c_size_t), 2_c_size_t, c_loc(A), int(n, c_size_t)) /= LGD_OK) &
        error stop lgd_last_error()
    if (lgd_mlp_create(f, X, c_loc(y), lgd_loss_half_squared(), lgd_mlp_options(hidden=c_loc(hidden), hidden_count=1, &
        activation=LGD_TANH, l2=0.5_c_double)) /= LGD_OK) error stop lgd_last_error()
    allocate (w(lgd_objective_dim(f)))
    if (lgd_mlp_initialise(f, LGD_INIT_HE, 1_c_int64_t, w) /= LGD_OK) error stop lgd_last_error()
    if (lgd_mlp_layer(f, 1_c_size_t, last) /= LGD_OK) error stop lgd_last_error()
    if (lgd_mlp_layer_norms(f, w, norms) /= LGD_OK) error stop lgd_last_error()
    if (lgd_mlp_predict(f, X, w, out, 1_c_size_t) /= LGD_OK) error stop lgd_last_error()
    print '(5(i0, 1x), 2l1)', size(w), last%first, last%inputs, last%outputs, last%bias, &
        abs(norms(2) - norm2(w(7:9))) < 1d-15, abs(out(1) - dot_product(w(7:9), tanh(w([1, 3, 5]) + 2 * w([2, 4, 6])))) < 1d-14
    call lgd_objective_free(f)
    deallocate (w)

    if (lgd_factorization_create(f, 3_c_size_t, 3_c_size_t, 5_c_size_t, c_loc(row), c_loc(col), c_loc(rating), &
        lgd_factorization_options(rank=1, biases=.true., l2=0.1_c_double)) /= LGD_OK) error stop lgd_last_error()
    allocate (w(lgd_objective_dim(f)))
    if (lgd_factorization_factors(f, at) /= LGD_OK) error stop lgd_last_error()
    if (lgd_factorization_initialise(f, 0.0_c_double, 1_c_int64_t, w) /= LGD_OK) error stop lgd_last_error()
    if (lgd_factorization_predict(f, w, 1_c_size_t, row, col, out) /= LGD_OK) error stop lgd_last_error()
    if (lgd_factorization_top(f, w, 0_c_size_t, 3_c_size_t, .true._c_bool, best, score, found) /= LGD_OK) &
        error stop lgd_last_error()
    print '(4(i0, 1x), f3.1, 2(1x, i0), l2)', at%V, at%row_bias, at%col_bias, size(w), at%mean, found, best(1), &
        abs(out(1) - at%mean - w(1) * w(4)) < 1d-15
    call lgd_objective_free(f)

    if (lgd_matrix_standardized_on(one, X, lgd_rows(first=0, count=3)) /= LGD_OK) error stop lgd_last_error()
    if (lgd_matrix_scaling(one, shift, scale, constant) /= LGD_OK) error stop lgd_last_error()
    print '(2f7.4, 2l2)', shift(1), scale(1), constant
    call lgd_matrix_free(one)
    if (lgd_matrix_dense(one, int(n, c_size_t), 1_c_size_t, c_loc(A), 0_c_size_t) == LGD_OK) error stop 'ld taken'
    A = 1
    if (lgd_matrix_imputed(one, int(n, c_size_t), 1_c_size_t, c_loc(A), 1_c_size_t) /= LGD_OK) error stop lgd_last_error()
    if (lgd_loss_quantile_create(loss, 0.75_c_double) /= LGD_OK) error stop lgd_last_error()
    if (lgd_glm_create(f, one, c_loc(y), loss) /= LGD_OK) error stop lgd_last_error()
    point = 0
    if (lgd_minimize_piecewise(f, point, report=exact) /= LGD_OK) error stop lgd_last_error()
    print '(2a, f5.2, i2, l2)', lgd_loss_describe(loss), ': ', point, exact%kinks, exact%gap <= 1d-10 * exact%f
    call lgd_objective_free(f)
    call lgd_loss_free(loss)

    if (lgd_loss_parse(huber, 'huber:delta=100') /= LGD_OK) error stop lgd_last_error()
    if (lgd_glm_create(f, one, c_loc(y), huber) /= LGD_OK) error stop lgd_last_error()
    if (lgd_optimizer_parse(opt, 'newton') /= LGD_OK) error stop lgd_last_error()
    if (lgd_minimize(f, opt, point) /= LGD_OK) error stop lgd_last_error()
    if (lgd_standard_errors(f, point, lgd_standard_errors_options(kind=LGD_ERRORS_HC1), errors, covariance) /= LGD_OK) &
        error stop lgd_last_error()
    print '(3f9.4)', point, errors, sqrt(sum((y - 12.5d0)**2) / 30) ! the error of a mean
    print '(a)', lgd_objective_describe(f)
    print '(l1)', index(lgd_minimize_describe(f, opt, lgd_minimize_options(max_steps=7)), '7') > 0
    call lgd_objective_free(f)
    if (lgd_glm_create(f, one, c_loc(class), lgd_loss_softmax(), lgd_glm_options(outputs=3, class_weights=c_loc(each))) /= &
        LGD_OK) error stop lgd_last_error()
    print '(2a)', lgd_loss_name(lgd_loss_builtin(0_c_size_t)), merge(', 3 scores', ', others  ', lgd_objective_dim(f) == 3)
    call lgd_objective_free(f)
    call lgd_optimizer_free(opt)
    call lgd_loss_free(huber)
    call lgd_matrix_free(one)
    call lgd_matrix_free(X)
end program
END
    printf '%s\n' "$@" >"$work/modelled.txt" && works modelled "$work/modelled.f90" "$work/modelled.txt"
}

# Choosing and judging: folds, a fold and a candidate of one's own, several rates, their range, validation, a diagnosis, clients.
chosen() {
    cat >"$work/chosen.f90" <<'END'
module fits
    use lgd
    implicit none
    integer, parameter :: n = 12
    real(c_double), target :: A(n, 1) = reshape([real(c_double) :: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [n, 1])
    real(c_double), target :: y(n) = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
contains
    function halved(ctx, fold, train, test, score) bind(C) result(status) ! the score of fold 0 is 0.5, of fold 1 1.5, ...
        type(c_ptr), value :: ctx
        integer(c_size_t), value :: fold
        type(lgd_rows), intent(in) :: train, test
        real(c_double), intent(out) :: score
        integer(c_int) :: status
        score = real(fold, c_double) + 0.5d0
        status = merge(LGD_OK, LGD_EUSER, train%count + test%count == n .and. .not. c_associated(ctx))
    end function
    function parabola(ctx, optimizer, point, score, error) bind(C) result(status)
        type(c_ptr), value :: ctx, optimizer
        real(c_double), intent(in) :: point(*)
        real(c_double), intent(inout) :: score, error
        integer(c_int) :: status
        score = (point(1) - 0.5d0)**2
        error = 0
        status = merge(LGD_OK, LGD_EUSER, index(lgd_string(optimizer), 'sgd:lr=') == 1 .and. .not. c_associated(ctx))
    end function
end module
program chosen
    use fits
    type(lgd_split) :: split
    type(lgd_rows) :: part, others
    type(lgd_cv_report) :: cv
    type(lgd_choose_report) :: choice
    type(lgd_diagnosis), target :: found
    type(lgd_report) :: reports(2), report
    type(lgd_rate_range_report) :: range
    type(lgd_federated_report) :: rounds
    integer(c_size_t), target :: index(2 * n), first(4)
    character(kind=c_char), target :: lr(3) = ['l', 'r', c_null_char], method(12) = &
        ['s', 'g', 'd', ':', 'l', 'r', '=', '{', 'l', 'r', '}', c_null_char]
    real(c_double), target :: values(3) = [0.25d0, 0.5d0, 1d0], falling(20)
    real(c_double) :: scores(3), best(1), W(1, 2), v(1)
    type(c_ptr) :: X = c_null_ptr, f = c_null_ptr, part_of(2) = c_null_ptr, opt = c_null_ptr, h = c_null_ptr
    character(20) :: text
    integer :: i
    split = lgd_split(terms=n, parts=3, index=c_loc(index), first=c_loc(first))
    if (lgd_split_draw(split, options=lgd_split_options(seed=1)) /= LGD_OK) error stop lgd_last_error()
    if (lgd_split_rows(split, 1_c_size_t, part, others) /= LGD_OK) error stop lgd_last_error()
    if (lgd_cross_validate(split, halved, c_null_ptr, scores, cv) /= LGD_OK) error stop lgd_last_error()
    print '(2(i0, 1x), 3f4.1, 2f8.4)', part%count, others%count, scores, cv%mean, cv%standard_error
    if (lgd_choose([lgd_axis(name=c_loc(lr), values=c_loc(values), count=3)], parabola, c_null_ptr, &
        lgd_choose_options(optimizer=c_loc(method)), best, choice) /= LGD_OK) error stop lgd_last_error()
    if (lgd_choose_text([lgd_axis(name=c_loc(lr), values=c_loc(values), count=3)], best, 'sgd:lr={lr}', text) /= LGD_OK) &
        error stop lgd_last_error()
    print '(a, 3(1x, i0))', trim(text), choice%candidates, choice%best, choice%failed

    if (lgd_matrix_dense_columns(X, int(n, c_size_t), 1_c_size_t, c_loc(A), int(n, c_size_t)) /= LGD_OK) &
        error stop lgd_last_error()
    if (lgd_glm_create(f, X, c_loc(y), lgd_loss_half_squared()) /= LGD_OK) error stop lgd_last_error()
    if (lgd_cross_validate_glm(split, X, c_loc(y), lgd_loss_half_squared(), report=cv) /= LGD_OK) error stop lgd_last_error()
    print '(l1)', cv%mean <= 1d-20
    if (lgd_optimizer_parse(opt, 'sgd') /= LGD_OK) error stop lgd_last_error()
    W = 0
    if (lgd_minimize_rates(f, opt, [0.01d0, 0.02d0], W, lgd_minimize_options(max_steps=1, grad_tol=lgd_zero), reports) /= &
        LGD_OK) error stop lgd_last_error()
    print '(2f8.4, 2(1x, i0))', W, reports%stop ! 650/12 times the rates
    v = 0
    if (lgd_rate_range(f, opt, v, report=range) /= LGD_OK) error stop lgd_last_error()
    print '(2l2)', range%suggestion > 0.1d0 / 54.17d0 .and. range%suggestion < 2 / 54.16d0, range%rate_lowest > 0
    do i = 1, 2
        if (lgd_objective_subset(part_of(i), f, lgd_rows(first=6 * (i - 1), count=6)) /= LGD_OK) error stop lgd_last_error()
    end do
    call lgd_optimizer_free(opt)
    if (lgd_optimizer_parse(opt, 'sgd:lr=0.01') /= LGD_OK) error stop lgd_last_error()
    if (lgd_minimize_federated(part_of, opt, v, lgd_federated_options(rounds=1), lgd_minimize_options(max_epochs=1), rounds) /= &
        LGD_OK) error stop lgd_last_error()
    print '(f8.4, 1x, i0)', v, rounds%rounds
    if (lgd_history_create(h) /= LGD_OK) error stop lgd_last_error()
    call lgd_optimizer_reset(opt)
    if (lgd_minimize(part_of(1), opt, v, lgd_minimize_options(validation=part_of(2), patience=3, history=h), report) /= LGD_OK) &
        error stop lgd_last_error()
    if (lgd_diagnose(h, lgd_diagnose_options(stop=report%stop), found) /= LGD_OK) error stop lgd_last_error()
    print '(a, l2, 2l2)', lgd_diagnosis_string(found%label), report%f_validation < 1d-8, &
        size(lgd_history_series(h, 'validation')) > 3, len(lgd_string(c_loc(found%evidence))) > 10
    falling = [(merge(1d0, 2d0, mod(i, 2) == 0) * 10d0**i, i=1, 20)]
    if (lgd_diagnose_series(lgd_series(count=20, loss=c_loc(falling)), out=found) /= LGD_OK) error stop lgd_last_error()
    print '(a, l2)', lgd_diagnosis_string(found%label), found%label == LGD_DIAGNOSIS_DIVERGING
    call lgd_history_free(h)
    call lgd_objective_free(part_of(1))
    call lgd_objective_free(part_of(2))
    call lgd_optimizer_free(opt)
    call lgd_objective_free(f)
    call lgd_matrix_free(X)
end program
END
    printf '%s\n' "$@" >"$work/chosen.txt" && works chosen "$work/chosen.f90" "$work/chosen.txt"
}

# Sparse rows, their steps and ratings; rows that a function makes, four at a time.
stored() {
    cat >"$work/stored.f90" <<'END'
module made
    use lgd
    implicit none
contains
    function two_columns(ctx, first, count, to) bind(C) result(status) ! row i is (i, i**2)
        type(c_ptr), value :: ctx, to
        integer(c_size_t), value :: first, count
        integer(c_int) :: status
        real(c_double), pointer :: rows(:, :)
        integer(c_size_t) :: i
        call c_f_pointer(to, rows, [2_c_size_t, count])
        rows = reshape([(real(first + i, c_double)**[1, 2], i = 0, count - 1)], [2_c_size_t, count])
        status = merge(LGD_OK, LGD_EUSER, count <= 4 .and. .not. c_associated(ctx))
    end function
end module
program stored
    use made
    type(c_ptr) :: X = c_null_ptr, f = c_null_ptr, opt = c_null_ptr
    type(lgd_csr) :: bags
    type(lgd_report) :: report
    integer(c_size_t), target :: begins(4) = [0, 2, 3, 5] ! rows 1 . 2, . 3 ., 4 . 5
    integer(c_int32_t), target :: column(5) = [0, 2, 1, 0, 2]
    real(c_double), target :: number(5) = [1, 2, 3, 4, 5], y(3) = 1
    real(c_double) :: w(3) = 0, z(10), g(2) = [1, 2]
    bags = lgd_csr(rows=3, cols=3, row_start=c_loc(begins), column=c_loc(column), value=c_loc(number))
    if (lgd_matrix_csr(X, bags) /= LGD_OK) error stop lgd_last_error()
    if (lgd_glm_create(f, X, c_loc(y), lgd_loss_half_squared()) /= LGD_OK) error stop lgd_last_error()
    if (lgd_optimizer_parse(opt, 'sgd:lr=0.1') /= LGD_OK) error stop lgd_last_error()
    if (lgd_minimize(f, opt, w, lgd_minimize_options(batch_size=1, max_steps=1, order=LGD_SEQUENTIAL), report) /= LGD_OK) &
        error stop lgd_last_error()
    print '(3f5.2, 1x, a)', w, lgd_string(report%updates) ! 0.1 times the row 1 . 2
    call lgd_optimizer_reset(opt)
    if (lgd_optimizer_step_sparse(opt, 3_c_size_t, w, 2_c_size_t, [2_c_size_t, 1_c_size_t], g, 0d0, 1d0) /= LGD_OK) &
        error stop lgd_last_error()
    print '(3f5.2)', w
    call lgd_objective_free(f)
    call lgd_matrix_free(X)

    if (lgd_factorization_csr(f, bags, lgd_factorization_options(rank=1, mean=lgd_zero)) /= LGD_OK) error stop lgd_last_error()
    print '(i0, 1x, i0)', lgd_objective_dim(f), lgd_objective_terms(f)
    call lgd_objective_free(f)

    if (lgd_matrix_stream(X, lgd_stream(rows=10, cols=2, read=c_funloc(two_columns), block_rows=4)) /= LGD_OK) &
        error stop lgd_last_error()
    if (lgd_matrix_forward(X, k=1_c_size_t, W=[1d0, 1d0], ldw=1_c_size_t, Z=z, ldz=1_c_size_t) /= LGD_OK) &
        error stop lgd_last_error()
    print '(i0, 10f5.0)', lgd_matrix_block_rows(X), z
    call lgd_matrix_free(X)
    call lgd_optimizer_free(opt)
end program
END
    printf '%s\n' "$@" >"$work/stored.txt" && works stored "$work/stored.f90" "$work/stored.txt"
}

# The page has three programs, and what they print.
guide() {
    [ "$(grep -c '^```fortran' "$root/docs/guide/fortran.md")" = 3 ] &&
        block docs/guide/fortran.md fortran 'program exam' >"$work/exam.f90" &&
        block docs/guide/fortran.md text 'log odds' >"$work/exam.txt" &&
        block docs/guide/fortran.md fortran 'program lasso' >"$work/lasso.f90" &&
        block docs/guide/fortran.md text 'w = ' >"$work/lasso.txt" &&
        block docs/guide/fortran.md fortran 'program cooling' >"$work/cooling.f90" &&
        block docs/guide/fortran.md text 'per minute' >"$work/cooling.txt"
}

# Not those of libgd-io, nor of optimizers.h and the headers it includes: optimizers come from text.
find "$root/include/lgd" -name '*.h' ! -name io.h ! -name libsvm.h ! -name npy.h ! -name hdf5.h ! -name optimizers.h ! -name descent.h ! -name adaptive.h ! -name newton.h ! -name gauss_newton.h ! -name quasi_newton.h ! -name search.h -exec cat {} + >"$work/headers"
awk -f "$root/tests/signatures.awk" "$work/headers" | sort >"$work/signatures"
cut -d ' ' -f 1 "$work/signatures" >"$work/functions"

check fortran_staged_install_succeeds staged
check fortran_module_installed_beside_the_headers installed
check fortran_list_of_functions_not_empty test -s "$work/functions"
check fortran_functions_of_the_headers_all_bound nothing missing_in "$root/include/lgd.f90"
check fortran_names_bound_all_in_the_headers nothing unknown_in "$root/include/lgd.f90"
check fortran_function_left_out_named names_what_is_missing
case_ fortran_arguments_of_functions_as_in_c signatures_agree "$root/include/lgd.f90"
case_ fortran_argument_of_another_size_seen tells_signatures_apart
check fortran_layouts_of_c_are_told layouts_of_c
case_ fortran_layouts_and_constants_as_in_c agrees "$root/include/lgd.f90"
case_ fortran_members_swapped_seen tells_layouts_apart
case_ fortran_fit_line_prints_what_the_one_in_c_prints works fit_line "$root/examples/fit_line.f90" "$root/examples/fit_line.out"
case_ fortran_own_objective_prints_what_it_shall works own_objective "$root/examples/own_objective.f90" \
    "$root/examples/own_objective_fortran.out"
case_ fortran_names_padded_with_blanks_found padded
case_ fortran_groups_and_averages_as_in_c grouped
case_ fortran_penalties_as_in_c penalised
case_ fortran_saddle_metric_and_follower_as_in_c curved
case_ fortran_least_squares_as_in_c squared
case_ fortran_models_and_losses_as_in_c modelled '13 6 3 1 12 TT' '3 6 9 12 3.0 1 2 T' \
    ' 2.0000 0.8165 F F' 'quantile:tau=0.75:  5.00 1 T' '  12.5000   9.5175   9.5175' \
    'f(w) = 1/6 sum_i huber:delta=100(x_i.w, y_i); 6 rows, 1 columns, 1 output, 1 parameters' T 'half_squared, 3 scores'
case_ fortran_choosing_and_judging_as_in_c chosen '4 8  0.5 1.5 2.5  1.5000  0.5774' 'sgd:lr=0.5 3 1 0' T \
    '  0.5417  1.0833 2 2' ' T T' '  0.5417 1' 'converging T T T' 'diverging T'
case_ fortran_sparse_rows_and_streams_as_in_c stored ' 0.10 0.00 0.20 sparse' ' 0.10-0.20 0.10' '6 5' \
    '4   0.   2.   6.  12.  20.  30.  42.  56.  72.  90.'
check fortran_guide_programs_and_outputs_are_there guide
for program in exam lasso cooling; do
    case_ fortran_guide_program_${program}_prints_what_the_page_says works $program "$work/$program.f90" "$work/$program.txt"
done
finish
