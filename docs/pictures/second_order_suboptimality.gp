# title: Linear, superlinear, quadratic
# alt: Loss above the optimum over the optimum, logarithmic, against passes over the rows for six methods on one logistic regression. Gradient descent and fista fall slowly, descent along a straight line and fista in waves; cg is steeper; the lines of lbfgs, newton_cg and newton bend down ever more, newton to below 1e-12 after eleven passes.
# data: second_order.tsv
name = "second_order_suboptimality"
load "style.gp"
set title "Linear, superlinear, quadratic"
set xlabel "passes over the rows"
set ylabel "(F - F*)/F*"
set logscale y
unset mytics
set format y "10^{%T}"
set xrange [0:122]
set yrange [1e-13:2]
set key at graph 0.98,0.45 right top opaque
file = "second_order.tsv"
above(method) = stringcolumn("method") eq method ? column("above_optimum") : NaN
methods = "sgd fista cg lbfgs newton_cg newton"
said(i) = i == 1 ? "gradient descent" : word(methods, i)
plot for [i=1:6] file using "passes":(above(word(methods, i))) with linespoints linetype i title said(i)
