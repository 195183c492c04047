# title: A saddle point and two ways off it
# alt: Contours of x^2 - y^2 + y^4 with a saddle at (0, 0) and minima above and below it. Three descents start at (1, 0) and run along y = 0 to the saddle. Plain descent ends there. The escape leaves straight up in one stride to the minimum above; the perturbed one walks down to the minimum below, first in short steps, then longer ones, then short ones again.
# data: saddle_escape.tsv saddle_grid.tsv
name = "saddle_escape"
load "style.gp"
set title "A saddle point and two ways off it"
set xlabel "x"
set ylabel "y"
set xrange [-1.25:1.25]
set yrange [-1.1:1.1]
set key top right opaque
unset grid

# The contours become lines of a table of their own, which gnuplot writes with spaces and without names.
set datafile separator whitespace
unset datafile columnheaders
set contour base
set cntrparam levels discrete -0.24,-0.2,-0.15,-0.1,-0.05,0,0.1,0.2,0.4,0.6,0.8,1,1.25
unset surface
set table $contours
splot "saddle_grid.tsv" nonuniform matrix
unset table

file = "saddle_escape.tsv"
x(way) = stringcolumn(1) eq way ? column(3) : NaN
plot $contours using 1:2 with lines linecolor rgb "#bbbbbb" linewidth 1 dashtype solid title "f, -0.24 to 1.25", \
     file using (x("escape")):4 with linespoints linetype 2 linewidth 1.8 title "escape", \
     file using (x("perturbed")):4 with linespoints linetype 3 linewidth 1.8 title "perturbed", \
     file using (x("plain")):4 with linespoints linetype 1 linewidth 1.8 title "plain, reported as saddle"
