package iosock.cli;

import iosock.cli.CommandLine.Action;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Reads a command line as getopt_long(3) with POSIXLY_CORRECT does: the first operand ends it. */
final class Parser {

  private static final int DEFAULT_MODE = 0600;
  private static final int ALL_PERMISSIONS = 0777;

  private final List<byte[]> arguments;
  private int next;
  private Action action = Action.RUN;
  private int mode = DEFAULT_MODE;

  Parser(List<byte[]> arguments) {
    this.arguments = arguments;
  }

  CommandLine parse() throws UsageError {
    boolean options = true;
    while (options && next < arguments.size() && action == Action.RUN) {
      byte[] argument = arguments.get(next);
      if (argument.length < 2 || argument[0] != '-') {
        break;
      }
      next++;
      if (argument[1] != '-') {
        letters(argument);
      } else if (argument.length == 2) {
        options = false;
      } else {
        word(argument);
      }
    }
    return action == Action.RUN
        ? new CommandLine(action, socket(), command(), mode)
        : new CommandLine(action, null, List.of(), mode);
  }

  /** {@code -x}, {@code -xyz}, {@code -xARGUMENT}. */
  private void letters(byte[] argument) throws UsageError {
    for (int i = 1; i < argument.length && action == Action.RUN; i++) {
      Option option = withLetter(argument[i], argument);
      if (option.argument != null) {
        boolean attached = i + 1 < argument.length;
        byte[] value =
            attached ? Arrays.copyOfRange(argument, i + 1, argument.length) : following(argument);
        apply(option, value);
        return;
      }
      apply(option, null);
    }
  }

  /** {@code --name}, {@code --name=ARGUMENT}. */
  private void word(byte[] argument) throws UsageError {
    int end = 2;
    while (end < argument.length && argument[end] != '=') {
      end++;
    }
    boolean attached = end < argument.length;
    byte[] value = attached ? Arrays.copyOfRange(argument, end + 1, argument.length) : null;
    Option option = named(Arrays.copyOfRange(argument, 2, end), argument);
    if (option.argument == null && attached) {
      throw new UsageError("option takes no argument", argument);
    }
    apply(option, option.argument == null || attached ? value : following(argument));
  }

  private static Option withLetter(byte letter, byte[] argument) throws UsageError {
    for (Option option : Option.values()) {
      if (option.letter == letter) {
        return option;
      }
    }
    throw new UsageError("unknown option", argument);
  }

  private static Option named(byte[] name, byte[] argument) throws UsageError {
    for (Option option : Option.values()) {
      if (Arrays.equals(option.name.getBytes(StandardCharsets.US_ASCII), name)) {
        return option;
      }
    }
    throw new UsageError("unknown option", argument);
  }

  private byte[] following(byte[] argument) throws UsageError {
    if (next == arguments.size()) {
      throw new UsageError("option needs an argument", argument);
    }
    return arguments.get(next++);
  }

  private void apply(Option option, byte[] value) throws UsageError {
    switch (option) {
      case MODE -> mode = octal(value);
      case HELP -> action = Action.HELP;
      case VERSION -> action = Action.VERSION;
    }
  }

  private static int octal(byte[] text) throws UsageError {
    int value = 0;
    for (byte digit : text) {
      if (digit < '0' || digit > '7' || value > ALL_PERMISSIONS) {
        throw new UsageError("not an octal mode", text);
      }
      value = 8 * value + digit - '0';
    }
    if (text.length == 0 || value > ALL_PERMISSIONS) {
      throw new UsageError("not an octal mode", text);
    }
    return value;
  }

  private byte[] socket() throws UsageError {
    if (next == arguments.size()) {
      throw new UsageError("no SOCKET given");
    }
    byte[] socket = arguments.get(next++);
    if (socket.length == 1 && socket[0] == '-') {
      throw new UsageError("not a socket", socket);
    }
    return socket;
  }

  private List<byte[]> command() throws UsageError {
    if (next == arguments.size()) {
      throw new UsageError("no COMMAND given");
    }
    return arguments.subList(next, arguments.size());
  }
}
