package hello;

/** The least that a program in Java can be that stays. */
public final class Sleeper {

  private Sleeper() {}

  public static void main(String[] arguments) throws InterruptedException {
    System.out.println("Hello, world!");
    Thread.sleep(Long.MAX_VALUE);
  }
}
