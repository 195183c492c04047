# title: Cost along one parameter, and a descent on it
# alt: A parabola, the cost of a line through points against its slope, with the points of a descent that starts on the left branch and steps down to the bottom, each step shorter than the one before.
# data: cost.tsv
name = "cost"
load "style.gp"
set title "Cost along one parameter, and a descent on it"
set xlabel "slope w"
set ylabel "cost, mean of (w x - y)^2/2"
set yrange [0:]
set key top center
file = "cost.tsv"
w(what) = stringcolumn("what") eq what ? column("w") : NaN
plot file using (w("scan")):"cost" with lines linetype 1 title "cost", \
     file using (w("descent")):"cost" with linespoints linetype 2 linewidth 1.5 pointsize 1 title "descent, step by step"
