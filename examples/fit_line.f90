! Fits a line to eight measurements, in Fortran: the length of a spring against the load that hangs on it.
!
! The loads are one column of a matrix A(rows, cols) of Fortran, which is used where it is. It is standardised first, without
! a copy, so that a rate of 0.5 suits it whatever the unit; then the weights are turned back into the unit of the data.
! Prints why the run ended, the line, and what it predicts for a new load.
program fit_line
    use lgd
    implicit none
    integer(c_size_t), parameter :: rows = 8, cols = 1
    real(c_double), target :: load(rows, cols) = reshape([0.5d0, 1d0, 1.5d0, 2d0, 2.5d0, 3d0, 3.5d0, 4d0], [rows, cols]) ! kg
    real(c_double), target :: length(rows) = [11.6d0, 13.0d0, 14.7d0, 16.2d0, 17.8d0, 19.1d0, 20.9d0, 22.3d0] ! cm
    real(c_double) :: w(cols + 1) = 0, line(cols + 1) ! the intercept is last
    type(c_ptr) :: X = c_null_ptr, standard = c_null_ptr, f = c_null_ptr, sgd = c_null_ptr
    type(lgd_glm_options) :: model
    type(lgd_report) :: report
    integer(c_int) :: st

    model%intercept = .true.
    st = lgd_matrix_dense_columns(X, rows, cols, c_loc(load), rows)
    if (st == LGD_OK) st = lgd_matrix_standardized(standard, X)
    if (st == LGD_OK) st = lgd_glm_create(f, standard, c_loc(length), lgd_loss_half_squared(), model)
    if (st == LGD_OK) st = lgd_optimizer_parse(sgd, 'sgd:lr=0.5')
    if (st == LGD_OK) st = lgd_minimize(f, sgd, w, report=report)
    if (st == LGD_OK) st = lgd_matrix_unscale(standard, 1_c_size_t, .true._c_bool, w, line)

    if (st == LGD_OK) then
        print '(2a, i0, a)', lgd_stop_string(report%stop), ', ', report%steps, ' steps'
        print '(a, f0.4, a, f0.4, a)', 'length = ', line(2), ' + ', line(1), ' load'
        print '(a, f0.2, a)', 'a load of 5 kg: ', line(2) + 5*line(1), ' cm'
    end if
    call lgd_optimizer_free(sgd)
    call lgd_objective_free(f)
    call lgd_matrix_free(standard)
    call lgd_matrix_free(X)
    if (st /= LGD_OK) error stop lgd_last_error()
end program
