package iosock.child;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A {@link ForkStorm} that runs in a VM of its own.
 *
 * @param output what it says
 * @param numbers where each command leaves its number
 */
record Storm(Process process, int count, Path output, Path numbers) implements AutoCloseable {

  static Storm start(Path directory, int count, int firstPatienceMillis, String... more)
      throws IOException {
    Files.createDirectory(directory);
    Path output = directory.resolve("output");
    Path numbers = directory.resolve("numbers");
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "-cp",
                "target/classes:target/test-classes",
                ForkStorm.class.getName(),
                "" + count,
                "" + firstPatienceMillis,
                numbers.toString()));
    line.addAll(List.of(more));
    Process process =
        new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    return new Storm(process, count, output, numbers);
  }

  /** Once and in its turn. */
  void assertEachCommandRan() throws IOException, InterruptedException {
    int exitStatus = process.waitFor();
    System.out.print(Files.readString(output));
    assertEquals(0, exitStatus);
    List<String> each = IntStream.range(0, count).mapToObj(Integer::toString).toList();
    assertEquals(each, Files.readAllLines(numbers));
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
