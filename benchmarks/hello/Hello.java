package hello;

/** The least that a program in Java can be. */
public final class Hello {

  private Hello() {}

  public static void main(String[] arguments) {
    System.out.println("Hello, world!");
  }
}
