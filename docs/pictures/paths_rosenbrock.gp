# title: Three descents in Rosenbrock's valley
# alt: Contours of Rosenbrock's function, a bent narrow valley, and the paths of batch, mini-batch and stochastic descent over as many epochs. All three drop into the valley; batch then hardly moves, mini-batch goes some way along the floor, and stochastic descent, swaying from side to side, comes nearest to the minimum at (1, 1).
# data: paths_rosenbrock.tsv rosenbrock_grid.tsv
name = "paths_rosenbrock"
load "style.gp"
set title "Three descents in Rosenbrock's valley"
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

file = "paths_rosenbrock.tsv"
x(method) = stringcolumn(1) eq method ? column(3) : NaN
$minimum << END
1 1
END
plot $contours using 1:2 with lines linecolor rgb "#bbbbbb" linewidth 1 dashtype solid title "loss, 1 to 256", \
     file using (x("stochastic")):4 with lines linetype 3 linewidth 1.2 dashtype solid title "stochastic", \
     file using (x("mini-batch")):4 with linespoints linetype 2 linewidth 1.8 pointinterval 10 title "mini-batch", \
     file using (x("batch")):4 with linespoints linetype 1 pointinterval 5 title "batch", \
     $minimum using 1:2 with points pointtype 3 pointsize 1.4 linewidth 2.5 linecolor rgb "#000000" title "minimum"
