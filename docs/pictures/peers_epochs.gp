# title: Time of an epoch of plain descent, and of other libraries
# alt: Milliseconds of one epoch over the rows against the batch size, both logarithmic, one line per library and order of the rows. The lines of libgd are level from small batches on and lie lowest, those of PyTorch fall steeply with the batch size and come near from above; scikit-learn has a single point at batches of one row.
# data: peers_epochs.tsv
name = "peers_epochs"
load "style.gp"
set title "Time of an epoch of plain descent, and of other libraries"
set xlabel "batch size, rows" noenhanced
set ylabel "milliseconds of an epoch (median)" noenhanced
set logscale xy
set key outside right

file = "peers_epochs.tsv"
lines = ""
sizes = ""
stats file using (lines = join(lines, stringcolumn("way")), sizes = join(sizes, sprintf("%s %s", stringcolumn("batch"), stringcolumn("rows"))), column("rows")) nooutput
set xrange [STATS_min/1.3:STATS_max*1.3]
set xtics ("" 1)
do for [i=1:words(sizes)] {
    size = word(sizes, i)
    set xtics add (word(size, 1) real(word(size, 2)))
}
x(l) = stringcolumn("way") eq l ? column("rows") : NaN
plot for [i=1:words(lines)] file using (x(word(lines, i))):(column("ms")) with linespoints linetype i title word(lines, i)
