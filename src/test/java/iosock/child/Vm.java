package iosock.child;

import java.nio.file.Path;
import java.util.List;

/** A VM of its own for a program of these tests. */
final class Vm {

  private Vm() {}

  static List<String> commandLine(Class<?> program) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "-XX:+UseSerialGC",
        "-XX:-UsePerfData",
        "-Xmx64m",
        "-cp",
        Path.of("target/classes").toAbsolutePath()
            + ":"
            + Path.of("target/test-classes").toAbsolutePath(),
        program.getName());
  }
}
