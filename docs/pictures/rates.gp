# title: Learning Rate Comparison: half squared loss
# alt: Loss, logarithmic, against the epoch for three rates on one problem. At 0.0001 the loss hardly falls, at 0.01 it falls and levels out, and at 0.5 it grows until it leaves the frame, where the curve is marked as diverged.
# data: rates.tsv
name = "rates"
load "style.gp"
set title "Learning Rate Comparison: half squared loss"
set xlabel "Epoch"
set ylabel "Loss"
set logscale y
set yrange [0.05:20]
top = 20
set key center right

# The rates there are. A run that diverged is marked where its line leaves the frame, between the last epoch below the top
# and the first above it.
file = "rates.tsv"
lr = ""
left = ""
before = 0
stats file using (r = stringcolumn("rate"), y = column("loss"), \
    left = stringcolumn("stop") eq "diverged" && before <= top && y > top && column("epoch") > 0 ? \
        left.sprintf("%g ", column("epoch") - 1 + log(top/before)/log(y/before)) : left, \
    before = y, lr = join(lr, r), 1) nooutput
do for [i=1:words(left)] {
    set label i "diverged" at real(word(left, i)), top offset 1,-0.6 point pointtype 8 pointsize 1.3 linewidth 2 front
}
y(r) = stringcolumn("rate") eq r ? column("loss") : NaN
plot for [i=1:words(lr)] file using "epoch":(y(word(lr, i))) with lines linetype i title "rate ".word(lr, i)
