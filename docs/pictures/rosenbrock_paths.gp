# title: Curvature in Rosenbrock's valley
# alt: Contours of Rosenbrock's function, a bent narrow valley, and the paths of gradient descent, cg, lbfgs and newton from (-1.2, 1) to the minimum at (1, 1). All four follow the floor, on which cg, lbfgs and newton take strides as long as it is straight. The legend tells what differs, the evaluations: 13967, 131, 45 and 57.
# data: rosenbrock_paths.tsv rosenbrock_grid.tsv
name = "rosenbrock_paths"
load "style.gp"
file = "rosenbrock_paths.tsv"
x(method) = stringcolumn(1) eq method ? column(3) : NaN
methods = "sgd cg lbfgs newton"
array cost[4]
do for [i=1:4] {
    stats file using (stringcolumn(1) eq word(methods, i) ? column(6) : NaN) nooutput
    cost[i] = sprintf("%s, %.0f evaluations", i == 1 ? "gradient descent" : word(methods, i), STATS_max)
}

set title "Curvature in Rosenbrock's valley"
set xlabel "x"
set ylabel "y"
set xrange [-1.5:1.5]
set yrange [-0.25:1.75]
set key top center opaque
unset grid

# The contours become lines of a table of their own, which gnuplot writes with spaces and without names.
set datafile separator whitespace
unset datafile columnheaders
set contour base
set cntrparam levels discrete 1,2,4,8,16,32,64,128,256
unset surface
set table $contours
splot "rosenbrock_grid.tsv" nonuniform matrix
unset table

$minimum << END
1 1
END
plot $contours using 1:2 with lines linecolor rgb "#bbbbbb" linewidth 1 dashtype solid title "loss, 1 to 256", \
     file using (x("sgd")):4 with linespoints linetype 1 linewidth 1.8 pointinterval 12 title cost[1], \
     file using (x("cg")):4 with linespoints linetype 3 linewidth 1.8 title cost[2], \
     file using (x("lbfgs")):4 with linespoints linetype 2 linewidth 1.8 title cost[3], \
     file using (x("newton")):4 with linespoints linetype 4 linewidth 1.8 title cost[4], \
     $minimum using 1:2 with points pointtype 3 pointsize 1.4 linewidth 2.5 linecolor rgb "#000000" title "minimum"
