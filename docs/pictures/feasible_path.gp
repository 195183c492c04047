# title: Projected descents in a box
# alt: Contours of a long askew bowl whose bottom lies to the right of a box, and the paths of plain descent, momentum, Adam and FISTA from one start inside. None leaves the box: where a step would, it ends on the edge. All end at one point of the right edge, the lowest of the box, FISTA in the fewest steps, momentum after sliding up and down the edge.
# data: feasible_path.tsv feasible_grid.tsv
name = "feasible_path"
load "style.gp"
set title "Projected descents in a box"
set xlabel "x"
set ylabel "y"
set xrange [-1.8:2.8]
set yrange [-1.5:1.3]
set key bottom right opaque spacing 1
unset grid

# The contours become lines of a table of their own, which gnuplot writes with spaces and without names.
set datafile separator whitespace
unset datafile columnheaders
set contour base
set cntrparam levels discrete 0.01,0.04,0.0930769,0.17,0.3,0.5,0.8,1.2,2
unset surface
set table $contours
splot "feasible_grid.tsv" nonuniform matrix
unset table

file = "feasible_path.tsv"
x(what) = stringcolumn(1) eq what ? column(3) : NaN
plot $contours using 1:2 with lines linecolor rgb "#bbbbbb" linewidth 1 dashtype solid title "loss, 0.01 to 2", \
     file using (x("box")):4 with lines linecolor rgb "#000000" linewidth 2.5 dashtype solid title "box", \
     file using (x("Adam")):4 with linespoints linetype 4 linewidth 1.8 title "Adam", \
     file using (x("momentum")):4 with linespoints linetype 2 linewidth 1.8 title "momentum", \
     file using (x("FISTA")):4 with linespoints linetype 3 linewidth 1.8 title "FISTA", \
     file using (x("plain")):4 with linespoints linetype 1 linewidth 1.8 title "plain", \
     file using (x("bottom")):4 with points pointtype 2 pointsize 1.2 linewidth 2 linecolor rgb "#777777" title "minimum", \
     file using (x("minimum")):4 with points pointtype 3 pointsize 1.4 linewidth 2.5 linecolor rgb "#000000" title "minimum in the box"
