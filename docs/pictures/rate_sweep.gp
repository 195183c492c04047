# title: Loss after 25 epochs against the rate
# alt: Loss above the optimum after 25 epochs, against the rate, both logarithmic. It falls slowly, then steeply, to its lowest just below the rate 2/C, where a vertical line stands; every rate beyond that line is a mark at the top of the frame, diverged. The rates 0.0001, 0.01 and 0.5 are marked.
# data: rate_sweep.tsv
name = "rate_sweep"
load "style.gp"
set title "Loss after 25 epochs against the rate"
set xlabel "rate"
set ylabel "loss minus optimum"
set logscale xy
set format xy "10^{%T}"
file = "rate_sweep.tsv"
stats file using (column("limit")) nooutput
limit = STATS_max
stats file using (column("above_optimum")) nooutput
top = 10**ceil(log10(STATS_max) + 0.3)
set yrange [10**floor(log10(STATS_min)):top]
set key bottom left
set arrow 1 from limit, graph 0 to limit, graph 1 nohead linecolor rgb "#555555" dashtype (6,4) linewidth 1.5
set label 1 sprintf("2/C = %.3g", limit) at limit, graph 0.45 left offset 0.8,0
gone = top/1.6
tried(y) = column("tried") == 1 ? y : NaN
lost(y) = stringcolumn("stop") eq "diverged" ? y : NaN
plot file using "rate":"above_optimum" with lines linetype 1 title "after 25 epochs", \
     file using "rate":(lost(gone)) with points linetype 2 pointtype 8 pointsize 0.9 title "diverged", \
     file using "rate":(tried(stringcolumn("stop") eq "diverged" ? gone : column("above_optimum"))) with points linetype 5 pointtype 6 pointsize 1.4 title "common first choices", \
     file using "rate":(tried(stringcolumn("stop") eq "diverged" ? gone : column("above_optimum"))):(sprintf("%g", column("rate"))) with labels right offset -1.2,-0.8 notitle
