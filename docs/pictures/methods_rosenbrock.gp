# title: Four methods in Rosenbrock's valley
# alt: Contours of Rosenbrock's function, a bent narrow valley, and the paths of 400 steps of plain descent, momentum, Nesterov and Adam from one start. Plain descent creeps along the floor and stays near where it dropped into it; momentum swings from wall to wall, Nesterov hardly, and both come round the bend and near the minimum at (1, 1); Adam follows the floor.
# data: methods_rosenbrock.tsv rosenbrock_grid.tsv
name = "methods_rosenbrock"
load "style.gp"
set title "Four methods in Rosenbrock's valley"
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

file = "methods_rosenbrock.tsv"
x(method) = stringcolumn(1) eq method ? column(3) : NaN
$minimum << END
1 1
END
plot $contours using 1:2 with lines linecolor rgb "#bbbbbb" linewidth 1 dashtype solid title "loss, 1 to 256", \
     file using (x("Adam")):4 with linespoints linetype 4 linewidth 1.8 pointinterval 12 pointsize 0.9 title "Adam", \
     file using (x("momentum")):4 with linespoints linetype 2 linewidth 1.8 pointinterval 8 pointsize 0.9 title "momentum", \
     file using (x("Nesterov")):4 with linespoints linetype 3 linewidth 1.8 pointinterval 12 pointsize 0.9 title "Nesterov", \
     file using (x("plain")):4 with linespoints linetype 1 linewidth 1.8 pointinterval 40 pointsize 0.9 title "plain", \
     $minimum using 1:2 with points pointtype 3 pointsize 1.4 linewidth 2.5 linecolor rgb "#000000" title "minimum"
