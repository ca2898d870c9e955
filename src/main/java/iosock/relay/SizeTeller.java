package iosock.relay;

import static iosock.posix.Failure.check;

import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.Message;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;
import iosock.posix.Sockets;
import iosock.posix.WindowSize;
import iosock.tty.OwnTerminal;

/**
 * Tells the far end how large this terminal is, if it wants to know: on a socket of its own, whose
 * other end goes there beside the first byte that is sent. A far end that does not look for it
 * reads the same bytes as ever, and the kernel closes what it did not take.
 *
 * <p>Never the terminal itself: who has it can read the keyboard.
 */
final class SizeTeller {

  private static final int NOBODY = -1;
  private static final int FLAGS = Sockets.MSG_DONTWAIT | Sockets.MSG_NOSIGNAL;

  private final Libc libc;
  private final OwnTerminal terminal;
  private final NativeBuffer first = new NativeBuffer(1);
  private final Message message = new Message();
  private int own;
  private int passed;

  /** Whether the first byte has been taken from its pipe, and not yet been sent. */
  private boolean isPending;

  private boolean isFirst = true;
  private boolean isUnheard;

  /** Whether there is a size that has not been told. */
  private boolean isUntold = true;

  SizeTeller(Libc libc, OwnTerminal terminal) {
    this.libc = libc;
    this.terminal = terminal;
    NativeBuffer ends = new NativeBuffer(2 * Integer.BYTES);
    int type = Sockets.SOCK_SEQPACKET | Sockets.SOCK_CLOEXEC;
    check(libc.socketpair(Sockets.AF_UNIX, type, ends), "make", "a socket");
    own = ends.getInt(0);
    passed = ends.getInt(Integer.BYTES);
    tell();
  }

  /** Whether the first byte has still to come, or to be sent. */
  boolean isFirst() {
    return isFirst;
  }

  /** Whether the first byte has come, and has still to be sent. */
  boolean isFirstDue(int pipe) {
    return isFirst() && (isPending || libc.fionread(pipe) > 0);
  }

  /** Asks for what it waits for to send the first byte: that it comes, or room for it. */
  void armFirst(PollSet poll, int pipe, int socket) {
    if (isPending) {
      poll.watch(Slot.CLIENT, socket, PollSet.POLLOUT);
    } else {
      poll.watch(Slot.OUTPUT, pipe, PollSet.POLLIN);
    }
  }

  /** After a poll: sends the first byte, if it has come. */
  void turnFirst(PollSet poll, int pipe, int socket) {
    if (!isPending && poll.revents(Slot.OUTPUT) != 0) {
      isPending = libc.read(pipe, first, 1) == 1;
    }
    if (!isPending) {
      return;
    }
    long sent = libc.sendmsg(socket, message.sending(first, 1, passed), FLAGS);
    if (sent < 0 && !isLater(sent)) {
      // ETOOMANYREFS, or a policy against passing descriptors: the byte matters more.
      sent = libc.send(socket, first, 0, 1, FLAGS);
    }
    if (!isLater(sent)) {
      isPending = false;
      isFirst = false;
    }
  }

  /** The terminal may have another size by now. */
  void sizeChanged() {
    isUntold = true;
    tell();
  }

  /** Asks for room, if the far end is slow to listen. */
  void arm(PollSet poll) {
    if (isUntold && !isUnheard) {
      poll.watch(Slot.SIZE, own, PollSet.POLLOUT);
    }
  }

  /** After a poll. */
  void turn(PollSet poll) {
    if (poll.revents(Slot.SIZE) != 0) {
      tell();
    }
  }

  private static boolean isLater(long sent) {
    return sent == -Errno.EAGAIN || sent == -Errno.EINTR;
  }

  private void tell() {
    WindowSize size = terminal.size();
    if (size == null || isUnheard) {
      isUntold = false;
      return;
    }
    long sent = libc.send(own, size.memory(), 0, WindowSize.SIZEOF, FLAGS);
    isUntold = isLater(sent);
    if (sent < 0 && !isUntold) {
      // EPIPE: nobody listens.
      isUnheard = true;
    }
  }

  /** After a turn. */
  void closeDone() {
    if (!isFirst) {
      passed = close(passed);
    }
    if (isUnheard) {
      own = close(own);
    }
  }

  private int close(int fd) {
    if (fd != NOBODY) {
      libc.close(fd);
    }
    return NOBODY;
  }
}
