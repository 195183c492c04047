# title: Overfitting, and where to stop
# alt: Loss of a network against the epoch, which is logarithmic, on the 150 rows that it is fitted to and on 292 rows that it does not see. Both fall together for twenty epochs. On the rows fitted it goes on falling to 0.075; on the others it is lowest at epoch 46, 0.270, where a mark stands, and then climbs to 0.41. A second mark at epoch 146 is where a run with a patience of 100 ends, and gives back the point of epoch 46.
# data: overfit.tsv
name = "overfit"
load "style.gp"
set title "Overfitting, and where to stop"
set xlabel "epoch"
set ylabel "half the mean squared error"
set logscale x
set xrange [1:1500]
set yrange [0:0.6]
set key top right
file = "overfit.tsv"
mark(what, y) = stringcolumn("mark") eq what ? y : NaN
stats file using (stringcolumn("mark") eq "best" ? (best = column("epoch"), lowest = column("validation")) : 0) nooutput
stats file using (stringcolumn("mark") eq "stop" ? (stop = column("epoch"), patient = column("validation")) : 0) nooutput
set arrow 1 from best, graph 0 to best, lowest nohead linecolor rgb "#555555" dashtype (6,4) linewidth 1.5
set arrow 2 from stop, graph 0 to stop, patient nohead linecolor rgb "#555555" dashtype (6,4) linewidth 1.5
set label 1 sprintf("best: epoch %d, %.3f", best, lowest) at best, 0.06 right offset -1,0
set label 2 sprintf("patience ends at epoch %d", stop) at stop, 0.06 left offset 1,0
plot file using "epoch":"fitted" with lines linetype 1 title "150 rows it is fitted to", \
     file using "epoch":"validation" with lines linetype 2 title "292 rows it does not see", \
     file using "epoch":(mark("best", column("validation"))) with points linetype 5 pointtype 7 pointsize 1.3 title "point given back", \
     file using "epoch":(mark("stop", column("validation"))) with points linetype 5 pointtype 6 pointsize 1.3 title "end of the run"
