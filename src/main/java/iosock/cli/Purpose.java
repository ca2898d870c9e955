package iosock.cli;

import iosock.cli.CommandLine.Action;
import java.util.List;
import java.util.Set;

/** What an option is for. Anywhere else it has no effect and is refused: it is likely a mistake. */
enum Purpose {
  EVERYTHING("everything", Action.values()),
  COMMAND("COMMAND", Action.RUN, Action.RUN_ON_STDIO),
  TERMINAL("COMMAND and --connect", Action.RUN, Action.RUN_ON_STDIO, Action.CONNECT),
  SOCKET("a socket", Action.RUN, Action.SERVE, Action.CONNECT),
  LISTENER("a socket that iosock listens on", Action.RUN, Action.SERVE),
  OWN_SOCKET("a socket that iosock makes", Action.RUN, Action.SERVE),
  OBSERVERS("--observe", Action.RUN, Action.SERVE),
  CONSOLE("COMMAND on a socket", Action.RUN),
  CONNECTION("--connect", Action.CONNECT),
  SESSION("-p --connect", Action.CONNECT);

  /** As in "--mode is for ...". */
  final String text;

  private final List<Action> actions;

  Purpose(String text, Action... actions) {
    this.text = text;
    this.actions = List.of(actions);
  }

  /**
   * @param given the options on the command line
   */
  boolean isServed(Action action, Set<Option> given) {
    return actions.contains(action)
        && (this != OBSERVERS || given.contains(Option.OBSERVE))
        && (this != SESSION || given.contains(Option.PTY));
  }
}
