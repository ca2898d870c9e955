# From comparison.data to comparison.svg: medians, with the least and the most of all rounds.
# contenders: how many there are
set terminal svg size 960,1080 font "sans-serif,13" background rgb "white"
set output "comparison.svg"
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

set multiplot layout 3,1
set title "Throughput, GB/s (more is better)"
plot for [i = 0:contenders - 1] "comparison.data" index 0 \
    using 3*i+2:3*i+3:3*i+4:xtic(1) title columnheader(3*i+2)
set title "Echo of 64 bytes through cat, µs (less is better)"
plot for [i = 0:contenders - 1] "comparison.data" index 1 \
    using 3*i+2:3*i+3:3*i+4:xtic(1) title columnheader(3*i+2)
set title "Processor time of what joins the command to the socket, s/GB (less is better)"
plot for [i = 0:contenders - 1] "comparison.data" index 2 \
    using 3*i+2:3*i+3:3*i+4:xtic(1) title columnheader(3*i+2)
unset multiplot
