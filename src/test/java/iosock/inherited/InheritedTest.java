package iosock.inherited;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import iosock.posix.Failure;
import iosock.posix.ProcFile;
import iosock.posix.ResourceLimit;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Files of proc(5) are parsed correctly. */
class InheritedTest {

  @Test
  void aCommandLineIsSplitAtItsNuls() {
    List<byte[]> parts = Arguments.split(new byte[] {'a', 0, 0, (byte) 0xff, 0});
    assertEquals(3, parts.size());
    assertArrayEquals(new byte[] {'a'}, parts.get(0));
    assertArrayEquals(new byte[0], parts.get(1));
    assertArrayEquals(new byte[] {(byte) 0xff}, parts.get(2));
  }

  @Test
  void aFieldOfSignalsIsHexadecimal() {
    byte[] status =
        "Name:\tx\nSigBlk:\t0000000000000001\nSigIgn:\tffffffff08010203\nSigCgt:\t0\n"
            .getBytes(StandardCharsets.US_ASCII);
    assertEquals(1, SignalState.field(status, "SigBlk"));
    assertEquals(0xffffffff08010203L, SignalState.field(status, "SigIgn"));
  }

  /** The kernel may be an emulated one. */
  @Test
  void aFieldThatIsMissingIsNamed() {
    byte[] status = "Name:\tSigIgn:\nSigBlk:\t0\n".getBytes(StandardCharsets.US_ASCII);
    Failure failure = assertThrows(Failure.class, () -> ProcFile.statusField(status, "SigIgn"));
    assertEquals("find SigIgn in", failure.getMessage());
    assertEquals("/proc/self/status", new String(failure.subject(), StandardCharsets.US_ASCII));
  }

  /** Of a parent that has just ended, or of another kernel. */
  @Test
  void withoutTheParentsLimitTheOwnStays() {
    ResourceLimit own = limit(1024);
    OpenFileLimit.lower(own, "");
    OpenFileLimit.lower(own, "Limit  Soft Limit  Hard Limit  Units\nMax cpu time 1 2 seconds\n");
    assertEquals(1024, own.soft());
  }

  private static ResourceLimit limit(long soft) {
    ResourceLimit limit = new ResourceLimit();
    limit.soft(soft);
    return limit;
  }
}
