# title: Time of an epoch against batch size
# alt: Seconds of one pass over the data against the batch size, both logarithmic, one line per way to compute it, with a band from the first to the third quartile. A line falls where larger batches make the pass cheaper, and is level where the size no longer matters.
# data: grid.tsv
name = "epoch_time"
load "style.gp"
set title "Time of an epoch against batch size"
set xlabel "batch size, rows" noenhanced
set ylabel "seconds of an epoch (median; band: quartiles)" noenhanced
set logscale xy
set format y "10^{%T}"

file = "grid.tsv"
batch(b, rows) = b eq "full" ? rows : real(b)

# The lines: plain ones, and of the library's plain descent and Adam, or if neither is there its first three. A line is
# a variant and a number of threads.
ours(v) = v[1:6] eq "libgd/"
chosen(v) = v eq "libgd/sgd" || v eq "libgd/adam"
line(v, threads) = v.(threads == 1 ? "" : sprintf(", %d threads", threads))
plain = ""
known = ""
spare = ""
stats file using (ok = stringcolumn("check") eq "ok", v = stringcolumn("variant"), l = line(v, column("threads")), \
    plain = ok && !ours(v) ? join(plain, l) : plain, known = ok && chosen(v) ? join(known, l) : known, \
    spare = ok && ours(v) && words(spare) < 3 ? join(spare, l) : spare, 1) nooutput
lines = plain.(known eq "" ? spare : known)

is(l) = line(stringcolumn("variant"), column("threads")) eq l && stringcolumn("check") eq "ok"
x(l) = is(l) ? batch(stringcolumn("batch"), column("rows")) : NaN

# One tic for each batch size there is.
sizes = ""
stats file using (b = stringcolumn("batch"), at = batch(b, column("rows")), sizes = join(sizes, sprintf("%s %g", b, at)), at) nooutput
set xrange [STATS_min/1.3:STATS_max*1.3]
set xtics ("" 1)
do for [i=1:words(sizes)] {
    size = word(sizes, i)
    set xtics add (word(size, 1) real(word(size, 2)))
}
plot for [i=1:words(lines)] file using (x(word(lines, i))):"q1_s":"q3_s" with filledcurves linetype i fillstyle transparent solid 0.2 noborder notitle, \
     for [i=1:words(lines)] file using (x(word(lines, i))):"median_s" with linespoints linetype i title word(lines, i)
