# title: Schedules: what becomes of the rate
# alt: Six panels against the epoch, the factor on the rate but for one. Falling to an end: cosine, polynomial, trapezoid and warm-up before a cosine reach 0 at epoch 300. Falling on: steps like stairs, exponential decay near 0 after 80 epochs, inverse time and scaling flatten early. In cycles: cosines that begin anew, each twice as long, and triangles, constant, halved, or shrinking. One rise and fall, a staircase that goes down where a loss stays, a constant that exponential decay follows. The momentum of the cycles is high where their rate is low. Bottou's and Vowpal Wabbit's rates fall like 1/t and its root, on logarithmic axes.
# data: schedules.tsv
name = "schedules"
load "style.gp"
set terminal svg enhanced size 800,960 dynamic font "sans-serif,13" background "#ffffff" linewidth 1 name name
set output name.".svg"
file = "schedules.tsv"
set key top right Left reverse samplen 2.4 spacing 1.0 opaque
set xrange [0:300]
set yrange [0:1.8]
set xtics 0,100
set ytics 0,0.25,1
set title offset 0,-0.7
set multiplot layout 3,2 margins 0.07,0.985,0.06,0.935 spacing 0.075,0.07 title "Schedules: what becomes of the rate"

# The room above 1 is for the keys.
set title "falling to an end"
set ylabel "factor on the rate"
plot for [i=8:11] file using 1:i with lines linetype i-7 title columnheader(i)
unset ylabel
set title "falling on"
set yrange [0:2.3]
plot for [i=2:7] file using 1:i with lines linetype i-1 title columnheader(i)
set title "in cycles"
set yrange [0:1.8]
set ylabel "factor on the rate"
plot file using 1:12 with lines linetype 1 title columnheader(12), \
     for [i=14:16] file using 1:i with lines linetype i-12 title columnheader(i)
unset ylabel
set title "one cycle, a plateau, one after another"
plot file using 1:13 with lines linetype 5 title columnheader(13), \
     for [i=17:18] file using 1:i with lines linetype i-11 title columnheader(i)
set title "the momentum that goes with it"
set ylabel "momentum"
set xlabel "epoch"
set yrange [0.84:1.03]
set ytics 0.85,0.05,0.95
plot file using 1:21 with lines linetype 5 title columnheader(13), \
     for [i=22:24] file using 1:i with lines linetype i-20 title columnheader(i-8)
unset ylabel
set title "of stochastic descent, from epoch 1 on"
set logscale xy
set xrange [1:300]
set yrange [0.05:20]
set xtics auto
set ytics auto
plot for [i=19:20] file using 1:i with lines linetype i-18 title columnheader(i)
unset multiplot
