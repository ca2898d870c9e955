package iosock.child;

import iosock.posix.CallTable;

/** Pipes that several commands are started with: their ends stay open. */
record Shared(StdioPipes pipes) implements Stdio {

  @Override
  public void addChildCalls(CallTable calls) {
    pipes.addChildCalls(calls);
  }

  @Override
  public void closeChildEnds() {}
}
