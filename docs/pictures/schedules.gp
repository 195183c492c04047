# title: Schedules: what becomes of the rate
# alt: The factor on the rate against the epoch for nine schedules, from 1 at the beginning. Steps fall like stairs, exponential decay is near 0 after 80 epochs, cosine and polynomial reach 0 at the end, inverse scaling flattens early, and warm-up climbs for 30 epochs first.
# data: schedules.tsv
name = "schedules"
load "style.gp"
set title "Schedules: what becomes of the rate"
set xlabel "epoch"
set ylabel "factor on the rate"
set yrange [0:1.05]
set key outside right center width -5
plot for [i=2:10] "schedules.tsv" using 1:i with lines linetype i-1 title columnheader(i)
