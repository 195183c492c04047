# title: Three descents on a long bowl
# alt: Elliptic contours of a least-squares loss over two parameters, and the paths of batch, mini-batch and stochastic descent from one start, over as many epochs. The path of batch is smooth and stops short of the minimum, that of mini-batch wavers and comes near, that of stochastic descent wavers most and ends in a cloud about the minimum.
# data: paths_quadratic.tsv paths_quadratic_grid.tsv
name = "paths_quadratic"
load "style.gp"
set title "Three descents on a long bowl"
set xlabel "x"
set ylabel "y"
set xrange [-2.5:2.5]
set yrange [-1.5:1.5]
set key bottom right opaque
unset grid

# The contours become lines of a table of their own, which gnuplot writes with spaces and without names.
set datafile separator whitespace
unset datafile columnheaders
set contour base
set cntrparam levels discrete 0.09,0.11,0.15,0.22,0.32,0.45,0.6,0.8,1
unset surface
set table $contours
splot "paths_quadratic_grid.tsv" nonuniform matrix
unset table

file = "paths_quadratic.tsv"
x(method) = stringcolumn(1) eq method ? column(3) : NaN
plot $contours using 1:2 with lines linecolor rgb "#bbbbbb" linewidth 1 dashtype solid title "loss, 0.09 to 1", \
     file using (x("stochastic")):4 with lines linetype 3 linewidth 1.2 dashtype solid title "stochastic", \
     file using (x("mini-batch")):4 with linespoints linetype 2 linewidth 1.8 title "mini-batch", \
     file using (x("batch")):4 with linespoints linetype 1 title "batch", \
     file using (x("minimum")):4 with points pointtype 3 pointsize 1.4 linewidth 2.5 linecolor rgb "#000000" title "minimum"
