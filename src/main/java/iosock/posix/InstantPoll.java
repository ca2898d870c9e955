package iosock.posix;

/** Looks at one descriptor by poll(2), without waiting. */
public final class InstantPoll {

  private final Watch watch = new Watch(-1);
  private final PollSet set = new PollSet(1);

  /**
   * @param fd stays the caller's to close
   * @param events as {@link PollSet#POLLIN}; 0 to ask for POLLHUP, POLLERR and POLLNVAL alone
   * @return the events that are there now; 0 if there are none
   */
  public int events(Libc libc, int fd, int events) {
    watch.fd(fd);
    set.clear();
    set.watch(watch, events);
    set.poll(libc, 0);
    return watch.revents();
  }
}
