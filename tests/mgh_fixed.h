/* The problems 1 to 19, each of one size: residuals and their Jacobian, for the number type and the macros of mgh.c. Indices
 * count from 1, as in the paper. */

PROBLEM(rosenbrock)
{
    R(1) = 10 * (X(2) - X(1) * X(1));
    R(2) = 1 - X(1);
    J(1, 1) = -20 * X(1);
    J(1, 2) = 10;
    J(2, 1) = -1;
}

PROBLEM(freudenstein_roth)
{
    R(1) = X(1) - 13 + ((5 - X(2)) * X(2) - 2) * X(2);
    R(2) = X(1) - 29 + ((X(2) + 1) * X(2) - 14) * X(2);
    J(1, 1) = J(2, 1) = 1;
    J(1, 2) = (10 - 3 * X(2)) * X(2) - 2;
    J(2, 2) = (3 * X(2) + 2) * X(2) - 14;
}

PROBLEM(powell_badly_scaled)
{
    const NUM e1 = exp(-X(1)), e2 = exp(-X(2));
    R(1) = 1e4 * X(1) * X(2) - 1;
    R(2) = e1 + e2 - (NUM)1.0001;
    J(1, 1) = 1e4 * X(2);
    J(1, 2) = 1e4 * X(1);
    J(2, 1) = -e1;
    J(2, 2) = -e2;
}

PROBLEM(brown_badly_scaled)
{
    R(1) = X(1) - 1e6;
    R(2) = X(2) - 2e-6;
    R(3) = X(1) * X(2) - 2;
    J(1, 1) = J(2, 2) = 1;
    J(3, 1) = X(2);
    J(3, 2) = X(1);
}

PROBLEM(beale)
{
    static const double y[] = {1.5, 2.25, 2.625};
    NUM before = 1, power = X(2); /* X(2)^(i-1), X(2)^i */
    for (int i = 1; i <= 3; i++, before = power, power *= X(2)) {
        R(i) = y[i - 1] - X(1) * (1 - power);
        J(i, 1) = power - 1;
        J(i, 2) = X(1) * i * before;
    }
}

PROBLEM(jennrich_sampson)
{
    for (int i = 1; i <= M; i++) {
        const NUM e1 = exp(i * X(1)), e2 = exp(i * X(2));
        R(i) = 2 + 2 * i - (e1 + e2);
        J(i, 1) = -i * e1;
        J(i, 2) = -i * e2;
    }
}

/* On the axis X(1) = 0 the angle is that of the side from which X(1) > 0 comes. */
PROBLEM(helical_valley)
{
    const NUM turn = 8 * atan((NUM)1), square = X(1) * X(1) + X(2) * X(2), radius = sqrt(square);
    const NUM quarter = X(2) < 0 ? (NUM)-0.25 : (NUM)0.25;
    const NUM angle = X(1) == 0 ? quarter : atan(X(2) / X(1)) / turn + (X(1) < 0 ? (NUM)0.5 : 0);
    R(1) = 10 * (X(3) - 10 * angle);
    R(2) = 10 * (radius - 1);
    R(3) = X(3);
    J(1, 1) = 100 * X(2) / (turn * square);
    J(1, 2) = -100 * X(1) / (turn * square);
    J(1, 3) = 10;
    J(2, 1) = 10 * X(1) / radius;
    J(2, 2) = 10 * X(2) / radius;
    J(3, 3) = 1;
}

PROBLEM(bard)
{
    static const double y[] = {0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39,
                               0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39};
    for (int i = 1; i <= M; i++) {
        const int v = 16 - i, w = i < v ? i : v;
        const NUM below = v * X(2) + w * X(3);
        R(i) = y[i - 1] - (X(1) + i / below);
        J(i, 1) = -1;
        J(i, 2) = i * v / (below * below);
        J(i, 3) = i * w / (below * below);
    }
}

PROBLEM(gaussian)
{
    static const double y[] = {0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521, 0.3989};
    for (int i = 1; i <= M; i++) {
        const NUM t = (8 - i) / (NUM)2 - X(3), e = exp(-X(2) * t * t / 2);
        R(i) = X(1) * e - y[i <= 8 ? i - 1 : 15 - i];
        J(i, 1) = e;
        J(i, 2) = -X(1) * e * t * t / 2;
        J(i, 3) = X(1) * e * X(2) * t;
    }
}

PROBLEM(meyer)
{
    static const double y[] = {34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744,
                               8261,  7030,  6005,  5147,  4427,  3820,  3307,  2872};
    for (int i = 1; i <= M; i++) {
        const NUM t = 45 + 5 * i + X(3), e = exp(X(2) / t);
        R(i) = X(1) * e - y[i - 1];
        J(i, 1) = e;
        J(i, 2) = X(1) * e / t;
        J(i, 3) = -X(1) * e * X(2) / (t * t);
    }
}

/* The paper prints "y mi x" where y - x is meant. */
PROBLEM(gulf)
{
    for (int i = 1; i <= M; i++) {
        const NUM t = i / (NUM)100, y = 25 + pow(-50 * log(t), (NUM)2 / 3), away = fabs(y - X(2));
        const NUM power = pow(away, X(3)) / X(1), e = exp(-power);
        R(i) = e - t;
        J(i, 1) = e * power / X(1);
        J(i, 2) = away > 0 ? e * power * X(3) / (y - X(2)) : 0;
        J(i, 3) = away > 0 ? -e * power * log(away) : 0;
    }
}

PROBLEM(box)
{
    for (int i = 1; i <= M; i++) {
        const NUM t = i / (NUM)10, e1 = exp(-t * X(1)), e2 = exp(-t * X(2)), e = exp(-t) - exp(-10 * t);
        R(i) = e1 - e2 - X(3) * e;
        J(i, 1) = -t * e1;
        J(i, 2) = t * e2;
        J(i, 3) = -e;
    }
}

PROBLEM(powell_singular)
{
    for (int i = 1; i <= M; i += 4) { /* 22 has n/4 of them */
        const NUM a = X(i + 1) - 2 * X(i + 2), b = X(i) - X(i + 3);
        R(i) = X(i) + 10 * X(i + 1);
        R(i + 1) = sqrt((NUM)5) * (X(i + 2) - X(i + 3));
        R(i + 2) = a * a;
        R(i + 3) = sqrt((NUM)10) * b * b;
        J(i, i) = 1;
        J(i, i + 1) = 10;
        J(i + 1, i + 2) = sqrt((NUM)5);
        J(i + 1, i + 3) = -sqrt((NUM)5);
        J(i + 2, i + 1) = 2 * a;
        J(i + 2, i + 2) = -4 * a;
        J(i + 3, i) = 2 * sqrt((NUM)10) * b;
        J(i + 3, i + 3) = -2 * sqrt((NUM)10) * b;
    }
}

PROBLEM(wood)
{
    R(1) = 10 * (X(2) - X(1) * X(1));
    R(2) = 1 - X(1);
    R(3) = sqrt((NUM)90) * (X(4) - X(3) * X(3));
    R(4) = 1 - X(3);
    R(5) = sqrt((NUM)10) * (X(2) + X(4) - 2);
    R(6) = (X(2) - X(4)) / sqrt((NUM)10);
    J(1, 1) = -20 * X(1);
    J(1, 2) = 10;
    J(2, 1) = J(4, 3) = -1;
    J(3, 3) = -2 * sqrt((NUM)90) * X(3);
    J(3, 4) = sqrt((NUM)90);
    J(5, 2) = J(5, 4) = sqrt((NUM)10);
    J(6, 2) = 1 / sqrt((NUM)10);
    J(6, 4) = -1 / sqrt((NUM)10);
}

PROBLEM(kowalik_osborne)
{
    static const double y[] = {0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246};
    static const double u[] = {4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625};
    for (int i = 1; i <= M; i++) {
        const NUM v = u[i - 1], above = v * (v + X(2)), below = v * (v + X(3)) + X(4);
        R(i) = y[i - 1] - X(1) * above / below;
        J(i, 1) = -above / below;
        J(i, 2) = -X(1) * v / below;
        J(i, 3) = X(1) * above * v / (below * below);
        J(i, 4) = X(1) * above / (below * below);
    }
}

PROBLEM(brown_dennis)
{
    for (int i = 1; i <= M; i++) {
        const NUM t = i / (NUM)5, a = X(1) + t * X(2) - exp(t), b = X(3) + X(4) * sin(t) - cos(t);
        R(i) = a * a + b * b;
        J(i, 1) = 2 * a;
        J(i, 2) = 2 * a * t;
        J(i, 3) = 2 * b;
        J(i, 4) = 2 * b * sin(t);
    }
}

PROBLEM(osborne_1)
{
    static const double y[] = {0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818, 0.784, 0.751,
                               0.718, 0.685, 0.658, 0.628, 0.603, 0.580, 0.558, 0.538, 0.522, 0.506, 0.490,
                               0.478, 0.467, 0.457, 0.448, 0.438, 0.431, 0.424, 0.420, 0.414, 0.411, 0.406};
    for (int i = 1; i <= M; i++) {
        const NUM t = 10 * (i - 1), e4 = exp(-t * X(4)), e5 = exp(-t * X(5));
        R(i) = y[i - 1] - (X(1) + X(2) * e4 + X(3) * e5);
        J(i, 1) = -1;
        J(i, 2) = -e4;
        J(i, 3) = -e5;
        J(i, 4) = X(2) * t * e4;
        J(i, 5) = X(3) * t * e5;
    }
}

PROBLEM(biggs)
{
    for (int i = 1; i <= M; i++) {
        const NUM t = i / (NUM)10, e1 = exp(-t * X(1)), e2 = exp(-t * X(2)), e5 = exp(-t * X(5));
        R(i) = X(3) * e1 - X(4) * e2 + X(6) * e5 - (exp(-t) - 5 * exp(-10 * t) + 3 * exp(-4 * t));
        J(i, 1) = -t * X(3) * e1;
        J(i, 2) = t * X(4) * e2;
        J(i, 3) = e1;
        J(i, 4) = -e2;
        J(i, 5) = -t * X(6) * e5;
        J(i, 6) = e5;
    }
}

PROBLEM(osborne_2)
{
    static const double y[] = {1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746,
                               0.679, 0.608, 0.655, 0.616, 0.606, 0.602, 0.626, 0.651, 0.724, 0.649, 0.649,
                               0.694, 0.644, 0.624, 0.661, 0.612, 0.558, 0.533, 0.495, 0.500, 0.423, 0.395,
                               0.375, 0.372, 0.391, 0.396, 0.405, 0.428, 0.429, 0.523, 0.562, 0.607, 0.653,
                               0.672, 0.708, 0.633, 0.668, 0.645, 0.632, 0.591, 0.559, 0.597, 0.625, 0.739,
                               0.710, 0.729, 0.720, 0.636, 0.581, 0.428, 0.292, 0.162, 0.098, 0.054};
    for (int i = 1; i <= M; i++) {
        const NUM t = (i - 1) / (NUM)10, e = exp(-t * X(5));
        R(i) = y[i - 1] - X(1) * e;
        J(i, 1) = -e;
        J(i, 5) = X(1) * t * e;
        for (int k = 2; k <= 4; k++) { /* the three bells: height k, width 4 + k, place 7 + k */
            const NUM away = t - X(7 + k), bell = exp(-away * away * X(4 + k));
            R(i) -= X(k) * bell;
            J(i, k) = -bell;
            J(i, 4 + k) = X(k) * away * away * bell;
            J(i, 7 + k) = -2 * X(k) * away * X(4 + k) * bell;
        }
    }
}
