package iosock.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * No function of libc that iosock asks for is younger than the glibc that README requires. The
 * names are those that the compiled classes give to {@link Link#function}, so none can be
 * forgotten.
 */
class LibcVersionTest {

  private static final String OLDEST = "2.28";

  /** A line of objdump -T: a version in parentheses is one that only old programs get. */
  private static final Pattern DEFINED =
      Pattern.compile("^[0-9a-f]+ .* GLIBC_([0-9.]+) +(\\w+)$", Pattern.MULTILINE);

  @Test
  void noFunctionIsYoungerThanTheOldestLibc() throws Exception {
    SortedSet<String> functions = functions();
    assertTrue(functions.contains("splice") && functions.contains("mprotect"), functions::toString);
    Map<String, String> versions = versions();
    SortedMap<String, String> tooYoung = new TreeMap<>();
    for (String function : functions) {
      String version = versions.getOrDefault(function, "none");
      if (version.equals("none") || isYounger(version)) {
        tooYoung.put(function, version);
      }
    }
    assertEquals(Map.of(), tooYoung);
  }

  @Test
  void versionsAreComparedAsNumbers() {
    assertTrue(isYounger("2.29") && isYounger("2.28.1") && isYounger("3.1"));
    assertTrue(!isYounger("2.28") && !isYounger("2.2.5") && !isYounger("2.4"));
  }

  private static boolean isYounger(String version) {
    return Runtime.Version.parse(version).compareTo(Runtime.Version.parse(OLDEST)) > 0;
  }

  private static SortedSet<String> functions() throws IOException {
    SortedSet<String> names = new TreeSet<>();
    Path classes =
        Path.of(Link.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (file.toString().endsWith(".class")) {
          addFunctions(ClassFile.of().parse(file), names);
        }
      }
    }
    return names;
  }

  private static void addFunctions(ClassModel type, SortedSet<String> names) {
    for (MethodModel method : type.methods()) {
      CodeElement before = null;
      for (CodeElement element : method.code().map(body -> body.elementList()).orElse(List.of())) {
        if (element instanceof InvokeInstruction call && isLink(call)) {
          names.add(constant(before));
        }
        // Line numbers and labels may be in between.
        before = element instanceof Instruction ? element : before;
      }
    }
  }

  private static String constant(CodeElement element) {
    if (element instanceof ConstantInstruction constant
        && constant.constantValue() instanceof String name) {
      return name;
    }
    throw new AssertionError("the name of a function is no constant");
  }

  private static boolean isLink(InvokeInstruction call) {
    return call.owner().asInternalName().equals("iosock/posix/Link")
        && call.name().equalsString("function");
  }

  /** The version of each symbol of this machine's libc that a new program gets. */
  private static Map<String, String> versions() throws IOException, InterruptedException {
    String maps = Files.readString(Path.of("/proc/self/maps"), StandardCharsets.ISO_8859_1);
    Matcher libc = Pattern.compile("(/\\S*/libc\\.so\\.6)$", Pattern.MULTILINE).matcher(maps);
    assertTrue(libc.find(), maps);
    Process objdump = new ProcessBuilder("objdump", "-T", libc.group(1)).start();
    String symbols =
        new String(objdump.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    assertEquals(0, objdump.waitFor());
    Map<String, String> versions = new TreeMap<>();
    Matcher line = DEFINED.matcher(symbols);
    while (line.find()) {
      versions.put(line.group(2), line.group(1));
    }
    return versions;
  }
}
