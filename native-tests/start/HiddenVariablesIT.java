package start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import support.Programs;
import support.Run;

/** What the VM would act on is meant for the command: {@code bin/iosock} keeps it from the VM. */
class HiddenVariablesIT {

  private static final Path IMAGE = Path.of(System.getProperty("iosock.image"));
  private static final String IOSOCK = IMAGE.resolve("bin/iosock").toString();

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "JAVA_TOOL_OPTIONS, -javaagent:missing.jar",
    "JAVA_TOOL_OPTIONS, -agentlib:jdwp=transport=dt_socket;server=y;suspend=y;address=127.0.0.1:0",
    "JAVA_TOOL_OPTIONS, -XX:+UseZGC",
    "JAVA_TOOL_OPTIONS, no option",
    "JDK_JAVA_OPTIONS, -XX:+UseZGC",
    "JDK_JAVA_OPTIONS, --no-such-option",
    "_JAVA_OPTIONS, -Xmx1k",
    "_JAVA_OPTIONS, no option",
    "CLASSPATH, missing.jar:.",
    "_JAVA_LAUNCHER_DEBUG, 1",
    "JDK_ALTERNATE_VM, missing",
  })
  void theCommandSeesTheVariableAndTheVmDoesNot(String name, String value) throws Exception {
    String setting = name + "=" + value.replace(';', ',');
    assertEquals(
        new Run(0, setting + "\n"),
        Run.of(directory, "env", setting, IOSOCK, "-", "sh", "-c", "env | grep " + name));
  }

  /** The VM's launcher would add its own directories. */
  @Test
  void theLibraryPathMayHaveAnotherVm() throws Exception {
    String path = Path.of(System.getProperty("java.home"), "lib/server") + ":/nosuch";
    assertEquals(
        new Run(0, path + "\n"),
        Run.of(
            directory,
            "env",
            "LD_LIBRARY_PATH=" + path,
            IOSOCK,
            "-",
            "sh",
            "-c",
            "echo $LD_LIBRARY_PATH"));
  }

  @Test
  void theEnvironmentIsTheSameToTheByte() throws Exception {
    String probe = Programs.compiled("probe");
    Run direct = Run.of(directory, withOddOptions(probe));
    assertEquals(0, direct.exitCode(), direct.output());
    // a.b=c, and =, which has no name; CLASSPATH=, an empty value; bytes that are no text, a
    // newline
    // and an equals sign.
    assertTrue(direct.output().contains("variable 612e623d63\n"), direct.output());
    assertTrue(direct.output().contains("variable 3d\n"), direct.output());
    assertTrue(direct.output().contains("variable 434c415353504154483d\n"), direct.output());
    assertTrue(direct.output().contains("=ff800a3d20".replace("=", "3d")), direct.output());
    Run run = Run.of(directory, withOddOptions(IOSOCK, "-", probe));
    assertEquals(variables(direct), variables(run));
  }

  private static String[] withOddOptions(String... command) throws Exception {
    String script =
        "exec \"$0\" = same=1 same=2 CLASSPATH=twice a.b=c 'BASH_FUNC_f%%=() { :; }'"
            + " _JAVA_SR_SIGNUM=99 iLASSPATHS=kept JAVA_TOOL_OPTIONS=\"$(printf '\\377\\200\\n= x')\" JDK_JAVA_OPTIONS='a  \"b $c'"
            + " _JAVA_OPTIONS='*' CLASSPATH= LD_LIBRARY_PATH=/nosuch other=kept -- \"$@\"";
    List<String> line = new ArrayList<>(List.of("sh", "-c", script, Programs.compiled("addenv")));
    line.addAll(List.of(command));
    return line.toArray(String[]::new);
  }

  private static List<String> variables(Run probe) {
    return probe.output().lines().filter(line -> line.startsWith("variable ")).toList();
  }
}
