# title: One constant rate, four estimates of the gradient
# alt: Loss above the optimum over the optimum, logarithmic, against passes over the rows, for descent at one constant rate with four estimates of the gradient. With a mini-batch it falls for two passes and then stays about 0.01. With SAGA it falls along a straight line to 1e-14 in 21 passes, with SVRG and SARAH along lines a half as steep.
# data: estimators.tsv
name = "estimator_suboptimality"
load "style.gp"
set title "One constant rate, four estimates of the gradient"
set xlabel "passes over the rows"
set ylabel "(F - F*)/F*"
set logscale y
unset mytics
set format y "10^{%T}"
set xrange [0:48]
set yrange [1e-14:10]
set key at graph 0.98,0.72 right top opaque
file = "estimators.tsv"
above(way) = stringcolumn("estimator") eq way && column("above_optimum") > 1e-14 ? column("above_optimum") : NaN
plot for [i=1:4] file using "passes":(above(word("mini-batch SVRG SAGA SARAH", i))) with linespoints linetype i title word("mini-batch SVRG SAGA SARAH", i)
