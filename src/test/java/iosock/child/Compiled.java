package iosock.child;

import java.util.function.IntSupplier;

/** A class that {@link StartStorm} defines again and again, with a loop that is worth compiling. */
final class Compiled implements IntSupplier {

  private static final int ROUNDS = 100_000;

  @Override
  public int getAsInt() {
    int sum = 0;
    for (int i = 0; i < ROUNDS; i++) {
      sum = next(sum, i);
    }
    return sum;
  }

  private static int next(int sum, int i) {
    return 31 * sum + i;
  }
}
