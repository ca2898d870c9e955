package errors;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import support.Forks;
import support.Proc;
import support.Tool;

/**
 * A system call that strace(1) has fail in the thread of a running iosock that has the loop.
 *
 * @param call as strace calls it
 * @param errno by name
 * @param when the first call that fails, and if a step follows a plus sign, those after it
 */
record Injection(String call, String errno, String when) {

  /**
   * Returns once it is in force; it ends with the process.
   *
   * @param traced further calls that are traced, in strace's notation
   * @return strace
   */
  Process into(long pid, Path directory, String... traced) throws IOException {
    Tool.require("strace", "strace");
    long thread = Proc.mainThread(pid);
    Process strace =
        Forks.start(
            new ProcessBuilder(
                    "strace",
                    "--quiet=attach,exit",
                    "--output=" + directory.resolve("trace"),
                    "--attach=" + thread,
                    "--trace=" + String.join(",", traced) + (traced.length > 0 ? "," : "") + call,
                    "--inject=" + call + ":error=" + errno + ":when=" + when)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("strace").toFile()));
    await().atMost(20, SECONDS).until(() -> !Proc.status(thread, "TracerPid").equals("0"));
    return strace;
  }

  /** Whether the call has failed at all. */
  static boolean happened(Path directory) throws IOException {
    return Files.readString(directory.resolve("trace")).contains("(INJECTED)");
  }

  @Override
  public String toString() {
    return call + " " + errno + " " + when;
  }
}
