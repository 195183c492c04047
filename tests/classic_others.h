/* Functions that the tests of GSL, SciPy and ensmallen, or books, use beside those of More, Garbow and Hillstrom: value F and
 * gradient G(j), as mgh_fixed.h. */

PROBLEM(booth)
{
    const NUM a = X(1) + 2 * X(2) - 7, b = 2 * X(1) + X(2) - 5;
    F = a * a + b * b;
    G(1) = 2 * a + 4 * b;
    G(2) = 4 * a + 2 * b;
}

PROBLEM(matyas)
{
    F = (13 * (X(1) * X(1) + X(2) * X(2)) - 24 * X(1) * X(2)) / 50;
    G(1) = (13 * X(1) - 12 * X(2)) / 25;
    G(2) = (13 * X(2) - 12 * X(1)) / 25;
}

PROBLEM(mccormick)
{
    const NUM a = X(1) + X(2), b = X(1) - X(2);
    F = sin(a) + b * b - X(1) * 3 / 2 + X(2) * 5 / 2 + 1;
    G(1) = cos(a) + 2 * b - (NUM)1.5;
    G(2) = cos(a) - 2 * b + (NUM)2.5;
}

PROBLEM(himmelblau)
{
    const NUM a = X(1) * X(1) + X(2) - 11, b = X(1) + X(2) * X(2) - 7;
    F = a * a + b * b;
    G(1) = 4 * a * X(1) + 2 * b;
    G(2) = 2 * a + 4 * b * X(2);
}

PROBLEM(goldstein_price)
{
    const NUM x = X(1), y = X(2), a = x + y + 1, b = 2 * x - 3 * y;
    const NUM c = 19 - 14 * x + 3 * x * x - 14 * y + 6 * x * y + 3 * y * y;
    const NUM d = 18 - 32 * x + 12 * x * x + 48 * y - 36 * x * y + 27 * y * y;
    const NUM first = 1 + a * a * c, second = 30 + b * b * d;
    F = first * second;
    G(1) = (2 * a * c + a * a * (6 * x + 6 * y - 14)) * second + first * (4 * b * d + b * b * (24 * x - 36 * y - 32));
    G(2) = (2 * a * c + a * a * (6 * x + 6 * y - 14)) * second + first * (-6 * b * d + b * b * (54 * y - 36 * x + 48));
}

PROBLEM(styblinski_tang)
{
    for (int j = 1; j <= N; j++) {
        const NUM square = X(j) * X(j);
        F += (square * square - 16 * square + 5 * X(j)) / 2;
        G(j) = 2 * square * X(j) - 16 * X(j) + (NUM)2.5;
    }
}

PROBLEM(three_hump_camel)
{
    const NUM s = X(1) * X(1);
    F = 2 * s - s * s * 21 / 20 + s * s * s / 6 + X(1) * X(2) + X(2) * X(2);
    G(1) = (4 - s * 21 / 5 + s * s) * X(1) + X(2);
    G(2) = X(1) + 2 * X(2);
}

PROBLEM(six_hump_camel)
{
    const NUM s = X(1) * X(1), t = X(2) * X(2);
    F = (4 - s * 21 / 10 + s * s / 3) * s + X(1) * X(2) + 4 * (t - 1) * t;
    G(1) = (8 - s * 42 / 5 + 2 * s * s) * X(1) + X(2);
    G(2) = X(1) + (16 * t - 8) * X(2);
}

PROBLEM(sphere)
{
    for (int j = 1; j <= N; j++) {
        F += X(j) * X(j);
        G(j) = 2 * X(j);
    }
}

PROBLEM(rastrigin)
{
    const NUM turn = 2 * acos((NUM)-1);
    for (int j = 1; j <= N; j++) {
        F += 10 + X(j) * X(j) - 10 * cos(turn * X(j));
        G(j) = 2 * X(j) + 10 * turn * sin(turn * X(j));
    }
}

PROBLEM(easom)
{
    const NUM pi = acos((NUM)-1), a = X(1) - pi, b = X(2) - pi, e = exp(-a * a - b * b);
    F = -cos(X(1)) * cos(X(2)) * e;
    G(1) = (sin(X(1)) + 2 * a * cos(X(1))) * cos(X(2)) * e;
    G(2) = (sin(X(2)) + 2 * b * cos(X(2))) * cos(X(1)) * e;
}

PROBLEM(chained_rosenbrock)
{
    for (int j = 1; j < N; j++) {
        const NUM a = X(j + 1) - X(j) * X(j), b = 1 - X(j);
        F += 100 * a * a + b * b;
        G(j) -= 400 * a * X(j) + 2 * b;
        G(j + 1) += 200 * a;
    }
}

PROBLEM(branin)
{
    const NUM pi = acos((NUM)-1), b = (NUM)5.1 / (4 * pi * pi), t = 10 - 5 / (4 * pi);
    const NUM a = X(2) - b * X(1) * X(1) + 5 / pi * X(1) - 6;
    F = a * a + t * cos(X(1)) + 10;
    G(1) = 2 * a * (5 / pi - 2 * b * X(1)) - t * sin(X(1));
    G(2) = 2 * a;
}

PROBLEM(zakharov)
{
    NUM s = 0;
    for (int j = 1; j <= N; j++) {
        F += X(j) * X(j);
        s += j * X(j) / 2;
    }
    F += s * s + s * s * s * s;
    for (int j = 1; j <= N; j++)
        G(j) = 2 * X(j) + j * (s + 2 * s * s * s);
}

PROBLEM(dixon_price)
{
    F = (X(1) - 1) * (X(1) - 1);
    G(1) = 2 * (X(1) - 1);
    for (int j = 2; j <= N; j++) {
        const NUM a = 2 * X(j) * X(j) - X(j - 1);
        F += j * a * a;
        G(j) += 8 * j * a * X(j);
        G(j - 1) -= 2 * j * a;
    }
}

PROBLEM(trid)
{
    for (int j = 1; j <= N; j++) {
        const NUM before = j > 1 ? X(j - 1) : 0, after = j < N ? X(j + 1) : 0;
        F += (X(j) - 1) * (X(j) - 1) - X(j) * before;
        G(j) = 2 * (X(j) - 1) - before - after;
    }
}

PROBLEM(griewank)
{
    const NUM root = sqrt((NUM)2), a = X(1), b = X(2) / root;
    F = (X(1) * X(1) + X(2) * X(2)) / 4000 - cos(a) * cos(b) + 1;
    G(1) = X(1) / 2000 + sin(a) * cos(b);
    G(2) = X(2) / 2000 + cos(a) * sin(b) / root;
}

PROBLEM(cube)
{
    const NUM a = X(2) - X(1) * X(1) * X(1), b = 1 - X(1);
    F = 100 * a * a + b * b;
    G(1) = -600 * a * X(1) * X(1) - 2 * b;
    G(2) = 200 * a;
}

PROBLEM(cliff)
{
    const NUM a = (X(1) - 3) / 100, b = X(1) - X(2), e = exp(20 * b);
    F = a * a - b + e;
    G(1) = a / 50 - 1 + 20 * e;
    G(2) = 1 - 20 * e;
}

PROBLEM(hilbert)
{
    for (int i = 1; i <= N; i++) {
        for (int j = 1; j <= N; j++)
            G(i) += X(j) / (i + j - 1);
        F += X(i) * G(i) / 2;
    }
}

/* GSL's: a kink at the minimum. */
PROBLEM(two_slopes)
{
    F = fabs(X(1) - 1) + fabs(X(2) - 2);
    G(1) = X(1) > 1 ? 1 : -1;
    G(2) = X(2) > 2 ? 1 : -1;
}
