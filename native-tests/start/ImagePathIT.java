package start;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import support.Run;

/**
 * The image, the working directory and the socket at paths that are not text in the locale's
 * charset, or in none. Java cannot name some of these, so a shell does it all.
 */
class ImagePathIT {

  private static final String IMAGE = System.getProperty("iosock.image");

  /** What printf(1) makes of these: two letters in UTF-8, and two bytes that are no text. */
  private static final String TEXT = "\\303\\274\\316\\251";

  private static final String NO_TEXT = "\\377\\200";

  @TempDir static Path scratch;

  @BeforeAll
  static void copyTheImage() throws Exception {
    copyTo(TEXT);
    copyTo(NO_TEXT);
  }

  private static void copyTo(String name) throws Exception {
    String script = "set -e; d=$(printf \"$0\"); mkdir $d; cp -r \"$1\" $d/image";
    assertEquals(new Run(0, ""), Run.of(scratch, "sh", "-c", script, name, IMAGE));
  }

  /** Java's text of such a path may not lead to it again. */
  @AfterAll
  static void remove() throws Exception {
    assertEquals(new Run(0, ""), Run.of(scratch, "sh", "-c", "rm -rf ./*"));
  }

  /** Each server answers one client, which tries until it is there; a terminal echoes. */
  @ParameterizedTest
  @CsvSource({
    "C, bin/iosock, " + TEXT,
    "C, bin/iosock, " + NO_TEXT,
    "C, bin/java -m iosock, " + TEXT,
    "C, bin/java -m iosock, " + NO_TEXT,
    "C.UTF-8, bin/iosock, " + TEXT,
    "C.UTF-8, bin/iosock, " + NO_TEXT,
    "C.UTF-8, bin/java -m iosock, " + TEXT,
    "C.UTF-8, bin/java -m iosock, " + NO_TEXT,
  })
  void everyModeRuns(String locale, String program, String name) throws Exception {
    String script =
        """
        export LC_ALL="$0"
        iosock=$PWD/$(printf "$2")/image/$1
        cd "$(printf "$2")"
        s=$(printf "$2").sock
        say() {
          until echo "$1" | $iosock --connect "$s" 2>errors; do
            grep -v 'No such file\\|refused' errors && exit
          done
        }
        $iosock "$s" sh -c 'read x; echo "pipes: $x"' & say 1; wait $!
        $iosock -p "./$s" sh -c 'read x; echo "pty: $x"' >/dev/null & say 2; wait $!
        echo served | $iosock --serve "$PWD/$s" >/dev/null & say 3; wait $!
        $iosock - sh -c '[ "$1" -ef . ] && echo here' sh "$PWD"
        $iosock -p - echo terminal
        $iosock "nosuch/$s" true
        """;
    Run run = Run.of(scratch, "sh", "-c", script, locale, program, name);
    String bytes = run.output().replaceFirst("(?s).*nosuch/", "");
    assertEquals(
        "pipes: 1\n2\r\npty: 2\r\nserved\nhere\nterminal\r\niosock: cannot bind nosuch/" + bytes,
        run.output());
    assertEquals(bytesOf(name) + ".sock: No such file or directory\n", bytes);
    assertEquals(125, run.exitCode());
  }

  private static String bytesOf(String name) throws Exception {
    return Run.of(scratch, "printf", name).output();
  }
}
