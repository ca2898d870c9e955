package iosock.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** GNU's assemblers, to check machine code. */
public final class Assembler {

  private Assembler() {}

  /**
   * @param target the target in the name of Debian's binutils package
   * @return the machine code of the source
   */
  public static byte[] assemble(Path directory, String target, String source)
      throws IOException, InterruptedException {
    String prefix = target.replace("x86-64", "x86_64") + "-";
    boolean installed = Files.exists(Path.of("/usr/bin/" + prefix + "as"));
    if (!"true".equals(System.getenv("CI"))) {
      assumeTrue(installed, "needs the package binutils-" + target);
    }
    Path assembly = Files.writeString(directory.resolve("code.s"), source);
    Path object = directory.resolve("code.o");
    Path binary = directory.resolve("code.bin");
    run(prefix + "as", "-o", object.toString(), assembly.toString());
    run(prefix + "objcopy", "-O", "binary", "-j", ".text", object.toString(), binary.toString());
    return Files.readAllBytes(binary);
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    byte[] output = process.getInputStream().readAllBytes();
    assertEquals(0, process.waitFor(), new String(output, StandardCharsets.UTF_8));
  }
}
