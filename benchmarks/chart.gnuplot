# From NAME.data to NAME.svg: medians, with the least and the most of all rounds.
# name: of the files; contenders: how many there are; titles: of the panels
set terminal svg size 960,360*|titles| font "sans-serif,13" background rgb "white"
set output name.".svg"
set style data histograms
set style histogram errorbars gap 1.5 linewidth 1
set style fill solid 0.9
set boxwidth 0.9
set bars 0.4
set border 3
set xtics nomirror scale 0
set ytics nomirror
set grid ytics linecolor rgb "#dddddd"
set yrange [0:*]
set key outside right top width 1

set linetype 1 linecolor rgb "#d1495b"
set linetype 2 linecolor rgb "#3c6e9f"
set linetype 3 linecolor rgb "#7fb2d9"
set linetype 4 linecolor rgb "#e9b44c"
set linetype 5 linecolor rgb "#b7a57a"
set linetype 6 linecolor rgb "#6a994e"
set linetype 7 linecolor rgb "#bbbbbb"

set multiplot layout |titles|,1
do for [panel = 1:|titles|] {
  set title titles[panel]
  plot for [i = 0:contenders - 1] name.".data" index panel - 1 \
      using 3*i+2:3*i+3:3*i+4:xtic(1) title columnheader(3*i+2)
}
unset multiplot
