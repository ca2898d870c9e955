package iosock.child;

import iosock.posix.CallList;

/** What a command's standard input, output and error are connected to. */
public interface Stdio {

  /** In the child: makes the command's ends its standard descriptors. */
  void become(CallList birth);

  /** In the parent: what only the command needs now is closed here. */
  void closeCommandsEnds();
}
