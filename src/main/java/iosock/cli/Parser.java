package iosock.cli;

import iosock.cli.CommandLine.Action;
import iosock.posix.Ascii;
import iosock.socket.SocketName;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Parses as getopt_long(3) with POSIXLY_CORRECT does: the first operand ends the options. Long
 * options cannot be abbreviated.
 */
final class Parser {

  /** The default command of {@code -p -}. */
  private static final List<byte[]> SHELL = List.of(Ascii.bytes("/bin/sh"), Ascii.bytes("-i"));

  private final List<byte[]> arguments;
  private final Set<Option> given = EnumSet.noneOf(Option.class);
  private int next;
  private Action action = Action.RUN;
  private int mode = Mode.DEFAULT;
  private int clients = ClientCount.DEFAULT;
  private long dropAfterNanos = Seconds.NEVER;
  private byte[] observersSocket = Observers.NONE.socket();
  private int observersMode = Observers.NONE.mode();
  private int replaySize;
  private int detachKey = DetachKey.DEFAULT;
  private long waitNanos = Seconds.NEVER;
  private int stopSignal = Stopping.DEFAULT.signal();
  private byte[] stopInput = Stopping.DEFAULT.input();
  private long stopTimeoutNanos = Stopping.DEFAULT.timeoutNanos();
  private int parentDeathSignal = Supervision.NO_SIGNAL;
  private final Set<Integer> zeroExitCodes = new HashSet<>();

  Parser(List<byte[]> arguments) {
    this.arguments = arguments;
  }

  CommandLine parse() throws UsageError {
    boolean options = true;
    while (options && next < arguments.size() && !isAnswered()) {
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
    return isAnswered() ? line(null, List.of()) : operands();
  }

  /** Whether the rest of the command line is ignored. */
  private boolean isAnswered() {
    return action == Action.HELP || action == Action.VERSION;
  }

  private CommandLine line(byte[] socket, List<byte[]> command) {
    boolean pty = given.contains(Option.PTY);
    return new CommandLine(
        action,
        socket,
        command,
        pty,
        mode,
        sharing(),
        given.contains(Option.NOTIFY),
        detachKey,
        waitNanos,
        stopping(),
        supervision());
  }

  private Sharing sharing() {
    return new Sharing(
        clients,
        given.contains(Option.TAKE_OVER),
        dropAfterNanos,
        replaySize,
        given.contains(Option.TEE),
        new Observers(observersSocket, observersMode));
  }

  private Stopping stopping() {
    return new Stopping(stopSignal, stopInput, stopTimeoutNanos, given.contains(Option.GROUP));
  }

  private Supervision supervision() {
    return new Supervision(
        given.contains(Option.SUBREAPER), parentDeathSignal, Set.copyOf(zeroExitCodes));
  }

  /** {@code -x}, {@code -xyz}, {@code -xARGUMENT}. */
  private void letters(byte[] argument) throws UsageError {
    for (int i = 1; i < argument.length && !isAnswered(); i++) {
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
      if (option.hasLetter() && option.letter == letter) {
        return option;
      }
    }
    throw new UsageError("unknown option", argument);
  }

  private static Option named(byte[] name, byte[] argument) throws UsageError {
    for (Option option : Option.values()) {
      if (Arrays.equals(Ascii.bytes(option.name), name)) {
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
    given.add(option);
    switch (option) {
      case PTY, TAKE_OVER, TEE, GROUP, SUBREAPER, NOTIFY -> {}
      case SERVE -> action = Action.SERVE;
      case CONNECT -> action = Action.CONNECT;
      case MODE -> mode = Mode.parse(value);
      case CLIENTS -> clients = ClientCount.parse(value);
      case DROP_AFTER -> dropAfterNanos = Seconds.parse(value);
      case OBSERVE -> observersSocket = socket(value);
      case OBSERVE_MODE -> observersMode = Mode.parse(value);
      case REPLAY -> replaySize = Size.parse(value);
      case DETACH_KEY -> detachKey = DetachKey.parse(value);
      case WAIT -> waitNanos = Seconds.parse(value);
      case STOP_SIGNAL -> stopSignal = SignalName.parse(value);
      case STOP_INPUT -> stopInput = StopText.parse(value);
      case STOP_TIMEOUT -> stopTimeoutNanos = Seconds.parse(value);
      case PARENT_DEATH -> parentDeathSignal = SignalName.parse(value);
      case EXIT_ZERO -> zeroExitCodes.add(ExitStatus.parse(value));
      case HELP -> action = Action.HELP;
      case VERSION -> action = Action.VERSION;
    }
  }

  private static byte[] socket(byte[] name) throws UsageError {
    if (name.length == 0 || isStdio(name)) {
      throw new UsageError("not a socket", name);
    }
    checkDescriptor(name);
    return name;
  }

  private static void checkDescriptor(byte[] socket) throws UsageError {
    SocketName name = new SocketName(socket);
    if (name.isDescriptor() && name.descriptor() < 0) {
      throw new UsageError("not a descriptor above 2", socket);
    }
  }

  private static boolean isStdio(byte[] socket) {
    return socket.length == 1 && socket[0] == '-';
  }

  private CommandLine operands() throws UsageError {
    if (next == arguments.size()) {
      throw new UsageError("no SOCKET given");
    }
    byte[] socket = arguments.get(next++);
    List<byte[]> command = arguments.subList(next, arguments.size());
    boolean isStdio = isStdio(socket);
    if (action != Action.RUN) {
      checkNoCommand(socket, isStdio, command);
    } else if (isStdio) {
      action = Action.RUN_ON_STDIO;
      command = command.isEmpty() && given.contains(Option.PTY) ? SHELL : command;
    }
    checkOptions();
    checkDescriptor(socket);
    checkInherited(socket);
    boolean isRun = action == Action.RUN || action == Action.RUN_ON_STDIO;
    if (isRun && command.isEmpty()) {
      throw new UsageError("no COMMAND given");
    }
    if (given.contains(Option.OBSERVE) && Arrays.equals(observersSocket, socket)) {
      throw new UsageError("--observe needs a socket of its own", socket);
    }
    return line(isStdio ? null : socket, command);
  }

  private static void checkNoCommand(byte[] socket, boolean isStdio, List<byte[]> command)
      throws UsageError {
    if (isStdio) {
      throw new UsageError("not a socket", socket);
    }
    if (!command.isEmpty()) {
      throw new UsageError("no COMMAND is run with --serve or --connect", command.getFirst());
    }
  }

  /** A socket that iosock has inherited is there already, and other processes may use its path. */
  private void checkInherited(byte[] socket) throws UsageError {
    boolean isInherited = new SocketName(socket).isDescriptor();
    if (isInherited && action == Action.CONNECT) {
      throw new UsageError("--connect takes no descriptor", socket);
    }
    if (isInherited && given.contains(Option.MODE)) {
      throw refused(Option.MODE, Purpose.OWN_SOCKET);
    }
    boolean isObserversInherited = new SocketName(observersSocket).isDescriptor();
    if (isObserversInherited && given.contains(Option.OBSERVE_MODE)) {
      throw refused(Option.OBSERVE_MODE, Purpose.OWN_SOCKET);
    }
  }

  private static UsageError refused(Option option, Purpose purpose) {
    return new UsageError("--".concat(option.name).concat(" is for ").concat(purpose.text));
  }

  /** Refuses an option that has no effect with this action and the other options. */
  private void checkOptions() throws UsageError {
    if (given.contains(Option.SERVE) && given.contains(Option.CONNECT)) {
      throw new UsageError("either --serve or --connect, not both");
    }
    for (Option option : given) {
      if (!option.purpose.isServed(action, given)) {
        throw refused(option, option.purpose);
      }
    }
  }
}
