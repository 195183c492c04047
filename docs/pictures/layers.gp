# title: The gradient on its way back through twenty layers
# alt: Length of the gradient of each layer, logarithmic, from the last of twenty layers on the right to the first on the left, for four networks where they begin. That of sigmoids falls along a straight line by twelve decades, from 1 to 3e-12; those of tanh with Glorot's weights and of ReLU with He's are level, between 0.1 and 1; that of ReLU with weights twice as large is level too, near 1e11.
# data: layers.tsv
name = "layers"
load "style.gp"
set title "The gradient on its way back through twenty layers"
set xlabel "layer (1: next to the data, 20: next to the loss)"
set ylabel "|g| of the layer"
set logscale y
unset mytics
set format y "10^{%T}"
set xrange [0.5:20.5]
set xtics 1, 1
set yrange [1e-13:1e13]
set key at graph 0.98,0.36 right top opaque
file = "layers.tsv"
networks = '"ReLU, twice He" "tanh, Glorot" "ReLU, He" "sigmoid, Glorot"'
g(network) = stringcolumn("network") eq network ? column("norm") : NaN
plot for [i=1:4] file using "layer":(g(word(networks, i))) with linespoints linetype i title word(networks, i)
