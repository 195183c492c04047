# title: Steps against the mesh, without a metric and with one
# alt: Steps until the gradient has fallen by 1e6 against the cells of a mesh, both logarithmic, for gradient descent, cg and lbfgs. With the plain gradient all three lines rise: that of gradient descent fourfold with each doubling of the cells, to 39456, those of cg and lbfgs twofold, to some hundreds. With the gradient smoothed by the metric all three are level, between 12 and 19.
# data: mesh_steps.tsv
name = "mesh_independence"
load "style.gp"
set title "Steps against the mesh, without a metric and with one"
set xlabel "cells"
set ylabel "steps until |g| has fallen by 10^6"
set logscale xy
unset mxtics
set xtics (25, 50, 100, 200, 400)
set xrange [22:450]
set yrange [8:100000]
set key top left
file = "mesh_steps.tsv"
y(method, gradient) = stringcolumn("method") eq method && stringcolumn("gradient") eq gradient ? column("steps") : NaN
methods = "sgd cg lbfgs"
said(i) = i == 1 ? "gradient descent" : word(methods, i)
plot for [i=1:3] file using "cells":(y(word(methods, i), "plain")) with linespoints linetype i title said(i), \
     for [i=1:3] file using "cells":(y(word(methods, i), "smoothed")) with linespoints linetype i+3 title said(i).", with the metric"
