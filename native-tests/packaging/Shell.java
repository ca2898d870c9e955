package packaging;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import support.Tool;

/** A shell, and the settings that a user writes into its startup file for the completions. */
enum Shell {
  BASH(
      List.of("bash", "--noprofile", "-i"),
      ".bashrc",
      """
      PS1='$ '
      bind 'set show-all-if-ambiguous on'
      bind 'set bell-style none'
      bind 'set enable-bracketed-paste off'
      . /usr/share/bash-completion/bash_completion
      . %s/bash-completion/completions/iosock
      """),

  ZSH(
      List.of("zsh", "--no-global-rcs", "-i"),
      ".zshrc",
      """
      PS1='$ '
      setopt no_prompt_sp
      unset zle_bracketed_paste
      fpath=(%s/zsh/site-functions $fpath)
      autoload -U compinit
      compinit -u -D
      """);

  private final List<String> commandLine;
  private final String settingsFile;
  private final String settings;

  Shell(List<String> commandLine, String settingsFile, String settings) {
    this.commandLine = commandLine;
    this.settingsFile = settingsFile;
    this.settings = settings;
  }

  void require() {
    Tool.require(commandLine.getFirst(), commandLine.getFirst());
    if (this == BASH) {
      Tool.requireFile("/usr/share/bash-completion/bash_completion", "bash-completion");
    }
  }

  List<String> commandLine() {
    return commandLine;
  }

  void writeSettings(Path home) throws IOException {
    String share = System.getProperty("iosock.image") + "/share";
    Files.writeString(home.resolve(settingsFile), settings.formatted(share));
  }
}
