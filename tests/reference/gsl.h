/* Written by bench/peers/least_squares.c: what the trust region methods of multifit_nlinear of GSL 2.7.1 make of
 * NIST's sets and of the problems of More, Garbow and Hillstrom. */
#ifndef LGD_TESTS_REFERENCE_GSL_H
#define LGD_TESTS_REFERENCE_GSL_H
/* clang-format off */

/* Evaluations of the first on NIST's sets from both starts, with libgd's tolerances. */
static const unsigned gsl_nist_evaluations[5][2] = {
    {29, 18},
    {26, 21},
    {24, 20},
    {45, 40},
    {119, 27},
};

/* What each solves, of the 68 problems and starts. */
enum { MGH_GSL_LM = 62, MGH_GSL_LMACCEL = 62, MGH_GSL_DOGLEG = 59 };

/* Evaluations of the first until solved from x0 and from 10 x0; 0: never. */
static const unsigned gsl_lm_evaluations[35][2] = {
    {18, 38},
    {10, 12},
    {62, 15},
    {22, 20},
    {10, 0},
    {11, 0},
    {12, 23},
    {6, 44},
    {3, 13},
    {140, 1245},
    {31, 0},
    {5, 0},
    {10, 12},
    {50, 42},
    {9, 32},
    {191, 54},
    {21, 111},
    {10, 57},
    {10, 0},
    {18, 0},
    {18, 38},
    {10, 12},
    {64, 80},
    {85, 94},
    {11, 13},
    {18, 0},
    {6, 39},
    {6, 6},
    {3, 4},
    {5, 8},
    {6, 11},
    {2, 3},
    {3, 3},
    {3, 3},
    {25, 0},
};

#endif
