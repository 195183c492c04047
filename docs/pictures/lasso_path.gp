# title: Coefficients of the lasso against its strength
# alt: Above, the ten coefficients of a lasso on the diabetes data against the strength of the penalty, logarithmic. Where it is strongest all are 0; as it weakens, bmi enters, then s5, then bp, and the others one by one, and their lines fan out; s1, once in, grows far below 0. Below, a bar for each coefficient where it is not 0, blank where it is exactly 0; that of s3 has a gap, where it changes its sign.
# data: lasso_path.tsv
name = "lasso_path"
load "style.gp"
set terminal svg enhanced size 800,620 dynamic font "sans-serif,14" background "#ffffff" linewidth 1 name name
set output name.".svg"
set linetype 10 linecolor rgb "#8b1a1a" linewidth 2 dashtype solid pointtype 2 pointsize 0.7
file = "lasso_path.tsv"
stats file using 1 nooutput
set xrange [STATS_min:STATS_max]
set logscale x
set key at screen 0.985,0.9 right top
set multiplot title "Coefficients of the lasso against its strength"
set lmargin at screen 0.1
set rmargin at screen 0.87
set tmargin at screen 0.91
set bmargin at screen 0.42
set format x ""
set ylabel "change of the target for a\ndeviation of the column"
plot for [j=2:11] file using 1:j with lines linetype j-1 title columnheader(j)
set tmargin at screen 0.4
set bmargin at screen 0.1
unset key
set format x "%g"
set xlabel "strength of the penalty"
set ylabel "not 0"
set yrange [10.7:0.3]
unset ytics
do for [j=2:11] { set label j word("age sex bmi bp s1 s2 s3 s4 s5 s6", j-1) at graph 1.01, first j-1 noenhanced }
unset grid
set grid xtics
set datafile missing # so that a bar ends where there is no number
plot for [j=2:11] file using 1:(column(j) == 0 ? NaN : j-1) with lines linetype j-1 linewidth 5 dashtype solid notitle
unset multiplot
