package comparison;

/** How much of each work makes one measurement. */
record Scale(long bytes, int echoes, int connects) {}
