/* Written by bench/peers/classic.c: what others make of the problems of More, Garbow and Hillstrom.
 * liblbfgs 1.10, NLopt 2.7.1, GSL 2.7.1 */
#ifndef LGD_TESTS_REFERENCE_MGH_PEERS_H
#define LGD_TESTS_REFERENCE_MGH_PEERS_H
/* clang-format off */

/* The most that one of a kind solves, of the 68 problems and starts. */
enum { PEERS_LBFGS = 61, PEERS_BFGS = 60, PEERS_CG = 56 };

/* Evaluations of libLBFGS until solved from x0 and from 10 x0; 0: never. */
static const unsigned liblbfgs_evaluations[35][2] = {
    {43, 75},
    {17, 30},
    {177, 0},
    {24, 34},
    {15, 55},
    {43, 0},
    {30, 36},
    {23, 37},
    {10, 28},
    {534, 0},
    {56, 0},
    {37, 0},
    {36, 36},
    {115, 37},
    {33, 93},
    {14, 30},
    {125, 0},
    {41, 54},
    {85, 0},
    {195, 0},
    {43, 81},
    {38, 41},
    {67, 80},
    {166, 384},
    {18, 35},
    {30, 47},
    {16, 55},
    {52, 42},
    {7, 8},
    {17, 21},
    {10, 26},
    {3, 4},
    {3, 4},
    {3, 4},
    {25, 0},
};

#endif
