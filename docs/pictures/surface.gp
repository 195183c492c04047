# title: Cost over slope and intercept
# alt: A round bowl, the cost of a line through points over its slope and its intercept, dark at the bottom, above circles of equal cost on the floor. The points of a descent step from the rim straight down to the bottom, each step shorter than the one before; on the floor they make a straight line to the centre.
# data: surface.tsv surface_path.tsv
name = "surface"
load "style.gp"
set title "Cost over slope and intercept"
set xlabel "slope"
set ylabel "intercept"
set xrange [-1.5:4.5]
set yrange [-2.5:3.5]
set zlabel "cost" rotate parallel
set border 31 linecolor rgb "#888888"
set view 62,30
set ztics 0,4
set xyplane at -8
unset grid
set key at screen 0.98,0.92

# The circles become lines of a table of their own, which gnuplot writes with spaces and without names.
set datafile separator whitespace
unset datafile columnheaders
set contour base
set cntrparam cubicspline points 4 levels discrete 0.5,1,2,3,4,5,6,7,8
unset surface
set table $contours
splot "surface.tsv" nonuniform matrix
unset table
unset contour
set surface
set pm3d scansautomatic border linecolor rgb "#5b86a8" linewidth 0.5
set palette defined (0 "#0072b2", 1 "#e8f3fa")
unset colorbox

descent(z) = stringcolumn(1) eq "descent" ? z : NaN
splot $contours using 1:2:(-8) with lines linecolor rgb "#999999" linewidth 1 dashtype solid title "equal cost", \
      "surface_path.tsv" using (descent(column(2))):3:(-8) with linespoints linetype 5 linewidth 1 pointsize 0.5 title "descent, from above", \
      "surface.tsv" nonuniform matrix with pm3d notitle, \
      "surface_path.tsv" using (descent(column(2))):3:4 with linespoints linetype 2 linewidth 1.5 pointsize 0.9 title "descent on the cost"
