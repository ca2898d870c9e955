package iosock.socket;

import iosock.posix.Ascii;
import iosock.posix.Credentials;
import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.posix.ProcFile;
import java.nio.charset.StandardCharsets;

/** The user whose process listens on an abstract socket: any user may have taken the name first. */
public final class ServerUser {

  private static final int ROOT = 0;
  private static final String PASSWD = "/etc/passwd";

  private ServerUser() {}

  /**
   * @param server a connection to it
   * @return the name or the number of the server's user; empty for root, for the user that iosock
   *     runs as, and for a path, whose directory says who may listen there
   */
  public static byte[] ifForeign(Libc libc, SocketName name, int server) {
    Credentials credentials = new Credentials();
    if (!name.isAbstract() || libc.getPeerCredentials(server, credentials) < 0) {
      return new byte[0];
    }
    int uid = credentials.uid();
    boolean isOwn = uid == libc.geteuid() && uid != OverflowId.ofUsers(libc).id();
    return uid == ROOT || isOwn ? new byte[0] : nameOf(libc, Integer.toUnsignedString(uid));
  }

  /** Not by getpwuid(3), which may ask servers and wait for them. */
  private static byte[] nameOf(Libc libc, String uid) {
    try {
      String users = new String(ProcFile.read(libc, PASSWD), StandardCharsets.ISO_8859_1);
      for (String line : users.split("\n")) {
        String[] fields = line.split(":");
        if (fields.length > 2 && fields[2].equals(uid)) {
          return fields[0].getBytes(StandardCharsets.ISO_8859_1);
        }
      }
    } catch (Failure notReadable) {
      // The number does.
    }
    return Ascii.bytes(uid);
  }
}
