# title: Time of other libraries over that of libgd
# alt: Bars, one for each piece of work and each other library that does it, along a logarithmic axis of the other's time or evaluations over those of libgd's best way, with a mark from the first to the third quartile. A bar that goes to the right of 1 means that libgd is the faster, one to the left that the other is.
# data: peers_ratios.tsv
name = "peers_ratios"
load "style.gp"
set terminal svg enhanced size 800,760 dynamic font "sans-serif,14" background "#ffffff" linewidth 1 name name
set output name.".svg" # anew for the terminal
set title "Time of other libraries over that of libgd"
set xlabel "the other's over libgd's" noenhanced
set logscale x
set ytics noenhanced font "sans-serif,10" scale 0
set lmargin at screen 0.56
unset key
stats "peers_ratios.tsv" using (column("low")):(column("high")) name "within" nooutput
set xrange [within_min_x < 0.8 ? within_min_x/1.2 : 0.8 : within_max_y*1.2]
set yrange [within_records + 0.5 : 0.5]
set arrow from 1, graph 0 to 1, graph 1 nohead linecolor rgb "#555555" linewidth 1
middle(r) = real(r)
plot "peers_ratios.tsv" using (column("ratio")):($0 + 1):(middle(column("ratio")) < 1 ? column("ratio") : 1):(middle(column("ratio")) < 1 ? 1 : column("ratio")):($0 + 0.65):($0 + 1.35):yticlabels(stringcolumn("work")) with boxxyerror linetype 1 linewidth 1 fillstyle solid 0.6 noborder, \
     "" using (column("ratio")):($0 + 1):(column("low")):(column("high")) with xerrorbars linecolor rgb "#000000" dashtype solid linewidth 1 pointtype 7 pointsize 0.3
