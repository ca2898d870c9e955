package hello;

/** A minimal Java program that keeps running. */
public final class Sleeper {

  private Sleeper() {}

  public static void main(String[] arguments) throws InterruptedException {
    System.out.println("Hello, world!");
    Thread.sleep(Long.MAX_VALUE);
  }
}
