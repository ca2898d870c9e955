package iosock.cli;

import java.util.Set;

/**
 * What iosock does as the parent and as the child of other processes.
 *
 * @param subreaper whether it adopts and reaps orphans where it is not process 1
 * @param parentDeathSignal what it gets when its parent dies; {@link #NO_SIGNAL} for none
 * @param zeroExitCodes the exit codes of the command that become 0
 */
public record Supervision(boolean subreaper, int parentDeathSignal, Set<Integer> zeroExitCodes) {

  public static final int NO_SIGNAL = 0;

  /**
   * @param ofCommand the code to exit with in the command's place
   * @return 0 if it is one of those that become 0
   */
  public int exitCode(int ofCommand) {
    return zeroExitCodes.contains(ofCommand) ? 0 : ofCommand;
  }
}
