/* The problems 20 to 35, whose size may be chosen: as mgh_fixed.h. */

PROBLEM(watson)
{
    for (int i = 1; i <= 29; i++) {
        const NUM t = i / (NUM)29;
        NUM slope = 0, sum = 0, power = 1; /* t^(j-1) */
        for (int j = 1; j <= N; j++, power *= t) {
            sum += X(j) * power;
            slope += (j - 1) * X(j) * power / t;
        }
        R(i) = slope - sum * sum - 1;
        power = 1;
        for (int j = 1; j <= N; j++, power *= t)
            J(i, j) = (j - 1) * power / t - 2 * sum * power;
    }
    R(30) = X(1);
    R(31) = X(2) - X(1) * X(1) - 1;
    J(30, 1) = J(31, 2) = 1;
    J(31, 1) = -2 * X(1);
}

PROBLEM(extended_rosenbrock)
{
    for (int i = 1; i <= N; i += 2) {
        R(i) = 10 * (X(i + 1) - X(i) * X(i));
        R(i + 1) = 1 - X(i);
        J(i, i) = -20 * X(i);
        J(i, i + 1) = 10;
        J(i + 1, i) = -1;
    }
}

PROBLEM(penalty_1)
{
    const NUM a = sqrt((NUM)1e-5);
    R(M) = (NUM)-0.25;
    for (int i = 1; i <= N; i++) {
        R(i) = a * (X(i) - 1);
        R(M) += X(i) * X(i);
        J(i, i) = a;
        J(M, i) = 2 * X(i);
    }
}

PROBLEM(penalty_2)
{
    const NUM a = sqrt((NUM)1e-5);
    R(1) = X(1) - (NUM)0.2;
    J(1, 1) = 1;
    for (int i = 2; i <= N; i++) {
        const NUM e = exp(X(i) / 10), before = exp(X(i - 1) / 10);
        R(i) = a * (e + before - exp(i / (NUM)10) - exp((i - 1) / (NUM)10));
        J(i, i) = a * e / 10;
        J(i, i - 1) = a * before / 10;
        R(N + i - 1) = a * (e - exp((NUM)-0.1));
        J(N + i - 1, i) = a * e / 10;
    }
    R(M) = -1;
    for (int j = 1; j <= N; j++) {
        R(M) += (N - j + 1) * X(j) * X(j);
        J(M, j) = 2 * (N - j + 1) * X(j);
    }
}

PROBLEM(variably_dimensioned)
{
    NUM sum = 0;
    for (int i = 1; i <= N; i++) {
        R(i) = X(i) - 1;
        J(i, i) = 1;
        sum += i * (X(i) - 1);
    }
    R(N + 1) = sum;
    R(N + 2) = sum * sum;
    for (int j = 1; j <= N; j++) {
        J(N + 1, j) = j;
        J(N + 2, j) = 2 * sum * j;
    }
}

PROBLEM(trigonometric)
{
    NUM sum = N;
    for (int j = 1; j <= N; j++)
        sum -= cos(X(j));
    for (int i = 1; i <= N; i++) {
        R(i) = sum + i * (1 - cos(X(i))) - sin(X(i));
        for (int j = 1; j <= N; j++)
            J(i, j) = sin(X(j));
        J(i, i) += i * sin(X(i)) - cos(X(i));
    }
}

PROBLEM(brown_almost_linear)
{
    NUM sum = -(N + 1), product = 1;
    for (int j = 1; j <= N; j++) {
        sum += X(j);
        product *= X(j);
    }
    for (int i = 1; i < N; i++) {
        R(i) = X(i) + sum;
        for (int j = 1; j <= N; j++)
            J(i, j) = i == j ? 2 : 1;
    }
    R(N) = product - 1;
    for (int j = 1; j <= N; j++) {
        J(N, j) = 1;
        for (int k = 1; k <= N; k++)
            J(N, j) *= k == j ? 1 : X(k);
    }
}

PROBLEM(discrete_boundary_value)
{
    const NUM h = 1 / (NUM)(N + 1);
    for (int i = 1; i <= N; i++) {
        const NUM a = X(i) + i * h + 1;
        R(i) = 2 * X(i) + h * h * a * a * a / 2;
        J(i, i) = 2 + 3 * h * h * a * a / 2;
        if (i > 1) {
            R(i) -= X(i - 1);
            J(i, i - 1) = -1;
        }
        if (i < N) {
            R(i) -= X(i + 1);
            J(i, i + 1) = -1;
        }
    }
}

PROBLEM(discrete_integral_equation)
{
    const NUM h = 1 / (NUM)(N + 1);
    for (int i = 1; i <= N; i++) {
        R(i) = X(i);
        for (int j = 1; j <= N; j++) {
            const NUM a = X(j) + j * h + 1, kernel = h / 2 * (j <= i ? (1 - i * h) * (j * h) : i * h * (1 - j * h));
            R(i) += kernel * a * a * a;
            J(i, j) = 3 * kernel * a * a + (i == j ? 1 : 0);
        }
    }
}

PROBLEM(broyden_tridiagonal)
{
    for (int i = 1; i <= N; i++) {
        R(i) = (3 - 2 * X(i)) * X(i) + 1;
        J(i, i) = 3 - 4 * X(i);
        if (i > 1) {
            R(i) -= X(i - 1);
            J(i, i - 1) = -1;
        }
        if (i < N) {
            R(i) -= 2 * X(i + 1);
            J(i, i + 1) = -2;
        }
    }
}

PROBLEM(broyden_banded)
{
    for (int i = 1; i <= N; i++) {
        R(i) = X(i) * (2 + 5 * X(i) * X(i)) + 1;
        J(i, i) = 2 + 15 * X(i) * X(i);
        for (int j = i > 5 ? i - 5 : 1; j <= N && j <= i + 1; j++)
            if (j != i) {
                R(i) -= X(j) * (1 + X(j));
                J(i, j) = -1 - 2 * X(j);
            }
    }
}

PROBLEM(linear_full_rank)
{
    NUM sum = 0;
    for (int j = 1; j <= N; j++)
        sum += X(j);
    for (int i = 1; i <= M; i++) {
        R(i) = (i <= N ? X(i) : 0) - 2 * sum / M - 1;
        for (int j = 1; j <= N; j++)
            J(i, j) = (i == j ? 1 : 0) - 2 / (NUM)M;
    }
}

PROBLEM(linear_rank_1)
{
    NUM sum = 0;
    for (int j = 1; j <= N; j++)
        sum += j * X(j);
    for (int i = 1; i <= M; i++) {
        R(i) = i * sum - 1;
        for (int j = 1; j <= N; j++)
            J(i, j) = i * j;
    }
}

PROBLEM(linear_rank_1_zeros)
{
    NUM sum = 0;
    for (int j = 2; j < N; j++)
        sum += j * X(j);
    R(1) = R(M) = -1;
    for (int i = 2; i < M; i++) {
        R(i) = (i - 1) * sum - 1;
        for (int j = 2; j < N; j++)
            J(i, j) = (i - 1) * j;
    }
}

/* T_i of 2x - 1, and of it the derivative in x, by the recurrence T_(i+1) = 2 (2x - 1) T_i - T_(i-1). */
PROBLEM(chebyquad)
{
    for (int i = 1; i <= M; i++)
        R(i) = i % 2 ? 0 : 1 / (NUM)(i * i - 1); /* less the integral over 0 .. 1 */
    for (int j = 1; j <= N; j++) {
        const NUM x = 2 * X(j) - 1;
        NUM before = 1, T = x, slope_before = 0, slope = 2;
        for (int i = 1; i <= M; i++) {
            const NUM next = 2 * x * T - before, slope_next = 4 * T + 2 * x * slope - slope_before;
            R(i) += T / N;
            J(i, j) = slope / N;
            before = T, T = next;
            slope_before = slope, slope = slope_next;
        }
    }
}
