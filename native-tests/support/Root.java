package support;

import java.util.ArrayList;
import java.util.List;

/** Tests that root runs on behalf of other users. */
public final class Root {

  private Root() {}

  public static void require() {
    Tool.require("setpriv", "util-linux");
    Tool.requireThat("root".equals(System.getProperty("user.name")), "needs root");
  }

  /**
   * @param groups the primary one, and supplementary ones
   * @return a command that executes its arguments as this user
   */
  public static String[] user(int uid, int... groups) {
    List<String> line =
        new ArrayList<>(List.of("setpriv", "--reuid=" + uid, "--regid=" + groups[0]));
    StringBuilder others = new StringBuilder();
    for (int i = 1; i < groups.length; i++) {
      others.append(i > 1 ? "," : "--groups=").append(groups[i]);
    }
    line.add(groups.length > 1 ? others.toString() : "--clear-groups");
    return line.toArray(String[]::new);
  }
}
