package iosock.child;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A {@link StartStorm} that runs in a VM of its own.
 *
 * @param output its standard output and error
 * @param numbers the file in which each command leaves its number
 */
record Storm(Process process, int count, Path output, Path numbers) implements AutoCloseable {

  /**
   * @param stdio {@code pipes} or {@code terminal}
   */
  static Storm start(Path directory, int count, String stdio) throws IOException {
    Path output = directory.resolve("output");
    Path numbers = directory.resolve("numbers");
    List<String> line = new ArrayList<>(Vm.commandLine(StartStorm.class));
    line.addAll(List.of("" + count, numbers.toString(), stdio));
    Process process =
        new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    return new Storm(process, count, output, numbers);
  }

  /** Each command ran once, in its turn, and its exit code was right; no descriptor was left. */
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
