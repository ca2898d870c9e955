package iosock.cli;

/**
 * Where observers connect: clients that get the output and whose input is not read.
 *
 * @param socket as named on the command line; empty if there is none
 * @param mode permission bits of the socket
 */
public record Observers(byte[] socket, int mode) {

  /** There are no observers. */
  public static final Observers NONE = new Observers(new byte[0], Mode.DEFAULT);

  /** Whether there is a socket for observers. */
  public boolean isGiven() {
    return socket.length > 0;
  }
}
