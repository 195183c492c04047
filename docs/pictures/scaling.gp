# title: One fit, columns as measured and standardised
# alt: Loss over its minimum, less 1, against the step, both logarithmic, for plain descent and Adam, each on columns as they were measured and on standardised ones. On standardised columns both fall below 0.1 within about a hundred steps. As measured, plain descent is still at 3 after a thousand; Adam rises to 8000 with its first step, and is at 0.8 after a thousand.
# data: scaling.tsv
name = "scaling"
load "style.gp"
set title "One fit, columns as measured and standardised"
set xlabel "step"
set ylabel "f/f* - 1"
set logscale xy
set format y "10^{%T}"
set xrange [1:1000]
set yrange [0.001:20000]
unset mytics
set key top right
file = "scaling.tsv"
lines = '"Adam, as measured" "plain, as measured" "plain, standardised" "Adam, standardised"'
above(line) = stringcolumn("line") eq line ? column("above") : NaN
set arrow 1 from 1, 0.1 to 1000, 0.1 nohead linecolor rgb "#555555" dashtype (6,4) linewidth 1.5
set label 1 "within 10 %" at 1.2, 0.1 left offset 0,-0.8
plot for [i=1:4] file using "step":(above(word(lines, i))) with lines linetype i title word(lines, i)
