package iosock.cli;

import iosock.posix.Signals;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A signal, as kill(1) reads it. */
final class SignalName {

  /** Each at the index that is its number: signal(7). */
  private static final String[] NAMES = {
    "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
    "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU",
    "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS"
  };

  private static final String PREFIX = "SIG";
  private static final String FIRST = "RTMIN";
  private static final String LAST = "RTMAX";
  private static final int NONE = -1;

  private SignalName() {}

  /**
   * Accepts a name with or without SIG, in either case; a number; RTMIN, RTMIN+N, RTMAX or RTMAX-N.
   */
  static int parse(byte[] text) throws UsageError {
    String name = new String(text, StandardCharsets.ISO_8859_1).toUpperCase(Locale.ROOT);
    name = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
    int signal = named(name);
    boolean usedByLibc = signal > Signals.SIGSYS && signal < Signals.SIGRTMIN;
    if (signal < 1 || usedByLibc || signal > Signals.SIGRTMAX) {
      throw new UsageError("not a signal", text);
    }
    return signal;
  }

  private static int named(String name) {
    for (int signal = 1; signal < NAMES.length; signal++) {
      if (NAMES[signal].equals(name)) {
        return signal;
      }
    }
    return switch (name) {
      case "IOT" -> Signals.SIGABRT;
      case "CLD" -> Signals.SIGCHLD;
      case "POLL" -> Signals.SIGIO;
      case FIRST -> Signals.SIGRTMIN;
      case LAST -> Signals.SIGRTMAX;
      default -> numbered(name);
    };
  }

  private static int numbered(String name) {
    if (name.startsWith("RTMIN+")) {
      return realTime(Signals.SIGRTMIN + number(name, FIRST.length() + 1));
    }
    if (name.startsWith("RTMAX-")) {
      return realTime(Signals.SIGRTMAX - number(name, LAST.length() + 1));
    }
    return number(name, 0);
  }

  private static int realTime(int signal) {
    return signal >= Signals.SIGRTMIN && signal <= Signals.SIGRTMAX ? signal : NONE;
  }

  /** A number that is not greater than any signal; {@link #NONE} where there is none. */
  private static int number(String text, int start) {
    int value = 0;
    for (int i = start; i < text.length(); i++) {
      char digit = text.charAt(i);
      value = 10 * value + digit - '0';
      if (digit < '0' || digit > '9' || value > Signals.SIGRTMAX) {
        return NONE;
      }
    }
    return start < text.length() ? value : NONE;
  }
}
