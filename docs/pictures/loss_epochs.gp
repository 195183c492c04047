# title: Loss above the optimum against epochs
# alt: Loss minus the optimum, logarithmic, against epochs for batch, stochastic and mini-batch descent, one panel for each data set. All lines begin at one point; a line that is lower has come nearer with as many passes over the data.
# data: curves.tsv
name = "loss_epochs"
load "style.gp"
file = "curves.tsv"

# The panels are the data sets there are; the lines are the three descents, mini-batch with each batch size.
line(method, batch) = method eq "mini-batch" ? method." ".batch : method
drawn(method) = method eq "batch" || method eq "stochastic" || method eq "mini-batch"
sets = ""
lines = ""
stats file using (m = stringcolumn("method"), sets = join(sets, stringcolumn("data")), \
    lines = drawn(m) ? join(lines, line(m, stringcolumn("batch"))) : lines, 1) nooutput

set logscale y
set format y "10^{%T}"
set xlabel "epochs"
is(set, l) = stringcolumn("data") eq set && line(stringcolumn("method"), stringcolumn("batch")) eq l
above(set, l) = is(set, l) && column("above_optimum") > 0 ? column("above_optimum") : NaN
set key at screen 0.99,0.84 right top
set multiplot layout 1,words(sets) margins 0.1,0.74,0.14,0.84 spacing 0.08 title "Loss above the optimum against epochs"
set ylabel "loss minus optimum"
do for [k=1:words(sets)] {
    set title word(sets, k) noenhanced
    plot for [i=1:words(lines)] file using "epoch":(above(word(sets, k), word(lines, i))) with lines linetype i title word(lines, i)
    unset ylabel
    unset key
}
unset multiplot
