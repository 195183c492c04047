/* Line searches: from w along a direction d with g.d < 0 to a step alpha. With phi(alpha) = f(w + alpha d) the conditions are
 *
 *     sufficient decrease (Armijo)   phi(alpha) <= phi(0) + c1 alpha phi'(0)
 *     strong Wolfe                   and |phi'(alpha)| <= c2 |phi'(0)|
 *     Wolfe                          and phi'(alpha) >= c2 phi'(0)
 *     approximate Wolfe              (2 c1 - 1) phi'(0) >= phi'(alpha) >= c2 phi'(0) and phi(alpha) <= phi(0) + 1e-6 C, C a mean of
 *                                    the last |f|
 *
 * The methods that search have these options in common:
 *
 *   search      which one, see lgd_search
 *   c1          in (0, 1), of the decrease; below 1/2 with LGD_HAGER_ZHANG
 *   c2          in (c1, 1), of the slope
 *   first_step  > 0: the length |w_new - w|_2 that the very first trial has, or the least that moves w [0: |g|^2/(g.Hg) where the
 *               objective has products with its Hessian H, else the alpha with |alpha g|_inf = 0.01 |w|_inf, at w = 0 that with
 *               alpha |g|^2 = 0.01 |f|, where f is 0 too that with |alpha g|_inf = 1]
 *   max_trials  points that one search looks at, at most; the lowest of them that decreased enough is then taken [40]
 *
 * A schedule multiplies the first trial of each step. A trial where f or its slope is no number counts as one that is too long;
 * one where f is -Inf ends the run as LGD_STOP_UNBOUNDED, and so does a slope that is as steep 2^64 times beyond the first trial,
 * where f has fallen by more than |f|. Where the decrease asked for is within the rounding of f (2^-40 |f|), the approximate
 * conditions are enough whichever the search, and LGD_STOP_ROUNDING ends a run once twenty steps have brought neither f down nor
 * halved the fall that its slope foretells. */
#ifndef LGD_SEARCH_H
#define LGD_SEARCH_H

/* Which line search.
 *   LGD_SEARCH_USUAL    that of the method, named with its options
 *   LGD_MORE_THUENTE    strong Wolfe: J. J. More, D. J. Thuente, "Line search algorithms with guaranteed sufficient decrease", ACM
 *                       Trans. Math. Softw. 20 (1994)
 *   LGD_HAGER_ZHANG     Wolfe, and once f changes by less than 1e-3 C approximate Wolfe, which rounding of f cannot fail: W. W. Hager,
 *                       H. Zhang, "Algorithm 851: CG_DESCENT", ACM Trans. Math. Softw. 32 (2006)
 *   LGD_BACKTRACKING    sufficient decrease by shorter and shorter steps, each by interpolation 0.1 to 0.5 of the last: L. Armijo,
 *                       Pacific J. Math. 16 (1966)
 *   LGD_NONMONOTONE     the same, but below the largest of the last ten values: L. Grippo, F. Lampariello, S. Lucidi, SIAM J. Numer.
 *                       Anal. 23 (1986) */
typedef enum lgd_search {
    LGD_SEARCH_USUAL,
    LGD_MORE_THUENTE,
    LGD_HAGER_ZHANG,
    LGD_BACKTRACKING,
    LGD_NONMONOTONE
} lgd_search;

#endif
