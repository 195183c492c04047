# title: Time of an epoch against the bytes of its rows
# alt: Seconds of an epoch over all rows against the bytes that it reads, both logarithmic, one mark for each shape from 10 to 10,000 columns, on a line that is bytes over the rate at which memory is read, with a band of 20 % about it. Marks of matrices that stay in a cache lie below the line; the others lie in the band.
# data: model.tsv
name = "model_time"
load "style.gp"
set title "Time of an epoch against the bytes of its rows"
set xlabel "bytes of the rows"
set ylabel "seconds of an epoch"
set logscale xy
set format "10^{%T}"
set key bottom right

# The line of the largest number of bytes, one thread.
file = "model.tsv"
rate = NaN
most = 0
stats file using (b = column("bytes"), one = column("threads") == 1 && stringcolumn("check") eq "ok", \
    rate = one && b > most ? column("rate") : rate, most = one && b > most ? b : most, b) nooutput
widths = "10 30 100 300 1000 3000 10000"
of(n) = column("cols") == n && column("threads") == 1 && stringcolumn("check") eq "ok"
set xrange [5e5:6e9]
set samples 400
plot '+' using 1:($1/rate/1.2):($1/rate*1.2) with filledcurves linecolor rgb "#999999" fillstyle transparent solid 0.25 noborder title "within 20 %", \
     x/rate with lines linecolor rgb "#555555" linewidth 1 title sprintf("bytes/(%.1f GB/s)", 1e-9*rate), \
     for [i=1:words(widths)] file using (of(real(word(widths, i))) ? column("bytes") : NaN):"min_s" with points linetype i pointsize 0.9 title word(widths, i)." columns"
