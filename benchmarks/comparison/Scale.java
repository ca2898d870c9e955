package comparison;

/** The amount of each work in one measurement. */
record Scale(long bytes, int echoes, int connects) {}
