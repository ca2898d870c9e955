package threaded;

import java.nio.file.Path;
import java.util.List;

/** {@code java threaded.Main platform|virtual LIMIT SOCKET COMMAND [ARG]...} */
public final class Main {

  private Main() {}

  public static void main(String[] arguments) throws Exception {
    Thread.Builder threads =
        switch (arguments[0]) {
          case "platform" -> Thread.ofPlatform().daemon();
          case "virtual" -> Thread.ofVirtual();
          default -> throw new IllegalArgumentException(arguments[0]);
        };
    int limit = Integer.parseInt(arguments[1]);
    List<String> command = List.of(arguments).subList(3, arguments.length);
    Wrapper wrapper = new Wrapper(threads, limit, Path.of(arguments[2]), command);
    int code;
    try (wrapper) {
      code = wrapper.waitFor();
    }
    System.exit(code);
  }
}
