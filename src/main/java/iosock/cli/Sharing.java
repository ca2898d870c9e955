package iosock.cli;

/**
 * How a socket that iosock makes is shared.
 *
 * @param clients how many there may be at once
 * @param takeOver whether a client that is too many takes the place of the one that is connected
 *     longest; with {@link CommandLine.Action#CONNECT}: whether to ask the server for that
 * @param dropAfterNanos how long a client may take nothing while output waits for it, in
 *     nanoseconds; or {@link Seconds#NEVER}: it is waited for
 * @param replaySize how many bytes of earlier output a client or an observer gets first; 0 for none
 * @param tee whether standard output and standard error get the output also while clients are
 *     connected
 * @param observers or {@link Observers#NONE}
 */
public record Sharing(
    int clients,
    boolean takeOver,
    long dropAfterNanos,
    int replaySize,
    boolean tee,
    Observers observers) {

  /** So many clients at once, and all else by default. */
  public static Sharing among(int clients) {
    return new Sharing(clients, false, Seconds.NEVER, 0, false, Observers.NONE);
  }
}
