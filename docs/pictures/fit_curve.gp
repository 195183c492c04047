# title: A fit to a measurement: mobility of electrons
# alt: Above, 37 points of a measurement, the mobility of electrons in a semiconductor against the logarithm of their density, and the fitted curve through them: level and low on the left, a steep rise, then level again and high. Below, on the same axis, the residuals with bars of one standard deviation: they scatter about 0 without a trend, the largest near 35. A shaded band, where the curve itself lies with 95 % confidence, is narrow amid the points, and wide in the gap between them on the left and beyond their ends.
# data: fit_curve.tsv
name = "fit_curve"
load "style.gp"
set terminal svg enhanced size 800,640 dynamic font "sans-serif,14" background "#ffffff" linewidth 1 name name
set output name.".svg"
file = "fit_curve.tsv"
of(which, value) = stringcolumn("kind") eq which ? value : NaN
shade = "#56b4e9"
ink = "#d55e00"
set multiplot title "A fit to a measurement: mobility of electrons"
set lmargin at screen 0.11
set rmargin at screen 0.97
set xrange [-3.2:2.4]
set tmargin at screen 0.92
set bmargin at screen 0.42
set format x ""
set ylabel "mobility"
set yrange [0:1600]
set key at graph 0.03,0.96 left top
plot file using "x":(of("curve", column("fit") - column("band"))):(column("fit") + column("band")) with filledcurves linecolor rgb shade fillstyle solid 0.4 noborder title "where the curve is, with 95 % confidence", \
     file using "x":(of("curve", column("fit"))) with lines linetype 1 title "fit: a quotient of two cubics", \
     file using "x":(of("point", column("y") - column("deviation"))):(0):(2*column("deviation")) with vectors nohead linecolor rgb ink linewidth 1.5 dashtype solid notitle, \
     file using "x":(of("point", column("y"))) with points linecolor rgb ink pointtype 7 pointsize 0.5 title "measured"
set tmargin at screen 0.39
set bmargin at screen 0.1
unset key
set format x "%g"
set xlabel "logarithm of the density"
set ylabel "residual" offset -0.9,0
set yrange [-55:55]
set ytics 25
plot file using "x":(of("curve", -column("band"))):(column("band")) with filledcurves linecolor rgb shade fillstyle solid 0.4 noborder, \
     0 with lines linetype 1, \
     file using "x":(of("point", column("residual") - column("deviation"))):(0):(2*column("deviation")) with vectors nohead linecolor rgb ink linewidth 1.5 dashtype solid, \
     file using "x":(of("point", column("residual"))) with points linecolor rgb ink pointtype 7 pointsize 0.5
unset multiplot
