package iosock.child;

import iosock.posix.CallTable;

/** What a command's standard input, output and error are connected to. */
public interface Stdio {

  /** Adds the calls that make the command's ends the child's standard descriptors. */
  void addChildCalls(CallTable calls);

  /** Whether these calls make the child lead a session, and so a process group. */
  default boolean leadsSession() {
    return false;
  }

  /** Closes the command's ends in this process. Called once the command runs. */
  void closeChildEnds();
}
