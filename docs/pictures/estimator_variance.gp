# title: How far estimates are from the gradient
# alt: Mean squared distance of four estimates from the gradient of all rows, logarithmic, against passes over the rows. That of a mini-batch stays near 0.1 from the first pass to the last; those of SVRG, SAGA and SARAH fall along straight lines to 1e-16 and below, SAGA's in half as many passes as the others'.
# data: estimators.tsv
name = "estimator_variance"
load "style.gp"
set title "How far estimates are from the gradient"
set xlabel "passes over the rows"
set ylabel "mean squared distance"
set logscale y
unset mytics
set format y "10^{%T}"
set xrange [0:48]
set yrange [1e-18:10]
set key bottom left opaque
file = "estimators.tsv"
seen(way) = stringcolumn("estimator") eq way ? column("apart") : NaN
plot for [i=1:4] file using "passes":(seen(word("mini-batch SVRG SAGA SARAH", i))) with linespoints linetype i title word("mini-batch SVRG SAGA SARAH", i)
