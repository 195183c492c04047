# title: Ridge regressions against their strength
# alt: Above, the ten coefficients of ridge regressions on the diabetes data against the strength, logarithmic. As it grows they bend towards 0 together, and none is 0; s1 and s2, far apart where it is weak, change most. Below, the mean squared error on rows left out, which falls a little from 3001 to its least, 2999.8 at a strength of 0.004, where a line crosses both panels, stays near it up to 0.07 and then rises steeply; generalised cross-validation goes the same way, a few units higher.
# data: ridge_path.tsv
name = "ridge_path"
load "style.gp"
set terminal svg enhanced size 800,620 dynamic font "sans-serif,14" background "#ffffff" linewidth 1 name name
set output name.".svg"
set linetype 10 linecolor rgb "#8b1a1a" linewidth 2 dashtype solid pointtype 2 pointsize 0.7
file = "ridge_path.tsv"
stats file using (column("best") == 1 ? column("strength") : NaN) name "BEST" nooutput
stats file using (column("best") == 1 ? column("error") : NaN) name "LEAST" nooutput
stats file using 1 nooutput
set xrange [STATS_min:STATS_max]
set logscale x
set key at screen 0.985,0.9 right top
set multiplot title "Ridge regressions against their strength"
set lmargin at screen 0.11
set rmargin at screen 0.87
set tmargin at screen 0.91
set bmargin at screen 0.42
set format x ""
set ylabel "change of the target for a\ndeviation of the column"
set arrow 1 from BEST_min, graph 0 to BEST_min, graph 1 nohead linecolor rgb "#555555" linewidth 1 dashtype (4,3)
plot for [j=2:11] file using 1:j with lines linetype j-1 title columnheader(j)
set tmargin at screen 0.4
set bmargin at screen 0.1
set format x "%g"
set xlabel "strength of the l2 term"
set ylabel "mean squared error" offset 1,0
set yrange [2995:3045]
set ytics 10
set key at graph 0.155,0.95 left top
set label 1 sprintf("least: %.1f at %.2g", LEAST_min, BEST_min) at BEST_min, graph 0.3 offset 1,0
plot file using "strength":"error" with lines linetype 1 title "leave-one-out", \
     file using "strength":"gcv" with lines linetype 2 title "generalised cross-validation", \
     "+" using (BEST_min):(LEAST_min) every ::0::0 with points pointtype 7 pointsize 0.8 linecolor rgb "#000000" notitle
unset multiplot
