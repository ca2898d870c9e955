package errors;

import java.io.IOException;
import support.Iosock;

/** How iosock has ended: its exit code, and what is in the files of stdout and stderr. */
record Outcome(int exitCode, String output, String errors) {

  static Outcome of(Iosock iosock) throws IOException, InterruptedException {
    int exitCode = iosock.exitCode();
    return new Outcome(exitCode, iosock.output(), iosock.errors());
  }

  Outcome withoutOutput() {
    return new Outcome(exitCode, "", errors);
  }
}
