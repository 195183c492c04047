# title: Two starts, two minima
# alt: A curve with two valleys and a hill between them, the left valley deeper. Of two descents that start on either side of the hilltop, one ends at the bottom of the left valley and the other at that of the right one, which is higher.
# data: minima.tsv
name = "minima"
load "style.gp"
set title "Two starts, two minima"
set xlabel "w"
set ylabel "cost, (w^4 - 16 w^2 + 5 w)/2"
set key bottom center
file = "minima.tsv"
w(what) = stringcolumn("what") eq what ? column("w") : NaN
plot file using (w("scan")):"cost" with lines linetype 1 title "cost", \
     file using (w("left start")):"cost" with linespoints linetype 2 linewidth 1.5 pointsize 1 title "start left of the hilltop", \
     file using (w("right start")):"cost" with linespoints linetype 3 linewidth 1.5 pointsize 1 title "start right of it"
