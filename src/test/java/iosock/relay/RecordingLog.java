package iosock.relay;

import iosock.posix.Failure;
import java.util.ArrayList;
import java.util.List;

/** Keeps what a relay has reported. */
final class RecordingLog implements Log {

  private final List<String> lines = new ArrayList<>();

  @Override
  public void log(Failure failure) {
    lines.add(failure.getMessage());
  }

  @Override
  public void logStalled(long nanos) {
    lines.add("closed after " + nanos);
  }

  @Override
  public void logObserving() {
    lines.add("observing");
  }

  List<String> lines() {
    return lines;
  }
}
