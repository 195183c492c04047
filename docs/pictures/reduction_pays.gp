# title: When reducing the rows pays
# alt: Seconds of so many steps of descent on least squares against the steps, both logarithmic. Over the rows the line rises from the first step on. On the reduction it is level for thousands of steps, at what reading the rows once and their Gram matrix cost, and after the mark where both lines cross it is the lower one; corrected to the last digits it runs a little above. The optimum at once by QR is a level line close above, which the line over the rows crosses too.
# data: reduction.tsv
name = "reduction_pays"
load "style.gp"
set xlabel "steps of descent"
set ylabel "seconds from the rows to the weights (median)"
set logscale xy
set format "10^{%T}"
set xrange [1:1e5]
set samples 200

# The table has seconds of 1000 steps over the rows, of the reduction, of 1000 steps on it, and of the corrections after these, each timed by
# itself. A method that is not there is no number.
file = "reduction.tsv"
stream = alone = steps = refine = direct = NaN
found(method, old) = stringcolumn("method") eq method && stringcolumn("check") eq "ok" ? column("median_s") : old
stats file using (stream = found("stream", stream), alone = found("reduce_alone", alone), steps = found("steps_alone", steps), \
    refine = found("refine_alone", refine), direct = found("direct", direct), m = column("rows"), n = column("cols"), 1) nooutput
stream = stream/1000
step = steps/1000
even = alone/(stream - step)

set title sprintf("When reducing the rows pays: %.0f x %.0f numbers", m, n) noenhanced
set key top left
if (even > 0) {
    set label 1 sprintf("%.0f steps", ceil(even)) at even, even*stream offset 1,-1 point pointtype 7 pointsize 0.9 linecolor rgb "#000000"
    set arrow 1 from even, graph 0 to even, even*stream nohead linecolor rgb "#555555" linewidth 1 dashtype (4,3)
}
plot stream*x with lines linetype 2 title "every step over the rows", \
     alone + step*x with lines linetype 1 title "reduced once, steps on the reduction", \
     alone + refine + step*x with lines linetype 7 title "and corrected to the optimum", \
     direct with lines linetype 3 title "the optimum at once by QR"
