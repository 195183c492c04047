# What the pictures share; each script sets `name` and loads this. Everything is drawn by gnuplot 5.4 alone.
#
# Colours are those of Okabe and Ito (Color Universal Design, 2008), in an order in which neighbours differ in lightness
# too; with each goes a dash and a mark of its own, so that a line is known by three things and colour is one of them.
set terminal svg enhanced size 800,480 dynamic font "sans-serif,14" background "#ffffff" linewidth 1 name name
set output name.".svg"
set encoding utf8
set datafile separator tab
set datafile columnheaders
set datafile missing NaN

set linetype 1 linecolor rgb "#0072b2" linewidth 2 dashtype solid pointtype 7 pointsize 0.6
set linetype 2 linecolor rgb "#d55e00" linewidth 2 dashtype (12,5) pointtype 9 pointsize 0.7
set linetype 3 linecolor rgb "#009e73" linewidth 2 dashtype (3,4) pointtype 5 pointsize 0.6
set linetype 4 linecolor rgb "#cc79a7" linewidth 2 dashtype (12,4,3,4) pointtype 11 pointsize 0.7
set linetype 5 linecolor rgb "#000000" linewidth 2 dashtype (6,4) pointtype 6 pointsize 0.7
set linetype 6 linecolor rgb "#e69f00" linewidth 2 dashtype (18,4) pointtype 13 pointsize 0.7
set linetype 7 linecolor rgb "#56b4e9" linewidth 2 dashtype (12,4,3,4,3,4) pointtype 4 pointsize 0.6
set linetype 8 linecolor rgb "#777777" linewidth 2 dashtype (2,6) pointtype 8 pointsize 0.7
set linetype 9 linecolor rgb "#7a5c00" linewidth 2 dashtype (20,6,6,6) pointtype 12 pointsize 0.7
set linetype cycle 9

set border 3 linecolor rgb "#555555"
set tics nomirror textcolor rgb "#333333"
set grid linecolor rgb "#dddddd" linewidth 1 dashtype solid
set key top right Left reverse samplen 3 spacing 1.1 noenhanced

# Names found in a table are collected between quotes, for word() to find again: list = join(list, item), once each.
join(list, item) = strstrt(list, '"'.item.'"') ? list : list.'"'.item.'" '
