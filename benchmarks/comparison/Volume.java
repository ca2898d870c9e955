package comparison;

/** How much of each work makes one measurement. */
record Volume(long bytes, int echoes, int connects) {}
