package iosock.relay;

import iosock.flow.PipeReader;
import iosock.flow.Sink;
import iosock.posix.Errno;
import iosock.posix.PollSet;

/** Takes nothing: output stays in its pipe until a client attaches. */
final class NoReceiver implements Sink {

  @Override
  public void arm(PollSet poll) {
    // Never ready.
  }

  @Override
  public boolean isReady() {
    return false;
  }

  @Override
  public long take(PipeReader from, long max) {
    return -Errno.EAGAIN;
  }
}
